//! The JSON report, and how strings are written in every JSON of ours.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

use super::sanitize::{is_hidden, is_plain};
use super::wire::ReportV1;
use super::{Options, Texts, fingerprints};
use crate::report::Report;

/// Writes the report as one indented document.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    _options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let fingerprints = fingerprints(&report.findings);
    write_document(&ReportV1::new(report, &fingerprints), out)
}

/// Writes one value as a document: a line for each field, and for each item of a list.
pub(super) fn write_document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    // The serializer writes a word at a time: into a buffer that it knows, not through a pointer to any writer.
    let mut out = BufWriter::with_capacity(1 << 16, out);
    value.serialize(&mut Serializer::with_formatter(&mut out, Shown(Rows::default())))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes one value on one line.
pub(super) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    append(value, &mut line)?;
    line.push(b'\n');
    out.write_all(&line)
}

/// Appends one value, without a line break.
pub(super) fn append(value: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Shown(CompactFormatter)))?)
}

/// Breaks lines where a reader wants them: a field of the document is a line, and so is an item of a list of it. A
/// finding on one line can be searched for and compared line by line, and takes half of what indenting it would.
#[derive(Default)]
struct Rows {
    depth: usize,
    has_values: bool,
}

impl Rows {
    /// Lists are broken up in the document itself and in its fields, objects only as the document.
    const LISTS: usize = 2;
    const OBJECTS: usize = 1;

    fn begin<W: ?Sized + Write>(&mut self, bracket: &[u8], writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_values = false;
        writer.write_all(bracket)
    }

    fn value<W: ?Sized + Write>(&self, broken: usize, first: bool, writer: &mut W) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(self.depth, broken, writer)
    }

    fn end<W: ?Sized + Write>(&mut self, broken: usize, bracket: &[u8], writer: &mut W) -> io::Result<()> {
        if self.has_values {
            self.line(self.depth - 1, broken, writer)?;
        }
        self.depth -= 1;
        self.has_values = true;
        writer.write_all(bracket)
    }

    fn line<W: ?Sized + Write>(&self, indent: usize, broken: usize, writer: &mut W) -> io::Result<()> {
        if self.depth > broken {
            Ok(())
        } else {
            writer.write_all(b"\n    ".get(..=2 * indent).unwrap_or_default())
        }
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(b"[", writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(Self::LISTS, b"]", writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.value(Self::LISTS, first, writer)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(b"{", writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(Self::OBJECTS, b"}", writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.value(Self::OBJECTS, first, writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth > Self::OBJECTS { b":" } else { b": " })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }
}

/// A formatter that writes what a terminal would obey, or an eye not see, as JSON's own `\uXXXX`: a report can be
/// shown with `cat`. JSON itself asks for that below U+0020 only.
struct Shown<F>(F);

impl<F: Formatter> Formatter for Shown<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|&(_, character)| is_hidden(character)) {
            let (clean, from) = rest.split_at(at);
            writer.write_all(clean.as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = from.get(character.len_utf8()..).unwrap_or("");
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_line_and_so_is_an_item_of_its_list() {
        let value = serde_json::json!({"a": 1, "b": [{"x": [1, 2], "y": {}}, []], "c": {"d": "e"}, "f": []});
        let mut out = Vec::new();
        write_document(&value, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "{\n  \"a\": 1,\n  \"b\": [\n    {\"x\":[1,2],\"y\":{}},\n    []\n  ],\n  \"c\": {\"d\":\"e\"},\n  \"f\": []\n}\n"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn hidden_characters_are_written_as_jsons_own_escapes_and_read_back() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\u{feff}\"\\\né漢";
        let mut out = Vec::new();
        write_line(&text, &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "\"a\\u001b\\u007f\\u009b\\u202e\\udb40\\udc41\\ufeff\\\"\\\\\\né漢\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
