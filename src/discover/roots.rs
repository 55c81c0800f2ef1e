//! Where the paths of a command line lie: what is looked for above them begins here.

use std::path::{Path, PathBuf};

use super::{Here, name};

/// A folder that is checked, or that a checked file lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The path as it was given.
    pub given: PathBuf,
    /// How reports show it; empty for the current folder.
    pub shown: String,
    /// Where it really lies.
    pub real: PathBuf,
    /// Whether all of it is checked.
    pub whole: bool,
}

/// The folders that paths lead to, each once, in the order of the paths. What is not there leads nowhere.
pub fn roots(paths: &[PathBuf], here: &Here) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    let mut parents = std::collections::HashSet::new();
    for path in paths {
        if path.is_dir() {
            roots.extend(root(path, here, true));
            continue;
        }
        // Who names many files names them by the folder.
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        let parent = folders.into_iter().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        if parents.insert(parent) {
            roots.extend(root(parent, here, false));
        }
    }
    roots
}

fn root(path: &Path, here: &Here, whole: bool) -> Option<Root> {
    let (base, _) = name::examine(path, here).ok()?;
    Some(Root { given: base.given, shown: base.shown, real: base.real, whole })
}

/// Where a path lies, whether it is there or not: its folder's real path where that is there, without `.` and `..`.
pub fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(real), Some(name)) => real.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// The folder at which looking for something above ends: the top of the repository, where it is said; else the nearest
/// that a git repository begins in; else the current folder, where the path lies in it; else the path's own folder.
pub fn top(folder: &Path, here: &Here) -> PathBuf {
    if here.is_top && folder.starts_with(&here.real) {
        return here.real.clone();
    }
    folder
        .ancestors()
        .find(|above| super::exists(&above.join(".git")))
        .or_else(|| folder.ancestors().find(|above| *above == here.real))
        .unwrap_or(folder)
        .to_owned()
}
