//! Values and what is expected of them, in words.

use jsonschema::JsonType;
use serde_json::Value;

use super::mistake::types;
use crate::document::{Kind, NodeRef};

/// Characters of a value that a message repeats.
const SHOWN: usize = 60;

/// What a schema wants, in words.
pub(crate) fn expected(schema: &Value) -> String {
    if let Some(known) = schema["enum"].as_array() {
        let known: Vec<_> = known.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", known.join(", "));
    }
    if let Some(only) = schema["const"].as_str() {
        return format!("\"{only}\"");
    }
    if let Some(branches) = schema["oneOf"].as_array() {
        return branches.iter().map(expected).collect::<Vec<_>>().join(" or ");
    }
    let names: Vec<_> = types(schema)
        .into_iter()
        .map(|kind| match kind {
            JsonType::Null => "nothing",
            JsonType::Boolean => "true or false",
            JsonType::Integer => "a whole number",
            JsonType::Number => "a number",
            JsonType::String => "a text",
            JsonType::Array => "a list",
            JsonType::Object => "an object",
        })
        .collect();
    names.join(" or ")
}

/// What a value is, in words.
pub(crate) fn kind_name(node: NodeRef<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "nothing",
        Kind::Bool(_) => "a truth value",
        Kind::Int(_) | Kind::Float(_) => "a number",
        Kind::String(_) => "a text",
        Kind::Sequence(_) => "a list",
        Kind::Mapping(_) => "an object",
        Kind::Alias(_) | Kind::Invalid => "nothing that can be read",
    }
}

/// What a value is, and which.
pub(crate) fn described(node: NodeRef<'_>) -> String {
    match node.kind() {
        Kind::Int(_) | Kind::Float(_) => shown(node),
        Kind::Bool(_) | Kind::String(_) => format!("{} ({})", kind_name(node), shown(node)),
        _ => kind_name(node).to_owned(),
    }
}

/// A value as a message repeats it: texts in quotes, numbers as they are written, both shortened.
pub(crate) fn shown(node: NodeRef<'_>) -> String {
    match node.as_str() {
        Some(text) => format!("\"{}\"", shorten(text)),
        None => shorten(node.source_text()),
    }
}

/// The beginning of a text, on one line.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut characters = line.chars();
    let mut short: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() || line.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}

/// A title in the middle of a sentence: `Stage` → `a stage`.
pub(crate) fn with_article(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    let article = if matches!(first.as_str(), "a" | "e" | "i" | "o" | "u") { "an" } else { "a" };
    format!("{article} {first}{}", characters.as_str())
}
