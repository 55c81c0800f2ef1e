//! The JSON report, and how strings are written in every JSON of ours.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::sanitize::is_hidden;
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

/// Writes one value as an indented document.
pub(super) fn write_document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Shown(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Writes one value on one line.
pub(super) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Shown(CompactFormatter)))?;
    out.write_all(b"\n")
}

/// A formatter that writes what a terminal would obey, or an eye not see, as JSON's own `\uXXXX`: a report can be
/// shown with `cat`. JSON itself asks for that below U+0020 only.
struct Shown<F>(F);

impl<F: Formatter> Formatter for Shown<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
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
    fn hidden_characters_are_written_as_jsons_own_escapes_and_read_back() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\u{feff}\"\\\né漢";
        let mut out = Vec::new();
        write_line(&text, &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "\"a\\u001b\\u007f\\u009b\\u202e\\udb40\\udc41\\ufeff\\\"\\\\\\né漢\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
