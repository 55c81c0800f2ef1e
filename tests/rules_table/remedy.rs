//! Doing what a finding says: its clauses applied to the manifest's text.

use serde_yaml::Value;
use tunelint::finding::{Clause, Scalar};
use tunelint::manifest::vocabulary::{FactType, Vocabulary};

/// The manifest with all clauses made true; nothing where the text cannot be edited so (equal keys, a regular
/// expression to be matched).
pub(crate) fn applied(yaml: &str, clauses: &[Clause]) -> Option<String> {
    let mut manifest: Value = serde_yaml::from_str(yaml).ok()?;
    for clause in clauses {
        let spec =
            if clause.path.starts_with("metadata.") { &mut manifest } else { manifest.get_mut("spec")? };
        let mut place = spec;
        for key in clause.path.split('.') {
            if !place.is_mapping() {
                *place = Value::Mapping(serde_yaml::Mapping::new());
            }
            place = place.as_mapping_mut()?.entry(key.into()).or_insert(Value::Null);
        }
        make_true(place, clause)?;
    }
    serde_yaml::to_string(&manifest).ok()
}

fn make_true(place: &mut Value, clause: &Clause) -> Option<()> {
    let vocabulary = Vocabulary::native();
    let info = vocabulary.info(vocabulary.find(&clause.path)?);
    let another = |not: &[Scalar]| -> Value {
        let texts = info.values.iter().map(|value| &**value).chain(["something-else"]);
        texts
            .filter(|text| !not.contains(&Scalar::Text((*text).into())))
            .map(Value::from)
            .next()
            .unwrap_or(Value::Null)
    };
    *place = match (clause.op, &clause.value) {
        ("==" | ">=" | "<=", value) => plain(value),
        (">", value) => moved(value, 1),
        ("<", value) => moved(value, -1),
        ("!=", Scalar::Bool(value)) => Value::from(!value),
        ("!=", value) => another(std::slice::from_ref(value)),
        ("in", Scalar::List(values)) => plain(values.first()?),
        ("not-in", Scalar::List(values)) => another(values),
        ("contains", value) => Value::Sequence(vec![plain(value)]),
        ("not-contains", _) => Value::Sequence(Vec::new()),
        ("present", _) => match info.kind {
            FactType::Integer | FactType::Number => Value::from(1),
            FactType::Bool => Value::from(true),
            FactType::List => Value::Sequence(vec!["declared".into()]),
            _ => Value::from("declared"),
        },
        _ => return None,
    };
    Some(())
}

fn plain(value: &Scalar) -> Value {
    match value {
        Scalar::Bool(value) => Value::from(*value),
        Scalar::Int(value) => Value::from(*value),
        Scalar::Number(value) => Value::from(*value),
        Scalar::Text(value) => Value::from(&**value),
        Scalar::List(values) => Value::Sequence(values.iter().map(plain).collect()),
        Scalar::Null => Value::Null,
    }
}

fn moved(value: &Scalar, by: i64) -> Value {
    match value {
        Scalar::Int(value) => Value::from(value + by),
        Scalar::Number(value) => Value::from(value + f64::from(i32::try_from(by).unwrap())),
        other => plain(other),
    }
}
