//! How a manifest of ours shows in raw bytes: what lets everything else go unparsed.
//!
//! Every manifest names its kind or its API version, so a text that holds neither cannot be one, however it is
//! written, with two exceptions: a double-quoted scalar can spell a word with escapes, and UTF-16 is not searched.
//! Both are recognised here as well, so that findings are the same with and without the filter.

use std::sync::LazyLock;

use memchr::memchr_iter;
use memchr::memmem::Finder;

/// What every manifest holds one of: the value of its `kind`, or the beginning of its `apiVersion`.
const MARKERS: [&str; 2] = ["tunelint.dev/", "LLMDeployment"];

/// Length of the longest marker in bytes: how much two stretches of one text have to overlap when each is searched
/// by itself.
pub const LONGEST: usize = 13;

/// Whether a marker stands in a text.
pub fn holds_marker(text: &[u8]) -> bool {
    static FINDERS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| MARKERS.map(Finder::new));
    FINDERS.iter().any(|finder| finder.find(text).is_some())
}

/// A search for a marker in a text that comes in pieces, after a beginning that is looked at by itself.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What the pieces begin with: a marker may begin before them.
    head: Vec<u8>,
    /// What they ended with so far.
    tail: Vec<u8>,
    found: bool,
}

impl Search {
    /// Looks at the next piece.
    pub fn piece(&mut self, piece: &[u8]) {
        let missing = LONGEST.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..missing).unwrap_or_default());
        // Across the border: no more of the piece than could end a marker.
        let border = piece.len().min(LONGEST);
        self.tail.extend_from_slice(piece.get(..border).unwrap_or_default());
        self.found |= holds_marker(&self.tail) || holds_marker(piece);
        if piece.len() > border {
            self.tail.clear();
            self.tail.extend_from_slice(piece.get(piece.len() - border..).unwrap_or_default());
        }
        let kept = self.tail.len().saturating_sub(LONGEST);
        self.tail.drain(..kept);
    }

    /// Whether a marker stands in the beginning, in the pieces, or across any border.
    pub fn finds_after(&self, beginning: &[u8]) -> bool {
        let last = beginning.get(beginning.len().saturating_sub(LONGEST)..).unwrap_or_default();
        self.found || holds_marker(beginning) || holds_marker(&[last, &self.head].concat())
    }
}

/// Whether the bytes of a file could hold a manifest: a marker stands there, or could be spelled by escapes, or
/// the bytes are UTF-16.
pub fn could_hold_manifest(bytes: &[u8]) -> bool {
    holds_marker(bytes) || is_utf16(bytes) || could_spell_marker(bytes)
}

/// Whether bytes begin with a byte-order mark of UTF-16.
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Whether an escape of a double-quoted scalar could be part of a marker. Escapes that cannot (`\n`, `\"`, the
/// `\u003c` of HTML-safe JSON, a shell's `\` at the end of a line) are the common ones, and let a file pass.
fn could_spell_marker(bytes: &[u8]) -> bool {
    memchr_iter(b'\\', bytes).any(|at| {
        let before = bytes.get(..at).unwrap_or_default();
        let after = bytes.get(at + 1..).unwrap_or_default();
        match after.first() {
            Some(b'x') => could_be_in_marker(after.get(1..3)),
            Some(b'u') => could_be_in_marker(after.get(1..5)),
            Some(b'U') => could_be_in_marker(after.get(1..9)),
            Some(b'/') => continues_marker(before, |rest| rest.starts_with('/')),
            Some(b'\n' | b'\r') => continues_marker(before, |_| true),
            _ => false,
        }
    })
}

/// Whether hexadecimal digits name a character of a marker.
fn could_be_in_marker(digits: Option<&[u8]>) -> bool {
    digits
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32)
        .is_some_and(|character| MARKERS.iter().any(|marker| marker.contains(character)))
}

/// Whether a text ends in the beginning of a marker whose rest is as wanted.
fn continues_marker(before: &[u8], rest_is: impl Fn(&str) -> bool) -> bool {
    MARKERS.iter().any(|marker| {
        (1..marker.len()).any(|length| {
            let (begun, rest) = marker.split_at(length);
            before.ends_with(begun.as_bytes()) && rest_is(rest)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_wherever_a_text_is_cut() {
        let text = b"x: 1\nkind: LLMDeployment\n";
        for first in 0..text.len() {
            for size in 1..text.len() {
                let (beginning, rest) = text.split_at(first);
                let mut search = Search::default();
                rest.chunks(size).for_each(|piece| search.piece(piece));
                assert!(search.finds_after(beginning), "{first} {size}");
                let mut none = Search::default();
                rest.chunks(size).for_each(|piece| none.piece(&piece.to_ascii_lowercase()));
                assert!(!none.finds_after(&beginning.to_ascii_lowercase()), "{first} {size}");
            }
        }
    }

    #[test]
    fn every_way_to_spell_a_marker_is_noticed() {
        for text in [
            "kind: LLMDeployment",
            "apiVersion: tunelint.dev/v2",
            r#"kind: "\x4cLMDeployment""#,
            r#"kind: "LLM\u0044eployment""#,
            r#"kind: "LLMDeploymen\U00000074""#,
            r#"{"apiVersion": "tunelint.dev\/v1alpha1"}"#,
            "kind: \"LLM\\\n  Deployment\"",
            "kind: \"L\\\r\n  LMDeployment\"",
        ] {
            assert!(could_hold_manifest(text.as_bytes()), "{text}");
        }
        assert!(could_hold_manifest(b"\xff\xfek\0"));
        assert!(could_hold_manifest(b"\xfe\xff\0k"));
    }

    #[test]
    fn common_escapes_let_a_file_pass() {
        for text in [
            r#"{"html": "\u003cb\u003e\n\"quoted\" a\/b"}"#,
            "run: |\n  cargo test \\\n    --workspace\n  echo \"done\"",
            r#"path: "C:\\work\\users""#,
            r#"{"cut": "\u00"#,
            "",
        ] {
            assert!(!could_hold_manifest(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_overlap_is_that_of_the_longest_marker() {
        assert_eq!(MARKERS.iter().map(|marker| marker.len()).max(), Some(LONGEST));
    }
}
