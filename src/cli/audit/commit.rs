//! Phase 1 over the files of a commit, from git's objects alone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use crate::workspace::commit::Contents;

use crate::cli::gather::take_trouble;
use crate::cli::progress::Progress;
use crate::discover::{self, Leads, Listing};
use crate::git::{Error, Object, Objects};
use crate::marker::Search;
use crate::pipeline::{self, Examined, Input};
use crate::read;
use crate::workspace;
use crate::workspace::commit::AtCommit;
use crate::workspace::tree::Tree;

/// Objects that are asked for at once: their names fit into a pipe.
const BATCH: usize = 256;

/// Largest ignore file.
const MOST_IGNORES: u64 = 1 << 20;

/// A buffer that held more than this is given back after the file that needed it.
const KEPT_BUFFER: usize = 1 << 20;

/// What a file begins with whose content Git LFS keeps elsewhere.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What a commit holds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) examined: Examined,
    /// Files whose content lies elsewhere.
    pub(super) pointers: Vec<PathBuf>,
}

/// Reads the commits of one repository, one after the other.
pub(super) struct Reader {
    settings: pipeline::Settings,
    buffer: Vec<u8>,
    /// Contents that have nothing to do with us: most files are the same from commit to commit.
    unrelated: HashSet<Box<str>>,
}

impl Reader {
    pub(super) fn new(settings: pipeline::Settings) -> Self {
        Self { settings, buffer: Vec::new(), unrelated: HashSet::new() }
    }

    /// What a walk from a folder of a commit finds.
    ///
    /// # Errors
    /// Git does not hand out contents any more.
    pub(super) fn gather(
        &mut self,
        tree: &AtCommit,
        from: &Path,
        walk: &discover::Settings,
        progress: &Progress,
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        let entries = tree.snapshot().entries();
        let files: Vec<&Path> =
            entries.iter().filter(|own| own.is_file()).map(|own| own.path.as_path()).collect();
        let links: Vec<(&Path, Leads)> =
            tree.links().iter().map(|(link, leads)| (link.as_path(), leads.clone())).collect();
        let text = |file: &Path| tree.read(&tree.top().join(file), MOST_IGNORES).ok();
        let listing = Listing { top: tree.top(), files: &files, links: &links, text: &text };
        let (paths, troubles) = discover::listed(&listing, from, walk);
        for trouble in troubles {
            take_trouble(&mut found.examined, trouble);
        }
        let mut unread = Vec::new();
        for path in &paths {
            let Some(entry) = tree.snapshot().entry(path) else { continue };
            if self.unrelated.contains(&entry.id) {
                found.examined.files += 1;
                progress.count(0);
            } else {
                unread.push((path.as_path(), &*entry.id));
            }
        }
        if unread.is_empty() {
            return Ok(found);
        }
        let mut objects = tree.repository().objects()?;
        for batch in unread.chunks(BATCH) {
            let ids: Vec<&str> = batch.iter().map(|(_, id)| *id).collect();
            objects.ask(&ids)?;
            for (path, id) in batch {
                let before = found.examined.manifests;
                self.take(tree, path, id, &mut objects, &mut found)?;
                progress.count(found.examined.manifests - before);
            }
        }
        Ok(found)
    }

    /// Examines the file that git hands out next.
    fn take(
        &mut self,
        tree: &AtCommit,
        path: &Path,
        id: &str,
        objects: &mut Objects,
        found: &mut Found,
    ) -> Result<(), Error> {
        let limit = self.settings.limits.bytes;
        let mut search = Search::default();
        let object = objects.answer_all(limit, &mut self.buffer, |rest| search.piece(rest))?;
        let read = match object {
            Object::Whole => Ok(()),
            Object::TooLarge(_) => {
                let marked = search.finds_after(&self.buffer);
                Err(read::Error::TooLarge { limit, marked })
            }
            Object::Missing => {
                Err(read::Error::Io(std::io::Error::other("the repository lacks its content")))
            }
        };
        let shown = || -> Arc<str> { discover::shown(path).into() };
        let file = tree.top().join(path);
        let content = read.as_ref().map(|()| &*self.buffer);
        let input = Input { path: &shown, file: Some(&file), named: false, content };
        let own = pipeline::examine(input, &self.settings);
        let is_config = workspace::is_config(path, &self.buffer);
        if self.buffer.starts_with(LFS_POINTER) {
            found.pointers.push(path.to_owned());
        } else if own.has_nothing() && !is_config && read.is_ok() {
            self.unrelated.insert(id.into());
        }
        found.examined.absorb(own);
        if is_config {
            found.examined.findings.push(workspace::nested(&shown()));
        }
        if self.buffer.capacity() > KEPT_BUFFER {
            self.buffer = Vec::new();
        }
        Ok(())
    }
}
