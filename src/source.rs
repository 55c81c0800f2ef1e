//! A source text, byte spans in it, and how an offset becomes a line and a column.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A half-open range of bytes in the UTF-8 text of one source (after decoding, a byte-order mark included).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte; its place still means something.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The text under the span, or nothing where the text is not the one the span was made for.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A place in a source as people and editors count: line and column from one, the column in Unicode scalars
/// without the byte-order mark; the offset in bytes from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes from the start of the text.
    pub offset: u32,
    /// Line from one; CR, LF and CRLF each end a line.
    pub line: u32,
    /// Unicode scalars from the start of the line, plus one.
    pub column: u32,
}

/// Where the lines of a text begin, and where it is not ASCII: enough to place any offset exactly after the
/// text itself is gone, so that ten thousand manifests cost their line tables and not their bytes.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Box<[u32]>,
    /// Offset of each character of more than one byte, with how many bytes it and all before it have beyond their
    /// first: a sum, so that no line is too long to count columns in.
    wide: Box<[(u32, u32)]>,
    /// Offset of each character of four bytes: UTF-16 takes two units for it.
    astral: Box<[u32]>,
    has_bom: bool,
    len: u32,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let has_bom = text.starts_with('\u{feff}');
        // Room for the lines of most texts.
        let mut starts = Vec::with_capacity(bytes.len() / 16 + 1);
        starts.push(0);
        let mut wide = Vec::new();
        let mut astral = Vec::new();
        let mut beyond = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        let all = if text.is_ascii() { &[] } else { bytes };
        for (at, &byte) in all.iter().enumerate().filter(|(_, byte)| **byte >= 0xc0) {
            beyond += match byte {
                0xf0.. => {
                    astral.push(at as u32);
                    3
                }
                0xe0.. => 2,
                _ => 1,
            };
            wide.push((at as u32, beyond));
        }
        Self {
            starts: starts.into(),
            wide: wide.into(),
            astral: astral.into(),
            has_bom,
            len: bytes.len() as u32,
        }
    }

    /// Length of the text in bytes.
    pub fn text_len(&self) -> u32 {
        self.len
    }

    /// How many lines the text has; the empty text has one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The byte range of a line (from one) with its line break, or nothing past the end.
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let start = *self.starts.get(line.checked_sub(1)? as usize)?;
        let end = self.starts.get(line as usize).copied().unwrap_or(self.len);
        Some(Span::new(start, end))
    }

    /// Line and column of an offset; an offset past the end is placed at the end, one inside a character at its
    /// start.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = offset.min(self.len);
        if let Some(&(at, beyond)) = self.last_wide(offset)
            && offset <= at + beyond - self.beyond(at)
        {
            offset = at;
        }
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let extra = self.beyond(offset) - self.beyond(start);
        let bom = u32::from(line == 1 && self.has_bom && offset > 0);
        Position { offset, line: line as u32, column: offset - start - extra - bom + 1 }
    }

    /// The column of a position as UTF-16 counts: code units from the start of the line, plus one, without the
    /// byte-order mark.
    pub fn utf16_column(&self, position: Position) -> u32 {
        let start = self.line_span(position.line).map_or(0, |line| line.start);
        let before = |offset: u32| self.astral.partition_point(|&at| at < offset) as u32;
        position.column + before(position.offset) - before(start)
    }

    /// Bytes beyond their first of all characters that begin before an offset.
    fn beyond(&self, offset: u32) -> u32 {
        self.last_wide(offset).map_or(0, |&(_, beyond)| beyond)
    }

    fn last_wide(&self, offset: u32) -> Option<&(u32, u32)> {
        self.wide.get(self.wide.partition_point(|&(at, _)| at < offset).checked_sub(1)?)
    }

    /// Start and end of a span.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }
}

