//! Who, what, how sure, and for how much.

use super::super::words::{
    amount, counted, deployments, findings, number, page, place, repositories, share, usd,
};
use super::blocks::{Block, Figure, Finding, Offender, Section};
use super::charts::{Bars, severities_by};
use super::table::{Cell, Table};
use crate::audit::portfolio::{self, Counts, Line, List, Point, Portfolio, RepoLine, RuleLine};
use crate::audit::record::RepoState;
use crate::finding::{Outcome, Severity};
use crate::output::wrap::clip;

/// Characters of a claim.
const CLAIM: usize = 600;

/// By team.
pub(super) fn teams(own: &Portfolio) -> Option<Section> {
    let none = "nobody";
    let bars =
        severities_by("Open findings by team", none, own.teams.iter().map(|l| (l.name.as_deref(), l.counts)));
    let table = lines("Teams", "Team", none, &own.teams);
    let named = own.teams.iter().filter(|line| line.name.is_some()).count() as u64;
    let lead = format!(
        "{}. A deployment belongs to the owner that it declares, else to the first that CODEOWNERS names.",
        counted(named, "team owns deployments", "teams own deployments")
    );
    let blocks = barred(bars, table);
    (!own.teams.is_empty()).then_some(Section {
        id: "teams",
        short: "Teams",
        title: "Who has to act?",
        lead,
        blocks,
    })
}

/// By rule.
pub(super) fn rules(own: &Portfolio) -> Option<Section> {
    let bars = severities_by(
        "Open findings by rule",
        "",
        own.rules.iter().map(|line| (Some(&*line.rule), line.counts)),
    );
    let mut titles = vec![
        "Rule",
        "Severity",
        "#Open",
        "#Undetermined",
        "#New",
        "#Waived",
        "#Suppressed",
        "#Baselined",
        "#Deployments",
        "#Repositories",
    ];
    if own.evidence.show_passed {
        titles.extend(["#Passed", "#Not applicable"]);
    }
    let row = |line: &RuleLine| {
        let counts = &line.counts;
        let mut cells = vec![
            Cell::name(&line.rule).note(line.pack.as_deref()),
            Cell::severity(line.severity),
            Cell::number(counts.open()),
            Cell::number(counts.undetermined),
            Cell::number(counts.new),
            Cell::number(counts.waived),
            Cell::number(counts.suppressed),
            Cell::number(counts.baselined),
            Cell::number(line.deployments),
            Cell::number(line.repos),
        ];
        if own.evidence.show_passed {
            cells.extend([Cell::number(line.passed), Cell::number(line.not_applicable)]);
        }
        cells
    };
    let broken = own.rules.iter().filter(|line| line.counts.open() > 0).count() as u64;
    let lead = format!("{} open findings.", counted(broken, "rule has", "rules have"));
    let blocks = barred(bars, Table::new("Rules", &titles).of(&own.rules, row));
    (!own.rules.is_empty()).then_some(Section {
        id: "rules",
        short: "Rules",
        title: "Which rules are broken?",
        lead,
        blocks,
    })
}

/// Bars, where there are any, over the table of all.
fn barred(bars: Bars, table: Table) -> Vec<Block> {
    let bars = Some(bars).filter(|bars| !bars.is_empty()).map(Block::Bars);
    bars.into_iter().chain([Block::Table(table)]).collect()
}

/// What nobody can judge.
pub(super) fn undecided(own: &Portfolio) -> Option<Section> {
    let undecided = &own.undecided;
    if undecided.deployments.is_empty() {
        return None;
    }
    let lead = match undecided.facts.first() {
        Some(fact) if fact.alone > 0 => format!(
            "{} cannot be judged whole. Declaring {} would decide {} by itself.",
            deployments(undecided.deployments.count()),
            clip(&fact.path, 80, "…"),
            findings(fact.alone)
        ),
        _ => format!("{} cannot be judged whole.", deployments(undecided.deployments.count())),
    };
    let facts = Table::new(
        "Facts that would decide most",
        &["Missing fact", "#Decides by itself", "#Findings that lack it", "#Deployments", "Rules"],
    )
    .of(&undecided.facts, |fact| {
        vec![
            Cell::code(&fact.path),
            Cell::number(fact.alone),
            Cell::number(fact.findings),
            Cell::number(fact.deployments),
            Cell::sentence(&fact.rules.join(", ")),
        ]
    });
    let all = Table::new(
        "Deployments that cannot be judged whole",
        &["Deployment", "Repository", "Where", "Team", "#Undetermined", "#Decided", "Lacks"],
    )
    .of_list(&undecided.deployments, |own| {
        vec![
            Cell::name_or(own.spot.deployment.as_deref(), "without a name"),
            Cell::name(&own.spot.repo),
            Cell::place(&own.spot),
            Cell::name_or(own.team.as_deref(), "nobody"),
            Cell::number(own.findings),
            Cell::number(own.decided),
            Cell::sentence(&own.missing.join(", ")),
        ]
    });
    let lid = deployments(undecided.deployments.count());
    let blocks = vec![Block::Table(facts), Block::Table(all.folded(lid))];
    Some(Section { id: "undecided", short: "Undecided", title: "What can nobody judge?", lead, blocks })
}

