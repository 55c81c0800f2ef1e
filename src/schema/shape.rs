//! A schema as a table that is compiled in: whether a document is valid is told from it at once, where setting up a
//! validator takes longer than everything else that a run over one file does.
//!
//! The table says yes, no, or that it cannot tell. Only a yes counts: in any other case the validator decides, and
//! it alone says what is wrong.

use crate::document::{self, NodeRef};

/// What a schema asks of a value. As in the schema, what is said of one type of value lets all others pass.
#[derive(Debug)]
pub(super) struct Shape {
    /// No value at all is valid.
    never: bool,
    /// The types that the value can have; none: any.
    kinds: &'static [Kind],
    /// The texts that it can be; none: any value.
    texts: &'static [&'static str],
    /// A regular expression for a text.
    pattern: Option<&'static str>,
    /// The least that a number can be.
    minimum: Option<f64>,
    /// Members of an object that the schema names.
    members: &'static [(&'static str, Shape)],
    /// All other members.
    others: Option<&'static Shape>,
    /// Members that an object has to have.
    required: &'static [&'static str],
    /// The items of an array.
    items: Option<&'static Shape>,
    /// Shapes of which the value has exactly one; none: nothing is asked.
    one_of: &'static [Shape],
    /// A shape, and another that a value of the first has as well.
    implies: Option<(&'static Shape, &'static Shape)>,
}

/// The types of values that a schema tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Array,
    Boolean,
    Integer,
    Number,
    Object,
    String,
}

impl Kind {
    /// Whether values of a kind have this type. Numbers that are not finite are none.
    fn is_of(self, kind: document::Kind) -> bool {
        match (self, kind) {
            (Self::Array, document::Kind::Sequence(_))
            | (Self::Boolean, document::Kind::Bool(_))
            | (Self::Integer | Self::Number, document::Kind::Int(_))
            | (Self::Object, document::Kind::Mapping(_))
            | (Self::String, document::Kind::String(_)) => true,
            (Self::Number, document::Kind::Float(number)) => number.is_finite(),
            (Self::Integer, document::Kind::Float(number)) => number.fract() == 0.0,
            _ => false,
        }
    }
}

// `static MANIFEST: Shape`, `RULE`, `PACK` and `CONFIG`: the embedded schemas, made by the build script.
include!(concat!(env!("OUT_DIR"), "/shape.rs"));

/// The shape of the native manifest.
pub(super) fn manifest() -> &'static Shape {
    &MANIFEST
}

/// The shape of a rule.
pub(super) fn rule() -> &'static Shape {
    &RULE
}

/// The shape of a pack.
pub(super) fn pack() -> &'static Shape {
    &PACK
}

/// The shape of a config.
pub(super) fn config() -> &'static Shape {
    &CONFIG
}

impl Shape {
    /// What asks nothing.
    const ANY: Self = Self {
        never: false,
        kinds: &[],
        texts: &[],
        pattern: None,
        minimum: None,
        members: &[],
        others: None,
        required: &[],
        items: None,
        one_of: &[],
        implies: None,
    };

    /// Whether a value is valid; nothing where the table does not tell.
    pub(super) fn admits(&self, node: NodeRef<'_>) -> Option<bool> {
        let kind = node.kind();
        if self.never || !self.kinds.is_empty() && !self.kinds.iter().any(|own| own.is_of(kind)) {
            return Some(false);
        }
        let own = match kind {
            document::Kind::String(_) => self.admits_text(node.as_str().unwrap_or_default())?,
            _ if !self.texts.is_empty() => false,
            #[expect(clippy::cast_precision_loss, reason = "no least number is as large")]
            document::Kind::Int(number) => self.minimum.is_none_or(|least| number as f64 >= least),
            document::Kind::Float(number) => {
                self.minimum.is_none_or(|least| !number.is_finite() || number >= least)
            }
            document::Kind::Mapping(_) => self.admits_members(node)?,
            document::Kind::Sequence(_) => self.admits_items(node)?,
            _ => true,
        };
        Some(own && self.admits_branches(node)?)
    }

    fn admits_text(&self, text: &str) -> Option<bool> {
        if !self.texts.is_empty() && !self.texts.contains(&text) {
            return Some(false);
        }
        self.pattern.map_or(Some(true), |pattern| matches(pattern, text))
    }

