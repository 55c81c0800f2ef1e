//! The values of the tree against those of another reader, which stands on libyaml: wherever both accept a text,
//! they agree, but for the deviations that are listed here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod yaml_text;

use std::cell::Cell;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_yaml::Value;
use tunelint::document::{Document, Kind, Limits, NodeRef, parse};
use yaml_text::{damaged, document, soup};

/// Our documents; nothing where we find anything wrong that the other does not read over.
fn ours(text: &str) -> Option<Vec<Document>> {
    let stream = parse(&Arc::from(text), &Limits::default());
    let is_readable = stream.problems.iter().all(|problem| problem.code == "indentation");
    is_readable.then_some(stream.documents)
}

/// The other's values, merges applied; nothing where it finds anything wrong.
fn theirs(text: &str) -> Option<Vec<Value>> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            let mut value = Value::deserialize(document).ok()?;
            value.apply_merge().ok()?;
            Some(value)
        })
        .collect()
}

/// Whether a plain scalar is one that the two schemas read differently: the other follows habits of YAML 1.1 or
/// of JSON where the core schema of 1.2 is plain.
fn is_deviation(source: &str) -> bool {
    let unsigned = source.strip_prefix(['-', '+']).unwrap_or(source);
    // Leading zeros: a whole number in the core schema, a text for the other.
    (unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.bytes().all(|byte| byte.is_ascii_digit()))
        // Binary numbers, and signs before a base: not in the core schema.
        || unsigned.starts_with("0b")
        || (unsigned.len() < source.len() && (unsigned.starts_with("0x") || unsigned.starts_with("0o")))
        // Numbers too large: infinity for us, a text for the other.
        || source.parse::<f64>().is_ok_and(f64::is_infinite)
}

fn agrees(node: NodeRef<'_>, value: &Value) -> bool {
    if !node.is_mapping() && !node.is_sequence() && is_deviation(node.source_text()) {
        return true;
    }
    match (node.kind(), value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool(own), Value::Bool(other)) => own == *other,
        (Kind::Int(own), Value::Number(other)) => other.as_i64() == Some(own),
        (Kind::Float(own), Value::Number(other)) => other
            .as_f64()
            .is_some_and(|other| other.total_cmp(&own).is_eq() || other.is_nan() && own.is_nan()),
        (Kind::String(_), Value::String(other)) => node.as_str() == Some(other),
        (Kind::Sequence(_), Value::Sequence(others)) => {
            node.len() == others.len() && node.items().zip(others).all(|(item, other)| agrees(item, other))
        }
        (Kind::Mapping(_), Value::Mapping(others)) => {
            node.len() == others.len()
                && others.iter().all(|(key, other)| {
                    node.entries().any(|entry| key_agrees(entry.key(), key) && agrees(entry.value(), other))
                })
        }
        _ => false,
    }
}

/// Our keys are texts as the source has them; the other's have types.
fn key_agrees(own: &str, other: &Value) -> bool {
    match other {
        Value::String(other) => own == other,
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => false,
        scalar => ours(own).is_some_and(|documents| match &documents[..] {
            [] => scalar.is_null(),
            [document, ..] => agrees(document.root(), scalar),
        }),
    }
}

/// Whether a text has what YAML 1.1 and 1.2 read differently, apart from scalars: characters that broke lines,
/// byte-order marks (which are a column for the other), names of anchors, which had only letters, a colon without a
/// blank after it, which began a value even without a key, and the tag `!`, which was one like others.
fn has_old_meaning(text: &str) -> bool {
    let is_old_name = |rest: &str| {
        let name = rest.split(|character: char| character.is_whitespace() || ",[]{}".contains(character));
        let is_letter = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
        name.take(1).all(|name| name.chars().all(is_letter))
    };
    text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'])
        || text.match_indices(':').any(|(at, _)| is_old_colon(text, at))
        || text
            .split('!')
            .skip(1)
            .any(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r', '\t', ',', ']', '}']))
        || text.split(['&', '*']).skip(1).any(|rest| !is_old_name(rest))
}

fn is_old_colon(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    let has_no_key = before.is_none_or(|before| before.is_whitespace() || ",[{".contains(before));
    after.is_some_and(|after| "\"'[{".contains(after) || has_no_key && !after.is_whitespace())
}

/// Compares a text that both accept; tells whether they do.
fn compare(text: &str) -> bool {
    if has_old_meaning(text) {
        return false;
    }
    // At the end of a text, the other takes a line without a break for one that has none to keep.
    let text = &format!("{text}\n");
    let (Some(own), Some(others)) = (ours(text), theirs(text)) else { return false };
    // The other takes a line of a block scalar for a comment where the scalar is the document and not indented.
    let looks_like_comment = |document: &Document| {
        let source = document.root().source_text();
        source.starts_with(['|', '>']) && source.contains("\n#")
    };
    if own.iter().any(looks_like_comment) {
        return false;
    }
    // The other reads an empty stream as one empty document.
    let nothing = own.is_empty() && others.iter().all(Value::is_null);
    let agree = own.len() == others.len()
        && own.iter().zip(&others).all(|(document, other)| agrees(document.root(), other));
    assert!(
        nothing || agree,
        "{text:?}: {:?} against {others:?}",
        own.iter().map(|document| format!("{:?}", document.root())).collect::<Vec<_>>()
    );
    true
}

#[test]
fn the_deviations_are_those_that_are_known() {
    for (text, own) in [
        ("007", Kind::Int(7)),
        ("0b1", Kind::Null),
        ("+0x1", Kind::Null),
        ("1e400", Kind::Float(f64::INFINITY)),
    ] {
        let document = &ours(text).unwrap()[0];
        match own {
            Kind::Null => assert_eq!(document.root().as_str(), Some(text)),
            own => assert_eq!(document.root().kind(), own),
        }
        let other = &theirs(text).unwrap()[0];
        assert_eq!(other.is_string(), own != Kind::Null, "{text}");
        assert!(is_deviation(text));
    }
    for text in ["0", "-0", "7", "0x1", "0o7", "0.5", "1e40", "no", "0a"] {
        assert!(!is_deviation(text), "{text}");
    }
}

#[test]
fn both_agree_on_a_manifest() {
    let text = "# a manifest\napiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {name: bot, labels: {on: \"yes\"}}\nspec:\n  defaults: &d {stage: pilot, owner: >-\n      team\n      bot}\n"
        .replace(">-\n      team\n      bot}", "'team\n      bot'}");
    assert!(compare(&text), "both accept it");
}

#[test]
fn both_agree_on_documents_and_accept_most_of_them() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let (tried, compared) = (Cell::new(0), Cell::new(0));
    TestRunner::new(config)
        .run(&document(), |(text, _)| {
            tried.set(tried.get() + 1);
            compared.set(compared.get() + u32::from(compare(&text)));
            Ok(())
        })
        .unwrap();
    println!("{} of {} documents compared", compared.get(), tried.get());
    assert!(compared.get() * 2 > tried.get(), "{} of {}", compared.get(), tried.get());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_agree_on_damaged_documents(text in damaged()) {
        compare(&text);
    }

    #[test]
    fn both_agree_on_texts_of_yamls_marks(text in soup()) {
        compare(&text);
    }
}
