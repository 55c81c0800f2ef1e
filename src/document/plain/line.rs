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
        if in_flow { self.plain_end_in_flow(start) } else { self.plain_end_in_block(start) }
    }

    fn plain_end_in_block(self, start: usize) -> usize {
        let mut from = start;
        loop {
            let rest = self.0.get(from..).unwrap_or_default();
            let Some(len) = memchr2(b':', b'#', rest) else { return self.before_spaces(self.end()) };
            let at = from + len;
            let is_over = match self.byte(at) {
                Some(b':') => self.is_apart(at + 1),
                _ => at > start && self.byte(at - 1) == Some(b' '),
            };
            if is_over {
                return self.before_spaces(at);
            }
            from = at + 1;
        }
    }

    fn plain_end_in_flow(self, start: usize) -> usize {
        let mut at = start;
        loop {
            let rest = self.0.get(at..).unwrap_or_default();
            let len = rest.iter().position(|&byte| ENDS_IN_FLOW[usize::from(byte)]);
            let Some(len) = len else { return self.end() };
            at += len;
            let next = self.past_spaces(at);
            let is_over = match self.byte(next) {
                None => true,
                Some(b':') => self.is_apart(next + 1) || self.byte(next + 1).is_some_and(is_flow),
                Some(b'#') => next > at,
                Some(byte) => is_flow(byte),
            };
            if is_over {
                return at;
            }
            at = next + 1;
        }
    }

    /// Before the spaces that precede an offset.
    fn before_spaces(self, mut at: usize) -> usize {
        while at > 0 && self.byte(at - 1) == Some(b' ') {
            at -= 1;
        }
        at
    }
}

/// The bytes that may end a plain scalar in brackets.
const ENDS_IN_FLOW: [bool; 256] = {
    let mut ends = [false; 256];
    ends[b' ' as usize] = true;
    ends[b':' as usize] = true;
    ends[b',' as usize] = true;
    ends[b'[' as usize] = true;
    ends[b']' as usize] = true;
    ends[b'{' as usize] = true;
    ends[b'}' as usize] = true;
    ends
};

fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
