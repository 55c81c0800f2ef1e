//! Three-valued truth: what is missing, rejected or disputed is unknown.

use serde_json::{Value, json};

use crate::finding::Scalar;
use crate::policy::eval::Truth;
use crate::policy::expression::fixture::{REJECTED, observed_truth, truth, value};

fn bot() -> Value {
    json!({
        "metadata": {"name": "bot", "labels": {"team": "search"}},
        "stage": "production",
        "customization": {"strategy": "fine-tuning", "techniques": ["few-shot", "rag"]},
        "workload": {"monthlyRequests": 120_000, "domain": "narrow"},
        "budget": {"initialUsd": 12_500},
        "requirements": {"latency": {"critical": true}},
        "lifecycle": {"registry": "TBD"},
        "artifacts": ["train.yaml", {"path": "gateway.yaml", "role": "gateway"}],
    })
}

fn is_true(text: &str) {
    assert_eq!(truth(text, &bot()), Truth::True, "{text}");
}

fn is_false(text: &str) {
    assert_eq!(truth(text, &bot()), Truth::False, "{text}");
}

fn is_unknown(text: &str) {
    assert_eq!(truth(text, &bot()), Truth::Unknown, "{text}");
}

fn is_error(text: &str) {
    assert!(matches!(truth(text, &bot()), Truth::Error(_)), "{text}");
}

#[test]
fn facts_and_parameters_compare() {
    is_true("customization.strategy == 'fine-tuning'");
    is_false("workload.monthlyRequests >= params.minMonthlyRequests");
    is_true("workload.monthlyRequests < params.minMonthlyRequests && stage != 'pilot'");
    is_true("requirements.latency.critical");
    is_true("metadata.labels.team == 'search' && metadata.labels['team'].startsWith('s')");
    is_true("'few-shot' in customization.techniques && customization.techniques.contains('rag')");
    is_true("stage in ['pilot', 'production'] && !(metadata.name in params.reserved)");
    is_true("stage == 'production' ? workload.domain == 'narrow' : false");
}

#[test]
fn an_operator_on_a_missing_fact_is_unknown() {
    for text in [
        "workload.tokensPerRequest > 1",
        "1 < workload.tokensPerRequest",
        "workload.tokensPerRequest + 1 == 2",
        "-workload.tokensPerRequest == 2",
        "!requirements.latency.critical == (hosting.kind == 'vendor-api')",
        "hosting.kind in ['vendor-api']",
        "hosting.kind in []",
        "hosting.operations.owner.contains('x')",
        "size(hosting.operations.owner) == 0",
        "lifecycle.expertise.contains('serving')",
        "lifecycle.expertise.exists(e, e == 'serving')",
        "lifecycle.expertise.all(e, true)",
        "lifecycle.expertise.exists_one(e, true)",
        "lifecycle.expertise.filter(e, true) == []",
        "lifecycle.expertise.map(e, e) == []",
        "'serving' in lifecycle.expertise",
        "billions(model.parameters) > 6",
        "date(lifecycle.reviewed) < today",
        "string(hosting.kind) == ''",
        "metadata.labels['tier'] == 'gold'",
        "metadata.annotations['tier'] == 'gold'",
        "customization.techniques[7] == 'rag'",
        "[hosting.kind] == ['vendor-api']",
    ] {
        is_unknown(text);
    }
}

#[test]
fn and_and_or_absorb_unknown_and_errors_in_either_order() {
    let (unknown, error) = ("hosting.kind == 'vendor-api'", "1 / 0 == 1");
    for doubtful in [unknown, error] {
        is_false(&format!("{doubtful} && false"));
        is_false(&format!("false && {doubtful}"));
        is_true(&format!("{doubtful} || true"));
        is_true(&format!("true || {doubtful}"));
    }
    is_unknown(&format!("{unknown} && true"));
    is_unknown(&format!("false || {unknown}"));
    is_error(&format!("{error} && true"));
    is_error(&format!("false || {error}"));
}

#[test]
fn unknown_outranks_error() {
    let (unknown, error) = ("hosting.kind == 'vendor-api'", "1 / 0 == 1");
    for operator in ["&&", "||", "==", "!="] {
        is_unknown(&format!("({unknown}) {operator} ({error})"));
        is_unknown(&format!("({error}) {operator} ({unknown})"));
    }
    is_unknown("workload.tokensPerRequest + 1 / 0 > 1");
    is_unknown("[1, 2].exists(x, x == 1 ? 1 / 0 == 1 : hosting.kind == 'vendor-api')");
}

