//! The plain reader: the YAML that nearly every manifest is written in, read in one pass over its bytes.
//!
//! There are two readers because the general one ([`mod@super::parse`]) pays for everything that YAML allows with every
//! byte: it queues a token while it may still turn out to be a key, and words each mistake. Most manifests are block
//! collections of one-line scalars, and for those that price was most of what a run cost.
//!
//! The contract: for every text this reader gives either nothing or exactly the [`Stream`] of the general one, to
//! the last span and comment. It drives the same [`Builder`] and so the same resolution of scalars. It never tells
//! of a problem: anything that it does not know (anchors, tags, escapes, tabs, texts in quotes over several lines, a limit, a duplicate key, any doubt) makes it give up the whole text, which the general reader then reads
//! from its beginning. To widen it means to widen the property test beside it first.

mod block;
mod line;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use self::block::Block;
use self::line::{Line, Scalar, Style};
use super::builder::{Builder, Key};
use super::{Comment, Kind, Limits, Str, Stream, scalar};
use crate::source::Span;

/// Bytes of the longest line that is read: well below the length at which the general reader stops to take what it
/// has read for a key.
const LONGEST_LINE: usize = 16 << 10;

/// Bytes that are looked over at once for characters that are not ours: enough for nearly every manifest, and so
/// few that a large file of another kind is given up early.
const BLOCK: usize = 64 << 10;

/// The stream of a text that is plain throughout; nothing for any other.
pub(super) fn read(text: &Arc<str>, limits: &Limits) -> Option<Stream> {
    // Spans count no further; the general reader tells of it.
    if text.len() > (u32::MAX / 2) as usize {
        return None;
    }
    let mut common = common_until(text, 0)?;
    let bytes = text.as_bytes();
    let mut reader = Reader {
        text,
        limits,
        stream: Stream::default(),
        builder: None,
        levels: Vec::with_capacity(8),
        awaited: None,
        block: None,
        comments: Vec::new(),
    };
    let has_returns = memchr(b'\r', bytes).is_some();
    let mut start = 0;
    for feed in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        if common < feed {
            common = common_until(text, common)?;
        }
        let is_return = has_returns && feed > start && bytes.get(feed - 1) == Some(&b'\r');
        // At the end of the text, a carriage return is by itself.
        let end = if is_return && feed < bytes.len() { feed - 1 } else { feed };
        reader.line(bytes.get(..end)?, start, has_returns)?;
        start = feed + 1;
    }
    reader.finish()
}

/// Looks over the lines of a block from an offset for characters that do not stand for themselves wherever they
/// stand: tabs, controls, byte-order marks. Tells where the block ends; nothing where there is such a character, or
/// no line as short as a block. What is left to find is a carriage return by itself.
fn common_until(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let len = match rest.get(..BLOCK) {
        Some(block) => memrchr(b'\n', block)? + 1,
        None => rest.len(),
    };
    let block = text.get(from..from + len)?;
    let is_odd = |byte: u8| (byte < b' ' && byte != b'\n' && byte != b'\r') || byte == 0x7f;
    // Without an early end the compiler looks at many bytes at once.
    let odd = block.as_bytes().iter().fold(false, |odd, &byte| odd | is_odd(byte));
    let is_odd =
        |character: char| matches!(character, '\u{80}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let odd = odd || !block.is_ascii() && block.chars().any(is_odd);
    (!odd).then_some(from + len)
}

/// A block collection that is open.
#[derive(Clone, Copy)]
struct Level {
    /// Spaces before its entries.
    column: usize,
    mapping: bool,
}

struct Reader<'t> {
    text: &'t Arc<str>,
    limits: &'t Limits,
    stream: Stream,
    /// The document that has begun.
    builder: Option<Builder<'t>>,
    /// Its open block collections, the outermost first; none as long as it is empty.
    levels: Vec<Level>,
    /// Past the colon of a key whose line holds no value.
    awaited: Option<usize>,
    /// The block scalar that the next lines may be part of.
    block: Option<Block>,
    /// Comments before the first document.
    comments: Vec<Comment>,
}

impl<'t> Reader<'t> {
    /// Reads a line that begins at an offset and ends where the bytes do.
    fn line(&mut self, bytes: &'t [u8], start: usize, has_returns: bool) -> Option<()> {
        let line = Line(bytes);
        let own = bytes.get(start..)?;
        if own.len() > LONGEST_LINE || has_returns && memchr(b'\r', own).is_some() {
            return None;
        }
        if let Some(block) = &mut self.block {
            if block.take(self.text, line, start, &mut self.builder.as_mut()?.decoded)? {
                return Some(());
            }
            self.end_block()?;
        }
        let at = line.past_spaces(start);
        match line.byte(at) {
            None => Some(()),
            Some(b'#') => {
                self.comment(line, at);
                Some(())
            }
            Some(b'-' | b'.') if at == start && (own.starts_with(b"---") || own.starts_with(b"...")) => {
                self.marker(line, start)
            }
            Some(_) => self.content(line, at, at - start),
        }
    }

