//! From values to JSON text. A report is mostly names and short texts in which nothing has to be escaped: such a text
//! is looked at many bytes at a time and copied whole, which a general serializer does byte by byte.

use std::fmt::{self, Display};
use std::io::{self, Write};

use serde::ser::{self, Serialize};

use crate::output::sanitize::is_hidden;

/// Bytes that are kept back before they are written on.
const ROOM: usize = 1 << 16;

/// Why a value could not be written.
#[derive(Debug)]
pub(super) enum Error {
    /// The writer refuses.
    Io(io::Error),
    /// The value has no form in JSON.
    Value(String),
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Value(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self::Value(message.to_string())
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) => error,
            Error::Value(message) => Self::other(message),
        }
    }
}

pub(super) type Result<T = ()> = std::result::Result<T, Error>;

/// How far lists and objects are broken into lines: those that lie no deeper.
#[derive(Clone, Copy)]
struct Breaks {
    lists: usize,
    objects: usize,
}

/// Writes values as JSON.
///
/// What a terminal would obey, or an eye not see, is written as JSON's own `\uXXXX`: a report can be shown with
/// `cat`. JSON itself asks for that below U+0020 only.
pub(super) struct Encoder<'o> {
    buffer: Vec<u8>,
    /// Where to write on; nothing: all of it is kept.
    out: Option<&'o mut dyn Write>,
    depth: usize,
    breaks: Breaks,
}

impl<'o> Encoder<'o> {
    /// Writes on one line.
    pub(super) fn line(out: &'o mut dyn Write) -> Self {
        Self { out: Some(out), ..Self::after(Vec::new()) }
    }

    /// Writes on one line, after what is in a buffer, and keeps it there.
    fn after(buffer: Vec<u8>) -> Self {
        Self { buffer, out: None, depth: 0, breaks: Breaks { lists: 0, objects: 0 } }
    }

    /// Breaks lines where a reader wants them: a field of the document is a line, and so is an item of a list of it.
    /// A finding on one line can be searched for and compared line by line, and takes half of what indenting it
    /// would.
    pub(super) fn document(out: &'o mut dyn Write) -> Self {
        Self { breaks: Breaks { lists: 2, objects: 1 }, ..Self::line(out) }
    }

    /// Writes on what was kept back, and some bytes after it.
    pub(super) fn finish(mut self, last: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(last);
        self.out.map_or(Ok(()), |out| out.write_all(&self.buffer))
    }

    fn text(&mut self, text: &str) {
        self.buffer.reserve(text.len() + 2);
        self.buffer.push(b'"');
        if is_bare(text.as_bytes()) {
            self.buffer.extend_from_slice(text.as_bytes());
        } else {
            text.chars().for_each(|character| self.character(character));
        }
        self.buffer.push(b'"');
    }

    fn character(&mut self, character: char) {
        let short = match character {
            '"' => b'"',
            '\\' => b'\\',
            '\n' => b'n',
            '\r' => b'r',
            '\t' => b't',
            '\u{8}' => b'b',
            '\u{c}' => b'f',
            hidden if is_hidden(hidden) => {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    // Writing to a vector cannot fail.
                    let _ = write!(self.buffer, "\\u{unit:04x}");
                }
                return;
            }
            plain => {
                self.buffer.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
        };
        self.buffer.extend_from_slice(&[b'\\', short]);
    }

    #[cold]
    fn break_line(&mut self, indent: usize) {
        self.buffer.extend_from_slice(b"\n    ".get(..=2 * indent).unwrap_or_default());
    }

    #[inline]
    fn open(&mut self, bracket: u8) -> Compound<'_, 'o> {
        self.depth += 1;
        self.buffer.push(bracket);
        let is_list = bracket == b'[';
        let broken = self.depth <= if is_list { self.breaks.lists } else { self.breaks.objects };
        Compound { closing: if is_list { b']' } else { b'}' }, broken, is_empty: true, encoder: self }
    }

