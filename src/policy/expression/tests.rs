//! What is said of an expression before it runs.

use proptest::prelude::*;

use super::fixture::{compiled, try_compile, vocabulary};
use super::{ExprId, Type, demanded_strategies};

/// Code, the text underlined, and the help of each mistake.
fn issues(text: &str) -> Vec<(&'static str, String, String)> {
    let found = try_compile(text, Type::Bool).err().unwrap_or_default();
    found
        .into_iter()
        .map(|issue| (issue.code, issue.span.slice(text).to_owned(), issue.help.unwrap_or_default()))
        .collect()
}

#[track_caller]
fn only(text: &str, code: &str, underlined: &str, help: &str) {
    let found = issues(text);
    assert_eq!(found, [(code_of(code), underlined.to_owned(), help.to_owned())], "{text}");
}

fn code_of(code: &str) -> &'static str {
    const CODES: &[&str] = &[
        "syntax",
        "unknown-fact",
        "unknown-parameter",
        "unknown-value",
        "unknown-function",
        "type",
        "null-comparison",
        "shadowed-name",
        "unknown-checklist",
        "regex",
        "limit-expression",
    ];
    CODES.iter().find(|known| **known == code).unwrap()
}

#[track_caller]
fn fine(text: &str) {
    assert_eq!(issues(text), [], "{text}");
}

#[test]
fn precedence_is_that_of_cel() {
    let root = |text: &str| {
        let expr = try_compile(text, Type::Any).unwrap();
        let operand = |id: ExprId| expr.source(id).to_owned();
        match expr.node(expr.root).kind {
            super::ast::ExprKind::Or(left, right)
            | super::ast::ExprKind::And(left, right)
            | super::ast::ExprKind::Binary(_, left, right) => (operand(left), operand(right)),
            ref other => panic!("{other:?}"),
        }
    };
    let is =
        |text, left: &str, right: &str| assert_eq!(root(text), (left.to_owned(), right.to_owned()), "{text}");
    is("true || false && true", "true", "false && true");
    is("true && false || true", "true && false", "true");
    is("1 + 2 * 3", "1", "2 * 3");
    is("1 - 2 - 3", "1 - 2", "3");
    is("1 - (2 - 3)", "1", "2 - 3");
    is("1 < 2 == true", "1 < 2", "true");
    is("-1 + 2", "-1", "2");
    is("!true == false", "!true", "false");
    is("1 + 2 in [3]", "1 + 2", "[3]");
    is("(true ? false : true) || false", "true ? false : true", "false");
}

#[test]
fn every_node_has_its_exact_span() {
    let text =
        " ( stage == 'pilot' )&&  artifacts . exists( a , a.path . startsWith( 'x' ) ) ? has(a) : true "
            .replace("has(a)", "present( model.base )");
    let expr = compiled(&text);
    let sources: Vec<&str> = (0..expr.nodes.len()).map(|id| expr.source(ExprId(id as u32))).collect();
    for wanted in [
        "stage",
        "'pilot'",
        "stage == 'pilot'",
        "( stage == 'pilot' )&&  artifacts . exists( a , a.path . startsWith( 'x' ) )",
        "artifacts",
        "artifacts . exists( a , a.path . startsWith( 'x' ) )",
        "a.path . startsWith( 'x' )",
        "a.path",
        "present( model.base )",
        "model.base",
    ] {
        assert!(sources.contains(&wanted), "{wanted:?} in {sources:?}");
    }
    assert_eq!(expr.source(expr.root), text.trim());
}

#[test]
fn operands_come_before_what_uses_them() {
    let expr = compiled("stage == 'pilot' && [1, 2].exists(x, x + 1 == 2) ? has(model.base) : !(1 in [1])");
    for (index, node) in expr.nodes.iter().enumerate() {
        let text = format!("{:?}", node.kind);
        for id in text.split("ExprId(").skip(1) {
            let id: usize = id.split(')').next().unwrap().parse().unwrap();
            assert!(id < index, "{text}");
        }
    }
}

#[test]
fn nodes_know_whether_they_read_facts() {
    let reads = |text: &str| {
        let expr = compiled(text);
        expr.node(expr.root).reads_facts
    };
    for text in [
        "stage == 'pilot'",
        "[1].exists(x, has(model.base))",
        "checklist('tuning') > 1",
        "observations('stage') == []",
    ] {
        assert!(reads(text), "{text}");
    }
    for text in ["params.minMonthlyRequests * 2", "[1].exists(x, x == 1)", "today > date('2026-01-31')"] {
        assert!(!reads(text), "{text}");
    }
}

