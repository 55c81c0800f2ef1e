//! Which cases are about a part of CEL that our language has: decided by what a case uses, never by what comes of it.
//!
//! `policies/LANGUAGE.md` says the same to authors of policies.

use std::sync::LazyLock;

use regex::Regex;

use super::suite::{Case, Cel, Expected};

/// Files that are about one thing that our language does not have.
const FILES: &[(&str, &str)] = &[
    ("bindings_ext", "extension libraries"),
    ("block_ext", "extension libraries"),
    ("encoders_ext", "extension libraries"),
    ("math_ext", "extension libraries"),
    ("network_ext", "extension libraries"),
    ("string_ext", "extension libraries"),
    ("macros2", "macros with two variables"),
    ("dynamic", "protocol buffers"),
    ("enums", "protocol buffers"),
    ("proto2", "protocol buffers"),
    ("proto2_ext", "protocol buffers"),
    ("proto3", "protocol buffers"),
    ("wrappers", "protocol buffers"),
    ("timestamps", "timestamps and durations"),
    ("type_deduction", "types that the checker deduces"),
];

/// What an expression uses, found in its text without its literal texts and comments.
static USES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\b[A-Z][A-Za-z0-9_]*\s*\{", "protocol buffers"),
        (r"\bgoogle\s*\.\s*protobuf\b", "protocol buffers"),
        (r"\b(0[xX][0-9a-fA-F]+|[0-9]+)[uU]\b|\buint\s*\(", "unsigned numbers"),
        (r"\b[bB][rR]?''|\b[rR][bB]''|\bbytes\s*\(", "byte strings"),
        (r"\b(timestamp|duration)\s*\(", "timestamps and durations"),
        (
            r"\btype\s*\(|^\s*(bool|int|uint|double|string|bytes|list|map|type|null_type)\s*$",
            "types as values",
        ),
        (r"\boptional\b|[{,]\s*\?|(^|[^\w\])}'\s])\s*\[\s*\?", "optional values"),
        (r"\.\s*(hasValue|value|or|optMap|optFlatMap)\s*\(", "optional values"),
        (r"\bdyn\s*\(", "`dyn`"),
    ]
    .map(|(pattern, reason)| (Regex::new(pattern).unwrap(), reason))
    .into()
});

/// Why a case is about no part of our language, where it is not.
pub(crate) fn unsupported(case: &Case) -> Option<&'static str> {
    if let Some((_, reason)) = FILES.iter().find(|(file, _)| *file == case.file()) {
        return Some(reason);
    }
    let bare = without_texts(&case.expr);
    if let Some((_, reason)) = USES.iter().find(|(pattern, _)| pattern.is_match(&bare)) {
        return Some(reason);
    }
    if let Expected::Value(value) = &case.expected
        && let Some(reason) = foreign(value)
    {
        return Some(reason);
    }
    if let Expected::Other(_) = case.expected {
        return Some("types that the checker deduces");
    }
    if let Some(reason) = case.bindings.iter().find_map(|(_, value)| foreign(value)) {
        return Some(reason);
    }
    if case.bindings.iter().any(|(name, value)| *value == Cel::Null && !is_literal(name)) {
        return Some("variables that are null");
    }
    let nested = |one: &str, other: &str| other.strip_prefix(one).is_some_and(|rest| rest.starts_with('.'));
    let names = || case.bindings.iter().map(|(name, _)| name.as_str());
    if case.in_container || names().any(|one| names().any(|other| nested(one, other))) {
        return Some("namespaces");
    }
    if case.unchecked && matches!(case.expected, Expected::Value(_)) {
        return Some("running without the checks");
    }
    None
}

/// A name that is a literal of CEL's and therefore never looked up.
fn is_literal(name: &str) -> bool {
    matches!(name, "true" | "false" | "null")
}

/// A kind of value that our language does not have.
fn foreign(value: &Cel) -> Option<&'static str> {
    match value {
        Cel::Other(kind) => Some(match kind.as_str() {
            "uint64_value" => "unsigned numbers",
            "bytes_value" => "byte strings",
            "type_value" => "types as values",
            _ => "protocol buffers",
        }),
        Cel::List(items) => items.iter().find_map(foreign),
        Cel::Map(entries) => entries.iter().find_map(|(key, value)| foreign(key).or_else(|| foreign(value))),
        _ => None,
    }
}

/// An expression with all its literal texts empty (`r''`, `b''` keep their letters), and without comments.
fn without_texts(expr: &str) -> String {
    static TEXTS: LazyLock<Regex> = LazyLock::new(|| {
        let raw = r#"(?P<raw>\b(?:[bB]?[rR]|[rR][bB]))(?:'''(?s:.*?)'''|"""(?s:.*?)"""|'[^'\n]*'|"[^"\n]*")"#;
        let plain = r#"(?P<plain>(?:\b[bB])?)(?:'''(?s:\\.|.)*?'''|"""(?s:\\.|.)*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"#;
        Regex::new(&format!(r"//[^\n]*|{raw}|{plain}")).unwrap()
    });
    let bare = |found: &regex::Captures<'_>| {
        let letters = found.name("raw").or_else(|| found.name("plain"));
        letters.map_or(String::new(), |letters| format!("{}''", letters.as_str()))
    };
    TEXTS.replace_all(expr, bare).into_owned()
}

