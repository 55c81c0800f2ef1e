//! The files of a commit as a tree of files: what a work tree has instead does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::find::flat;
use super::tree::{Disk, Tree};
use crate::discover::{self, FolderPattern, Leads, PolicyFolder};
use crate::git::{self, Commit, Entry, EntryKind, Error, Object, Objects, Repository, Snapshot};
use crate::globs;
use crate::read;
use crate::source::Source;

/// A commit of a repository. Its files have the paths that they have in its work tree, or would have if there were one;
/// what lies outside is on the disk, and no part of it. Links are followed inside.
#[derive(Debug)]
pub struct AtCommit {
    repository: Repository,
    snapshot: Snapshot,
    /// The top of the work tree.
    top: PathBuf,
    /// The revision as it was named, where findings call files `REVISION:FILE`; nothing where nobody could mix them up.
    revision: Option<Box<str>>,
    commit: Commit,
    objects: Contents,
    /// Where its links lead, once that was asked for; by path.
    links: OnceLock<Vec<(PathBuf, Leads)>>,
}

/// What hands out the contents of a repository, once something was asked for.
pub type Contents = Arc<Mutex<Option<Objects>>>;

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

/// Links that are followed on the way from one.
const MOST_LINKS: usize = 40;

/// Bytes of a link that are read.
const LONGEST_LINK: u64 = 4096;

impl AtCommit {
    /// The files of the commit that a revision names, beside those of the work tree around a folder.
    ///
    /// # Errors
    /// Where the folder is in no repository, the repository has no work tree, or the revision is unknown.
    pub fn new(folder: &Path, revision: &str) -> Result<Self, CommitError> {
        let repository = Repository::around(folder)?;
        if repository.is_bare() {
            return Err(CommitError::Bare(folder.to_owned()));
        }
        let commit = repository.commit(revision)?;
        let tree = Self::alone(repository, commit, Contents::default())?;
        Ok(Self { revision: Some(revision.into()), ..tree })
    }

    /// The files of a commit for themselves, of a bare repository as well.
    ///
    /// # Errors
    /// Where git cannot list them.
    pub fn alone(repository: Repository, commit: Commit, objects: Contents) -> Result<Self, Error> {
        let snapshot = repository.snapshot(&commit.id)?;
        let top = repository.folder();
        let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        Ok(Self { repository, snapshot, top, revision: None, commit, objects, links: OnceLock::new() })
    }

    /// The commit.
    pub const fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The repository.
    pub const fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Its files.
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
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

    /// Where its links lead, by path. One whose content is not there leads nowhere.
    pub fn links(&self) -> &[(PathBuf, Leads)] {
        self.links.get_or_init(|| {
            let links = self.snapshot.entries().iter().filter(|entry| entry.kind == EntryKind::Link);
            let targets: BTreeMap<PathBuf, PathBuf> =
                links.filter_map(|link| Some((link.path.clone(), self.target(link)?))).collect();
            let links = self.snapshot.entries().iter().filter(|entry| entry.kind == EntryKind::Link);
            links.map(|link| (link.path.clone(), self.lead(&link.path, &targets))).collect()
        })
    }

    /// What a link says.
    fn target(&self, link: &Entry) -> Option<PathBuf> {
        let mut content = Vec::new();
        let whole = self.object(&link.id, LONGEST_LINK, &mut content).ok()? == Object::Whole;
        whole.then(|| git::path_of(&content))
    }

    /// Where a path leads whose parts may be links.
    fn lead(&self, path: &Path, targets: &BTreeMap<PathBuf, PathBuf>) -> Leads {
        let mut followed = 0;
        let mut pending: Vec<PathBuf> = path.components().rev().map(|part| part.as_os_str().into()).collect();
        let mut real = PathBuf::new();
        while let Some(part) = pending.pop() {
            match part.components().next() {
                None | Some(Component::CurDir) => continue,
                Some(Component::ParentDir) => {
                    if !real.pop() {
                        return Leads::Outside;
                    }
                    continue;
                }
                Some(Component::Normal(name)) => real.push(name),
                Some(Component::RootDir | Component::Prefix(_)) => return Leads::Outside,
            }
            if let Some(target) = targets.get(&real) {
                followed += 1;
                if followed > MOST_LINKS {
                    return Leads::Nowhere;
                }
                real.pop();
                pending.extend(target.components().rev().map(|part| PathBuf::from(part.as_os_str())));
            }
        }
        self.stands_at(real)
    }

    /// What stands at a path itself; nothing where that is a link. A submodule is a folder, as in a checkout.
    fn stands_at(&self, path: PathBuf) -> Leads {
        match self.snapshot.entry(&path).map(|entry| entry.kind) {
            Some(EntryKind::File) => Leads::File(path),
            Some(EntryKind::Submodule) => Leads::Folder(path),
            None if path.as_os_str().is_empty() || self.snapshot.is_folder(&path) => Leads::Folder(path),
            Some(EntryKind::Link) | None => Leads::Nowhere,
        }
    }

