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

/// How the list of rules is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RulesFormat {
    /// A line a rule
    Human,
    /// For machines
    Json,
    /// The reference, with a section for each rule
    Markdown,
}

/// Options of `rules`.
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// How to write them: human, json, or markdown for a reference with a section for each
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    format: RulesFormat,
    #[command(flatten)]
    policies: PolicyOptions,
}

impl Rules {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let policies = self.policies.load(global, &[".".into()])?.0.policies;
        let mut page = Vec::new();
        match self.format {
            RulesFormat::Human => pages::rules(&policies, &terminal.options(), &mut page),
            RulesFormat::Json => pages::rules_json(&policies, &mut page),
            RulesFormat::Markdown => pages::rules_markdown(&policies, &mut page),
        }
        .map_err(|error| Error::Write { target: "the list".to_owned(), error })?;
        terminal::print(&page)?;
        Ok(terminal.complain_of_policies(&policies))
    }
}
