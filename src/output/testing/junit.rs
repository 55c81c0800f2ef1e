//! A test as XML in the form of `JUnit`: a suite for each policy file, a case for each example and each check.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{TestRun, fail};
use crate::finding::{Finding, Severity};
use crate::output::excerpt::address;
use crate::output::sanitize::visible;
use crate::output::{Options, Texts};
use crate::policy::testing::{RuleTest, Step, Trace};

/// Writes it.
pub(super) fn render(
    run: &TestRun<'_>,
    _texts: &dyn Texts,
    _options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut report = Report::new("tunelint test");
    let mut by_file: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for problem in &run.report.problems {
        by_file.entry(&problem.primary.place.source.path).or_default().push(problem);
    }
    for rule in &run.report.rules {
        let mut suite = TestSuite::new(visible(&rule.source.path));
        if let Some(problems) = by_file.remove(&*rule.source.path) {
            suite.add_test_case(case("file", &rule.id, &problems, &[]));
        }
        suite.add_test_cases(cases(rule));
        report.add_test_suite(suite);
    }
    // Files of no rule that could be tested: packs, and rules with a mistake.
    for (file, problems) in by_file {
        let mut suite = TestSuite::new(visible(file));
        suite.add_test_case(case("file", file, &problems, &[]));
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

fn cases(rule: &RuleTest) -> Vec<TestCase> {
    let examples = rule.examples.iter().map(|example| {
        let name = format!("example {} {}", example.kind.as_str(), example.index + 1);
        case(&name, &rule.id, &example.findings.iter().collect::<Vec<_>>(), &example.trace)
    });
    let checks = rule.checks.iter().map(|check| {
        let name = format!("{} {}", check.kind.as_str(), check.name.replace('\n', " "));
        case(name.trim_end(), &rule.id, &check.findings.iter().collect::<Vec<_>>(), &[])
    });
    examples.chain(checks).collect()
}

/// A case that fails by the errors among its findings; what else was found stands in its output.
fn case(name: &str, class: &str, findings: &[&Finding], traces: &[Trace]) -> TestCase {
    let owned: Vec<Finding> = findings.iter().map(|finding| (*finding).clone()).collect();
    let mut status = TestCaseStatus::success();
    let worst = findings.iter().find(|finding| finding.severity == Severity::Error);
    if let Some(first) = worst.filter(|_| fail(&owned)) {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(visible(&first.message)).set_type(first.code.unwrap_or("mistake"));
        status.set_description(described(findings, traces));
    }
    let has_failed = matches!(status, TestCaseStatus::NonSuccess { .. });
    let mut case = TestCase::new(visible(name), status);
    case.set_classname(visible(class));
    if !has_failed && !findings.is_empty() {
        case.set_system_out(described(findings, traces));
    }
    case
}

/// The findings in words, each with its place, and what the expressions came to.
fn described(findings: &[&Finding], traces: &[Trace]) -> String {
    let mut text = String::new();
    for finding in findings {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {}", address(&finding.primary.place), visible(&finding.message));
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "help: {}", visible(help));
        }
    }
    for trace in traces {
        let _ = writeln!(text, "{}:", trace.part.as_str());
        describe_step(&trace.root, 1, &mut text);
    }
    text
}

fn describe_step(step: &Step, depth: usize, text: &mut String) {
    let indent = 2 * depth;
    let _ = writeln!(text, "{:indent$}{}  {}", "", visible(&step.value), visible(&step.text));
    for operand in &step.operands {
        let _ = writeln!(text, "{:indent$}    {} is {}", "", visible(&operand.text), visible(&operand.value));
    }
    step.parts.iter().for_each(|part| describe_step(part, depth + 1, text));
}
