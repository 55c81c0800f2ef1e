//! The rules of the built-in pack, stated a second time: a table of plain functions over plain values, held
//! against the policy files and against what the engine makes of random manifests.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod engine;
mod facts;
mod manifests;
mod remedy;
mod table;
mod truth;

use std::collections::BTreeMap;

use facts::Facts;
use proptest::prelude::*;
use table::{Expected, RULES};
use truth::Given::{Absent, Rejected, Value};

/// What every rule says of a deployment.
fn expected(facts: &Facts) -> BTreeMap<&'static str, Expected> {
    RULES.iter().map(|rule| (rule.id, rule.judge(facts))).collect()
}

#[allow(clippy::disallowed_methods, reason = "the policy files are what is tested here")]
fn pack_file(name: &str) -> serde_yaml::Value {
    let path = format!("{}/policies/customization-framework/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the policy files are what is tested here")]
fn the_pack_has_a_file_for_every_rule_and_no_other() {
    let folder = format!("{}/policies/customization-framework", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "pack.yaml")
        .collect();
    files.sort();
    let mut rules: Vec<String> = RULES.iter().map(|rule| format!("{}.yaml", rule.id)).collect();
    rules.sort();
    assert_eq!(files, rules);
}

#[test]
fn every_policy_file_has_the_severity_and_the_sections_of_the_catalogue() {
    for rule in &RULES {
        let file = pack_file(rule.id);
        assert_eq!(file["metadata"]["name"], rule.id);
        let severity: serde_yaml::Value = serde_yaml::from_str(rule.severity).unwrap();
        assert_eq!(file["spec"]["severity"], severity, "{}", rule.id);
        let guide: Vec<_> = file["spec"]["guide"]
            .as_sequence()
            .unwrap()
            .iter()
            .map(|title| title.as_str().unwrap())
            .collect();
        assert_eq!(guide, rule.guide, "{}", rule.id);
        let silent = rule.id == "fine-tuning-without-expertise";
        let undetermined = file["spec"].get("undetermined").and_then(|value| value.as_str());
        assert_eq!(undetermined, silent.then_some("off"), "{}", rule.id);
    }
}

#[test]
fn the_parameters_have_the_figures_of_the_catalogue() {
    let pack = pack_file("pack");
    let defaults: BTreeMap<&str, f64> = pack["spec"]["parameters"]
        .as_mapping()
        .unwrap()
        .iter()
        .map(|(name, parameter)| (name.as_str().unwrap(), parameter["default"].as_f64().unwrap()))
        .collect();
    let catalogue = BTreeMap::from([
        ("minMonthlyRequests", 500_000.0),
        ("minAccuracyGainPoints", 5.0),
        ("minInitialUsd", 10_000.0),
        ("minParametersB", 6.0),
        ("maxParametersB", 8.0),
        ("maxTrainingUsd", 15_000.0),
        ("minTrainingUsd", 5_000.0),
        ("maxPricePer1kTokensUsd", 0.1),
        ("balanceMargin", 3.0),
    ]);
    assert_eq!(defaults, catalogue);
}

fn judged(id: &str, facts: &Facts) -> Expected {
    expected(facts)[id]
}

#[test]
fn volume_is_an_error_below_the_threshold_and_nothing_at_it() {
    let tuned = |requests| Facts {
        strategy: Value("fine-tuning"),
        monthly_requests: requests,
        compliance: Absent,
        ..Facts::default()
    };
    let id = "fine-tuning-below-volume";
    assert_eq!(judged(id, &tuned(Value(499_999.0))), Expected::Fail);
    assert_eq!(judged(id, &tuned(Value(500_000.0))), Expected::Pass);
    assert_eq!(judged(id, &tuned(Absent)), Expected::Undetermined);
    assert_eq!(judged(id, &tuned(Rejected)), Expected::Undetermined);
}

#[test]
fn a_rejected_compliance_level_is_not_taken_for_none() {
    let facts = |compliance| Facts {
        strategy: Value("fine-tuning"),
        monthly_requests: Value(1.0),
        compliance,
        ..Facts::default()
    };
    let id = "fine-tuning-below-volume";
    assert_eq!(judged(id, &facts(Absent)), Expected::Fail);
    assert_eq!(judged(id, &facts(Value("strict"))), Expected::NotApplicable);
    assert_eq!(judged(id, &facts(Rejected)), Expected::NotApplicableUnknown);
}

#[test]
fn a_proof_of_concept_is_enough_to_stand_back_whatever_the_strategy() {
    let facts = Facts { stage: Value("proof-of-concept"), ..Facts::default() };
    assert_eq!(judged("fine-tuning-without-versioning", &facts), Expected::NotApplicable);
    assert_eq!(judged("fine-tuning-without-versioning", &Facts::default()), Expected::NotApplicableUnknown);
}

#[test]
fn the_training_budget_takes_the_place_of_the_guides_figure() {
    let facts = |initial, training| Facts {
        strategy: Value("fine-tuning"),
        initial_usd: initial,
        training_usd: training,
        ..Facts::default()
    };
    let id = "fine-tuning-underfunded";
    assert_eq!(judged(id, &facts(Value(8_000.0), Value(8_000.0))), Expected::Pass);
    assert_eq!(judged(id, &facts(Value(12_000.0), Value(12_001.0))), Expected::Fail);
    assert_eq!(judged(id, &facts(Value(8_000.0), Absent)), Expected::Fail);
    assert_eq!(judged(id, &facts(Value(8_000.0), Rejected)), Expected::Fail);
    assert_eq!(judged(id, &facts(Absent, Value(1.0))), Expected::Undetermined);
}

