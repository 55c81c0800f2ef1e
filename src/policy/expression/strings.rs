//! Literal texts: quotes, raw and triple-quoted forms, escapes.

use std::sync::Arc;

use super::Issue;
use crate::source::Span;

/// How a literal text begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix {
    /// Letters before the quote.
    letters: usize,
    raw: bool,
    bytes: bool,
    quote: &'static str,
}

/// Whether a literal text begins here, and how.
pub(super) fn prefix(rest: &str) -> Option<Prefix> {
    if !matches!(rest.as_bytes().first(), Some(b'\'' | b'"' | b'r' | b'R' | b'b' | b'B')) {
        return None;
    }
    let letters = rest.bytes().take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B')).take(3).count();
    if letters > 2 {
        return None;
    }
    let quoted = &rest[letters..];
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| quoted.starts_with(quote))?;
    let raw = rest[..letters].contains(['r', 'R']);
    let bytes = rest[..letters].contains(['b', 'B']);
    Some(Prefix { letters, raw, bytes, quote })
}

/// Reads the literal text that begins at `rest`, which stands at the byte `offset` of the expression: its value
/// and its length in bytes, quotes included.
pub(super) fn read(rest: &str, prefix: Prefix, offset: usize) -> Result<(Arc<str>, usize), Issue> {
    let span = |from: usize, to: usize| Span::new((offset + from) as u32, (offset + to) as u32);
    let opening = prefix.letters + prefix.quote.len();
    if prefix.bytes {
        let plain = rest[..prefix.letters].trim_matches(['b', 'B']);
        return Err(Issue::syntax("byte strings are not part of the language", span(0, opening))
            .with_help(format!("write {plain}{}…{}", prefix.quote, prefix.quote)));
    }
    let unclosed = || Issue::syntax("this quote is never closed", span(0, opening));
    let mut value = String::new();
    let mut at = opening;
    loop {
        let here = &rest[at..];
        if here.starts_with(prefix.quote) {
            return Ok((value.into(), at + prefix.quote.len()));
        }
        let next = here.chars().next().ok_or_else(unclosed)?;
        if matches!(next, '\n' | '\r') && prefix.quote.len() == 1 {
            return Err(unclosed());
        }
        if next != '\\' || prefix.raw {
            value.push(next);
            at += next.len_utf8();
            continue;
        }
        let (character, length) = escape(here).ok_or_else(|| {
            let shown = here.chars().nth(1).map_or(1, |next| 1 + next.len_utf8());
            Issue::syntax(format!("`{}` is no escape", here[..shown].escape_debug()), span(at, at + shown))
                .with_help("double the backslash, or write the text as r'…'")
        })?;
        value.push(character);
        at += length;
    }
}

/// The character that an escape stands for, and how many bytes it has.
fn escape(here: &str) -> Option<(char, usize)> {
    let simple = |character| Some((character, 2));
    match here.as_bytes().get(1)? {
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\u{b}'),
        b'\\' => simple('\\'),
        b'?' => simple('?'),
        b'"' => simple('"'),
        b'\'' => simple('\''),
        b'`' => simple('`'),
        b'x' | b'X' => numbered(here, 2, 2, 16),
        b'u' => numbered(here, 2, 4, 16),
        b'U' => numbered(here, 2, 8, 16),
        b'0'..=b'3' => numbered(here, 1, 3, 8),
        _ => None,
    }
}

fn numbered(here: &str, skip: usize, digits: usize, radix: u32) -> Option<(char, usize)> {
    let digits =
        here.get(skip..skip + digits).filter(|text| text.chars().all(|digit| digit.is_digit(radix)))?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some((char::from_u32(code)?, skip + digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let (value, length) = read(text, prefix(text).unwrap(), 0).unwrap();
        assert_eq!(length, text.len());
        value.as_ref().to_owned()
    }

    fn issue(text: &str) -> Issue {
        read(text, prefix(text).unwrap(), 0).unwrap_err()
    }

    #[test]
    fn every_form_of_quotes_is_read() {
        for text in ["'it'", "\"it\"", "'''it'''", "\"\"\"it\"\"\"", "r'it'", "R\"it\""] {
            assert_eq!(value(text), "it", "{text}");
        }
        assert_eq!(value("'''a'b\n\"c'''"), "a'b\n\"c");
        assert_eq!(value("''"), "");
        assert_eq!(value("''''''"), "");
    }

    #[test]
    fn escapes_stand_for_characters() {
        assert_eq!(value(r#"'\a\b\f\n\r\t\v\\\?\"\'\`'"#), "\u{7}\u{8}\u{c}\n\r\t\u{b}\\?\"'`");
        assert_eq!(value(r"'\x41\X42\u00e9\U0001F600\101'"), "AB\u{e9}\u{1f600}A");
    }

    #[test]
    fn raw_texts_have_no_escapes() {
        assert_eq!(value(r"r'-\d{4}$'"), r"-\d{4}$");
    }

    #[test]
    fn an_unclosed_quote_points_at_its_opening() {
        assert_eq!(issue("'abc").span, Span::new(0, 1));
        assert_eq!(issue("r'abc\ndef'").span, Span::new(0, 2));
        assert_eq!(issue("'''abc''").span, Span::new(0, 3));
    }

    #[test]
    fn a_wrong_escape_points_at_itself() {
        for text in [r"'ab\d'", r"'ab\400'", r"'ab\u12'", r"'ab\U00110000'", r"'ab\ud800'"] {
            assert_eq!(issue(text).span, Span::new(3, 5), "{text}");
        }
    }

    #[test]
    fn byte_strings_are_no_part_of_the_language() {
        assert!(issue("b'x'").message.contains("byte strings"));
        assert!(issue("rb\"x\"").message.contains("byte strings"));
    }
}
