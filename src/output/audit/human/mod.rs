//! For people in a terminal: the answer, the figures, who has to act, what runs out, what nobody can judge, what is
//! worst, and what the audit could not see.

mod table;

use std::io;

use super::Told;
use super::brief::counts;
use super::gaps::gaps;
use super::words::{
    amount, change, days, deployments, headline, name, number, place, share, state, target, usd,
    waiver_counts,
};
use crate::audit::portfolio::{Line, Point, Portfolio, RuleLine, SOON};
use crate::finding::Severity;
use crate::output::Options;
use crate::output::human::{Style, counted};
use crate::output::sanitize::visible;
use crate::output::wrap::{clip, wrap};
use crate::report::Exit;
use table::{Cell, Look, Table};

/// Rows of a table.
const ROWS: usize = 10;
/// Findings of a deployment.
const FINDINGS: usize = 2;
/// Characters of a claim.
const CLAIM: usize = 300;

/// Writes it.
pub(super) fn render(told: Told<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style: Style::new(options), own: told.portfolio, out };
    if !options.quiet {
        page.head()?;
        page.lines("by team", "nobody", &told.portfolio.teams)?;
        page.rules()?;
        page.lines("by stage", "unknown", &told.portfolio.stages)?;
        page.lines("by strategy", "unknown", &told.portfolio.strategies)?;
        page.waivers()?;
        page.facts()?;
        page.offenders()?;
    }
    page.gaps()?;
    page.end(told)
}

struct Page<'a> {
    style: Style,
    own: &'a Portfolio,
    out: &'a mut dyn io::Write,
}

