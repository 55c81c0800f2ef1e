//! The tree as the schema validator sees it: no second tree, aliases followed.
//!
//! What JSON has no word for: a value with a foreign tag (`!vault x`) is its text; [`Kind::Invalid`] and numbers
//! that are not finite are null, which no schema of ours accepts. Of equal keys the first counts.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Map, Number, Value};

use super::{Child, Document, Kind, NodeRef};

/// Values written out for an error: enough for its message, however far aliases would spread.
const SHOWN: usize = 256;

/// The representation to name in `jsonschema::options_for`.
#[derive(Debug)]
pub struct TreeJson;

/// A value of the tree, or the name of a property on its way through `propertyNames`.
#[derive(Clone, Copy, Debug)]
pub enum TreeNode<'a> {
    /// A value.
    Value(NodeRef<'a>),
    /// A name.
    Name(&'a str),
}

impl<'a> From<NodeRef<'a>> for TreeNode<'a> {
    fn from(node: NodeRef<'a>) -> Self {
        Self::Value(node)
    }
}

impl TreeNode<'_> {
    fn kind(self) -> Option<Kind> {
        match self {
            Self::Value(node) => Some(node.kind()),
            Self::Name(_) => None,
        }
    }

    /// The value in JSON, cut off where `budget` values are written.
    fn write_out(self, budget: &mut usize) -> Value {
        *budget = budget.saturating_sub(1);
        if let Some(object) = self.as_object() {
            let mut members = Map::new();
            for (name, value) in object.members() {
                if *budget == 0 {
                    break;
                }
                members.insert(name.to_owned(), value.write_out(budget));
            }
            return Value::Object(members);
        }
        if let Some(array) = self.as_array() {
            let mut items = Vec::new();
            for item in array.elements() {
                if *budget == 0 {
                    break;
                }
                items.push(item.write_out(budget));
            }
            return Value::Array(items);
        }
        match (self.as_string(), self.as_number(), self.as_boolean()) {
            (Some(text), ..) => Value::String(text.into_owned()),
            (_, Some(number), _) => Value::Number(number.to_number().into_owned()),
            (.., Some(value)) => Value::Bool(value),
            _ => Value::Null,
        }
    }
}

impl Json for TreeJson {
    type Node<'a> = TreeNode<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    // A lookup reads half the entries, so one pass over them is never dearer than two lookups.
    const KEYS_PER_LOOKUP: usize = 2;
    // An alias to a value around it is no alias but an invalid node.
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(TreeNode<'_>) -> T) -> T {
        f(TreeNode::Name(string))
    }
}

/// A finite number of the tree.
#[derive(Clone, Copy, Debug)]
pub enum TreeNumber {
    /// A whole one.
    Int(i64),
    /// Any other.
    Float(f64),
}

impl JsonNumber for TreeNumber {
    fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|whole| whole.try_into().ok())
    }

    fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Int(whole) => Some(whole),
            Self::Float(_) => None,
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "what a float cannot hold is asked for as an integer first"
    )]
    fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Int(whole) => Some(whole as f64),
            Self::Float(number) => Some(number),
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(match *self {
            Self::Int(whole) => whole.into(),
            Self::Float(number) => Number::from_f64(number).unwrap_or_else(|| 0.into()),
        })
    }

    fn is_integer(&self) -> bool {
        match *self {
            Self::Int(_) => true,
            Self::Float(number) => number.fract() == 0.0,
        }
    }
}

