//! Colours, taken out of what was written for a terminal.

/// A text without the sequences that colour it.
pub(crate) fn without(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let plain = parts.next().unwrap_or_default().to_owned();
    parts.fold(plain, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}
