//! `tunelint facts`: what the manifests say, each fact with its place.

use clap::Args;

use super::facts_files::FactsFiles;
use super::gather::Sources;
use super::rules::ListFormat;
use super::terminal::{self, Terminal};
use super::{Error, Global, policies};
use crate::finding::Severity;
use crate::link;
use crate::output;
use crate::pipeline::Examined;
use crate::report::Exit;
use crate::supplied::Asked;

/// Options of `facts`.
#[derive(Debug, Args)]
pub(super) struct Facts {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    supplied: FactsFiles,
    /// How to write them: human or json
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    format: ListFormat,
}

impl Facts {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let mut all = Examined::default();
        let workspace = policies::workspace(global, &self.sources.spoken_of(), &[])?;
        for part in self.sources.gather(global, &workspace.left_out) {
            all.absorb(part);
        }
        link::link(&mut all.deployments, &mut Vec::new());
        let supplied = self.supplied.read(self.sources.max_file_size, Asked::default());
        if let Some(supplied) = &supplied {
            supplied.join(&mut all.deployments, &mut Vec::new());
        }
        let mut bytes = Vec::new();
        match self.format {
            ListFormat::Human => output::facts::human(&all.deployments, &mut bytes),
            ListFormat::Json => output::facts::json(&all.deployments, &mut bytes),
        }
        .map_err(|error| Error::Write { target: "to standard output".to_owned(), error })?;
        terminal::print(&bytes)?;
        // What keeps facts from being known belongs to `check`; that there is some is said here.
        let errors = all.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        if errors > 0 {
            let mistakes = if errors == 1 { "mistake" } else { "mistakes" };
            terminal.complain(&format!("{errors} {mistakes} in these files; tunelint check tells them"));
        } else if all.deployments.is_empty() && !global.quiet {
            terminal.complain("no manifest found");
        }
        let told = terminal.complain_of_facts(supplied.as_ref());
        Ok(if all.trouble { Exit::Trouble } else { told })
    }
}
