//! Markdown for a wiki or a step summary: what the page says, condensed. What does not fit is counted instead of written.

use std::fmt::Write as _;
use std::io;

use super::Told;
use super::brief::counts;
use super::gaps::gaps;
use super::words::{
    amount, change, days, deployments, findings, headline, name, number, page, page_of_entry, place, share,
    state, target, usd, waiver_counts,
};
use crate::audit::portfolio::{Counts, Entry, Line, Point, Portfolio, RuleLine};
use crate::output::Options;
use crate::output::markdown::escape::{code, prose};
use crate::output::markdown::room::Room;
use crate::output::wrap::clip;

/// The first line, by which a bot finds what it wrote before.
const MARK: &str = "<!-- tunelint audit -->";
/// Rows of a table.
const ROWS: usize = 25;
/// Characters of a name, and of a claim.
const NAME: usize = 160;
const CLAIM: usize = 400;
/// Findings of a deployment.
const FINDINGS: usize = 3;

/// A number of a day.
type Figure = fn(&Point) -> u64;

/// Writes the page.
pub(super) fn render(told: Told<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let own = told.portfolio;
    let mut page = Page { room: Room::new(options.markdown_bytes), left_out: 0 };
    let _ = write!(page.room.text, "{MARK}\n## LLM deployments on {}\n\n**{}**\n", own.today, headline(own));
    for reason in told.reasons {
        let _ = write!(page.room.text, "\n- {}", sentence(reason));
    }
    page.room.text.push('\n');
    page.gaps(own);
    page.figures(own);
    page.trend(&own.trend);
    page.lines("By team", "Team", "nobody", &own.teams);
    page.rules(&own.rules);
    page.lines("By stage", "Stage", "untold", &own.stages);
    page.lines("By strategy", "Strategy", "untold", &own.strategies);
    page.waivers(own);
    page.facts(own);
    page.offenders(own);
    page.cost(own);
    page.evidence(own);
    if page.left_out > 0 {
        let rows = if page.left_out == 1 { "row" } else { "rows" };
        let _ = write!(
            page.room.text,
            "\n**Left out for want of room: {} {rows}.** The formats html and json hold more.\n",
            number(page.left_out)
        );
    }
    let _ = writeln!(page.room.text, "\n{}", prose(&counts(own)));
    out.write_all(page.room.text.as_bytes())
}

struct Page {
    room: Room,
    left_out: u64,
}

impl Page {
    /// Adds a table: titles (those of numbers begin with `#`), and as many rows as there is room for, out of `all`.
    fn table(&mut self, heading: &str, titles: &[&str], rows: impl Iterator<Item = Vec<String>>, all: u64) {
        let mut head = format!("\n### {heading}\n\n|");
        for title in titles {
            let _ = write!(head, " {} |", title.trim_start_matches('#'));
        }
        head.push_str("\n|");
        for title in titles {
            head.push_str(if title.starts_with('#') { " ---: |" } else { " --- |" });
        }
        head.push('\n');
        if all == 0 || !self.room.add(&head) {
            self.left_out += all;
            return;
        }
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let written = rows.take(ROWS).take_while(|cells| self.room.add(&row(cells.clone()))).count() as u64;
        if written < all {
            let more = format!("\nand {} more\n", number(all - written));
            if !self.room.add(&more) {
                self.left_out += all - written;
            }
        }
    }

    fn gaps(&mut self, own: &Portfolio) {
        let lines = gaps(own);
        if lines.is_empty() {
            return;
        }
        self.room.add("\n### Before you rely on this\n\n");
        for (is_grave, line) in &lines {
            let line = sentence(&clip(line, CLAIM, "…"));
            let line = if *is_grave { format!("- **{line}**\n") } else { format!("- {line}\n") };
            self.left_out += u64::from(!self.room.add(&line));
        }
    }

    fn figures(&mut self, own: &Portfolio) {
        let before = own.before().filter(|point| point.repos > 0);
        let figures: [(&str, Figure); 9] = [
            ("Repositories", |point| point.repos),
            ("Deployments", |point| point.counts.deployments),
            ("With open errors", |point| point.failing),
            ("Errors", |point| point.counts.errors),
            ("Warnings", |point| point.counts.warnings),
            ("Notes", |point| point.counts.notes),
            ("Undetermined", |point| point.counts.undetermined),
            ("Excused", |point| point.counts.excused()),
            ("Without an owner", Point::unowned),
        ];
        let since = before.map_or_else(|| "Since".to_owned(), |before| format!("#Since {}", before.day));
        let titles: Vec<&str> = if before.is_some() { vec!["", "#Now", &since] } else { vec!["", "#Now"] };
        let rows = figures.iter().map(|(word, value)| {
            let mut cells = vec![(*word).to_owned(), number(value(&own.now))];
            cells.extend(before.map(|before| change(value(&own.now), value(before))));
            cells
        });
        self.table("Figures", &titles, rows, figures.len() as u64);
    }