#[test]
fn exists_and_all_absorb_like_their_operators() {
    is_true("[0, 1].exists(x, 1 / x == 1)");
    is_true("[1, 0].exists(x, 1 / x == 1)");
    is_error("[0, 2].exists(x, 1 / x == 1)");
    is_false("[0, 2].all(x, 1 / x == 1)");
    is_error("[0, 1].all(x, 1 / x == 1)");
    is_unknown("[0, 1].all(x, 1 / x == 1 && hosting.kind == 'vendor-api')");
    is_true("[].all(x, 1 / 0 == x)");
    is_false("[].exists(x, 1 / 0 == x)");
}

#[test]
fn exists_one_counts_every_item() {
    is_true("[1, 2, 3].exists_one(x, x == 2)");
    is_false("[2, 2].exists_one(x, x == 2)");
    is_error("[2, 2, 0].exists_one(x, 2 / x == 1)");
    is_unknown("[2, 3].exists_one(x, x == 2 || hosting.kind == 'vendor-api')");
}

#[test]
fn a_ternary_on_unknown_is_unknown_unless_its_branches_agree() {
    is_unknown("hosting.kind == 'vendor-api' ? true : false");
    is_true("hosting.kind == 'vendor-api' ? true : 1 < 2");
    is_true("(hosting.kind == 'vendor-api' ? 1 : 1.0) == 1");
    is_unknown("hosting.kind == 'vendor-api' ? true : 1 / 0 == 1");
    is_unknown(
        "hosting.kind == 'vendor-api' ? hosting.kind == 'x' : hosting.kind == 'x'"
            .replace("'x'", "'vendor-api'")
            .as_str(),
    );
    is_error("1 / 0 == 1 ? true : true");
}

#[test]
fn a_default_replaces_what_nobody_says() {
    is_true("hosting.tenancy.orValue('shared') == 'shared'");
    is_true("stage.orValue('pilot') == 'production'");
    is_true("metadata.labels.tier.orValue('none') == 'none'");
    is_true("metadata.?labels.?tier.orValue('none') == 'none'");
    is_true("(workload.tokensPerRequest * 2).orValue(7) == 7");
    is_true("(hosting.kind == 'vendor-api').orValue(true)");
    is_true("lifecycle.expertise.orValue([]) == []");
    is_unknown("model.license.orValue(model.base) == 'x'");
    is_error("model.license.orValue(string(1 / 0)) == 'x'");
}

#[test]
fn a_default_does_not_replace_what_the_schema_rejected() {
    let spec =
        json!({"hosting": {"tenancy": REJECTED}, "budget": REJECTED, "lifecycle": {"expertise": [REJECTED]}});
    for text in [
        "hosting.tenancy.orValue('shared') == 'shared'",
        "budget.initialUsd.orValue(1) == 1",
        "(budget.initialUsd + 1).orValue(1) == 1",
        "(hosting.tenancy == 'shared').orValue(true)",
        "(stage == 'pilot' && hosting.tenancy == 'shared').orValue(true)",
        "lifecycle.expertise.contains('serving').orValue(true)",
    ] {
        assert_eq!(truth(text, &spec), Truth::Unknown, "{text}");
    }
}

#[test]
fn has_and_present_are_two_valued_where_a_deployment_is_declared() {
    is_true("has(stage) && has(workload.monthlyRequests) && has(lifecycle.registry) && has(workload)");
    is_false(
        "has(hosting.kind) || has(hosting) || has(metadata.labels.tier) || has(metadata.annotations['x'])",
    );
    is_true("present(stage) && present(workload.monthlyRequests) && present(metadata.labels.team)");
    is_true("present(customization.techniques) && present(workload)");
    is_false("present(lifecycle.registry) || present(hosting.kind) || present(metadata.labels.tier)");
    is_true("artifacts.exists(a, has(a.role)) && artifacts.exists(a, !has(a.role))");
    is_true("has({'a': 1}.a) && !has({'a': 1}.b)");
}

