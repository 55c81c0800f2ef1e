//! Numbers, texts, dates, conversions.

use serde_json::json;

use crate::finding::Scalar;
use crate::policy::eval::Truth;
use crate::policy::eval::place::Override;
use crate::policy::eval::run::Run;
use crate::policy::expression::fixture::{compiled, facts, truth, value, with_facts};

fn is_true(text: &str) {
    assert_eq!(truth(text, &json!({})), Truth::True, "{text}");
}

fn is_error(text: &str) {
    assert!(matches!(truth(text, &json!({})), Truth::Error(_)), "{text}");
}

#[test]
fn numbers_compare_across_types_exactly() {
    is_true("1 == 1.0 && 1 < 1.5 && 2 > 1.5 && 1.0 >= 1 && 1 in [1.0]");
    is_true("9007199254740993 != 9007199254740992.0 && 9007199254740993 > 9007199254740992.0");
    is_true("9223372036854775807 < 9223372036854775808.0");
}

#[test]
fn whole_numbers_truncate_and_overflow() {
    is_true("7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1");
    is_true("7 / 2.0 == 3.5 && 7.0 / 2 == 3.5");
    is_true("-9223372036854775808 < 0");
    for text in [
        "9223372036854775807 + 1 > 0",
        "-9223372036854775808 - 1 < 0",
        "9223372036854775807 * 2 > 0",
        "-9223372036854775808 / -1 > 0",
        "-9223372036854775808 % -1 == 0",
        "-(-9223372036854775808) > 0",
        "1 / 0 == 1",
        "1 % 0 == 1",
        "1.0 / 0 == 1",
        "1e308 * 10.0 > 1",
    ] {
        is_error(text);
    }
}

#[test]
fn money_written_as_a_whole_number_divides_as_money() {
    assert_eq!(
        truth("budget.initialUsd / 1000 == 12.5", &json!({"budget": {"initialUsd": 12_500}})),
        Truth::True
    );
    assert_eq!(
        truth("workload.monthlyRequests / 1000 == 12", &json!({"workload": {"monthlyRequests": 12_500}})),
        Truth::True
    );
}

#[test]
fn texts_are_sequences_of_characters() {
    is_true("size('h\u{e9}llo \u{1f600}') == 7 && 'a'.size() == 1 && size('') == 0");
    is_true("'a' + 'b' == 'ab' && 'a' < 'b' && 'Z' < 'a' && '\u{ffff}' < '\u{10000}'");
    is_true("'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('')");
    is_true("'llama-2024-01-31'.matches('-[0-9]{4}-[0-9]{2}-[0-9]{2}$') && !matches('x', '^y')");
}

#[test]
fn lists_and_maps_are_equal_by_their_items() {
    is_true("[1, 2.0] == [1.0, 2] && [1] != [2] && [1] != [1, 1] && [[1]] == [[1]] && [1] + [2] == [1, 2]");
    is_true("{'a': 1, 'b': 2} == {'b': 2.0, 'a': 1} && {'a': 1} != {'a': 2} && {'a': 1} != {'b': 1}");
    is_true("size([1, 2]) == 2 && size({'a': 1}) == 1 && 'a' in {'a': 1} && !('b' in {'a': 1})");
    is_true("{'a': 1, 'b': 2}.exists(k, k == 'b') && {1: 'x'}[1] == 'x' && {true: 1}[true] == 1");
    is_true("[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6] && [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]");
    is_error("{'a': 1, 'a': 2} == {}");
}

#[test]
fn values_of_different_types_are_not_equal() {
    is_true("[1, 'a'][0] != [1, 'a'][1] && [1, null][1] == null && [1, null][0] != null");
}

#[test]
fn a_count_of_parameters_is_a_number_of_billions() {
    is_true("billions('7B') == 7.0 && billions('1.5T') == 1500.0 && billions('350M') == 0.35");
    for text in ["7", "B", "", "7b", "7.B", ".7B", "7.5.1B", "-7B", " 7B", "7\u{e9}", "1e3B"] {
        is_error(&format!("billions(string('{text}')) > 0.0"));
    }
}

