//! What a config leaves out of every walk, also where it was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::name;
use crate::globs::Globs;

/// What no walk visits.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// What configs exclude.
    pub exclude: Arc<[Exclude]>,
    /// Files that were read already, by their real paths.
    pub known: Arc<[PathBuf]>,
}

impl LeftOut {
    /// Whether a path, or a folder it lies in, is excluded.
    pub fn takes(&self, real: &Path) -> bool {
        self.exclude.iter().any(|exclude| exclude.takes(real))
    }
}

/// Globs relative to a folder, and which of them ever matched.
#[derive(Debug)]
pub struct Exclude {
    folder: PathBuf,
    globs: Globs,
    matched: Vec<AtomicBool>,
}

impl Exclude {
    /// Globs that count from a folder, given by its real path. `count` is how many globs there are.
    pub fn new(folder: PathBuf, globs: Globs, count: usize) -> Self {
        Self { folder, globs, matched: (0..count).map(|_| AtomicBool::new(false)).collect() }
    }

    /// Whether a path, or a folder it lies in, is left out.
    pub fn takes(&self, real: &Path) -> bool {
        self.below(real).is_some_and(|path| self.note(&self.globs.matches(&path)))
    }

    /// Whether a path is left out whose folders are known not to be.
    pub(super) fn takes_alone(&self, real: &Path) -> bool {
        self.below(real).is_some_and(|path| self.note(&self.globs.matches_alone(&path)))
    }

    /// The globs that matched so far, by index.
    pub fn matched(&self) -> Vec<usize> {
        let all = self.matched.iter().enumerate();
        all.filter(|(_, matched)| matched.load(Ordering::Relaxed)).map(|(index, _)| index).collect()
    }

    fn below(&self, real: &Path) -> Option<String> {
        let below = real.strip_prefix(&self.folder).ok()?;
        Some(name::shown(below)).filter(|path| !path.is_empty())
    }

    fn note(&self, matched: &[usize]) -> bool {
        for index in matched {
            if let Some(flag) = self.matched.get(*index) {
                flag.store(true, Ordering::Relaxed);
            }
        }
        !matched.is_empty()
    }
}
