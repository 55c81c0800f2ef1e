//! Which facts decided: operands from the left, the first absorbing one alone, witnesses of macros.

use serde_json::{Value, json};

use crate::manifest::facts::{FactSetBuilder, FactSource, Origin, Reach, Role};
use crate::manifest::vocabulary::ROOT;
use crate::policy::eval::{self, Standing, Truth};
use crate::policy::expression::fixture::{
    REJECTED, add, compiled, evaluate, facts, reads, vocabulary, with_facts, written,
};

fn bot() -> Value {
    json!({
        "metadata": {"name": "bot", "labels": {"team": "search"}},
        "stage": "production",
        "owner": "rag",
        "customization": {"strategy": "fine-tuning", "techniques": ["few-shot", "rag"]},
        "workload": {"monthlyRequests": 120_000, "domain": "narrow"},
        "budget": {"initialUsd": 12_500, "trainingUsd": 9_000},
        "artifacts": [{"path": "a.yaml", "role": "serving"}, {"path": "b.yaml", "role": "gateway"}, {"path": "c.yaml"}],
    })
}

#[track_caller]
fn decided(text: &str, expected: &[&str]) {
    assert_eq!(reads(text, &bot()), expected, "{text}");
}

#[test]
fn the_first_absorbing_operand_keeps_only_its_reads() {
    decided("stage == 'pilot' && workload.domain == 'narrow'", &["stage"]);
    decided("workload.domain == 'narrow' && stage == 'pilot'", &["stage"]);
    decided("stage == 'pilot' && workload.domain == 'exploratory'", &["stage"]);
    decided("workload.domain == 'narrow' || stage == 'production'", &["workload.domain"]);
    decided("workload.domain == 'exploratory' || stage == 'production'", &["stage"]);
    decided("hosting.kind == 'vendor-api' || owner == 'x' || stage == 'production'", &["stage"]);
    decided("1 / 0 == 1 && owner == 'x' && stage == 'production'", &["owner"]);
}

#[test]
fn without_an_absorbing_operand_all_that_decide_are_kept() {
    decided("workload.domain == 'narrow' && stage == 'production'", &["workload.domain", "stage"]);
    decided("workload.domain == 'exploratory' || stage == 'pilot'", &["workload.domain", "stage"]);
    decided("budget.initialUsd >= budget.trainingUsd", &["budget.initialUsd", "budget.trainingUsd"]);
    decided("!(owner in ['x', stage])", &["owner", "stage"]);
}

#[test]
fn what_is_unknown_is_decided_by_what_is_unknown() {
    decided(
        "stage == 'production' && hosting.kind == 'vendor-api' && model.license == 'x'",
        &["hosting.kind?", "model.license?"],
    );
    decided("stage == 'pilot' || hosting.kind == 'vendor-api'", &["hosting.kind?"]);
    decided("budget.initialUsd >= budget.recurringMonthlyUsd", &["budget.recurringMonthlyUsd?"]);
    decided("budget.recurringMonthlyUsd <= budget.initialUsd", &["budget.recurringMonthlyUsd?"]);
    decided("1 / 0 == budget.recurringMonthlyUsd", &["budget.recurringMonthlyUsd?"]);
    decided("owner == 'rag' && (1 / 0 == 1 && hosting.kind == 'vendor-api')", &["hosting.kind?"]);
}

#[test]
fn an_error_keeps_its_own_reads() {
    decided(
        "stage == 'production' && workload.monthlyRequests / 0 == 1 && owner == 'rag'",
        &["workload.monthlyRequests"],
    );
    decided("budget.initialUsd + double(workload.monthlyRequests / 0) > 1.0", &["workload.monthlyRequests"]);
    decided("workload.monthlyRequests / 0 > size(owner)", &["workload.monthlyRequests"]);
}

#[test]
fn a_missing_fact_and_a_rejected_one_are_told_apart() {
    decided("has(hosting.kind)", &["hosting.kind?"]);
    decided("present(hosting.operations.owner)", &["hosting.operations.owner?"]);
    decided("hosting.tenancy.orValue('shared') == 'shared'", &["hosting.tenancy?"]);
    let spec = json!({"stage": REJECTED, "hosting": REJECTED});
    assert_eq!(reads("stage == 'pilot'", &spec), ["stage!"]);
    assert_eq!(reads("present(hosting.operations.owner)", &spec), ["hosting.operations.owner!"]);
}

