//! From a report to rows.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::record::{
    DeploymentRow, ExceptionRow, FindingRow, PackRow, PassedOver, RepoRow, RepoRows, RepoState, ValueRow,
    WaiverRow, WaiverState,
};
use crate::exceptions::Exceptions;
use crate::exceptions::owners::CodeOwners;
use crate::exceptions::waivers::{Standing, Waiver};
use crate::finding::{Exception, ExceptionKind, Finding, Place, Scalar, Severity, Status};
use crate::report::{DeploymentRecord, PackRecord, Report};

/// What was audited of a repository.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The day.
    pub snapshot: Date,
    /// Its name.
    pub repo: &'a str,
    /// The commit, and when it was committed.
    pub commit: Option<(String, String)>,
    /// What the pages of its files are below.
    pub web: Option<String>,
    /// What was passed over.
    pub passed_over: Vec<PassedOver>,
}

impl Subject<'_> {
    /// The rows of a repository that there is nothing of, and why, if that is a problem.
    pub fn nothing(self, state: RepoState, problem: Option<String>) -> RepoRows {
        let (commit, committed_at) = self.commit.unzip();
        let repo = RepoRow {
            snapshot: self.snapshot,
            repo: self.repo.to_owned(),
            state,
            problem,
            commit,
            committed_at,
            web: self.web,
            config: None,
            files: 0,
            skipped: 0,
            manifests: 0,
            deployments: 0,
            errors: 0,
            warnings: 0,
            notes: 0,
            undetermined: 0,
            invalid: 0,
            unreadable: 0,
            suppressed: 0,
            waived: 0,
            baselined: 0,
            not_applicable_unknown: 0,
            exit: 0,
            passed_over: self.passed_over,
            packs: Vec::new(),
        };
        RepoRows { repo, deployments: Vec::new(), findings: Vec::new(), waivers: Vec::new() }
    }

    /// The rows of a report. `fingerprints` are those of its findings, in their order.
    pub fn rows(
        self,
        report: &Report,
        exceptions: &Exceptions,
        owners: Option<&CodeOwners>,
        fingerprints: Vec<String>,
    ) -> RepoRows {
        let Self { snapshot, repo, .. } = self;
        let commit = self.commit.as_ref().map(|(id, _)| id.clone());
        let summary = report.summary;
        let RepoRows { repo: row, .. } = self.nothing(RepoState::Audited, None);
        let row = RepoRow {
            config: Some(report.run.config.clone()),
            files: summary.files,
            skipped: summary.skipped,
            manifests: summary.manifests,
            deployments: report.deployments.len() as u64,
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            undetermined: summary.undetermined,
            invalid: summary.invalid,
            unreadable: summary.unreadable,
            suppressed: summary.suppressed,
            waived: summary.waived,
            baselined: summary.baselined,
            not_applicable_unknown: summary.not_applicable_unknown,
            exit: report.exit.code(),
            packs: packs(&report.packs),
            ..row
        };
        let own = Own { snapshot, repo, commit: commit.as_deref() };
        let mut deployments: Vec<_> =
            report.deployments.iter().map(|record| own.deployment(record, owners)).collect();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (index, deployment) in deployments.iter().enumerate() {
            by_id.insert(format!("{}#{}", deployment.file, deployment.document), index);
        }
        let mut findings = Vec::with_capacity(report.findings.len());
        for (finding, fingerprint) in report.findings.iter().zip(fingerprints) {
            let id = finding.deployment_id.as_deref();
            let deployment = id.and_then(|id| by_id.get(id)).and_then(|index| deployments.get_mut(*index));
            findings.push(own.finding(finding, fingerprint, deployment));
        }
        let waivers = own.waivers(report, exceptions);
        RepoRows { repo: row, deployments, findings, waivers }
    }
}

/// The packs of a report.
pub fn packs(packs: &[PackRecord]) -> Vec<PackRow> {
    let row = |pack: &PackRecord| PackRow {
        name: pack.name.to_string(),
        version: pack.version.to_string(),
        digest: pack.digest.to_string(),
        parameters: pack.parameters.iter().map(|(name, own)| (name.to_string(), value(own))).collect(),
    };
    packs.iter().map(row).collect()
}

