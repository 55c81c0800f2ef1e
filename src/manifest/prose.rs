//! Values in sentences: a number as its source wrote it, with thousands separators.

use super::facts::{FactId, FactSet, FactValue};
use crate::finding::Scalar;

/// A fact's value in a sentence.
pub fn prose(facts: &FactSet, id: FactId) -> String {
    let mut out = String::new();
    write_prose(&mut out, facts, id);
    out
}

/// Writes a fact's value into a sentence.
pub fn write_prose(out: &mut String, facts: &FactSet, id: FactId) {
    let number = |ours: &dyn ToString| facts.raw(id).map_or_else(|| separated(&ours.to_string()), separated);
    match facts.value(id) {
        FactValue::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        FactValue::Int(value) => out.push_str(&number(&value)),
        FactValue::Number(value) => out.push_str(&number(&value)),
        FactValue::Text(value) => out.push_str(value),
        FactValue::List => {
            let mut children = facts.children(id);
            match children.next() {
                Some(first) => write_prose(out, facts, first),
                None => out.push_str("nothing"),
            }
            for child in children {
                out.push_str(", ");
                write_prose(out, facts, child);
            }
        }
        FactValue::Object => out.push_str("an object"),
        FactValue::Rejected => out.push_str("an invalid value"),
    }
}

/// A scalar in a sentence.
pub fn scalar_prose(value: &Scalar) -> String {
    match value {
        Scalar::Null => "nothing".to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => separated(&value.to_string()),
        Scalar::Number(value) => separated(&value.to_string()),
        Scalar::Text(value) => value.to_string(),
        Scalar::List(items) => items.iter().map(scalar_prose).collect::<Vec<_>>().join(", "),
    }
}

/// A decimal number with a comma before every third digit of its whole part; anything else (`6e5`, `0x10`) as it is.
pub fn separated(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match digits.find('.') {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let plain = !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && fraction.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    if !plain {
        return number.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(fraction);
    out
}

/// A value short enough for a label.
pub fn shorten(text: &str) -> String {
    let mut short = text.to_owned();
    shorten_from(&mut short, 0);
    short
}

/// Makes what stands in a text from some byte on short enough for a label: of several lines the first, and no more
/// than 60 characters of it.
pub fn shorten_from(text: &mut String, start: usize) {
    const LONGEST: usize = 60;
    let value = text.get(start..).unwrap_or_default();
    let line = memchr::memchr2(b'\n', b'\r', value.as_bytes()).unwrap_or(value.len());
    let longest = value.char_indices().nth(LONGEST).map_or(value.len(), |(at, _)| at);
    let kept = line.min(longest);
    if kept < value.len() {
        text.truncate(start + kept);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_only_in_plain_decimals() {
        assert_eq!(separated("500000"), "500,000");
        assert_eq!(separated("-1234567.50"), "-1,234,567.50");
        assert_eq!(separated("6e5"), "6e5");
        assert_eq!(separated("0.10"), "0.10");
        assert_eq!(separated("999"), "999");
        assert_eq!(separated("1000"), "1,000");
    }
}
