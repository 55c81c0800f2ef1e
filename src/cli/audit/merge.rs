//! `tunelint audit merge`: one report of the datasets of several shards.

use std::path::PathBuf;

use clap::Args;

use super::told::Told;
use crate::audit::dataset;
use crate::cli::terminal::Terminal;
use crate::cli::{Error, Global};
use crate::report::Exit;

/// Options of `audit merge`.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Folders with a dataset each, or with folders of datasets
    #[arg(value_name = "DATASET", required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    told: Told,
}

impl Merge {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let merged = dataset::gather(&self.folders)?;
        self.told.refuse_nonsense(merged.header.snapshots.len() > 1)?;
        self.told.refuse_to_replace(&merged)?;
        let mut intake = self.told.intake(&merged.header)?;
        for rows in merged.rows() {
            intake.add(&rows?)?;
        }
        self.told.report(&intake.finish()?, merged.header.fail_on, Exit::Clean, global, terminal)
    }
}
