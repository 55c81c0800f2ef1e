//! Lists of what has a place: waivers, deployments, mistakes.

use serde::Serialize;

use super::super::words::{page, page_of_entry};
use crate::audit::portfolio::{
    Entry, FactLine, Ledger, List, Mistake, Offender, OffenderFinding, Skipped, Spot, Undecided,
    UndecidedDeployment,
};
use crate::audit::record::WaiverState;
use crate::finding::{ExceptionKind, Outcome, Severity};

/// The first items of a list, and how many there are in all.
#[derive(Serialize)]
pub(super) struct ListV1<T> {
    count: u64,
    items: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LedgerV1<'a> {
    in_use: u64,
    unused: u64,
    lapsed: u64,
    expired: u64,
    rejected: u64,
    soon: u64,
    unapproved: u64,
    holding: ListV1<WaiverV1<'a>>,
    idle: ListV1<WaiverV1<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WaiverV1<'a> {
    kind: ExceptionKind,
    state: WaiverState,
    rule: &'a str,
    deployment: Option<&'a str>,
    path: Option<&'a str>,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    approved_by: Option<&'a str>,
    ticket: Option<&'a str>,
    expires: Option<String>,
    days_left: Option<i32>,
    findings: u64,
    repo: &'a str,
    file: &'a str,
    line: Option<u32>,
    link: Option<String>,
}

#[derive(Serialize)]
pub(super) struct UndecidedV1<'a> {
    deployments: ListV1<UndecidedDeploymentV1<'a>>,
    facts: Vec<FactV1<'a>>,
}

#[derive(Serialize)]
pub(super) struct UndecidedDeploymentV1<'a> {
    #[serde(flatten)]
    spot: SpotV1<'a>,
    team: Option<&'a str>,
    stage: Option<&'a str>,
    findings: u64,
    decided: u64,
    missing: &'a [String],
}

#[derive(Serialize)]
pub(super) struct FactV1<'a> {
    path: &'a str,
    findings: u64,
    alone: u64,
    deployments: u64,
    rules: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OffenderV1<'a> {
    #[serde(flatten)]
    spot: SpotV1<'a>,
    owner: Option<&'a str>,
    code_owners: &'a [String],
    stage: Option<&'a str>,
    strategy: Option<&'a str>,
    model: Option<&'a str>,
    errors: u32,
    warnings: u32,
    notes: u32,
    findings: ListV1<OffenderFindingV1<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OffenderFindingV1<'a> {
    rule: &'a str,
    pack: Option<&'a str>,
    severity: Severity,
    outcome: Outcome,
    message: &'a str,
    is_new: bool,
    file: &'a str,
    line: Option<u32>,
    link: Option<String>,
}

#[derive(Serialize)]
pub(super) struct SpotV1<'a> {
    deployment: Option<&'a str>,
    repo: &'a str,
    file: &'a str,
    line: Option<u32>,
    link: Option<String>,
}

#[derive(Serialize)]
pub(super) struct MistakeV1<'a> {
    rule: &'a str,
    code: Option<&'a str>,
    severity: Severity,
    message: &'a str,
    repo: &'a str,
    file: &'a str,
    line: Option<u32>,
    link: Option<String>,
}

#[derive(Serialize)]
pub(super) struct SkippedV1<'a> {
    code: &'a str,
    repo: &'a str,
    path: &'a str,
}

impl<T> ListV1<T> {
    pub(super) fn new<'a, S>(list: &'a List<S>, item: impl Fn(&'a S) -> T) -> Self {
        Self { count: list.count(), items: list.items.iter().map(item).collect() }
    }
}

impl<'a> LedgerV1<'a> {
    pub(super) fn new(own: &'a Ledger) -> Self {
        Self {
            in_use: own.in_use,
            unused: own.unused,
            lapsed: own.lapsed,
            expired: own.expired,
            rejected: own.rejected,
            soon: own.soon,
            unapproved: own.unapproved,
            holding: ListV1::new(&own.holding, WaiverV1::new),
            idle: ListV1::new(&own.idle, WaiverV1::new),
        }
    }
}

impl<'a> WaiverV1<'a> {
    pub(super) fn new(own: &'a Entry) -> Self {
        let waiver = &own.waiver;
        Self {
            kind: waiver.kind,
            state: waiver.state,
            rule: &waiver.rule,
            deployment: waiver.deployment.as_deref(),
            path: waiver.path.as_deref(),
            reason: waiver.reason.as_deref(),
            owner: waiver.owner.as_deref(),
            approved_by: waiver.approved_by.as_deref(),
            ticket: waiver.ticket.as_deref(),
            expires: waiver.expires.map(|day| day.to_string()),
            days_left: own.days_left,
            findings: waiver.findings,
            repo: &waiver.repo,
            file: &waiver.file,
            line: waiver.line,
            link: page_of_entry(own),
        }
    }
}

impl<'a> UndecidedV1<'a> {
    pub(super) fn new(own: &'a Undecided) -> Self {
        let fact = |own: &'a FactLine| FactV1 {
            path: &own.path,
            findings: own.findings,
            alone: own.alone,
            deployments: own.deployments,
            rules: &own.rules,
        };
        let deployment = |own: &'a UndecidedDeployment| UndecidedDeploymentV1 {
            spot: SpotV1::new(&own.spot),
            team: own.team.as_deref(),
            stage: own.stage.as_deref(),
            findings: own.findings,
            decided: own.decided,
            missing: &own.missing,
        };
        Self {
            deployments: ListV1::new(&own.deployments, deployment),
            facts: own.facts.iter().map(fact).collect(),
        }
    }
}

impl<'a> OffenderV1<'a> {
    pub(super) fn new(own: &'a Offender) -> Self {
        let row = &own.deployment;
        let finding = |own: &'a OffenderFinding| OffenderFindingV1 {
            rule: &own.rule,
            pack: own.pack.as_deref(),
            severity: own.severity,
            outcome: own.outcome,
            message: &own.message,
            is_new: own.is_new,
            file: &own.spot.file,
            line: own.spot.line,
            link: page(&own.spot),
        };
        Self {
            spot: SpotV1::new(&own.spot),
            owner: row.owner.as_deref(),
            code_owners: &row.code_owners,
            stage: row.stage.as_deref(),
            strategy: row.strategy.as_deref(),
            model: row.model.as_deref(),
            errors: row.errors,
            warnings: row.warnings,
            notes: row.notes,
            findings: ListV1::new(&own.findings, finding),
        }
    }
}

impl<'a> SpotV1<'a> {
    pub(super) fn new(own: &'a Spot) -> Self {
        Self {
            deployment: own.deployment.as_deref(),
            repo: &own.repo,
            file: &own.file,
            line: own.line,
            link: page(own),
        }
    }
}

impl<'a> MistakeV1<'a> {
    pub(super) fn new(own: &'a Mistake) -> Self {
        Self {
            rule: &own.rule,
            code: own.code.as_deref(),
            severity: own.severity,
            message: &own.message,
            repo: &own.spot.repo,
            file: &own.spot.file,
            line: own.spot.line,
            link: page(&own.spot),
        }
    }
}

impl<'a> SkippedV1<'a> {
    pub(super) fn new(own: &'a Skipped) -> Self {
        Self { code: &own.code, repo: &own.repo, path: &own.path }
    }
}