/// What all rows of one repository begin with.
#[derive(Clone, Copy)]
struct Own<'a> {
    snapshot: Date,
    repo: &'a str,
    commit: Option<&'a str>,
}

impl Own<'_> {
    fn deployment(self, record: &DeploymentRecord, owners: Option<&CodeOwners>) -> DeploymentRow {
        let figures = record.figures.as_deref();
        let named = owners.map(|owners| owners.named_for(&record.file)).unwrap_or_default();
        DeploymentRow {
            snapshot: self.snapshot,
            repo: self.repo.to_owned(),
            commit: self.commit.map(str::to_owned),
            deployment: text(record.name.as_deref()),
            file: record.file.to_string(),
            document: record.document,
            line: figures.map_or(1, |figures| figures.line),
            format: record.format.to_owned(),
            owner: text(record.owner.as_deref()),
            code_owners: named.iter().map(ToString::to_string).collect(),
            stage: text(record.stage.as_deref()),
            strategy: text(record.strategy.as_deref()),
            model: figures.and_then(|figures| text(figures.model.as_deref())),
            hosting: figures.and_then(|figures| text(figures.hosting.as_deref())),
            compliance: figures.and_then(|figures| text(figures.compliance.as_deref())),
            monthly_requests: figures.and_then(|figures| figures.monthly_requests),
            training_usd: figures.and_then(|figures| figures.costs.training),
            recurring_monthly_usd: figures.and_then(|figures| figures.costs.recurring_monthly),
            tokens_monthly_usd: figures.and_then(|figures| figures.costs.tokens_monthly),
            pass: record.outcomes.pass,
            fail: record.outcomes.fail,
            undetermined: record.outcomes.undetermined,
            not_applicable: record.outcomes.not_applicable,
            not_applicable_unknown: record.outcomes.not_applicable_unknown,
            errors: 0,
            warnings: 0,
            notes: 0,
            excused: 0,
        }
    }

    /// A finding, which is counted at its deployment.
    fn finding(
        self,
        finding: &Finding,
        fingerprint: String,
        mut deployment: Option<&mut DeploymentRow>,
    ) -> FindingRow {
        if let Some(deployment) = deployment.as_deref_mut() {
            let count = match (finding.outcome.is_problem(), finding.status, finding.severity) {
                (false, ..) => None,
                (_, Status::Open, Severity::Error) => Some(&mut deployment.errors),
                (_, Status::Open, Severity::Warning) => Some(&mut deployment.warnings),
                (_, Status::Open, Severity::Note) => Some(&mut deployment.notes),
                _ => Some(&mut deployment.excused),
            };
            if let Some(count) = count {
                *count += 1;
            }
        }
        let place = &finding.primary.place;
        let positions = place.span.map(|span| place.source.lines.positions(span));
        FindingRow {
            snapshot: self.snapshot,
            repo: self.repo.to_owned(),
            commit: self.commit.map(str::to_owned),
            fingerprint,
            rule: finding.rule.to_string(),
            pack: text(finding.pack.as_deref()),
            code: text(finding.code),
            outcome: finding.outcome,
            severity: finding.severity,
            status: finding.status,
            message: finding.message.clone(),
            deployment: text(finding.deployment.as_deref()),
            deployment_id: text(finding.deployment_id.as_deref()),
            owner: deployment.as_deref().and_then(|own| own.owner.clone()),
            code_owners: deployment.as_deref().map(|own| own.code_owners.clone()).unwrap_or_default(),
            stage: deployment.as_deref().and_then(|own| own.stage.clone()),
            strategy: deployment.as_deref().and_then(|own| own.strategy.clone()),
            file: place.source.path.to_string(),
            document: place.document,
            line: positions.map(|(start, _)| start.line),
            column: positions.map(|(start, _)| start.column),
            end_line: positions.map(|(_, end)| end.line),
            end_column: positions.map(|(_, end)| end.column),
            pointer: text(place.pointer.as_deref()),
            guide: finding.guide.to_vec(),
            missing: finding.missing.iter().map(ToString::to_string).collect(),
            values: finding.decisive.iter().map(decisive).collect(),
            exception: finding.exception.as_deref().map(exception),
        }
    }

    /// The waivers, and the comments that take something back.
    fn waivers(self, report: &Report, exceptions: &Exceptions) -> Vec<WaiverRow> {
        let told: Vec<&Finding> =
            report.findings.iter().filter(|finding| &*finding.rule == "waivers").collect();
        let excused = |exception: &Arc<Exception>| -> u64 {
            let by = |finding: &&Finding| {
                finding.exception.as_ref().is_some_and(|own| Arc::ptr_eq(own, exception))
            };
            report.findings.iter().filter(by).count() as u64
        };
        let mut rows: Vec<WaiverRow> = Vec::new();
        for waiver in &exceptions.waivers {
            let findings = excused(waiver.exception());
            rows.push(self.waiver(waiver, state(waiver, findings, &told), findings));
        }
        let mut comments: Vec<(&Finding, &Arc<Exception>, u64)> = Vec::new();
        for finding in &report.findings {
            let Some(own) = finding.exception.as_ref().filter(|own| own.kind == ExceptionKind::Inline) else {
                continue;
            };
            let same = |(first, known, _): &&mut (&Finding, &Arc<Exception>, u64)| {
                first.rule == finding.rule && is_same_place(&known.place, &own.place)
            };
            match comments.iter_mut().find(same) {
                Some((.., count)) => *count += 1,
                None => comments.push((finding, own, 1)),
            }
        }
        rows.extend(comments.into_iter().map(|(finding, own, findings)| WaiverRow {
            deployment: text(finding.deployment.as_deref()),
            ..self.entry(own, &finding.rule, WaiverState::InUse, findings)
        }));
        rows
    }

    fn waiver(self, waiver: &Waiver, state: WaiverState, findings: u64) -> WaiverRow {
        WaiverRow {
            deployment: text(waiver.deployment_text()),
            path: text(waiver.path_text()),
            ..self.entry(waiver.exception(), waiver.rule_text(), state, findings)
        }
    }

    fn entry(self, own: &Exception, rule: &str, state: WaiverState, findings: u64) -> WaiverRow {
        let ExceptionRow { kind, reason, owner, approved_by, ticket, expires, file, line } = exception(own);
        WaiverRow {
            snapshot: self.snapshot,
            repo: self.repo.to_owned(),
            commit: self.commit.map(str::to_owned),
            kind,
            state,
            rule: rule.to_owned(),
            deployment: None,
            path: None,
            reason,
            owner,
            approved_by,
            ticket,
            expires,
            findings,
            file,
            line,
        }
    }
}

