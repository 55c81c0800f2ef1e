//! From the validator's errors to mistakes: one for each thing to correct.
//!
//! A validator reports every keyword that does not hold. A text where a number belongs is also below no minimum
//! and of no known set; a value that fits no branch of a `oneOf` fails every branch. Here one mistake remains of
//! each such heap, told by the branch that was meant.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::locate::locate;
use crate::document::{Kind, NodeRef, push_token};

/// What is wrong, from what hides the others at the same place to what is hidden.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wrong {
    /// A key that this object does not know.
    UnknownKey(String),
    /// A key that this object has to have.
    Missing(String),
    /// A key that another value forbids; the schema of the object that says so.
    Forbidden(Value),
    /// Nothing stands where a value belongs.
    Null,
    /// A number that is none, or beyond all bounds.
    NotFinite,
    /// A value that cannot be known, of which the parser has told already: it stands behind a tag of another tool,
    /// or contains itself.
    Opaque,
    /// A value of another type.
    Type,
    /// A value that is not one of a fixed set.
    Value,
    /// A text of another form.
    Form,
    /// A number below its least.
    TooSmall,
    /// What no other variant names; the schema's keyword.
    Other(String),
}

impl Wrong {
    /// Of several at one place the least is told.
    fn rank(&self) -> u8 {
        match self {
            Self::UnknownKey(_) | Self::Missing(_) => 0,
            Self::Forbidden(_) => 1,
            Self::Null => 2,
            Self::NotFinite => 3,
            Self::Opaque => 4,
            Self::Type => 5,
            Self::Value => 6,
            Self::Form => 7,
            Self::TooSmall => 8,
            Self::Other(_) => 9,
        }
    }

    /// Whether the value at the place is at fault, and so unknown from here on.
    pub(crate) fn rejects(&self) -> bool {
        !matches!(self, Self::UnknownKey(_) | Self::Missing(_))
    }

    /// The code in reports.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey(_) => "unknown-key",
            Self::Missing(_) => "required",
            Self::Forbidden(_) => "forbidden-key",
            Self::Null => "null",
            Self::NotFinite => "not-finite",
            Self::Opaque => "tag",
            Self::Type => "type",
            Self::Value => "enum",
            Self::Form => "pattern",
            Self::TooSmall => "minimum",
            Self::Other(_) => "schema",
        }
    }
}

/// One thing to correct.
#[derive(Debug)]
pub(crate) struct Mistake<'s> {
    /// JSON pointer from the validated node: to the value, or to the object whose key is unknown or missing.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) wrong: Wrong,
    /// What the schema says of the value at the pointer.
    pub(crate) schema: &'s Value,
    /// Whether the value at the pointer is one of a map, whose keys are free.
    pub(crate) in_map: bool,
}

/// What the validator's errors come to.
#[derive(Debug)]
pub(crate) struct Mistakes<'s> {
    /// Those to tell, at most [`MOST`].
    pub(crate) told: Vec<Mistake<'s>>,
    /// Pointers of the values or keys that are wrong as well, beyond those told.
    pub(crate) more: BTreeSet<String>,
}

/// Mistakes told of one document. Who has more reads the first ones and looks at the file; and finding the
/// place of each costs time in proportion to the document.
pub(crate) const MOST: usize = 100;

/// Sorts the validator's errors about `root` into mistakes.
pub(crate) fn mistakes<'s>(
    errors: impl Iterator<Item = ValidationError<'s>>,
    schema: &'s Value,
    root: NodeRef<'_>,
) -> Mistakes<'s> {
    let mut heap =
        Heap { schema, root, keys: BTreeMap::new(), values: BTreeMap::new(), more: BTreeSet::new() };
    for error in errors {
        heap.add(&error);
    }
    Mistakes { told: heap.keys.into_values().chain(heap.values.into_values()).collect(), more: heap.more }
}

/// What a schema says at one place.
#[derive(Clone, Copy)]
struct SchemaPlace<'s> {
    schema: &'s Value,
    in_map: bool,
}

impl<'s> SchemaPlace<'s> {
    /// The subschema whose keyword a path names.
    fn of(schema: &'s Value, path: &str) -> Self {
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        let schema = schema.pointer(above).unwrap_or(&Value::Null);
        Self { schema, in_map: above.ends_with("/additionalProperties") }
    }

    fn mistake(self, pointer: &str, wrong: Wrong) -> Mistake<'s> {
        Mistake { pointer: pointer.to_owned(), wrong, schema: self.schema, in_map: self.in_map }
    }
}