#[test]
fn members_of_maps_are_read_by_their_key() {
    decided("metadata.labels.team == 'x'", &["metadata.labels.team"]);
    decided("metadata.labels['tier'] == 'x'", &["metadata.labels.tier?"]);
    decided("metadata.annotations['tier'] == 'x'", &["metadata.annotations.tier?"]);
    decided("metadata.labels[owner] == 'x'", &["metadata.labels.rag?"]);
    let spec = json!({"metadata": {"labels": REJECTED}});
    assert_eq!(reads("metadata.labels.team == 'x'", &spec), ["metadata.labels.team!"]);
}

#[test]
fn a_missing_member_names_the_nearest_fact_above() {
    let expr = compiled("artifacts.all(a, a.role == 'x' || present(a.role))");
    let facts = facts(&bot(), true);
    let traced = with_facts(&facts, |input| eval::evaluate(&expr, input));
    assert_eq!(traced.truth, Truth::Unknown);
    assert_eq!(traced.reads.len(), 1, "{:?}", traced.reads);
    assert_eq!(vocabulary().path(traced.reads[0].path), "artifacts[].role");
    assert_eq!(vocabulary().path(facts.fact(traced.reads[0].fact.unwrap()).path), "artifacts[]");
}

#[test]
fn a_witness_stands_for_its_list() {
    decided("customization.techniques.exists(t, t == 'rag')", &["customization.techniques[1]"]);
    decided("customization.techniques.all(t, t == 'rag')", &["customization.techniques[0]"]);
    decided("artifacts.exists(a, a.role == 'gateway')", &["artifacts[1].role"]);
    decided("artifacts.exists(a, a.role == 'gateway' && owner == 'rag')", &["artifacts[1].role", "owner"]);
    decided("artifacts.exists(a, true)", &["artifacts[0]"]);
    decided("artifacts.exists_one(a, a.path == 'b.yaml')", &["artifacts[1].path"]);
}

#[test]
fn without_a_witness_the_list_is_kept_and_what_its_items_were_compared_with() {
    decided("customization.techniques.exists(t, t == 'templates')", &["customization.techniques"]);
    decided("customization.techniques.exists(t, t == owner + 'x')", &["customization.techniques", "owner"]);
    decided("customization.techniques.all(t, t != owner + 'x')", &["customization.techniques", "owner"]);
    decided("customization.techniques.exists_one(t, t == 'templates')", &["customization.techniques"]);
    decided(
        "size(customization.techniques.filter(t, t == owner)) == 1",
        &["customization.techniques", "owner"],
    );
}

#[test]
fn an_unknown_item_stands_for_its_list() {
    decided("artifacts.exists(a, a.role == 'training')", &["artifacts[2].role?"]);
    let spec = json!({"customization": {"techniques": ["rag", REJECTED]}});
    for text in ["contains('templates')", "exists(t, t == 'templates')", "all(t, t == 'rag')"] {
        let text = format!("customization.techniques.{text}");
        assert_eq!(reads(&text, &spec), ["customization.techniques[1]!"], "{text}");
    }
    assert_eq!(reads("customization.techniques == ['rag', 'rag']", &spec), ["customization.techniques[1]!"]);
}

#[test]
fn a_made_list_still_points_at_its_facts() {
    decided("artifacts.filter(a, has(a.role)).exists(a, a.role == 'gateway')", &["artifacts[1].role"]);
    decided("artifacts.map(a, a.path).exists(p, p == 'b.yaml')", &["artifacts[1].path"]);
    decided("artifacts[1].path == 'x'", &["artifacts[1].path"]);
}

#[test]
fn a_ternary_keeps_its_condition_and_the_chosen_branch() {
    decided(
        "has(budget.trainingUsd) ? budget.initialUsd > 1.0 : owner == 'x'",
        &["budget.trainingUsd", "budget.initialUsd"],
    );
    decided("stage == 'pilot' ? budget.initialUsd > 1.0 : owner == 'x'", &["stage", "owner"]);
    decided("hosting.kind == 'vendor-api' ? stage == 'pilot' : owner == 'x'", &["stage", "owner"]);
    decided("hosting.kind == 'vendor-api' ? stage == 'pilot' : owner == 'rag'", &["hosting.kind?"]);
}

#[test]
fn a_default_that_was_not_needed_is_not_read() {
    decided("owner.orValue(metadata.name) == 'x'", &["owner"]);
    decided("model.license.orValue(metadata.name) == 'x'", &["model.license?", "metadata.name"]);
}

#[test]
fn the_same_read_is_kept_once() {
    decided("budget.initialUsd * 2.0 == budget.initialUsd + budget.initialUsd", &["budget.initialUsd"]);
    // Two tests of one fact are two reads.
    decided(
        "budget.initialUsd > 1.0 && budget.initialUsd < 1e9",
        &["budget.initialUsd", "budget.initialUsd"],
    );
}

