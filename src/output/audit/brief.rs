//! For chat and mail: what it comes to, who and what comes next, and why the run failed. Plain text, a line each.

use std::fmt::Write as _;
use std::io;

use super::Told;
use super::words::{audited, days, deployments, name, new_and_gone, number, severities, target};
use crate::audit::portfolio::Portfolio;
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::output::wrap::clip;

/// Characters of a name: a chat is no place for a long one.
const LONGEST: usize = 80;

/// Writes it.
pub(super) fn render(told: Told<'_>, _options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let portfolio = told.portfolio;
    writeln!(out, "{}", counts(portfolio))?;
    let next = next(portfolio);
    if !next.is_empty() {
        writeln!(out, "{}", next.join("; "))?;
    }
    if !told.reasons.is_empty() {
        writeln!(out, "exit {}: {}", told.exit.code(), visible(&told.reasons.join("; ")))?;
    }
    Ok(())
}

/// The counts in a line.
pub(super) fn counts(portfolio: &Portfolio) -> String {
    let counts = &portfolio.now.counts;
    let mut line = format!(
        "tunelint audit {}: {}, {}: {}",
        portfolio.today,
        audited(portfolio),
        deployments(counts.deployments),
        severities(counts)
    );
    // Writing to a string cannot fail.
    if counts.undetermined > 0 {
        let _ = write!(line, " ({} undetermined)", number(counts.undetermined));
    }
    if counts.excused() > 0 {
        let _ = write!(line, ", {} excused", number(counts.excused()));
    }
    if let Some(told) = new_and_gone(portfolio) {
        let _ = write!(line, "; {told}");
    }
    line
}

/// Who has most to do, and what expires next.
fn next(portfolio: &Portfolio) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(worst) = portfolio.teams.first().filter(|line| line.counts.open() > 0) {
        let team = visible(name(worst.name.as_deref(), "nobody's deployments")).into_owned();
        told.push(format!("most open: {} ({})", clip(&team, LONGEST, "…"), severities(&worst.counts)));
    }
    if let Some((entry, day)) = portfolio.ledger.next() {
        let waiver = &entry.waiver;
        let what = format!("{} for {} in {}", waiver.rule, target(waiver), waiver.repo);
        let left = entry.days_left.map_or_else(String::new, |left| format!(" ({})", days(left)));
        told.push(format!("next to expire: {} on {day}{left}", clip(&visible(&what), LONGEST * 2, "…")));
    }
    told
}
