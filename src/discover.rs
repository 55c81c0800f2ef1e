//! From the paths of a command line to the files worth reading: the walker. It opens no file.
//!
//! Ignore files count (`.gitignore`, inside and outside of git repositories, and `.tunelintignore`), but only those
//! of the tree: what one machine ignores for itself must not change a report. `.git`, `target` and `node_modules`
//! are never entered; other hidden folders are, because CI keeps its files there. Named files are always read,
//! whatever they are called, unless it was asked to treat them as a walk would.
//!
//! Links are followed to what they lead to, once, and only inside the checked folders and the current one.

mod bypassed;
mod exclude;
mod links;
mod listed;
mod name;
mod packs;
mod repository;
mod roots;

use std::collections::HashSet;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::finding::Severity;
use crate::threads::Threads;
use bypassed::Bypassed;
pub use exclude::{Exclude, LeftOut};
pub use listed::{Leads, Listing, listed};
pub use name::{Here, called, shown};
pub use packs::{FolderPattern, PackFiles, PolicyFolder, folders, packs, packs_among};
pub use repository::{OnDisk, flat};
pub use roots::{Root, absolute, roots, top};

/// Endings of the files that are read in a walk, in any case.
pub const MANIFEST_ENDINGS: &[&str] = &["yaml", "yml", "json"];

/// Folders that no walk enters: none of them holds what a team wrote.
const SKIPPED: [&str; 3] = [".git", "target", "node_modules"];

/// Our own ignore files.
const IGNORE_FILE: &str = ".tunelintignore";

/// What ignore files are called that count in a repository.
pub const IGNORE_FILES: [&str; 2] = [".gitignore", IGNORE_FILE];

/// Named files fewer than this are not worth a thread.
const FEW: usize = 32;

/// How to walk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What reports call files from.
    pub here: Here,
    /// Whether ignore files count.
    pub ignore_files: bool,
    /// Whether files that a walk would have passed by are passed by where they were named, too.
    pub bypass_named: bool,
    /// What to leave out, named or not.
    pub left_out: LeftOut,
    /// Endings of the files to find.
    pub endings: &'static [&'static str],
    /// Threads to walk and read with.
    pub threads: Threads,
}

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The path to open.
    pub file: &'a Path,
    /// Whether somebody named it, so that it is to be read in any case.
    pub named: bool,
    base: &'a Base,
}

impl Found<'_> {
    /// The path as reports show it.
    pub fn shown(&self) -> Arc<str> {
        self.base.shown(self.file).into()
    }
}

/// Something that could not be walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The path as reports show it.
    pub shown: String,
    /// `not-found`, `permission`, `link`, `link-outside`, `ignore-file`, `walk`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter, as a predicate: `does not exist`.
    pub predicate: String,
    /// Whether somebody named the path.
    pub named: bool,
}

/// What is done with what is found, by one thread.
pub trait Visit: Send {
    /// Reads a file.
    fn file(&mut self, found: Found<'_>);
    /// Takes note of trouble.
    fn trouble(&mut self, trouble: Trouble);
    /// Does in the thread that visited what would else be done by one thread for all. More may be visited after it.
    fn done(&mut self) {}
}

/// Where a walk begins.
#[derive(Clone, Debug)]
struct Base {
    /// The path as it was given: what is opened begins with it.
    given: PathBuf,
    /// How reports show it; empty for the current folder.
    shown: String,
    /// Where it really lies.
    real: PathBuf,
}

impl Base {
    fn below<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.given).unwrap_or(path)
    }

    fn shown(&self, path: &Path) -> String {
        name::join(&self.shown, self.below(path))
    }
}

/// Visits every file that paths lead to, each once, and returns the visitors that were made for it.
pub fn discover<V: Visit>(paths: &[PathBuf], settings: &Settings, make: impl Fn() -> V + Sync) -> Vec<V> {
    let mut first = make();
    let here = settings.here.clone();
    let mut seen = Seen::default();
    for real in &*settings.left_out.known {
        seen.insert(seen.mark(real, Path::new("")));
    }
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let mut bypassed = settings.bypass_named.then(|| Bypassed::new(&here, settings.ignore_files));
    for path in paths {
        match name::examine(path, &here) {
            Ok((base, _)) if settings.left_out.takes(&base.real) => {}
            Ok((base, false)) if bypassed.as_mut().is_some_and(|bypassed| bypassed.holds(&base.real)) => {}
            Ok((base, false)) if seen.insert(seen.mark(&base.real, Path::new(""))) => files.push(base),
            Ok((_, false)) => {}
            Ok((base, true)) => folders.push(base),
            Err(trouble) => first.trouble(trouble),
        }
    }
    let mut visitors = visit_named(&files, settings.threads, first, &make);
    // A folder comes before those inside it, which then visit what is left of theirs: what the outer walk ignored.
    folders.sort_by(|left, right| left.real.cmp(&right.real));
    let mut tree = Tree { seen, here, roots: Vec::new(), links: Vec::new() };
    for base in folders {
        tree.walk(base, settings, &make, &mut visitors);
    }
    while let Some(base) = tree.follow(settings, &mut visitors) {
        tree.walk(base, settings, &make, &mut visitors);
    }
    visitors
}