#[test]
fn dates_have_days_between_them() {
    is_true("date('2026-03-01') - date('2026-02-01') == 28 && date('2024-03-01') - date('2024-02-01') == 29");
    is_true("date('2026-02-01') + 28 == date('2026-03-01') && 28 + date('2026-02-01') == date('2026-03-01')");
    is_true("date('2026-03-01') - 1 == date('2026-02-28') && date('2026-01-31') < today");
    is_true("today == date('2026-11-24') && string(today) == '2026-11-24' && date(today) == today");
    for text in ["date(string('2026-02-30'))", "date(string('soon'))", "date(string('2026-02-03T10:00'))"] {
        is_error(&format!("{text} == today"));
    }
    is_error("today + 9223372036854775807 == today");
    is_error("today - -9223372036854775807 == today");
}

#[test]
fn conversions_are_checked() {
    is_true("int(1.9) == 1 && int(-1.9) == -1 && int('42') == 42 && int(7) == 7");
    is_true("double('1.5') == 1.5 && double(2) == 2.0 && string(1.5) == '1.5' && string(2.0) == '2'");
    is_true(
        "string(true) == 'true' && string(7) == '7' && string('x') == 'x' && bool('true') && !bool('false')",
    );
    for text in [
        "int(1e19)",
        "int(-1e19)",
        "int('x')",
        "int('')",
        "double('nan')",
        "double('x')",
        "int(9223372036854775808.0)",
    ] {
        is_error(&format!("{text} == 1"));
    }
    is_error("bool('yes')");
}

#[test]
fn a_fault_points_at_what_cannot_be_evaluated() {
    let Truth::Error(fault) = truth("true && (1 + 6 / (3 - 3)) > 1", &json!({})) else { panic!() };
    assert_eq!(fault.span.slice("true && (1 + 6 / (3 - 3)) > 1"), "6 / (3 - 3)");
}

#[test]
fn values_have_a_scalar_form() {
    let spec = json!({"customization": {"techniques": ["rag"]}});
    let text = |text: &str| Scalar::Text(text.into());
    assert_eq!(value("1 + 1", &spec), Ok(Some(Scalar::Int(2))));
    assert_eq!(value("'a' + params.suffix", &spec), Ok(Some(text("a-x"))));
    assert_eq!(value("customization.techniques", &spec), Ok(Some(Scalar::List(vec![text("rag")]))));
    assert_eq!(value("customization.techniques[0]", &spec), Ok(Some(text("rag"))));
    assert_eq!(value("stage", &spec), Ok(None));
    assert_eq!(value("1 / 0", &spec).unwrap_err().message, "`/` by zero");
}

#[test]
fn the_quick_way_of_a_comparison_comes_to_what_the_long_way_does_in_as_many_steps() {
    let spec = json!({
        "stage": "production",
        "workload": {"monthlyRequests": 120_000},
        "budget": {"initialUsd": 12_500},
        "requirements": {"latency": {"critical": true}},
    });
    for text in [
        "stage == 'production'",
        "stage != 'production'",
        "stage in ['pilot', 'production']",
        "stage in ['pilot']",
        "requirements.latency.critical == true",
        "workload.monthlyRequests >= params.minMonthlyRequests",
        "workload.monthlyRequests < 120001",
        "budget.initialUsd > 12499.5",
        "budget.initialUsd <= 12499",
        "stage == 'pilot' || workload.monthlyRequests > 10 && stage in ['pilot', 'production']",
    ] {
        let expr = compiled(text);
        with_facts(&facts(&spec, true), |input| {
            // An override, of whatever it is, makes every comparison take the long way.
            let path = input.view.vocabulary.find("model.revision").unwrap();
            let elsewhere = [Override { path, key: None, value: None }];
            let [quick, long] = [&[][..], &elsewhere].map(|overrides| {
                let mut run = Run::new(&expr, input);
                run.overrides = overrides;
                let value = run.eval(expr.root);
                (run.truth_of(value), run.reads, run.fuel)
            });
            assert_eq!(quick, long, "{text}");
        });
    }
}