impl<'a> Node<'a, TreeJson> for TreeNode<'a> {
    type Object = TreeObject<'a>;
    type Array = TreeArray<'a>;
    type Number = TreeNumber;

    fn as_object(&self) -> Option<TreeObject<'a>> {
        match *self {
            Self::Value(node) if node.is_mapping() => Some(TreeObject(node)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<TreeArray<'a>> {
        match *self {
            Self::Value(node) if node.is_sequence() => Some(TreeArray(node)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match *self {
            Self::Value(node) => node.as_str().map(Cow::Borrowed),
            Self::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    fn as_number(&self) -> Option<TreeNumber> {
        match self.kind()? {
            Kind::Int(whole) => Some(TreeNumber::Int(whole)),
            Kind::Float(number) if number.is_finite() => Some(TreeNumber::Float(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind()? {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            None | Some(Kind::String(_)) => JsonType::String,
            Some(Kind::Bool(_)) => JsonType::Boolean,
            Some(Kind::Int(_)) => JsonType::Number,
            Some(Kind::Float(number)) if number.is_finite() => JsonType::Number,
            Some(Kind::Sequence(_)) => JsonType::Array,
            Some(Kind::Mapping(_)) => JsonType::Object,
            Some(Kind::Null | Kind::Float(_) | Kind::Alias(_) | Kind::Invalid) => JsonType::Null,
        }
    }

    /// Compared in place: written out, a value with aliases could be far larger than what it is compared with.
    fn equals_value(&self, expected: &Value) -> bool {
        match expected {
            Value::Array(items) => self.as_array().is_some_and(|own| {
                own.len() == items.len()
                    && own.elements().zip(items).all(|(own, item)| own.equals_value(item))
            }),
            Value::Object(members) => self.as_object().is_some_and(|own| {
                own.len() == members.len()
                    && members.iter().all(|(name, value)| {
                        own.0.get(name).is_some_and(|own| Self::Value(own).equals_value(value))
                    })
            }),
            scalar => match self.json_type() {
                JsonType::Array | JsonType::Object => false,
                _ => jsonschema::json::cmp::equal(&self.to_value(), scalar),
            },
        }
    }

    /// What an error shows: of a large collection only the beginning.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(self.write_out(&mut { SHOWN }))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match *self {
            Self::Value(node) => {
                Some(NodeIdentity::tagged(std::ptr::from_ref(node.document()).addr(), node.value_id().0))
            }
            Self::Name(_) => None,
        }
    }
}

/// A mapping.
#[derive(Clone, Copy, Debug)]
pub struct TreeObject<'a>(NodeRef<'a>);

impl<'a> Object<'a, TreeJson> for TreeObject<'a> {
    type Node = TreeNode<'a>;
    type MemberName = &'a str;
    type MembersIter = TreeMembers<'a>;

    fn len(&self) -> usize {
        self.members().count()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, key: &Box<str>) -> Option<TreeNode<'a>> {
        self.0.get(key).map(TreeNode::Value)
    }

    fn members(&self) -> TreeMembers<'a> {
        TreeMembers { document: self.0.document, children: self.0.children().iter() }
    }
}

/// The members of a mapping, of equal keys the first.
#[derive(Clone, Debug)]
pub struct TreeMembers<'a> {
    document: &'a Document,
    children: std::slice::Iter<'a, Child>,
}

impl<'a> Iterator for TreeMembers<'a> {
    type Item = (&'a str, TreeNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let child = self.children.find(|child| !child.shadowed)?;
        let value = NodeRef { document: self.document, id: child.value };
        Some((self.document.str_of(child.key), TreeNode::Value(value)))
    }
}

/// A sequence.
#[derive(Clone, Copy, Debug)]
pub struct TreeArray<'a>(NodeRef<'a>);

impl<'a> Array<'a, TreeJson> for TreeArray<'a> {
    type Node = TreeNode<'a>;
    type ElementsIter = TreeElements<'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> TreeElements<'a> {
        TreeElements { document: self.0.document, children: self.0.children().iter() }
    }

    fn is_unique(&self) -> bool {
        let values: Vec<Value> = self.elements().map(|item| item.write_out(&mut { usize::MAX })).collect();
        jsonschema::json::unique::is_unique(&values)
    }
}

/// The items of a sequence.
#[derive(Clone, Debug)]
pub struct TreeElements<'a> {
    document: &'a Document,
    children: std::slice::Iter<'a, Child>,
}

impl<'a> Iterator for TreeElements<'a> {
    type Item = TreeNode<'a>;

