//! For people: excerpts with the values underlined, what makes a rule pass, what to declare, and a summary line.

mod advice;
mod declare;
mod diagnostic;
mod notes;
mod style;
mod summary;

use std::io;

use super::{Options, Texts};
use crate::finding::{Finding, Severity};
use crate::report::Report;
use diagnostic::Printer;

pub(super) use advice::clauses;
pub(super) use style::Style;
pub(super) use summary::{counted, counts};

/// Writes the report: errors, then the facts to declare, then warnings and notes, then the counts.
pub(super) fn render(
    report: &Report,
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    render_findings(&report.findings, texts, options, out)?;
    let style = Style::new(options);
    if !options.quiet {
        summary::print_passed(&report.findings, &style, out)?;
    }
    summary::print(report, &style, options, out)
}

/// Writes the findings alone, in the same order.
pub(super) fn render_findings(
    findings: &[Finding],
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut printer = Printer::new(texts, options);
    let shown: Vec<&Finding> = findings.iter().filter(|finding| finding.is_open_problem()).collect();
    let (to_declare, to_draw): (Vec<&Finding>, Vec<&Finding>) =
        shown.into_iter().partition(|finding| declare::is_about_a_missing_fact(finding));
    let drawn = |severity| to_draw.iter().filter(move |finding| finding.severity == severity);
    for finding in drawn(Severity::Error) {
        printer.print(finding, out)?;
    }
    declare::print(&to_declare, printer.style(), options, out)?;
    if !options.quiet {
        for finding in drawn(Severity::Warning).chain(drawn(Severity::Note)) {
            printer.print(finding, out)?;
        }
    }
    Ok(())
}