#[test]
fn reads_know_the_innermost_test_they_stood_in() {
    let atom = |text: &str| {
        let expr = compiled(text);
        let traced = evaluate(text, &bot());
        traced.reads[0].atom.map(|atom| expr.source(atom).to_owned())
    };
    let is = |text: &str, atom_text: &str| assert_eq!(atom(text).as_deref(), Some(atom_text), "{text}");
    is("!(stage in ['pilot']) || true", "stage in ['pilot']");
    is("size(customization.techniques) + 1 > 2", "size(customization.techniques) + 1 > 2");
    is("(stage == 'pilot') == true", "stage == 'pilot'");
    is("present(owner)", "present(owner)");
    is("has(owner) && true", "has(owner)");
    is("owner.orValue('x').contains('r')", "owner.orValue('x').contains('r')");
    is("owner.matches('^r')", "owner.matches('^r')");
    is("customization.techniques.exists(t, t == 'rag')", "t == 'rag'");
    is("artifacts.exists(a, present(a.role))", "present(a.role)");
    is("artifacts.exists(a, a.path.startsWith('b')) == true", "a.path.startsWith('b')");
    assert_eq!(atom("requirements.latency.critical"), None);
}

#[test]
fn sources_that_disagree_are_unknown() {
    let mut builder = FactSetBuilder::default();
    for stage in ["pilot", "production"] {
        let source = crate::source::Source::in_memory("serve.yaml", "");
        builder.source(FactSource {
            source,
            document: 0,
            role: Role::Serving,
            base: "".into(),
            reach: Reach::Places,
            origin: Origin::Observed,
        });
        add(&mut builder, ROOT, &json!({"stage": stage, "owner": "x"}));
    }
    let facts = builder.finish(true);
    let ask = |text: &str| {
        let expr = compiled(text);
        let traced = with_facts(&facts, |input| eval::evaluate(&expr, input));
        (traced.truth, traced.reads.iter().map(|read| written(read, &facts)).collect::<Vec<_>>())
    };
    assert_eq!(ask("stage == 'pilot'"), (Truth::Unknown, vec!["stage~".to_owned()]));
    assert_eq!(ask("stage.orValue('pilot') == 'pilot'").0, Truth::Unknown);
    assert_eq!(ask("has(stage) && present(stage) && owner == 'x'").0, Truth::True);
    assert_eq!(ask("observations('stage').exists(s, s == 'production')").0, Truth::True);
    assert_eq!(ask("observed.stage == 'pilot'").0, Truth::Unknown);
}

#[test]
fn a_checklist_is_decided_by_its_signals() {
    let spec = json!({
        "stage": "production",
        "workload": {"monthlyRequests": 600_000, "pattern": "repetitive", "domain": "narrow"},
        "requirements": {"accuracy": {"tolerance": "strict"}},
    });
    let ask = |text: &str| {
        let facts = facts(&spec, true);
        let expr = compiled(text);
        let traced = with_facts(&facts, |input| eval::evaluate(&expr, input));
        let reads: Vec<_> = traced.reads.iter().map(|read| (written(read, &facts), read.signal)).collect();
        (traced.truth, reads)
    };
    let read = |path: &str, signal: (u16, u16)| (path.to_owned(), Some(signal));
    let met = [
        read("workload.monthlyRequests", (0, 0)),
        read("workload.pattern", (0, 0)),
        read("requirements.accuracy.tolerance", (0, 1)),
    ];
    assert_eq!(ask("checklist('tuning') - checklist('prompting') >= 2"), (Truth::True, met.to_vec()));
    let open = [read("budget.initialUsd?", (0, 2)), read("budget.recurringMonthlyUsd?", (0, 2))];
    let all: Vec<_> = open.into_iter().chain(met).collect();
    assert_eq!(ask("checklist('tuning') >= 3"), (Truth::Unknown, all));
}

#[test]
fn long_lists_are_told_apart_as_short_ones_are() {
    let roles: Vec<Value> = (0..200).map(|_| json!({"path": "x"})).collect();
    let spec = json!({"artifacts": roles});
    let text = "artifacts.exists(a, a.role == 'x' || a.role == 'x')";
    let traced = evaluate(text, &spec);
    // Each item twice: in two comparisons.
    assert_eq!(traced.reads.len(), 400);
    assert!(traced.reads.iter().all(|read| read.standing == Standing::Missing));
    let text = "artifacts.exists(a, a.role + a.role == 'x')";
    assert_eq!(evaluate(text, &spec).reads.len(), 200);
}