#[test]
fn operators_of_other_languages_are_understood_and_explained() {
    only("stage = 'pilot'", "syntax", "=", "did you mean `==`?");
    only("stage === 'pilot'", "syntax", "===", "did you mean `==`?");
    only("stage <> 'pilot'", "syntax", "<>", "did you mean `!=`?");
    only("has(stage) and has(owner)", "syntax", "and", "did you mean `&&`?");
    only("has(stage) or has(owner)", "syntax", "or", "did you mean `||`?");
    only("has(stage) & has(owner)", "syntax", "&", "did you mean `&&`?");
    only("not has(stage)", "syntax", "not", "did you mean `!`?");
    only("stage not in ['pilot']", "syntax", "not", "negate the whole: `!(x in y)`");
    assert_eq!(issues("stage = 'pilto' and not has(ownr)").len(), 5);
}

#[test]
fn syntax_mistakes_point_at_what_is_wrong() {
    only("(stage == 'pilot'", "syntax", "(", "add `)`");
    only("stage in ['pilot', 'production'", "syntax", "[", "add `]`");
    only("has(stage", "syntax", "(", "add `)`");
    only("{'a': 1", "syntax", "{", "add `}`");
    only("stage == 'pilot", "syntax", "'", "");
    only("stage == 'pilot')", "syntax", ")", "");
    only("stage == ", "syntax", "", "");
    only("", "syntax", "", "");
    only("stage == 'pilot' stage", "syntax", "stage", "");
    only("has(stage) ? true", "syntax", "", "");
    only("if has(stage)", "syntax", "if", "write `condition ? one : other`");
    only("1u == 1", "syntax", "1u", "write `1`");
    only("b'x' == 'x'", "syntax", "b'", "write '…'");
    only("stage == \"a\\d\"", "syntax", "\\d", "double the backslash, or write the text as r'…'");
    only("Foo{a: 1} == 1", "syntax", "{", "");
    only("size(stage,) > 1", "syntax", ")", "");
    only("in == 1", "syntax", "in", "");
    fine("[1, 2,] == [1, 2] && {'a': 1,} != {} && .stage == 'pilot' // and a comment");
}

#[test]
fn nothing_overflows_the_stack() {
    let limited = |text: &str| {
        let found = try_compile(text, Type::Any).unwrap_err();
        assert_eq!(found.len(), 1, "{:?}", &found[..found.len().min(3)]);
        found[0].code
    };
    let many = 100_000;
    for unit in ["(", "[", "{1:", "!", "-", "size(", "true ? 1 : ", "a[", "(1 + ", "x.map(a, "] {
        let text = unit.repeat(many / 10);
        assert_eq!(limited(&text), "limit-expression", "{unit}");
        assert_eq!(limited(&unit.repeat(many)), "limit-expression", "{unit}");
    }
    for unit in ["1 + ", "true && ", "'a' == ", "a.", "1 ? "] {
        assert_eq!(limited(&format!("{}1", unit.repeat(many))), "limit-expression", "{unit}");
    }
    assert_eq!(limited(&format!("1{}", " + 1".repeat(12_000))), "limit-expression");
    assert_eq!(limited(&format!("[{}]", "1,".repeat(12_000))), "limit-expression");
    assert_eq!(limited(&format!("[1]{}", "[0]".repeat(200))), "limit-expression");
    assert_eq!(
        limited(&format!("{}1{}", "(1 || 2 && 3 < 4 + 5 * ".repeat(60), ")".repeat(60))),
        "limit-expression"
    );
}

#[test]
fn an_unknown_fact_suggests_the_nearest() {
    only(
        "workload.monthlyRequest > 1",
        "unknown-fact",
        "workload.monthlyRequest",
        "did you mean `workload.monthlyRequests`?",
    );
    only(
        "monthlyRequests > 1",
        "unknown-fact",
        "monthlyRequests",
        "did you mean `workload.monthlyRequests`?",
    );
    only(
        "budget.monthly_requests > 1",
        "unknown-fact",
        "budget.monthly_requests",
        "did you mean `workload.monthlyRequests`?",
    );
    only(
        "requirement.accuracy.tolerance == 'x'",
        "unknown-fact",
        "requirement.accuracy.tolerance",
        "did you mean `requirements.accuracy.tolerance`?",
    );
    only(
        "minMonthlyRequests > 1",
        "unknown-fact",
        "minMonthlyRequests",
        "did you mean `params.minMonthlyRequests`?",
    );
    only("has(ownr)", "unknown-fact", "ownr", "did you mean `owner`?");
    only("declared.stge == 'pilot'", "unknown-fact", "declared.stge", "did you mean `declared.stage`?");
    only("observed == 1", "unknown-fact", "observed", "");
    only("observations('model.bse') == []", "unknown-fact", "'model.bse'", "did you mean `model.base`?");
    only("quite.unlike.anything == 1", "unknown-fact", "quite.unlike.anything", "");
    only("stage == True", "unknown-fact", "True", "did you mean `true`?");
    only("artifacts.exists(a, a.pth == 'x')", "unknown-fact", "a.pth", "did you mean `a.path`?");
    only(
        "artifacts.path == 'x'",
        "unknown-fact",
        "artifacts.path",
        "look into its items with `exists` or `all`",
    );
    only("stage.name == 'x'", "unknown-fact", "stage.name", "");
    only("artifacts.exists(item, itm.path == 'x')", "unknown-fact", "itm.path", "");
    only("artifacts.exists(item, itm == 'x')", "unknown-fact", "itm", "did you mean `item`?");
    only("metadata.labels.team.size.x == 'x'", "unknown-fact", "metadata.labels.team.size", "");
}

