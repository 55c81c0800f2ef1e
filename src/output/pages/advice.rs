//! Advice on one deployment, as a page and as JSON.

use std::io;

use serde::Serialize;

use super::{INDENT, Page};
use crate::finding::{Clause, Severity};
use crate::manifest::Deployment;
use crate::manifest::vocabulary::Vocabulary;
use crate::output::Options;
use crate::output::human::clauses;
use crate::output::sanitize::visible;
use crate::policy::advice::{Advice, Costs, Lean, ListAdvice, SignalAdvice, SignalState};
use crate::policy::settings::PackSettings;
use crate::policy::template::separated;

/// Writes advice on a deployment; the parameters in force give the ranges that costs stand beside.
///
/// # Errors
/// Only those of the writer.
pub fn advice(
    deployment: &Deployment,
    advice: &Advice,
    settings: &PackSettings,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(options, out);
    let name = visible(deployment.identity.as_deref().unwrap_or("(a deployment without a valid name)"));
    let place = format!(
        "{}:{}",
        visible(&deployment.source.path),
        deployment.source.lines.position(deployment.anchor.start).line
    );
    let (name, place) = (page.style.bold(&name), page.style.faint(&place));
    let strategy = advice.strategy.as_deref().unwrap_or("an unknown strategy");
    writeln!(page.out, "{name}  {}  {place}", visible(strategy))?;
    page.paragraph(INDENT, &verdict(advice))?;
    for list in &advice.lists {
        checklist(&mut page, deployment, list, options.unicode)?;
    }
    changes(&mut page, advice)?;
    costs(&mut page, &advice.costs, settings)?;
    if !advice.open_rules.is_empty() {
        page.heading("Rules that may apply, were more declared")?;
        for rule in &advice.open_rules {
            let missing = rule.missing.join(", ");
            page.hanging(INDENT, &format!("{}: ", rule.id), &format!("declare {missing}"))?;
        }
    }
    writeln!(page.out)
}

fn verdict(advice: &Advice) -> String {
    let counts = advice
        .lists
        .iter()
        .map(|list| {
            let unknown =
                if list.unknown == 0 { String::new() } else { format!(" ({} unknown)", list.unknown) };
            format!("{} for {}{unknown}", list.met, list.name)
        })
        .collect::<Vec<_>>()
        .join(", ");
    match &advice.lean {
        Lean::To(side) if advice.strategy.as_deref() == Some(side) => {
            format!("The signals lean to {side}, as declared: {counts}.")
        }
        Lean::To(side) => format!("The signals lean to {side}: {counts}."),
        Lean::Open(possible) if possible.is_empty() => {
            format!("No clear lean: {counts}; a lead of {} decides.", advice.margin)
        }
        Lean::Open(possible) => format!(
            "No clear lean yet: {counts}; a lead of {} decides, and the unknown signals could still make it {}.",
            advice.margin,
            possible.join(" or ")
        ),
    }
}

fn checklist(
    page: &mut Page<'_>,
    deployment: &Deployment,
    list: &ListAdvice,
    unicode: bool,
) -> io::Result<()> {
    page.heading(&format!("For {}: {} of {} met", list.name, list.met, list.signals.len()))?;
    for signal in &list.signals {
        let (mark, severity) = match (signal.state, unicode) {
            (SignalState::Met, true) => ("✓", Severity::Note),
            (SignalState::Met, false) => ("+", Severity::Note),
            (SignalState::NotMet, true) => ("✗", Severity::Error),
            (SignalState::NotMet, false) => ("-", Severity::Error),
            (SignalState::Unknown, _) => ("?", Severity::Warning),
        };
        let mark = page.style.severe(severity, mark);
        writeln!(page.out, "{:INDENT$}{mark} {}", "", visible(&signal.title))?;
        page.paragraph(2 * INDENT, &grounds(deployment, signal))?;
    }
    Ok(())
}

/// What decided a signal: values with their lines, or what is missing.
fn grounds(deployment: &Deployment, signal: &SignalAdvice) -> String {
    let facts = &deployment.facts;
    let vocabulary = Vocabulary::native();
    let mut words: Vec<String> = signal
        .facts
        .iter()
        .map(|&id| {
            let source = &facts.source(id).source;
            let line = source.lines.position(facts.fact(id).span.start).line;
            let place = if source.path == deployment.source.path {
                format!("line {line}")
            } else {
                format!("{}:{line}", source.path)
            };
            let path = vocabulary.path(facts.fact(id).path);
            format!("{path} is {} ({place})", crate::policy::template::prose(facts, id))
        })
        .collect();
    words.extend(signal.missing.iter().map(|path| format!("{path} is not declared")));
    words.join("; ")
}

/// What would change the advice.
fn changes(page: &mut Page<'_>, advice: &Advice) -> io::Result<()> {
    let [left, right] = advice.lists.as_slice() else { return Ok(()) };
    page.heading("What would change it")?;
    for (own, other) in [(left, right), (right, left)] {
        let lead = i64::from(own.met) - i64::from(other.met);
        if lead >= advice.margin {
            continue;
        }
        let needed = advice.margin - lead;
        let ways: Vec<String> = own
            .signals
            .iter()
            .filter(|signal| signal.state != SignalState::Met && !signal.met_if.is_empty())
            .map(|signal| format!("{} ({})", signal.id, clauses(&signal.met_if)))
            .collect();
        let more = if needed == 1 { "1 more signal".to_owned() } else { format!("{needed} more signals") };
        let text = if ways.is_empty() {
            format!("{more}, or as many fewer for {}", other.name)
        } else {
            format!("{more} of {}; or as many fewer for {}", ways.join(", "), other.name)
        };
        page.hanging(INDENT, &format!("to {}: ", own.name), &text)?;
    }
    Ok(())
}

