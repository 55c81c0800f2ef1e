//! Files of one JSON document a line, of which hundreds are read and written at a time: each is opened for as long as a
//! buffer of it is moved, so that neither handles nor memory run out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Error, Row};

/// Bytes that the buffers of all files have together, as far as [`LEAST`] allows.
const ROOM: usize = 8 << 20;

/// Bytes of a buffer, at the least: below, opening a file costs more than reading it.
const LEAST: usize = 4 << 10;

/// Bytes of a buffer, at the most: above, nothing is gained.
const MOST: usize = 128 << 10;

/// Bytes of a line that is believed to be a row.
const LONGEST: usize = 64 << 20;

/// How much of a file to hold in memory, of so many.
pub(super) fn room(files: usize) -> usize {
    (ROOM / files.max(1)).clamp(LEAST, MOST)
}

/// A file that rows are added to.
pub(super) struct Output {
    path: PathBuf,
    buffer: Vec<u8>,
    room: usize,
    rows: u64,
}

impl Output {
    /// Makes an empty file, and the folders it lies in.
    ///
    /// # Errors
    /// Those of the system; also where there is a file already.
    pub(super) fn create(path: PathBuf, room: usize) -> Result<Self, Error> {
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(Error::write(folder))?;
        File::create_new(&path).map_err(Error::write(&path))?;
        Ok(Self { path, buffer: Vec::new(), room, rows: 0 })
    }

    /// The file.
    #[cfg(feature = "parquet")]
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows were added.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Removes the file.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn remove(&self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(Error::write(&self.path))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn add(&mut self, row: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.buffer, row)
            .map_err(|error| Error::write(&self.path)(error.into()))?;
        self.buffer.push(b'\n');
        self.rows += 1;
        if self.buffer.len() >= self.room { self.flush() } else { Ok(()) }
    }

    /// Writes what is held back.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if !self.buffer.is_empty() {
            let file = OpenOptions::new().append(true).open(&self.path);
            file.and_then(|mut file| file.write_all(&self.buffer)).map_err(Error::write(&self.path))?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// A file that rows are read from, one after the other.
pub(super) struct Input<R> {
    path: PathBuf,
    /// Where in the file the buffer ends.
    offset: u64,
    buffer: Vec<u8>,
    /// How much of the buffer was read.
    used: usize,
    room: usize,
    ended: bool,
    /// Lines that were read, so that of the one read last it is its number.
    line: u64,
    next: Option<R>,
}

impl<R: Row> Input<R> {
    /// A file; it is opened when a row is asked for.
    pub(super) fn new(path: PathBuf, room: usize) -> Self {
        let buffer = Vec::new();
        Self { path, offset: 0, buffer, used: 0, room, ended: false, line: 0, next: None }
    }

    /// The row that comes next, which stays.
    ///
    /// # Errors
    /// Those of the system, and a line that is no row.
    pub(super) fn peek(&mut self) -> Result<Option<&R>, Error> {
        if self.next.is_none()
            && let Some(end) = self.find_end()?
        {
            self.line += 1;
            let line = self.buffer.get(self.used..end).unwrap_or_default();
            let row = serde_json::from_slice(line);
            self.used = end + 1;
            self.next = Some(row.map_err(|error| self.wrong(format!("is no row of the table: {error}")))?);
        }
        Ok(self.next.as_ref())
    }

    /// The row that comes next.
    ///
    /// # Errors
    /// See [`Self::peek`].
    pub(super) fn next(&mut self) -> Result<Option<R>, Error> {
        self.peek()?;
        Ok(self.next.take())
    }

    /// Makes sure that as many rows were read as were written.
    ///
    /// # Errors
    /// There were more, or fewer.
    pub(super) fn expect(&self, written: u64) -> Result<(), Error> {
        if self.line == written {
            return Ok(());
        }
        Err(Error::Count { path: self.path.clone(), written, read: self.line })
    }

    /// Where in the file the next row begins.
    #[cfg(feature = "parquet")]
    pub(super) const fn position(&self) -> u64 {
        self.offset - (self.buffer.len() - self.used) as u64
    }

    /// Something is wrong with the row that was looked at last.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Error {
        Error::Row { path: self.path.clone(), line: self.line, message: message.into() }
    }

    /// Where the line that comes next ends in the buffer; nothing at the end of the file.
    fn find_end(&mut self) -> Result<Option<usize>, Error> {
        let mut seen = self.used;
        loop {
            let rest = self.buffer.get(seen..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', rest) {
                return Ok(Some(seen + at));
            }
            seen = self.buffer.len() - self.used;
            if self.ended {
                if seen == 0 {
                    return Ok(None);
                }
                self.line += 1;
                return Err(self.wrong("breaks off: the file is not whole"));
            }
            if seen > LONGEST {
                self.line += 1;
                return Err(self.wrong("is longer than any row"));
            }
            self.fill().map_err(Error::read(&self.path))?;
        }
    }

    /// Reads on, and forgets what was used.
    #[expect(clippy::disallowed_methods, reason = "a dataset is read where it is written")]
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.used);
        self.used = 0;
        // A line that is longer than the room is read in ever larger steps, so that it is not searched for ever again.
        let step = self.room.max(self.buffer.len()) as u64;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let read = file.take(step).read_to_end(&mut self.buffer)?;
        self.offset += read as u64;
        self.ended = (read as u64) < step;
        Ok(())
    }
}
