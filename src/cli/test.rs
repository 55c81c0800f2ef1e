//! `tunelint test`: what the examples of rules prove.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::gather::Again;
use super::policies::add_folders;
use super::target::{self, Target};
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::finding::Finding;
use crate::output;
use crate::output::testing::{TestFormat, TestRun};
use crate::policy::testing::Settings;
use crate::policy::{Policies, Selection};
use crate::report::{self, Exit, FailOn};

/// Options of `test`.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Folders with packs, or names of built-in packs [default: the built-in packs]
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// Only these rules: an id, PACK/* or tag:NAME; several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Demand examples that pass and that fail of every rule, and undetermined ones where a fact can be missing
    #[arg(long)]
    require_examples: bool,
    /// Exit with 1 where fewer conditions than this are decided both ways
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Print the examples that are missing, ready to paste
    #[arg(long)]
    suggest: bool,
    /// Report as human, junit or json, to standard output or a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human")]
    format: Vec<Target<TestFormat>>,
}

fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.trim_end_matches('%').parse().ok();
    number
        .filter(|share| (0.0..=100.0).contains(share))
        .ok_or_else(|| "write a number from 0 to 100".to_owned())
}

impl Test {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        target::refuse_to_share(&self.format)?;
        let began = Instant::now();
        let policies = self.policies(global)?;
        let report = policies.test(&Settings {
            today: global.today(),
            require_examples: self.require_examples,
            min_coverage: self.min_coverage,
            suggest: self.suggest,
        });
        let findings: Vec<Finding> = report.findings().cloned().collect();
        let exit = report::exit_status(&findings, FailOn::default(), false);
        let run = TestRun { report: &report, min_coverage: self.min_coverage, suggest: self.suggest, exit };
        let texts = Again::default();
        for target in &self.format {
            let options = output::Options {
                color: target.file.is_none() && terminal.color,
                quiet: global.quiet,
                elapsed: Some(began.elapsed()),
                ..terminal.options()
            };
            let write =
                |out: &mut dyn io::Write| output::testing::render(target.format, &run, &texts, &options, out);
            match &target.file {
                None => terminal::stream(&write)?,
                Some(file) => terminal::write_file(file, &write)?,
            }
        }
        Ok(exit)
    }

    /// The packs asked for and no others, all their rules read.
    fn policies(&self, global: &Global) -> Result<Policies, Error> {
        let mut policies = if self.packs.is_empty() { Policies::builtin() } else { Policies::default() };
        policies.threads = global.threads();
        let mut folders = Vec::new();
        for pack in &self.packs {
            match pack.to_str().filter(|_| !pack.exists()).and_then(Policies::embedded) {
                Some(embedded) => policies.packs.extend(embedded.packs),
                None => folders.push(pack.clone()),
            }
        }
        add_folders(&mut policies, &folders)?;
        policies.problems.extend(policies.conflicting_defaults());
        policies.apply(&Selection { select: self.select.clone(), ..Selection::default() })?;
        Ok(policies)
    }
}