impl Page<'_> {
    fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out)?;
        for line in wrap(text, self.style.prose_width()) {
            writeln!(self.out, "{}", self.style.bold(line))?;
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in wrap(&visible(text), self.style.prose_width().saturating_sub(indent)) {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn more(&mut self, shown: usize, all: u64) -> io::Result<()> {
        match all.saturating_sub(shown as u64) {
            0 => Ok(()),
            more => writeln!(self.out, "  {}", self.style.faint(&format!("and {} more", number(more)))),
        }
    }

    fn head(&mut self) -> io::Result<()> {
        let own = self.own;
        for line in wrap(&headline(own), self.style.prose_width()) {
            writeln!(self.out, "{}", self.style.bold(line))?;
        }
        writeln!(self.out)?;
        let now = &own.now;
        let before = own.before().filter(|point| point.repos > 0);
        let mut table = Table::new(&["", "", ""]);
        let mut figure = |word: &str, now: u64, before: Option<u64>, look: Look| {
            let delta = before.map_or_else(String::new, |before| change(now, before));
            let number = Cell::right(&number(now)).look(if now > 0 { look } else { Look::Plain });
            table.row(vec![Cell::text(word), number, Cell::right(&delta).look(Look::Faint)]);
        };
        let of = |count: fn(&Point) -> u64| (count(now), before.map(count));
        let figures = [
            ("repositories", of(|point| point.repos), Look::Plain),
            ("deployments", of(|point| point.counts.deployments), Look::Plain),
            ("with open errors", of(|point| point.failing), Look::Severe(Severity::Error)),
            ("errors", of(|point| point.counts.errors), Look::Severe(Severity::Error)),
            ("warnings", of(|point| point.counts.warnings), Look::Severe(Severity::Warning)),
            ("notes", of(|point| point.counts.notes), Look::Severe(Severity::Note)),
            ("undetermined", of(|point| point.counts.undetermined), Look::Plain),
            ("excused", of(|point| point.counts.excused()), Look::Plain),
            ("without owner", of(Point::unowned), Look::Plain),
        ];
        for (word, (now, before), look) in figures {
            figure(word, now, before, look);
        }
        table.print(&self.style, self.out)?;
        self.cost()
    }

    fn cost(&mut self) -> io::Result<()> {
        let own = self.own;
        if !own.cost.is_declared() {
            return Ok(());
        }
        let stake = &own.cost_at_stake;
        let text = format!(
            "Declared: training {}, upkeep {} and tokens {} a month; with open errors {} and {} a month ({}).",
            amount(own.cost.training),
            amount(own.cost.recurring),
            amount(own.cost.tokens),
            usd(stake.training.usd),
            usd(stake.monthly_usd()),
            share(stake.monthly_usd(), own.cost.monthly_usd()),
        );
        writeln!(self.out)?;
        self.paragraph(0, &text)
    }

    fn lines(&mut self, title: &str, none: &str, lines: &[Line]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.title(title)?;
        let mut table = Table::new(&["", "deployments", "errors", "warnings", "notes", "new", "excused"]);
        for line in lines.iter().take(ROWS) {
            let counts = &line.counts;
            let word = Cell::text(name(line.name.as_deref(), none));
            table.row(vec![
                if line.name.is_none() { word.look(Look::Faint) } else { word },
                Cell::number(counts.deployments),
                Cell::severe(counts.errors, Severity::Error),
                Cell::severe(counts.warnings, Severity::Warning),
                Cell::severe(counts.notes, Severity::Note),
                Cell::number(counts.new),
                Cell::number(counts.excused()),
            ]);
        }
        table.print(&self.style, self.out)?;
        self.more(ROWS.min(lines.len()), lines.len() as u64)
    }

    fn rules(&mut self) -> io::Result<()> {
        let of_open = |line: &&RuleLine| line.counts.open() > 0;
        let open: Vec<_> = self.own.rules.iter().filter(of_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.title("by rule")?;
        let titles = ["", "severity", "open", "new", "excused", "repositories"];
        let mut table = Table::new(&titles);
        for line in open.iter().take(ROWS) {
            let severity = line.severity.unwrap_or(Severity::Note);
            table.row(vec![
                Cell::text(&line.rule),
                Cell::text(severity.as_str()).look(Look::Severe(severity)),
                Cell::number(line.counts.open()),
                Cell::number(line.counts.new),
                Cell::number(line.counts.excused()),
                Cell::number(line.repos),
            ]);
        }
        table.print(&self.style, self.out)?;
        self.more(ROWS.min(open.len()), open.len() as u64)
    }

    fn waivers(&mut self) -> io::Result<()> {
        let ledger = &self.own.ledger;
        if ledger.count() == 0 {
            return Ok(());
        }
        self.title(&format!("waivers: {}", waiver_counts(self.own)))?;
        let mut table = Table::new(&["expires", "", "rule", "for", "repository", "approved by"]);
        for entry in ledger.holding.items.iter().take(ROWS) {
            let waiver = &entry.waiver;
            let is_soon = entry.days_left.is_some_and(|left| left <= SOON);
            let day = waiver.expires.map_or_else(|| "no last day".to_owned(), |day| day.to_string());
            let look = if is_soon { Look::Severe(Severity::Warning) } else { Look::Plain };
            table.row(vec![
                Cell::text(&day).look(look),
                Cell::text(&entry.days_left.map_or_else(String::new, days)).look(Look::Faint),
                Cell::text(&waiver.rule),
                Cell::text(target(waiver)),
                Cell::text(&waiver.repo),
                Cell::text(waiver.approved_by.as_deref().unwrap_or("")),
            ]);
        }
        if !ledger.holding.is_empty() {
            table.print(&self.style, self.out)?;
            self.more(ROWS.min(ledger.holding.items.len()), ledger.holding.count())?;
        }
        for entry in ledger.idle.items.iter().take(ROWS) {
            let waiver = &entry.waiver;
            let place = place(&waiver.file, waiver.line);
            let text = format!("{}: {} in {}, {place}", state(waiver.state), waiver.rule, waiver.repo);
            self.paragraph(2, &text)?;
        }
        self.more(ROWS.min(ledger.idle.items.len()), ledger.idle.count())
    }

    fn facts(&mut self) -> io::Result<()> {
        let undecided = &self.own.undecided;
        if undecided.facts.is_empty() {
            return Ok(());
        }
        let all = deployments(undecided.deployments.count());
        self.title(&format!("what nobody can judge, of {all}: the facts that would decide most"))?;
        let mut table = Table::new(&["", "decides alone", "lacking it", "deployments", "rules"]);
        for fact in undecided.facts.iter().take(ROWS) {
            table.row(vec![
                Cell::text(&fact.path),
                Cell::number(fact.alone),
                Cell::number(fact.findings),
                Cell::number(fact.deployments),
                Cell::number(fact.rules.len() as u64),
            ]);
        }
        table.print(&self.style, self.out)?;
        self.more(ROWS.min(undecided.facts.len()), undecided.facts.len() as u64)
    }

    fn offenders(&mut self) -> io::Result<()> {
        let own = self.own;
        if own.offenders.is_empty() {
            return Ok(());
        }
        self.title("most is wrong with")?;
        for offender in own.offenders.items.iter().take(ROWS) {
            let row = &offender.deployment;
            let called = row.deployment.as_deref().unwrap_or(&row.file);
            let grave = [(row.errors, "error", "errors"), (row.warnings, "warning", "warnings")];
            let grave: Vec<String> = grave
                .iter()
                .filter(|(count, ..)| *count > 0)
                .map(|(count, one, many)| counted(u64::from(*count), one, many))
                .collect();
            let mut line = format!("{} in {}", visible(called), visible(&row.repo));
            if !grave.is_empty() {
                line = format!("{line}: {}", grave.join(", "));
            }
            self.paragraph(2, &line)?;
            for finding in offender.findings.items.iter().take(FINDINGS) {
                let word = self.style.severe(finding.severity, finding.severity.as_str());
                let place = place(&finding.spot.file, finding.spot.line);
                let shown = visible(&place);
                let room = self.style.prose_width().saturating_sub(16);
                writeln!(
                    self.out,
                    "    {word} {}",
                    self.style.faint(&clip(&shown, room, self.style.ellipsis))
                )?;
                self.paragraph(6, &clip(&finding.message, CLAIM, self.style.ellipsis))?;
            }
        }
        self.more(ROWS.min(own.offenders.items.len()), own.offenders.count())
    }

    /// What the audit could not see, and what is to be repaired before anybody relies on it.
    fn gaps(&mut self) -> io::Result<()> {
        let lines = gaps(self.own);
        if lines.is_empty() {
            return Ok(());
        }
        self.title("not to be relied on, or not seen")?;
        for (is_grave, line) in &lines {
            let shown = visible(line);
            let wrapped = wrap(&shown, self.style.prose_width().saturating_sub(2));
            for part in wrapped {
                if *is_grave {
                    writeln!(self.out, "  {}", self.style.severe(Severity::Error, part))?;
                } else {
                    writeln!(self.out, "  {part}")?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, told: Told<'_>) -> io::Result<()> {
        writeln!(self.out)?;
        self.paragraph(0, &counts(told.portfolio))?;
        let severity = match told.exit {
            Exit::Clean => None,
            Exit::Findings | Exit::Trouble => Some(Severity::Error),
        };
        for reason in told.reasons {
            for line in wrap(&visible(reason), self.style.prose_width()) {
                match severity {
                    Some(severity) => writeln!(self.out, "{}", self.style.severe(severity, line))?,
                    None => writeln!(self.out, "{line}")?,
                }
            }
        }
        Ok(())
    }
}