#[test]
fn has_and_present_of_a_rejected_value_are_false() {
    let spec = json!({"stage": REJECTED, "hosting": REJECTED, "lifecycle": {"expertise": [REJECTED]}});
    for text in ["has(stage)", "present(stage)", "has(hosting.kind)", "present(hosting.operations.owner)"] {
        assert_eq!(truth(text, &spec), Truth::False, "{text}");
    }
    assert_eq!(truth("present(lifecycle.expertise)", &spec), Truth::True);
}

#[test]
fn what_is_empty_or_a_placeholder_is_not_present() {
    let spec = json!({
        "model": {"license": " n/a ", "revision": "", "base": "?"},
        "lifecycle": {"expertise": []},
        "metadata": {"labels": {}},
        "budget": {"initialUsd": 0},
        "requirements": {"latency": {"critical": false}},
    });
    for text in ["model.license", "model.revision", "model.base", "lifecycle.expertise", "metadata.labels"] {
        assert_eq!(truth(&format!("present({text})"), &spec), Truth::False, "{text}");
    }
    for text in ["budget.initialUsd", "requirements.latency.critical", "model"] {
        assert_eq!(truth(&format!("present({text})"), &spec), Truth::True, "{text}");
    }
    is_false("present('') || present([]) || present({}) || present('TODO')");
    is_true("present('x') && present(0) && present(false) && present([0])");
}

#[test]
fn absence_is_no_evidence_where_nobody_declared() {
    for text in [
        "has(hosting.kind)",
        "present(hosting.kind)",
        "!present(lifecycle.registry)",
        "hosting.tenancy.orValue('shared') == 'shared'",
        "has(metadata.labels.team)",
        "artifacts.exists(a, has(a.role))",
    ] {
        let spec = json!({"stage": "pilot", "artifacts": [{"path": "a.yaml"}]});
        assert_eq!(observed_truth(text, &spec), Truth::Unknown, "{text}");
    }
    let spec = json!({"stage": "pilot", "model": {"license": "todo"}});
    assert_eq!(observed_truth("has(stage) && present(stage) && !present(model.license)", &spec), Truth::True);
    assert_eq!(observed_truth("has(declared.stage)", &spec), Truth::False);
}

#[test]
fn origins_are_told_apart() {
    is_true("declared.stage == 'production' && !has(observed.stage)");
    is_unknown("observed.stage == 'production'");
    is_true("observations('stage') == []");
    let spec = json!({"stage": "pilot"});
    assert_eq!(
        observed_truth("observations('stage') == ['pilot'] && observed.stage == 'pilot'", &spec),
        Truth::True
    );
    assert_eq!(observed_truth("declared.stage == 'pilot'", &spec), Truth::Unknown);
}

#[test]
fn a_rejected_item_matters_only_where_no_known_one_matches() {
    let spec = json!({"customization": {"techniques": ["rag", REJECTED]}});
    for text in ["contains('rag')", "exists(t, t == 'rag')"] {
        assert_eq!(truth(&format!("customization.techniques.{text}"), &spec), Truth::True, "{text}");
    }
    for text in [
        "customization.techniques.contains('templates')",
        "'templates' in customization.techniques",
        "customization.techniques.exists(t, t == 'templates')",
        "customization.techniques.all(t, t == 'rag')",
        "customization.techniques == ['rag', 'templates']",
        "customization.techniques.filter(t, t == 'rag') == ['rag']",
    ] {
        assert_eq!(truth(text, &spec), Truth::Unknown, "{text}");
    }
    for text in [
        "'rag' in customization.techniques",
        "size(customization.techniques) == 2",
        "customization.techniques != ['rag']",
        "customization.techniques != ['templates', 'rag']",
        "!customization.techniques.all(t, t == 'templates')",
    ] {
        assert_eq!(truth(text, &spec), Truth::True, "{text}");
    }
}

#[test]
fn a_key_missing_in_a_literal_map_is_an_error() {
    is_error("{'a': 1}.b == 1");
    is_error("{'a': 1}[stage] == 1");
    is_error("[1, 2][2] == 1");
    is_error("[1][-1] == 1");
    is_true("{'a': 1}.a == 1 && {'production': 2}[stage] == 2 && [1, 2][1] == 2");
}

