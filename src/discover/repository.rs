//! Whether files that manifests name are there.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::{Here, SKIPPED, exists, top};

/// Entries of a folder that are held against a glob; a larger one is not searched to the end, and the glob
/// believed.
const MOST_ENTRIES: usize = 10_000;

/// The files on disk around the manifests.
#[derive(Debug, Default)]
pub struct OnDisk {
    here: Here,
    /// The top of the repository, by the folder of a manifest.
    tops: Mutex<HashMap<PathBuf, PathBuf>>,
    /// By a manifest's folder: names of files and folders, and whether one of that name lies there or above. Teams
    /// keep many manifests in a folder and name evidence that lies together.
    beginnings: Mutex<HashMap<PathBuf, HashMap<OsString, bool>>>,
}

impl OnDisk {
    /// Around the current folder.
    pub fn new(here: Here) -> Self {
        Self { here, tops: Mutex::default(), beginnings: Mutex::default() }
    }

    /// The nearest folder above that a git repository begins in; else the current folder, where the manifest lies
    /// in it; else its own folder.
    fn top(&self, folder: &Path) -> PathBuf {
        let mut tops = self.tops.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(top) = tops.get(folder) {
            return top.clone();
        }
        let top = top(folder, &self.here);
        tops.insert(folder.to_owned(), top.clone());
        top
    }

    /// Whether a relative path or glob that a manifest names leads to something in the repository.
    ///
    /// It counts from the manifest's folder or from any above it, up to the top of the repository: teams write
    /// paths both ways. What lies above the top is not in the repository.
    pub fn leads_somewhere(&self, manifest: &Path, reference: &Path) -> bool {
        let is_plain = reference.components().all(|part| matches!(part, Component::Normal(_)));
        if let Some(Component::Normal(first)) = reference.components().next()
            && is_plain
            && !is_glob(Path::new(first))
            && !self.begins(manifest, first)
        {
            return false;
        }
        self.leads(manifest, reference)
    }

    /// Whether something of this name lies in the manifest's folder or above it.
    fn begins(&self, manifest: &Path, name: &OsStr) -> bool {
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let known = |beginnings: &HashMap<PathBuf, HashMap<OsString, bool>>| {
            beginnings.get(folder).and_then(|names| names.get(name)).copied()
        };
        let lock = || self.beginnings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(begins) = known(&lock()) {
            return begins;
        }
        // Not under the lock: two threads that ask the same at the same time learn the same.
        let begins = self.leads(manifest, Path::new(name));
        lock().entry(folder.to_owned()).or_default().insert(name.to_owned(), begins);
        begins
    }

    fn leads(&self, manifest: &Path, reference: &Path) -> bool {
        let Some(folder) =
            flat(&self.here.real.join(manifest)).and_then(|file| file.parent().map(Path::to_owned))
        else {
            return true;
        };
        let top = self.top(&folder);
        folder.ancestors().take_while(|above| above.starts_with(&top)).any(|above| {
            flat(&above.join(reference))
                .filter(|path| path.starts_with(&top))
                .is_some_and(|path| exists(&path) || is_glob(&path) && matches_any(&path))
        })
    }
}

/// A path without `.` and `..`, or nothing where it climbs above its root.
pub fn flat(path: &Path) -> Option<PathBuf> {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !flat.pop() {
                    return None;
                }
            }
            part => flat.push(part),
        }
    }
    Some(flat)
}

fn is_glob(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().any(|byte| b"*?[{".contains(byte))
}

fn matches_any(pattern: &Path) -> bool {
    let Some(text) = pattern.to_str() else { return false };
    // A pattern that cannot be read is no evidence of anything.
    let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build() else { return true };
    let matcher = glob.compile_matcher();
    let folder: PathBuf = pattern.components().take_while(|part| !is_glob(Path::new(part))).collect();
    let entries = WalkDir::new(folder).into_iter().filter_entry(|entry| {
        entry.depth() == 0 || !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped)
    });
    let mut seen = 0;
    for entry in entries.filter_map(Result::ok) {
        seen += 1;
        if seen > MOST_ENTRIES || matcher.is_match(entry.path()) {
            return true;
        }
    }
    false
}
