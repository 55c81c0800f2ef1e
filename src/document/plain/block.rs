//! A block scalar: the text below a `|` or `>`, taken line by line.
//!
//! Of its kinds only those are ours whose first line says how deep they stand: no number in the header, no blank line
//! at the top, and no blank line that is longer than the indentation. Nor is `+` ours, which keeps the blank lines
//! below.

use super::line::Line;
use crate::document::Str;
use crate::document::builder::Builder;
use crate::source::Span;

/// A block scalar that has begun.
pub(super) struct Block {
    /// Its `|` or `>`.
    header: usize,
    folded: bool,
    /// Whether the break after its last line is no part of it.
    strips: bool,
    /// Spaces before the entries of the collection that it stands in.
    outer: usize,
    /// Spaces before each of its lines: none before the first is seen.
    indent: usize,
    /// The first byte of its first line, after the indentation.
    content: usize,
    /// Past its last line.
    end: usize,
    /// Blank lines after that.
    blank: usize,
    /// Whether that line begins with a space, and so is not folded.
    is_deeper: bool,
    /// Where its text begins among the decoded ones.
    decoded: usize,
}

impl Block {
    /// The block scalar whose header begins at an offset, in a collection of a column; and where the header ends.
    pub(super) fn begin(
        line: Line<'_>,
        header: usize,
        outer: usize,
        decoded: usize,
    ) -> Option<(Self, usize)> {
        let folded = line.byte(header) == Some(b'>');
        let strips = line.byte(header + 1) == Some(b'-');
        let after = header + 1 + usize::from(strips);
        let block = Self {
            header,
            folded,
            strips,
            outer,
            indent: 0,
            content: header,
            end: after,
            blank: 0,
            is_deeper: false,
            decoded,
        };
        line.is_apart(after).then_some((block, after))
    }

    /// Takes a line that begins at an offset; tells whether it is part of the scalar. Nothing where that is not ours.
    pub(super) fn take(
        &mut self,
        text: &str,
        line: Line<'_>,
        start: usize,
        decoded: &mut String,
    ) -> Option<bool> {
        let at = line.past_spaces(start);
        let (column, is_blank) = (at - start, at == line.end());
        if self.indent == 0 {
            if is_blank || column <= self.outer {
                return None;
            }
            (self.indent, self.content) = (column, at);
        } else if is_blank {
            self.blank += 1;
            return (column <= self.indent).then_some(true);
        } else if column < self.indent {
            return Some(false);
        } else {
            let is_deeper = column > self.indent;
            let is_folded = self.folded && !self.is_deeper && !is_deeper;
            match self.blank {
                0 if is_folded => decoded.push(' '),
                blank => decoded.extend(std::iter::repeat_n('\n', blank + usize::from(!is_folded))),
            }
            self.is_deeper = is_deeper;
        }
        decoded.push_str(text.get(start + self.indent..line.end())?);
        (self.end, self.blank) = (line.end(), 0);
        Some(true)
    }

    /// Its text and its bytes, once no line is to come. Nothing where it has none.
    pub(super) fn finish(self, builder: &mut Builder<'_>) -> Option<(Str, Span)> {
        if self.indent == 0 {
            return None;
        }
        if !self.strips {
            builder.decoded.push('\n');
        }
        let value = builder.decoded.get(self.decoded..)?;
        let stands = self.content..self.content + value.len();
        let value = if builder.text.get(stands.clone()) == Some(value) {
            builder.decoded.truncate(self.decoded);
            Str::Source(Span::new(stands.start as u32, stands.end as u32))
        } else {
            Str::Decoded(Span::new(self.decoded as u32, builder.decoded.len() as u32))
        };
        Some((value, Span::new(self.header as u32, self.end as u32)))
    }
}
