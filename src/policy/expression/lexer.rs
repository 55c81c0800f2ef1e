//! Text to tokens.

use std::sync::Arc;

use super::Issue;
use super::strings;
use crate::source::Span;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// A name, keywords among them.
    Name(&'t str),
    /// A name in backquotes, allowed after a dot.
    Quoted(&'t str),
    /// A whole number without its sign: one more than `i64::MAX` is allowed, since a minus may come before it.
    Int(u64),
    Double(f64),
    String(Arc<str>),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// A token with its bytes.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) span: Span,
}

/// Reads tokens one after another.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    /// The next token; [`TokenKind::End`] from the end on.
    pub(super) fn next(&mut self) -> Result<Token<'t>, Issue> {
        self.skip_blanks();
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token { kind: TokenKind::End, span: self.span(start) });
        };
        let second_is_digit = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let kind = if first.is_ascii_digit() || (first == '.' && second_is_digit) {
            self.number()?
        } else if let Some(prefix) = strings::prefix(rest) {
            let (text, length) = strings::read(rest, prefix, start)?;
            self.at += length;
            TokenKind::String(text)
        } else if first == '_' || first.is_ascii_alphabetic() {
            self.at += name_length(rest);
            TokenKind::Name(&rest[..self.at - start])
        } else if first == '`' {
            let Some(length) = rest[1..].find('`') else {
                self.at += 1;
                return Err(Issue::syntax("this backquote is never closed", self.span(start)));
            };
            self.at += length + 2;
            TokenKind::Quoted(&rest[1..=length])
        } else if let Some(symbol) = symbol(rest.as_bytes()) {
            self.at += symbol.len();
            TokenKind::Symbol(symbol)
        } else {
            self.at += first.len_utf8();
            return Err(unexpected(first, self.span(start)));
        };
        Ok(Token { kind, span: self.span(start) })
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']).len();
            if !self.rest().starts_with("//") {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn number(&mut self) -> Result<TokenKind<'t>, Issue> {
        let start = self.at;
        let rest = self.rest();
        if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let digits = run(hex, u8::is_ascii_hexdigit);
            self.at += 2 + digits;
            self.ends_number(start)?;
            return u64::from_str_radix(&hex[..digits], 16)
                .ok()
                .filter(|&value| value <= 1 << 63)
                .map(TokenKind::Int)
                .ok_or_else(|| too_large(self.span(start)));
        }
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let mut length = run(rest, is_digit);
        let mut whole = true;
        if rest[length..].starts_with('.') && rest[length + 1..].bytes().next().is_some_and(|b| is_digit(&b))
        {
            length += 1 + run(&rest[length + 1..], is_digit);
            whole = false;
        }
        if rest[length..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
            let digits = run(&rest[length + 1 + sign..], is_digit);
            if digits > 0 {
                length += 1 + sign + digits;
                whole = false;
            }
        }
        self.at += length;
        self.ends_number(start)?;
        let digits = &rest[..length];
        if whole {
            digits.parse().ok().filter(|&value: &u64| value <= 1 << 63).map(TokenKind::Int)
        } else {
            digits.parse().ok().filter(|value: &f64| value.is_finite()).map(TokenKind::Double)
        }
        .ok_or_else(|| too_large(self.span(start)))
    }

    /// A number must not run into a name.
    fn ends_number(&mut self, start: usize) -> Result<(), Issue> {
        let rest = self.rest();
        let tail = name_length(rest);
        if tail == 0 {
            return Ok(());
        }
        let unsigned = matches!(&rest[..tail], "u" | "U");
        let digits = &self.text[start..self.at];
        let plain = format!("{digits}{}", rest[..tail].trim_matches('_'));
        self.at += tail;
        let issue = Issue::syntax("this is no number", self.span(start));
        Err(if unsigned {
            Issue::syntax("unsigned numbers are not part of the language", self.span(start))
                .with_help(format!("write `{digits}`"))
        } else if plain.contains('_') || plain.bytes().all(|byte| byte.is_ascii_digit()) {
            issue.with_help(format!("write `{}`, without underscores", plain.replace('_', "")))
        } else {
            issue
        })
    }
}

