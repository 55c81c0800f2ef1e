//! Texts inside texts: which byte of the outer text a byte of the inner one came from.

use super::{NodeRef, align};
use crate::source::Span;

/// A stretch of the inner text that came from the outer one: a number of pieces, all of one size on either side.
///
/// Bytes that stand in both texts alike are one piece each. An escape, a folded line break or any other stretch
/// that only corresponds as a whole is a single piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First byte in the inner text.
    pub inner: u32,
    /// Bytes it has in the inner text: a multiple of `pieces`.
    pub inner_len: u32,
    /// First byte in the outer text.
    pub outer: u32,
    /// Bytes it has in the outer text: a multiple of `pieces`.
    pub outer_len: u32,
    /// How many pieces it has; one at least.
    pub pieces: u32,
}

impl Segment {
    /// A stretch of `len` bytes that stand in both texts alike.
    pub fn same(inner: u32, outer: u32, len: u32) -> Self {
        Self { inner, inner_len: len, outer, outer_len: len, pieces: len.max(1) }
    }

    /// A stretch that corresponds as a whole.
    pub fn whole(inner: u32, inner_len: u32, outer: Span) -> Self {
        Self { inner, inner_len, outer: outer.start, outer_len: outer.len(), pieces: 1 }
    }

    fn inner_step(self) -> u32 {
        self.inner_len / self.pieces.max(1)
    }

    fn outer_step(self) -> u32 {
        self.outer_len / self.pieces.max(1)
    }

    /// The outer bytes of the piece that an inner byte is in; past the end, the end.
    fn piece(self, at: u32) -> Span {
        let piece = at.saturating_sub(self.inner).checked_div(self.inner_step()).unwrap_or(0);
        let start = self.outer.saturating_add(piece.min(self.pieces).saturating_mul(self.outer_step()));
        let end = start.saturating_add(self.outer_step()).min(self.outer.saturating_add(self.outer_len));
        Span::new(start, end.max(start))
    }

    /// Appends a stretch to others, as part of the last where it goes on with it.
    pub(super) fn push_to(self, segments: &mut Vec<Self>) {
        if let Some(last) = segments.last_mut()
            && last.inner + last.inner_len == self.inner
            && last.outer + last.outer_len == self.outer
            && last.inner_step() == self.inner_step()
            && last.outer_step() == self.outer_step()
            && self.inner_len > 0
        {
            last.inner_len += self.inner_len;
            last.outer_len += self.outer_len;
            last.pieces += self.pieces;
            return;
        }
        segments.push(self);
    }
}

/// Maps an inner text to its outer one: the value of a scalar to the bytes of the file, UTF-8 to UTF-16.
///
/// A view without segments maps every byte to itself.
#[derive(Clone, Debug, Default)]
pub struct View {
    segments: Vec<Segment>,
}

impl View {
    /// A view by its segments, in order and without gaps in the inner text.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// The view of a scalar: from its value (for a string [`NodeRef::as_str`], for anything else
    /// [`NodeRef::source_text`]) to its bytes in the source. For an alias these are the anchored bytes.
    pub fn of_scalar(node: NodeRef<'_>) -> Self {
        Self::new(align::scalar(node))
    }

    /// Its segments.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The outer bytes of an inner span: all that its bytes came from. A span past the end is placed at the end.
    pub fn outer(&self, inner: Span) -> Span {
        if self.segments.is_empty() {
            return Span::new(inner.start, inner.end.max(inner.start));
        }
        let start = self.piece(inner.start).start;
        if inner.is_empty() {
            return Span::new(start, start);
        }
        Span::new(start, self.piece(inner.end - 1).end.max(start))
    }

    fn piece(&self, at: u32) -> Span {
        let after = self.segments.partition_point(|segment| segment.inner <= at);
        let segment = self.segments.get(after.saturating_sub(1));
        segment.map_or_else(Span::default, |segment| segment.piece(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_over_several_stretches_covers_all_of_them() {
        // `ab\tc` written as `"ab\tc"`, three bytes into the file.
        let view = View::new(vec![
            Segment::same(0, 4, 2),
            Segment::whole(2, 1, Span::new(6, 8)),
            Segment::same(3, 8, 1),
        ]);
        assert_eq!(view.outer(Span::new(0, 2)), Span::new(4, 6));
        assert_eq!(view.outer(Span::new(1, 3)), Span::new(5, 8));
        assert_eq!(view.outer(Span::new(2, 4)), Span::new(6, 9));
        assert_eq!(view.outer(Span::new(3, 3)), Span::new(8, 8));
    }

    #[test]
    fn what_lies_outside_is_placed_at_the_end() {
        let view = View::new(vec![Segment::same(0, 10, 3)]);
        assert_eq!(view.outer(Span::new(2, 99)), Span::new(12, 13));
        assert_eq!(view.outer(Span::new(50, 99)), Span::new(13, 13));
        assert_eq!(view.outer(Span::new(9, 2)), Span::new(13, 13));
        assert_eq!(View::default().outer(Span::new(5, 2)), Span::new(5, 5));
    }

    #[test]
    fn pieces_of_several_bytes_are_found_from_any_byte() {
        // Three characters of two bytes in UTF-8 and in UTF-16, then one of three and two.
        let view = View::new(vec![
            Segment { inner: 0, inner_len: 6, outer: 2, outer_len: 6, pieces: 3 },
            Segment { inner: 6, inner_len: 3, outer: 8, outer_len: 2, pieces: 1 },
        ]);
        assert_eq!(view.outer(Span::new(2, 4)), Span::new(4, 6));
        assert_eq!(view.outer(Span::new(4, 9)), Span::new(6, 10));
    }
}
