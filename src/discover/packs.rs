//! The policy files of a folder. Ignore files do not count here: a policy is asked for by name.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{SKIPPED, shown};
use crate::globs::{Globs, is_wild};

/// What a pack's own file is called.
const PACK: &str = "pack.yaml";

/// Levels of folders that are looked into.
const DEEPEST: usize = 16;

/// The files of one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFiles {
    /// `pack.yaml`.
    pub pack: PathBuf,
    /// Every other YAML file beside and below it that belongs to no pack further down, sorted.
    pub rules: Vec<PathBuf>,
}

/// What a folder of policies holds.
#[derive(Debug, Default)]
pub struct PolicyFolder {
    /// The packs in it and below it, sorted.
    pub packs: Vec<PackFiles>,
    /// YAML files that belong to no pack, sorted.
    pub strays: Vec<PathBuf>,
    /// What of all these is no regular file.
    pub odd: Vec<PathBuf>,
    /// Links in it that were followed, to files and to folders.
    pub links: Vec<PathBuf>,
    /// What of it cannot be entered, with why (`leads back to a folder above it`).
    pub troubles: Vec<(PathBuf, &'static str, String)>,
}

impl PolicyFolder {
    /// Gives each rule to the nearest pack above it: of all whose folder the file lies in, the deepest.
    fn sort_out(&mut self, rules: Vec<PathBuf>) {
        let depth = |pack: &PackFiles| pack.pack.components().count();
        let mut packs: Vec<(usize, &mut PackFiles)> =
            self.packs.iter_mut().map(|pack| (depth(pack), pack)).collect();
        // The owner of what lies in the same folder as the rule before.
        let mut last: Option<(PathBuf, Option<usize>)> = None;
        for rule in rules {
            let folder = rule.parent().unwrap_or(Path::new(""));
            let owner = match &last {
                Some((same, owner)) if same.as_os_str() == folder.as_os_str() => *owner,
                _ => {
                    let above = |(_, (_, pack)): &(usize, &(usize, &mut PackFiles))| {
                        pack.pack.parent().is_some_and(|own| folder.starts_with(own))
                    };
                    let deepest = packs.iter().enumerate().filter(above).max_by_key(|(_, (depth, _))| *depth);
                    let owner = deepest.map(|(at, _)| at);
                    last = Some((folder.to_owned(), owner));
                    owner
                }
            };
            match owner.and_then(|at| packs.get_mut(at)) {
                Some((_, pack)) => pack.rules.push(rule),
                None => self.strays.push(rule),
            }
        }
    }

    /// Leaves out what some links lead to, and notes that.
    pub fn leave_out(&mut self, links: Vec<PathBuf>) {
        if links.is_empty() {
            return;
        }
        let is_kept = |file: &PathBuf| !links.iter().any(|link| file.starts_with(link));
        self.packs.retain(|pack| is_kept(&pack.pack));
        self.packs.iter_mut().for_each(|pack| pack.rules.retain(is_kept));
        self.strays.retain(is_kept);
        let predicate = "is a link out of the repo, which was not followed";
        self.troubles.extend(links.into_iter().map(|link| (link, "link-outside", predicate.to_owned())));
    }
}

/// The policy files in a folder and below it.
///
/// # Errors
/// What keeps the folder itself from being listed.
pub fn packs(folder: &Path) -> Result<PolicyFolder, walkdir::Error> {
    let mut found = PolicyFolder::default();
    let mut rules = Vec::new();
    // Of entries of one folder the paths differ only in the names, and are compared sooner.
    let by_name = |left: &DirEntry, right: &DirEntry| left.path().as_os_str().cmp(right.path().as_os_str());
    for entry in WalkDir::new(folder).follow_links(true).max_depth(DEEPEST).sort_by(by_name) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => return Err(error),
            Err(error) => {
                found.troubles.push(trouble(&error));
                continue;
            }
        };
        if entry.path_is_symlink() {
            found.links.push(entry.path().to_owned());
        }
        if entry.file_type().is_dir() {
            if entry.depth() == DEEPEST {
                let predicate = format!("is not entered: it lies {DEEPEST} folders deep");
                found.troubles.push((entry.into_path(), "limit-depth", predicate));
            }
            continue;
        }
        let is_pack = entry.file_name() == PACK;
        if !is_pack && !is_yaml(entry.path()) {
            continue;
        }
        if !entry.file_type().is_file() {
            found.odd.push(entry.path().to_owned());
        }
        if is_pack {
            found.packs.push(PackFiles { pack: entry.into_path(), rules: Vec::new() });
        } else {
            rules.push(entry.into_path());
        }
    }
    found.sort_out(rules);
    Ok(found)
}

/// The packs that some files make up, in the order of the files.
pub fn packs_among(files: impl IntoIterator<Item = PathBuf>) -> PolicyFolder {
    let mut found = PolicyFolder::default();
    let mut rules = Vec::new();
    for file in files {
        if file.file_name().is_some_and(|name| name == PACK) {
            found.packs.push(PackFiles { pack: file, rules: Vec::new() });
        } else if is_yaml(&file) {
            rules.push(file);
        }
    }
    found.sort_out(rules);
    found
}

fn trouble(error: &walkdir::Error) -> (PathBuf, &'static str, String) {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    if error.loop_ancestor().is_some() {
        return (path, "link", "leads back to a folder above it".to_owned());
    }
    match error.io_error().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::NotFound) => (path, "link", "is a link that leads nowhere".to_owned()),
        Some(std::io::ErrorKind::PermissionDenied) => {
            (path, "permission", "cannot be opened: permission denied".to_owned())
        }
        _ => (path, "io", format!("cannot be read: {error}")),
    }
}

/// The folders that a relative path or glob leads to from a folder, sorted.
pub fn folders(above: &Path, pattern: &str) -> Vec<PathBuf> {
    let wanted = FolderPattern::new(above, pattern);
    if wanted.is_plain() {
        return Some(wanted.start).filter(|path| path.is_dir()).into_iter().collect();
    }
    // Who names each level has no use for those below.
    let levels = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").count();
    let deepest = if pattern.contains("**") { DEEPEST } else { levels.min(DEEPEST) };
    let start = if wanted.start.as_os_str().is_empty() { Path::new(".") } else { &*wanted.start };
    let entries = WalkDir::new(start).min_depth(1).max_depth(deepest).sort_by_file_name().into_iter();
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

fn is_yaml(file: &Path) -> bool {
    let name = file.as_os_str().as_encoded_bytes();
    name.ends_with(b".yaml") || name.ends_with(b".yml")
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
        let PolicyFolder { packs: found, strays, troubles, .. } = packs(root).unwrap();
        let names = |files: &PackFiles| -> Vec<String> {
            files.rules.iter().map(|rule| rule.strip_prefix(root).unwrap().display().to_string()).collect()
        };
        assert_eq!(found.len(), 2);
        assert_eq!((strays, troubles.len()), (vec![root.join("lonely/w.yaml")], 0));
        let outer = found.iter().find(|files| files.pack == root.join("a/pack.yaml")).unwrap();
        let inner = found.iter().find(|files| files.pack == root.join("a/deep/inner/pack.yaml")).unwrap();
        assert_eq!(names(outer), ["a/deep/y.yml", "a/x.yaml"]);
        assert_eq!(names(inner), ["a/deep/inner/z.yaml"]);
    }
}
