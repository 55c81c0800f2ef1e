//! The deployments that most is wrong with.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Spot;
use super::top::{List, Top};
use crate::audit::record::{DeploymentRow, FindingRow};
use crate::finding::{Outcome, Severity};

/// A deployment with open findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Offender {
    /// The deployment.
    pub deployment: DeploymentRow,
    /// Where it stands.
    pub spot: Spot,
    /// Its worst open findings, undetermined ones after others.
    pub findings: List<OffenderFinding>,
}

/// An open finding of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffenderFinding {
    /// Rule id.
    pub rule: String,
    /// The pack of the rule.
    pub pack: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What it came to.
    pub outcome: Outcome,
    /// The claim.
    pub message: String,
    /// Where.
    pub spot: Spot,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// Errors, warnings, notes, the most first, then the place.
type Key = (Reverse<(u32, u32, u32)>, Arc<str>, String, u32);

/// Offenders while they are gathered.
#[derive(Debug)]
pub(super) struct Gathering {
    findings: usize,
    top: Top<Key, Offender>,
}

impl Gathering {
    pub(super) fn new(limit: usize, findings: usize) -> Self {
        Self { findings, top: Top::new(limit) }
    }

    /// Takes in a deployment with its open findings, each with whether it is new.
    pub(super) fn take(&mut self, row: &DeploymentRow, spot: &Spot, open: &[(&FindingRow, bool)]) {
        if row.errors + row.warnings + row.notes == 0 {
            return;
        }
        let worst = Reverse((row.errors, row.warnings, row.notes));
        let key = (worst, Arc::clone(&spot.repo), row.file.clone(), row.document);
        let limit = self.findings;
        self.top.push(key, || {
            let mut findings = Top::new(limit);
            for (index, (finding, is_new)) in open.iter().enumerate() {
                let is_undetermined = finding.outcome == Outcome::Undetermined;
                let key = (Reverse(finding.severity), is_undetermined, index);
                findings.push(key, || OffenderFinding::new(finding, spot, *is_new));
            }
            Offender { deployment: row.clone(), spot: spot.clone(), findings: findings.finish() }
        });
    }

    pub(super) fn finish(self) -> List<Offender> {
        self.top.finish()
    }
}

impl OffenderFinding {
    fn new(row: &FindingRow, deployment: &Spot, is_new: bool) -> Self {
        Self {
            rule: row.rule.clone(),
            pack: row.pack.clone(),
            severity: row.severity,
            outcome: row.outcome,
            message: row.message.clone(),
            spot: Spot { file: row.file.clone(), line: row.line, ..deployment.clone() },
            is_new,
        }
    }
}