/// Where our language answers otherwise on purpose: a reason, and the cases that show it.
pub(crate) const DEVIATIONS: &[(&str, &[&str])] = &[
    (
        "a division by zero and a result beyond the doubles are errors: no manifest can hold them",
        &[
            "comparisons/eq_literal/not_eq_double_nan",
            "comparisons/eq_literal/not_eq_int_double_nan",
            "comparisons/ne_literal/not_ne_double_nan",
            "comparisons/ne_literal/not_ne_int_double_nan",
            "comparisons/ne_literal/ne_double_nan",
            "fp_math/fp_math/divide_zero",
            "fp_math/fp_math/fp_overflow_positive",
            "fp_math/fp_math/fp_overflow_negative",
        ],
    ),
    (
        "whole numbers compare with doubles by value, without being rounded to one first",
        &[
            "comparisons/lt_literal/not_lt_dyn_int_big_lossy_double",
            "comparisons/gt_literal/not_gt_dyn_big_double_int",
            "comparisons/lte_literal/lte_dyn_big_double_int",
            "comparisons/gte_literal/gte_dyn_int_big_lossy_double",
        ],
    ),
    (
        "a key missing below a fact is unknown, not an error",
        &["fields/map_fields/map_field_select_no_such_key"],
    ),
    (
        "the variable of a macro does not shadow a fact",
        &["namespace/namespace_shadowing/comprehension_shadowing_selector"],
    ),
    ("the index of a list is a whole number by its type", &["lists/index/zero_based_double"]),
];

/// Why a case deviates, where it does.
pub(crate) fn deviation(id: &str) -> Option<&'static str> {
    DEVIATIONS.iter().find(|(_, cases)| cases.contains(&id)).map(|(reason, _)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(file: &str, expr: &str) -> Case {
        Case {
            id: format!("{file}/s/n"),
            expr: expr.to_owned(),
            bindings: Vec::new(),
            in_container: false,
            unchecked: false,
            expected: Expected::Value(Cel::Bool(true)),
        }
    }

    #[test]
    fn texts_and_comments_use_nothing() {
        for (expr, bare) in [
            ("'1u' + \"b'\" == r'\\' // type(x)\n", "'' + '' == r'' \n"),
            ("b'x' + br\"\"\"a\"b\"\"\" + '''it's \\''' '''", "b'' + br'' + ''"),
            ("'a\\'b' in x", "'' in x"),
        ] {
            assert_eq!(without_texts(expr), bare, "{expr}");
        }
    }

    #[test]
    fn a_case_is_told_by_what_it_uses() {
        for (expr, reason) in [
            ("1 + 0x1f", None),
            ("{'a': 1}.a == [1u][0]", Some("unsigned numbers")),
            ("uint(1) == 0xFFu", Some("unsigned numbers")),
            ("TestAllTypes { a: 1 }", Some("protocol buffers")),
            ("x in {1: 2}", None),
            ("b'a' == B\"a\"", Some("byte strings")),
            ("int(timestamp('x'))", Some("timestamps and durations")),
            ("type(1) == int", Some("types as values")),
            ("int", Some("types as values")),
            ("optional.of(1).hasValue()", Some("optional values")),
            ("[?x]", Some("optional values")),
            ("{?'a': x}", Some("optional values")),
            ("x[?0] + {}.c[?'a']", None),
            ("{}.?a.orValue(1)", None),
            ("x ? [1] : [2]", None),
            ("dyn(1) == 1.0", Some("`dyn`")),
        ] {
            assert_eq!(unsupported(&case("basic", expr)), reason, "{expr}");
        }
        assert_eq!(unsupported(&case("proto3", "1")), Some("protocol buffers"));
    }

    #[test]
    fn a_case_is_told_by_its_values_and_how_it_runs() {
        let plain = case("basic", "x");
        let of = |value: Cel| Case { bindings: vec![("x".to_owned(), value)], ..plain.clone() };
        assert_eq!(unsupported(&of(Cel::Int(1))), None);
        assert_eq!(unsupported(&of(Cel::Null)), Some("variables that are null"));
        let bytes = || Cel::List(vec![Cel::Other("bytes_value".to_owned())]);
        assert_eq!(unsupported(&of(bytes())), Some("byte strings"));
        let expects = |expected| Case { expected, ..plain.clone() };
        assert_eq!(unsupported(&expects(Expected::Value(bytes()))), Some("byte strings"));
        assert_eq!(
            unsupported(&expects(Expected::Other("typed_result"))),
            Some("types that the checker deduces")
        );
        assert_eq!(unsupported(&Case { in_container: true, ..plain.clone() }), Some("namespaces"));
        assert_eq!(
            unsupported(&Case { unchecked: true, ..plain.clone() }),
            Some("running without the checks")
        );
        assert_eq!(unsupported(&Case { unchecked: true, ..expects(Expected::Error) }), None);
    }
}
