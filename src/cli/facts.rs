//! `tunelint facts`: what the manifests say, each fact with its place.

use clap::Args;

use super::gather::Sources;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::report::Exit;

/// Options of `facts`.
#[derive(Debug, Args)]
pub(super) struct Facts {
    #[command(flatten)]
    sources: Sources,
}

impl Facts {
    pub(super) fn run(&self, global: &Global, _: &Terminal) -> Result<Exit, Error> {
        let _ = self.sources.gather(global);
        terminal::print(b"")?;
        Ok(Exit::Clean)
    }
}