/// One text that was read: what it is called, where its lines are, and how to come by its bytes again.
///
/// The text itself is dropped after phase 1 (see [`crate::pipeline`]) unless it exists nowhere else.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the root, with forward slashes; bytes that are not UTF-8 as `\xNN`. For a built-in
    /// policy `builtin:pack/rule.yaml`.
    pub path: Arc<str>,
    /// Where the text can be read again.
    origin: Origin,
    /// Line table of the text.
    pub lines: LineIndex,
    /// The text, where it exists only in memory.
    pub text: Option<Arc<str>>,
    /// A hash of the text, to tell whether a file changed since it was checked.
    pub digest: u64,
}

/// Where a text can be read again.
#[derive(Debug)]
enum Origin {
    /// Nowhere: it exists in memory only.
    Memory,
    /// In the file of the name that is shown, as nearly always.
    Shown,
    /// In a file whose name is shown otherwise.
    Other(Box<Path>),
}

impl Source {
    /// The order of sources in reports. Most neighbours are one source, whose path need not be read to know it.
    pub fn by_path(left: &Arc<Self>, right: &Arc<Self>) -> Ordering {
        if Arc::ptr_eq(left, right) { Ordering::Equal } else { left.path.cmp(&right.path) }
    }

    /// The file to read again for an excerpt; nothing for standard input and built-in texts.
    pub fn file(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Memory => None,
            Origin::Shown => Some(Path::new(&*self.path)),
            Origin::Other(file) => Some(file),
        }
    }

    /// A source that keeps its text: standard input, an editor's buffer, a built-in policy.
    pub fn in_memory(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Arc<Self> {
        let text = text.into();
        Arc::new(Self {
            path: path.into(),
            origin: Origin::Memory,
            lines: LineIndex::new(&text),
            digest: digest(&text),
            text: Some(text),
        })
    }

    /// A source whose text lies in a file and is not kept.
    pub fn on_disk(path: impl Into<Arc<str>>, file: PathBuf, text: &str) -> Arc<Self> {
        let path = path.into();
        Arc::new(Self {
            origin: if *file.as_os_str() == *path { Origin::Shown } else { Origin::Other(file.into()) },
            path,
            lines: LineIndex::new(text),
            digest: digest(text),
            text: None,
        })
    }
}

/// A hash that tells a changed file from an unchanged one within a run (not a stable or a secure one).
pub fn digest(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_inside_a_character_is_placed_at_its_start() {
        let lines = LineIndex::new("\u{feff}a\n漢b");
        let places: Vec<_> =
            (0..=9).map(|offset| lines.position(offset)).map(|at| (at.offset, at.line, at.column)).collect();
        let (bom, wide) = ((0, 1, 1), (5, 2, 1));
        assert_eq!(places, [bom, bom, bom, (3, 1, 1), (4, 1, 2), wide, wide, wide, (8, 2, 2), (9, 2, 3)]);
    }

    #[test]
    fn columns_of_utf16_count_a_surrogate_pair_twice() {
        let text = "\u{feff}🙂é🙂x\n🙂y";
        let lines = LineIndex::new(text);
        let columns = |needle: &str| {
            let at = lines.position(text.find(needle).unwrap() as u32);
            (at.column, lines.utf16_column(at))
        };
        assert_eq!(columns("é"), (2, 3));
        assert_eq!(columns("x"), (4, 6));
        assert_eq!(columns("y"), (2, 3));
    }

    #[test]
    fn columns_count_scalars_without_the_byte_order_mark() {
        let text = "\u{feff}a: é\r\n✓x: 1\rlast\n";
        let lines = LineIndex::new(text);
        let place = |needle: &str| {
            let at = lines.position(text.find(needle).unwrap() as u32);
            (at.line, at.column)
        };
        assert_eq!(place("a:"), (1, 1));
        assert_eq!(place("é"), (1, 4));
        assert_eq!(place("x:"), (2, 2));
        assert_eq!(place("last"), (3, 1));
        assert_eq!(lines.line_count(), 4);
        assert_eq!(lines.position(9999).line, 4);
        assert_eq!(lines.line_span(2).unwrap().slice(text), "✓x: 1\r");
    }
}