#[test]
fn what_is_asked_for_as_optional_is_unknown_where_it_is_missing() {
    is_unknown("{'a': 1}.?b == 1");
    is_unknown("[1][?3] == 1");
    is_true("{'a': 1}.?b.orValue(2) == 2 && {'a': 1}.?a.orValue(2) == 1 && {'a': 1}[?'b'].orValue(2) == 2");
    is_true("[1][?3].orValue(2) == 2 && [1][?0].orValue(2) == 1 && params.reserved[?7].orValue('x') == 'x'");
    is_true("{'pilot': 1}[?stage].orValue(2) == 2 && {}.?a.b.c.orValue(2) == 2");
    is_true("has({'a': {'b': 1}}.?a.b) && !has({'a': {}}.?a.b) && !has({}.?a.b) && !has({}.?a)");
    is_error("{'a': 1}.?a.b == 1");
    is_error("{'a': {}}.?a.b == 1");
}

#[test]
fn a_short_artifact_has_no_members() {
    is_true("artifacts.exists(a, a.path == 'gateway.yaml')");
    is_unknown("artifacts.exists(a, a.path == 'train.yaml')");
    is_true("artifacts.exists(a, a.path.orValue('train.yaml') == 'train.yaml')");
}

#[test]
fn checklists_are_intervals() {
    // Of three signals: not met, unknown, unknown; of two: not met, not met.
    assert_eq!(value("checklist('tuning') >= 0", &bot()), Ok(Some(Scalar::Bool(true))));
    is_true("checklist('tuning') < 3 && checklist('tuning') <= 2 && checklist('prompting') == 0");
    is_unknown("checklist('tuning') >= 1");
    is_unknown("checklist('tuning') == 1");
    is_unknown("checklist('tuning') != 2");
    is_true("checklist('tuning') != 3 && checklist('tuning') - checklist('prompting') < 3");
    is_true("checklist('tuning') + 1 > checklist('prompting')");
    is_true("1 - checklist('tuning') >= -1");
    is_unknown("checklist('tuning') - checklist('tuning') == 0");
}

#[test]
fn a_condition_that_is_no_truth_value_is_an_error() {
    for text in [
        "artifacts.exists(a, a)",
        "artifacts[0]",
        "!artifacts[0]",
        "artifacts[0] && true",
        "true && artifacts[0]",
    ] {
        is_error(text);
    }
    is_error("artifacts[0] > 3");
    is_error("artifacts[0] + 1 == 2");
}

#[test]
fn no_expression_runs_longer_than_its_fuel() {
    let long = format!("[{}]", "0,".repeat(400));
    let text = format!("{long}.all(a, {long}.all(b, {long}.all(c, true)))");
    match truth(&text, &bot()) {
        Truth::Error(fault) => assert!(fault.message.contains("steps"), "{}", fault.message),
        other => panic!("{other:?}"),
    }
    match truth(&format!("true || {text}"), &bot()) {
        Truth::True => {}
        other => panic!("{other:?}"),
    }
    // Gone is gone: what would absorb an error does not absorb this.
    assert!(matches!(truth(&format!("{text} || true"), &bot()), Truth::Error(_)));
}

#[test]
fn texts_cannot_grow_beyond_their_fuel() {
    let grow = ".map(x, x + x)".repeat(60);
    is_error(&format!("['0123456789']{grow}.size() == 1"));
}

#[test]
fn what_nests_as_deep_as_it_may_is_evaluated() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    is_true(&nested("!(", "true", ")", 30));
    is_true(&nested("(", "true", ")", 60));
    is_true(&nested("(false || true && 1 < 4 + 5 * (1 + size([", "1", "])))", 14));
    is_true(&nested("[1].exists(x, ", "x == 1", ")", 60));
    is_true(&nested("(true ? ", "true", " : false)", 30));
    is_true(&format!("{} == 1", nested("[1].map(x, ", "x", ")[0]", 60)));
    let equal = nested("[", "1", "]", 60);
    is_true(&format!("{equal} == {equal}"));
}

#[test]
fn chains_of_operators_do_not_recurse() {
    is_true(&format!("1{} == 4900", " + 1".repeat(4899)));
    is_true(&format!("true{}", " && true".repeat(4900)));
    is_false(&format!("false{}", " || false".repeat(4900)));
    is_true(&format!("true{}", " == true".repeat(4900)));
}
