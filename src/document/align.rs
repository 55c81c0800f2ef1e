//! The decoded value of a scalar beside its source: which bytes each of its bytes came from.
//!
//! The value is known, so the source is walked with the value at hand instead of being decoded again. Should the
//! two ever disagree, what is left of both corresponds as a whole.

use super::extent::{line_end, line_start};
use super::view::Segment;
use super::{Kind, NodeRef, Str};
use crate::source::Span;

/// The segments of a scalar's view; of a collection, its source as it stands.
pub(super) fn scalar(node: NodeRef<'_>) -> Vec<Segment> {
    let span = node.anchor_span().unwrap_or(node.span());
    let text = node.document().text();
    match node.kind() {
        Kind::String(Str::Source(inner)) => vec![Segment::same(0, inner.start, inner.len())],
        Kind::String(value @ Str::Decoded(_)) => {
            let value = node.document().str_of(value);
            let mut walk = Walk {
                text,
                end: span.end as usize,
                at: span.start as usize,
                value,
                read: 0,
                segments: Vec::new(),
            };
            match text.as_bytes().get(walk.at) {
                Some(b'"') => walk.quoted(true),
                Some(b'\'') => walk.quoted(false),
                Some(b'|') => walk.literal(),
                Some(b'>') => walk.folded(),
                _ => walk.flow(Style::Plain),
            };
            walk.rest();
            walk.segments
        }
        _ => vec![Segment::same(0, span.start, span.len())],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

struct Walk<'a> {
    text: &'a str,
    /// Where the source of the scalar ends.
    end: usize,
    /// The next byte of the source.
    at: usize,
    value: &'a str,
    /// Bytes of the value that are placed.
    read: usize,
    segments: Vec<Segment>,
}

impl Walk<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied().filter(|_| at < self.end)
    }

    fn value_left(&self) -> &[u8] {
        self.value.as_bytes().get(self.read..).unwrap_or(&[])
    }

    fn is_done(&self) -> bool {
        self.read >= self.value.len()
    }

    /// Bytes that stand in both alike; false where they do not.
    fn same(&mut self, len: usize) -> bool {
        let source = self.text.as_bytes().get(self.at..self.at + len);
        if source.is_none() || source != self.value_left().get(..len) {
            return false;
        }
        Segment::same(self.read as u32, self.at as u32, len as u32).push_to(&mut self.segments);
        self.at += len;
        self.read += len;
        true
    }

    /// Bytes of the value that came from the source up to `until`.
    fn whole(&mut self, value_len: usize, until: usize) {
        let outer = Span::new(self.at as u32, until.max(self.at) as u32);
        if value_len > 0 {
            self.segments.push(Segment::whole(self.read as u32, value_len as u32, outer));
        }
        self.at = until.max(self.at);
        self.read += value_len;
    }

    /// Whatever is left of the value, and one segment where there is none.
    fn rest(&mut self) {
        let left = self.value.len().saturating_sub(self.read);
        self.whole(left, self.end);
        if self.segments.is_empty() {
            self.segments.push(Segment::same(0, self.at as u32, 0));
        }
    }

    fn quoted(&mut self, double: bool) -> bool {
        self.at += 1;
        self.end = self.end.saturating_sub(1).max(self.at);
        self.flow(if double { Style::Double } else { Style::Single })
    }

    /// A scalar whose line breaks fold. All walks tell whether they came to the end of the value.
    fn flow(&mut self, style: Style) -> bool {
        while !self.is_done() {
            let Some(byte) = self.byte(self.at) else { return false };
            let placed = match byte {
                b'\\' if style == Style::Double => self.escape(),
                b'\'' if style == Style::Single => {
                    self.whole(1, self.at + 2);
                    true
                }
                b' ' | b'\t' | b'\n' | b'\r' => self.blank(),
                _ => {
                    let tail = self.text.as_bytes().get(self.at..self.end).unwrap_or(&[]);
                    let len = tail.iter().take_while(|byte| !b"\\' \t\n\r".contains(byte)).count();
                    self.same(len.max(1))
                }
            };
            if !placed {
                return false;
            }
        }
        true
    }

    /// Blanks inside a line stay; blanks around a line break fold with it.
    fn blank(&mut self) -> bool {
        let (until, breaks) = self.blanks(self.at);
        if breaks == 0 {
            return self.same(until - self.at);
        }
        self.whole(if breaks == 1 { 1 } else { breaks - 1 }, until);
        true
    }

    /// Where the blanks and line breaks from an offset end, and how many breaks they hold.
    fn blanks(&self, from: usize) -> (usize, usize) {
        let (mut at, mut breaks) = (from, 0);
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t') => at += 1,
                Some(b'\r') if self.byte(at + 1) == Some(b'\n') => at += 1,
                Some(b'\n' | b'\r') => {
                    at += 1;
                    breaks += 1;
                }
                _ => return (at, breaks),
            }
        }
    }

    fn escape(&mut self) -> bool {
        let digits = |at: usize, count: usize| at + 2 + count;
        let until = match self.byte(self.at + 1) {
            Some(b'\n' | b'\r') => {
                let (until, breaks) = self.blanks(self.at + 1);
                self.whole(breaks - 1, until);
                return true;
            }
            Some(b'x') => digits(self.at, 2),
            Some(b'u') => {
                let next = digits(self.at, 4);
                let is_pair = self.value_left().first().is_some_and(|&lead| lead >= 0xf0);
                if is_pair { digits(next, 4) } else { next }
            }
            Some(b'U') => digits(self.at, 8),
            Some(_) => digits(self.at, 0),
            None => return false,
        };
        let Some(character) = self.value.get(self.read..).and_then(|left| left.chars().next()) else {
            return false;
        };
        self.whole(character.len_utf8(), until.min(self.end));
        true
    }

    /// Moves past the header of a block scalar and its line break. The break of its last line, which is no part of
    /// its span, is part of its value.
    fn header(&mut self) {
        let span_end = std::mem::replace(&mut self.end, self.text.len());
        self.end = self.past_break(span_end);
        let header_end = line_end(self.text.as_bytes(), self.at).min(self.end);
        self.at = self.past_break(header_end);
    }

    fn past_break(&self, at: usize) -> usize {
        match (self.byte(at), self.byte(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at + 2,
            (Some(b'\n' | b'\r'), _) => at + 1,
            _ => at,
        }
    }

    /// Line for line: the value's is the source's without the indentation.
    fn literal(&mut self) -> bool {
        self.header();
        while !self.is_done() {
            let left = self.value_left();
            let len = left.iter().position(|&byte| byte == b'\n').unwrap_or(left.len());
            let end = line_end(self.text.as_bytes(), self.at).min(self.end);
            let Some(start) = end.checked_sub(len).filter(|&start| start >= self.at) else { return false };
            self.at = start;
            if !self.same(len) {
                return false;
            }
            if !self.is_done() {
                self.line_break(self.past_break(end));
            }
        }
        true
    }

    fn line_break(&mut self, until: usize) {
        if until != self.at + 1 || !self.same(1) {
            self.whole(1, until);
        }
    }

    /// Lines of content are the source's without the indentation; between them stands what folding made of the
    /// line breaks: a blank, or line feeds only.
    fn folded(&mut self) -> bool {
        self.header();
        let feeds = self.value_left().iter().take_while(|&&byte| byte == b'\n').count();
        let first = (self.at..self.end).find(|&at| !matches!(self.byte(at), Some(b' ' | b'\n' | b'\r')));
        let Some(first) = first else { return false };
        let start = line_start(self.text.as_bytes(), first).max(self.at);
        let kept = self.value_left().iter().skip(feeds).take_while(|&&byte| byte == b' ').count();
        let Some(indent) = (first - start).checked_sub(kept) else { return false };
        self.whole(feeds, start + indent);
        self.at = start + indent;
        while !self.is_done() {
            let end = line_end(self.text.as_bytes(), self.at).min(self.end);
            if !self.same(end.saturating_sub(self.at)) {
                return false;
            }
            let feeds = self.value_left().iter().take_while(|&&byte| byte == b'\n').count();
            let next = self.next_content(indent);
            if next >= self.end {
                break;
            }
            self.whole(feeds.max(1), next);
        }
        self.is_done()
    }

    /// Where the content of the next line begins that reaches beyond the indentation.
    fn next_content(&self, indent: usize) -> usize {
        let mut line = self.past_break(self.at);
        while line < self.end {
            let end = line_end(self.text.as_bytes(), line).min(self.end);
            if end - line > indent {
                return line + indent;
            }
            let next = self.past_break(end);
            if next == end {
                break;
            }
            line = next;
        }
        self.end
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Document, Limits, View, parse};
    use super::*;

    /// The documents of a text whose every value is a scalar under test.
    fn document(text: &str) -> Document {
        let mut stream = parse(&Arc::from(text), &Limits::default());
        assert!(stream.problems.is_empty(), "{:?}", stream.problems);
        stream.documents.remove(0)
    }

    /// For every character of the value at `/a`, the source it came from.
    fn sources(text: &str) -> Vec<(char, String)> {
        let document = document(text);
        let node = document.root().get("a").unwrap();
        let view = View::of_scalar(node);
        let value = node.as_str().unwrap();
        let source = |(at, character): (usize, char)| {
            let span = Span::new(at as u32, (at + character.len_utf8()) as u32);
            (character, view.outer(span).slice(text).to_owned())
        };
        value.char_indices().map(source).collect()
    }

    #[track_caller]
    fn assert_sources(text: &str, expected: &[(char, &str)]) {
        let found = sources(text);
        let found: Vec<_> = found.iter().map(|(character, source)| (*character, source.as_str())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn what_stands_as_it_is_is_placed_byte_by_byte() {
        assert_sources("a: xé\n", &[('x', "x"), ('é', "é")]);
        assert_sources("a: 'y'\n", &[('y', "y")]);
        assert_sources("a: |\n  z\n", &[('z', "z"), ('\n', "\n")]);
    }

    #[test]
    fn escapes_are_placed_as_a_whole() {
        assert_sources(
            r#"a: "x\n\x41\u00e9\ud83d\ude00\U0001f600\\y""#,
            &[
                ('x', "x"),
                ('\n', r"\n"),
                ('A', r"\x41"),
                ('é', r"\u00e9"),
                ('😀', r"\ud83d\ude00"),
                ('😀', r"\U0001f600"),
                ('\\', r"\\"),
                ('y', "y"),
            ],
        );
        assert_sources("a: 'x''y'\n", &[('x', "x"), ('\'', "''"), ('y', "y")]);
    }

    #[test]
    fn folded_line_breaks_are_placed_with_the_blanks_around_them() {
        assert_sources("a: x \r\n  y\n", &[('x', "x"), (' ', " \r\n  "), ('y', "y")]);
        assert_sources(
            "a: 'x\n\n\n  y'\n",
            &[('x', "x"), ('\n', "\n\n\n  "), ('\n', "\n\n\n  "), ('y', "y")],
        );
        assert_sources(
            "a: \"x\\\n\n  y\\\n  z\"\n",
            &[('x', "x"), ('\n', "\\\n\n  "), ('y', "y"), ('z', "z")],
        );
    }

    #[test]
    fn literal_lines_are_placed_without_their_indentation() {
        assert_sources(
            "a: |2-\n\n     x\n   y\r\n",
            &[
                ('\n', "\n"),
                (' ', " "),
                (' ', " "),
                (' ', " "),
                ('x', "x"),
                ('\n', "\n"),
                (' ', " "),
                ('y', "y"),
            ],
        );
        assert_sources("a: |\r\n  x\r\n  y\r\n", &[('x', "x"), ('\n', "\r\n"), ('y', "y"), ('\n', "\r\n")]);
    }

    #[test]
    fn folded_lines_are_placed_without_their_indentation() {
        assert_sources(
            "a: >\n\n  x\n  y\n    z\n\n  w\n",
            &[
                ('\n', "\n  "),
                ('x', "x"),
                (' ', "\n  "),
                ('y', "y"),
                ('\n', "\n  "),
                (' ', " "),
                (' ', " "),
                ('z', "z"),
                ('\n', "\n\n  "),
                ('\n', "\n\n  "),
                ('w', "w"),
                ('\n', "\n"),
            ],
        );
    }

    #[test]
    fn an_empty_value_is_placed_where_it_stands() {
        for (text, at) in [("a: ''\n", 4), ("a: \"\\\n  \"\n", 8), ("a: |\nb: 1\n", 4), ("a: !!str\n", 8)] {
            let document = document(text);
            let view = View::of_scalar(document.root().get("a").unwrap());
            assert_eq!(view.outer(Span::new(0, 0)).start, at, "{text:?}");
        }
    }

    #[test]
    fn a_number_is_placed_by_its_source() {
        let document = document("a: 0x1F\nb: &x 12\nc: *x\n");
        let outer = |key: &str| View::of_scalar(document.root().get(key).unwrap()).outer(Span::new(0, 2));
        assert_eq!(outer("a"), Span::new(3, 5));
        assert_eq!(outer("c"), Span::new(14, 16));
    }
}
