//! The JSON report, and how strings are written in every JSON of ours.

mod encoder;

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::fingerprint::{self, Fingerprint};
use super::wire::{FindingV1, ReportV1};
use super::{Options, Texts};
use crate::finding::Finding;
use crate::report::Report;
use encoder::{Encoder, rows};

/// Findings that are encoded in one go.
const PIECE: usize = 64;

/// Writes the report as one indented document. The findings, nearly all of it, are encoded by several threads.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let threads = options.threads;
    let fingerprints = fingerprint::shown(&report.findings, threads);
    let pieces: Vec<_> = report.findings.chunks(PIECE).zip(fingerprints.chunks(PIECE)).collect();
    let mut encoder = Encoder::document(out);
    let mut document = encoder.serialize_struct("", 0)?;
    ReportV1::new(report).write(&mut document)?;
    document.list_of_rows("findings", |write| {
        let encode = |(findings, fingerprints): &(&[Finding], &[Fingerprint]), buffer| {
            rows(findings.iter().zip(*fingerprints).map(|(one, own)| FindingV1::new(one, own)), buffer)
        };
        threads.stream(&pieces, encode, |piece| {
            let piece = piece?;
            write(&piece)?;
            Ok(piece)
        })
    })?;
    document.end()?;
    encoder.finish(b"\n")?;
    out.flush()
}

/// Writes one value as a document: a line for each field, and for each item of a list.
pub(super) fn write_document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut encoder = Encoder::document(out);
    value.serialize(&mut encoder)?;
    encoder.finish(b"\n")?;
    out.flush()
}

/// Writes one value on one line.
pub(super) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut encoder = Encoder::line(out);
    value.serialize(&mut encoder)?;
    encoder.finish(b"\n")
}

/// Appends one value, without a line break.
pub(super) fn append(value: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    let mut encoder = Encoder::line(out);
    value.serialize(&mut encoder)?;
    encoder.finish(b"")
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
