//! The contents of objects, from one `git cat-file` that stays.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{Error, Repository, cannot_run, failed};

/// A process that hands out contents, one request after the other.
#[derive(Debug)]
pub struct Objects {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What came of asking for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// It is in the buffer, whole.
    Whole,
    /// It has more bytes than the limit: this many. The buffer holds those up to the limit.
    TooLarge(u64),
    /// The repository does not have it: it was left out of a partial clone, or is corrupt.
    Missing,
}

impl Repository {
    /// Starts a process that hands out contents.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn objects(&self) -> Result<Objects, Error> {
        let mut child = self
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Complaints about corrupt objects follow from the answers; a full pipe would make it wait.
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cannot_run("cat-file", error))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("cat-file", "has no pipes"));
        };
        Ok(Objects { child, requests, answers: BufReader::with_capacity(64 << 10, answers) })
    }
}

impl Objects {
    /// Reads the object of a hash into a buffer, which it empties first.
    ///
    /// # Errors
    /// Where the process does not answer: this object and those after it cannot be had from it.
    pub fn read(&mut self, id: &str, limit: u64, buffer: &mut Vec<u8>) -> Result<Object, Error> {
        self.ask(&[id])?;
        self.answer(limit, buffer)
    }

    /// Asks for several objects at once, whose contents [`Self::answer`] then hands out in this order. Their names must
    /// fit into a pipe: a few hundred.
    ///
    /// # Errors
    /// Where the process takes no more requests.
    pub fn ask(&mut self, ids: &[&str]) -> Result<(), Error> {
        let mut lines = String::with_capacity(ids.len() * 41);
        for id in ids {
            lines.push_str(id);
            lines.push('\n');
        }
        let broken = |error| cannot_run("cat-file", error);
        self.requests.write_all(lines.as_bytes()).and_then(|()| self.requests.flush()).map_err(broken)
    }

    /// The next object that was asked for.
    ///
    /// # Errors
    /// Where the process does not answer.
    pub fn answer(&mut self, limit: u64, buffer: &mut Vec<u8>) -> Result<Object, Error> {
        self.answer_all(limit, buffer, |_| {})
    }

    /// The same. Of one that has more bytes than the limit, `rest` gets those beyond it as well, piece by piece.
    ///
    /// # Errors
    /// Where the process does not answer.
    pub fn answer_all(
        &mut self,
        limit: u64,
        buffer: &mut Vec<u8>,
        mut rest: impl FnMut(&[u8]),
    ) -> Result<Object, Error> {
        buffer.clear();
        let mut header = Vec::new();
        let broken = |error| cannot_run("cat-file", error);
        self.answers.read_until(b'\n', &mut header).map_err(broken)?;
        let header = String::from_utf8_lossy(&header);
        let mut words = header.trim_end().rsplit(' ');
        let last = words.next().unwrap_or_default();
        if last.is_empty() {
            return Err(failed("cat-file", "ended before its answer"));
        }
        let Ok(size) = last.parse::<u64>() else { return Ok(Object::Missing) };
        let kept = size.min(limit);
        let mut content = (&mut self.answers).take(kept);
        content.read_to_end(buffer).map_err(broken)?;
        let mut left = size - kept;
        while left > 0 && buffer.len() as u64 == kept {
            let piece = match self.answers.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                piece => piece.map_err(broken)?,
            };
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let piece = piece.get(..most).unwrap_or(piece);
            if piece.is_empty() {
                break;
            }
            rest(piece);
            let taken = piece.len();
            self.answers.consume(taken);
            left -= taken as u64;
        }
        // A line break ends each answer.
        let mut end = [0];
        if self.answers.read_exact(&mut end).is_err() || end != *b"\n" {
            return Err(failed("cat-file", "ended inside an object"));
        }
        Ok(if size <= limit { Object::Whole } else { Object::TooLarge(size) })
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It waits for requests: without them it ends, and there is nothing to learn from how.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