/// Where a waiver stands: by what it excuses, and by what is told of it.
fn state(waiver: &Waiver, findings: u64, told: &[&Finding]) -> WaiverState {
    if findings > 0 {
        return WaiverState::InUse;
    }
    match waiver.standing(told.iter().copied()) {
        Standing::Unused => WaiverState::Unused,
        Standing::Lapsed => WaiverState::Lapsed,
        Standing::Expired => WaiverState::Expired,
        Standing::Rejected => WaiverState::Rejected,
    }
}

fn exception(own: &Exception) -> ExceptionRow {
    ExceptionRow {
        kind: own.kind,
        reason: text(own.reason.as_deref()),
        owner: text(own.owner.as_deref()),
        approved_by: text(own.approved_by.as_deref()),
        ticket: text(own.ticket.as_deref()),
        expires: own.expires,
        file: own.place.source.path.to_string(),
        line: own.place.span.map(|span| own.place.source.lines.position(span.start).line),
    }
}

fn is_same_place(left: &Place, right: &Place) -> bool {
    left.source.path == right.source.path && left.span == right.span
}

fn decisive(own: &crate::finding::Decisive) -> ValueRow {
    ValueRow {
        path: own.path.to_string(),
        value: value(&own.value),
        op: text(own.op),
        // Rows that were read again have no null there either.
        threshold: own.threshold.as_ref().map(value).filter(|own| !own.is_null()),
        parameter: text(own.parameter.as_deref()),
        parameter_source: text(own.parameter_source.as_deref()),
    }
}

fn value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(own) => Value::Bool(*own),
        Scalar::Int(own) => Value::from(*own),
        Scalar::Number(own) => Value::from(*own),
        Scalar::Text(own) => Value::String(own.to_string()),
        Scalar::List(items) => Value::Array(items.iter().map(value).collect()),
    }
}

fn text(own: Option<&str>) -> Option<String> {
    own.map(str::to_owned)
}
