//! One line of a text: where its blanks and its scalars end.

use memchr::{memchr, memchr2};

/// What a scalar is written in, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Scalar {
    pub(super) style: Style,
    /// Its first byte, a quote counted.
    pub(super) start: usize,
    /// Past its last byte, a quote counted.
    pub(super) end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// In quotes, and its characters as they stand.
    Quoted,
    /// In single quotes, some of its characters quotes written twice.
    Doubled,
}

/// A text up to the end of one of its lines, so that offsets are those of the text and the line ends where the
/// bytes do.
#[derive(Clone, Copy)]
pub(super) struct Line<'t>(pub(super) &'t [u8]);

impl Line<'_> {
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn end(self) -> usize {
        self.0.len()
    }

    pub(super) fn past_spaces(self, mut at: usize) -> usize {
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        at
    }

    /// Whether the mark before an offset is by itself: what follows is a space or nothing.
    pub(super) fn is_apart(self, at: usize) -> bool {
        matches!(self.byte(at), Some(b' ') | None)
    }

    /// Whether an item of a block sequence begins here.
    pub(super) fn is_dash(self, at: usize) -> bool {
        self.byte(at) == Some(b'-') && self.is_apart(at + 1)
    }

    /// The scalar that begins here; nothing where it begins or ends in a way that is not ours. What follows it is
    /// not looked at.
    pub(super) fn scalar(self, at: usize, in_flow: bool) -> Option<Scalar> {
        match self.byte(at)? {
            b'\'' => self.single_quoted(at),
            b'"' => self.double_quoted(at),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
            | b'%' | b'@' | b'`' => None,
            b'-' if self.is_apart(at + 1) || self.byte(at + 1).is_some_and(is_flow) => None,
            _ => Some(Scalar { style: Style::Plain, start: at, end: self.plain_end(at, in_flow) }),
        }
    }

    fn single_quoted(self, start: usize) -> Option<Scalar> {
        let (mut at, mut style) = (start + 1, Style::Quoted);
        loop {
            let quote = at + memchr(b'\'', self.0.get(at..)?)?;
            if self.byte(quote + 1) != Some(b'\'') {
                return Some(Scalar { style, start, end: quote + 1 });
            }
            style = Style::Doubled;
            at = quote + 2;
        }
    }

    /// Escapes are left to the other reader.
    fn double_quoted(self, start: usize) -> Option<Scalar> {
        let found = start + 1 + memchr2(b'"', b'\\', self.0.get(start + 1..)?)?;
        (self.byte(found) == Some(b'"')).then_some(Scalar { style: Style::Quoted, start, end: found + 1 })
    }

    /// Past the last byte of a plain scalar: before a colon that ends a key, before a comment, in brackets before
    /// one of their marks, and before the blanks that precede any of these.
    fn plain_end(self, start: usize, in_flow: bool) -> usize {
        let mut end = start;
        let mut after_space = false;
        for (at, &byte) in self.0.iter().enumerate().skip(start) {
            match byte {
                b' ' => {
                    after_space = true;
                    continue;
                }
                b':' if self.is_apart(at + 1) || in_flow && self.byte(at + 1).is_some_and(is_flow) => break,
                b'#' if after_space => break,
                b',' | b'[' | b']' | b'{' | b'}' if in_flow => break,
                _ => {}
            }
            after_space = false;
            end = at + 1;
        }
        end
    }
}

fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
