//! What changed since a revision: in commits, in the index, in the work tree, and files that git does not know yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Error, Repository, failed, path_of};

/// Files that differ from a revision, by path below the top of the work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are there and are new or other than they were.
    pub touched: BTreeSet<PathBuf>,
    /// Of these, the ones that had another path, with that path.
    pub renamed: BTreeMap<PathBuf, PathBuf>,
    /// Files that are gone.
    pub deleted: BTreeSet<PathBuf>,
}

impl Changes {
    /// Whether a file that is there now was touched.
    pub fn touches(&self, path: &Path) -> bool {
        self.touched.contains(path)
    }
}

impl Repository {
    /// What changed in the work tree since it left a revision: since the latest common ancestor of it and `HEAD`.
    ///
    /// # Errors
    /// Where the revision is unknown or has nothing in common with `HEAD`, and in a bare repository.
    pub fn changes_since(&self, rev: &str) -> Result<Changes, Error> {
        self.changes_from(&self.common_ancestor(rev, "HEAD")?)
    }

    /// What differs in the work tree from a commit, whatever else happened since.
    ///
    /// # Errors
    /// Where git cannot tell, and in a bare repository.
    pub fn changes_from(&self, commit: &str) -> Result<Changes, Error> {
        let diff = self.output([
            "diff",
            "--name-status",
            "-z",
            "--find-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-relative",
            "--ignore-submodules=all",
            commit,
            "--",
        ])?;
        let mut changes = read_name_status(&diff)?;
        let untracked = self.output(["ls-files", "--others", "--exclude-standard", "-z", "--full-name"])?;
        changes
            .touched
            .extend(untracked.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of));
        Ok(changes)
    }
}

/// Reads `git diff --name-status -z`: a letter, then a path, or two where a file was renamed or copied.
fn read_name_status(bytes: &[u8]) -> Result<Changes, Error> {
    let mut changes = Changes::default();
    let mut fields = bytes.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    while let Some(letter) = fields.next() {
        let mut path =
            || fields.next().map(path_of).ok_or_else(|| failed("diff", "writes a change without a path"));
        match letter.first() {
            Some(b'D') => {
                changes.deleted.insert(path()?);
            }
            Some(b'R' | b'C') => {
                let (from, to) = (path()?, path()?);
                if letter.first() == Some(&b'R') {
                    changes.deleted.insert(from.clone());
                    changes.renamed.insert(to.clone(), from);
                }
                changes.touched.insert(to);
            }
            _ => {
                changes.touched.insert(path()?);
            }
        }
    }
    Ok(changes)
}
