//! The only reader of files and of standard input: bounded, regular files alone, and from bytes to text.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::document;
use crate::marker;

/// Bytes of room that a read begins with.
const ROOM: usize = 16 << 10;

/// Why a file could not be read. Told with its path by whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name leads nowhere.
    #[error("does not exist")]
    NotFound,
    /// We may not.
    #[error("cannot be opened: permission denied")]
    Permission,
    /// A folder, a FIFO, a device: reading it might never end.
    #[error("is no regular file")]
    NotAFile,
    /// More bytes than the limit.
    #[error("has more than {limit} bytes, the limit for one file")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
        /// Whether a marker of ours stands anywhere in it.
        marked: bool,
    },
    /// Anything else.
    #[error("cannot be read: {0}")]
    Io(io::Error),
}

impl Error {
    /// The code in reports.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Permission => "permission",
            Self::NotAFile => "not-a-file",
            Self::TooLarge { .. } => "limit-bytes",
            Self::Io(_) => "io",
        }
    }

    /// What to do about it.
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some("split the file, or raise the limit with --max-file-size"),
            Self::Permission => Some("make it readable, or exclude it with .tunelintignore"),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::Permission,
            io::ErrorKind::IsADirectory => Self::NotAFile,
            _ => Self::Io(error),
        }
    }
}

/// Reads a file that a walk knows to be a regular one into a buffer, which it empties first.
///
/// # Errors
/// Every [`Error`] but those that a walk rules out.
#[expect(clippy::disallowed_methods, reason = "this is the reader")]
pub fn walked(file: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<(), Error> {
    bounded(File::open(file)?, limit, buffer)
}

/// Reads a file that somebody named, which may be anything, into a buffer, which it empties first. What is no
/// regular file is not opened: a FIFO would wait for a writer.
///
/// # Errors
/// See [`Error`].
#[expect(clippy::disallowed_methods, reason = "this is the reader")]
pub fn named(file: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<(), Error> {
    buffer.clear();
    if !std::fs::metadata(file)?.is_file() {
        return Err(Error::NotAFile);
    }
    bounded(File::open(file)?, limit, buffer)
}

/// Reads standard input to its end.
///
/// # Errors
/// [`Error::TooLarge`] and those of the system.
pub fn standard_input(limit: u64, buffer: &mut Vec<u8>) -> Result<(), Error> {
    bounded(io::stdin().lock(), limit, buffer)
}

/// Reads a small text file whole: nothing where that is not possible.
pub fn small(file: &Path) -> Option<String> {
    let mut buffer = Vec::new();
    named(file, 1 << 20, &mut buffer).ok()?;
    String::from_utf8(buffer).ok()
}

fn bounded(mut input: impl Read, limit: u64, buffer: &mut Vec<u8>) -> Result<(), Error> {
    buffer.clear();
    // Room for most manifests, so that one call reads them.
    buffer.reserve(ROOM);
    (&mut input).take(limit.saturating_add(1)).read_to_end(buffer)?;
    if buffer.len() as u64 <= limit {
        return Ok(());
    }
    // Searched to the end all the same: a manifest does not escape notice by being long.
    let mut marked = marker::holds_marker(buffer);
    while !marked {
        let kept = buffer.len().saturating_sub(marker::LONGEST);
        buffer.drain(..kept);
        if (&mut input).take(1 << 16).read_to_end(buffer)? == 0 {
            break;
        }
        marked = marker::holds_marker(buffer);
    }
    buffer.clear();
    Err(Error::TooLarge { limit, marked })
}

/// Bytes that are no text in an encoding we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no {encoding}: byte {offset}, in line {line}, begins no character")]
pub struct BadEncoding {
    /// The encoding that the bytes were taken for.
    pub encoding: &'static str,
    /// The first offending byte, from zero, in the file.
    pub offset: usize,
    /// Its line, from one.
    pub line: usize,
}

impl BadEncoding {
    /// Whether a marker of ours stands in what can be read of the bytes.
    pub fn holds_marker(&self, bytes: &[u8]) -> bool {
        if !marker::is_utf16(bytes) {
            return marker::holds_marker(bytes);
        }
        // A marker is ASCII: of each of its characters one byte is zero and the other the character.
        let narrow: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != 0).collect();
        marker::holds_marker(&narrow)
    }
}

/// From bytes to text: UTF-8 with or without a byte-order mark, or UTF-16 with one.
///
/// # Errors
/// The first byte that is part of no character.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, BadEncoding> {
    if let Some(decoded) = document::decode_utf16(bytes) {
        return decoded.map(|(text, _)| Cow::Owned(text)).map_err(|offset| BadEncoding {
            encoding: "UTF-16",
            offset,
            line: line_at(bytes, offset),
        });
    }
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| BadEncoding {
        encoding: "UTF-8",
        offset: error.valid_up_to(),
        line: line_at(bytes, error.valid_up_to()),
    })
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_searched_to_its_end_and_not_kept() {
        let mut long = vec![b'#'; 200_000];
        let mut buffer = Vec::new();
        assert!(matches!(
            bounded(&*long, 100, &mut buffer),
            Err(Error::TooLarge { limit: 100, marked: false })
        ));
        // Across the border of two stretches.
        let at = 101 - 5;
        long[at..at + 13].copy_from_slice(b"LLMDeployment");
        assert!(matches!(bounded(&*long, 100, &mut buffer), Err(Error::TooLarge { marked: true, .. })));
        assert!(buffer.is_empty());
    }

    #[test]
    fn a_file_of_just_the_limit_is_read() {
        let mut buffer = vec![1, 2, 3];
        bounded(&b"abcd"[..], 4, &mut buffer).unwrap();
        assert_eq!(buffer, b"abcd");
    }

    #[test]
    fn the_offending_byte_is_placed() {
        let bad = decode(b"a: 1\nb: \xff\n").unwrap_err();
        assert_eq!((bad.encoding, bad.offset, bad.line), ("UTF-8", 8, 2));
    }
}