#[test]
fn unknown_names_of_every_kind_are_found_at_once() {
    let found = issues(
        "stge == 'pilot' && params.minMonthlyRequest > 1 && sise(owner) > 1 && checklist('tunin') > 1",
    );
    let codes: Vec<_> = found.iter().map(|(code, underlined, _)| (*code, underlined.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("unknown-fact", "stge"),
            ("unknown-parameter", "params.minMonthlyRequest"),
            ("unknown-function", "sise"),
            ("unknown-checklist", "'tunin'"),
        ]
    );
    let helps: Vec<_> = found.iter().map(|(_, _, help)| help.as_str()).collect();
    assert_eq!(
        helps,
        [
            "did you mean `stage`?",
            "did you mean `params.minMonthlyRequests`?",
            "did you mean `size`?",
            "did you mean `tuning`?"
        ]
    );
    only("params > 1", "unknown-parameter", "params", "");
    only("params.quite.unlike > 1", "unknown-parameter", "params.quite.unlike", "");
}

#[test]
fn functions_and_methods_are_told_apart() {
    only("owner.present()", "unknown-function", "present", "write `present(owner)`");
    only("startsWith(owner, 'x')", "unknown-function", "startsWith", "write `owner.startsWith(…)`");
    only("exists(artifacts, a, true)", "unknown-function", "exists", "write `artifacts.exists(item, …)`");
    only("owner.length() > 1", "unknown-function", "length", "did you mean `size`?");
    only("artifacts.any(a, true)", "unknown-function", "any", "did you mean `exists`?");
}

#[test]
fn a_text_that_a_fact_can_never_be_is_found() {
    only("stage == 'pilto'", "unknown-value", "'pilto'", "did you mean `pilot`?");
    only("'pilto' != stage", "unknown-value", "'pilto'", "did you mean `pilot`?");
    only("stage in ['pilot', 'prod']", "unknown-value", "'prod'", "did you mean `production`?");
    only(
        "stage in ['pilot', 'live']",
        "unknown-value",
        "'live'",
        "it is one of proof-of-concept, pilot, production",
    );
    only("customization.techniques.contains('rga')", "unknown-value", "'rga'", "did you mean `rag`?");
    only("'rga' in customization.techniques", "unknown-value", "'rga'", "did you mean `rag`?");
    only("customization.techniques.exists(t, t == 'rga')", "unknown-value", "'rga'", "did you mean `rag`?");
    only("customization.techniques.exists(t, t in ['rga'])", "unknown-value", "'rga'", "did you mean `rag`?");
    only("customization.techniques == ['rga']", "unknown-value", "'rga'", "did you mean `rag`?");
    only(
        "requirements.compliance.level.orValue('non') != 'strict'",
        "unknown-value",
        "'non'",
        "did you mean `none`?",
    );
    only(
        "requirements.compliance.level.orValue('none') != 'strickt'",
        "unknown-value",
        "'strickt'",
        "did you mean `strict`?",
    );
    only("declared.stage == 'pilto'", "unknown-value", "'pilto'", "did you mean `pilot`?");
    only(
        "observations('stage').exists(s, s == 'pilto')",
        "unknown-value",
        "'pilto'",
        "did you mean `pilot`?",
    );
    fine("model.license == 'anything' && stage == params.suffix");
}

