//! What to write instead: the fix of a value that has the wrong type or form.

use jsonschema::JsonType;
use serde_json::Value;

use super::mistake::types;
use crate::document::{Kind, NodeRef};

/// How a value of the wrong type becomes one of the right type, where that can be told.
pub(crate) fn for_type(schema: &Value, node: NodeRef<'_>) -> Option<String> {
    let wanted = types(schema);
    let wants = |kind: JsonType| wanted.contains(&kind);
    let numeric = wants(JsonType::Number) || wants(JsonType::Integer);
    match node.kind() {
        Kind::String(_) => {
            let text = node.as_str()?;
            if wants(JsonType::Boolean) {
                return Some(truth(text, is_quoted(node)));
            }
            if numeric {
                return number(text, is_quoted(node));
            }
            if wants(JsonType::Array) {
                let short = text.len() < 40 && !text.contains('\n');
                return Some(if short {
                    format!("write a list: [{text}]")
                } else {
                    "write a list".to_owned()
                });
            }
            member(schema, text)
        }
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) if wants(JsonType::String) && !is_set(schema) => {
            Some(format!("put it in quotes: \"{}\"", node.source_text()))
        }
        Kind::Int(_) if wants(JsonType::Boolean) => Some("write true or false".to_owned()),
        Kind::Float(_) if wants(JsonType::Integer) => Some("round it".to_owned()),
        Kind::Sequence(_) if node.len() == 1 && !wants(JsonType::Object) => {
            Some("write the one value without a list".to_owned())
        }
        _ if wants(JsonType::Object) => fields(schema),
        _ => None,
    }
}

fn is_set(schema: &Value) -> bool {
    schema["enum"].is_array() || schema["const"].is_string()
}

fn is_quoted(node: NodeRef<'_>) -> bool {
    node.source_text().starts_with(['"', '\''])
}

/// YAML 1.1 knew many words for a truth value, YAML 1.2 knows two.
fn truth(text: &str, quoted: bool) -> String {
    let value = match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => true,
        "no" | "off" | "n" | "false" => false,
        _ => return "write true or false".to_owned(),
    };
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        format!("remove the quotes: {value}")
    } else if quoted {
        format!("write {value}")
    } else {
        format!("`{text}` is a text in YAML 1.2: write {value}")
    }
}

/// The number that a text spells: in quotes, with separators, a currency or a multiplier.
fn number(text: &str, quoted: bool) -> Option<String> {
    let text = text.trim();
    if quoted && is_number(text) {
        return Some(format!("remove the quotes: {text}"));
    }
    let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',' | '\'' | ' ' | '$')).collect();
    let (digits, zeros) = match plain.char_indices().last()? {
        (at, 'k' | 'K') => (plain.get(..at)?, 3),
        (at, 'm' | 'M') => (plain.get(..at)?, 6),
        _ => (plain.as_str(), 0),
    };
    let whole = !digits.is_empty() && digits.len() < 16 && digits.bytes().all(|byte| byte.is_ascii_digit());
    match zeros {
        0 if is_number(&plain) => Some(format!("write {plain}")),
        0 => Some("write a number".to_owned()),
        _ if whole => Some(format!("write {digits}{}", "0".repeat(zeros))),
        _ if is_number(digits) => Some(format!("write {digits}e{zeros}")),
        _ => Some("write a number".to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The member of an object that a lone text was meant for: `compliance: strict`, `retraining: monthly`.
fn member(schema: &Value, text: &str) -> Option<String> {
    let members = schema["properties"].as_object()?;
    let takes = |schema: &Value| match schema["enum"].as_array() {
        Some(known) => known.iter().any(|value| value == text),
        None => members.len() == 1 && schema["type"] == "string",
    };
    match members.iter().find(|(_, schema)| takes(schema)) {
        Some((name, _)) if text.len() < 40 => Some(format!("write it as {{{name}: {text}}}")),
        _ => fields(schema),
    }
}

/// The fields that an object knows.
pub(crate) fn fields(schema: &Value) -> Option<String> {
    let names: Vec<_> = schema["properties"].as_object()?.iter().map(|(name, _)| name.as_str()).collect();
    Some(format!("its fields: {}", names.join(", ")))
}

/// Other ways to write a text, one of which may have the form that is asked for.
pub(crate) fn forms(text: &str) -> Vec<String> {
    // Longer texts have no short form that their author would recognise.
    if text.len() > 200 {
        return Vec::new();
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | ',')).collect();
    let mut spelled = compact.to_ascii_uppercase();
    for (word, letter) in [("MILLION", "M"), ("BILLION", "B"), ("TRILLION", "T")] {
        if let Some(number) = spelled.strip_suffix(word) {
            spelled = format!("{number}{letter}");
        }
    }
    vec![spelled, compact, label(text)]
}

/// A text as a DNS-1123 label.
fn label(text: &str) -> String {
    let mut label = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            label.push(character.to_ascii_lowercase());
        } else if !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
    }
    label.truncate(63);
    label.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_words_is_spelled_out() {
        let cases = [
            ("600000", true, "remove the quotes: 600000"),
            ("600_000", false, "write 600000"),
            ("1,200.50", true, "write 1200.50"),
            ("$12000", false, "write 12000"),
            ("500k", false, "write 500000"),
            ("1.5M", false, "write 1.5e6"),
            ("many", false, "write a number"),
            ("nan", false, "write a number"),
        ];
        for (text, quoted, advice) in cases {
            assert_eq!(number(text, quoted).as_deref(), Some(advice), "{text}");
        }
    }

    #[test]
    fn words_of_yaml_1_1_are_told_from_quoted_ones() {
        assert_eq!(truth("no", false), "`no` is a text in YAML 1.2: write false");
        assert_eq!(truth("On", false), "`On` is a text in YAML 1.2: write true");
        assert_eq!(truth("true", true), "remove the quotes: true");
        assert_eq!(truth("maybe", false), "write true or false");
    }

    #[test]
    fn forms_reach_sizes_and_labels() {
        assert!(forms("7 billion").contains(&"7B".to_owned()));
        assert!(forms("7b").contains(&"7B".to_owned()));
        assert!(forms("Support_Bot!").contains(&"support-bot".to_owned()));
    }
}