fn visit_named<V: Visit>(
    files: &[Base],
    threads: Threads,
    mut first: V,
    make: &(impl Fn() -> V + Sync),
) -> Vec<V> {
    let visit = |visitor: &mut V, files: &[Base]| {
        for base in files {
            visitor.file(Found { file: &base.given, named: true, base });
        }
    };
    let threads = threads.for_tasks(files.len(), FEW);
    if threads < 2 {
        visit(&mut first, files);
        return vec![first];
    }
    let visit = &visit;
    std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(files.len().div_ceil(threads))
            .map(|files| {
                scope.spawn(move || {
                    let mut visitor = make();
                    visit(&mut visitor, files);
                    visitor
                })
            })
            .collect();
        let others = workers.into_iter().filter_map(|worker| worker.join().ok());
        std::iter::once(first).chain(others).collect()
    })
}

/// What was visited: eight bytes a path, hashed with keys of this process, so that nobody can prepare two paths
/// that pass for one.
#[derive(Debug, Default)]
struct Seen {
    keys: RandomState,
    marks: HashSet<u64>,
    /// Marks that nobody has asked for yet: most runs are one walk, and end before anybody does.
    fresh: Vec<u64>,
}

impl Seen {
    /// The mark of a path: a folder that really lies at `real`, and the way down from there.
    fn mark(&self, real: &Path, below: &Path) -> u64 {
        self.hasher(real, below).finish()
    }

    fn hasher(&self, real: &Path, below: &Path) -> DefaultHasher {
        let mut hasher = self.keys.build_hasher();
        for part in real.components().chain(below.components()) {
            part.as_os_str().hash(&mut hasher);
        }
        hasher
    }

    /// Makes the marks of the walks so far count.
    fn settle(&mut self) {
        self.marks.extend(self.fresh.drain(..));
    }

    fn insert(&mut self, mark: u64) -> bool {
        self.marks.insert(mark)
    }

    fn contains(&self, mark: u64) -> bool {
        self.marks.contains(&mark)
    }
}

/// All walks of a run.
#[derive(Debug)]
struct Tree {
    seen: Seen,
    here: Here,
    /// Folders walked.
    roots: Vec<Base>,
    /// Links met: the walk's folder, and the path.
    links: Vec<(usize, PathBuf)>,
}

impl Tree {
    fn walk<V: Visit>(
        &mut self,
        base: Base,
        settings: &Settings,
        make: &(impl Fn() -> V + Sync),
        visitors: &mut Vec<V>,
    ) {
        let root = self.roots.len();
        self.seen.settle();
        if self.roots.iter().any(|earlier| earlier.real == base.real) {
            return;
        }
        let done = Mutex::new((Vec::new(), Vec::new(), Vec::new()));
        let walk = Walk { base: &base, settings, seen: &self.seen, make, done: &done };
        let builder = walk.builder();
        if settings.threads.count() < 2 {
            let mut worker = walk.worker();
            builder.build().for_each(|entry| worker.take(entry));
        } else {
            builder.build_parallel().visit(&mut &walk);
        }
        let (own, marked, links) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        visitors.extend(own);
        self.seen.fresh.extend(marked);
        self.links.extend(links.into_iter().map(|link| (root, link)));
        self.roots.push(base);
    }
}

/// What the workers of one walk leave behind: visitors, marks of what they visited, and links.
type Done<V> = Mutex<(Vec<V>, Vec<u64>, Vec<PathBuf>)>;

/// One walk.
struct Walk<'a, V, M> {
    base: &'a Base,
    settings: &'a Settings,
    seen: &'a Seen,
    make: &'a M,
    done: &'a Done<V>,
}

