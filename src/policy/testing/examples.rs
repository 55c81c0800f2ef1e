//! Testing one rule: its examples first, then what they hold.

use std::sync::Arc;

use super::boundary::{self, boundaries};
use super::coverage::coverage;
use super::desk::{Case, Desk};
use super::invariants::invariants;
use super::suggest::Suggester;
use super::trace::trace;
use super::tree::Tree;
use super::{Check, CheckKind, ExampleTest, Kind, RuleTest, Settings};
use crate::document::{self, Limits, NodeRef};
use crate::finding::{Finding, Label, Place, Severity};
use crate::manifest::facts::FactSet;
use crate::manifest::llm_deployment;
use crate::manifest::vocabulary::Vocabulary;
use crate::policy::eval::Read;
use crate::policy::judge::Verdict;
use crate::schema;
use crate::source::Source;

/// Tests a rule whose policy file has this text.
pub(super) fn test(desk: &Desk<'_>, text: &Arc<str>, settings: &Settings) -> RuleTest {
    each(desk, text, |cases, rule| hold(desk, cases, settings, rule))
}

/// Runs the examples of a rule and no more.
pub(super) fn run(desk: &Desk<'_>, text: &Arc<str>) -> RuleTest {
    each(desk, text, |_, _| {})
}

/// Runs every example; `then` is told the valid ones.
fn each(desk: &Desk<'_>, text: &Arc<str>, then: impl FnOnce(&[Case<'_>], &mut RuleTest)) -> RuleTest {
    let mut rule = RuleTest {
        pack: Arc::clone(&desk.pack.name),
        id: Arc::clone(&desk.rule.id),
        source: Arc::clone(&desk.rule.source),
        examples: Vec::new(),
        checks: Vec::new(),
        conditions: Vec::new(),
        suggestions: Vec::new(),
    };
    let stream = document::parse(text, &Limits::default());
    let lists = stream
        .documents
        .first()
        .and_then(|document| document.root().get("spec"))
        .and_then(|spec| spec.get("examples"));
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        let examples = lists.and_then(|lists| lists.get(kind.as_str()));
        for (index, node) in examples.into_iter().flat_map(NodeRef::items).enumerate() {
            let (example, case) = example(desk, kind, index, node);
            rule.examples.push(example);
            cases.extend(case);
        }
    }
    then(&cases, &mut rule);
    rule
}

/// Holds a rule against what its examples have to show.
fn hold(desk: &Desk<'_>, cases: &[Case<'_>], settings: &Settings, rule: &mut RuleTest) {
    let mut suggester = Suggester::new(desk, cases);
    let has = |kind| cases.iter().any(|case| case.kind == kind);
    let invariants = invariants(desk, cases);
    let mut lacking: Vec<Kind> = [Kind::Pass, Kind::Fail].into_iter().filter(|kind| !has(*kind)).collect();
    if desk.rule.conditions.when.is_some() && !has(Kind::Skip) {
        lacking.push(Kind::Skip);
    }
    let lacks_undetermined = invariants.can_be_undetermined && !has(Kind::Undetermined);
    if lacks_undetermined || lacking.contains(&Kind::Pass) {
        lacking.push(Kind::Undetermined);
    }
    let mut findings = Vec::new();
    if settings.require_examples && lacks_undetermined {
        findings.push(no_undetermined(desk));
    }
    rule.checks.push(Check { kind: CheckKind::Examples, name: String::new(), findings });
    if settings.suggest {
        for kind in lacking {
            suggester.kind(kind);
        }
    }
    let too_long = |what: &str| {
        let label = Label::new(Place::at(&desk.rule.source, Some(0), desk.rule.id_span), "this rule");
        let message = format!("{} is too large for its {what} to be gone through one by one", desk.rule.id);
        desk.mistake("limit-test", message, label).with_severity(Severity::Warning)
    };
    let Some(conditions) = coverage(desk, cases) else {
        let findings = vec![too_long("conditions")];
        rule.checks.push(Check { kind: CheckKind::Coverage, name: String::new(), findings });
        rule.suggestions = suggester.finish();
        return;
    };
    rule.conditions = conditions;
    for boundary in boundaries(desk, cases) {
        rule.checks.push(boundary::check(desk, &boundary));
        if settings.suggest && !boundary.is_held() {
            suggester.boundary(&boundary);
        }
    }
    rule.checks.extend(invariants.checks);
    if invariants.is_cut {
        let findings = vec![too_long("examples")];
        rule.checks.push(Check { kind: CheckKind::Invariant, name: String::new(), findings });
    }
    if settings.suggest {
        for condition in &rule.conditions {
            for way in [true, false] {
                let is_shown = if way { condition.decided_true } else { condition.decided_false };
                if !is_shown {
                    suggester.condition(condition, way);
                }
            }
        }
    }
    rule.suggestions = suggester.finish();
}