#[test]
fn dates_and_revisions_pin_a_model_and_branches_do_not() {
    let facts = |base, revision| Facts {
        strategy: Value("prompting"),
        base: Value(base),
        revision,
        ..Facts::default()
    };
    let id = "prompting-unpinned-model";
    assert_eq!(judged(id, &facts("gpt-4o-2024-08-06", Absent)), Expected::Pass);
    assert_eq!(judged(id, &facts("claude-3-5-sonnet-20241022", Value("latest"))), Expected::Pass);
    assert_eq!(judged(id, &facts("gpt-4o", Value("v2"))), Expected::Pass);
    assert_eq!(judged(id, &facts("gpt-4o", Value("HEAD"))), Expected::Fail);
    assert_eq!(judged(id, &facts("gpt-4o", Value(" TBD "))), Expected::Fail);
    assert_eq!(judged(id, &facts("gpt-4-20249999", Rejected)), Expected::Fail);
}

#[test]
fn the_balance_is_undetermined_only_where_unknown_signals_could_tip_it() {
    let leaning = Facts {
        strategy: Value("fine-tuning"),
        stage: Value("proof-of-concept"),
        monthly_requests: Value(1_000.0),
        domain: Value("exploratory"),
        initial_usd: Value(500.0),
        consistency: Value("tolerant"),
        ..Facts::default()
    };
    let id = "strategy-against-the-balance";
    assert_eq!(judged(id, &leaning), Expected::Fail);
    assert_eq!(judged(id, &Facts { domain: Absent, ..leaning.clone() }), Expected::Fail);
    let open = Facts { domain: Absent, monthly_requests: Absent, ..leaning.clone() };
    assert_eq!(judged(id, &open), Expected::Undetermined);
    assert_eq!(judged(id, &Facts { strategy: Value("prompting"), ..leaning }), Expected::Pass);
    let silent = Facts { strategy: Value("fine-tuning"), ..Facts::default() };
    assert_eq!(judged(id, &silent), Expected::Undetermined);
}

/// What a YAML reader of another make finds at a path below `spec`.
fn read<'a>(document: &'a serde_yaml::Value, path: &str) -> Option<&'a serde_yaml::Value> {
    path.split('.').try_fold(document.get("spec")?, |value, key| value.get(key))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_manifest_says_what_its_facts_say(manifest in manifests::manifests()) {
        // A reader that refuses duplicate keys cannot judge those.
        if let Ok(document) = serde_yaml::from_str::<serde_yaml::Value>(&manifest.yaml) {
            let number = |path| read(&document, path).and_then(serde_yaml::Value::as_f64);
            if let Value(usd) = manifest.facts.initial_usd {
                prop_assert_eq!(number("budget.initialUsd"), Some(usd));
            }
            if let Value(kind) = manifest.facts.hosting_kind {
                prop_assert_eq!(read(&document, "hosting.kind").and_then(|value| value.as_str()), Some(kind));
            }
            if manifest.facts.cadence == Absent {
                prop_assert_eq!(read(&document, "lifecycle.retraining.cadence"), None);
            }
        }
    }
}

#[test]
fn generated_manifests_bring_every_rule_to_every_outcome_it_has() {
    use Expected::{Fail, NotApplicable, NotApplicableUnknown, Pass, Undetermined};
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = manifests::manifests();
    let mut seen: BTreeMap<(&str, Expected), u32> = BTreeMap::new();
    for _ in 0..4_000 {
        let manifest = strategy.new_tree(&mut runner).unwrap().current();
        for (id, outcome) in expected(&manifest.facts) {
            *seen.entry((id, outcome)).or_default() += 1;
        }
    }
    for rule in &RULES {
        // What `present` asks for is there or it is not: such a rule is decided wherever it applies.
        let is_decided = matches!(
            rule.id,
            "accuracy-gain-without-evidence"
                | "fine-tuning-without-cost-comparison"
                | "fine-tuning-without-versioning"
                | "fine-tuning-without-retraining-plan"
                | "fine-tuning-without-integration-tests"
                | "fine-tuning-vendor-lock-in"
                | "private-hosting-without-operations"
                | "prompting-without-evaluation"
                | "latency-critical-without-benchmark"
                | "open-weights-without-license"
        );
        for outcome in [Pass, Fail, Undetermined, NotApplicable, NotApplicableUnknown] {
            let count = seen.get(&(rule.id, outcome)).copied().unwrap_or(0);
            if is_decided && outcome == Undetermined {
                assert_eq!(count, 0, "{} cannot be {outcome:?}", rule.id);
            } else {
                assert!(count > 0, "{} never came to {outcome:?}", rule.id);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_engine_agrees_with_the_table(manifest in manifests::manifests()) {
        let engine = engine::outcomes(&manifest.yaml);
        for (id, outcome) in expected(&manifest.facts) {
            prop_assert_eq!(engine.get(id), Some(&outcome), "{}\n{}", id, manifest.yaml);
        }
        prop_assert_eq!(engine.len(), RULES.len());
    }

    #[test]
    fn doing_what_a_finding_says_makes_the_rule_pass(manifest in manifests::manifests()) {
        for (id, clauses) in engine::remedies(&manifest.yaml) {
            // What no clause can say: the balance of the checklists, and two facts held against each other.
            if id == "strategy-against-the-balance" || (id == "fine-tuning-underfunded" && clauses.is_empty()) {
                continue;
            }
            prop_assert!(!clauses.is_empty(), "{} names no remedy for\n{}", id, manifest.yaml);
            let Some(mended) = remedy::applied(&manifest.yaml, &clauses) else { continue };
            let outcome = engine::outcomes(&mended)[&id];
            prop_assert_eq!(outcome, Expected::Pass, "{} after {:?}:\n{}", id, clauses, mended);
        }
    }
}
