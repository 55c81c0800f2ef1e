//! Which bytes a scalar covers, where the parser's own span says less or more.

use granit_parser::ScalarStyle;

use crate::source::Span;

/// The bytes of a block scalar from its `|` or `>` to the end of its last line with content; with every blank
/// line after it where the header keeps them.
///
/// The parser's span begins with the first line of content and ends where the next token begins; without content
/// it may begin at the header. `cursor` is the end of the token before the header.
pub(super) fn of_block(text: &str, style: ScalarStyle, cursor: u32, content: Span, value: &str) -> Span {
    let bytes = text.as_bytes();
    let indicator = if style == ScalarStyle::Folded { b'>' } else { b'|' };
    let start = content.start as usize;
    let is_blank = value.bytes().all(|byte| byte == b'\n');
    let header = if is_blank && !content.is_empty() && bytes.get(start) == Some(&indicator) {
        start
    } else {
        match header_before(bytes, indicator, cursor as usize, start) {
            Some(header) => header,
            None => return content,
        }
    };
    let header_end = header_end(bytes, header);
    let keeps = bytes.get(header..header_end).is_some_and(|header| header.contains(&b'+'));
    let end = if keeps {
        // Blanks before the next token are its indentation, those before the end of the text are kept.
        let (line, end) = (line_start(bytes, content.end as usize), content.end as usize);
        let is_indentation = end < bytes.len() && slice(bytes, line, end).iter().all(|&byte| byte == b' ');
        if is_indentation { line } else { end }
    } else if is_blank {
        header_end
    } else {
        content_end(bytes, content)
    };
    Span::new(header as u32, end.max(header_end) as u32)
}

/// Where the header's indicator stands: on the last line before the content that is not blank.
fn header_before(bytes: &[u8], indicator: u8, cursor: usize, content: usize) -> Option<usize> {
    let mut end = content;
    while end > cursor {
        let start = line_start(bytes, end).max(cursor);
        if slice(bytes, start, end).iter().any(|byte| !byte.is_ascii_whitespace()) {
            return (start..end)
                .find(|&at| bytes.get(at) == Some(&indicator) && is_header(bytes, at, cursor));
        }
        if start == cursor {
            return None;
        }
        end = start - 1;
    }
    None
}

fn is_header(bytes: &[u8], at: usize, cursor: usize) -> bool {
    let before = bytes.get(..at).unwrap_or(&[]);
    let detached = at <= cursor
        || before.last().is_none_or(u8::is_ascii_whitespace)
        || before.ends_with("\u{feff}".as_bytes());
    let after = bytes.get(header_end(bytes, at));
    detached && after.is_none_or(u8::is_ascii_whitespace)
}

/// Past the indentation and chomping indicators.
fn header_end(bytes: &[u8], at: usize) -> usize {
    let options = bytes.get(at + 1..).unwrap_or(&[]);
    let len = options.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-')).count();
    at + 1 + len
}

fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or(&[])
}

/// Past the last line that is content: lines that are blank up to the indentation are not.
fn content_end(bytes: &[u8], content: Span) -> usize {
    let start = content.start as usize;
    let indent = start - line_start(bytes, start);
    let mut end = content.end as usize;
    while end > start {
        if matches!(bytes.get(end - 1), Some(b'\n' | b'\r')) {
            end -= 1;
            continue;
        }
        let line = line_start(bytes, end).max(start);
        let blank = slice(bytes, line, end).iter().all(|&byte| byte == b' ');
        if line == start || !blank || end - line > indent {
            break;
        }
        end = line;
    }
    end
}

/// Offset of the first byte of the line that `at` stands in (or ends).
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    let head = bytes.get(..at).unwrap_or(bytes);
    head.iter().rposition(|&byte| byte == b'\n' || byte == b'\r').map_or(0, |newline| newline + 1)
}

/// Offset of the line break that ends the line of `at`.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or(&[]);
    tail.iter().position(|&byte| byte == b'\n' || byte == b'\r').map_or(bytes.len(), |newline| at + newline)
}

/// Where the value of a key stands that has none: after its colon, or after the key if there is no colon.
///
/// `start` is where the parser places it, which is before the colon where no property stands after it. On another
/// line than the key, the colon has to be in the column of its mapping, which begins at `mapping` and has no
/// brackets if that is known.
pub(super) fn of_nothing(text: &str, key_end: u32, start: u32, mapping: Option<u32>) -> Span {
    let bytes = text.as_bytes();
    let from = key_end as usize;
    let next = past_blanks(bytes, from);
    let after = bytes.get(next + 1);
    let ends = after.is_none_or(|after| after.is_ascii_whitespace() || b",]}".contains(after));
    let column = |at: usize| at - line_start(bytes, at);
    let is_own = mapping.is_none_or(|mapping| {
        let is_same_line = !slice(bytes, from, next).iter().any(|byte| b"\r\n".contains(byte));
        is_same_line || column(next) == column(mapping as usize)
    });
    let at = match bytes.get(next) {
        Some(b':') if ends && is_own && start as usize <= next => next as u32 + 1,
        _ if start as usize <= next => key_end,
        _ => start,
    };
    Span::new(at, at)
}

/// Where a key stands that has no text: after its `?`, or where the parser places it.
pub(super) fn of_no_key(text: &str, cursor: u32, start: u32) -> Span {
    let next = past_blanks(text.as_bytes(), cursor as usize);
    let is_asked = next < start as usize && text.as_bytes().get(next) == Some(&b'?');
    let at = if is_asked { next as u32 + 1 } else { start };
    Span::new(at, at)
}

fn past_blanks(bytes: &[u8], from: usize) -> usize {
    let tail = bytes.get(from..).unwrap_or(&[]);
    from + tail.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The character at an offset, or an empty span at the end of a line and of the text.
pub(super) fn character(text: &str, at: usize) -> Span {
    let len = match text.get(at..).and_then(|tail| tail.chars().next()) {
        Some('\n' | '\r') | None => 0,
        Some(character) => character.len_utf8(),
    };
    Span::new(at as u32, (at + len) as u32)
}
