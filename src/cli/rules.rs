//! `tunelint rules`: which rules there are.

use clap::{Args, ValueEnum};

use super::policies::PolicyOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::output::pages;
use crate::report::Exit;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Human,
    /// For machines
    Json,
}

/// Options of `rules`.
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// How to write them: human or json
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    format: ListFormat,
    #[command(flatten)]
    policies: PolicyOptions,
}

impl Rules {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let policies = self.policies.load(global, &[".".into()])?.0.policies;
        let mut page = Vec::new();
        match self.format {
            ListFormat::Human => pages::rules(&policies, &terminal.options(), &mut page),
            ListFormat::Json => pages::rules_json(&policies, &mut page),
        }
        .map_err(|error| Error::Write { target: "the list".to_owned(), error })?;
        terminal::print(&page)?;
        Ok(terminal.complain_of_policies(&policies))
    }
}
