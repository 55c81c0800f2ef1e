//! `tunelint baseline`: the findings that a repository starts from.

use std::io;

use clap::{Args, Subcommand};

use super::exceptions::{ExceptionOptions, Located, read_baseline};
use super::gather::{Again, Sources};
use super::judged::Judged;
use super::policies::PolicyOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::exceptions::baseline::{self, Aim, Renewal};
use crate::finding::{Finding, Severity};
use crate::output;
use crate::report::{self, Exit};
use crate::workspace::tree::Disk;

/// Options of `baseline`.
#[derive(Debug, Args)]
pub(super) struct Baseline {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the findings there are, so that only new and worse ones count
    Write(Options),
    /// Tell what prune would take out; exit with 1 where there is something
    Check(Options),
    /// Take out what is not found any more, and keep the better values
    Prune(Options),
}

#[derive(Debug, Args)]
struct Options {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    policies: PolicyOptions,
    #[command(flatten)]
    exceptions: ExceptionOptions,
}

impl Baseline {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let (options, aim) = match &self.action {
            Action::Write(options) => (options, Aim::Write),
            Action::Check(options) | Action::Prune(options) => (options, Aim::Prune),
        };
        let judged = Judged::new(&options.sources, &options.policies, &options.exceptions, global)?;
        let located = options.exceptions.baseline(&judged.exceptions.top);
        let mut mistakes = Vec::new();
        let mut old = None;
        if aim == Aim::Prune || located.file.is_file() {
            old = read_baseline(&located, &Disk, &mut mistakes);
        }
        let is_broken = mistakes.iter().any(|finding| finding.severity == Severity::Error);
        if is_broken && !(aim == Aim::Write && judged.is_whole()) {
            tell(&mut mistakes, terminal)?;
            return Ok(Exit::Trouble);
        }
        // One with mistakes is written anew.
        let old = old.filter(|_| !is_broken);
        let subjects = judged.subjects();
        let run = judged.circumstances(&subjects);
        let mut renewal =
            baseline::renew(old.as_ref(), aim, judged.is_whole(), &run, &judged.report.findings);
        let is_current = renewal.removed == 0 && renewal.updated == 0;
        let said = match &self.action {
            Action::Check(_) => {
                tell(&mut renewal.told, terminal)?;
                if is_current {
                    format!("{} is up to date: {}\n", located.shown, entries(renewal.entries))
                } else {
                    format!("{} is not up to date: {}\n", located.shown, changes(&renewal))
                }
            }
            Action::Prune(_) if is_current => {
                format!("{} is up to date: {}\n", located.shown, entries(renewal.entries))
            }
            Action::Write(_) | Action::Prune(_) => {
                write(&located, &renewal.text)?;
                format!("wrote {}: {}{}\n", located.shown, entries(renewal.entries), in_brackets(&renewal))
            }
        };
        terminal::print(output::sanitize::visible_lines(&said).as_bytes())?;
        if renewal.not_waivable > 0 {
            let findings = if renewal.not_waivable == 1 { "finding is" } else { "findings are" };
            terminal.complain(&format!(
                "{} {findings} of rules that are not waivable, and stay",
                renewal.not_waivable
            ));
        }
        let exit = judged.complain(None, terminal);
        let is_stale = matches!(self.action, Action::Check(_)) && !is_current;
        Ok(if is_stale { exit.max(Exit::Findings) } else { exit })
    }
}

fn write(located: &Located, text: &str) -> Result<(), Error> {
    terminal::make_folder_of(&located.file)?;
    terminal::write_file(&located.file, &|out: &mut dyn io::Write| out.write_all(text.as_bytes()))
}

/// Prints findings as `check` does.
fn tell(findings: &mut [Finding], terminal: &Terminal) -> Result<(), Error> {
    report::sort(findings);
    let mut page = Vec::new();
    output::write_findings(findings, &Again::default(), &terminal.options(), &mut page)
        .map_err(|error| Error::Write { target: "the findings".to_owned(), error })?;
    terminal::print(&page)
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// `1 new, 2 taken out, 3 updated`.
fn changes(renewal: &Renewal) -> String {
    let counts = [(renewal.added, "new"), (renewal.removed, "taken out"), (renewal.updated, "updated")];
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    told.collect::<Vec<_>>().join(", ")
}

fn in_brackets(renewal: &Renewal) -> String {
    let changes = changes(renewal);
    if changes.is_empty() { changes } else { format!(" ({changes})") }
}