    /// Where a path below the top really lies, links followed.
    fn really(&self, below: &Path) -> Leads {
        let mut path = below.to_owned();
        for _ in 0..=MOST_LINKS {
            let found = self.stands_at(path.clone());
            if found != Leads::Nowhere {
                return found;
            }
            // A path through a link is that of no entry.
            let link = path.ancestors().find_map(|above| {
                let found = self.links().binary_search_by(|(link, _)| link.as_path().cmp(above)).ok()?;
                Some((&self.links().get(found)?.1, path.strip_prefix(above).ok()?))
            });
            match link {
                Some((Leads::Folder(folder), rest)) if !rest.as_os_str().is_empty() => {
                    path = folder.join(rest);
                }
                Some((Leads::File(_), rest)) if !rest.as_os_str().is_empty() => return Leads::Nowhere,
                Some((leads, _)) => return leads.clone(),
                None => return Leads::Nowhere,
            }
        }
        Leads::Nowhere
    }

    /// Whether a relative path or glob that a manifest names leads to something in the commit. It counts from the
    /// manifest's folder or from any above it.
    pub fn leads_somewhere(&self, manifest: &Path, reference: &Path) -> bool {
        let Some(folder) = self.below(manifest).and_then(|file| file.parent().map(Path::to_owned)) else {
            return true;
        };
        folder.ancestors().any(|above| {
            let Some(path) = discover::flat(&above.join(reference)) else { return false };
            let is_there = !matches!(self.really(&path), Leads::Nowhere | Leads::Outside);
            is_there || path.as_os_str().is_empty() || self.matches_any(&path)
        })
    }

    /// Whether a file or folder matches a glob.
    fn matches_any(&self, pattern: &Path) -> bool {
        let Some(text) = pattern.to_str().filter(|text| globs::is_wild(text)) else { return false };
        // A pattern that cannot be read is no evidence of anything.
        let Ok(glob) = globs::path_glob(text) else { return true };
        let plain = |part: &Component<'_>| !globs::is_wild(&part.as_os_str().to_string_lossy());
        let folder: PathBuf = pattern.components().take_while(plain).collect();
        let mut above: Option<&Path> = None;
        self.snapshot.below(&folder).any(|entry| {
            let parent = entry.path.parent();
            let is_new = parent != above;
            above = parent;
            glob(&entry.path) || is_new && entry.path.ancestors().skip(1).any(&glob)
        })
    }

    fn object(&self, id: &str, limit: u64, content: &mut Vec<u8>) -> Result<Object, Error> {
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let objects = match &mut *objects {
            Some(objects) => objects,
            none => none.insert(self.repository.objects()?),
        };
        objects.read(id, limit, content)
    }

    fn content(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, read::Error> {
        let broken = |error: Error| read::Error::Io(io::Error::other(error.to_string()));
        let mut content = Vec::new();
        match self.object(&entry.id, limit, &mut content).map_err(broken)? {
            Object::Whole => Ok(content),
            Object::TooLarge(_) => Err(read::Error::TooLarge { limit, marked: false }),
            Object::Missing => Err(read::Error::Io(io::Error::other("the repository lacks its content"))),
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
        match self.really(&below) {
            Leads::File(real) => match self.snapshot.entry(&real) {
                Some(entry) => self.content(entry, limit),
                None => Err(read::Error::NotFound),
            },
            Leads::Folder(_) | Leads::Outside => Err(read::Error::NotAFile),
            Leads::Nowhere => Err(read::Error::NotFound),
        }
    }

    fn holds(&self, path: &Path) -> bool {
        let Some(below) = self.below(path) else { return Disk.holds(path) };
        matches!(self.really(&below), Leads::File(_) | Leads::Folder(_))
    }

    fn is_folder(&self, path: &Path) -> bool {
        let Some(below) = self.below(path) else { return Disk.is_folder(path) };
        matches!(self.really(&below), Leads::Folder(_))
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        let Some(below) = self.below(path) else { return Disk.real(path) };
        match self.really(&below) {
            Leads::File(real) | Leads::Folder(real) => Some(self.top.join(real)),
            Leads::Nowhere | Leads::Outside => None,
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
        match (self.below(file), &self.revision) {
            (Some(_), Some(revision)) => format!("{revision}:{shown}").into(),
            _ => shown,
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
            // Who names a folder means one that is there.
            _ if self.revision.is_none() => &Disk,
            Some(below) if !self.holds(folder) && is_of_another(&below) => &Disk,
            _ => self,
        }
    }
}