/// The operator or bracket that a text begins with, the longest that it may be.
fn symbol(text: &[u8]) -> Option<&'static str> {
    Some(match text {
        [b'=', b'=', b'=', ..] => "===",
        [b'=', b'=', ..] => "==",
        [b'=', ..] => "=",
        [b'!', b'=', b'=', ..] => "!==",
        [b'!', b'=', ..] => "!=",
        [b'!', ..] => "!",
        [b'<', b'=', ..] => "<=",
        [b'<', b'>', ..] => "<>",
        [b'<', ..] => "<",
        [b'>', b'=', ..] => ">=",
        [b'>', ..] => ">",
        [b'&', b'&', ..] => "&&",
        [b'&', ..] => "&",
        [b'|', b'|', ..] => "||",
        [b'|', ..] => "|",
        [b'(', ..] => "(",
        [b')', ..] => ")",
        [b'[', ..] => "[",
        [b']', ..] => "]",
        [b'{', ..] => "{",
        [b'}', ..] => "}",
        [b',', ..] => ",",
        [b'.', ..] => ".",
        [b'?', ..] => "?",
        [b':', ..] => ":",
        [b'+', ..] => "+",
        [b'-', ..] => "-",
        [b'*', ..] => "*",
        [b'/', ..] => "/",
        [b'%', ..] => "%",
        _ => return None,
    })
}

fn run(text: &str, holds: impl Fn(&u8) -> bool) -> usize {
    text.bytes().take_while(|byte| holds(byte)).count()
}

fn name_length(text: &str) -> usize {
    run(text, |byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn too_large(span: Span) -> Issue {
    Issue::syntax("this number is too large", span)
}

fn unexpected(found: char, span: Span) -> Issue {
    let issue = Issue::syntax(format!("`{}` means nothing here", found.escape_debug()), span);
    match found {
        '\u{201c}' | '\u{201d}' | '\u{201e}' => issue.with_help("quote texts with `\"`"),
        '\u{2018}' | '\u{2019}' | '\u{201a}' => issue.with_help("quote texts with `'`"),
        '\u{2264}' => issue.with_help("write `<=`"),
        '\u{2265}' => issue.with_help("write `>=`"),
        '\u{2260}' => issue.with_help("write `!=`"),
        '#' => issue.with_help("comments begin with `//`"),
        '@' | '$' => issue.with_help("names have no sigils"),
        _ => issue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind<'_>> {
        let mut lexer = Lexer::new(text);
        let mut kinds = Vec::new();
        loop {
            match lexer.next().unwrap().kind {
                TokenKind::End => return kinds,
                kind => kinds.push(kind),
            }
        }
    }

    fn issue(text: &str) -> Issue {
        let mut lexer = Lexer::new(text);
        loop {
            match lexer.next() {
                Ok(token) => assert_ne!(token.kind, TokenKind::End),
                Err(issue) => return issue,
            }
        }
    }

    #[test]
    fn numbers_are_whole_or_double() {
        assert_eq!(kinds("0 42 0x1F"), [TokenKind::Int(0), TokenKind::Int(42), TokenKind::Int(31)]);
        assert_eq!(kinds("1.5 .5"), [TokenKind::Double(1.5), TokenKind::Double(0.5)]);
        assert_eq!(kinds("1e3 2.5E-1"), [TokenKind::Double(1e3), TokenKind::Double(0.25)]);
    }

    #[test]
    fn a_dot_after_a_whole_number_is_a_selection() {
        assert_eq!(kinds("1.e"), [TokenKind::Int(1), TokenKind::Symbol("."), TokenKind::Name("e")]);
    }

    #[test]
    fn a_number_that_does_not_fit_is_refused() {
        assert_eq!(kinds("9223372036854775808"), [TokenKind::Int(1 << 63)]);
        assert_eq!(issue("1 + 9223372036854775809").span, Span::new(4, 23));
        assert_eq!(issue("1e999").message, "this number is too large");
        assert_eq!(issue("0x").message, "this number is too large");
    }

    #[test]
    fn unsigned_numbers_and_underscores_are_explained() {
        assert_eq!(issue("7u").help.as_deref(), Some("write `7`"));
        assert_eq!(issue("500_000").help.as_deref(), Some("write `500000`, without underscores"));
        assert_eq!(issue("3px").help, None);
    }

    #[test]
    fn comments_and_blanks_are_skipped() {
        assert_eq!(kinds("// one\n a // two"), [TokenKind::Name("a")]);
    }

    #[test]
    fn typographic_quotes_are_explained() {
        let found = issue("stage == \u{201c}pilot\u{201d}");
        assert_eq!((found.span, found.help.as_deref()), (Span::new(9, 12), Some("quote texts with `\"`")));
    }

    #[test]
    fn an_open_backquote_points_at_itself() {
        assert_eq!(issue("a.`b").span, Span::new(2, 3));
    }
}
