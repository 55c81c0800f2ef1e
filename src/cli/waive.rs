//! `tunelint waive`: writes a waiver into the waivers file.

use std::io;
use std::sync::Arc;

use clap::Args;

use super::exceptions::{ExceptionOptions, read_text};
use super::gather::{Again, Sources};
use super::judged::Judged;
use super::policies::PolicyOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::exceptions::waivers::{Extended, NewWaiver, in_entry, insert};
use crate::exceptions::{Exceptions, value};
use crate::finding::{Finding, Scalar, Severity};
use crate::output::{self, sanitize};
use crate::report::{self, Exit};
use crate::workspace::tree::Disk;

/// Options of `waive`.
#[derive(Debug, Args)]
pub(super) struct Waive {
    /// The rule's id
    #[arg(value_name = "RULE")]
    rule: String,
    /// The deployment's identity as findings show it: namespace/name, or the name alone
    #[arg(value_name = "DEPLOYMENT")]
    deployment: String,
    /// Why the finding does not count for now
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The last day on which the waiver holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires: jiff::civil::Date,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,
    /// Who approved it: somebody else than the owner
    #[arg(long, value_name = "WHO")]
    approved_by: Option<String>,
    /// Where it is recorded
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// The value that it is granted for: where it becomes worse, the waiver lapses
    #[arg(long, value_name = "VALUE", conflicts_with = "pin")]
    value: Option<String>,
    /// Grant it for the value that the manifest has now
    #[arg(long)]
    pin: bool,
    /// Print the waiver and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Where to look for the deployment [default: the current folder]
    #[arg(long = "in", value_name = "PATH")]
    paths: Vec<std::path::PathBuf>,
    #[command(flatten)]
    exceptions: ExceptionOptions,
    #[command(flatten)]
    policies: PolicyOptions,
}

impl Waive {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let sources = Sources { paths: self.paths.clone(), ..Sources::default() };
        let mut judged = Judged::new(&sources, &self.policies, &self.exceptions, global)?;
        let located = self.exceptions.waivers(&judged.exceptions.top);
        let old = if located.file.exists() { Some(read_text(&located)?) } else { None };
        let new = self.waiver(global, &judged)?;
        let refused =
            |error: &dyn std::fmt::Display| Error::Usage(format!("cannot extend {}: {error}", located.shown));
        let mut extended = insert(&located.shown, old.as_ref(), &new).map_err(|error| refused(&error))?;
        let mut told = std::mem::take(&mut extended.problems);
        told.retain(|finding| in_entry(finding, &extended.new));
        let excused = if told.is_empty() { self.try_out(&mut extended, &mut judged, &mut told) } else { 0 };
        told.retain(|finding| finding.severity > Severity::Note);
        if !told.is_empty() || excused == 0 {
            report::sort(&mut told);
            let mut page = Vec::new();
            output::write_findings(&told, &Again::default(), &terminal.options(), &mut page)
                .map_err(|error| Error::Write { target: "the findings".to_owned(), error })?;
            terminal::print(&page)?;
            let why = match told.len() {
                0 => format!("{} finds nothing on {}", self.rule, self.deployment),
                _ => "the waiver would have mistakes".to_owned(),
            };
            return Err(Error::Usage(format!("{} stays as it is: {why}", located.shown)));
        }
        let added = extended.added.slice(&extended.text);
        if self.dry_run {
            terminal::print(
                sanitize::visible_lines(&format!("{}\n", added.trim_matches(['\n', '\r']))).as_bytes(),
            )?;
            return Ok(judged.complain(Some(&located.shown), terminal));
        }
        terminal::make_folder_of(&located.file)?;
        let text = Arc::clone(&extended.text);
        terminal::write_file(&located.file, &|out: &mut dyn io::Write| out.write_all(text.as_bytes()))?;
        let findings = if excused == 1 { "1 finding" } else { &*format!("{excused} findings") };
        let said = format!(
            "wrote {}: {findings} of {} on {} excused until {}\n",
            located.shown, self.rule, self.deployment, self.expires
        );
        terminal::print(sanitize::visible_lines(&said).as_bytes())?;
        Ok(judged.complain(Some(&located.shown), terminal))
    }

    fn waiver(&self, global: &Global, judged: &Judged) -> Result<NewWaiver, Error> {
        let value = match &self.value {
            Some(text) => Some(value::parse(text).ok_or_else(|| {
                Error::Usage(format!("--value {text}: write a number, a text, true, false or a list of them"))
            })?),
            None if self.pin => Some(self.pinned(judged)?),
            None => None,
        };
        Ok(NewWaiver {
            rule: self.rule.clone(),
            deployment: self.deployment.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            approved_by: self.approved_by.clone(),
            ticket: self.ticket.clone(),
            granted: global.today(),
            expires: self.expires,
            value,
        })
    }

    /// The value that decides now.
    fn pinned(&self, judged: &Judged) -> Result<Scalar, Error> {
        let subjects = judged.subjects();
        let run = judged.circumstances(&subjects);
        let mut values = value::of(&self.rule, &self.deployment, &run, &judged.report.findings);
        match (values.pop(), values.is_empty()) {
            (Some(Scalar::Null), true) => Err(Error::Usage(format!(
                "--pin: what decides {} on {} has no value; leave it out",
                self.rule, self.deployment
            ))),
            (Some(value), true) => Ok(value),
            (Some(_), false) => Err(Error::Usage(format!(
                "--pin: several values decide {} on {}; choose one with --value",
                self.rule, self.deployment
            ))),
            (None, _) => Err(Error::Usage(format!("{} finds nothing on {}", self.rule, self.deployment))),
        }
    }

    /// How many findings the new waiver excuses. What a run would tell of it goes to `told`.
    fn try_out(&self, extended: &mut Extended, judged: &mut Judged, told: &mut Vec<Finding>) -> usize {
        let known = std::mem::take(&mut judged.exceptions);
        let exceptions = Exceptions {
            owners: if self.approved_by.is_some() {
                super::exceptions::owners(&known.top, &Disk)
            } else {
                None
            },
            waivers: std::mem::take(&mut extended.waivers),
            problems: Vec::new(),
            ..known
        };
        let mut findings = judged.report.findings.clone();
        let before = findings.len();
        let subjects = judged.subjects();
        exceptions.apply(Vec::new(), judged.circumstances(&subjects), &mut findings);
        told.extend(
            findings.split_off(before).into_iter().filter(|finding| in_entry(finding, &extended.new)),
        );
        let is_new = |finding: &&Finding| {
            finding.exception.as_ref().is_some_and(|exception| {
                Arc::ptr_eq(&exception.place.source, &extended.source)
                    && exception.place.pointer.as_deref() == Some(&*extended.new)
            })
        };
        findings.iter().filter(is_new).count()
    }
}