    fn admits_members(&self, object: NodeRef<'_>) -> Option<bool> {
        if self.members.is_empty() && self.others.is_none() && self.required.is_empty() {
            return Some(true);
        }
        // Most members stand in the order in which the schema names them.
        let mut next = 0;
        // A bit for each that is required; of more than there are bits the validator tells.
        let mut present = 0_u64;
        // Of equal keys the first counts.
        for entry in object.entries().filter(|entry| !entry.is_shadowed()) {
            let name = entry.key();
            let is_it = |(known, _): &(&str, Self)| *known == name;
            if !self.members.get(next).is_some_and(is_it) {
                next = self.members.iter().position(is_it).unwrap_or(self.members.len());
            }
            let known = self.members.get(next).map(|(_, shape)| shape);
            next += 1;
            if let Some(at) = self.required.iter().position(|own| *own == name) {
                present |= 1_u64.checked_shl(at as u32).unwrap_or(0);
            }
            if let Some(shape) = known.or(self.others)
                && !shape.admits(entry.value())?
            {
                return Some(false);
            }
        }
        Some(present.count_ones() as usize == self.required.len())
    }

    fn admits_items(&self, array: NodeRef<'_>) -> Option<bool> {
        let Some(shape) = self.items else { return Some(true) };
        for item in array.items() {
            if !shape.admits(item)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn admits_branches(&self, node: NodeRef<'_>) -> Option<bool> {
        let mut count = 0;
        for branch in self.one_of {
            count += u32::from(branch.admits(node)?);
        }
        if !self.one_of.is_empty() && count != 1 {
            return Some(false);
        }
        match self.implies {
            Some((condition, consequence)) if condition.admits(node)? => consequence.admits(node),
            _ => Some(true),
        }
    }
}

/// A DNS-1123 label.
const LABEL: &str = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
/// A number of parameters.
const SIZE: &str = r"^\d+(\.\d+)?[MBT]$";

/// Words in lower case joined by hyphens.
const ID: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
/// Three numbers, perhaps with a suffix.
const VERSION: &str = r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$";
/// A day.
const DAY: &str = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$";

/// Whether a text matches a pattern, of those that the schema has: to compile them takes longer than to read a
/// manifest. Nothing for any other pattern.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    match pattern {
        LABEL => {
            let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let bytes = text.as_bytes();
            Some(
                bytes.len() <= 63
                    && bytes.first().is_some_and(inner)
                    && bytes.last().is_some_and(inner)
                    && bytes.iter().all(|byte| inner(byte) || *byte == b'-'),
            )
        }
        SIZE => {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.strip_suffix(['M', 'B', 'T']);
            let sound = number.is_some_and(|number| match number.split_once('.') {
                Some((whole, part)) => digits(whole) && digits(part),
                None => digits(number),
            });
            // Other digits than ours are left to the validator.
            if sound || text.is_ascii() { Some(sound) } else { None }
        }
        ID => Some(
            text.starts_with(|first: char| first.is_ascii_lowercase())
                && text.split('-').all(|word| {
                    !word.is_empty()
                        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                }),
        ),
        VERSION => {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // A suffix is left to the validator.
            let mut parts = text.split('.');
            let plain = parts.by_ref().take(3).filter(|part| digits(part)).count() == 3;
            (plain && parts.next().is_none()).then_some(true)
        }
        DAY => {
            let within = |at: std::ops::Range<usize>, most: u32| {
                let part = text.get(at).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
                part.parse().ok().filter(|number| (1..=most).contains(number))
            };
            let year = text.get(..5).is_some_and(|year| year.ends_with('-') && within_year(year));
            let sound = text.len() == 10 && year && within(5..7, 12).is_some() && within(8..10, 31).is_some();
            (sound && text.get(7..8) == Some("-")).then_some(true)
        }
        _ => None,
    }
}

