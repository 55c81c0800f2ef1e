//! Text in UTF-16, as some editors of Windows write it.

use super::view::{Segment, View};

/// Decodes bytes that begin with the byte-order mark of UTF-16: the text, its mark kept as U+FEFF, and the view
/// from the text to the bytes. Nothing for bytes without that mark.
///
/// # Errors
///
/// The offset of the first unit that is half of a pair, or half a unit.
pub fn decode_utf16(bytes: &[u8]) -> Option<Result<(String, View), usize>> {
    let decode: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut segments = Vec::new();
    let mut outer = 0;
    for character in char::decode_utf16(units.iter().map(|&unit| decode(unit))) {
        let Ok(character) = character else { return Some(Err(outer)) };
        let size = character.len_utf16() * 2;
        Segment {
            inner: text.len() as u32,
            inner_len: character.len_utf8() as u32,
            outer: outer as u32,
            outer_len: size as u32,
            pieces: 1,
        }
        .push_to(&mut segments);
        text.push(character);
        outer += size;
    }
    Some(if rest.is_empty() { Ok((text, View::new(segments))) } else { Err(outer) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn encode(text: &str, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(encode).collect()
    }

    #[test]
    fn both_byte_orders_are_decoded_and_every_character_is_placed() {
        let text = "\u{feff}a: é✓😀\r\nb: 2\n";
        for order in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let bytes = encode(text, order);
            let (decoded, view) = decode_utf16(&bytes).unwrap().unwrap();
            assert_eq!(decoded, text);
            let mut outer = 0;
            for (inner, character) in text.char_indices() {
                let span = Span::new(inner as u32, (inner + character.len_utf8()) as u32);
                let end = outer + character.len_utf16() as u32 * 2;
                assert_eq!(view.outer(span), Span::new(outer, end), "{character:?}");
                outer = end;
            }
            assert!(view.segments().len() < 8, "equal characters share a segment");
        }
    }

    #[test]
    fn a_bad_unit_is_placed() {
        assert_eq!(decode_utf16(b"\xff\xfea\x00\x00\xd8b\x00").unwrap().unwrap_err(), 4);
        assert_eq!(decode_utf16(b"\xfe\xff\x00a\xdc\x00").unwrap().unwrap_err(), 4);
        assert_eq!(decode_utf16(b"\xff\xfea\x00b").unwrap().unwrap_err(), 4);
    }

    #[test]
    fn other_bytes_are_left_alone() {
        assert!(decode_utf16(b"a: 1").is_none());
        assert!(decode_utf16(b"\xef\xbb\xbfa: 1").is_none());
        assert!(decode_utf16(b"\xff").is_none());
    }
}
