//! Texts of strangers made safe to show: what a terminal would obey instead of printing, and what an eye cannot see,
//! becomes a visible escape. Messages, labels, file names, excerpts: everything goes through here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is not to be shown as itself: controls (C0, DEL, C1), what reorders text (bidi), what ends a
/// line unseen, and what has no ink at all (Unicode's default ignorable code points, interlinear marks).
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The text with every hidden character as a visible escape: `\n`, `\r`, `\t`, `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_except(text, |_| false)
}

/// The same for a text of several lines: line feeds stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    visible_except(text, |character| character == '\n')
}

/// Whether a text is printable ASCII throughout, as nearly every one is: then nothing has to be looked at twice.
pub(super) fn is_plain(text: &str) -> bool {
    // To the end, though the first byte may tell: without a way out the loop takes many bytes at a time.
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

fn visible_except(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let hidden = |character| is_hidden(character) && !keep(character);
    let Some(first) = text.find(hidden) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(clean);
    for character in rest.chars() {
        if hidden(character) { push_escape(&mut shown, character) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Appends the visible escape of a character.
pub(super) fn push_escape(shown: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = match character {
        '\n' => shown.write_str("\\n"),
        '\r' => shown.write_str("\\r"),
        '\t' => shown.write_str("\\t"),
        '\0'..='\x7f' => write!(shown, "\\x{:02x}", u32::from(character)),
        _ => write!(shown, "\\u{{{:x}}}", u32::from(character)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_bidi_become_escapes_and_letters_stay() {
        assert_eq!(
            visible("a\u{1b}[31m\u{7}\u{7f}\u{9b}x\u{202e}y\u{2066}\u{feff}é漢🙂\r\n\t"),
            r"a\x1b[31m\x07\x7f\u{9b}x\u{202e}y\u{2066}\u{feff}é漢🙂\r\n\t"
        );
    }

    #[test]
    fn what_has_no_ink_is_shown() {
        assert_eq!(
            visible("a\u{200d}\u{ad}\u{2028}\u{e0041}\u{fff9}"),
            r"a\u{200d}\u{ad}\u{2028}\u{e0041}\u{fff9}"
        );
    }

    #[test]
    fn a_harmless_text_is_not_copied() {
        assert!(matches!(visible("déjà vu — 漢字"), Cow::Borrowed(_)));
        assert!(matches!(visible_lines("two\nlines"), Cow::Borrowed(_)));
        assert_eq!(visible_lines("two\r\nlines"), "two\\r\nlines");
    }
}
