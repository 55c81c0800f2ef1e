//! `JUnit`'s XML: a suite a file, a case a rule and deployment. CI servers show what fails, and count the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::excerpt::address;
use super::human::clauses;
use super::links::Links;
use super::sanitize::{is_hidden, push_escape};
use super::{Options, Texts};
use crate::finding::{Finding, Outcome, Status};
use crate::report::Report;

/// Writes the suites, by file. Where nothing was found a case passes: servers take a report without cases for a run
/// that broke.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let links = Links::new(options);
    let mut files: BTreeMap<&str, File<'_>> = BTreeMap::new();
    for finding in &report.findings {
        files.entry(&finding.primary.place.source.path).or_default().add(finding);
    }
    for deployment in &report.deployments {
        let file = files.entry(&deployment.file).or_default();
        let id = format!("{}#{}", deployment.file, deployment.document);
        if !file.spoken_of.contains(&*id) {
            file.clean.push(deployment.name.as_deref().unwrap_or(&deployment.file));
        }
    }
    let mut junit = quick_junit::Report::new(env!("CARGO_PKG_NAME"));
    for (path, file) in &files {
        junit.add_test_suite(file.suite(&links.rooted(path)));
    }
    if files.is_empty() {
        let mut suite = TestSuite::new(env!("CARGO_PKG_NAME"));
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        junit.add_test_suite(suite);
    }
    junit.serialize(out).map_err(io::Error::other)
}

/// What is said of one file.
#[derive(Default)]
struct File<'a> {
    cases: Vec<Case<'a>>,
    /// The place of each case in the list, by deployment and rule.
    indices: BTreeMap<(Option<&'a str>, &'a str), usize>,
    /// Deployments that a case is about.
    spoken_of: BTreeSet<&'a str>,
    /// Deployments of which nothing is said.
    clean: Vec<&'a str>,
}

/// What one rule says of one deployment; a schema may say several things.
struct Case<'a> {
    first: &'a Finding,
    all: Vec<&'a Finding>,
}

impl<'a> File<'a> {
    fn add(&mut self, finding: &'a Finding) {
        self.spoken_of.extend(finding.deployment_id.as_deref());
        let key = (finding.deployment_id.as_deref(), &*finding.rule);
        let index = *self.indices.entry(key).or_insert(self.cases.len());
        match self.cases.get_mut(index) {
            Some(case) => case.all.push(finding),
            None => self.cases.push(Case { first: finding, all: vec![finding] }),
        }
    }

    fn suite(&self, path: &str) -> TestSuite {
        let mut suite = TestSuite::new(attribute(path));
        for case in &self.cases {
            let about = case.first.deployment.as_deref().unwrap_or(path);
            suite.add_test_case(test_case(&case.first.rule, about, case.status()));
        }
        for deployment in &self.clean {
            suite.add_test_case(test_case("no findings", deployment, TestCaseStatus::success()));
        }
        suite
    }
}

fn test_case(name: &str, about: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(attribute(name), status);
    case.set_classname(attribute(about));
    case
}

impl Case<'_> {
    /// A failure if anything in it counts; else skipped, unless it passed.
    fn status(&self) -> TestCaseStatus {
        let open = || self.all.iter().copied().filter(|finding| finding.is_open_problem());
        if let Some(worst) = open().max_by_key(|finding| finding.severity) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let message = open().next().unwrap_or(worst).message.as_str();
            status.set_type(worst.severity.as_str()).set_message(attribute(message));
            status.set_description(XmlString::new(carried(
                &open().map(told).collect::<Vec<_>>().join("\n"),
                |own| own == '\n',
            )));
            return status;
        }
        if self.first.outcome == Outcome::Pass {
            return TestCaseStatus::success();
        }
        let mut status = TestCaseStatus::skipped();
        status.set_message(attribute(&why_skipped(self.first)));
        status
    }
}

/// Why a case that does not pass fails nothing.
fn why_skipped(finding: &Finding) -> String {
    let word = match finding.status {
        Status::Open => return "does not apply".to_owned(),
        Status::Suppressed => "suppressed",
        Status::Waived => "waived",
        Status::Baselined => "in the baseline",
    };
    match finding.exception.as_deref().and_then(|own| own.reason.as_deref()) {
        Some(reason) => format!("{word}: {reason}"),
        None => word.to_owned(),
    }
}

/// A finding as text: where, what, and what to do.
fn told(finding: &Finding) -> String {
    let mut text =
        format!("{}: {}: {}\n", address(&finding.primary.place), finding.severity, finding.message);
    for label in &finding.secondary {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}: {}", address(&label.place), label.message);
    }
    if !finding.passes_if.is_empty() {
        let _ = writeln!(text, "  passes if: {}", clauses(&finding.passes_if));
    }
    if let Some(help) = finding.help.as_deref().map(str::trim).filter(|help| !help.is_empty()) {
        let _ = writeln!(text, "  help: {help}");
    }
    text
}

/// A text for an attribute, where XML makes blanks of line breaks.
fn attribute(text: &str) -> XmlString {
    XmlString::new(carried(text, |_| false))
}

/// A text that XML can carry and a terminal does not obey: what neither can is a visible escape, but for `stays`.
fn carried(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let has_no_form = is_hidden(character) || matches!(character, '\u{fffe}' | '\u{ffff}');
        if has_no_form && !stays(character) {
            push_escape(&mut escaped, character);
        } else {
            escaped.push(character);
        }
    }
    escaped
}