fn within_year(year: &str) -> bool {
    year.bytes().take(4).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::super::compiled::Compiled;
    use super::super::{CONFIG_SCHEMA, PACK_SCHEMA, RULE_SCHEMA};
    use super::*;
    use crate::document::{Limits, parse};
    use crate::manifest::vocabulary::{TERSE_SCHEMA, manifest_schema};

    /// The schema that a shape was made of.
    fn schema(shape: &Shape) -> Value {
        if shape.never {
            return json!(false);
        }
        let mut schema = Map::new();
        let mut put = |keyword: &str, value: Value| schema.insert(keyword.to_owned(), value);
        let kinds: Vec<_> = shape.kinds.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
        match &*kinds {
            [] => {}
            [kind] => drop(put("type", json!(kind))),
            kinds => drop(put("type", json!(kinds))),
        }
        match shape.texts {
            [] => {}
            [text] => drop(put("const", json!(text))),
            texts => drop(put("enum", json!(texts))),
        }
        if let Some(pattern) = shape.pattern {
            put("pattern", json!(pattern));
        }
        if let Some(minimum) = shape.minimum {
            put("minimum", json!(minimum as i64));
        }
        if !shape.members.is_empty() {
            let named = shape.members.iter().map(|(name, shape)| ((*name).to_owned(), self::schema(shape)));
            put("properties", Value::Object(named.collect()));
        }
        if let Some(others) = shape.others {
            put("additionalProperties", self::schema(others));
        }
        if !shape.required.is_empty() {
            put("required", json!(shape.required));
        }
        if let Some(items) = shape.items {
            put("items", self::schema(items));
        }
        if !shape.one_of.is_empty() {
            put("oneOf", shape.one_of.iter().map(self::schema).collect());
        }
        if let Some((condition, consequence)) = shape.implies {
            put("if", self::schema(condition));
            put("then", self::schema(consequence));
        }
        Value::Object(schema)
    }

    #[test]
    fn the_tables_made_at_build_time_say_what_the_schemas_say() {
        let mut terse: Value = serde_json::from_str(TERSE_SCHEMA).unwrap();
        terse.as_object_mut().unwrap().retain(|keyword, _| !keyword.starts_with('$'));
        assert_eq!(schema(manifest()), terse);
        for (shape, text) in [(rule(), RULE_SCHEMA), (pack(), PACK_SCHEMA), (config(), CONFIG_SCHEMA)] {
            let whole: Value = serde_json::from_str(text).unwrap();
            assert_eq!(schema(shape), plain(&whole, &whole["$defs"]));
        }
    }

    /// A schema without words and references.
    fn plain(schema: &Value, definitions: &Value) -> Value {
        let Some(members) = schema.as_object() else { return schema.clone() };
        let mut made = Map::new();
        for (keyword, value) in members {
            let nested = |value: &Value| match value {
                Value::Object(named) => Value::Object(
                    named.iter().map(|(name, one)| (name.clone(), plain(one, definitions))).collect(),
                ),
                other => other.clone(),
            };
            match keyword.as_str() {
                "title" | "description" | "examples" | "$schema" | "$id" | "$defs" => {}
                "$ref" => {
                    let name = value.as_str().unwrap().trim_start_matches("#/$defs/");
                    made.extend(plain(&definitions[name], definitions).as_object().unwrap().clone());
                }
                "properties" => drop(made.insert(keyword.clone(), nested(value))),
                "oneOf" => {
                    let branches = value.as_array().unwrap().iter().map(|one| plain(one, definitions));
                    made.insert(keyword.clone(), branches.collect());
                }
                _ => drop(made.insert(keyword.clone(), plain(value, definitions))),
            }
        }
        Value::Object(made)
    }

    /// A value for each field of a schema: what its examples say, else the first of its fixed values.
    fn sample(schema: &Value) -> Value {
        if let Some(members) = schema["properties"].as_object() {
            let members = members.iter().map(|(name, schema)| (name.clone(), sample(schema)));
            return Value::Object(members.collect());
        }
        if schema["additionalProperties"].is_object() {
            return json!({"key": sample(&schema["additionalProperties"])});
        }
        if schema["items"].is_object() {
            return json!([sample(&schema["items"])]);
        }
        let first = |keyword: &str| schema[keyword].as_array().map(|all| all[0].clone());
        first("examples").or_else(|| first("enum")).or_else(|| schema.get("const").cloned()).unwrap_or_else(
            || match schema["type"].as_str() {
                Some("number" | "integer") => json!(1),
                Some("boolean") => json!(true),
                None if schema["oneOf"].is_array() => sample(&schema["oneOf"][1]),
                _ => json!("text"),
            },
        )
    }

    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(at_, value)| pointers(value, &format!("{at}/{at_}"), found));
            }
            _ => {}
        }
    }

    /// What the table and the validator say of a document.
    fn verdicts(compiled: &Compiled, document: &Value) -> (Option<bool>, bool) {
        let stream = parse(&document.to_string().into(), &Limits::default());
        let root = stream.documents[0].root();
        (compiled.shape.unwrap()().admits(root), compiled.validator.is_valid(root.into()))
    }

    #[test]
    fn table_and_validator_agree_on_a_manifest_and_on_each_way_to_spoil_it() {
        let whole = sample(manifest_schema());
        assert_eq!(agreements(Compiled::manifest(), &whole, 60), (0, true));
    }

    #[test]
    fn table_and_validator_agree_on_policies_and_on_each_way_to_spoil_them() {
        let rule = json!({
            "apiVersion": "tunelint.dev/v1alpha1",
            "kind": "Rule",
            "metadata": {"name": "a-rule", "formerly": ["a-b", "c"]},
            "spec": {
                "summary": "s", "severity": {"default": "note", "pilot": "error"}, "undetermined": "off",
                "waivable": true, "precision": "high", "tags": ["t"], "guide": ["g"], "why": "w", "when": "true",
                "require": "true", "message": "m", "help": "h",
                "examples": {"pass": [{"stage": "pilot"}], "fail": [{}], "skip": [], "undetermined": [{"a": 1}]},
            },
        });
        assert_eq!(agreements(Compiled::rule(), &rule, 30), (0, true));
        let default = json!({"default": 1, "source": "s"});
        let pack = json!({
            "apiVersion": "tunelint.dev/v1alpha1",
            "kind": "Pack",
            "metadata": {"name": "a-pack"},
            "spec": {
                "title": "t", "version": "1.0.0", "license": "l", "description": "d",
                "source": {"title": "t", "publisher": "p", "retrieved": "2026-11-24", "reviewBy": "2027-11-24"},
                "extends": {"other": {"parameters": {"p": default}}},
                "parameters": {"p": {"default": ["a", 1], "unit": "u", "description": "d", "source": "s", "minimum": 0}},
                "checklists": {"c": [{"id": "i", "title": "t", "met": "true"}]},
            },
        });
        let (open, valid) = agreements(Compiled::pack(), &pack, 30);
        // What is no plain version and no plain day is left to the validator.
        assert!(open > 0 && valid);
    }

    #[test]
    fn table_and_validator_agree_on_a_config_and_on_each_way_to_spoil_it() {
        let stage = json!({"production": "error", "default": "note"});
        let rules = json!({"a": "off", "b": {"severity": stage, "undetermined": "off", "locked": true}});
        let parameters = json!({"x": 1, "y": [1, "two"], "z": {"value": "text", "reason": "text"}});
        let packs = json!({"own": {"enabled": true, "parameters": parameters, "rules": rules}});
        let spec = json!({
            "failOn": "never", "exclude": ["a/**"], "policies": ["b"], "packs": packs, "maxWaiverDays": 1,
            "overrides": [{"paths": ["c"], "packs": {"own": {"rules": {"a": "note"}}}}],
            "inlineIgnores": "forbid", "helpUri": "text"
        });
        let whole = json!({"apiVersion": "tunelint.dev/v1alpha1", "kind": "Config", "spec": spec});
        assert_eq!(agreements(Compiled::config(), &whole, 35), (0, true));
    }

    /// Compares table and validator on a document and on each way to spoil it: how often the table could not tell,
    /// and whether the document itself is valid by both.
    fn agreements(compiled: &Compiled, whole: &Value, least: usize) -> (usize, bool) {
        let is_valid = verdicts(compiled, whole) == (Some(true), true);
        let texts = [
            "a-b-c",
            "1.2.3",
            "1.2.3.4",
            "2026-01-31",
            "2026-13-01",
            "2026-01-32",
            "a--b",
            "-a",
            "a1-2",
            "",
            "text",
            "-",
            "a-b",
            "A",
            "7B",
            "7.5T",
            "7.B",
            "prompting",
            "none",
            "strict",
            "true",
            "off",
            "1",
        ];
        let mut others: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
        let long = |len: usize| json!("a".repeat(len));
        others.extend([
            long(63),
            long(64),
            json!(0),
            json!(-1),
            json!(1),
            json!(1.5),
            json!(2.0),
            json!(-0.5),
        ]);
        others.extend([
            json!(true),
            json!(null),
            json!([]),
            json!({}),
            json!(["text"]),
            json!({"key": "text"}),
        ]);
        others.extend([
            json!([1]),
            json!({"path": "text"}),
            json!({"path": 1}),
            json!({"strategy": "prompting"}),
        ]);
        let mut places = Vec::new();
        pointers(whole, "", &mut places);
        assert!(places.len() > least, "the sample has {} places", places.len());
        let (mut good, mut bad, mut open) = (0, 0, 0);
        let mut compare = |document: &Value| {
            let (table, validator) = verdicts(compiled, document);
            if table.is_none() {
                open += 1;
                return;
            }
            assert_eq!(table, Some(validator), "{document:#}");
            *(if validator { &mut good } else { &mut bad }) += 1;
        };
        for place in &places {
            for other in &others {
                let mut spoilt = whole.clone();
                *spoilt.pointer_mut(place).unwrap() = other.clone();
                compare(&spoilt);
            }
            if let Some((parent, name)) = place.rsplit_once('/') {
                let mut without = whole.clone();
                match without.pointer_mut(parent).unwrap() {
                    Value::Object(members) => drop(members.remove(name)),
                    Value::Array(items) => drop(items.pop()),
                    _ => {}
                }
                compare(&without);
            }
            let mut with = whole.clone();
            if let Some(members) = with.pointer_mut(place).and_then(Value::as_object_mut) {
                members.insert("unknown".to_owned(), json!("text"));
                compare(&with);
            }
        }
        assert!(good > 3 * least && bad > 10 * least, "{good} valid and {bad} invalid documents");
        (open, is_valid)
    }

    #[test]
    fn what_the_table_cannot_tell_it_leaves_open() {
        assert_eq!(matches("^x$", "x"), None);
        assert_eq!(matches(SIZE, "٧B"), None);
        let unknown = Shape { pattern: Some("^x$"), ..Shape::ANY };
        let stream = parse(&"x".into(), &Limits::default());
        assert_eq!(unknown.admits(stream.documents[0].root()), None);
    }
}
