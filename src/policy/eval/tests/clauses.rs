//! What would make a condition true, and the comparisons that facts stood in.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::finding::{Clause, Scalar};
use crate::policy::eval::{self, Truth};
use crate::policy::expression::fixture::{REJECTED, compiled, facts, truth, with_facts};

fn bot() -> Value {
    json!({
        "stage": "production",
        "customization": {"strategy": "fine-tuning", "techniques": ["few-shot"]},
        "workload": {"monthlyRequests": 120_000},
        "budget": {"initialUsd": 12_500, "trainingUsd": 9_000},
        "model": {"revision": "main"},
        "requirements": {"latency": {"critical": true}},
        "metadata": {"labels": {"team": "search"}},
    })
}

fn clauses(text: &str, spec: &Value) -> Vec<Clause> {
    let expr = compiled(text);
    with_facts(&facts(spec, true), |input| eval::passes_if(&expr, input))
}

fn written(clauses: &[Clause]) -> String {
    let one = |clause: &Clause| match &clause.value {
        Scalar::Null => format!("{} {}", clause.op, clause.path),
        value => format!("{} {} {}", clause.path, clause.op, serde_json::to_string(value).unwrap()),
    };
    clauses.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn passes(text: &str, expected: &str) {
    assert_eq!(written(&clauses(text, &bot())), expected, "{text}");
}

#[test]
fn an_atom_gives_a_clause() {
    passes("workload.monthlyRequests >= params.minMonthlyRequests", "workload.monthlyRequests >= 500000");
    passes("params.minMonthlyRequests <= workload.monthlyRequests", "workload.monthlyRequests >= 500000");
    passes("budget.initialUsd > 10000 * 2", "budget.initialUsd > 20000");
    passes("stage == 'pilot'", r#"stage == "pilot""#);
    passes("'production' != stage", r#"stage != "production""#);
    passes("stage in ['pilot', 'proof-of-concept']", r#"stage in ["pilot","proof-of-concept"]"#);
    passes("!(model.revision in params.reserved)", r#"model.revision not-in ["main","latest"]"#);
    passes("'rag' in customization.techniques", r#"customization.techniques contains "rag""#);
    passes("customization.techniques.contains('rag')", r#"customization.techniques contains "rag""#);
    passes(
        "!customization.techniques.contains('few-shot')",
        r#"customization.techniques not-contains "few-shot""#,
    );
    passes("['pilot'].contains(stage)", r#"stage in ["pilot"]"#);
    passes("model.revision.matches('^[0-9a-f]{40}$')", r#"model.revision matches "^[0-9a-f]{40}$""#);
    passes("!model.revision.matches('^m')", r#"model.revision not-matches "^m""#);
    passes("!model.revision.contains('main')", r#"model.revision not-contains "main""#);
    passes("metadata.labels.team == 'x'", r#"metadata.labels.team == "x""#);
    passes("present(lifecycle.registry)", "present lifecycle.registry");
    passes("!present(model.revision)", "absent model.revision");
    passes("has(budget.recurringMonthlyUsd)", "present budget.recurringMonthlyUsd");
    passes("!has(budget.trainingUsd)", "absent budget.trainingUsd");
    passes("!requirements.latency.critical", "requirements.latency.critical == false");
    passes("requirements.latency.critical != true", "requirements.latency.critical == false");
}

#[test]
fn a_default_does_not_hide_its_fact() {
    passes(
        "requirements.compliance.level.orValue('none') == 'strict'",
        r#"requirements.compliance.level == "strict""#,
    );
    passes("!requirements.latency.critical.orValue(false)", "requirements.latency.critical == false");
}

#[test]
fn negation_is_pushed_inward() {
    passes(
        "!(stage == 'production' || budget.initialUsd > 10000)",
        r#"stage != "production"; budget.initialUsd <= 10000"#,
    );
    passes("!(stage == 'production' && workload.monthlyRequests < 500000)", r#"stage != "production""#);
    passes("!!(stage == 'pilot')", r#"stage == "pilot""#);
    passes("!(workload.monthlyRequests < 500000)", "workload.monthlyRequests >= 500000");
}

#[test]
fn and_joins_what_does_not_hold() {
    passes(
        "stage == 'pilot' && budget.initialUsd > 1 && present(lifecycle.registry)",
        r#"stage == "pilot"; present lifecycle.registry"#,
    );
    passes("stage == 'pilot' && stage == 'pilot'", r#"stage == "pilot""#);
}

#[test]
fn a_clause_that_another_implies_is_left_out() {
    passes("budget.initialUsd > 15000 && budget.initialUsd >= 20000", "budget.initialUsd >= 20000");
    passes(
        "budget.initialUsd >= 20000 && budget.initialUsd > 15000 && budget.initialUsd != 12500",
        "budget.initialUsd >= 20000",
    );
    passes("!(budget.initialUsd >= 9000) && budget.initialUsd <= 9500", "budget.initialUsd < 9000");
    passes("stage != 'production' && stage == 'pilot'", r#"stage == "pilot""#);
    passes(
        "stage in ['pilot', 'proof-of-concept'] && stage != 'production'",
        r#"stage in ["pilot","proof-of-concept"]"#,
    );
    passes(
        "model.revision in ['a', 'b', 'c'] && !(model.revision in ['b', 'main'])",
        r#"model.revision in ["a","c"]"#,
    );
    passes(
        "!(stage in ['pilot', 'production']) && stage in ['pilot', 'proof-of-concept']",
        r#"stage == "proof-of-concept""#,
    );
}

#[test]
fn or_takes_the_fewest_and_of_equals_the_leftmost() {
    passes(
        "(stage == 'pilot' && budget.initialUsd > 20000) || present(lifecycle.registry)",
        "present lifecycle.registry",
    );
    passes("stage == 'pilot' || present(lifecycle.registry)", r#"stage == "pilot""#);
    passes("budget.initialUsd >= budget.trainingUsd * 2.0 || stage == 'pilot'", r#"stage == "pilot""#);
}

#[test]
fn a_ternary_is_its_chosen_branch() {
    passes(
        "has(budget.trainingUsd) ? stage == 'pilot' : stage == 'x'".replace("'x'", "'production'").as_str(),
        r#"stage == "pilot""#,
    );
    passes("stage == 'pilot' ? true : budget.initialUsd >= 20000", "budget.initialUsd >= 20000");
    passes("hosting.kind == 'vendor-api' ? stage == 'pilot' : stage == 'pilot'", "");
}

#[test]
fn what_clauses_cannot_say_gives_none() {
    for text in [
        "budget.initialUsd >= budget.trainingUsd * 2.0",
        "budget.initialUsd * 2.0 >= 50000",
        "size(customization.techniques) >= 2",
        "customization.techniques.exists(t, t == 'rag')",
        "stage.startsWith('pi')",
        "checklist('tuning') >= 3",
        "stage == 'pilot' && size(customization.techniques) >= 2",
        "declared.stage == 'pilot'",
        "false",
        "1 / 0 == 1",
    ] {
        passes(text, "");
    }
}

#[test]
fn clauses_that_cannot_be_met_together_are_not_given() {
    passes("stage == 'pilot' && stage == 'proof-of-concept'", "");
    passes("budget.initialUsd > 20000 && budget.initialUsd < 10000", "");
    // What holds would not hold any longer.
    passes("has(budget.trainingUsd) && !has(budget.trainingUsd)", "");
    passes("budget.initialUsd > 20000 && budget.initialUsd < 20001.5", "budget.initialUsd > 20000");
}

#[test]
fn long_conditions_are_read_in_bounded_time() {
    let any = vec!["stage == 'pilot'"; 2000].join(" || ");
    passes(&any, r#"stage == "pilot""#);
    let all = vec!["stage == 'pilot'"; 2000].join(" && ");
    passes(&all, r#"stage == "pilot""#);
    let many: Vec<String> = (0..100).map(|key| format!("metadata.labels.x{key} == 'x'")).collect();
    passes(&many.join(" && "), "");
    let deep = format!("{}stage == 'pilot'{}", "(false || true && ".repeat(30), ")".repeat(30));
    passes(&deep, r#"stage == "pilot""#);
}

#[test]
fn what_holds_needs_nothing() {
    passes("stage == 'production'", "");
}

#[test]
fn unknown_facts_have_clauses_too() {
    passes("hosting.kind == 'on-premises'", r#"hosting.kind == "on-premises""#);
    let spec = json!({"stage": REJECTED});
    assert_eq!(written(&clauses("stage != 'pilot'", &spec)), r#"stage != "pilot""#);
}

/// The spec with the clauses applied by the letter, as a reader would.
fn applied(clauses: &[Clause], spec: &Value) -> Value {
    let mut spec = spec.clone();
    for clause in clauses {
        let pointer = format!("/{}", clause.path.replace('.', "/"));
        let value = serde_json::to_value(&clause.value).unwrap();
        let held = spec.pointer(&pointer).cloned();
        let number = |step: f64| json!(value.as_f64().unwrap() + step);
        let new = match clause.op {
            "==" | "<=" | ">=" => value,
            "<" => number(-1.0),
            ">" => number(1.0),
            "!=" | "not-in" if value.is_number() => number(1.0),
            "!=" | "not-in" => {
                // Another one, which no other clause on the same fact refuses either.
                let refuses = |stage: &str| {
                    let negative =
                        |other: &&Clause| other.path == clause.path && matches!(other.op, "!=" | "not-in");
                    clauses.iter().filter(negative).any(|other| {
                        serde_json::to_string(&other.value).unwrap().contains(&format!("\"{stage}\""))
                    })
                };
                json!(["pilot", "production", "proof-of-concept"].into_iter().find(|stage| !refuses(stage)))
            }
            "in" => value[0].clone(),
            "contains" => {
                let mut list = held.unwrap_or(json!([]));
                list.as_array_mut().unwrap().push(value);
                list
            }
            "not-contains" => {
                let mut list = held.unwrap_or(json!([]));
                list.as_array_mut().unwrap().retain(|item| *item != value);
                list
            }
            "present" => json!("something"),
            "absent" => {
                let (above, key) = pointer.rsplit_once('/').unwrap();
                if let Some(Value::Object(members)) = spec.pointer_mut(above) {
                    members.remove(key);
                }
                continue;
            }
            other => panic!("{other}"),
        };
        set(&mut spec, &clause.path, new);
    }
    spec
}

fn set(spec: &mut Value, path: &str, new: Value) {
    let mut at = spec;
    for segment in path.split('.') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[segment];
    }
    *at = new;
}

fn atom() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "stage == 'pilot'",
        "stage != 'production'",
        "stage in ['pilot', 'proof-of-concept']",
        "workload.monthlyRequests >= params.minMonthlyRequests",
        "workload.monthlyRequests < 200000",
        "budget.initialUsd > 10000.0",
        "20000 <= budget.initialUsd",
        "budget.trainingUsd.orValue(5.0) <= 5.0",
        "requirements.latency.critical.orValue(false)",
        "requirements.latency.critical",
        "customization.techniques.contains('rag')",
        "'few-shot' in customization.techniques",
        "present(lifecycle.registry)",
        "has(model.revision)",
        "present(model.license)",
        "true",
        "false",
    ])
    .prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(test, yes, no)| format!("({test} ? {yes} : {no})")),
        ]
    })
}

fn spec() -> impl Strategy<Value = Value> {
    let stage = prop::option::of(prop::sample::select(vec!["pilot", "production", REJECTED]));
    let requests = prop::option::of(prop::sample::select(vec![0, 199_999, 200_000, 600_000]));
    let money = || prop::option::of(prop::sample::select(vec![0.0, 5.0, 10_000.0, 25_000.5]));
    let techniques = prop::option::of(prop::collection::vec(
        prop::sample::select(vec!["rag", "few-shot", REJECTED]),
        0..3,
    ));
    let text = || prop::option::of(prop::sample::select(vec!["", "todo", "x"]));
    (
        stage,
        requests,
        (money(), money()),
        prop::option::of(any::<bool>()),
        techniques,
        (text(), text(), text()),
    )
        .prop_map(
            |(stage, requests, (initial, training), critical, techniques, (registry, revision, license))| {
                let mut spec = json!({});
                let mut add = |path: &str, value: Value| {
                    if !value.is_null() {
                        set(&mut spec, path, value);
                    }
                };
                add("stage", json!(stage));
                add("workload.monthlyRequests", json!(requests));
                add("budget.initialUsd", json!(initial));
                add("budget.trainingUsd", json!(training));
                add("requirements.latency.critical", json!(critical));
                add("customization.techniques", json!(techniques));
                add("lifecycle.registry", json!(registry));
                add("model.revision", json!(revision));
                add("model.license", json!(license));
                spec
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_condition_holds_once_its_clauses_do(text in condition(), spec in spec()) {
        let clauses = clauses(&text, &spec);
        if clauses.is_empty() {
            return Ok(());
        }
        prop_assert_ne!(truth(&text, &spec), Truth::True);
        let spec = applied(&clauses, &spec);
        prop_assert_eq!(truth(&text, &spec), Truth::True, "{:?} {}", clauses, spec);
    }
}

fn compared(text: &str) -> Option<(&'static str, Option<Scalar>, Option<u16>)> {
    let expr = compiled(text);
    with_facts(&facts(&bot(), true), |input| {
        let traced = eval::evaluate(&expr, input);
        eval::comparison(&expr, traced.reads[0].atom.unwrap(), input)
    })
}

#[test]
fn a_comparison_is_told_as_seen_from_its_fact() {
    let min = Scalar::Int(500_000);
    assert_eq!(
        compared("workload.monthlyRequests >= params.minMonthlyRequests"),
        Some((">=", Some(min.clone()), Some(0)))
    );
    assert_eq!(
        compared("params.minMonthlyRequests <= workload.monthlyRequests"),
        Some((">=", Some(min), Some(0)))
    );
    assert_eq!(compared("workload.monthlyRequests > 2 * 3"), Some((">", Some(Scalar::Int(6)), None)));
    assert_eq!(compared("budget.initialUsd >= budget.trainingUsd"), Some((">=", None, None)));
    let list = Scalar::List(vec![Scalar::Text("main".into()), Scalar::Text("latest".into())]);
    assert_eq!(compared("model.revision in params.reserved"), Some(("in", Some(list), Some(2))));
    assert_eq!(
        compared("customization.techniques.contains('rag')"),
        Some(("contains", Some(Scalar::Text("rag".into())), None))
    );
    assert_eq!(
        compared("'rag' in customization.techniques"),
        Some(("contains", Some(Scalar::Text("rag".into())), None))
    );
    assert_eq!(compared("present(model.revision)"), Some(("present", None, None)));
    assert_eq!(compared("has(model.revision)"), Some(("present", None, None)));
    assert_eq!(compared("model.revision.startsWith('m')"), None);
    assert_eq!(
        compared("customization.techniques.exists(t, t == 'few-shot')"),
        Some(("==", Some(Scalar::Text("few-shot".into())), None))
    );
}

#[test]
fn a_negated_comparison_is_told_as_it_has_to_hold() {
    let main = || Some(Scalar::Text("main".into()));
    assert_eq!(compared("!(model.revision == 'main')"), Some(("!=", main(), None)));
    assert_eq!(compared("!!(model.revision == 'main')"), Some(("==", main(), None)));
    assert_eq!(
        compared("!(budget.initialUsd < 5.0 || has(model.revision))").map(|found| found.0),
        Some("absent")
    );
    assert_eq!(compared("!(model.revision.contains('main') && true)"), Some(("not-contains", main(), None)));
}
