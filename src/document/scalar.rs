//! The YAML 1.2 core schema: what a plain scalar means, and what the tags of that schema make of a scalar.

use super::Kind;

/// What a tag asks of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagMeaning {
    /// The non-specific `!`: the node as its form says, so a text for every scalar.
    Form,
    /// `!!str`
    Str,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!map`
    Map,
    /// `!!seq`
    Seq,
    /// A tag outside the core schema.
    Foreign,
}

impl TagMeaning {
    /// The meaning of a resolved tag.
    pub(super) fn of(tag: &granit_parser::Tag) -> Self {
        let name = match tag.parts() {
            ("", "!") => return Self::Form,
            ("", whole) => whole.strip_prefix("tag:yaml.org,2002:"),
            _ => tag.core_suffix(),
        };
        match name {
            Some("str") => Self::Str,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("bool") => Self::Bool,
            Some("null") => Self::Null,
            Some("map") => Self::Map,
            Some("seq") => Self::Seq,
            _ => Self::Foreign,
        }
    }

    /// What the tag asks for, in words.
    pub(super) fn wants(self) -> &'static str {
        match self {
            Self::Form | Self::Str | Self::Foreign => "a text",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Bool => "true or false",
            Self::Null => "nothing or null",
            Self::Map => "a mapping",
            Self::Seq => "a sequence",
        }
    }
}

/// What an untagged plain scalar is; nothing for a string.
pub(super) fn plain(text: &str) -> Option<Kind> {
    match text.as_bytes().first() {
        None => Some(Kind::Null),
        Some(b'~' | b'n' | b'N') => null(text),
        Some(b't' | b'T' | b'f' | b'F') => boolean(text),
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => integer(text).or_else(|| float(text)),
        Some(_) => None,
    }
}

/// What a scalar with a core tag is; nothing where the two contradict each other, and for strings, which stay
/// what they are.
pub(super) fn tagged(text: &str, tag: TagMeaning) -> Option<Kind> {
    match tag {
        TagMeaning::Int => integer(text),
        TagMeaning::Float => integer(text).or_else(|| float(text)).map(as_float),
        TagMeaning::Bool => boolean(text),
        TagMeaning::Null if text.is_empty() => Some(Kind::Null),
        TagMeaning::Null => null(text),
        TagMeaning::Form | TagMeaning::Str | TagMeaning::Foreign | TagMeaning::Map | TagMeaning::Seq => None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "the tag asks for a float")]
fn as_float(number: Kind) -> Kind {
    match number {
        Kind::Int(whole) => Kind::Float(whole as f64),
        other => other,
    }
}

fn null(text: &str) -> Option<Kind> {
    matches!(text, "~" | "null" | "Null" | "NULL").then_some(Kind::Null)
}

fn boolean(text: &str) -> Option<Kind> {
    match text {
        "true" | "True" | "TRUE" => Some(Kind::Bool(true)),
        "false" | "False" | "FALSE" => Some(Kind::Bool(false)),
        _ => None,
    }
}

/// A whole number, as [`Kind::Float`] where it does not fit.
fn integer(text: &str) -> Option<Kind> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.parse() {
        Ok(whole) => Some(Kind::Int(whole)),
        Err(_) => text.parse().ok().map(Kind::Float),
    }
}

fn radix(digits: &str, radix: u32) -> Option<Kind> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    if let Ok(whole) = i64::from_str_radix(digits, radix) {
        return Some(Kind::Int(whole));
    }
    let value = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |value, digit| value * f64::from(radix) + f64::from(digit));
    Some(Kind::Float(value))
}

fn float(text: &str) -> Option<Kind> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Kind::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Kind::Float(f64::NAN));
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    // What is well-formed parses: an exponent too large gives an infinity, which the schema stage rejects.
    well_formed.then(|| text.parse().ok().map(Kind::Float)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_core_spellings_are_null_and_truth_values() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(text), Some(Kind::Null), "{text}");
        }
        for (text, value) in [("true", true), ("True", true), ("TRUE", true), ("false", false)] {
            assert_eq!(plain(text), Some(Kind::Bool(value)), "{text}");
        }
        for text in ["no", "yes", "on", "off", "y", "n", "No", "nULL", "tRUE", "nil", "none", "~~"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_in_three_bases() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("+12", 12),
            ("007", 7),
            ("0x1F", 31),
            ("0o17", 15),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(plain(text), Some(Kind::Int(value)), "{text}");
        }
        for text in ["0x", "0o8", "-0x1", "1_000", "0b1", "12:30", "1-2", "-", "+", "--1"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_whole_number_too_large_becomes_a_float() {
        assert_eq!(plain("9223372036854775808"), Some(Kind::Float(9_223_372_036_854_775_808.0)));
        assert_eq!(plain("0xffffffffffffffff"), Some(Kind::Float(18_446_744_073_709_551_615.0)));
    }

    #[test]
    fn floats_as_the_core_schema_writes_them() {
        for (text, value) in [
            ("1.5", 1.5),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("6e5", 6e5),
            ("+1E-2", 0.01),
            ("1e400", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
            ("+.inf", f64::INFINITY),
        ] {
            assert_eq!(plain(text), Some(Kind::Float(value)), "{text}");
        }
        assert!(matches!(plain(".NaN"), Some(Kind::Float(value)) if value.is_nan()));
        for text in [".", "-.", "1e", "e5", "1.2.3", "1e5.", ".e1", "inf", "nan", "-.nan", ".iNF", "infinity"]
        {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_core_tag_decides_and_may_contradict() {
        assert_eq!(tagged("3", TagMeaning::Float), Some(Kind::Float(3.0)));
        assert_eq!(tagged("3.5", TagMeaning::Float), Some(Kind::Float(3.5)));
        assert_eq!(tagged("3.5", TagMeaning::Int), None);
        assert_eq!(tagged("abc", TagMeaning::Int), None);
        assert_eq!(tagged("", TagMeaning::Null), Some(Kind::Null));
        assert_eq!(tagged("x", TagMeaning::Null), None);
        assert_eq!(tagged("true", TagMeaning::Bool), Some(Kind::Bool(true)));
    }
}
