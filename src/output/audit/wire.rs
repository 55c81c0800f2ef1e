//! The stable shape of an audit's report in JSON, version 1: structs of its own. Fields stand in the order in which
//! they are written.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Told;
use super::words::{page, page_of_entry};
use crate::audit::portfolio::{
    Against, Amount, Comparison, Cost, Counts, Entry, Evidence, FactLine, Ledger, Line, List, Mistake,
    Offender, OffenderFinding, Outcomes, PackVariant, Point, Portfolio, RepoLine, RuleLine, Skipped, Spot,
    Undecided, UndecidedDeployment,
};
use crate::audit::record::{PackRow, RepoState, WaiverState};
use crate::audit::{MissingShard, Shard};
use crate::finding::{ExceptionKind, Outcome, Severity};
use crate::output::Options;
use crate::output::json::write_document;

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

/// The first items of a list, and how many there are in all.
#[derive(Serialize)]
struct ListV1<T> {
    count: u64,
    items: Vec<T>,
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
#[serde(rename_all = "camelCase")]
struct PointV1 {
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
struct CountsV1 {
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
struct CostV1 {
    training: AmountV1,
    recurring: AmountV1,
    tokens: AmountV1,
}

#[derive(Serialize)]
struct AmountV1 {
    usd: f64,
    deployments: u64,
}

#[derive(Serialize)]
struct LineV1<'a> {
    name: Option<&'a str>,
    repos: u64,
    #[serde(flatten)]
    counts: CountsV1,
    new: u64,
    cost: CostV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleV1<'a> {
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
struct RepoV1<'a> {
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LedgerV1<'a> {
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
struct WaiverV1<'a> {
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
struct UndecidedV1<'a> {
    deployments: ListV1<UndecidedDeploymentV1<'a>>,
    facts: Vec<FactV1<'a>>,
}

#[derive(Serialize)]
struct UndecidedDeploymentV1<'a> {
    #[serde(flatten)]
    spot: SpotV1<'a>,
    team: Option<&'a str>,
    stage: Option<&'a str>,
    findings: u64,
    decided: u64,
    missing: &'a [String],
}

#[derive(Serialize)]
struct FactV1<'a> {
    path: &'a str,
    findings: u64,
    alone: u64,
    deployments: u64,
    rules: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OffenderV1<'a> {
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
struct OffenderFindingV1<'a> {
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
struct SpotV1<'a> {
    deployment: Option<&'a str>,
    repo: &'a str,
    file: &'a str,
    line: Option<u32>,
    link: Option<String>,
}

#[derive(Serialize)]
struct MistakeV1<'a> {
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
struct SkippedV1<'a> {
    code: &'a str,
    repo: &'a str,
    path: &'a str,
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

impl<T> ListV1<T> {
    fn new<'a, S>(list: &'a List<S>, item: impl Fn(&'a S) -> T) -> Self {
        Self { count: list.count(), items: list.items.iter().map(item).collect() }
    }
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

impl PointV1 {
    fn new(own: &Point) -> Self {
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
    fn new(own: &Counts) -> Self {
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
    fn new(own: &Cost) -> Self {
        let amount = |own: Amount| AmountV1 { usd: cents(own.usd), deployments: own.deployments };
        Self { training: amount(own.training), recurring: amount(own.recurring), tokens: amount(own.tokens) }
    }
}

/// An amount without the noise of its sum. One that has no cents any more stays as it is.
fn cents(usd: f64) -> f64 {
    if usd.abs() < 1e12 { (usd * 100.0).round() / 100.0 } else { usd }
}

impl<'a> LineV1<'a> {
    fn new(own: &'a Line) -> Self {
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
    fn new(own: &'a RuleLine) -> Self {
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
    fn new(own: &'a RepoLine) -> Self {
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

impl<'a> LedgerV1<'a> {
    fn new(own: &'a Ledger) -> Self {
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
    fn new(own: &'a Entry) -> Self {
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
    fn new(own: &'a Undecided) -> Self {
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
    fn new(own: &'a Offender) -> Self {
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
    fn new(own: &'a Spot) -> Self {
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
    fn new(own: &'a Mistake) -> Self {
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
    fn new(own: &'a Skipped) -> Self {
        Self { code: &own.code, repo: &own.repo, path: &own.path }
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