    fn trend(&mut self, trend: &[Point]) {
        if trend.len() < 2 {
            return;
        }
        let titles =
            ["Day", "#Deployments", "#With open errors", "#Errors", "#Warnings", "#New", "#Gone", "#Excused"];
        let row = |point: &Point| {
            let known = |count: Option<u64>| count.map_or_else(|| "–".to_owned(), number);
            vec![
                point.day.to_string(),
                number(point.counts.deployments),
                number(point.failing),
                number(point.counts.errors),
                number(point.counts.warnings),
                known(point.new_and_gone().map(|(new, _)| new)),
                known(point.gone),
                number(point.counts.excused()),
            ]
        };
        // The last days matter, where there is no room for all.
        let shown = trend.get(trend.len().saturating_sub(ROWS)..).unwrap_or_default();
        self.table("Trend", &titles, shown.iter().map(row), shown.len() as u64);
    }

    fn lines(&mut self, heading: &str, title: &str, none: &str, lines: &[Line]) {
        let titles = [title, "#Deployments", "#Errors", "#Warnings", "#Notes", "#New", "#Excused"];
        let row = |line: &Line| {
            let called = line.name.as_deref().map_or_else(|| format!("*{none}*"), word);
            let mut cells = vec![called];
            cells.extend(numbers(&line.counts));
            cells
        };
        self.table(heading, &titles, lines.iter().map(row), lines.len() as u64);
    }

    fn rules(&mut self, rules: &[RuleLine]) {
        let open: Vec<&RuleLine> = rules.iter().filter(|line| line.counts.open() > 0).collect();
        let titles = ["Rule", "Severity", "#Open", "#Undetermined", "#New", "#Excused", "#Deployments"];
        let row = |line: &&RuleLine| {
            vec![
                code(&clip(&line.rule, NAME, "…")),
                line.severity.map_or_else(String::new, |severity| severity.to_string()),
                number(line.counts.open()),
                number(line.counts.undetermined),
                number(line.counts.new),
                number(line.counts.excused()),
                number(line.deployments),
            ]
        };
        self.table("By rule", &titles, open.iter().map(row), open.len() as u64);
    }

    fn waivers(&mut self, own: &Portfolio) {
        let ledger = &own.ledger;
        if ledger.count() == 0 {
            return;
        }
        let titles = ["Expires", "Rule", "For", "Owner", "Approved by", "Where"];
        let row = |entry: &Entry| {
            let waiver = &entry.waiver;
            let left = entry.days_left.map_or_else(String::new, |left| format!(" ({})", days(left)));
            let optional = |text: Option<&str>| text.map_or_else(|| "–".to_owned(), word);
            vec![
                waiver.expires.map_or_else(|| "no last day".to_owned(), |day| format!("{day}{left}")),
                code(&clip(&waiver.rule, NAME, "…")),
                word(target(waiver)),
                optional(waiver.owner.as_deref()),
                optional(waiver.approved_by.as_deref()),
                whereabouts(entry),
            ]
        };
        let heading = format!("Waivers: {}", waiver_counts(own));
        self.table(&heading, &titles, ledger.holding.items.iter().map(row), ledger.holding.count());
        let titles = ["State", "Rule", "For", "Owner", "Where"];
        let row = |entry: &Entry| {
            let waiver = &entry.waiver;
            vec![
                state(waiver.state).to_owned(),
                code(&clip(&waiver.rule, NAME, "…")),
                word(target(waiver)),
                waiver.owner.as_deref().map_or_else(|| "–".to_owned(), word),
                whereabouts(entry),
            ]
        };
        let idle = &ledger.idle;
        self.table("Waivers that excuse nothing", &titles, idle.items.iter().map(row), idle.count());
    }