#[test]
fn types_that_do_not_fit_are_found() {
    for (text, underlined) in [
        ("workload.monthlyRequests >= 'x'", "workload.monthlyRequests >= 'x'"),
        ("stage > 3", "stage > 3"),
        ("stage == 3", "stage == 3"),
        ("!workload.monthlyRequests", "workload.monthlyRequests"),
        ("workload.monthlyRequests && true", "workload.monthlyRequests"),
        ("true || stage", "stage"),
        ("workload.monthlyRequests.startsWith('1')", "workload.monthlyRequests"),
        ("owner.startsWith(1)", "1"),
        ("owner + 1 == 'x'", "owner + 1"),
        ("budget.initialUsd % 2 == 0", "budget.initialUsd % 2"),
        ("-owner == 'x'", "owner"),
        ("owner ? true : false", "owner"),
        ("size(budget.initialUsd) > 1", "budget.initialUsd"),
        ("billions(7) > 1.0", "7"),
        ("billions('7X') > 1.0", "'7X'"),
        ("date('2026-02-30') < today", "'2026-02-30'"),
        ("today > '2026-01-01'", "today > '2026-01-01'"),
        ("today + today == today", "today + today"),
        ("stage in 'pilot'", "'pilot'"),
        ("1 in customization.techniques", "1 in customization.techniques"),
        ("customization.techniques.contains(1)", "1"),
        ("owner.exists(x, true)", "owner"),
        ("customization.techniques.exists(t, t)", "t"),
        ("customization.techniques.exists(t, t > 1)", "t > 1"),
        ("metadata.labels.team > 1", "metadata.labels.team > 1"),
        ("customization.techniques['x'] == 'rag'", "customization.techniques['x']"),
        ("owner[0] == 'x'", "owner"),
        ("budget.initialUsd.orValue('x') > 1", "'x'"),
        ("requirements.latency.critical.orValue(0)", "0"),
        ("stage", "stage"),
        ("workload.monthlyRequests + 1", "workload.monthlyRequests + 1"),
        ("size() > 1", "size()"),
        ("size(owner, 1) > 1", "size(owner, 1)"),
        ("owner.contains() ", "owner.contains()"),
        ("customization.techniques.exists(t)", "customization.techniques.exists(t)"),
        ("has(1)", "1"),
        ("has(params.suffix)", "params.suffix"),
        ("has(owner + 'x')", "owner + 'x'"),
        ("{1.5: 2} == {}", "1.5"),
        ("'x'.y == 1", "'x'.y"),
    ] {
        let found = issues(text);
        let code = if text.contains("['x']") { found[0].0 } else { "type" };
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!((found[0].0, found[0].1.as_str()), (code, underlined), "{text}");
    }
}

#[test]
fn types_that_may_fit_are_left_to_the_run() {
    fine("artifacts.exists(a, a == 'x') && artifacts[0] == 1 && {'a': 1}.a > 0 && [1, 'a'][0] == 1");
    fine("workload.monthlyRequests * 1.5 > budget.initialUsd && workload.monthlyRequests == 1.0");
    fine("date(metadata.annotations['reviewed']) + 30 >= today && today - date('2026-01-31') > 7");
    fine("(has(stage) ? 1 : 'x') == 1 && params.reserved.contains('x') && stage in params.reserved");
}

#[test]
fn a_fact_is_never_compared_with_null() {
    let help = "ask with `has(…)` or `present(…)` whether it is there";
    only("stage == null", "null-comparison", "stage == null", help);
    only("null != model.base", "null-comparison", "null != model.base", help);
    only("metadata.labels.team == null", "null-comparison", "metadata.labels.team == null", help);
    only("artifacts.exists(a, a == null)", "null-comparison", "a == null", help);
    fine("[1, null][1] == null && {'a': null}.a == null");
}

#[test]
fn a_variable_may_not_shadow_a_root_name() {
    for name in ["stage", "metadata", "params", "declared", "observed", "today"] {
        let found = issues(&format!("artifacts.exists({name}, true)"));
        assert_eq!((found[0].0, found[0].1.as_str()), ("shadowed-name", name));
    }
    fine("[[1], [2]].exists(x, x.exists(y, [y].exists(x, x == 2)))");
    only("artifacts.exists(a.b, true)", "syntax", "a.b", "");
}

#[test]
fn regular_expressions_are_compiled_when_they_are_read() {
    only("owner.matches('(')", "regex", "'('", "");
    only("owner.matches(stage)", "regex", "stage", "");
    only("owner.matches('((a{1000}){1000}){1000}')", "regex", "'((a{1000}){1000}){1000}'", "");
    only(&format!("owner.matches('{}')", "(".repeat(500)), "regex", &format!("'{}'", "(".repeat(500)), "");
    let message = |text: &str| try_compile(text, Type::Bool).unwrap_err()[0].message.clone();
    assert_eq!(message("owner.matches('a(b')"), "this is no regular expression: unclosed group");
    assert_eq!(message("owner.matches('\\\\p{Greek')").lines().count(), 1);
    assert_eq!(message("owner.matches('((a{1000}){1000}){1000}')"), "this regular expression is too large");
}

