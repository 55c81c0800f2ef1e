//! Values in sentences: a number as its source wrote it, with thousands separators.

use super::facts::{FactId, FactSet, FactValue};
use crate::finding::Scalar;

/// A fact's value in a sentence.
pub fn prose(facts: &FactSet, id: FactId) -> String {
    match facts.value(id) {
        FactValue::Bool(value) => value.to_string(),
        FactValue::Int(value) => facts.raw(id).map_or_else(|| separated(&value.to_string()), separated),
        FactValue::Number(value) => facts.raw(id).map_or_else(|| separated(&value.to_string()), separated),
        FactValue::Text(value) => value.to_owned(),
        FactValue::List => {
            let items: Vec<String> = facts.children(id).map(|child| prose(facts, child)).collect();
            if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
        }
        FactValue::Object => "an object".to_owned(),
        FactValue::Rejected => "an invalid value".to_owned(),
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
    const LONGEST: usize = 60;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    if line.len() == text.len() && text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
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
