//! The public yaml-test-suite, where it is at hand: every case is accepted or rejected as the suite says, and has
//! the suite's values. `YAML_TEST_SUITE` names a checkout of its main branch.
#![allow(clippy::disallowed_methods, reason = "the suite lies outside the project and is read as it is")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tunelint::document::{Kind, Limits, NodeRef, ProblemKind, Stream, parse};

/// Problems that YAML itself calls errors, though we read on after them.
const ERRORS: [&str; 3] = ["unknown-alias", "recursive-alias", "indentation"];

struct Case {
    id: String,
    yaml: String,
    fails: bool,
    /// The values of its documents, where JSON can say them.
    values: Option<Vec<Value>>,
}

#[test]
fn every_case_of_the_suite_is_read_as_it_should_be() {
    let Some(folder) = std::env::var_os("YAML_TEST_SUITE") else {
        println!("skipped: YAML_TEST_SUITE does not name a checkout of yaml-test-suite");
        return;
    };
    let cases = cases(Path::new(&folder));
    let (mut rejected, mut compared) = (0, 0);
    let mut wrong = Vec::new();
    for case in &cases {
        let stream = read(&case.yaml);
        let is_error = |code: &&str| ERRORS.contains(code);
        let error = stream
            .problems
            .iter()
            .find(|problem| problem.kind == ProblemKind::Unreadable || is_error(&problem.code));
        rejected += usize::from(error.is_some());
        if error.is_some() != case.fails {
            let message = error.map_or("accepted", |error| error.message.as_str());
            wrong.push(format!(
                "{}: should be {}: {message}",
                case.id,
                if case.fails { "rejected" } else { "accepted" }
            ));
            continue;
        }
        let Some(expected) = case.values.as_ref().filter(|_| !case.fails) else { continue };
        let values: Vec<Value> = stream.documents.iter().map(|document| value(document.root())).collect();
        compared += 1;
        if !equal_lists(&values, expected) {
            wrong.push(format!("{}: {values:?} should be {expected:?}", case.id));
        }
    }
    println!(
        "{} cases, {} rejected, {compared} compared by value, {} wrong",
        cases.len(),
        rejected,
        wrong.len()
    );
    assert!(cases.len() > 400, "the folder holds {} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_glyphs_of_the_suite_stand_for_what_cannot_be_seen() {
    assert_eq!(plain("a␣b—»c———»d←\ne↵\n⇔f∎\n"), "a b\tc\td\r\ne\n\u{feff}f");
}

fn read(text: &str) -> Stream {
    parse(&Arc::from(text), &Limits::default())
}

/// The cases of all files that the suite itself does not skip, in order; those of one file hand on to the next
/// what it leaves out.
fn cases(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("src")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let stream = read(&text);
        assert!(stream.problems.is_empty(), "{}: {:?}", file.display(), stream.problems);
        if stream.documents[0].resolve("/0/skip").1 {
            continue;
        }
        let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
        for (index, case) in stream.documents[0].root().items().enumerate() {
            for entry in case.entries() {
                match entry.value().as_str() {
                    Some(text) => fields.insert(entry.key(), text),
                    None => fields.remove(entry.key()),
                };
            }
            let values = fields.get("json").map(|json| {
                let json = plain(json);
                serde_json::Deserializer::from_str(&json).into_iter().map(Result::unwrap).collect()
            });
            let name = file.file_stem().unwrap().to_string_lossy();
            cases.push(Case {
                id: format!("{name}/{index:02}"),
                yaml: plain(fields["yaml"]),
                fails: case.get("fail").is_some(),
                values,
            });
        }
    }
    cases
}

/// A text of the suite without its glyphs.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        match character {
            '␣' => plain.push(' '),
            '—' | '↵' => {}
            '»' => plain.push('\t'),
            '←' => plain.push('\r'),
            '⇔' => plain.push('\u{feff}'),
            other => plain.push(other),
        }
    }
    match plain.strip_suffix("∎\n") {
        Some(unfinished) => unfinished.to_owned(),
        None => plain,
    }
}

fn value(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Bool(value) => value.into(),
        Kind::Int(number) => number.into(),
        Kind::Float(number) => number.into(),
        Kind::String(_) => node.as_str().into(),
        Kind::Sequence(_) => node.items().map(value).collect(),
        Kind::Mapping(_) => Value::Object(
            node.entries().map(|entry| (entry.key().to_owned(), value(entry.value()))).collect(),
        ),
        Kind::Null | Kind::Alias(_) | Kind::Invalid => Value::Null,
    }
}

fn equal_lists(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
}

/// Numbers are equal by value: `12.0` and `12` are.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => equal_lists(left, right),
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}
