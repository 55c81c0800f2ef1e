//! Texts of strangers in Markdown. A word that only letters, digits and plain punctuation make up stands as it is.
//! Every other word becomes code: nothing in there is markup, a link, a mention that notifies somebody, or a reference
//! to an issue. Its punctuation is written in entities, which mean the same inside a table, a heading, or HTML.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::output::sanitize::{is_hidden, visible, visible_lines};

/// A text on one line, safe anywhere in Markdown or HTML. What stands between two single backticks becomes code, as
/// whoever wrote it wanted.
pub(in crate::output) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, code_and_after)) = rest.split_once('`') {
        let Some((inside, after)) = code_and_after.split_once('`') else { break };
        if inside.trim().is_empty() || inside.contains('\n') {
            break;
        }
        words(&mut out, before);
        out.push_str(&code(inside));
        rest = after;
    }
    words(&mut out, rest);
    out
}

/// A text as code, safe anywhere in Markdown or HTML.
pub(in crate::output) fn code(text: &str) -> String {
    format!("<code>{}</code>", entities(&visible(text)))
}

/// A text of several lines as a block of code.
pub(in crate::output) fn fence(language: &str, text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    let text = visible_lines(text.trim_end());
    format!("{fence}{language}\n{text}\n{fence}")
}

/// Words and the blanks between them.
fn words(out: &mut String, text: &str) {
    for piece in text.split_inclusive([' ', '\n']) {
        let word = piece.trim_end_matches([' ', '\n']);
        // What ends a sentence, and a quotation mark, are none of the word's own.
        let opened = word.trim_start_matches(['(', '"']);
        let bare = opened.trim_end_matches(['.', ',', ';', ':', '!', ')', '"']);
        let (opened, bare) = if bare.is_empty() { (word, word) } else { (opened, bare) };
        out.push_str(word.get(..word.len() - opened.len()).unwrap_or_default());
        if is_plain(bare) && !(out.is_empty() && begins_a_block(bare)) {
            out.push_str(bare);
        } else {
            out.push_str(&code(bare));
        }
        out.push_str(opened.get(bare.len()..).unwrap_or_default());
        if piece.len() > word.len() {
            out.push(' ');
        }
    }
}

/// Whether a word means nothing but itself.
fn is_plain(word: &str) -> bool {
    let plain = |character: char| match character {
        '-' | '.' | ',' | ';' | '\'' | '"' | '(' | ')' | '?' | '%' | '/' | '=' => true,
        '\0'..='\x7f' => character.is_ascii_alphanumeric(),
        _ => !is_hidden(character),
    };
    word.chars().all(plain) && !word.starts_with('%') && !holds_address(word) && !is_reference(word)
}

/// Whether a forge would make a link of it without being asked.
fn holds_address(text: &str) -> bool {
    text.to_ascii_lowercase().contains("www.")
}

/// `GH-12`, which refers to an issue.
fn is_reference(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower
        .split_once("gh-")
        .is_some_and(|(_, number)| number.starts_with(|digit: char| digit.is_ascii_digit()))
}

/// Whether a paragraph that begins with the word is a list, a heading or a rule.
fn begins_a_block(word: &str) -> bool {
    word.starts_with(['-', '=']) || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Punctuation that may mean something to Markdown, HTML or a forge, as entities.
fn entities(text: &str) -> Cow<'_, str> {
    let stays = |character: char| {
        !character.is_ascii()
            || character.is_ascii_alphanumeric()
            || matches!(character, ' ' | '-' | '/' | ',')
    };
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let in_address = holds_address(text);
    let mut out = String::with_capacity(text.len() + 32);
    for character in text.chars() {
        if stays(character) || (character == '.' && !in_address) {
            out.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "&#{};", u32::from(character));
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_and_other_words_become_code() {
        assert_eq!(
            prose("email-drafts fine-tunes for 120,000 requests a month, fewer than 500,000; see it (once)"),
            "email-drafts fine-tunes for 120,000 requests a month, fewer than 500,000; see it (once)"
        );
        assert_eq!(prose("(\"a_b\") and \"c\""), "(\"<code>a&#95;b</code>\") and \"c\"");
        assert_eq!(prose("ask @alice, now"), "ask <code>&#64;alice</code>, now");
        assert_eq!(
            prose("team/bot#12 <b>x</b>"),
            "<code>team/bot&#35;12</code> <code>&#60;b&#62;x&#60;/b&#62;</code>"
        );
        assert_eq!(prose("at www.example.com"), "at <code>www&#46;example&#46;com</code>");
        assert_eq!(prose("a\u{202e}b"), "<code>a&#92;u&#123;202e&#125;b</code>");
        assert_eq!(
            prose("for bot: 10% of :tada: GH-12 %3"),
            "for bot: 10% of <code>&#58;tada</code>: <code>GH-12</code> <code>&#37;3</code>"
        );
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        assert_eq!(prose("declare `workload.x` first"), "declare <code>workload.x</code> first");
        assert_eq!(prose("one ` alone"), "one <code>&#96;</code> alone");
        assert_eq!(prose("`a|b`"), "<code>a&#124;b</code>");
    }

    #[test]
    fn nothing_begins_a_list_or_a_heading() {
        assert_eq!(prose("# a"), "<code>&#35;</code> a");
        assert_eq!(prose("1. a"), "<code>1</code>. a");
        assert_eq!(prose("---"), "<code>---</code>");
        assert_eq!(prose("a - 1. b"), "a - 1. b");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_it() {
        assert_eq!(fence("cel", "a == '```'\n"), "````cel\na == '```'\n````");
    }
}