    fn comment(&mut self, line: Line<'t>, at: usize) {
        if self.limits.comments {
            let comments = self.builder.as_mut().map_or(&mut self.comments, |builder| &mut builder.comments);
            comments.push(Comment { span: span(at, line.end()) });
        }
    }

    /// The rest of a line after a value: nothing, or a comment.
    fn rest(&mut self, line: Line<'t>, from: usize) -> Option<()> {
        let at = line.past_spaces(from);
        match line.byte(at) {
            None => {}
            Some(b'#') if at > from => self.comment(line, at),
            Some(_) => return None,
        }
        Some(())
    }

    /// A line that begins with `---`; one that begins with `...` is not ours.
    fn marker(&mut self, line: Line<'t>, start: usize) -> Option<()> {
        if line.byte(start) != Some(b'-') || !line.is_apart(start + 3) {
            return None;
        }
        if self.builder.is_some() {
            self.document()?;
        }
        self.begin(start + 3);
        self.rest(line, start + 3)
    }

    fn begin(&mut self, at: usize) {
        let mut builder = Builder::new(self.text, self.limits, self.stream.total, at as u32);
        builder.comments.append(&mut self.comments);
        self.builder = Some(builder);
        self.stream.total += 1;
    }

    /// Ends the document that has begun, which must not be empty.
    fn document(&mut self) -> Option<()> {
        self.end_block()?;
        if self.levels.is_empty() {
            return None;
        }
        self.nothing()?;
        while !self.levels.is_empty() {
            self.close()?;
        }
        let (document, problems) = self.builder.take()?.finish();
        self.stream.documents.push(document);
        problems.is_empty().then_some(())
    }

    fn finish(mut self) -> Option<Stream> {
        self.document()?;
        Some(self.stream)
    }

    /// Gives the awaited value up: nothing is there.
    fn nothing(&mut self) -> Option<()> {
        match self.awaited.take() {
            Some(at) => self.builder.as_mut()?.value(Kind::Null, span(at, at)).ok(),
            None => Some(()),
        }
    }

    fn close(&mut self) -> Option<()> {
        self.levels.pop();
        self.builder.as_mut()?.close(Span::default()).ok()
    }

    fn open(&mut self, mapping: bool, column: usize, at: usize) -> Option<()> {
        self.levels.push(Level { column, mapping });
        self.builder.as_mut()?.enter(mapping, span(at, at), false).ok().map(|_| ())
    }

    /// A line with an entry or an item, after its indentation.
    fn content(&mut self, line: Line<'t>, at: usize, column: usize) -> Option<()> {
        let is_item = line.is_dash(at);
        let opens = match self.levels.last() {
            None => {
                if self.builder.is_none() {
                    self.begin(at);
                }
                true
            }
            // The items of a key may stand in its own column.
            Some(top) => self.awaited.is_some() && (column > top.column || is_item && column == top.column),
        };
        if opens {
            self.awaited = None;
        } else {
            self.nothing()?;
            self.close_until(column, is_item)?;
        }
        if is_item { self.item(line, at, column, opens) } else { self.entry_line(line, at, column, opens) }
    }

    /// Closes the collections that a line in a column is not part of; it has to be part of one.
    fn close_until(&mut self, column: usize, is_item: bool) -> Option<()> {
        loop {
            let top = *self.levels.last()?;
            let is_over = top.column > column || top.column == column && !top.mapping && !is_item;
            if !is_over {
                return (top.column == column && top.mapping != is_item).then_some(());
            }
            self.close()?;
        }
    }

    /// The items that begin on a line, the outermost first.
    fn item(&mut self, line: Line<'t>, mut at: usize, mut column: usize, mut opens: bool) -> Option<()> {
        loop {
            let content = line.past_spaces(at + 1);
            if opens {
                // The general reader places a sequence in the column of its key after its first dash.
                let in_column_of_key = self.levels.last().is_some_and(|top| top.column == column);
                self.open(false, column, if in_column_of_key { content } else { at })?;
            }
            column += content - at;
            at = content;
            if !line.is_dash(at) {
                break;
            }
            opens = true;
        }
        match line.byte(at) {
            Some(b'[' | b'{') => {
                let end = self.flow(line, at)?;
                return self.rest(line, end);
            }
            Some(b'|' | b'>') => return self.begin_block(line, at),
            _ => {}
        }
        let scalar = line.scalar(at, false)?;
        if line.byte(scalar.end) == Some(b':') {
            self.open(true, column, at)?;
            return self.entry(line, scalar);
        }
        self.value(scalar)?;
        self.rest(line, scalar.end)
    }

    /// A line that begins with a key.
    fn entry_line(&mut self, line: Line<'t>, at: usize, column: usize, opens: bool) -> Option<()> {
        let key = line.scalar(at, false)?;
        if opens {
            self.open(true, column, at)?;
        }
        self.entry(line, key)
    }