    fn next(&mut self) -> Option<TreeNode<'a>> {
        let child = self.children.next()?;
        Some(TreeNode::Value(NodeRef { document: self.document, id: child.value }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{Limits, Stream, parse};
    use super::*;

    fn stream(text: &str) -> Stream {
        parse(&Arc::from(text), &Limits::default())
    }

    fn accepts(schema: &Value, text: &str) -> bool {
        let validator = jsonschema::options_for::<TreeJson>().build(schema).unwrap();
        let stream = stream(text);
        validator.is_valid(stream.documents[0].root().into())
    }

    /// Where the errors are, in the order of the validator.
    fn error_places(schema: &Value, text: &str) -> Vec<String> {
        let validator = jsonschema::options_for::<TreeJson>().build(schema).unwrap();
        let stream = stream(text);
        validator
            .iter_errors(stream.documents[0].root().into())
            .map(|error| error.instance_path().to_string())
            .collect()
    }

    #[test]
    fn scalars_have_their_json_types() {
        for (text, name) in [
            ("x", "string"),
            ("'1'", "string"),
            ("no", "string"),
            ("!vault 1", "string"),
            ("12", "integer"),
            ("6e5", "integer"),
            ("9223372036854775808", "integer"),
            ("1.5", "number"),
            ("true", "boolean"),
            ("~", "null"),
            ("", "null"),
            (".inf", "null"),
            (".nan", "null"),
            ("1e400", "null"),
            ("[]", "array"),
            ("{}", "object"),
        ] {
            let schema = json!({"properties": {"a": {"type": name}}});
            assert!(accepts(&schema, &format!("a: {text}\n")), "{text} is no {name}");
            let other = json!({"properties": {"a": {"not": {"type": name}}}});
            assert!(!accepts(&other, &format!("a: {text}\n")), "{text} is another thing than {name}");
        }
        assert!(!accepts(&json!({"properties": {"a": {"type": "integer"}}}), "a: 1.5"));
    }

    #[test]
    fn errors_are_placed_by_pointer_through_aliases_and_merges() {
        let schema = json!({
            "additionalProperties": {
                "type": "object",
                "properties": {"n": {"type": "integer", "minimum": 0}},
                "additionalProperties": false
            }
        });
        let text = "base: &b {n: -1}\nalias: *b\nmerged:\n  <<: *b\n  m/x: 1\n";
        assert_eq!(error_places(&schema, text), ["/base/n", "/alias/n", "/merged/n", "/merged"]);
    }

    #[test]
    fn of_equal_keys_the_first_counts_once() {
        let schema = json!({"properties": {"a": {"const": 1}}, "maxProperties": 2, "minProperties": 2});
        assert!(accepts(&schema, "a: 1\nb: 2\na: 3\n"));
    }

    #[test]
    fn constants_compare_by_value_not_by_spelling() {
        assert!(accepts(&json!({"const": {"a": [1, 2.0], "b": null}}), "{b: , a: [1.0, 2]}"));
        assert!(!accepts(&json!({"const": {"a": [1, 2]}}), "{a: [1, 2, 3]}"));
        assert!(!accepts(&json!({"const": {"a": 1}}), "{a: 1, b: 2}"));
        assert!(!accepts(&json!({"const": 1}), "'1'"));
        assert!(accepts(&json!({"uniqueItems": true}), "[1, '1', [1], {a: 1}]"));
        assert!(!accepts(&json!({"uniqueItems": true}), "[&x {a: 1}, 2, *x]"));
    }

    #[test]
    fn names_are_validated_as_strings() {
        let schema = json!({"propertyNames": {"pattern": "^[a-z]+$"}});
        assert!(accepts(&schema, "abc: 1"));
        assert!(!accepts(&schema, "12: 1"));
    }

    #[test]
    fn an_error_shows_no_more_than_the_beginning_of_what_aliases_spread() {
        let aliases = |level: usize| vec![format!("*a{level}"); 10].join(", ");
        let lines: Vec<_> =
            (1..6).map(|level| format!("a{level}: &a{level} [{}]", aliases(level - 1))).collect();
        let stream = stream(&format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", lines.join("\n")));
        assert!(stream.problems.is_empty(), "{:?}", stream.problems);
        let shown = TreeNode::from(stream.documents[0].root()).to_value().to_string();
        assert!(shown.len() < 4_096, "{} bytes", shown.len());
    }
}