    fn facts(&mut self, own: &Portfolio) {
        let undecided = &own.undecided;
        let titles = ["Missing fact", "#Decides by itself", "#Findings that lack it", "#Deployments"];
        let rows = undecided.facts.iter().map(|fact| {
            vec![
                code(&clip(&fact.path, NAME, "…")),
                number(fact.alone),
                number(fact.findings),
                number(fact.deployments),
            ]
        });
        let heading = format!("What nobody can judge: {}", deployments(undecided.deployments.count()));
        self.table(&heading, &titles, rows, undecided.facts.len() as u64);
    }

    fn offenders(&mut self, own: &Portfolio) {
        let titles = ["Deployment", "#Errors", "#Warnings", "First"];
        let rows = own.offenders.items.iter().map(|offender| {
            let row = &offender.deployment;
            let shown = code(&place(&row.file, Some(row.line)));
            let at = linked(&shown, page(&offender.spot));
            let told: Vec<String> = offender
                .findings
                .items
                .iter()
                .take(FINDINGS)
                .map(|own| prose(&clip(&own.message, CLAIM, "…")))
                .collect();
            let called = word(name(row.deployment.as_deref(), "without a name"));
            vec![
                format!("{called} in {}<br>{at}", word(&row.repo)),
                number(u64::from(row.errors)),
                number(u64::from(row.warnings)),
                told.join("<br>"),
            ]
        });
        self.table("Where most is wrong", &titles, rows, own.offenders.count());
    }

    fn cost(&mut self, own: &Portfolio) {
        if !own.cost.is_declared() {
            return;
        }
        let (all, stake) = (&own.cost, &own.cost_at_stake);
        let titles = ["", "#Declared", "#With open errors"];
        let rows = [
            ("Training, once", all.training, stake.training),
            ("Upkeep, a month", all.recurring, stake.recurring),
            ("Tokens, a month", all.tokens, stake.tokens),
        ];
        let rows =
            rows.iter().map(|(word, all, stake)| vec![(*word).to_owned(), amount(*all), usd(stake.usd)]);
        let of = share(stake.monthly_usd(), all.monthly_usd());
        self.table(&format!("At stake: {of} of what is paid a month"), &titles, rows, 3);
    }

    fn evidence(&mut self, own: &Portfolio) {
        let evidence = &own.evidence;
        let mut text = format!(
            "\n### Evidence\n\n- {} {}, as of {}\n",
            prose(&evidence.tool.name),
            prose(&evidence.tool.version),
            own.today
        );
        if let Some(config) = &evidence.org_config {
            let _ = writeln!(text, "- organisation's config {}", code(config));
        }
        for pack in evidence.packs.iter().take(ROWS) {
            let (called, version) = (word(&pack.name), word(&pack.version));
            let _ = writeln!(text, "- pack {called} {version}, {}", code(&pack.digest));
        }
        let outcomes = &evidence.outcomes;
        let _ = writeln!(
            text,
            "- {} rules × deployments: {} pass, {} fail, {} undetermined",
            number(outcomes.count()),
            number(outcomes.pass),
            number(outcomes.fail),
            number(outcomes.undetermined)
        );
        let unowned = own.unowned.count();
        if unowned > 0 {
            let _ = writeln!(text, "- {} without an owner", deployments(unowned));
        }
        if !own.locked.is_empty() {
            let told = findings(own.locked.count());
            let _ = writeln!(text, "- {told} of configs that go against a lock, without effect");
        }
        self.left_out += u64::from(!self.room.add(&text));
    }
}

/// A sentence. A count that it begins with begins no list, as a full stop is wanting.
fn sentence(text: &str) -> String {
    match text.split_once(' ') {
        Some((count, rest)) if !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{count} {}", prose(rest))
        }
        _ => prose(text),
    }
}

/// A name, short enough for a table.
fn word(text: &str) -> String {
    prose(&clip(text, NAME, "…"))
}

fn whereabouts(entry: &Entry) -> String {
    let waiver = &entry.waiver;
    let shown = code(&clip(&place(&waiver.file, waiver.line), NAME, "…"));
    format!("{} {}", word(&waiver.repo), linked(&shown, page_of_entry(entry)))
}

fn linked(shown: &str, page: Option<String>) -> String {
    page.map_or_else(|| shown.to_owned(), |page| format!("[{shown}]({page})"))
}

fn numbers(counts: &Counts) -> [String; 6] {
    [counts.deployments, counts.errors, counts.warnings, counts.notes, counts.new, counts.excused()]
        .map(number)
}