    #[inline]
    fn write_on(&mut self) -> Result {
        if self.buffer.len() > ROOM { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result {
        if let Some(out) = &mut self.out {
            out.write_all(&self.buffer).map_err(Error::Io)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Whether a text stands in JSON as it is: printable ASCII without a quote or a backslash.
fn is_bare(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    // The last bytes once more, some of them: quicker than one by one.
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut word = [b' '; 8];
        word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        word
    });
    let odd = |word: &[u8; 8]| odd_bytes(u64::from_ne_bytes(*word));
    words.iter().fold(odd(&last), |sum, word| sum | odd(word)) == 0
}

/// Not zero where one of eight bytes cannot stand in JSON as it is. Which one it is, it does not tell: a borrow goes on
/// beyond the first.
const fn odd_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    // A byte is below a bound if its high bit is not set, and is once the bound is taken from it.
    let control = word.wrapping_sub(ONES * b' ' as u64);
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let delete = (word ^ (ONES * 0x7f)).wrapping_sub(ONES);
    (control | quote | backslash | delete | word) & HIGH
}

/// Items of a list as they stand in a field of a document, each on a line of its own, after a comma; in a buffer whose
/// content is done with.
pub(super) fn rows<T: Serialize>(values: impl Iterator<Item = T>, mut buffer: Vec<u8>) -> Result<Vec<u8>> {
    buffer.clear();
    let mut encoder = Encoder::after(buffer);
    for value in values {
        encoder.buffer.push(b',');
        encoder.break_line(2);
        value.serialize(&mut encoder)?;
    }
    Ok(encoder.buffer)
}

/// A list or an object that is being written.
pub(super) struct Compound<'e, 'o> {
    encoder: &'e mut Encoder<'o>,
    closing: u8,
    broken: bool,
    is_empty: bool,
}

impl Compound<'_, '_> {
    #[inline]
    fn item(&mut self) {
        if !self.is_empty {
            self.encoder.buffer.push(b',');
        }
        self.is_empty = false;
        if self.broken {
            self.encoder.break_line(self.encoder.depth);
        }
    }

    #[inline]
    fn colon(&mut self) {
        self.encoder.buffer.extend_from_slice(if self.broken { b": " } else { b":" });
    }

    /// The name of a field and what stands around it. It stands in our sources, and nothing in it has to be escaped.
    /// Half of a report is names: what is around them is written in pieces of a length that the compiler knows.
    #[inline]
    fn name(&mut self, name: &'static str) {
        debug_assert!(is_bare(name.as_bytes()));
        self.encoder.buffer.reserve(name.len() + 8);
        if self.broken {
            self.item();
            self.encoder.buffer.push(b'"');
        } else if self.is_empty {
            self.is_empty = false;
            self.encoder.buffer.push(b'"');
        } else {
            self.encoder.buffer.extend_from_slice(b",\"");
        }
        self.encoder.buffer.extend_from_slice(name.as_bytes());
        self.encoder.buffer.extend_from_slice(b"\":");
        if self.broken {
            self.encoder.buffer.push(b' ');
        }
    }

    /// Writes a field that is a list of rows, as [`rows`] makes them. They are taken piece by piece and written on as
    /// they are.
    pub(super) fn list_of_rows(
        &mut self,
        name: &'static str,
        pieces: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result) -> Result,
    ) -> Result {
        self.name(name);
        self.encoder.buffer.push(b'[');
        let mut is_empty = true;
        pieces(&mut |piece| {
            // Each row brings the comma before it.
            let piece = piece.get(usize::from(is_empty)..).unwrap_or_default();
            is_empty &= piece.is_empty();
            self.encoder.flush()?;
            if let Some(out) = &mut self.encoder.out {
                return out.write_all(piece).map_err(Error::Io);
            }
            self.encoder.buffer.extend_from_slice(piece);
            Ok(())
        })?;
        if !is_empty {
            self.encoder.break_line(self.encoder.depth);
        }
        self.encoder.buffer.push(b']');
        Ok(())
    }

    #[inline]
    fn close(self) -> Result {
        if self.broken && !self.is_empty {
            self.encoder.break_line(self.encoder.depth - 1);
        }
        self.encoder.depth -= 1;
        self.encoder.buffer.push(self.closing);
        self.encoder.write_on()
    }
}

macro_rules! numbers {
    ($($method:ident: $kind:ty),*) => {
        $(fn $method(self, value: $kind) -> Result {
            self.buffer.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            Ok(())
        })*
    };
}

impl<'e, 'o> ser::Serializer for &'e mut Encoder<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'e, 'o>;
    type SerializeTuple = Compound<'e, 'o>;
    type SerializeTupleStruct = Compound<'e, 'o>;
    type SerializeTupleVariant = ser::Impossible<(), Error>;
    type SerializeMap = Compound<'e, 'o>;
    type SerializeStruct = Compound<'e, 'o>;
    type SerializeStructVariant = ser::Impossible<(), Error>;

    numbers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    );

    fn serialize_bool(self, value: bool) -> Result {
        self.buffer.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result {
        serde_json::to_writer(&mut self.buffer, &value).map_err(ser::Error::custom)
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.buffer.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        // It stands in our sources, as the names of fields do.
        debug_assert!(is_bare(variant.as_bytes()));
        self.buffer.reserve(variant.len() + 2);
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(variant.as_bytes());
        self.buffer.push(b'"');
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result {
        Err(no_form(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'e, 'o>> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'e, 'o>> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'e, 'o>> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(no_form(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'e, 'o>> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'e, 'o>> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(no_form(variant))
    }
}

/// Enums that carry fields are tagged by their own derive; no report has one of another kind.
fn no_form(variant: &str) -> Error {
    Error::Value(format!("{variant} has no form in a report"))
}

macro_rules! lists {
    ($($kind:ident: $method:ident),*) => {
        $(impl ser::$kind for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result {
                self.item();
                value.serialize(&mut *self.encoder)
            }

            fn end(self) -> Result {
                self.close()
            }
        })*
    };
}

lists!(
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field
);

impl ser::SerializeStruct for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result {
        self.name(name);
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result {
        self.close()
    }
}

impl ser::SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result {
        self.item();
        // Names are texts in every report; another would be written as what it is, and be no JSON.
        key.serialize(&mut *self.encoder)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result {
        self.colon();
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn line(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        let mut encoder = Encoder::line(&mut out);
        value.serialize(&mut encoder).unwrap();
        encoder.finish(b"").unwrap();
        String::from_utf8(out).unwrap()
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ -~]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in values()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&line(&value)).unwrap(), value.clone());
            let mut document = Vec::new();
            let mut encoder = Encoder::document(&mut document);
            value.serialize(&mut encoder).unwrap();
            encoder.finish(b"\n").unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&document).unwrap(), value);
        }

        #[test]
        fn where_nothing_is_hidden_it_is_written_as_by_serde_json(value in values()) {
            let theirs = serde_json::to_string(&value).unwrap();
            if !theirs.chars().any(is_hidden) && !theirs.contains("\\u") {
                prop_assert_eq!(line(&value), theirs);
            }
        }
    }

    #[test]
    fn a_long_document_is_written_on_piece_by_piece() {
        let value: Vec<String> = (0..20_000).map(|number| format!("item {number}")).collect();
        assert_eq!(line(&value), serde_json::to_string(&value).unwrap());
    }
}