/// The deployments that most is wrong with.
pub(super) fn offenders(own: &Portfolio) -> Option<Section> {
    if own.offenders.is_empty() {
        return None;
    }
    let offenders = own.offenders.items.iter().map(offender).collect();
    let more = more(&own.offenders, "deployment has findings", "deployments have findings");
    let lead = "Most errors first, then most warnings.".to_owned();
    let blocks = vec![Block::Offenders { offenders, more }];
    Some(Section { id: "offenders", short: "Worst", title: "Where is most wrong?", lead, blocks })
}

fn offender(own: &portfolio::Offender) -> Offender {
    let row = &own.deployment;
    let team = portfolio::team(row.owner.as_deref(), &row.code_owners);
    let about = [Some(&*row.repo), team, row.stage.as_deref(), row.strategy.as_deref(), row.model.as_deref()];
    let about: Vec<String> =
        about.into_iter().flatten().map(|word| clip(word, 80, "…").into_owned()).collect();
    let finding = |own: &portfolio::OffenderFinding| Finding {
        severity: own.severity.as_str(),
        is_new: own.is_new,
        message: clip(&own.message, CLAIM, "…").into_owned(),
        rule: match own.outcome {
            Outcome::Undetermined => format!("{}, undetermined", clip(&own.rule, 120, "…")),
            _ => clip(&own.rule, 120, "…").into_owned(),
        },
        place: clip(&place(&own.spot.file, own.spot.line), 160, "…").into_owned(),
        link: page(&own.spot),
    };
    Offender {
        name: clip(row.deployment.as_deref().unwrap_or("without a name"), 120, "…").into_owned(),
        link: page(&own.spot),
        place: clip(&place(&own.spot.file, own.spot.line), 160, "…").into_owned(),
        about: about.join(" · "),
        errors: row.errors,
        warnings: row.warnings,
        notes: row.notes,
        findings: own.findings.items.iter().map(finding).collect(),
        more: more(&own.findings, "open finding", "open findings"),
    }
}

/// What a list leaves out.
fn more<T>(list: &List<T>, one: &str, many: &str) -> Option<String> {
    (list.more > 0).then(|| {
        let what = if list.more == 1 { one } else { many };
        format!("{} more {what}.", number(list.more))
    })
}

/// What is declared to be paid.
pub(super) fn cost(own: &Portfolio) -> Option<Section> {
    if !own.cost.is_declared() {
        return None;
    }
    let (all, stake) = (&own.cost, &own.cost_at_stake);
    let figure = |label, own: portfolio::Amount, at_stake: f64| Figure {
        label,
        value: amount(own),
        note: format!("{}; {} with open errors", deployments(own.deployments), usd(at_stake)),
        change: None,
        spark: None,
        class: "",
    };
    let figures = vec![
        figure("Training, once", all.training, stake.training.usd),
        figure("Upkeep, a month", all.recurring, stake.recurring.usd),
        figure("Tokens, a month", all.tokens, stake.tokens.usd),
        Figure {
            label: "At stake, a month",
            value: usd(stake.monthly_usd()),
            note: format!("{} of what is declared", share(stake.monthly_usd(), all.monthly_usd())),
            change: None,
            spark: None,
            class: if stake.monthly_usd() > 0.0 { "error" } else { "" },
        },
    ];
    let titles = ["Team", "#Deployments", "#Training", "#Upkeep, a month", "#Tokens, a month"];
    let with_cost: Vec<&Line> = own.teams.iter().filter(|line| line.cost.is_declared()).collect();
    let table = Table::new("Cost by team", &titles).of(&with_cost, |line| {
        let cell = |own: portfolio::Amount| Cell::name(&amount(own)).sorted_by(format!("{:.2}", own.usd));
        vec![
            Cell::name_or(line.name.as_deref(), "nobody"),
            Cell::number(line.counts.deployments),
            cell(line.cost.training),
            cell(line.cost.recurring),
            cell(line.cost.tokens),
        ]
    });
    let lead = "What deployments declare: who declares nothing costs nothing here. Tokens are requests × tokens × price."
        .to_owned();
    let blocks = vec![Block::Figures { figures }, Block::Table(table)];
    Some(Section { id: "cost", short: "Cost", title: "What is at stake?", lead, blocks })
}

