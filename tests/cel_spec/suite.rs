//! The cases of the suite: what is evaluated on what, and what should come of it.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::textproto::{Field, Message, read};

/// A value of CEL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cel {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Cel>),
    Map(Vec<(Cel, Cel)>),
    /// A kind of value that our language does not have: `uint64_value`, `object_value`, …
    Other(String),
}

/// What should come of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    Value(Cel),
    Error,
    /// What the checker finds out, or what stays unknown.
    Other(&'static str),
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `file/section/name`
    pub id: String,
    /// The expression, numbers out of their `dyn(…)`.
    pub expr: String,
    /// The variables, by their dotted names.
    pub bindings: Vec<(String, Cel)>,
    /// Whether names are resolved in a namespace.
    pub in_container: bool,
    /// Whether it runs without the checker.
    pub unchecked: bool,
    pub expected: Expected,
}

impl Case {
    /// The file it stands in, without its ending.
    pub(crate) fn file(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}

/// All cases in the folder `tests/simple/testdata` of a checkout, or in a folder of such files.
pub(crate) fn cases(checkout: &Path) -> Vec<Case> {
    let below = checkout.join("tests/simple/testdata");
    let folder = if below.is_dir() { below } else { checkout.to_owned() };
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "textproto"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        cases.extend(of_file(&stem, &file));
    }
    cases
}

/// The cases of one file.
pub(crate) fn of_file(stem: &str, file: &Message) -> Vec<Case> {
    let mut cases = Vec::new();
    for section in file.messages("section") {
        let name = section.text("name").unwrap_or_default();
        for test in section.messages("test") {
            let id = format!("{stem}/{name}/{}", test.text("name").unwrap_or_default());
            cases.push(case(id, test));
        }
    }
    cases
}

fn case(id: String, test: &Message) -> Case {
    let bindings = test.messages("bindings").map(|binding| {
        let value = binding.message("value").and_then(|value| value.message("value"));
        (binding.text("key").unwrap_or_default(), value.map_or(Cel::Other("unknown".to_owned()), value_of))
    });
    let expected = if let Some(value) = test.message("value") {
        Expected::Value(value_of(value))
    } else if test.message("eval_error").is_some() || test.message("any_eval_errors").is_some() {
        Expected::Error
    } else if test.message("typed_result").is_some() {
        Expected::Other("typed_result")
    } else if test.message("unknown").is_some() || test.message("any_unknowns").is_some() {
        Expected::Other("unknown")
    } else {
        Expected::Value(Cel::Bool(true))
    };
    Case {
        id,
        expr: plain_numbers(&test.text("expr").unwrap_or_default()),
        bindings: bindings.collect(),
        in_container: test.text("container").is_some(),
        unchecked: test.is_true("disable_check"),
        expected,
    }
}

/// CEL's checker compares whole numbers with doubles only where one of them is hidden from it by `dyn`. Ours
/// compares them as they are.
fn plain_numbers(expr: &str) -> String {
    static HIDDEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bdyn\((-?[0-9.]+)\)").unwrap());
    HIDDEN.replace_all(expr, "$1").into_owned()
}

fn value_of(message: &Message) -> Cel {
    let Some((kind, field)) = message.0.first() else { return Cel::Other("nothing".to_owned()) };
    let other = || Cel::Other(kind.clone());
    match (kind.as_str(), field) {
        ("null_value", _) => Cel::Null,
        ("bool_value", Field::Word(word)) => Cel::Bool(word == "true"),
        ("int64_value", Field::Word(word)) => word.parse().map_or_else(|_| other(), Cel::Int),
        ("double_value", Field::Word(word)) => word.parse().map_or_else(|_| other(), Cel::Double),
        ("string_value", Field::Text(bytes)) => {
            String::from_utf8(bytes.clone()).map_or_else(|_| other(), Cel::Text)
        }
        ("list_value", Field::Message(list)) => Cel::List(list.messages("values").map(value_of).collect()),
        ("map_value", Field::Message(map)) => {
            let part = |entry: &Message, name| entry.message(name).map_or_else(other, value_of);
            Cel::Map(
                map.messages("entries").map(|entry| (part(entry, "key"), part(entry, "value"))).collect(),
            )
        }
        _ => other(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        section { name: "s"
          test { name: "plain" expr: "1" value { int64_value: 1 } }
          test { name: "bound" expr: "a.b" disable_check: true container: "c"
                 bindings { key: "a.b" value { value { list_value { values { double_value: -inf } } } } }
                 eval_error { errors { message: "why" } } }
          test { name: "true" expr: "x" }
          test { name: "map" expr: "{}" value { map_value {
                 entries { key { string_value: "k" } value { uint64_value: 1 } } } } }
          test { name: "typed" expr: "1" typed_result { } } }"#;

    #[test]
    fn cases_are_read_with_what_they_expect() {
        let cases = of_file("f", &read(FILE).unwrap());
        let ids: Vec<_> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids, ["f/s/plain", "f/s/bound", "f/s/true", "f/s/map", "f/s/typed"]);
        assert_eq!(cases[0].file(), "f");
        assert_eq!(cases[0].expected, Expected::Value(Cel::Int(1)));
        assert_eq!(cases[1].expected, Expected::Error);
        assert_eq!(cases[1].bindings, [("a.b".to_owned(), Cel::List(vec![Cel::Double(f64::NEG_INFINITY)]))]);
        assert!(cases[1].unchecked && cases[1].in_container && !cases[0].unchecked && !cases[0].in_container);
        assert_eq!(cases[2].expected, Expected::Value(Cel::Bool(true)));
        let entry = (Cel::Text("k".to_owned()), Cel::Other("uint64_value".to_owned()));
        assert_eq!(cases[3].expected, Expected::Value(Cel::Map(vec![entry])));
        assert_eq!(cases[4].expected, Expected::Other("typed_result"));
    }

    #[test]
    fn numbers_need_no_dyn() {
        assert_eq!(
            plain_numbers("dyn(1) < dyn(-0.5) || dyn(1u) == dyn('1')"),
            "1 < -0.5 || dyn(1u) == dyn('1')"
        );
    }
}