    /// A key, and the value after it where there is one on its line.
    fn entry(&mut self, line: Line<'t>, key: Scalar) -> Option<()> {
        let after = self.key(line, key)?;
        let at = line.past_spaces(after);
        match line.byte(at) {
            None | Some(b'#') => {
                self.awaited = Some(after);
                self.rest(line, after)
            }
            Some(b'[' | b'{') => {
                let end = self.flow(line, at)?;
                self.rest(line, end)
            }
            Some(b'|' | b'>') => self.begin_block(line, at),
            Some(_) => {
                let scalar = line.scalar(at, false)?;
                self.value(scalar)?;
                self.rest(line, scalar.end)
            }
        }
    }

    fn begin_block(&mut self, line: Line<'t>, at: usize) -> Option<()> {
        let outer = self.levels.last()?.column;
        let builder = self.builder.as_mut()?;
        // Room for what most texts are decoded to.
        if builder.decoded.capacity() == 0 {
            builder.decoded.reserve((self.text.len() - at).min(1024));
        }
        let decoded = builder.decoded.len();
        let (block, after) = Block::begin(line, at, outer, decoded)?;
        self.block = Some(block);
        self.rest(line, after)
    }

    /// Takes the block scalar that has begun as a value.
    fn end_block(&mut self) -> Option<()> {
        let Some(block) = self.block.take() else { return Some(()) };
        let builder = self.builder.as_mut()?;
        let (text, span) = block.finish(builder)?;
        builder.value(Kind::String(text), span).ok()
    }

    /// Takes a key; tells where its colon ends, which has to follow it and to be apart from what follows.
    fn key(&mut self, line: Line<'t>, key: Scalar) -> Option<usize> {
        if line.byte(key.end) != Some(b':') || !line.is_apart(key.end + 1) {
            return None;
        }
        let span = span(key.start, key.end);
        if key.style == Style::Plain && line.byte(key.start) == Some(b'<') && span.slice(self.text) == "<<" {
            return None;
        }
        let text = self.text_of(key)?;
        self.builder.as_mut()?.set_key(Key { text, span, merge: false });
        Some(key.end + 1)
    }

    fn value(&mut self, value: Scalar) -> Option<()> {
        let text = self.text_of(value)?;
        let span = span(value.start, value.end);
        let kind = match value.style {
            Style::Plain => scalar::plain(span.slice(self.text)).unwrap_or(Kind::String(text)),
            Style::Quoted | Style::Doubled => Kind::String(text),
        };
        self.builder.as_mut()?.value(kind, span).ok()
    }

    fn text_of(&mut self, scalar: Scalar) -> Option<Str> {
        Some(match scalar.style {
            Style::Plain => Str::Source(span(scalar.start, scalar.end)),
            Style::Quoted => Str::Source(span(scalar.start + 1, scalar.end - 1)),
            Style::Doubled => {
                let inside = self.text.get(scalar.start + 1..scalar.end - 1)?;
                self.builder.as_mut()?.decoded(&inside.replace("''", "'"))
            }
        })
    }

    /// A collection in brackets that ends on its line; tells where.
    fn flow(&mut self, line: Line<'t>, mut at: usize) -> Option<usize> {
        // What is open, the innermost first: a bit for each, set for a mapping.
        let (mut open, mut depth) = (0_u64, 0_u32);
        loop {
            let mut is_empty = false;
            if let Some(bracket @ (b'[' | b'{')) = line.byte(at) {
                let mapping = bracket == b'{';
                self.builder.as_mut()?.enter(mapping, span(at, at + 1), true).ok()?;
                depth += 1;
                if depth > u64::BITS {
                    return None;
                }
                open = open << 1 | u64::from(mapping);
                at = line.past_spaces(at + 1);
                is_empty = line.byte(at) == Some(closing(mapping));
                if !is_empty {
                    if mapping {
                        at = self.flow_key(line, at)?;
                    }
                    continue;
                }
            }
            if !is_empty {
                let scalar = line.scalar(at, true)?;
                self.value(scalar)?;
                at = line.past_spaces(scalar.end);
            }
            // What is complete is closed, until there is more to come.
            loop {
                let mapping = open & 1 == 1;
                let byte = line.byte(at)?;
                at += 1;
                if byte == b',' {
                    at = line.past_spaces(at);
                    if mapping {
                        at = self.flow_key(line, at)?;
                    }
                    break;
                }
                if byte != closing(mapping) {
                    return None;
                }
                self.builder.as_mut()?.close(span(at - 1, at)).ok()?;
                open >>= 1;
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
                at = line.past_spaces(at);
            }
        }
    }

    /// A key in brackets; tells where its value begins.
    fn flow_key(&mut self, line: Line<'t>, at: usize) -> Option<usize> {
        let key = line.scalar(at, true)?;
        let after = self.key(line, key)?;
        Some(line.past_spaces(after))
    }
}

fn closing(mapping: bool) -> u8 {
    if mapping { b'}' } else { b']' }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
