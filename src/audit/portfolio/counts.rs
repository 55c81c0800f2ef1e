//! What findings and deployments come to, in numbers.

use jiff::civil::Date;

use crate::audit::record::{DeploymentRow, FindingRow, RepoRow};
use crate::finding::{Outcome, Severity, Status};

/// Findings by how bad they are and by whether they count, and the deployments that they are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deployments.
    pub deployments: u64,
    /// Open findings of severity error.
    pub errors: u64,
    /// Open findings of severity warning.
    pub warnings: u64,
    /// Open findings of severity note.
    pub notes: u64,
    /// Open findings that are undetermined; the severities count them as well.
    pub undetermined: u64,
    /// Open findings that were not there before; zero where there is nothing to compare with.
    pub new: u64,
    /// Findings taken back by a comment.
    pub suppressed: u64,
    /// Findings excused by a waiver.
    pub waived: u64,
    /// Findings of the baseline.
    pub baselined: u64,
}

impl Counts {
    /// Open findings.
    pub const fn open(&self) -> u64 {
        self.errors + self.warnings + self.notes
    }

    /// Findings that somebody excused, in whatever way.
    pub const fn excused(&self) -> u64 {
        self.suppressed + self.waived + self.baselined
    }

    /// Open findings of a severity.
    pub const fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
            Severity::Note => self.notes,
        }
    }

    /// Counts all of a repository; what is new in it, its row does not tell.
    pub(super) fn take_repo(&mut self, repo: &RepoRow) {
        self.deployments += repo.deployments;
        self.errors += repo.errors;
        self.warnings += repo.warnings;
        self.notes += repo.notes;
        self.undetermined += repo.undetermined;
        self.suppressed += repo.suppressed;
        self.waived += repo.waived;
        self.baselined += repo.baselined;
    }

    /// Counts one; outcomes that are no findings count nowhere.
    pub(super) fn take(&mut self, finding: &FindingRow, is_new: bool) {
        if !finding.outcome.is_problem() {
            return;
        }
        match finding.status {
            Status::Suppressed => self.suppressed += 1,
            Status::Waived => self.waived += 1,
            Status::Baselined => self.baselined += 1,
            Status::Open => {
                match finding.severity {
                    Severity::Error => self.errors += 1,
                    Severity::Warning => self.warnings += 1,
                    Severity::Note => self.notes += 1,
                }
                self.undetermined += u64::from(finding.outcome == Outcome::Undetermined);
                self.new += u64::from(is_new);
            }
        }
    }
}

/// An amount of money that some deployments declare, in USD.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// The sum; finite.
    pub usd: f64,
    /// How many deployments declare a part of it.
    pub deployments: u64,
}

impl Amount {
    fn take(&mut self, declared: Option<f64>) {
        if let Some(usd) = declared.filter(|usd| usd.is_finite()) {
            self.usd = (self.usd + usd).clamp(f64::MIN, f64::MAX);
            self.deployments += 1;
        }
    }
}

/// What deployments cost, as far as they declare it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Training, once.
    pub training: Amount,
    /// Upkeep, a month.
    pub recurring: Amount,
    /// Tokens, a month.
    pub tokens: Amount,
}

impl Cost {
    pub(super) fn take(&mut self, deployment: &DeploymentRow) {
        self.training.take(deployment.training_usd);
        self.recurring.take(deployment.recurring_monthly_usd);
        self.tokens.take(deployment.tokens_monthly_usd);
    }

    /// Whether anybody declares any of it.
    pub const fn is_declared(&self) -> bool {
        self.training.deployments + self.recurring.deployments + self.tokens.deployments > 0
    }

    /// Upkeep and tokens, a month, in USD.
    pub fn monthly_usd(&self) -> f64 {
        self.recurring.usd + self.tokens.usd
    }
}

/// Everything on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub day: Date,
    /// Repositories that were audited.
    pub repos: u64,
    /// Repositories that could not be read.
    pub failed: u64,
    /// Repositories that had no commit yet.
    pub absent: u64,
    /// Files read.
    pub files: u64,
    /// Manifests found.
    pub manifests: u64,
    /// Findings and deployments; `new` is told apart from nothing being known by [`Self::gone`].
    pub counts: Counts,
    /// Open findings of the day before that are there no more; nothing on the first day.
    pub gone: Option<u64>,
    /// Open findings that are invalid.
    pub invalid: u64,
    /// Open findings that are unreadable.
    pub unreadable: u64,
    /// Rules over all deployments of which it is unknown whether they apply.
    pub not_applicable_unknown: u64,
    /// Deployments with open errors.
    pub failing: u64,
    /// Deployments that fine-tune and do nothing else.
    pub fine_tuned: u64,
    /// Deployments that prompt and do nothing else.
    pub prompted: u64,
    /// Deployments that do both.
    pub hybrid: u64,
    /// Deployments with an owner, declared or by CODEOWNERS.
    pub owned: u64,
}

impl Point {
    pub(super) fn new(day: Date, is_first: bool) -> Self {
        Self {
            day,
            repos: 0,
            failed: 0,
            absent: 0,
            files: 0,
            manifests: 0,
            counts: Counts::default(),
            gone: (!is_first).then_some(0),
            invalid: 0,
            unreadable: 0,
            not_applicable_unknown: 0,
            failing: 0,
            fine_tuned: 0,
            prompted: 0,
            hybrid: 0,
            owned: 0,
        }
    }

    /// Counts a repository that was audited.
    pub(super) fn take_repo(&mut self, repo: &RepoRow) {
        self.repos += 1;
        self.files += repo.files;
        self.manifests += repo.manifests;
        self.invalid += repo.invalid;
        self.unreadable += repo.unreadable;
        self.not_applicable_unknown += repo.not_applicable_unknown;
        self.counts.take_repo(repo);
    }

    pub(super) fn take_deployment(&mut self, deployment: &DeploymentRow) {
        match deployment.strategy.as_deref() {
            Some("fine-tuning") => self.fine_tuned += 1,
            Some("prompting") => self.prompted += 1,
            Some("hybrid") => self.hybrid += 1,
            _ => {}
        }
        self.failing += u64::from(deployment.errors > 0);
        self.owned += u64::from(super::team(deployment.owner.as_deref(), &deployment.code_owners).is_some());
    }

    /// Deployments that nobody owns.
    pub const fn unowned(&self) -> u64 {
        self.counts.deployments.saturating_sub(self.owned)
    }

    /// Deployments whose strategy nobody tells.
    pub const fn of_unknown_strategy(&self) -> u64 {
        self.counts.deployments.saturating_sub(self.fine_tuned + self.prompted + self.hybrid)
    }

    /// Open findings of the day before that are there no more, and those that were not there then.
    pub fn new_and_gone(&self) -> Option<(u64, u64)> {
        self.gone.map(|gone| (self.counts.new, gone))
    }
}