struct Heap<'s, 'd> {
    schema: &'s Value,
    root: NodeRef<'d>,
    /// Keys that are unknown or missing, by the pointer they have or would have.
    keys: BTreeMap<String, Mistake<'s>>,
    /// Values that are wrong, by their pointer.
    values: BTreeMap<String, Mistake<'s>>,
    more: BTreeSet<String>,
}

impl<'s> Heap<'s, '_> {
    fn add(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str();
        let path = error.schema_path().as_str();
        let place = SchemaPlace::of(self.schema, path);
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    self.add_key(pointer, key, Wrong::UnknownKey(key.clone()), place);
                }
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                self.add_key(pointer, key, Wrong::Missing(key.to_owned()), place);
            }
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                match chosen(context, pointer) {
                    Some(errors) => errors.iter().for_each(|error| self.add(error)),
                    None => self.add_value(pointer, Wrong::Type, place),
                }
            }
            ValidationErrorKind::FalseSchema => {
                let above = path.split_once("/then/").map(|(above, _)| above);
                let condition = above.and_then(|above| self.schema.pointer(above)).unwrap_or(&Value::Null);
                self.add_value(pointer, Wrong::Forbidden(condition.clone()), place);
            }
            ValidationErrorKind::Type { .. } => self.add_value(pointer, Wrong::Type, place),
            ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
                self.add_value(pointer, Wrong::Value, place);
            }
            ValidationErrorKind::Pattern { .. } => self.add_value(pointer, Wrong::Form, place),
            ValidationErrorKind::Minimum { .. } => self.add_value(pointer, Wrong::TooSmall, place),
            other => self.add_value(pointer, Wrong::Other(other.keyword().to_owned()), place),
        }
    }

    fn is_full(&self) -> bool {
        self.keys.len() + self.values.len() >= MOST
    }

    fn add_key(&mut self, pointer: &str, key: &str, wrong: Wrong, place: SchemaPlace<'s>) {
        let whole = below(pointer, key);
        if self.keys.contains_key(&whole) || self.is_failed_merge(pointer, key) {
            return;
        }
        if self.is_full() {
            self.more.insert(whole);
            return;
        }
        self.keys.insert(whole, place.mistake(pointer, wrong));
    }

    fn add_value(&mut self, pointer: &str, wrong: Wrong, place: SchemaPlace<'s>) {
        let known = self.values.get(pointer);
        if known.is_none() && self.is_full() {
            self.more.insert(pointer.to_owned());
            return;
        }
        let wrong = if matches!(wrong, Wrong::Forbidden(_)) { wrong } else { self.looked_at(pointer, wrong) };
        if known.is_none_or(|known| wrong.rank() < known.wrong.rank()) {
            self.values.insert(pointer.to_owned(), place.mistake(pointer, wrong));
        }
    }

    /// Whether a key is a `<<` that could not be merged: the parser has told why.
    fn is_failed_merge(&self, pointer: &str, key: &str) -> bool {
        key == "<<"
            && locate(self.root, pointer)
                .node
                .entry(key)
                .is_some_and(|entry| entry.key_span().slice(self.root.document().text()) == "<<")
    }

    /// The same mistake, or the one behind it that only the document shows.
    fn looked_at(&self, pointer: &str, wrong: Wrong) -> Wrong {
        let at = locate(self.root, pointer);
        match at.node.kind() {
            _ if !at.exists => wrong,
            _ if at.node.is_tagged() => Wrong::Opaque,
            Kind::Invalid => Wrong::Opaque,
            Kind::Null => Wrong::Null,
            Kind::Float(number) if !number.is_finite() => Wrong::NotFinite,
            _ => wrong,
        }
    }
}

/// The branch of a `oneOf` that was meant: the one whose type the value has.
fn chosen<'e>(
    branches: &'e [Vec<ValidationError<'static>>],
    pointer: &str,
) -> Option<&'e [ValidationError<'static>]> {
    let mut fitting = branches.iter().filter(|errors| {
        !errors.iter().any(|error| {
            matches!(error.kind(), ValidationErrorKind::Type { .. })
                && error.instance_path().as_str() == pointer
        })
    });
    fitting.next().map(Vec::as_slice).filter(|_| fitting.next().is_none())
}

/// A pointer with one more token.
pub(crate) fn below(pointer: &str, key: &str) -> String {
    let mut pointer = pointer.to_owned();
    push_token(&mut pointer, key);
    pointer
}

/// The types that a schema allows, those of its branches included.
pub(crate) fn types(schema: &Value) -> Vec<JsonType> {
    match &schema["type"] {
        Value::String(name) => name.parse().into_iter().collect(),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).filter_map(|name| name.parse().ok()).collect()
        }
        _ => schema["oneOf"].as_array().into_iter().flatten().flat_map(types).collect(),
    }
}
