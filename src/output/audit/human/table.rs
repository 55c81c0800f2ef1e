//! Rows in columns, as wide as the terminal has room for.

use std::fmt::Write as _;
use std::io;

use crate::finding::Severity;
use crate::output::human::Style;
use crate::output::sanitize::visible;
use crate::output::wrap::{char_columns, columns};

/// The narrowest that a column of words is squeezed to.
const NARROWEST: usize = 10;

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Faint,
    Severe(Severity),
}

/// A cell; its text is made safe to show.
pub(super) struct Cell {
    text: String,
    look: Look,
    is_number: bool,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self { text: visible(text).into_owned(), look: Look::Plain, is_number: false }
    }

    /// A number; none is left out, as it only stands in the way.
    pub(super) fn number(count: u64) -> Self {
        let text = if count == 0 { String::new() } else { super::number(count) };
        Self { text, look: Look::Plain, is_number: true }
    }

    /// How many there are of a severity.
    pub(super) fn severe(count: u64, severity: Severity) -> Self {
        Self { look: Look::Severe(severity), ..Self::number(count) }
    }

    /// Any text that stands at the right.
    pub(super) fn right(text: &str) -> Self {
        Self { is_number: true, ..Self::text(text) }
    }

    pub(super) fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }
}

/// A table with a title for each column.
pub(super) struct Table {
    titles: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(titles: &[&'static str]) -> Self {
        Self { titles: titles.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Prints it, two columns from the left. Columns in which no row says anything are left out, the widest columns of
    /// words are cut where the terminal is too narrow, and the last columns are left out where it still is.
    pub(super) fn print(&self, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let mut widths: Vec<usize> = self.titles.iter().map(|title| columns(title)).collect();
        let mut is_empty = vec![true; widths.len()];
        let mut is_words = vec![false; widths.len()];
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                if let (Some(width), Some(empty), Some(words)) =
                    (widths.get_mut(index), is_empty.get_mut(index), is_words.get_mut(index))
                {
                    *width = (*width).max(columns(&cell.text));
                    *empty &= cell.text.is_empty();
                    *words |= !cell.is_number;
                }
            }
        }
        let room = style.layout().width.saturating_sub(2);
        squeeze(&mut widths, &is_empty, &is_words, room);
        // What there is no room for even then: the numbers that matter least come last.
        while taken(&widths, &is_empty) > room
            && let Some(last) = is_empty.iter().skip(1).rposition(|empty| !empty)
            && let Some(empty) = is_empty.get_mut(last + 1)
        {
            *empty = true;
        }
        let shown = |index: usize| is_empty.get(index).is_some_and(|empty| !empty);
        let width = |index: usize| widths.get(index).copied().unwrap_or(0);
        let mut line = String::new();
        for (index, title) in self.titles.iter().enumerate().filter(|(index, _)| shown(*index)) {
            let is_words = is_words.get(index).is_some_and(|own| *own);
            push(&mut line, &cut(title, width(index), style.ellipsis), title, width(index), !is_words);
        }
        if !line.trim().is_empty() {
            writeln!(out, "{}", style.faint(line.trim_end()))?;
        }
        for row in &self.rows {
            let mut line = String::new();
            for (index, cell) in row.iter().enumerate().filter(|(index, _)| shown(*index)) {
                let text = cut(&cell.text, width(index), style.ellipsis);
                let drawn = match cell.look {
                    _ if text.is_empty() => String::new(),
                    Look::Plain => text.clone(),
                    Look::Faint => style.faint(&text).to_string(),
                    Look::Severe(severity) => style.severe(severity, &text).to_string(),
                };
                push(&mut line, &drawn, &text, width(index), cell.is_number);
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Appends a cell: as it is drawn, padded by what is seen of it.
fn push(line: &mut String, drawn: &str, seen: &str, width: usize, to_the_right: bool) {
    let pad = width.saturating_sub(columns(seen));
    // Writing to a string cannot fail.
    let _ = if to_the_right {
        write!(line, "  {:pad$}{drawn}", "")
    } else {
        write!(line, "  {drawn}{:pad$}", "")
    };
}

/// Columns of a terminal that columns of a table take, with the gaps between them.
fn taken(widths: &[usize], is_empty: &[bool]) -> usize {
    let shown = || widths.iter().zip(is_empty).filter(|(_, empty)| !**empty);
    shown().map(|(width, _)| width).sum::<usize>() + 2 * shown().count().saturating_sub(1)
}

/// Narrows the widest columns of words until all fit, or none can be narrowed any more.
fn squeeze(widths: &mut [usize], is_empty: &[bool], is_words: &[bool], room: usize) {
    loop {
        let shown = |index: &usize| is_empty.get(*index).is_some_and(|empty| !empty);
        let over = taken(widths, is_empty).saturating_sub(room);
        let can_give = |index: &usize| {
            shown(index)
                && is_words.get(*index).is_some_and(|words| *words)
                && widths.get(*index).is_some_and(|width| *width > NARROWEST)
        };
        let mut able: Vec<usize> = (0..widths.len()).filter(can_give).collect();
        able.sort_by_key(|index| std::cmp::Reverse(widths.get(*index).copied()));
        let Some(widest) = able.first().copied().filter(|_| over > 0) else { return };
        let second = able.get(1).and_then(|index| widths.get(*index)).copied().unwrap_or(NARROWEST);
        if let Some(width) = widths.get_mut(widest) {
            // Down to the next widest, so that they share what is missing.
            let target = second.min(*width - 1).max(NARROWEST).max(width.saturating_sub(over));
            *width = target;
        }
    }
}

/// What there is room for in a number of columns.
fn cut(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut used = 0;
    let fits = |character: &char| {
        used += char_columns(*character);
        used <= room
    };
    text.chars().take_while(fits).chain(ellipsis.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Options;

    fn printed(table: &Table, width: usize) -> String {
        let mut out = Vec::new();
        table.print(&Style::new(&Options { width, ..Options::default() }), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_share_what_is_missing_and_empty_ones_are_left_out() {
        let mut table = Table::new(&["name", "errors", "place", "nothing"]);
        let words = "x".repeat(60);
        table.row(vec![Cell::text(&words), Cell::number(1_200), Cell::text(&words), Cell::number(0)]);
        table.row(vec![Cell::text("漢字\u{1b}"), Cell::number(3), Cell::text("b"), Cell::number(0)]);
        let shown = printed(&table, 44);
        assert!(shown.lines().all(|line| columns(line) <= 44), "{shown}");
        assert!(shown.contains("1,200") && !shown.contains("nothing") && shown.contains("…"), "{shown}");
        assert!(shown.contains(r"漢字\x1b"), "{shown}");
        assert!(printed(&table, 200).contains(&words));
    }
}
