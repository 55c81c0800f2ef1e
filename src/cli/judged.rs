//! What a run comes to, for the commands that write what the next one will excuse.

use super::exceptions::ExceptionOptions;
use super::gather::Sources;
use super::policies::PolicyOptions;
use super::terminal::Terminal;
use super::{Error, Global, check};
use crate::discover::{Here, OnDisk};
use crate::exceptions::{Circumstances, Exceptions, Subject};
use crate::finding::{Finding, Outcome, Severity};
use crate::link::{EVIDENCE_NOT_FOUND, Repository};
use crate::pipeline::{self, Conclusion};
use crate::report::{Exit, FailOn, Report};
use crate::workspace::Workspace;
use crate::workspace::tree::Disk;

/// A run without a baseline.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) workspace: Workspace,
    pub(super) exceptions: Exceptions,
    unpacked: Vec<&'static str>,
}

impl Judged {
    /// Judges some sources, with the waivers and comments there are.
    pub(super) fn new(
        sources: &Sources,
        policies: &PolicyOptions,
        exceptions: &ExceptionOptions,
        global: &Global,
    ) -> Result<Self, Error> {
        let (workspace, unpacked) = policies.load(global, &sources.spoken_of())?;
        let options = exceptions;
        let mut exceptions = options.load_waivers(sources, &workspace, &Disk);
        exceptions.files.push(options.baseline(&exceptions.top).shown);
        let repository = unpacked.contains(&EVIDENCE_NOT_FOUND).then(|| OnDisk::new(Here::now()));
        let conclusion = Conclusion {
            run: check::circumstances(global, &workspace),
            changed: None,
            figures: false,
            show_passed: false,
            fail_on: FailOn::Never,
            threads: global.threads(),
            repository: repository.as_ref().map(|repository| repository as &dyn Repository),
            candidates: Vec::new(),
            supplied: None,
            in_force: &unpacked,
            exceptions: &exceptions,
            trust: None,
        };
        let report =
            pipeline::conclude(sources.gather(global, &workspace.left_out), &workspace.policies, conclusion);
        Ok(Self { report, workspace, exceptions, unpacked })
    }

    /// The deployments that were judged.
    pub(super) fn subjects(&self) -> Vec<Subject<'_>> {
        let deployments = self.report.deployments.iter();
        deployments.map(|own| Subject { identity: own.name.as_deref(), file: &own.file }).collect()
    }

    /// What exceptions are held against.
    pub(super) fn circumstances<'a>(&'a self, subjects: &'a [Subject<'a>]) -> Circumstances<'a> {
        let (today, policies) = (self.report.run.today, &self.workspace.policies);
        Circumstances { today, policies, in_force: &self.unpacked, subjects }
    }

    /// Whether the run looked at the whole repository, and could read all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.exceptions.is_whole
            && !self.report.findings.iter().any(|finding| finding.outcome == Outcome::Unreadable)
    }

    /// Says that there are mistakes in what judged, for a command that does not tell them, and what to exit with.
    /// `written` is a file that the command has written anew.
    pub(super) fn complain(&self, written: Option<&str>, terminal: &Terminal) -> Exit {
        let is_mistake = |finding: &&Finding| {
            finding.severity == Severity::Error
                && matches!(&*finding.rule, "waivers" | "policy" | "config")
                && written != Some(&*finding.primary.place.source.path)
        };
        let mistakes = self.report.findings.iter().filter(is_mistake).count();
        if mistakes > 0 {
            let noun = if mistakes == 1 { "mistake" } else { "mistakes" };
            terminal
                .complain(&format!("{mistakes} {noun} in waivers or policies; tunelint check tells them"));
            return Exit::Trouble;
        }
        // Never to be failed by a finding: what is left is trouble.
        if written.is_some() { Exit::Clean } else { self.report.exit }
    }
}
