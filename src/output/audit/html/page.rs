//! What the page says, from its head to its evidence.

use serde::Serialize;

use super::super::Told;
use super::super::words::{
    audited, change, deployments, headline, new_and_gone, number, percent, repositories,
};
use super::blocks::{Block, Change, Figure, Section};
use super::charts::{self, Series};
use super::{gaps, sections, waivers};
use crate::audit::portfolio::{Point, Portfolio, SOON};
use crate::report::Exit;

#[derive(Serialize)]
pub(super) struct Page {
    day: String,
    headline: String,
    /// `good` or `bad`.
    verdict: &'static str,
    verdict_words: String,
    reasons: Vec<String>,
    scope: String,
    /// What nobody should overlook before relying on a number.
    alerts: Vec<String>,
    figures: Vec<Figure>,
    sections: Vec<Section>,
    tool: String,
}

impl Page {
    pub(super) fn new(told: Told<'_>) -> Self {
        let own = told.portfolio;
        let (verdict, words) = match told.exit {
            Exit::Clean => ("good", "Passes"),
            Exit::Findings => ("bad", "Fails"),
            Exit::Trouble => ("bad", "Incomplete"),
        };
        let all = [
            trend(own),
            sections::teams(own),
            sections::rules(own),
            waivers::section(own),
            sections::undecided(own),
            sections::offenders(own),
            sections::cost(own),
            sections::kinds(own),
            sections::repos(own),
            gaps::unowned(own),
            gaps::section(own),
            Some(gaps::evidence(own)),
        ];
        Self {
            day: own.today.to_string(),
            headline: headline(own),
            verdict,
            verdict_words: format!("{words} (exit {})", told.exit.code()),
            reasons: told.reasons.to_vec(),
            scope: scope(own),
            alerts: gaps::alerts(own),
            figures: figures(own),
            sections: all.into_iter().flatten().collect(),
            tool: format!("{} {}", own.evidence.tool.name, own.evidence.tool.version),
        }
    }
}

/// What was looked at.
fn scope(own: &Portfolio) -> String {
    let at = own.evidence.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    let mut told = vec![format!("{} audited{at}", audited(own))];
    told.extend(own.shard.map(|shard| format!("shard {} of {}", shard.index, shard.of)));
    told.extend(new_and_gone(own));
    told.join("; ")
}

/// The numbers that stand out, each against the day before.
fn figures(own: &Portfolio) -> Vec<Figure> {
    let now = &own.now;
    let before = own.before().filter(|point| point.repos > 0);
    let figure = |label, value: fn(&Point) -> u64, note: String, more_is: &'static str, class| {
        let less_is = match more_is {
            "bad" => "good",
            "good" => "bad",
            other => other,
        };
        let count = value(now);
        let change = before.map(|before| Change {
            text: change(count, value(before)),
            class: match count.cmp(&value(before)) {
                std::cmp::Ordering::Greater => more_is,
                std::cmp::Ordering::Less => less_is,
                std::cmp::Ordering::Equal => "",
            },
            since: before.day.to_string(),
        });
        let class = if count == 0 { "" } else { class };
        Figure { label, value: number(count), note, change, spark: charts::spark(&own.trend, value), class }
    };
    let all = now.counts.deployments;
    let share = |part: u64| format!("{} of {}", percent(part, all), deployments(all));
    vec![
        figure("Deployments", |p| p.counts.deployments, format!("in {}", repositories(now.repos)), "", ""),
        figure("With open errors", |p| p.failing, share(now.failing), "bad", "error"),
        figure("Open errors", |p| p.counts.errors, "against the guide or the policy".into(), "bad", "error"),
        figure("Open warnings", |p| p.counts.warnings, "advised otherwise".into(), "bad", "warning"),
        figure(
            "Undetermined",
            |p| p.counts.undetermined,
            format!("in {}", deployments(own.undecided.deployments.count())),
            "bad",
            "",
        ),
        figure("Excused", |p| p.counts.excused(), excused(own), "", ""),
        figure("Without an owner", Point::unowned, share(now.unowned()), "bad", ""),
        figure("Fine-tuned", |p| p.fine_tuned + p.hybrid, share(now.fine_tuned + now.hybrid), "", ""),
    ]
}

fn excused(own: &Portfolio) -> String {
    match own.ledger.soon {
        0 => "by waivers, comments, baselines".to_owned(),
        soon => {
            let end = if soon == 1 { "waiver ends" } else { "waivers end" };
            format!("{} {end} within {SOON} days", number(soon))
        }
    }
}

/// How it came about; nothing where there is one day alone.
fn trend(own: &Portfolio) -> Option<Section> {
    let (first, last) = (own.trend.first()?, own.trend.last()?);
    if own.trend.len() < 2 {
        return None;
    }
    let trend = &own.trend[..];
    let series = |class, word, value| Series { class, word, value };
    let charts = vec![
        charts::stacked(
            "Open findings",
            trend,
            &[
                series("error", "errors", |p| p.counts.errors),
                series("warning", "warnings", |p| p.counts.warnings),
                series("note", "notes", |p| p.counts.notes),
            ],
        ),
        charts::new_and_gone(trend),
        charts::stacked(
            "Deployments",
            trend,
            &[
                series("error", "with open errors", |p| p.failing),
                series("good", "without", |p| p.counts.deployments.saturating_sub(p.failing)),
            ],
        ),
        charts::stacked(
            "Strategies",
            trend,
            &[
                series("one", "fine-tuned", |p| p.fine_tuned),
                series("two", "hybrid", |p| p.hybrid),
                series("three", "prompted", |p| p.prompted),
                series("rest", "untold", Point::of_unknown_strategy),
            ],
        ),
    ];
    let mut lead = format!("From {} to {}, in {} steps.", first.day, last.day, own.trend.len() - 1);
    if trend.iter().any(|point| point.failed > 0) {
        lead += " Repositories that could not be read on a day count for nothing on it.";
    }
    let blocks = vec![Block::Charts { charts }, Block::Table(sections::trend_table(trend))];
    Some(Section { id: "trend", short: "Trend", title: "Is it getting better?", lead, blocks })
}
