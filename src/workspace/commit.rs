//! The files of a commit as a tree of files: what a work tree has instead does not count.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::find::flat;
use super::tree::{Disk, Tree};
use crate::discover::{self, FolderPattern, PolicyFolder};
use crate::git::{Commit, Entry, EntryKind, Error, Object, Objects, Repository, Snapshot};
use crate::read;
use crate::source::Source;

/// A commit of the repository whose work tree is on the disk. Its files have the paths that they have there; what lies
/// outside of the work tree is on the disk, and no part of it. Links are not followed.
#[derive(Debug)]
pub struct AtCommit {
    repository: Repository,
    snapshot: Snapshot,
    /// The top of the work tree.
    top: PathBuf,
    /// The revision as it was named: findings call files `REVISION:FILE`.
    revision: Box<str>,
    commit: Commit,
    /// What hands out contents, once something was asked for.
    objects: Mutex<Option<Objects>>,
}

/// Why a commit cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Git cannot tell.
    #[error(transparent)]
    Git(#[from] Error),
    /// There is no work tree whose files could be held against it.
    #[error("{} is a bare repository; check out a work tree of it", .0.display())]
    Bare(PathBuf),
}

impl AtCommit {
    /// The files of the commit that a revision names, in the repository around a folder.
    ///
    /// # Errors
    /// Where the folder is in no repository, the repository has no work tree, or the revision is unknown.
    pub fn new(folder: &Path, revision: &str) -> Result<Self, CommitError> {
        let repository = Repository::around(folder)?;
        if repository.is_bare() {
            return Err(CommitError::Bare(folder.to_owned()));
        }
        let commit = repository.commit(revision)?;
        let snapshot = repository.snapshot(&commit.id)?;
        let top = repository.folder();
        let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        Ok(Self { repository, snapshot, top, revision: revision.into(), commit, objects: Mutex::default() })
    }

    /// The commit.
    pub const fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The repository.
    pub const fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The top of its work tree.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// A path below the top; nothing where it lies elsewhere.
    fn below(&self, path: &Path) -> Option<PathBuf> {
        let path = flat(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        path.strip_prefix(&self.top).ok().map(Path::to_owned)
    }

    fn content(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, read::Error> {
        if entry.kind != EntryKind::File {
            return Err(read::Error::NotAFile);
        }
        let broken = |error: Error| read::Error::Io(io::Error::other(error.to_string()));
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let objects = match &mut *objects {
            Some(objects) => objects,
            none => none.insert(self.repository.objects().map_err(broken)?),
        };
        let mut content = Vec::new();
        match objects.read(&entry.id, limit, &mut content).map_err(broken)? {
            Object::Whole => Ok(content),
            Object::TooLarge(_) => Err(read::Error::TooLarge { limit, marked: false }),
            Object::Missing => Err(read::Error::Io(io::Error::other("the clone lacks its content"))),
        }
    }

    /// All folders below a folder.
    fn folders_below(&self, folder: &Path) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        for entry in self.snapshot.below(folder) {
            let above = entry.path.ancestors().skip(1).take_while(|own| own.starts_with(folder));
            for own in above {
                if !folders.insert(own.to_owned()) {
                    break;
                }
            }
        }
        folders
    }
}

impl Tree for AtCommit {
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, read::Error> {
        let Some(below) = self.below(file) else { return Disk.read(file, limit) };
        match self.snapshot.entry(&below) {
            Some(entry) => self.content(entry, limit),
            None if self.snapshot.is_folder(&below) => Err(read::Error::NotAFile),
            None => Err(read::Error::NotFound),
        }
    }

    fn holds(&self, path: &Path) -> bool {
        match self.below(path) {
            Some(below) => self.snapshot.entry(&below).is_some() || self.snapshot.is_folder(&below),
            None => Disk.holds(path),
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.below(path).map_or_else(|| Disk.is_folder(path), |below| self.snapshot.is_folder(&below))
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        match self.below(path) {
            Some(_) => self.holds(path).then(|| path.to_owned()),
            None => Disk.real(path),
        }
    }

    fn folders(&self, above: &Path, pattern: &str) -> Vec<PathBuf> {
        let wanted = FolderPattern::new(above, pattern);
        let Some(below) = self.below(&wanted.start) else { return Disk.folders(above, pattern) };
        if wanted.is_plain() {
            return Some(wanted.start.clone()).filter(|folder| self.is_folder(folder)).into_iter().collect();
        }
        let folders = self.folders_below(&below).into_iter();
        let folders = folders.map(|folder| wanted.start.join(folder.strip_prefix(&below).unwrap_or(&folder)));
        folders.filter(|folder| wanted.fits(folder)).collect()
    }

    fn packs(&self, folder: &Path) -> Result<PolicyFolder, String> {
        let Some(below) = self.below(folder) else { return Disk.packs(folder) };
        let files = self.snapshot.below(&below).filter(|entry| entry.kind == EntryKind::File);
        let files = files.map(|entry| folder.join(entry.path.strip_prefix(&below).unwrap_or(&entry.path)));
        Ok(discover::packs_among(files))
    }

    fn called(&self, shown: Arc<str>, file: &Path) -> Arc<str> {
        match self.below(file) {
            Some(_) => format!("{}:{shown}", self.revision).into(),
            None => shown,
        }
    }

    fn source(&self, called: Arc<str>, file: &Path, text: &Arc<str>) -> Arc<Source> {
        match self.below(file) {
            Some(_) => Source::in_memory(called, Arc::clone(text)),
            None => Disk.source(called, file, text),
        }
    }

    fn of_named(&self, folder: &Path) -> &dyn Tree {
        // Another repository may be checked out in the work tree: a folder of policies that a job brings along.
        let is_of_another = |below: &Path| {
            let above = below.ancestors().filter(|above| !above.as_os_str().is_empty());
            above.map(|above| self.top.join(above).join(".git")).any(|git| Disk.holds(&git))
        };
        match self.below(folder) {
            Some(below) if !self.holds(folder) && is_of_another(&below) => &Disk,
            _ => self,
        }
    }
}
