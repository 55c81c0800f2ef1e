//! The end: what passed if that was asked for, files that may be worth a manifest, and the counts.

use std::io;

use super::notes::few;
use super::style::Style;
use crate::finding::{Finding, Outcome, Severity};
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::output::wrap::wrap;
use crate::report::{Report, Summary};

/// Prints the outcomes that are no findings, by deployment.
pub(super) fn print_passed(findings: &[Finding], style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    for (outcome, word) in [(Outcome::Pass, "passed"), (Outcome::NotApplicable, "not applicable")] {
        let mut of_outcome = findings.iter().filter(|finding| finding.outcome == outcome).peekable();
        if of_outcome.peek().is_none() {
            continue;
        }
        writeln!(out, "{}", style.bold(word))?;
        while let Some(first) = of_outcome.next() {
            let mut rules: Vec<&str> = vec![&first.rule];
            while let Some(next) = of_outcome.next_if(|next| next.deployment_id == first.deployment_id) {
                rules.push(&next.rule);
            }
            print_outcomes(first, &rules, style, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_outcomes(first: &Finding, rules: &[&str], style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let path = visible(&first.primary.place.source.path);
    match &first.deployment {
        Some(deployment) => writeln!(out, "  {path} ({})", visible(deployment))?,
        None => writeln!(out, "  {path}")?,
    }
    let rules = few(rules.iter().copied(), usize::MAX - 1);
    for line in wrap(&rules, style.prose_width().saturating_sub(4)) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// Prints the summary line, and before it what to do where no manifest was found.
pub(super) fn print(
    report: &Report,
    style: &Style,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if report.summary.manifests == 0 && !options.quiet {
        print_candidates(report, style, out)?;
    }
    print_counts(&report.summary, style, out)?;
    print_left_out(report, out)?;
    if let Some(elapsed) = options.elapsed {
        write!(out, " in {:.2} s", elapsed.as_secs_f64())?;
    }
    writeln!(out)
}

fn print_candidates(report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    if report.candidates.is_empty() {
        return writeln!(out, "no LLM deployment manifest found");
    }
    writeln!(out, "no LLM deployment manifest found; these files look like deployments:")?;
    for candidate in &report.candidates {
        writeln!(out, "  {} {}", visible(&candidate.file), style.faint(&format!("({})", candidate.marker)))?;
    }
    writeln!(
        out,
        "describe each in a manifest of kind LLMDeployment; `tunelint schema manifest` prints what it may say"
    )
}

fn print_counts(summary: &Summary, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "{}", counted(summary.files, "file", "files"))?;
    if summary.skipped > 0 {
        write!(out, " ({} skipped)", summary.skipped)?;
    }
    write!(out, ", {}: ", counted(summary.manifests, "manifest", "manifests"))?;
    let severities = [
        (Severity::Error, summary.errors, "error", "errors"),
        (Severity::Warning, summary.warnings, "warning", "warnings"),
        (Severity::Note, summary.notes, "note", "notes"),
    ];
    let mut separator = "";
    for (severity, count, one, many) in severities {
        if count > 0 {
            write!(out, "{separator}{}", style.severe(severity, &counted(count, one, many)))?;
            separator = ", ";
        }
    }
    if separator.is_empty() {
        write!(out, "no findings")?;
    }
    if summary.undetermined > 0 {
        write!(out, " ({} undetermined)", summary.undetermined)?;
    }
    let excused = [
        (summary.waived, "waived"),
        (summary.suppressed, "suppressed"),
        (summary.baselined, "in the baseline"),
    ];
    for (count, word) in excused {
        if count > 0 {
            write!(out, ", {count} {word}")?;
        }
    }
    Ok(())
}

fn print_left_out(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(left_out) = &report.left_out else { return Ok(()) };
    let since = visible(&left_out.since);
    write!(out, "; {} not touched since {since}", counted(left_out.deployments, "deployment", "deployments"))
}

/// The counts without colour: `43 files, 22 manifests: 21 errors, 57 warnings`.
pub(in crate::output) fn counts(report: &Report) -> String {
    let mut line = Vec::new();
    // Writing to a vector cannot fail.
    let _ = print_counts(&report.summary, &Style::new(&Options::default()), &mut line);
    let _ = print_left_out(report, &mut line);
    String::from_utf8_lossy(&line).into_owned()
}

/// `1 file`, `2 files`.
pub(in crate::output) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
