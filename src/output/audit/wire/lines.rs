//! Numbers: days, and lines of tables.

use serde::Serialize;

use crate::audit::portfolio::{Amount, Cost, Counts, Line, Point, RepoLine, RuleLine};
use crate::audit::record::RepoState;
use crate::finding::Severity;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PointV1 {
    day: String,
    repos: u64,
    failed: u64,
    absent: u64,
    files: u64,
    manifests: u64,
    #[serde(flatten)]
    counts: CountsV1,
    new: Option<u64>,
    gone: Option<u64>,
    invalid: u64,
    unreadable: u64,
    not_applicable_unknown: u64,
    failing: u64,
    fine_tuned: u64,
    prompted: u64,
    hybrid: u64,
    owned: u64,
}

#[derive(Serialize)]
pub(super) struct CountsV1 {
    deployments: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    undetermined: u64,
    suppressed: u64,
    waived: u64,
    baselined: u64,
}

#[derive(Serialize)]
pub(super) struct CostV1 {
    training: AmountV1,
    recurring: AmountV1,
    tokens: AmountV1,
}

#[derive(Serialize)]
pub(super) struct AmountV1 {
    usd: f64,
    deployments: u64,
}

#[derive(Serialize)]
pub(super) struct LineV1<'a> {
    name: Option<&'a str>,
    repos: u64,
    #[serde(flatten)]
    counts: CountsV1,
    new: u64,
    cost: CostV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleV1<'a> {
    pack: Option<&'a str>,
    rule: &'a str,
    severity: Option<Severity>,
    repos: u64,
    #[serde(flatten)]
    counts: CountsV1,
    new: u64,
    passed: u64,
    not_applicable: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepoV1<'a> {
    repo: &'a str,
    state: RepoState,
    problem: Option<&'a str>,
    commit: Option<&'a str>,
    committed_at: Option<&'a str>,
    config: Option<&'a str>,
    manifests: u64,
    #[serde(flatten)]
    counts: CountsV1,
    new: u64,
    exit: u8,
}

impl PointV1 {
    pub(super) fn new(own: &Point) -> Self {
        Self {
            day: own.day.to_string(),
            repos: own.repos,
            failed: own.failed,
            absent: own.absent,
            files: own.files,
            manifests: own.manifests,
            counts: CountsV1::new(&own.counts),
            new: own.new_and_gone().map(|(new, _)| new),
            gone: own.gone,
            invalid: own.invalid,
            unreadable: own.unreadable,
            not_applicable_unknown: own.not_applicable_unknown,
            failing: own.failing,
            fine_tuned: own.fine_tuned,
            prompted: own.prompted,
            hybrid: own.hybrid,
            owned: own.owned,
        }
    }
}

impl CountsV1 {
    pub(super) fn new(own: &Counts) -> Self {
        Self {
            deployments: own.deployments,
            errors: own.errors,
            warnings: own.warnings,
            notes: own.notes,
            undetermined: own.undetermined,
            suppressed: own.suppressed,
            waived: own.waived,
            baselined: own.baselined,
        }
    }
}

impl CostV1 {
    pub(super) fn new(own: &Cost) -> Self {
        let amount = |own: Amount| AmountV1 { usd: cents(own.usd), deployments: own.deployments };
        Self { training: amount(own.training), recurring: amount(own.recurring), tokens: amount(own.tokens) }
    }
}

/// An amount without the noise of its sum. One that has no cents any more stays as it is.
fn cents(usd: f64) -> f64 {
    if usd.abs() < 1e12 { (usd * 100.0).round() / 100.0 } else { usd }
}

impl<'a> LineV1<'a> {
    pub(super) fn new(own: &'a Line) -> Self {
        Self {
            name: own.name.as_deref(),
            repos: own.repos,
            counts: CountsV1::new(&own.counts),
            new: own.counts.new,
            cost: CostV1::new(&own.cost),
        }
    }
}

impl<'a> RuleV1<'a> {
    pub(super) fn new(own: &'a RuleLine) -> Self {
        Self {
            pack: own.pack.as_deref(),
            rule: &own.rule,
            severity: own.severity,
            repos: own.repos,
            counts: CountsV1 { deployments: own.deployments, ..CountsV1::new(&own.counts) },
            new: own.counts.new,
            passed: own.passed,
            not_applicable: own.not_applicable,
        }
    }
}

impl<'a> RepoV1<'a> {
    pub(super) fn new(own: &'a RepoLine) -> Self {
        Self {
            repo: &own.repo,
            state: own.state,
            problem: own.problem.as_deref(),
            commit: own.commit.as_deref(),
            committed_at: own.committed_at.as_deref(),
            config: own.config.as_deref(),
            manifests: own.manifests,
            counts: CountsV1::new(&own.counts),
            new: own.counts.new,
            exit: own.exit,
        }
    }
}
