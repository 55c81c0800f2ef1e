//! `tunelint test`: runs the examples of rules.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::gather::Again;
use super::policies::add_folders;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::finding::Severity;
use crate::output;
use crate::policy::Policies;
use crate::report::{self, Exit, FailOn};

/// Options of `test`.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Folders with packs, or names of built-in packs [default: the built-in packs]
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
}

impl Test {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let began = Instant::now();
        let policies = self.policies(global)?;
        let examples = policies.run_examples(global.today());
        let mut findings = policies.problems.clone();
        findings.extend(examples.failures);
        let failed = !findings.is_empty();
        report::sort(&mut findings);
        let mut page = Vec::new();
        if failed {
            let texts = Again::default();
            output::write_findings(&findings, &texts, &terminal.options(), &mut page)
                .map_err(|error| Error::Write { target: "the findings".to_owned(), error })?;
        }
        let line = format!(
            "{} rules, {} examples: {} in {:.2} s\n",
            examples.rules,
            examples.examples,
            match findings.len() {
                0 => "all come out as they claim".to_owned(),
                1 => "1 mistake".to_owned(),
                many => format!("{many} mistakes"),
            },
            began.elapsed().as_secs_f64()
        );
        page.extend(line.as_bytes());
        terminal::print(&page)?;
        Ok(report::exit_status(&findings, FailOn::AtLeast(Severity::Error), false))
    }

    /// The packs asked for and no others, all their rules read.
    fn policies(&self, global: &Global) -> Result<Policies, Error> {
        let mut policies = Policies { threads: global.threads(), ..Policies::default() };
        if self.packs.is_empty() {
            policies.packs = Policies::builtin().packs;
        }
        let mut folders = Vec::new();
        for pack in &self.packs {
            match pack.to_str().filter(|_| !pack.exists()).and_then(Policies::embedded) {
                Some(embedded) => policies.packs.extend(embedded.packs),
                None => folders.push(pack.clone()),
            }
        }
        add_folders(&mut policies, &folders)?;
        Ok(policies)
    }
}
