//! Workflow commands: annotations beside the lines of a pull request. GitHub shows ten of each level for a step and
//! drops the rest without a word, so the ten are chosen here, and the rest is counted.

use std::fmt::Write as _;
use std::io;

use super::catalog::rule_name;
use super::human::{clauses, counted};
use super::links::Links;
use super::sanitize::{is_hidden, push_escape};
use super::wrap::clip;
use super::{Options, Texts};
use crate::finding::{Finding, Severity};
use crate::report::Report;

/// Annotations of one level that GitHub shows for a step.
const BUDGET: usize = 10;
/// Characters of a claim and of a piece of advice.
const CLAIM: usize = 1000;
const ADVICE: usize = 1000;

/// Writes the worst open findings, each level in the order of the report, and a count of those that had no place.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let links = Links::new(options);
    let of = |severity| {
        let open = report.findings.iter().filter(|finding| finding.is_open_problem());
        open.filter(move |finding| finding.severity == severity)
    };
    let [errors, warnings, notes] =
        [Severity::Error, Severity::Warning, Severity::Note].map(|severity| of(severity).count());
    let overflows = [errors, warnings, notes].iter().any(|count| *count > BUDGET);
    // The count is a notice itself, and must not be the eleventh.
    let room_for_notes = BUDGET - usize::from(overflows);
    let levels = [(Severity::Error, BUDGET), (Severity::Warning, BUDGET), (Severity::Note, room_for_notes)];
    for (severity, room) in levels {
        for finding in of(severity).take(room) {
            annotate(finding, links, out)?;
        }
    }
    if overflows {
        let rest = [
            (errors.saturating_sub(BUDGET), "error", "errors"),
            (warnings.saturating_sub(BUDGET), "warning", "warnings"),
            (notes.saturating_sub(room_for_notes), "note", "notes"),
        ];
        let rest: Vec<String> = rest
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| counted(count as u64, one, many))
            .collect();
        writeln!(
            out,
            "::notice title=tunelint::Not annotated: {}. The summary of the job lists all findings.",
            rest.join(", ")
        )?;
    }
    Ok(())
}

fn annotate(finding: &Finding, links: Links<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = &finding.primary.place;
    let mut line = format!("::{command} file={}", property(&links.rooted(&place.source.path)));
    if let Some(span) = place.span {
        let (start, end) = place.source.lines.positions(span);
        // Writing to a string cannot fail.
        let _ = write!(line, ",line={},endLine={}", start.line, end.line.max(start.line));
        // Columns of different lines are no range to GitHub.
        if start.line == end.line {
            let _ = write!(line, ",col={},endColumn={}", start.column, end.column.max(start.column));
        }
    }
    let _ = write!(line, ",title={}::", property(&rule_name(finding)));
    line.push_str(&data(&clip(&finding.message, CLAIM, "…")));
    if !finding.passes_if.is_empty() {
        let passes = clauses(&finding.passes_if);
        line.push_str(&data(&format!("\npasses if: {}", clip(&passes, ADVICE, "…"))));
    }
    if let Some(help) = finding.help.as_deref().map(str::trim).filter(|help| !help.is_empty()) {
        line.push_str(&data(&format!("\nhelp: {}", clip(help, ADVICE, "…"))));
    }
    writeln!(out, "{line}")
}

/// A text as the data of a command. The log shows what the runner reads, and obeys escape sequences in it: those
/// are shown instead. Line breaks have a form of their own in commands.
fn data(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            _ if is_hidden(character) => push_escape(&mut escaped, character),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
