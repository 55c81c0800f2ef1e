//! The stable shape of the JSON report, version 1: structs of its own, so that renaming a field of ours breaks no
//! reader. Fields stand in the order in which they are written.

use std::borrow::Cow;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::fingerprint::Fingerprint;
use crate::finding::{
    Clause, Decisive, Exception, ExceptionKind, Finding, Label, Outcome, Place, Scalar, Severity, Status,
};
use crate::report::{DeploymentRecord, OutcomeCounts, PackRecord, Report, Summary};
use crate::source::{Position, Source, Span};

/// Names the shape.
const SCHEMA: &str = "tunelint.dev/report/v1";

/// The whole report but its findings, which are its last field.
pub(super) struct ReportV1<'a> {
    run: RunV1<'a>,
    packs: Each<'a, PackRecord>,
    summary: SummaryV1,
    deployments: Each<'a, DeploymentRecord>,
}

impl<'a> ReportV1<'a> {
    /// A view of a report.
    pub(super) fn new(report: &'a Report) -> Self {
        Self {
            run: RunV1::new(report),
            packs: Each(&report.packs),
            summary: SummaryV1::new(report),
            deployments: Each(&report.deployments),
        }
    }

    /// Writes its fields.
    pub(super) fn write<S: SerializeStruct>(&self, document: &mut S) -> Result<(), S::Error> {
        let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
        document.serialize_field("schema", SCHEMA)?;
        document.serialize_field("tool", &tool)?;
        document.serialize_field("run", &self.run)?;
        document.serialize_field("packs", &self.packs)?;
        document.serialize_field("summary", &self.summary)?;
        document.serialize_field("deployments", &self.deployments)
    }
}

/// One line of JSON lines.
#[derive(serde::Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum LineV1<'a> {
    /// A finding.
    Finding(FindingV1<'a>),
    /// A deployment.
    Deployment(DeploymentV1<'a>),
    /// The counts: the last line.
    Summary(SummaryV1),
}

#[derive(serde::Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(serde::Serialize)]
struct RunV1<'a> {
    commit: Option<&'a str>,
    trust: Option<&'a str>,
    today: String,
    config: &'a str,
    /// Absent where the report is not limited to changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<ChangedV1<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangedV1<'a> {
    since: &'a str,
    deployments_left_out: u64,
}

impl<'a> RunV1<'a> {
    fn new(report: &'a Report) -> Self {
        let run = &report.run;
        Self {
            commit: run.commit.as_deref(),
            trust: run.trust.as_deref(),
            today: run.today.to_string(),
            config: &run.config,
            changed: report.left_out.as_ref().map(|left_out| ChangedV1 {
                since: &left_out.since,
                deployments_left_out: left_out.deployments,
            }),
        }
    }
}

/// A record that is turned into its wire form only while it is written: no second report in memory.
trait Wire {
    type Form<'a>: Serialize
    where
        Self: 'a;
    fn form(&self) -> Self::Form<'_>;
}

struct Each<'a, T>(&'a [T]);

impl<T: Wire> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Wire::form))
    }
}

#[derive(serde::Serialize)]
struct PackV1<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
    parameters: Parameters<'a>,
}

struct Parameters<'a>(&'a [(Arc<str>, Scalar)]);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(&**name, value)?;
        }
        map.end()
    }
}

impl Wire for PackRecord {
    type Form<'a> = PackV1<'a>;

    fn form(&self) -> PackV1<'_> {
        PackV1 {
            name: &self.name,
            version: &self.version,
            digest: &self.digest,
            parameters: Parameters(&self.parameters),
        }
    }
}

/// The counts of a run, with its exit status.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SummaryV1 {
    files: u64,
    skipped: u64,
    manifests: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    undetermined: u64,
    invalid: u64,
    unreadable: u64,
    suppressed: u64,
    waived: u64,
    baselined: u64,
    not_applicable_unknown: u64,
    exit: u8,
}

