//! A test for people: what is wrong, with the expression and its values where an example comes out otherwise; what no
//! example decides; the counts.

use std::io;

use super::{Counts, TestRun, percent, suggestions, trace};
use crate::finding::{Finding, Severity};
use crate::output::excerpt::address;
use crate::output::human::{Style, render_findings};
use crate::output::sanitize::visible;
use crate::output::wrap::wrap;
use crate::output::{Options, Texts};
use crate::policy::testing::{CheckKind, Coverage, RuleTest, Trace};
use crate::report;

/// Writes it.
pub(super) fn render(
    run: &TestRun<'_>,
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let style = Style::new(options);
    let mut findings: Vec<Finding> = run.report.findings().cloned().collect();
    report::sort(&mut findings);
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for finding in findings.iter().filter(|finding| finding.severity == severity) {
            if options.quiet && severity != Severity::Error {
                continue;
            }
            render_findings(std::slice::from_ref(finding), texts, options, out)?;
            trace::print(trace_of(run, finding), &style, out)?;
        }
    }
    if !options.quiet {
        print_uncovered(run, &style, out)?;
    }
    if run.suggest {
        suggestions::print(run.report, out)?;
    }
    print_counts(run, &style, options, out)
}

/// How the example came out that a finding is about.
fn trace_of<'a>(run: &TestRun<'a>, finding: &Finding) -> &'a [Trace] {
    let place = &finding.primary.place;
    let examples = run.report.rules.iter().flat_map(|rule| &rule.examples);
    let mut wrong = examples.filter(|example| !example.trace.is_empty());
    let found = wrong.find(|example| {
        example.place.pointer == place.pointer && example.place.source.path == place.source.path
    });
    found.filter(|_| finding.code == Some("example")).map_or(&[], |example| &example.trace)
}

/// Lists the conditions that no example decides one way or the other, unless findings do.
fn print_uncovered(run: &TestRun<'_>, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let is_told = |rule: &&RuleTest| {
        rule.checks.iter().any(|check| check.kind == CheckKind::Coverage && !check.findings.is_empty())
    };
    let lacking = |rule: &&RuleTest| rule.conditions.iter().any(|condition| !condition.is_covered());
    for rule in run.report.rules.iter().filter(lacking).filter(|rule| !is_told(rule)) {
        let coverage = Coverage::of(&rule.conditions);
        let heading = format!("{}/{}:", visible(&rule.pack), visible(&rule.id));
        let share = format!(
            "{heading} {} of {} conditions decided both ways ({})",
            coverage.covered,
            coverage.conditions,
            percent(coverage.percent())
        );
        for line in wrap(&share, style.prose_width()) {
            match line.strip_prefix(&heading) {
                Some(rest) => writeln!(out, "{}{rest}", style.bold(&heading))?,
                None => writeln!(out, "{line}")?,
            }
        }
        for condition in rule.conditions.iter().filter(|condition| !condition.is_covered()) {
            writeln!(out, "  {} {}", address(&condition.place), style.bold(condition.lacks()))?;
            for line in
                wrap(&visible(&condition.text.replace('\n', " ")), style.prose_width().saturating_sub(4))
            {
                writeln!(out, "    {line}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_counts(
    run: &TestRun<'_>,
    style: &Style,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let counts = Counts::of(run.report);
    print_coverage(run, style, out)?;
    write!(
        out,
        "{}, {}, {}: ",
        counted(run.report.rules.len(), "rule"),
        counted(counts.examples, "example"),
        counted(counts.thresholds, "threshold")
    )?;
    match (counts.errors, counts.warnings) {
        (0, 0) => write!(out, "no mistakes")?,
        (0, warnings) => {
            write!(out, "{}", style.severe(Severity::Warning, &counted(warnings, "warning")))?;
        }
        (errors, 0) => write!(out, "{}", style.severe(Severity::Error, &counted(errors, "mistake")))?,
        (errors, warnings) => write!(
            out,
            "{}, {}",
            style.severe(Severity::Error, &counted(errors, "mistake")),
            style.severe(Severity::Warning, &counted(warnings, "warning"))
        )?,
    }
    if let Some(elapsed) = options.elapsed {
        write!(out, " in {:.2} s", elapsed.as_secs_f64())?;
    }
    writeln!(out)
}

fn print_coverage(run: &TestRun<'_>, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let coverage = run.report.coverage();
    let share = percent(coverage.percent());
    let all = counted(coverage.conditions, "condition");
    let of_all =
        if coverage.covered == coverage.conditions { all } else { format!("{} of {all}", coverage.covered) };
    match run.min_coverage.filter(|least| coverage.percent() < *least) {
        Some(least) => {
            let low = style.severe(Severity::Error, &format!("{share}, below {least} %")).to_string();
            writeln!(out, "{of_all} decided both ways ({low})")
        }
        None => writeln!(out, "{of_all} decided both ways ({share})"),
    }
}

/// `1 rule`, `2 rules`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
