//! What the audit could not see, what is to be repaired before anybody relies on it, and what it stands on.

use serde_json::{Map, Value};

use super::super::gaps::gaps;
use super::super::words::{counted, deployments, number, passed_over, repositories};
use super::blocks::{Block, Section, Term};
use super::table::{Cell, Table};
use crate::audit::portfolio::{Mistake, Portfolio};

/// Alerts at the top; they are all told further down.
const ALERTS: usize = 6;

/// What nobody should overlook before relying on a number.
pub(super) fn alerts(own: &Portfolio) -> Vec<String> {
    let mut grave: Vec<String> =
        gaps(own).into_iter().filter(|(is_grave, _)| *is_grave).map(|(_, line)| line).collect();
    if grave.len() > ALERTS {
        grave.truncate(ALERTS);
        // A line may stand for many, so that to count lines would tell too few.
        grave.push("and more, below".to_owned());
    }
    grave
}

/// Deployments that nobody owns.
pub(super) fn unowned(own: &Portfolio) -> Option<Section> {
    if own.unowned.is_empty() {
        return None;
    }
    let lead = format!(
        "{} neither an owner nor a line in CODEOWNERS.",
        counted(own.unowned.count(), "deployment has", "deployments have")
    );
    let titles = ["Deployment", "Repository", "Where"];
    let table = Table::new("Deployments without an owner", &titles).of_list(&own.unowned, |spot| {
        vec![
            Cell::name_or(spot.deployment.as_deref(), "without a name"),
            Cell::name(&spot.repo),
            Cell::place(spot),
        ]
    });
    let blocks = vec![Block::Table(table.folded(deployments(own.unowned.count())))];
    Some(Section { id: "unowned", short: "Unowned", title: "What does nobody own?", lead, blocks })
}

/// Mistakes, locks, and what was passed over.
pub(super) fn section(own: &Portfolio) -> Option<Section> {
    let mut blocks = Vec::new();
    let titles = ["File", "Mistake", "Repository", "Where", "What is wrong"];
    if !own.mistakes.is_empty() {
        let table = Table::new("Mistakes in files that govern the audit", &titles);
        blocks.push(Block::Table(table.of_list(&own.mistakes, mistake)));
    }
    if !own.locked.is_empty() {
        let table = Table::new("Against a lock of the organisation, without effect", &titles);
        blocks.push(Block::Table(table.of_list(&own.locked, mistake)));
    }
    if !own.missing.is_empty() {
        let titles = ["Shard", "Why", "#Repositories", "Which"];
        let table = Table::new("Shards that are missing", &titles).of(&own.missing, |missing| {
            vec![
                Cell::name(&format!("{} of {}", missing.shard.index, missing.shard.of)),
                Cell::name(&missing.why).class("error"),
                Cell::number(missing.repos.len() as u64),
                Cell::names(&missing.repos),
            ]
        });
        blocks.push(Block::Table(table));
    }
    if let Some(comparison) = &own.comparison {
        let all = [
            ("could not be compared", &comparison.uncompared),
            ("are new to the audit", &comparison.joined),
            ("are no part of the audit any more", &comparison.left),
        ];
        for (what, repos) in all.into_iter().filter(|(_, repos)| !repos.is_empty()) {
            let caption = format!("Repositories that {what}, against {}", comparison.against.day());
            let table = Table::new(caption, &["Repository"]).of(repos, |repo| vec![Cell::name(repo)]);
            blocks.push(Block::Table(
                table.folded(format!("{} that {what}", repositories(repos.len() as u64))),
            ));
        }
    }
    if !own.passed_over.is_empty() {
        let kinds: Vec<String> =
            own.passed_over_kinds.iter().map(|(code, count)| passed_over(code, *count)).collect();
        let titles = ["What", "Repository", "Path"];
        let table = Table::new("Passed over", &titles).of_list(&own.passed_over, |skipped| {
            vec![Cell::name(&skipped.code), Cell::name(&skipped.repo), Cell::code(&skipped.path)]
        });
        blocks.push(Block::Table(table.folded(format!("Passed over: {}", kinds.join(", ")))));
    }
    let lead = "What could not be read, is missing, or says what it may not.".to_owned();
    (!blocks.is_empty()).then_some(Section {
        id: "gaps",
        short: "Not seen",
        title: "What was not seen?",
        lead,
        blocks,
    })
}