impl<'a, V: Visit, M: Fn() -> V + Sync> Walk<'a, V, M> {
    fn builder(&self) -> WalkBuilder {
        let mut builder = WalkBuilder::new(&self.base.given);
        let count = self.settings.ignore_files;
        builder.standard_filters(false).parents(count).git_ignore(count).require_git(false);
        if count {
            builder.add_custom_ignore_filename(IGNORE_FILE);
        }
        let exclude = Arc::clone(&self.settings.left_out.exclude);
        let base = self.base.clone();
        builder.threads(self.settings.threads.count()).filter_entry(move |entry| {
            entry.depth() == 0
                || !(entry.file_type().is_some_and(|kind| kind.is_dir())
                    && SKIPPED.iter().any(|skipped| entry.file_name() == *skipped)
                    || !exclude.is_empty() && {
                        let real = base.real.join(base.below(entry.path()));
                        exclude.iter().any(|exclude| exclude.takes_alone(&real))
                    })
        });
        builder
    }

    fn worker(&self) -> Worker<'a, V> {
        Worker {
            base: self.base,
            endings: self.settings.endings,
            seen: self.seen,
            visitor: Some((self.make)()),
            marks: Vec::new(),
            folders: Vec::new(),
            links: Vec::new(),
            done: self.done,
        }
    }
}

impl<'s, V: Visit, M: Fn() -> V + Sync> ParallelVisitorBuilder<'s> for &Walk<'s, V, M> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(self.worker())
    }
}

/// One thread of a walk.
struct Worker<'a, V: Visit> {
    base: &'a Base,
    endings: &'static [&'static str],
    seen: &'a Seen,
    visitor: Option<V>,
    marks: Vec<u64>,
    /// The folder of the last entry and those above it, each with its mark as far as it goes: a walk goes down into a
    /// folder before it goes on.
    folders: Vec<(PathBuf, DefaultHasher)>,
    links: Vec<PathBuf>,
    done: &'a Done<V>,
}

impl<V: Visit> Worker<'_, V> {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        let Some(visitor) = &mut self.visitor else { return };
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return name::troubles(self.base, &error, &mut |trouble| visitor.trouble(trouble)),
        };
        if let Some(error) = entry.error() {
            name::troubles(self.base, error, &mut |trouble| visitor.trouble(trouble));
        }
        let Some(kind) = entry.file_type() else { return };
        // The folder where the walk begins may be a link: it was named.
        if kind.is_symlink() && entry.depth() > 0 {
            if !self.seen.contains(self.seen.mark(&self.base.real, self.base.below(entry.path()))) {
                self.links.push(entry.into_path());
            }
            return;
        }
        let is_wanted = kind.is_file() && ends_in(entry.path(), self.endings);
        if !kind.is_dir() && !is_wanted {
            return;
        }
        let mark = mark_of(&entry, kind.is_dir(), self.base, self.seen, &mut self.folders);
        if self.seen.contains(mark) {
            return;
        }
        self.marks.push(mark);
        if is_wanted {
            visitor.file(Found { file: entry.path(), named: false, base: self.base });
        }
    }
}

impl<V: Visit> ParallelVisitor for Worker<'_, V> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        self.take(entry);
        WalkState::Continue
    }
}

impl<V: Visit> Drop for Worker<'_, V> {
    fn drop(&mut self) {
        if let Some(visitor) = &mut self.visitor {
            visitor.done();
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.0.extend(self.visitor.take());
        done.1.append(&mut self.marks);
        done.2.append(&mut self.links);
    }
}

/// The mark of an entry of a walk. Its folder is hashed once for all that lies in it; `folders` are those known so far.
fn mark_of(
    entry: &DirEntry,
    is_folder: bool,
    base: &Base,
    seen: &Seen,
    folders: &mut Vec<(PathBuf, DefaultHasher)>,
) -> u64 {
    let path = entry.path();
    while folders.last().is_some_and(|(folder, _)| !lies_in(path, folder)) {
        folders.pop();
    }
    if folders.is_empty()
        && entry.depth() > 0
        && let Some(folder) = path.parent()
    {
        folders.push((folder.to_owned(), seen.hasher(&base.real, base.below(folder))));
    }
    let hasher = match folders.last() {
        Some((_, folder)) => {
            let mut hasher = folder.clone();
            entry.file_name().hash(&mut hasher);
            hasher
        }
        None => seen.hasher(&base.real, base.below(path)),
    };
    let mark = hasher.finish();
    if is_folder {
        folders.push((path.to_owned(), hasher));
    }
    mark
}

/// Whether a path lies right in a folder, told by its bytes: paths compare part by part, which takes longer.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let [path, folder] = [path, folder].map(|path| path.as_os_str().as_encoded_bytes());
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    path.strip_prefix(folder)
        .and_then(|rest| rest.split_first())
        .is_some_and(|(first, name)| is_separator(first) && !name.iter().any(is_separator))
}

#[expect(clippy::disallowed_methods, reason = "this is the walker")]
fn exists(path: &Path) -> bool {
    std::fs::metadata(path).is_ok()
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}
