//! Exceptions: findings that do not count, each with who excused it, why, and until when.
//!
//! A comment beside the value takes a finding back, an entry of a waivers file excuses it, an entry of the baseline
//! knows it from before. A finding gets the first of waiver, comment and baseline that is for it, and every other one
//! that is for it counts as used all the same. What is not valid, or could not be read, cannot be excused.

pub mod baseline;
pub mod compare;
pub mod inline;
pub mod owners;
mod places;
mod rules;
pub mod value;
pub mod waivers;
mod words;

use std::sync::Arc;

use jiff::civil::Date;

pub use inline::{Ignore, Ignores};
pub use places::Top;

use crate::config::{Governance, InlineIgnores};
use crate::finding::{Exception, ExceptionKind, Finding, Outcome, Place, Scalar, Status};
use crate::policy::Policies;
use baseline::Baseline;
use inline::Comments;
use owners::CodeOwners;
use rules::Rules;
use waivers::{Ledger, Waiver};

/// What exceptions are held to, and where that is said, if a file says it.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Days that an exception may run.
    pub max_days: Option<u32>,
    /// Where that is said.
    pub max_days_at: Option<Place>,
    /// Whether comments may take findings back.
    pub inline: InlineIgnores,
    /// Where that is said.
    pub inline_at: Option<Place>,
}

impl Terms {
    /// What the configs of a run ask of exceptions.
    pub fn of(governance: &Governance) -> Self {
        let (days, inline) = (governance.max_waiver_days.as_ref(), governance.inline_ignores.as_ref());
        Self {
            max_days: days.map(|own| own.value),
            max_days_at: days.map(|own| own.place.clone()),
            inline: inline.map(|own| own.value).unwrap_or_default(),
            inline_at: inline.map(|own| own.place.clone()),
        }
    }
}

/// The exceptions of a run, but for the comments, which are found with the manifests.
#[derive(Debug, Default)]
pub struct Exceptions {
    /// What they are held to.
    pub terms: Terms,
    /// What globs count from.
    pub top: Top,
    /// Whether the run looks at the whole repository: what is not in it is nowhere.
    pub is_whole: bool,
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// The baseline.
    pub baseline: Option<Baseline>,
    /// Whom the repository names for its files, if it says so and a waiver names an approver.
    pub owners: Option<CodeOwners>,
    /// What is wrong with their files. Entries without a mistake count all the same.
    pub problems: Vec<Finding>,
    /// Their files, as reports show them: what a walk makes of them does not count.
    pub files: Vec<Arc<str>>,
}

/// A deployment that was judged.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its identity.
    pub identity: Option<&'a str>,
    /// Its file, as reports show it.
    pub file: &'a str,
}

/// What exceptions are held against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The day of the run.
    pub today: Date,
    /// The rules.
    pub policies: &'a Policies,
    /// Rules of no pack that are in force.
    pub in_force: &'a [&'a str],
    /// The deployments that were judged.
    pub subjects: &'a [Subject<'a>],
}

/// What is told of exceptions of one kind.
#[derive(Debug)]
struct Told {
    /// The rule of its findings.
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Told {
    fn of(rule: &'static str) -> Self {
        Self { rule, findings: Vec::new() }
    }

    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Exceptions {
    /// Whether there is nothing to do about them.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.baseline.is_none() && self.problems.is_empty()
    }

    /// Marks the findings that do not count, and adds what is to be told of the exceptions themselves. `ignores` are
    /// the comments, in any order.
    pub fn apply(&self, mut ignores: Vec<Ignores>, run: Circumstances<'_>, findings: &mut Vec<Finding>) {
        findings.extend(self.problems.iter().cloned());
        ignores.sort_by(|left, right| left.source.path.cmp(&right.source.path));
        let rules = Rules::new(run.policies, run.in_force);
        let mut told = Told::of("waivers");
        let mut comments = Comments::new(&ignores, &self.terms, &run, &rules, &mut told);
        let mut ledger = Ledger::new(self, &run, &rules, &mut told);
        for finding in findings.iter_mut().filter(|finding| is_excusable(finding)) {
            let waived = ledger.of(finding);
            let taken_back = comments.of(finding, self.terms.inline);
            finding.exception = waived.or(taken_back);
            finding.status = status(finding.exception.as_deref());
        }
        ledger.tell(self, &run, &rules, &mut told);
        comments.tell(&self.terms, &rules, findings, &mut told);
        findings.append(&mut told.findings);
        if let Some(baseline) = &self.baseline {
            let mut told = Told::of("baseline");
            baseline.apply(self.is_whole, &run, &rules, findings, &mut told);
            findings.append(&mut told.findings);
        }
    }
}

/// Whether a finding is of a kind that can be excused: what a rule says of a deployment.
fn is_excusable(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Fail | Outcome::Undetermined)
}

fn status(exception: Option<&Exception>) -> Status {
    match exception.map(|exception| exception.kind) {
        None => Status::Open,
        Some(ExceptionKind::Inline) => Status::Suppressed,
        Some(ExceptionKind::Waiver) => Status::Waived,
        Some(ExceptionKind::Baseline) => Status::Baselined,
    }
}

/// A value in a sentence.
fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Null => "missing".to_owned(),
        value => serde_json::to_string(value).unwrap_or_default(),
    }
}
