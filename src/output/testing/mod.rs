//! The formats of a test of policies: each is one file here and one row of the table below.

mod human;
mod json;
mod junit;
mod suggestions;
mod trace;

use std::io;
use std::str::FromStr;

use super::{Options, Texts, sanitize};
use crate::finding::{Finding, Severity};
use crate::policy::testing::{CheckKind, TestReport};
use crate::report::Exit;

/// A test of policies with what is to be said of the run as a whole.
#[derive(Clone, Copy, Debug)]
pub struct TestRun<'a> {
    /// What it came to.
    pub report: &'a TestReport,
    /// The least coverage that was asked for, in percent.
    pub min_coverage: Option<f64>,
    /// Whether suggestions were asked for.
    pub suggest: bool,
    /// The exit status.
    pub exit: Exit,
}

/// What a test can be written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestFormat {
    /// For people, in a terminal.
    #[default]
    Human,
    /// For the test pages of a CI service.
    Junit,
    /// One JSON document.
    Json,
}

type Render = fn(&TestRun<'_>, &dyn Texts, &Options, &mut dyn io::Write) -> io::Result<()>;

/// Every format with its name on the command line, in the order they are listed.
const TEST_FORMATS: &[(TestFormat, &str, Render)] = &[
    (TestFormat::Human, "human", human::render),
    (TestFormat::Junit, "junit", junit::render),
    (TestFormat::Json, "json", json::render),
];

/// A name that is no format's.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{}`; there are {}", sanitize::visible(.0), names())]
pub struct UnknownTestFormat(String);

fn names() -> String {
    TEST_FORMATS.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ")
}

impl FromStr for TestFormat {
    type Err = UnknownTestFormat;

    fn from_str(name: &str) -> Result<Self, UnknownTestFormat> {
        let found = TEST_FORMATS.iter().find(|(_, own, _)| *own == name);
        found.map(|(format, ..)| *format).ok_or_else(|| UnknownTestFormat(name.to_owned()))
    }
}

/// Writes a test of policies.
///
/// # Errors
/// Only those of the writer.
pub fn render(
    format: TestFormat,
    run: &TestRun<'_>,
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match TEST_FORMATS.iter().find(|(own, ..)| *own == format) {
        Some((_, _, write)) => write(run, texts, options, out),
        None => Ok(()),
    }
}

/// The counts of a run.
struct Counts {
    examples: usize,
    thresholds: usize,
    errors: usize,
    warnings: usize,
}

impl Counts {
    fn of(report: &TestReport) -> Self {
        let worth = |severity| report.findings().filter(move |finding| finding.severity == severity).count();
        let checks = report.rules.iter().flat_map(|rule| &rule.checks);
        Self {
            examples: report.rules.iter().map(|rule| rule.examples.len()).sum(),
            thresholds: checks.filter(|check| check.kind == CheckKind::Boundary).count(),
            errors: worth(Severity::Error),
            warnings: worth(Severity::Warning),
        }
    }
}

/// Whether findings keep what they are of from being in order.
fn fail(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Percent with at most one decimal place, rounded down: 99.97 is not 100.
fn percent(share: f64) -> String {
    format!("{} %", (share * 10.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for (format, name, _) in TEST_FORMATS {
            assert_eq!(name.parse::<TestFormat>().unwrap(), *format);
        }
        let error = "tap\u{1b}".parse::<TestFormat>().unwrap_err().to_string();
        assert_eq!(error, r"unknown format `tap\x1b`; there are human, junit, json");
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        assert_eq!(percent(100.0), "100 %");
        assert_eq!(percent(99.97), "99.9 %");
        assert_eq!(percent(200.0 / 3.0), "66.6 %");
        assert_eq!(percent(0.0), "0 %");
    }
}
