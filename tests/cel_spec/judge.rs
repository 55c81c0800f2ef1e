//! What our language makes of a case. Its variables are facts of a manifest whose schema is made for the case.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use tunelint::finding::Scalar;
use tunelint::manifest::facts::{FactAt, FactId, FactSet, FactSetBuilder, FactSource, Origin, Reach, Role};
use tunelint::manifest::view::View;
use tunelint::manifest::vocabulary::{FactType, PathId, ROOT, Vocabulary};
use tunelint::policy::eval::{Input, value_of};
use tunelint::policy::expression::{Names, Type, Unread, compile};
use tunelint::source::{Source, Span};

use super::suite::{Case, Cel, Expected};

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Value(Scalar),
    Unknown,
    /// Refused before it ran.
    Refused(String),
    /// Failed while it ran.
    Failed(String),
}

/// Holds a case against what it expects.
///
/// # Errors
/// What came instead.
pub(crate) fn judge(case: &Case) -> Result<(), String> {
    let outcome = evaluate(&case.expr, &case.bindings);
    match &case.expected {
        Expected::Value(expected) => {
            let wrong = || Err(format!("{outcome:?} should be {expected:?}"));
            let Outcome::Value(found) = &outcome else { return wrong() };
            if !agrees(found, expected) {
                return wrong();
            }
            // Maps and null have no form of their own outside of the evaluator: it is asked itself.
            if scalar(expected).is_none() {
                let equation = format!("({}\n) == {}", case.expr, literal(expected));
                let equal = evaluate(&equation, &case.bindings);
                if equal != Outcome::Value(Scalar::Bool(true)) {
                    return Err(format!("{equation} is {equal:?}"));
                }
            }
            Ok(())
        }
        Expected::Error => match outcome {
            Outcome::Refused(_) | Outcome::Failed(_) => Ok(()),
            other => Err(format!("{other:?} should be an error")),
        },
        Expected::Other(what) => Err(format!("nothing of ours is a {what}")),
    }
}

/// Evaluates an expression on facts.
pub(crate) fn evaluate(expr: &str, facts: &[(String, Cel)]) -> Outcome {
    let vocabulary = Vocabulary::from_schema(&schema(facts));
    let names = Names { vocabulary: &vocabulary, parameters: &[], checklists: &[], unread: Unread::NONE };
    let compiled = match compile(expr, Type::Any, names) {
        Ok(compiled) => compiled,
        Err(issues) => {
            return Outcome::Refused(issues.first().map_or(String::new(), |issue| issue.message.clone()));
        }
    };
    let facts = fact_set(facts, &vocabulary);
    let view = View::new(&facts, &vocabulary);
    let input =
        Input { view: &view, parameters: &[], checklists: &[], today: jiff::civil::date(2026, 1, 31) };
    match value_of(&compiled, input) {
        Ok(Some(value)) => Outcome::Value(value),
        Ok(None) => Outcome::Unknown,
        Err(fault) => Outcome::Failed(fault.message),
    }
}

/// Whether a value is the one expected, of the same type; where it holds maps, as far as its scalar form goes.
fn agrees(found: &Scalar, expected: &Cel) -> bool {
    match (found, expected) {
        (Scalar::List(found), Cel::List(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| agrees(found, expected))
        }
        (Scalar::Null, Cel::Null | Cel::Map(_)) => true,
        _ => scalar(expected).as_ref() == Some(found),
    }
}

fn scalar(value: &Cel) -> Option<Scalar> {
    Some(match value {
        Cel::Bool(value) => Scalar::Bool(*value),
        Cel::Int(value) => Scalar::Int(*value),
        Cel::Double(value) => Scalar::Number(*value),
        Cel::Text(value) => Scalar::Text(value.as_str().into()),
        Cel::List(items) => Scalar::List(items.iter().map(scalar).collect::<Option<_>>()?),
        Cel::Null | Cel::Map(_) | Cel::Other(_) => return None,
    })
}