impl SummaryV1 {
    /// The counts of a report.
    pub(super) fn new(report: &Report) -> Self {
        // Taken apart in full, so that a new count cannot be forgotten here.
        let Summary {
            files,
            skipped,
            manifests,
            errors,
            warnings,
            notes,
            undetermined,
            invalid,
            unreadable,
            suppressed,
            waived,
            baselined,
            not_applicable_unknown,
        } = report.summary;
        Self {
            files,
            skipped,
            manifests,
            errors,
            warnings,
            notes,
            undetermined,
            invalid,
            unreadable,
            suppressed,
            waived,
            baselined,
            not_applicable_unknown,
            exit: report.exit.code(),
        }
    }
}

/// A deployment.
#[derive(serde::Serialize)]
pub(super) struct DeploymentV1<'a> {
    name: Option<&'a str>,
    file: &'a str,
    document: u32,
    format: &'a str,
    owner: Option<&'a str>,
    stage: Option<&'a str>,
    strategy: Option<&'a str>,
    outcomes: OutcomesV1,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomesV1 {
    pass: u32,
    fail: u32,
    undetermined: u32,
    not_applicable: u32,
    not_applicable_unknown: u32,
}

impl<'a> DeploymentV1<'a> {
    /// A view of a deployment.
    pub(super) fn new(deployment: &'a DeploymentRecord) -> Self {
        let OutcomeCounts { pass, fail, undetermined, not_applicable, not_applicable_unknown } =
            deployment.outcomes;
        Self {
            name: deployment.name.as_deref(),
            file: &deployment.file,
            document: deployment.document,
            format: deployment.format,
            owner: deployment.owner.as_deref(),
            stage: deployment.stage.as_deref(),
            strategy: deployment.strategy.as_deref(),
            outcomes: OutcomesV1 { pass, fail, undetermined, not_applicable, not_applicable_unknown },
        }
    }
}

impl Wire for DeploymentRecord {
    type Form<'a> = DeploymentV1<'a>;

    fn form(&self) -> DeploymentV1<'_> {
        DeploymentV1::new(self)
    }
}

/// A finding.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingV1<'a> {
    rule: &'a str,
    pack: Option<&'a str>,
    code: Option<&'a str>,
    outcome: Outcome,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    guide: &'a [String],
    passes_if: Each<'a, Clause>,
    missing: &'a [Cow<'static, str>],
    decisive: Each<'a, Decisive>,
    deployment: Option<&'a str>,
    deployment_id: Option<&'a str>,
    file: &'a str,
    document: Option<u32>,
    pointer: Option<&'a str>,
    span: Option<SpanV1>,
    labels: Labels<'a>,
    fingerprint: &'a Fingerprint,
    status: Status,
    /// Absent where there is none, so that a report without exceptions is what it was before there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<Box<ExceptionV1<'a>>>,
}

impl<'a> FindingV1<'a> {
    /// A view of a finding.
    pub(super) fn new(finding: &'a Finding, fingerprint: &'a Fingerprint) -> Self {
        let place = &finding.primary.place;
        let span = SpanV1::new(place);
        Self {
            rule: &finding.rule,
            pack: finding.pack.as_deref(),
            code: finding.code,
            outcome: finding.outcome,
            severity: finding.severity,
            message: &finding.message,
            help: finding.help.as_deref(),
            guide: &finding.guide,
            passes_if: Each(&finding.passes_if),
            missing: &finding.missing,
            decisive: Each(&finding.decisive),
            deployment: finding.deployment.as_deref(),
            deployment_id: finding.deployment_id.as_deref(),
            file: &place.source.path,
            document: place.document,
            pointer: place.pointer.as_deref(),
            span,
            labels: Labels { finding, span },
            fingerprint,
            status: finding.status,
            exception: finding.exception.as_deref().map(|own| Box::new(ExceptionV1::new(own))),
        }
    }
}

