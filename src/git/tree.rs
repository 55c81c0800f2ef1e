//! The files of a commit.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{Error, Object, Repository, cannot_run, failed, path_of};

/// What stands at a path of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link; its content is where it leads.
    Link,
    /// A commit of another repository: its files are not here.
    Submodule,
}

/// One path of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path below the top of the tree.
    pub path: PathBuf,
    /// What it is.
    pub kind: EntryKind,
    /// The hash of its content.
    pub id: Box<str>,
}

impl Entry {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }
}

impl Repository {
    /// Visits every path of a commit, in git's order.
    ///
    /// # Errors
    /// Where git cannot list them.
    fn each_entry(&self, commit: &str, mut visit: impl FnMut(Entry)) -> Result<(), Error> {
        let mut child = self
            .command(["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| cannot_run("ls-tree", error))?;
        let Some(stdout) = child.stdout.take() else { return Err(failed("ls-tree", "has no pipe")) };
        let mut stdout = BufReader::with_capacity(64 << 10, stdout);
        let mut record = Vec::new();
        let broken = |error| cannot_run("ls-tree", error);
        while stdout.read_until(0, &mut record).map_err(broken)? > 0 {
            if let Some(entry) = entry(record.strip_suffix(b"\0").unwrap_or(&record)) {
                visit(entry);
            }
            record.clear();
        }
        let mut complaint = Vec::new();
        if let Some(stderr) = &mut child.stderr {
            stderr.take(4096).read_to_end(&mut complaint).map_err(broken)?;
        }
        let status = child.wait().map_err(broken)?;
        if status.success() { Ok(()) } else { Err(self.refusal("ls-tree", &complaint)) }
    }

    /// All files of a commit, to be read by path.
    ///
    /// # Errors
    /// Where git cannot list them.
    pub fn snapshot(&self, commit: &str) -> Result<Snapshot, Error> {
        let mut entries = Vec::new();
        self.each_entry(commit, |entry| entries.push(entry))?;
        // Git sorts by bytes; whoever looks for what lies below a folder wants its files together.
        entries.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        Ok(Snapshot { repository: self.clone(), entries })
    }
}

/// `<mode> <type> <hash>\t<path>`.
fn entry(record: &[u8]) -> Option<Entry> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(record.get(..tab)?).ok()?;
    let mut words = head.split(' ');
    let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
    let kind = match mode {
        "120000" => EntryKind::Link,
        "160000" => EntryKind::Submodule,
        _ => EntryKind::File,
    };
    Some(Entry { path: path_of(record.get(tab + 1..)?), kind, id: id.into() })
}

/// The files of one commit.
#[derive(Debug)]
pub struct Snapshot {
    repository: Repository,
    /// By path.
    entries: Vec<Entry>,
}

impl Snapshot {
    /// Its paths, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What stands at a path.
    pub fn entry(&self, path: &Path) -> Option<&Entry> {
        let found = self.entries.binary_search_by(|entry| entry.path.as_path().cmp(path)).ok()?;
        self.entries.get(found)
    }

    /// Its paths below a folder, in order; the empty path is the top.
    pub fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Entry> {
        let first = self.entries.partition_point(|entry| entry.path.as_path() < folder);
        self.entries.iter().skip(first).take_while(move |entry| entry.path.starts_with(folder))
    }

    /// Whether there are files below a folder.
    pub fn is_folder(&self, folder: &Path) -> bool {
        self.below(folder).any(|entry| entry.path != folder)
    }

    /// The content of a file; nothing where there is none at this path, or what is there is no file.
    ///
    /// # Errors
    /// Where git cannot hand it out.
    pub fn read(&self, path: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<Option<Object>, Error> {
        match self.entry(path) {
            Some(entry) if entry.kind == EntryKind::File => {
                self.repository.objects()?.read(&entry.id, limit, buffer).map(Some)
            }
            _ => Ok(None),
        }
    }
}