#[test]
fn a_checklist_is_only_added_subtracted_and_compared() {
    fine("checklist('tuning') - checklist('prompting') + 1 >= 3 && checklist('tuning') != 2.5");
    for text in [
        "checklist('tuning') * 2 > 1",
        "-checklist('tuning') > 1",
        "checklist('tuning') in [1]",
        "[checklist('tuning')] == [1]",
        "size(checklist('tuning')) > 1",
        "int(checklist('tuning')) > 1",
        "present(checklist('tuning'))",
        "checklist('tuning').orValue(1) > 1",
        "(has(stage) ? checklist('tuning') : checklist('prompting')) > 1",
        "checklist('tuning')",
        "!checklist('tuning')",
        "checklist('tuning') == 'x'",
        "checklist('tuning') + today > 1",
    ] {
        let found = issues(text);
        assert!(!found.is_empty() && found.iter().all(|(code, ..)| *code == "type"), "{text}: {found:?}");
    }
    assert_eq!(try_compile("checklist('tuning')", Type::Any).unwrap_err()[0].code, "type");
}

#[test]
fn every_path_of_the_manifest_is_known() {
    for (_, info) in vocabulary().iter() {
        if info.path.is_empty() || info.path.contains(['[', '*']) {
            continue;
        }
        fine(&format!("has({})", info.path));
        fine(&format!("has(declared.{}) && present(observed.{})", info.path, info.path));
    }
    fine(
        "has(metadata.labels.team) && has(metadata.labels['app.kubernetes.io/name']) && has(workload['domain'])",
    );
    fine("has(metadata.labels.`app.kubernetes.io/name`) && metadata.?labels.?team.orValue('x') == 'x'");
}

fn demanded(text: &str) -> Option<Vec<String>> {
    let found = demanded_strategies(&compiled(text), vocabulary());
    found.map(|texts| texts.iter().map(ToString::to_string).collect())
}

#[test]
fn the_strategies_that_a_condition_demands_are_read_off() {
    let some = |texts: &[&str]| Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>());
    let tuning = "customization.strategy == 'fine-tuning'";
    assert_eq!(demanded(tuning), some(&["fine-tuning"]));
    assert_eq!(demanded("'hybrid' == customization.strategy && has(stage)"), some(&["hybrid"]));
    assert_eq!(
        demanded("has(stage) && customization.strategy in ['hybrid', 'prompting'] && has(owner)"),
        some(&["hybrid", "prompting"])
    );
    assert_eq!(
        demanded(&format!("({tuning} || customization.strategy == 'hybrid') && has(stage)")),
        some(&["fine-tuning", "hybrid"])
    );
    assert_eq!(
        demanded(&format!("({tuning} && has(stage)) || customization.strategy in ['hybrid']")),
        some(&["fine-tuning", "hybrid"])
    );
    assert_eq!(
        demanded(&format!("customization.strategy in ['hybrid', 'fine-tuning'] && {tuning}")),
        some(&["fine-tuning"])
    );
    assert_eq!(demanded(&format!("{tuning} && customization.strategy == 'hybrid'")), some(&[]));
    for text in [
        "has(stage)",
        "customization.strategy != 'prompting'",
        "!(customization.strategy == 'prompting')",
        "customization.strategy == 'prompting' || has(stage)",
        "customization.strategy == params.suffix",
        "has(stage) ? customization.strategy == 'prompting' : false",
        "customization.strategy.orValue('prompting') == 'prompting'",
        "declared.customization.strategy == 'prompting'",
    ] {
        assert_eq!(demanded(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        let _ = try_compile(&text, Type::Bool);
    }

    #[test]
    fn any_tokens_are_read_without_a_panic(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "==", "<", "=", "&&", "||", "!", "-", "+", "%", "in",
            "stage", "model", "base", "params", "declared", "artifacts", "a", "exists", "map", "has", "size", "matches",
            "orValue", "checklist", "'tuning'", "'x'", "r'('", "1", "1.5", "0x", "1u", "null", "true", "b'x", "\"", "`",
            "//", "\n", "not", "and", "today", "date", "billions", "metadata", "labels", "\u{e9}",
        ]), 0..40)
    ) {
        let text = tokens.join(" ");
        if let Err(issues) = try_compile(&text, Type::Bool) {
            prop_assert!(!issues.is_empty());
            for issue in issues {
                let span = issue.span;
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} in {}", issue, text);
            }
        }
        let _ = try_compile(&tokens.concat(), Type::Any);
    }
}