/// Why a finding does not count.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionV1<'a> {
    kind: ExceptionKind,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    approved_by: Option<&'a str>,
    ticket: Option<&'a str>,
    expires: Option<String>,
    file: &'a str,
    document: Option<u32>,
    pointer: Option<&'a str>,
    span: Option<SpanV1>,
}

impl<'a> ExceptionV1<'a> {
    fn new(exception: &'a Exception) -> Self {
        Self {
            kind: exception.kind,
            reason: exception.reason.as_deref(),
            owner: exception.owner.as_deref(),
            approved_by: exception.approved_by.as_deref(),
            ticket: exception.ticket.as_deref(),
            expires: exception.expires.map(|day| day.to_string()),
            file: &exception.place.source.path,
            document: exception.place.document,
            pointer: exception.place.pointer.as_deref(),
            span: SpanV1::new(&exception.place),
        }
    }
}

#[derive(serde::Serialize)]
struct ClauseV1<'a> {
    path: &'a str,
    op: &'a str,
    value: &'a Scalar,
}

impl Wire for Clause {
    type Form<'a> = ClauseV1<'a>;

    fn form(&self) -> ClauseV1<'_> {
        ClauseV1 { path: &self.path, op: self.op, value: &self.value }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisiveV1<'a> {
    path: &'a str,
    value: &'a Scalar,
    op: Option<&'a str>,
    threshold: Option<&'a Scalar>,
    parameter: Option<&'a str>,
    parameter_source: Option<&'a str>,
}

impl Wire for Decisive {
    type Form<'a> = DecisiveV1<'a>;

    fn form(&self) -> DecisiveV1<'_> {
        DecisiveV1 {
            path: &self.path,
            value: &self.value,
            op: self.op,
            threshold: self.threshold.as_ref(),
            parameter: self.parameter.as_deref(),
            parameter_source: self.parameter_source.as_deref(),
        }
    }
}

/// The bytes, lines and columns of a place.
#[derive(Clone, Copy, serde::Serialize)]
pub(super) struct SpanV1 {
    start: PositionV1,
    end: PositionV1,
}

#[derive(Clone, Copy, serde::Serialize)]
struct PositionV1 {
    offset: u32,
    line: u32,
    column: u32,
}

impl SpanV1 {
    /// Those of a place, if it has any.
    pub(super) fn new(place: &Place) -> Option<Self> {
        Some(Self::of(&place.source, place.span?))
    }

    /// Those of some bytes of a source.
    pub(super) fn of(source: &Source, span: Span) -> Self {
        let (start, end) = source.lines.positions(span);
        Self { start: start.into(), end: end.into() }
    }
}

impl From<Position> for PositionV1 {
    fn from(position: Position) -> Self {
        Self { offset: position.offset, line: position.line, column: position.column }
    }
}

/// A place with its words.
#[derive(serde::Serialize)]
pub(super) struct LabelV1<'a> {
    file: &'a str,
    document: Option<u32>,
    pointer: Option<&'a str>,
    span: Option<SpanV1>,
    message: &'a str,
    primary: bool,
}

impl<'a> LabelV1<'a> {
    /// A view of a label.
    pub(super) fn new(label: &'a Label, primary: bool) -> Self {
        Self::at(label, SpanV1::new(&label.place), primary)
    }

    fn at(label: &'a Label, span: Option<SpanV1>, primary: bool) -> Self {
        Self {
            file: &label.place.source.path,
            document: label.place.document,
            pointer: label.place.pointer.as_deref(),
            span,
            message: &label.message,
            primary,
        }
    }
}

/// The labels of a finding, the primary one's span already found.
struct Labels<'a> {
    finding: &'a Finding,
    span: Option<SpanV1>,
}

impl Serialize for Labels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let primary = std::iter::once(LabelV1::at(&self.finding.primary, self.span, true));
        let secondary = self.finding.secondary.iter().map(|label| LabelV1::new(label, false));
        serializer.collect_seq(primary.chain(secondary))
    }
}
