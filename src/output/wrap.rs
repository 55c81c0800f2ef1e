//! Text in columns: how wide it is, where it breaks, where it is cut.

use std::borrow::Cow;

/// Columns that a character takes in a terminal. Errs to the wide side, so that what is measured fits: the scripts
/// from Hangul on count as two, whether wide or not, but for the Latin, Greek, punctuation and drawing between.
pub(super) const fn char_columns(character: char) -> usize {
    match character {
        '\0'..='\u{10ff}' | '\u{1e00}'..='\u{2319}' | '\u{231c}'..='\u{23e8}' | '\u{2400}'..='\u{25fc}' => 1,
        _ => 2,
    }
}

/// Columns that a text of one line takes.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char_columns).sum() }
}

/// The text broken into lines of at most `width` columns, at blanks where there are any. Line feeds break too.
pub(super) fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let mut rest = paragraph;
        loop {
            let (line, after) = break_line(rest, width.max(2));
            lines.push(line);
            if after.is_empty() {
                break;
            }
            rest = after;
        }
    }
    lines
}

/// What fits on a line, and what is left for the next ones.
fn break_line(text: &str, width: usize) -> (&str, &str) {
    if text.len() <= width && text.is_ascii() {
        return (text.trim_end(), "");
    }
    let mut used = 0;
    let mut blank = None;
    for (at, character) in text.char_indices() {
        used += char_columns(character);
        // A blank may hang over the edge: it is dropped where the line breaks.
        if character == ' ' && !text[..at].trim_start().is_empty() {
            blank = Some(at);
        } else if used > width {
            let (line, rest) = text.split_at(blank.unwrap_or(at));
            return (line.trim_end(), rest.trim_start_matches(' '));
        }
    }
    (text.trim_end(), "")
}

/// The text, or its first `limit` characters and an ellipsis: a message may carry a value of megabytes.
pub(super) fn clip<'a>(text: &'a str, limit: usize, ellipsis: &str) -> Cow<'a, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(limit) {
        Some((at, _)) => Cow::Owned(format!("{}{ellipsis}", text[..at].trim_end())),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_inside_words_only_where_they_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("a\n\nb\n", 9), ["a", "", "b"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("漢字漢字", 4), ["漢字", "漢字"]);
    }

    #[test]
    fn no_line_is_wider_than_the_width() {
        let text = "The volume decides: – 500,000 requests per month, 漢字 and verylongwordswithoutblanks";
        for width in 2..40 {
            assert!(wrap(text, width).iter().all(|line| columns(line) <= width), "{width}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(clip("éééé", 2, "…"), "éé…");
        assert_eq!(clip("éé", 2, "…"), "éé");
    }
}
