//! One line of an excerpt: cut to the columns there are, made safe, and with a map from the bytes of the source to
//! the bytes shown, so that underlines stand under what they mean.

use std::ops::Range;

use super::sanitize::{is_hidden, is_plain, push_escape};
use super::wrap::char_columns;

/// Columns that a tab takes at most.
pub(super) const TAB: usize = 4;

/// How rows are cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Columns there are for a row.
    pub(super) columns: usize,
    /// Columns that must be left to the right of where a mark begins, for its words.
    pub(super) words: usize,
    /// What stands where something was left out.
    pub(super) ellipsis: &'static str,
}

/// A line, or a part of a line, as it is shown.
#[derive(Debug)]
pub(super) struct Row {
    /// What is shown; no line break, and no control character but tabs.
    pub(super) text: String,
    /// The bytes of the source that are shown.
    pub(super) shown: Range<usize>,
    /// Where source and row get out of step: from this source offset on, the row is at that offset.
    steps: Vec<(usize, usize)>,
}

impl Row {
    /// The row of the line `line` (bytes of `text`, without its break) that shows what begins at `anchor`. Its cost
    /// depends on the columns, not on the length of the line.
    pub(super) fn new(text: &str, line: Range<usize>, anchor: usize, cut: Cut) -> Self {
        let roomy = cut.columns.saturating_sub(cut.words);
        if line.len() <= cut.columns && anchor.saturating_sub(line.start) <= roomy {
            let whole = text.get(line.clone()).unwrap_or("");
            if is_plain(whole) {
                return Self { text: whole.to_owned(), steps: vec![(line.start, 0)], shown: line };
            }
        }
        let from = first_shown(text, line.start..anchor, cut);
        let mut row = Self { text: String::new(), shown: from..from, steps: Vec::new() };
        let mut used = 0;
        if from > line.start {
            row.text.push_str(cut.ellipsis);
            used += cut.ellipsis.chars().count();
        }
        row.steps.push((from, row.text.len()));
        let rest = text.get(from..line.end).unwrap_or("");
        // Where an ellipsis will have to stand, should the line turn out not to fit.
        let room = cut.columns.saturating_sub(cut.ellipsis.chars().count());
        let mut last_resort = None;
        for (at, character) in rest.char_indices() {
            let next = used + shown_columns(character);
            if next > room && last_resort.is_none() {
                last_resort = Some((from + at, row.text.len()));
            }
            if next > cut.columns {
                let (until, len) = last_resort.unwrap_or((from + at, row.text.len()));
                row.text.truncate(len);
                row.text.push_str(cut.ellipsis);
                row.shown.end = until;
                return row;
            }
            used = next;
            row.push(character, from + at);
        }
        row.shown.end = line.end.max(from);
        row
    }

    fn push(&mut self, character: char, at: usize) {
        if is_hidden(character) && character != '\t' {
            push_escape(&mut self.text, character);
            self.steps.push((at + character.len_utf8(), self.text.len()));
        } else {
            self.text.push(character);
        }
    }

    /// Where the byte `offset` of the source stands in the row; what is cut off stands at the edge it was cut at.
    pub(super) fn place(&self, offset: usize) -> usize {
        let offset = offset.clamp(self.shown.start, self.shown.end);
        let step = self.steps.partition_point(|&(source, _)| source <= offset);
        let (source, own) = self.steps.get(step.wrapping_sub(1)).copied().unwrap_or_default();
        (own + offset.saturating_sub(source)).min(self.text.len())
    }

    /// Columns of the row before the byte `offset` of the source.
    pub(super) fn columns_before(&self, offset: usize) -> usize {
        let before = self.text.get(..self.place(offset)).unwrap_or("");
        before.chars().fold(0, |column, character| match character {
            '\t' => (column / TAB + 1) * TAB,
            _ => column + char_columns(character),
        })
    }
}

/// Where a row begins: at the start of the line if the anchor then has room for its words, or else so far before
/// the anchor that one sees what it belongs to.
fn first_shown(text: &str, before: Range<usize>, cut: Cut) -> usize {
    let roomy = cut.columns.saturating_sub(cut.words);
    let mut used = 0;
    let mut from = before.end;
    let lead = text.get(before.clone()).unwrap_or("");
    for (at, character) in lead.char_indices().rev() {
        used += shown_columns(character);
        if used > roomy {
            return from;
        }
        if used <= roomy / 2 {
            from = before.start + at;
        }
    }
    before.start
}

/// Columns that a character of a source takes in an excerpt.
fn shown_columns(character: char) -> usize {
    match character {
        '\t' => TAB,
        '\n' | '\r' => 2,
        '\0'..='\x1f' | '\x7f' => 4,
        _ if is_hidden(character) => 4 + hex_digits(u32::from(character)),
        _ => char_columns(character),
    }
}

const fn hex_digits(value: u32) -> usize {
    (u32::BITS - value.leading_zeros()).div_ceil(4) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Cut = Cut { columns: 20, words: 8, ellipsis: "…" };

    fn row(text: &str, anchor: usize) -> Row {
        Row::new(text, 0..text.len(), anchor, CUT)
    }

    #[test]
    fn a_line_that_fits_is_shown_whole() {
        let shown = row("key: value", 5);
        assert_eq!((shown.text.as_str(), shown.shown.clone()), ("key: value", 0..10));
        assert_eq!(shown.place(5), 5);
        assert_eq!(row("01234567890123456789", 0).text, "01234567890123456789");
    }

    #[test]
    fn a_line_that_does_not_fit_is_cut_around_its_anchor() {
        let shown = row("0123456789abcdefghijklmnopqrstuvwxyz", 20);
        assert_eq!(shown.text, "…efghijklmnopqrstuv…");
        assert_eq!(&shown.text[shown.place(20)..=shown.place(20)], "k");
        assert_eq!(shown.shown, 14..32);
        assert_eq!(shown.place(36), shown.text.len() - "…".len());
    }

    #[test]
    fn escapes_move_what_follows_them() {
        let shown = row("a\u{1b}b\u{202e}c", 0);
        assert_eq!(shown.text, r"a\x1bb\u{202e}c");
        assert_eq!(shown.place(2), 5);
        assert_eq!(shown.place(6), 14);
        assert_eq!(shown.columns_before(6), 14);
    }

    #[test]
    fn a_row_never_takes_more_columns_than_there_are() {
        let text = "\u{202e}漢\t".repeat(40);
        for anchor in text.char_indices().map(|(at, _)| at) {
            let shown = row(&text, anchor);
            let columns: usize = shown.text.chars().map(shown_columns).sum();
            assert!(columns <= CUT.columns, "{columns}: {}", shown.text);
            assert!(shown.shown.contains(&anchor));
        }
    }
}
