//! The policy files of a folder. Ignore files do not count here: a policy is asked for by name.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet};
use walkdir::WalkDir;

/// What a pack's own file is called.
const PACK: &str = "pack.yaml";

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
    let yaml = endings();
    let mut packs: Vec<PackFiles> = Vec::new();
    let mut rules = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).max_depth(16).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_dir() {
            continue;
        }
        if entry.file_name() == PACK {
            packs.push(PackFiles { pack: entry.into_path(), rules: Vec::new() });
        } else if yaml.is_match(entry.path()) {
            rules.push(entry.into_path());
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
    Ok(packs)
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
