//! What comes out of an audit: a dataset, reports, and a status.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::formats;
use crate::audit::Header;
use crate::audit::dataset::{Dataset, Formats, Merged, Writer};
use crate::audit::portfolio::{self, Builder, Earlier, Gates, Portfolio, gates};
use crate::audit::record::RepoRows;
use crate::cli::check;
use crate::cli::target::{self, Target};
use crate::cli::terminal::{self, Terminal};
use crate::cli::{Error, Global};
use crate::discover::shown;
use crate::output::Options;
use crate::output::audit::{self as report, AuditFormat};
use crate::report::{Exit, FailOn};

/// Options about what comes out.
#[derive(Debug, Args)]
pub(super) struct Told {
    /// Report as human, html, markdown, brief or json, to standard output or a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    format: Vec<Target<AuditFormat>>,
    /// Keep every finding and every deployment in this folder, as files of rows
    #[arg(long, value_name = "FOLDER", help_heading = "Report")]
    dataset: Option<PathBuf>,
    /// What those files are: jsonl, parquet, or both
    #[arg(long, value_name = "FORMATS", default_value = "jsonl", value_parser = formats, help_heading = "Report")]
    dataset_format: Formats,
    /// Tell what is new and what is gone since this earlier dataset
    #[arg(long, value_name = "DATASET", help_heading = "Report")]
    since: Option<PathBuf>,
    /// Exit with 1 for findings from here on: error, warning, note or never [default: what the organisation's
    /// config says, or error]
    #[arg(long, value_name = "SEVERITY", value_parser = check::fail_on, help_heading = "Gates")]
    pub(super) fail_on: Option<FailOn>,
    /// Exit with 1 for more new findings than this
    #[arg(long, value_name = "N", help_heading = "Gates")]
    max_new: Option<u64>,
    /// Exit with 1 for deployments that nobody owns
    #[arg(long, help_heading = "Gates")]
    require_owner: bool,
}

impl Told {
    /// Refuses what makes no sense. `has_history` says whether there are days before the last.
    pub(super) fn refuse_nonsense(&self, has_history: bool) -> Result<(), Error> {
        target::refuse_to_share(&self.format)?;
        if self.max_new.is_some() && self.since.is_none() && !has_history {
            let message = "--max-new needs something to compare with: --since DATASET, or --history N";
            return Err(Error::Usage(message.to_owned()));
        }
        if self.dataset_format != Formats::JSON_LINES && self.dataset.is_none() {
            let message = "--dataset-format says how to keep what --dataset FOLDER asks to be kept";
            return Err(Error::Usage(message.to_owned()));
        }
        Ok(())
    }

    /// Refuses to write to the folder of a dataset that is read meanwhile.
    pub(super) fn refuse_to_replace(&self, merged: &Merged) -> Result<(), Error> {
        let real = |folder: &Path| folder.canonicalize().ok();
        let written = self.dataset.as_deref().and_then(real);
        let replaced = merged.folders().find(|folder| written.is_some() && real(folder) == written);
        replaced.map_or(Ok(()), |folder| {
            let folder = shown(folder);
            Err(Error::Usage(format!("--dataset {folder} would replace what is merged; name another folder")))
        })
    }

    /// What takes in the rows of an audit. The earlier dataset is read before room is made for the new one, which may
    /// take its place.
    pub(super) fn intake(&self, header: &Header) -> Result<Intake, Error> {
        let builder = self.builder(header)?;
        let writer = |folder: &PathBuf| Writer::create(folder, header, self.dataset_format);
        Ok(Intake { builder, writer: self.dataset.as_ref().map(writer).transpose()? })
    }

    fn builder(&self, header: &Header) -> Result<Builder, Error> {
        let builder = Builder::new(header, portfolio::Options::default());
        let Some(folder) = &self.since else { return Ok(builder) };
        let dataset = Dataset::open(folder)?;
        let mut earlier = Earlier::new(&dataset.header);
        for rows in dataset.rows() {
            earlier.add(&rows?);
        }
        Ok(builder.against(earlier))
    }

    /// Writes the reports, and says what to exit with. `stated` is what the organisation's config says to fail on.
    pub(super) fn report(
        &self,
        portfolio: &Portfolio,
        stated: Option<FailOn>,
        trouble: Exit,
        global: &Global,
        terminal: &Terminal,
    ) -> Result<Exit, Error> {
        let asked = Gates {
            fail_on: self.fail_on.or(stated).unwrap_or_default(),
            max_new: self.max_new,
            require_owner: self.require_owner,
        };
        let (exit, mut reasons) = gates(portfolio, &asked);
        if trouble == Exit::Trouble {
            reasons.insert(
                0,
                "there are mistakes in what the organisation says; they are told above".to_owned(),
            );
        }
        let exit = exit.max(trouble);
        for target in &self.format {
            let on_screen = target.file.is_none();
            let options =
                Options { color: on_screen && terminal.color, quiet: global.quiet, ..terminal.options() };
            let write = |out: &mut dyn io::Write| {
                report::write(target.format, portfolio, exit, &reasons, &options, out)
            };
            match &target.file {
                None => terminal::stream(&write)?,
                Some(file) => terminal::write_file(file, &write)?,
            }
        }
        Ok(exit)
    }
}

/// What the rows of an audit go into, repository by repository.
pub(super) struct Intake {
    builder: Builder,
    /// Where a dataset is wanted.
    writer: Option<Writer>,
}

impl Intake {
    /// Takes in a repository on a day.
    pub(super) fn add(&mut self, rows: &RepoRows) -> Result<(), Error> {
        if let Some(writer) = &mut self.writer {
            writer.add(rows)?;
        }
        self.builder.add(rows);
        Ok(())
    }

    /// Ends the dataset, and sums up.
    pub(super) fn finish(self) -> Result<Portfolio, Error> {
        self.writer.map_or(Ok(()), Writer::finish)?;
        Ok(self.builder.finish())
    }
}
