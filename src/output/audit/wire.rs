//! The stable shape of an audit's report in JSON, version 1: structs of its own. Fields stand in the order in which
//! they are written.

mod lines;
mod places;

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Told;
use crate::audit::portfolio::{Against, Comparison, Evidence, Outcomes, PackVariant, Portfolio};
use crate::audit::record::PackRow;
use crate::audit::{MissingShard, Shard};
use crate::output::Options;
use crate::output::json::write_document;
use lines::{CostV1, LineV1, PointV1, RepoV1, RuleV1};
use places::{LedgerV1, ListV1, MistakeV1, OffenderV1, SkippedV1, SpotV1, UndecidedV1};

/// Names the shape.
const SCHEMA: &str = "tunelint.dev/audit-report/v1";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditV1<'a> {
    schema: &'static str,
    tool: ToolV1<'a>,
    run: RunV1<'a>,
    summary: SummaryV1<'a>,
    comparison: Option<ComparisonV1<'a>>,
    trend: Vec<PointV1>,
    cost: CostV1,
    cost_at_stake: CostV1,
    teams: Vec<LineV1<'a>>,
    rules: Vec<RuleV1<'a>>,
    stages: Vec<LineV1<'a>>,
    strategies: Vec<LineV1<'a>>,
    models: Vec<LineV1<'a>>,
    hostings: Vec<LineV1<'a>>,
    repos: Vec<RepoV1<'a>>,
    waivers: LedgerV1<'a>,
    undecided: UndecidedV1<'a>,
    offenders: ListV1<OffenderV1<'a>>,
    unowned: ListV1<SpotV1<'a>>,
    mistakes: ListV1<MistakeV1<'a>>,
    locked: ListV1<MistakeV1<'a>>,
    passed_over: ListV1<SkippedV1<'a>>,
    missing: Vec<MissingV1<'a>>,
    outcomes: OutcomesV1,
    packs: Vec<PackV1<'a>>,
    variants: ListV1<VariantV1<'a>>,
}

#[derive(Serialize)]
struct ToolV1<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunV1<'a> {
    today: String,
    snapshots: Vec<String>,
    at: Option<&'a str>,
    show_passed: bool,
    org_config: Option<&'a str>,
    shard: Option<ShardV1>,
}

#[derive(Serialize)]
struct ShardV1 {
    index: u32,
    of: u32,
}

#[derive(Serialize)]
struct SummaryV1<'a> {
    asked: u64,
    #[serde(flatten)]
    now: PointV1,
    exit: u8,
    reasons: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ComparisonV1<'a> {
    with: &'static str,
    day: String,
    new_errors: u64,
    new_warnings: u64,
    new_notes: u64,
    gone: u64,
    uncompared: &'a [String],
    joined: &'a [String],
    left: &'a [String],
}

#[derive(Serialize)]
struct MissingV1<'a> {
    shard: ShardV1,
    why: &'a str,
    repos: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomesV1 {
    pass: u64,
    fail: u64,
    undetermined: u64,
    not_applicable: u64,
    not_applicable_unknown: u64,
}

#[derive(Serialize)]
struct PackV1<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
    parameters: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct VariantV1<'a> {
    #[serde(flatten)]
    pack: PackV1<'a>,
    repos: u64,
    first: &'a str,
}

/// Writes it as one document.
pub(super) fn render(told: Told<'_>, _options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let own = told.portfolio;
    let form = AuditV1 {
        schema: SCHEMA,
        tool: ToolV1 { name: &own.evidence.tool.name, version: &own.evidence.tool.version },
        run: RunV1::new(own, &own.evidence),
        summary: SummaryV1 {
            asked: own.asked,
            now: PointV1::new(&own.now),
            exit: told.exit.code(),
            reasons: told.reasons,
        },
        comparison: own.comparison.as_ref().map(ComparisonV1::new),
        trend: own.trend.iter().map(PointV1::new).collect(),
        cost: CostV1::new(&own.cost),
        cost_at_stake: CostV1::new(&own.cost_at_stake),
        teams: own.teams.iter().map(LineV1::new).collect(),
        rules: own.rules.iter().map(RuleV1::new).collect(),
        stages: own.stages.iter().map(LineV1::new).collect(),
        strategies: own.strategies.iter().map(LineV1::new).collect(),
        models: own.models.iter().map(LineV1::new).collect(),
        hostings: own.hostings.iter().map(LineV1::new).collect(),
        repos: own.repos.iter().map(RepoV1::new).collect(),
        waivers: LedgerV1::new(&own.ledger),
        undecided: UndecidedV1::new(&own.undecided),
        offenders: ListV1::new(&own.offenders, OffenderV1::new),
        unowned: ListV1::new(&own.unowned, SpotV1::new),
        mistakes: ListV1::new(&own.mistakes, MistakeV1::new),
        locked: ListV1::new(&own.locked, MistakeV1::new),
        passed_over: ListV1::new(&own.passed_over, SkippedV1::new),
        missing: own.missing.iter().map(MissingV1::new).collect(),
        outcomes: OutcomesV1::new(&own.evidence.outcomes),
        packs: own.evidence.packs.iter().map(PackV1::new).collect(),
        variants: ListV1::new(&own.evidence.variants, VariantV1::new),
    };
    write_document(&form, out)
}

impl<'a> RunV1<'a> {
    fn new(own: &Portfolio, evidence: &'a Evidence) -> Self {
        Self {
            today: own.today.to_string(),
            snapshots: evidence.snapshots.iter().map(ToString::to_string).collect(),
            at: evidence.at.as_deref(),
            show_passed: evidence.show_passed,
            org_config: evidence.org_config.as_deref(),
            shard: own.shard.map(ShardV1::new),
        }
    }
}

impl ShardV1 {
    fn new(own: Shard) -> Self {
        Self { index: own.index, of: own.of }
    }
}

impl<'a> ComparisonV1<'a> {
    fn new(own: &'a Comparison) -> Self {
        Self {
            with: match own.against {
                Against::Snapshot(_) => "snapshot",
                Against::Dataset(_) => "dataset",
            },
            day: own.against.day().to_string(),
            new_errors: own.new_errors,
            new_warnings: own.new_warnings,
            new_notes: own.new_notes,
            gone: own.gone,
            uncompared: &own.uncompared,
            joined: &own.joined,
            left: &own.left,
        }
    }
}

impl<'a> MissingV1<'a> {
    fn new(own: &'a MissingShard) -> Self {
        Self { shard: ShardV1::new(own.shard), why: &own.why, repos: &own.repos }
    }
}

impl OutcomesV1 {
    fn new(own: &Outcomes) -> Self {
        Self {
            pass: own.pass,
            fail: own.fail,
            undetermined: own.undetermined,
            not_applicable: own.not_applicable,
            not_applicable_unknown: own.not_applicable_unknown,
        }
    }
}

impl<'a> PackV1<'a> {
    fn new(own: &'a PackRow) -> Self {
        Self { name: &own.name, version: &own.version, digest: &own.digest, parameters: &own.parameters }
    }
}

impl<'a> VariantV1<'a> {
    fn new(own: &'a PackVariant) -> Self {
        let pack = PackV1 {
            name: &own.name,
            version: &own.version,
            digest: &own.digest,
            parameters: &own.parameters,
        };
        Self { pack, repos: own.repos, first: &own.first }
    }
}