fn no_undetermined(desk: &Desk<'_>) -> Finding {
    let place = Place::at(&desk.rule.source, Some(0), desk.rule.id_span).with_pointer("/spec/examples");
    desk.mistake(
        "missing-examples",
        format!(
            "{} has no example that is undetermined, and a fact that it requires can be missing",
            desk.rule.id
        ),
        Label::new(place, "no `undetermined` examples"),
    )
    .with_help("Give an example that lacks a fact which `require` cannot do without")
}

/// Runs one example. The case is nothing where the example is not valid.
fn example<'d>(
    desk: &Desk<'_>,
    kind: Kind,
    index: usize,
    node: NodeRef<'d>,
) -> (ExampleTest, Option<Case<'d>>) {
    let source: &Arc<Source> = &desk.rule.source;
    let document = node.document();
    let pointer = format!("/spec/examples/{}/{index}", kind.as_str());
    let place = Place::at(source, Some(document.index), node.span()).with_pointer(pointer.as_str());
    let mut example =
        ExampleTest { kind, index, place, outcome: None, findings: Vec::new(), trace: Vec::new() };
    let (findings, rejected) = schema::validate_spec(node, &pointer, source);
    if !findings.is_empty() {
        example.findings = findings
            .into_iter()
            .map(|mut finding| {
                finding.rule = "policy".into();
                finding.pack = Some(Arc::clone(&desk.pack.name));
                finding
            })
            .collect();
        return (example, None);
    }
    let facts = llm_deployment::extract_spec(document, source, node, &rejected);
    let (verdict, applied) = desk.ask(&facts, |input| desk.rule.conditions.verdict(input));
    let outcome = verdict.as_str();
    example.outcome = Some(outcome);
    if outcome != kind.claim() {
        example.findings.push(mismatch(desk, &example, &verdict, &applied, &facts));
        example.trace = trace(desk, &facts);
    }
    let case = Case { kind, node, pointer, facts, outcome, tree: Tree::of(node) };
    (example, Some(case))
}

/// What is said of an example that comes out otherwise than it claims.
fn mismatch(
    desk: &Desk<'_>,
    example: &ExampleTest,
    verdict: &Verdict,
    applied: &[Read],
    facts: &FactSet,
) -> Finding {
    let outcome = match verdict {
        Verdict::Pass(_) => "passes".to_owned(),
        Verdict::Fail(_) => "fails".to_owned(),
        Verdict::Undetermined(_) => "is undetermined".to_owned(),
        Verdict::NotApplicable => "does not apply".to_owned(),
        Verdict::NotApplicableUnknown(_) => "applies only perhaps, which counts as not applying".to_owned(),
        Verdict::Fault(_, fault, _) => format!("cannot be evaluated: {}", fault.message),
    };
    let message = format!(
        "An example of {} under `{}` does not come out so: the rule {outcome}",
        desk.rule.id,
        example.kind.as_str()
    );
    let label = Label::new(example.place.clone(), format!("{outcome} here"));
    let mut finding = desk.mistake("example", message, label);
    let reads = match verdict {
        Verdict::Pass(traced)
        | Verdict::Fail(traced)
        | Verdict::Undetermined(traced)
        | Verdict::NotApplicableUnknown(traced)
        | Verdict::Fault(_, _, traced) => traced.reads.as_slice(),
        Verdict::NotApplicable => &[],
    };
    let vocabulary = Vocabulary::native();
    for read in reads.iter().chain(applied) {
        if let Some(id) = read.fact {
            let short = vocabulary.path(read.path);
            let label = Label::new(facts.place(id, vocabulary), format!("{short} decided"));
            if !finding.secondary.iter().any(|other| other.place.span == label.place.span) {
                finding.secondary.push(label);
            }
        }
    }
    finding
}