/// A value as an expression.
fn literal(value: &Cel) -> String {
    let list = |items: &[Cel]| items.iter().map(literal).collect::<Vec<_>>().join(", ");
    match value {
        Cel::Null => "null".to_owned(),
        Cel::Bool(value) => value.to_string(),
        Cel::Int(value) => value.to_string(),
        Cel::Double(value) => format!("{value:?}"),
        Cel::Text(text) => {
            let mut escaped = String::new();
            for character in text.chars() {
                let _ = write!(escaped, "\\U{:08x}", u32::from(character));
            }
            format!("'{escaped}'")
        }
        Cel::List(items) => format!("[{}]", list(items)),
        Cel::Map(entries) => {
            let entry = |(key, value): &(Cel, Cel)| format!("{}: {}", literal(key), literal(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Cel::Other(kind) => format!("<{kind}>"),
    }
}

/// The manifest schema that has the variables as facts.
fn schema(facts: &[(String, Cel)]) -> Json {
    let mut spec = json!({"type": "object", "properties": {}});
    for (name, value) in facts {
        let mut at = &mut spec;
        for key in name.split('.') {
            at["type"] = json!("object");
            at = &mut at["properties"][key];
        }
        *at = schema_of(value);
    }
    json!({"properties": {"spec": spec}})
}

fn schema_of(value: &Cel) -> Json {
    match value {
        Cel::Bool(_) => json!({"type": "boolean"}),
        Cel::Int(_) => json!({"type": "integer"}),
        Cel::Double(_) => json!({"type": "number"}),
        Cel::Text(_) => json!({"type": "string"}),
        Cel::List(items) => json!({"type": "array", "items": common(items.iter())}),
        Cel::Map(entries) => {
            json!({"type": "object", "additionalProperties": common(entries.iter().map(|(_, value)| value))})
        }
        Cel::Null | Cel::Other(_) => json!({}),
    }
}

/// The schema of values that are all of one type.
fn common<'v>(mut values: impl Iterator<Item = &'v Cel>) -> Json {
    let Some(first) = values.next().map(schema_of) else { return json!({}) };
    if values.all(|value| schema_of(value) == first) { first } else { json!({}) }
}

fn fact_set(facts: &[(String, Cel)], vocabulary: &Vocabulary) -> FactSet {
    let mut builder = FactSetBuilder::default();
    let source = Source::in_memory("case.yaml", "");
    let origin = Origin::Declared;
    let (role, base, reach) = (Role::Manifest, "/spec".into(), Reach::Identity);
    builder.source(FactSource { source, document: 0, role, base, origin, reach });
    let mut root = json!({});
    for (name, value) in facts {
        let mut at = &mut root;
        for key in name.split('.') {
            at = &mut at[key];
        }
        *at = json_of(value);
    }
    add(&mut builder, vocabulary, ROOT, &root);
    builder.finish(true)
}

fn json_of(value: &Cel) -> Json {
    match value {
        Cel::Bool(value) => json!(value),
        Cel::Int(value) => json!(value),
        Cel::Double(value) => json!(value),
        Cel::Text(text) => json!(text),
        Cel::List(items) => items.iter().map(json_of).collect(),
        Cel::Map(entries) => {
            let key = |key: &Cel| if let Cel::Text(text) = key { text.clone() } else { literal(key) };
            Json::Object(entries.iter().map(|(name, value)| (key(name), json_of(value))).collect())
        }
        Cel::Null | Cel::Other(_) => Json::Null,
    }
}

fn add(builder: &mut FactSetBuilder, vocabulary: &Vocabulary, path: PathId, value: &Json) -> FactId {
    let at = FactAt { path, key: Span::default(), span: Span::default() };
    match value {
        Json::Null => builder.rejected(at),
        Json::Bool(value) => builder.bool(at, *value),
        Json::Number(number) => match number.as_i64() {
            Some(int) => builder.int(at, int, &number.to_string()),
            None => builder.number(at, number.as_f64().unwrap_or_default(), &number.to_string()),
        },
        Json::String(text) => builder.text(at, text),
        Json::Array(items) => {
            let id = builder.list(at);
            for item in items {
                add(builder, vocabulary, vocabulary.child(path, "[]").unwrap(), item);
            }
            builder.close();
            id
        }
        Json::Object(members) => {
            let id = builder.object(at);
            for (key, member) in members {
                let child = add(builder, vocabulary, vocabulary.child(path, key).unwrap(), member);
                if vocabulary.info(path).kind == FactType::Map {
                    builder.map_key(child, key);
                }
            }
            builder.close();
            id
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(expr: &str, bindings: &[(&str, Cel)], expected: Expected) -> Case {
        Case {
            id: "f/s/n".to_owned(),
            expr: expr.to_owned(),
            bindings: bindings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            in_container: false,
            unchecked: false,
            expected,
        }
    }

    fn text(text: &str) -> Cel {
        Cel::Text(text.to_owned())
    }

    #[test]
    fn values_agree_with_their_types() {
        for (expr, expected, agrees) in [
            ("1 + 1", Cel::Int(2), true),
            ("1 + 1", Cel::Double(2.0), false),
            ("'a' + '\\n'", text("a\n"), true),
            ("[1, 2.0]", Cel::List(vec![Cel::Int(1), Cel::Double(2.0)]), true),
            ("[1, 2]", Cel::List(vec![Cel::Int(1)]), false),
            ("{'a': 1}", Cel::Map(vec![(text("a"), Cel::Int(1))]), true),
            ("{'a': 1}", Cel::Map(vec![(text("a"), Cel::Int(2))]), false),
            ("[null, {}]", Cel::List(vec![Cel::Null, Cel::Map(vec![])]), true),
            ("[null, {}]", Cel::List(vec![Cel::Null, Cel::Null]), false),
            ("null // a comment", Cel::Null, true),
            ("{}", Cel::Null, false),
        ] {
            assert_eq!(judge(&case(expr, &[], Expected::Value(expected))).is_ok(), agrees, "{expr}");
        }
    }

    #[test]
    fn an_error_is_one_of_the_check_or_of_the_run() {
        assert_eq!(judge(&case("1 / 0", &[], Expected::Error)), Ok(()));
        assert_eq!(judge(&case("!0", &[], Expected::Error)), Ok(()));
        assert!(judge(&case("1", &[], Expected::Error)).is_err());
        assert!(judge(&case("1 / 0", &[], Expected::Value(Cel::Int(1)))).is_err());
    }

    #[test]
    fn variables_are_facts() {
        let map = Cel::Map(vec![(text("k"), Cel::Double(0.5))]);
        let list = Cel::List(vec![Cel::Int(1), text("b")]);
        let bindings = [("a.b", map), ("c", list), ("d", Cel::Bool(true))];
        let all = "a.b.k == 0.5 && c[1] == 'b' && c[0] == 1 && d";
        assert_eq!(judge(&case(all, &bindings, Expected::Value(Cel::Bool(true)))), Ok(()));
        let bound: Vec<_> = bindings.map(|(name, value)| (name.to_owned(), value)).into();
        assert_eq!(evaluate("a.b.none", &bound), Outcome::Unknown);
    }
}
