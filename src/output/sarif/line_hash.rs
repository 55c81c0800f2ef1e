//! `primaryLocationLineHash`: by what stands on a line, and in what follows it, code scanning knows the line again
//! after it moved. Computed as GitHub's upload action computes it, so that an alert stays the same alert whether the
//! action finds ours or adds its own.

use std::collections::HashMap;
use std::fmt;

/// Characters that a line's hash covers, counted from the start of the line, blanks left out.
const WINDOW: usize = 100;
/// What the hash so far is multiplied with for each character.
const FACTOR: u64 = 37;
/// What is hashed for the end of the text.
const END: u16 = u16::MAX;

/// The hash of a line, and how many lines up to it have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineHash {
    hash: u64,
    occurrence: u32,
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{}", self.hash, self.occurrence)
    }
}

/// The hash of every line of a text, in their order. CR, LF and CRLF each end a line; a byte-order mark counts.
pub(super) fn line_hashes(text: &str) -> Vec<LineHash> {
    let mut rolling = Rolling::default();
    let mut line_begins = true;
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let is_second_half = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if is_second_half || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        let unit = if after_return { u16::from(b'\n') } else { unit };
        rolling.push(unit, line_begins);
        line_begins = unit == u16::from(b'\n');
    }
    rolling.push(END, line_begins);
    // The lines near the end have fewer characters after them: as many zeros as are wanting follow.
    for _ in 0..WINDOW {
        rolling.push(0, false);
    }
    rolling.hashes
}

/// The hash of the last characters, and the lines that began with one of them.
struct Rolling {
    /// The last characters in a ring, and whether a line began there.
    ring: [(u16, bool); WINDOW],
    at: usize,
    hash: u64,
    /// `FACTOR` to the power of `WINDOW`: what the character that leaves was multiplied with.
    leaving: u64,
    hashes: Vec<LineHash>,
    seen: HashMap<u64, u32>,
}

impl Default for Rolling {
    fn default() -> Self {
        Self {
            ring: [(0, false); WINDOW],
            at: 0,
            hash: 0,
            leaving: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(FACTOR)),
            hashes: Vec::new(),
            seen: HashMap::new(),
        }
    }
}

impl Rolling {
    fn push(&mut self, unit: u16, line_begins: bool) {
        let Some(slot) = self.ring.get_mut(self.at) else { return };
        let (left, began) = std::mem::replace(slot, (unit, line_begins));
        if began {
            let occurrence = self.seen.entry(self.hash).or_default();
            *occurrence += 1;
            self.hashes.push(LineHash { hash: self.hash, occurrence: *occurrence });
        }
        let leaving = self.leaving.wrapping_mul(u64::from(left));
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit)).wrapping_sub(leaving);
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        line_hashes(text).iter().map(ToString::to_string).collect()
    }

    // The expected values of the tests below are those that the upload action's own tests state for these texts.

    #[test]
    fn the_actions_values_come_out_for_a_few_short_lines() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        assert_eq!(
            hashes("x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n"),
            [
                "e54938cc54b302f1:1",
                "bb609acbe9138d60:1",
                "1131fd5871777f34:1",
                "5c482a0f8b35ea28:1",
                "54517377da7028d2:1",
                "2c644846cb18d53e:1",
                "f1b89f20de0d133:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }

    #[test]
    fn every_kind_of_line_break_counts_as_one_and_the_same() {
        let expected = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(hashes(text), expected, "{text:?}");
        }
        assert_eq!(
            hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End").first().map(String::as_str),
            Some("8b7cf3e952e7aeb2:1")
        );
    }

    #[test]
    fn lines_that_repeat_are_counted() {
        assert_eq!(
            hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }

    #[test]
    fn there_is_a_hash_for_every_line_of_the_index() {
        for text in ["", "a", "a\n", "\n\n", "\u{feff}a: 🙂\r\nb\rc\n", " \n\t\n", &"x".repeat(500)] {
            let lines = crate::source::LineIndex::new(text).line_count();
            assert_eq!(line_hashes(text).len() as u32, lines, "{text:?}");
        }
    }
}