fn mistake(own: &Mistake) -> Vec<Cell> {
    vec![
        Cell::name(&own.rule),
        Cell::name_or(own.code.as_deref(), "–").class(own.severity.as_str()),
        Cell::name(&own.spot.repo),
        Cell::place(&own.spot),
        Cell::sentence(&own.message),
    ]
}

/// What the numbers stand on.
pub(super) fn evidence(own: &Portfolio) -> Section {
    let evidence = &own.evidence;
    let outcomes = &evidence.outcomes;
    let days: Vec<String> = evidence.snapshots.iter().map(ToString::to_string).collect();
    let kept = if evidence.show_passed { "all outcomes" } else { "findings" };
    let told = [
        ("Audited by", format!("{} {}", evidence.tool.name, evidence.tool.version)),
        ("As of", own.today.to_string()),
        ("Days", days.join(", ")),
        ("Revision", evidence.at.clone().unwrap_or_else(|| "each repository as it stands".to_owned())),
        ("Organisation's config", evidence.org_config.clone().unwrap_or_else(|| "none".to_owned())),
        ("Kept", kept.to_owned()),
        (
            "Rules × deployments",
            format!(
                "{}: {} pass, {} fail, {} undetermined, {} not applicable, {} perhaps not applicable",
                number(outcomes.count()),
                number(outcomes.pass),
                number(outcomes.fail),
                number(outcomes.undetermined),
                number(outcomes.not_applicable),
                number(outcomes.not_applicable_unknown),
            ),
        ),
    ];
    let terms = told.into_iter().map(|(term, text)| Term { term, cell: Cell::sentence(&text) }).collect();
    let titles = ["Pack", "Version", "Digest", "Parameters in force"];
    let packs =
        Table::new("Packs in force before a repository says anything", &titles).of(&evidence.packs, |pack| {
            vec![
                Cell::name(&pack.name),
                Cell::name(&pack.version),
                Cell::code(&pack.digest),
                parameters(&pack.parameters),
            ]
        });
    let mut blocks = vec![Block::Terms { terms }, Block::Table(packs.folded("Packs and parameters"))];
    if !evidence.variants.is_empty() {
        let titles = ["Pack", "Version", "Digest", "#Repositories", "The first", "Parameters that differ"];
        let table = Table::new("Packs as repositories have them otherwise", &titles).of_list(
            &evidence.variants,
            |own| {
                vec![
                    Cell::name(&own.name),
                    Cell::name(&own.version),
                    Cell::code(&own.digest),
                    Cell::number(own.repos),
                    Cell::name(&own.first),
                    parameters(&own.parameters),
                ]
            },
        );
        blocks.push(Block::Table(table.folded("Packs that repositories have otherwise")));
    }
    let titles = ["Repository", "Commit", "Committed at", "Config"];
    let commits = Table::new("What was read", &titles).of(&own.repos, |line| {
        vec![
            Cell::name(&line.repo),
            Cell { class: "code", ..Cell::name_or(line.commit.as_deref(), "–") },
            Cell::name_or(line.committed_at.as_deref(), "–"),
            Cell { class: "code", ..Cell::name_or(line.config.as_deref(), "–") },
        ]
    });
    blocks.push(Block::Table(commits.folded("Commit and config of each repository")));
    let lead = "The same commits, packs, parameters and day give the same report, to the byte.".to_owned();
    Section { id: "evidence", short: "Evidence", title: "What does this stand on?", lead, blocks }
}

/// Parameters as a list; `none` where there are none.
fn parameters(own: &Map<String, Value>) -> Cell {
    let told: Vec<String> = own.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if told.is_empty() { Cell::name_or(None, "none") } else { Cell::sentence(&told.join("; ")) }
}
