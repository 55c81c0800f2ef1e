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
use crate::policy::Policies;
use crate::report::{Exit, FailOn, Report};

/// A run without a baseline.
pub(super) struct Judged {
    pub(super) report: Report,
    pub(super) policies: Policies,
    pub(super) exceptions: Exceptions,
    looks_for_evidence: bool,
}

impl Judged {
    /// Judges some sources, with the waivers and comments there are.
    pub(super) fn new(
        sources: &Sources,
        policies: &PolicyOptions,
        exceptions: &ExceptionOptions,
        global: &Global,
    ) -> Result<Self, Error> {
        let (policies, looks_for_evidence) = policies.load()?;
        let options = exceptions;
        let mut exceptions = options.load_waivers(sources);
        exceptions.files.push(options.baseline(&exceptions.top).shown);
        let repository = looks_for_evidence.then(|| OnDisk::new(Here::now()));
        let conclusion = Conclusion {
            run: check::circumstances(global),
            show_passed: false,
            fail_on: FailOn::Never,
            threads: global.threads(),
            repository: repository.as_ref().map(|repository| repository as &dyn Repository),
            candidates: Vec::new(),
            exceptions: &exceptions,
        };
        let report = pipeline::conclude(sources.gather(global), &policies, conclusion);
        Ok(Self { report, policies, exceptions, looks_for_evidence })
    }

    /// The deployments that were judged.
    pub(super) fn subjects(&self) -> Vec<Subject<'_>> {
        let deployments = self.report.deployments.iter();
        deployments.map(|own| Subject { identity: own.name.as_deref(), file: &own.file }).collect()
    }

    /// What exceptions are held against.
    pub(super) fn circumstances<'a>(&'a self, subjects: &'a [Subject<'a>]) -> Circumstances<'a> {
        let in_force = if self.looks_for_evidence { &[EVIDENCE_NOT_FOUND][..] } else { &[] };
        Circumstances { today: self.report.run.today, policies: &self.policies, in_force, subjects }
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
