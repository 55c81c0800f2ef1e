//! The lines below an excerpt: a word for what a line is, and the text, aligned.

use std::io;

use super::style::Style;
use crate::output::wrap::wrap;

/// Columns to the left of a note.
const MARGIN: usize = 2;

/// A word for what the text is (`help`), and the text, safe to show; it may have several lines.
pub(super) type Note = (&'static str, String);

/// Prints notes, their texts in one column.
pub(super) fn print(notes: &[Note], style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let widest = notes.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    // A colon and a blank follow the word.
    let indent = MARGIN + widest + 2;
    for (word, text) in notes {
        for (index, line) in wrap(text, style.prose_width().saturating_sub(indent)).iter().enumerate() {
            if index == 0 {
                let gap = widest - word.len() + 1;
                let word = format!("{word}:");
                writeln!(out, "{:MARGIN$}{}{:gap$}{line}", "", style.word(&word), "")?;
            } else if line.is_empty() {
                writeln!(out)?;
            } else {
                writeln!(out, "{:indent$}{line}", "")?;
            }
        }
    }
    Ok(())
}

/// The first few of many, and how many more there are: `a, b and 3 more`.
pub(super) fn few<'a>(names: impl ExactSizeIterator<Item = &'a str>, limit: usize) -> String {
    let more = names.len().saturating_sub(limit);
    // One more name is no longer than the words that there is one more.
    let (limit, more) = if more == 1 { (limit + 1, 0) } else { (limit, more) };
    let shown = names.take(limit).map(crate::output::sanitize::visible).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_cut_to_a_few() {
        let names = ["a", "b", "c", "d\u{7}", "e"];
        assert_eq!(few(names.into_iter(), 5), "a, b, c, d\\x07, e");
        assert_eq!(few(names.into_iter(), 4), "a, b, c, d\\x07, e");
        assert_eq!(few(names.into_iter(), 3), "a, b, c and 2 more");
    }
}