fn costs(page: &mut Page<'_>, costs: &Costs, settings: &PackSettings) -> io::Result<()> {
    page.heading("Cost, from these facts")?;
    let setting = |name: &str| {
        settings
            .parameters
            .iter()
            .find(|parameter| &*parameter.name == name)
            .map(|parameter| separated(&parameter.raw))
    };
    let range = |low: &str, high: &str| Some(format!("{} to {}", setting(low)?, setting(high)?));
    let undeclared = |path: &str| format!("unknown: {path} is not declared");
    let tokens = match costs.tokens_monthly {
        Some(cost) => format!("{} USD a month (requests × tokens ÷ 1,000 × price)", money(cost)),
        None => format!("unknown: {} not declared", join_and(&costs.tokens_missing)),
    };
    page.hanging(INDENT, "tokens    ", &tokens)?;
    let training = costs.training.map_or_else(
        || undeclared("budget.trainingUsd"),
        |cost| {
            let beside = range("minTrainingUsd", "maxTrainingUsd")
                .map(|range| format!("; the guide's range for a model of about 7B is {range}"))
                .unwrap_or_default();
            format!("{} USD once{beside}", money(cost))
        },
    );
    page.hanging(INDENT, "training  ", &training)?;
    let monthly = |cost: Option<f64>, path: &str, each: &str| {
        cost.map_or_else(|| undeclared(path), |cost| format!("{} USD {each}", money(cost)))
    };
    page.hanging(
        INDENT,
        "upkeep    ",
        &monthly(costs.recurring_monthly, "budget.recurringMonthlyUsd", "a month"),
    )?;
    let prompts = monthly(costs.prompt_engineering_yearly, "budget.promptEngineeringAnnualUsd", "a year");
    page.hanging(INDENT, "prompts   ", &prompts)
}

fn join_and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
    }
}

fn money(value: f64) -> String {
    separated(&format!("{value:.2}")).trim_end_matches(".00").to_owned()
}

#[derive(Serialize)]
struct WireAdvice<'a> {
    schema: &'static str,
    deployments: Vec<WireDeployment<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireDeployment<'a> {
    name: Option<&'a str>,
    file: &'a str,
    document: u32,
    strategy: Option<&'a str>,
    recommended: Option<&'a str>,
    possible: Vec<&'a str>,
    balance_margin: i64,
    checklists: Vec<WireList<'a>>,
    costs: WireCosts,
    open_rules: Vec<WireOpenRule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireList<'a> {
    name: &'a str,
    met: u32,
    unknown: u32,
    signals: Vec<WireSignal<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireSignal<'a> {
    id: &'a str,
    title: &'a str,
    state: SignalState,
    facts: Vec<&'a str>,
    missing: &'a [Box<str>],
    met_if: &'a [Clause],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "a figure's name in the report carries its unit")]
struct WireCosts {
    tokens_monthly_usd: Option<f64>,
    training_usd: Option<f64>,
    recurring_monthly_usd: Option<f64>,
    prompt_engineering_annual_usd: Option<f64>,
}

#[derive(Serialize)]
struct WireOpenRule<'a> {
    rule: &'a str,
    summary: &'a str,
    missing: &'a [Box<str>],
}

/// Writes advice on deployments as JSON, `tunelint.dev/advice/v1`.
///
/// # Errors
/// Only those of the writer.
pub fn advice_json(all: &[(&Deployment, Advice)], out: &mut dyn io::Write) -> io::Result<()> {
    let deployments = all.iter().map(|(deployment, advice)| wire(deployment, advice)).collect();
    crate::output::json::write_document(&WireAdvice { schema: "tunelint.dev/advice/v1", deployments }, out)
}

fn wire<'a>(deployment: &'a Deployment, advice: &'a Advice) -> WireDeployment<'a> {
    let vocabulary = Vocabulary::native();
    let (recommended, possible) = match &advice.lean {
        Lean::To(side) => (Some(&**side), Vec::new()),
        Lean::Open(possible) => (None, possible.iter().map(|side| &**side).collect()),
    };
    let signal = |signal: &'a SignalAdvice| WireSignal {
        id: &signal.id,
        title: &signal.title,
        state: signal.state,
        facts: signal.facts.iter().map(|&id| vocabulary.path(deployment.facts.fact(id).path)).collect(),
        missing: &signal.missing,
        met_if: &signal.met_if,
    };
    WireDeployment {
        name: deployment.identity.as_deref(),
        file: &deployment.source.path,
        document: deployment.document,
        strategy: advice.strategy.as_deref(),
        recommended,
        possible,
        balance_margin: advice.margin,
        checklists: advice
            .lists
            .iter()
            .map(|list| WireList {
                name: &list.name,
                met: list.met,
                unknown: list.unknown,
                signals: list.signals.iter().map(signal).collect(),
            })
            .collect(),
        costs: WireCosts {
            tokens_monthly_usd: advice.costs.tokens_monthly,
            training_usd: advice.costs.training,
            recurring_monthly_usd: advice.costs.recurring_monthly,
            prompt_engineering_annual_usd: advice.costs.prompt_engineering_yearly,
        },
        open_rules: advice
            .open_rules
            .iter()
            .map(|rule| WireOpenRule { rule: &rule.id, summary: &rule.summary, missing: &rule.missing })
            .collect(),
    }
}
