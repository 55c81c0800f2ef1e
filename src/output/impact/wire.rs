//! The stable shape of an impact in JSON, version 1: structs of its own. Fields stand in the order in which they are
//! written.

use std::io;

use serde::Serialize;

use super::{Change, Difference, Impact, Side, Standing, place};
use crate::finding::{Finding, Severity};
use crate::impact::{Counts, Kind, counts};
use crate::output::json::write_document;

/// Names the shape.
const SCHEMA: &str = "tunelint.dev/impact/v1";

#[derive(Serialize)]
struct ImpactV1<'a> {
    schema: &'static str,
    tool: ToolV1,
    today: String,
    before: SideV1<'a>,
    after: SideV1<'a>,
    summary: SummaryV1,
    differences: Vec<DifferenceV1<'a>>,
    rules: Vec<RuleV1<'a>>,
    deployments: Vec<DeploymentV1<'a>>,
    changes: Vec<ChangeV1<'a>>,
    unread: Vec<&'a str>,
    mistakes: Vec<MistakeV1<'a>>,
}

#[derive(Serialize)]
struct ToolV1 {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct SideV1<'a> {
    name: &'a str,
    commit: Option<&'a str>,
    config: &'a str,
}

#[derive(Serialize)]
struct SummaryV1 {
    deployments: usize,
    affected: usize,
    #[serde(flatten)]
    counts: CountsV1,
    mistakes: usize,
    exit: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountsV1 {
    newly_fails: usize,
    severity_changed: usize,
    becomes_undetermined: usize,
    newly_passes: usize,
    becomes_decidable: usize,
    starts_applying: usize,
    stops_applying: usize,
}

impl CountsV1 {
    fn new(counts: &Counts) -> Self {
        let of = |kind: Kind| counts.get(&kind).copied().unwrap_or(0);
        Self {
            newly_fails: of(Kind::NewlyFails),
            severity_changed: of(Kind::SeverityChanged),
            becomes_undetermined: of(Kind::BecomesUndetermined),
            newly_passes: of(Kind::NewlyPasses),
            becomes_decidable: of(Kind::BecomesDecidable),
            starts_applying: of(Kind::StartsApplying),
            stops_applying: of(Kind::StopsApplying),
        }
    }
}

#[derive(Serialize)]
struct DifferenceV1<'a> {
    pack: &'a str,
    aspect: &'static str,
    name: Option<&'a str>,
    before: &'a str,
    after: &'a str,
    /// How many deployments it is said for by their path; null: it is said for all.
    deployments: Option<usize>,
    file: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct RuleV1<'a> {
    pack: &'a str,
    rule: &'a str,
    #[serde(flatten)]
    counts: CountsV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentV1<'a> {
    deployment: Option<&'a str>,
    deployment_id: &'a str,
    file: &'a str,
    document: u32,
    #[serde(flatten)]
    counts: CountsV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeV1<'a> {
    kind: &'static str,
    pack: &'a str,
    rule: &'a str,
    deployment: Option<&'a str>,
    deployment_id: &'a str,
    file: &'a str,
    document: u32,
    line: Option<u32>,
    before: StandingV1,
    after: StandingV1,
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct StandingV1 {
    outcome: &'static str,
    severity: Option<Severity>,
}

#[derive(Serialize)]
struct MistakeV1<'a> {
    side: &'static str,
    rule: &'a str,
    code: Option<&'a str>,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    line: Option<u32>,
}

/// Writes it as one document.
pub(super) fn write(impact: &Impact, exit: u8, out: &mut dyn io::Write) -> io::Result<()> {
    let mistakes: Vec<MistakeV1<'_>> =
        mistakes("before", &impact.before).chain(mistakes("after", &impact.after)).collect();
    let form = ImpactV1 {
        schema: SCHEMA,
        tool: ToolV1 { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        today: impact.today.to_string(),
        before: SideV1::new(&impact.before),
        after: SideV1::new(&impact.after),
        summary: SummaryV1 {
            deployments: impact.deployments,
            affected: impact.changed_deployments(),
            counts: CountsV1::new(&impact.counts()),
            mistakes: mistakes.len(),
            exit,
        },
        differences: impact.differences.iter().map(DifferenceV1::new).collect(),
        rules: by_rule(&impact.changes),
        deployments: by_deployment(&impact.changes),
        changes: impact.changes.iter().map(ChangeV1::new).collect(),
        unread: impact.unread.iter().map(|file| &**file).collect(),
        mistakes,
    };
    write_document(&form, out)
}

fn by_rule(changes: &[Change]) -> Vec<RuleV1<'_>> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by(|left, right| (&left.pack, &left.rule).cmp(&(&right.pack, &right.rule)));
    let groups = sorted.chunk_by(|left, right| (&left.pack, &left.rule) == (&right.pack, &right.rule));
    groups
        .filter_map(|group| {
            let first = group.first()?;
            let counts = CountsV1::new(&counts(group.iter().copied()));
            Some(RuleV1 { pack: &first.pack, rule: &first.rule, counts })
        })
        .collect()
}

fn by_deployment(changes: &[Change]) -> Vec<DeploymentV1<'_>> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    let key = |change: &Change| (std::sync::Arc::clone(&change.file), change.document);
    sorted.sort_by_key(|change| key(change));
    let groups = sorted.chunk_by(|left, right| left.deployment_id == right.deployment_id);
    groups
        .filter_map(|group| {
            let first = group.first()?;
            Some(DeploymentV1 {
                deployment: first.deployment.as_deref(),
                deployment_id: &first.deployment_id,
                file: &first.file,
                document: first.document,
                counts: CountsV1::new(&counts(group.iter().copied())),
            })
        })
        .collect()
}

fn mistakes<'a>(side: &'static str, of: &'a Side) -> impl Iterator<Item = MistakeV1<'a>> {
    of.problems.iter().map(move |finding: &Finding| {
        let place = &finding.primary.place;
        MistakeV1 {
            side,
            rule: &finding.rule,
            code: finding.code,
            severity: finding.severity,
            message: &finding.message,
            file: &place.source.path,
            line: place.span.map(|span| place.source.lines.position(span.start).line),
        }
    })
}

impl<'a> SideV1<'a> {
    fn new(side: &'a Side) -> Self {
        Self { name: &side.name, commit: side.commit.as_deref(), config: &side.config }
    }
}

impl<'a> DifferenceV1<'a> {
    fn new(own: &'a Difference) -> Self {
        let place = own.place.as_ref();
        Self {
            pack: &own.pack,
            aspect: own.aspect.as_str(),
            name: own.name.as_deref(),
            before: &own.before,
            after: &own.after,
            deployments: own.deployments,
            file: place.map(|place| &*place.source.path),
            line: place.and_then(|place| Some(place.source.lines.position(place.span?.start).line)),
        }
    }
}

impl<'a> ChangeV1<'a> {
    fn new(change: &'a Change) -> Self {
        // A supplied fact lies in a file of its own.
        let (file, line) = place(change);
        let line = line.filter(|_| *file == *change.file);
        Self {
            kind: change.kind.as_str(),
            pack: &change.pack,
            rule: &change.rule,
            deployment: change.deployment.as_deref(),
            deployment_id: &change.deployment_id,
            file: &change.file,
            document: change.document,
            line,
            before: StandingV1::new(change.before),
            after: StandingV1::new(change.after),
            message: change.message.as_deref(),
        }
    }
}

impl StandingV1 {
    fn new(own: Standing) -> Self {
        Self { outcome: own.verdict.as_str(), severity: own.severity }
    }
}
