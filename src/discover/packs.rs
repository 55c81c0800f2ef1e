//! The policy files of a folder. Ignore files do not count here: a policy is asked for by name.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet};
use walkdir::WalkDir;

use super::{SKIPPED, shown};
use crate::globs::{Globs, is_wild};

/// What a pack's own file is called.
const PACK: &str = "pack.yaml";

/// Folders below each other that are looked into.
const DEEPEST: usize = 16;

/// The files of one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFiles {
    /// `pack.yaml`.
    pub pack: PathBuf,
    /// Every other YAML file beside and below it that belongs to no pack further down, sorted.
    pub rules: Vec<PathBuf>,
}

/// The packs in a folder and below it, sorted; none where it holds no `pack.yaml`.
///
/// # Errors
/// What keeps the folder, or one below it, from being listed.
pub fn packs(folder: &Path) -> Result<Vec<PackFiles>, walkdir::Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).max_depth(DEEPEST).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            files.push(entry.into_path());
        }
    }
    Ok(packs_among(files))
}

/// The packs that some files make up, in the order of the files.
pub fn packs_among(files: impl IntoIterator<Item = PathBuf>) -> Vec<PackFiles> {
    let yaml = endings();
    let mut packs: Vec<PackFiles> = Vec::new();
    let mut rules = Vec::new();
    for file in files {
        if file.file_name().is_some_and(|name| name == PACK) {
            packs.push(PackFiles { pack: file, rules: Vec::new() });
        } else if yaml.is_match(&file) {
            rules.push(file);
        }
    }
    for rule in rules {
        // The nearest pack above: of all whose folder the file lies in, the deepest.
        let owner = packs
            .iter_mut()
            .filter(|pack| pack.pack.parent().is_some_and(|folder| rule.starts_with(folder)))
            .max_by_key(|pack| pack.pack.components().count());
        if let Some(pack) = owner {
            pack.rules.push(rule);
        }
    }
    packs
}

/// The folders that a relative path or glob leads to from a folder, sorted.
pub fn folders(above: &Path, pattern: &str) -> Vec<PathBuf> {
    let wanted = FolderPattern::new(above, pattern);
    if wanted.is_plain() {
        return Some(wanted.start).filter(|path| path.is_dir()).into_iter().collect();
    }
    let entries = WalkDir::new(&wanted.start).min_depth(1).max_depth(DEEPEST).sort_by_file_name().into_iter();
    let entries = entries.filter_entry(|entry| SKIPPED.iter().all(|skipped| entry.file_name() != *skipped));
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_dir() && wanted.fits(entry.path()))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// A relative path or glob that leads to folders.
#[derive(Debug)]
pub struct FolderPattern {
    /// The folder that its plain beginning leads to.
    pub start: PathBuf,
    /// What is to fit below it, where it is more than a path.
    rest: Option<Globs>,
}

impl FolderPattern {
    /// A pattern that counts from a folder.
    pub fn new(above: &Path, pattern: &str) -> Self {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let plain = parts.iter().take_while(|part| !is_wild(part)).count();
        let start = parts.iter().take(plain).fold(above.to_owned(), |path, part| path.join(part));
        let rest = parts.get(plain..).filter(|rest| !rest.is_empty()).map(|rest| rest.join("/"));
        Self { start, rest: rest.map(|rest| Globs::new([&*rest]).0) }
    }

    /// Whether it is a path and no glob.
    pub const fn is_plain(&self) -> bool {
        self.rest.is_none()
    }

    /// Whether a folder is one of those that it leads to.
    pub fn fits(&self, folder: &Path) -> bool {
        let Some(globs) = &self.rest else { return folder == self.start };
        let below = folder.strip_prefix(&self.start).ok().map(shown);
        below.is_some_and(|below| !below.is_empty() && !globs.matches_alone(&below).is_empty())
    }
}

fn endings() -> GlobSet {
    let mut set = GlobSet::builder();
    for pattern in ["*.yaml", "*.yml"] {
        if let Ok(glob) = Glob::new(pattern) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_nearest_pack_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/deep/inner")).unwrap();
        std::fs::create_dir_all(root.join("lonely")).unwrap();
        for name in [
            "a/pack.yaml",
            "a/x.yaml",
            "a/deep/y.yml",
            "a/deep/inner/pack.yaml",
            "a/deep/inner/z.yaml",
            "a/notes.md",
            "lonely/w.yaml",
        ] {
            std::fs::write(root.join(name), "").unwrap();
        }
        let found = packs(root).unwrap();
        let names = |files: &PackFiles| -> Vec<String> {
            files.rules.iter().map(|rule| rule.strip_prefix(root).unwrap().display().to_string()).collect()
        };
        assert_eq!(found.len(), 2);
        let outer = found.iter().find(|files| files.pack == root.join("a/pack.yaml")).unwrap();
        let inner = found.iter().find(|files| files.pack == root.join("a/deep/inner/pack.yaml")).unwrap();
        assert_eq!(names(outer), ["a/deep/y.yml", "a/x.yaml"]);
        assert_eq!(names(inner), ["a/deep/inner/z.yaml"]);
    }
}