/// By what deployments have in common.
pub(super) fn kinds(own: &Portfolio) -> Option<Section> {
    if own.now.counts.deployments == 0 {
        return None;
    }
    let tables = [
        ("By stage", "Stage", &own.stages),
        ("By strategy", "Strategy", &own.strategies),
        ("By base model", "Model", &own.models),
        ("By hosting", "Hosting", &own.hostings),
    ];
    let short = |(caption, title, all): (&str, &'static str, &Vec<Line>)| {
        let titles = [title, "#Deployments", "#Errors", "#Warnings", "#Excused"];
        Table::new(caption, &titles).of(all, |line| {
            vec![
                Cell::name_or(line.name.as_deref(), "untold"),
                Cell::number(line.counts.deployments),
                Cell::severe(line.counts.errors, Severity::Error),
                Cell::severe(line.counts.warnings, Severity::Warning),
                Cell::number(line.counts.excused()),
            ]
        })
    };
    let tables = tables.into_iter().map(short).collect();
    let lead = "Mistakes in files that are no deployment's count as untold.".to_owned();
    let blocks = vec![Block::Pair { tables }];
    Some(Section { id: "kinds", short: "In use", title: "What is used?", lead, blocks })
}

/// By repository.
pub(super) fn repos(own: &Portfolio) -> Option<Section> {
    let titles =
        ["Repository", "State", "#Deployments", "#Errors", "#Warnings", "#Notes", "#New", "#Excused"];
    let table = Table::new("Repositories", &titles).of(&own.repos, |line: &RepoLine| {
        let (word, class) = match line.state {
            RepoState::Audited => ("audited", ""),
            RepoState::Failed => ("failed", "error"),
            RepoState::Absent => ("no commit yet", "faint"),
        };
        let mut cells = vec![
            Cell::name(&line.repo).note(line.problem.as_deref().filter(|_| line.state == RepoState::Failed)),
            Cell::name(word).class(class),
        ];
        cells.extend(numbers(&line.counts));
        cells
    });
    let lead = format!("{}, in order of their names.", repositories(own.repos.len() as u64));
    let blocks = vec![Block::Table(table)];
    (!own.repos.is_empty()).then_some(Section {
        id: "repositories",
        short: "Repositories",
        title: "Repositories",
        lead,
        blocks,
    })
}

fn lines(caption: &str, title: &'static str, none: &str, all: &[Line]) -> Table {
    let titles =
        [title, "#Repositories", "#Deployments", "#Errors", "#Warnings", "#Notes", "#New", "#Excused"];
    Table::new(caption, &titles).of(all, |line| {
        let mut cells = vec![Cell::name_or(line.name.as_deref(), none), Cell::number(line.repos)];
        cells.extend(numbers(&line.counts));
        cells
    })
}

fn numbers(counts: &Counts) -> [Cell; 6] {
    [
        Cell::number(counts.deployments),
        Cell::severe(counts.errors, Severity::Error),
        Cell::severe(counts.warnings, Severity::Warning),
        Cell::severe(counts.notes, Severity::Note),
        Cell::number(counts.new),
        Cell::number(counts.excused()),
    ]
}

/// The numbers behind the charts.
pub(super) fn trend_table(trend: &[Point]) -> Table {
    let titles = [
        "Day",
        "#Repositories",
        "#Failed",
        "#Deployments",
        "#With open errors",
        "#Errors",
        "#Warnings",
        "#Notes",
        "#Undetermined",
        "#New",
        "#Gone",
        "#Excused",
        "#Fine-tuned",
        "#Hybrid",
        "#Prompted",
        "#Owned",
    ];
    let table = Table::new("The numbers behind the charts", &titles).of(trend, |point| {
        let counts = &point.counts;
        let known = |count: u64| match point.gone {
            Some(_) => Cell::number(count),
            None => Cell::name("–").sorted_by("-1"),
        };
        vec![
            Cell::name(&point.day.to_string()).class("day"),
            Cell::number(point.repos),
            Cell::severe(point.failed, Severity::Error),
            Cell::number(counts.deployments),
            Cell::number(point.failing),
            Cell::severe(counts.errors, Severity::Error),
            Cell::severe(counts.warnings, Severity::Warning),
            Cell::severe(counts.notes, Severity::Note),
            Cell::number(counts.undetermined),
            known(counts.new),
            known(point.gone.unwrap_or(0)),
            Cell::number(counts.excused()),
            Cell::number(point.fine_tuned),
            Cell::number(point.hybrid),
            Cell::number(point.prompted),
            Cell::number(point.owned),
        ]
    });
    table.folded("The numbers behind the charts")
}
