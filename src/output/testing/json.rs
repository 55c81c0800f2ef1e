//! A test as JSON, `tunelint.dev/test/v1`: structs of its own, whose fields stand in the order in which they are
//! written.

use std::io;

use serde::Serialize;

use super::{Counts, TestRun, fail};
use crate::finding::{Finding, Severity};
use crate::output::json::write_document;
use crate::output::wire::{LabelV1, SpanV1};
use crate::output::{Options, Texts};
use crate::policy::testing::{
    Check, Condition, Coverage, ExampleTest, Operand, RuleTest, Step, Suggestion, Trace,
};
use crate::report;

/// Names the shape.
const SCHEMA: &str = "tunelint.dev/test/v1";

/// Writes it.
pub(super) fn render(
    run: &TestRun<'_>,
    _texts: &dyn Texts,
    _options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut findings: Vec<Finding> = run.report.findings().cloned().collect();
    report::sort(&mut findings);
    let document = TestV1 {
        schema: SCHEMA,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: SummaryV1::new(run),
        rules: run.report.rules.iter().map(RuleV1::new).collect(),
        findings: findings.iter().map(FindingV1::new).collect(),
    };
    write_document(&document, out)
}

#[derive(Serialize)]
struct TestV1<'a> {
    schema: &'static str,
    tool: Tool,
    summary: SummaryV1,
    rules: Vec<RuleV1<'a>>,
    findings: Vec<FindingV1<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryV1 {
    rules: usize,
    examples: usize,
    failed: usize,
    thresholds: usize,
    errors: usize,
    warnings: usize,
    coverage: CoverageV1,
    min_coverage: Option<f64>,
    exit: u8,
}

impl SummaryV1 {
    fn new(run: &TestRun<'_>) -> Self {
        let Counts { examples, thresholds, errors, warnings } = Counts::of(run.report);
        let all = run.report.rules.iter().flat_map(|rule| &rule.examples);
        Self {
            rules: run.report.rules.len(),
            examples,
            failed: all.filter(|example| fail(&example.findings)).count(),
            thresholds,
            errors,
            warnings,
            coverage: CoverageV1::new(run.report.coverage()),
            min_coverage: run.min_coverage,
            exit: run.exit.code(),
        }
    }
}

#[derive(Serialize)]
struct CoverageV1 {
    conditions: usize,
    covered: usize,
    percent: f64,
}

impl CoverageV1 {
    fn new(coverage: Coverage) -> Self {
        Self { conditions: coverage.conditions, covered: coverage.covered, percent: coverage.percent() }
    }
}

#[derive(Serialize)]
struct RuleV1<'a> {
    rule: &'a str,
    pack: &'a str,
    file: &'a str,
    examples: Vec<ExampleV1<'a>>,
    checks: Vec<CheckV1<'a>>,
    coverage: CoverageV1,
    conditions: Vec<ConditionV1<'a>>,
    suggestions: Vec<SuggestionV1>,
}

impl<'a> RuleV1<'a> {
    fn new(rule: &'a RuleTest) -> Self {
        Self {
            rule: &rule.id,
            pack: &rule.pack,
            file: &rule.source.path,
            examples: rule.examples.iter().map(ExampleV1::new).collect(),
            checks: rule.checks.iter().map(CheckV1::new).collect(),
            coverage: CoverageV1::new(Coverage::of(&rule.conditions)),
            conditions: rule.conditions.iter().map(ConditionV1::new).collect(),
            suggestions: rule.suggestions.iter().map(SuggestionV1::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct ExampleV1<'a> {
    kind: &'static str,
    pointer: Option<&'a str>,
    span: Option<SpanV1>,
    outcome: Option<&'static str>,
    ok: bool,
    trace: Vec<TraceV1<'a>>,
}

impl<'a> ExampleV1<'a> {
    fn new(example: &'a ExampleTest) -> Self {
        Self {
            kind: example.kind.as_str(),
            pointer: example.place.pointer.as_deref(),
            span: SpanV1::new(&example.place),
            outcome: example.outcome,
            ok: !fail(&example.findings),
            trace: example.trace.iter().map(TraceV1::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct TraceV1<'a> {
    part: &'static str,
    #[serde(flatten)]
    root: StepV1<'a>,
}

impl<'a> TraceV1<'a> {
    fn new(trace: &'a Trace) -> Self {
        Self { part: trace.part.as_str(), root: StepV1::new(&trace.root) }
    }
}

#[derive(Serialize)]
struct StepV1<'a> {
    text: &'a str,
    value: &'a str,
    operands: Vec<OperandV1<'a>>,
    parts: Vec<StepV1<'a>>,
}

impl<'a> StepV1<'a> {
    fn new(step: &'a Step) -> Self {
        Self {
            text: &step.text,
            value: &step.value,
            operands: step
                .operands
                .iter()
                .map(|Operand { text, value, .. }| OperandV1 { text, value })
                .collect(),
            parts: step.parts.iter().map(StepV1::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct OperandV1<'a> {
    text: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct CheckV1<'a> {
    kind: &'static str,
    name: &'a str,
    ok: bool,
}

impl<'a> CheckV1<'a> {
    fn new(check: &'a Check) -> Self {
        Self { kind: check.kind.as_str(), name: &check.name, ok: !fail(&check.findings) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionV1<'a> {
    part: &'static str,
    text: &'a str,
    span: Option<SpanV1>,
    decided_true: bool,
    decided_false: bool,
}

impl<'a> ConditionV1<'a> {
    fn new(condition: &'a Condition) -> Self {
        Self {
            part: condition.part.as_str(),
            text: &condition.text,
            span: SpanV1::new(&condition.place),
            decided_true: condition.decided_true,
            decided_false: condition.decided_false,
        }
    }
}

#[derive(Serialize)]
struct SuggestionV1 {
    kind: &'static str,
    yaml: String,
}

impl SuggestionV1 {
    fn new(suggestion: &Suggestion) -> Self {
        Self { kind: suggestion.kind.as_str(), yaml: suggestion.yaml() }
    }
}

#[derive(Serialize)]
struct FindingV1<'a> {
    rule: &'a str,
    pack: Option<&'a str>,
    code: Option<&'static str>,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    file: &'a str,
    document: Option<u32>,
    pointer: Option<&'a str>,
    span: Option<SpanV1>,
    labels: Vec<LabelV1<'a>>,
}

impl<'a> FindingV1<'a> {
    fn new(finding: &'a Finding) -> Self {
        let place = &finding.primary.place;
        let labels = [&finding.primary].into_iter().chain(&finding.secondary);
        Self {
            rule: &finding.rule,
            pack: finding.pack.as_deref(),
            code: finding.code,
            severity: finding.severity,
            message: &finding.message,
            help: finding.help.as_deref(),
            file: &place.source.path,
            document: place.document,
            pointer: place.pointer.as_deref(),
            span: SpanV1::new(place),
            labels: labels.enumerate().map(|(index, label)| LabelV1::new(label, index == 0)).collect(),
        }
    }
}
