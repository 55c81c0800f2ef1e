//! Where configs and policies are read from: the disk, or whatever else holds files in folders (a commit).

use std::path::{Path, PathBuf};

use crate::discover::{self, PolicyFolder};
use crate::read;

/// Files in folders. Paths are absolute.
pub trait Tree: Sync {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`read::Error`].
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, read::Error>;

    /// Whether there is something at a path.
    fn holds(&self, path: &Path) -> bool;

    /// Where a path really lies, links followed; nothing where it leads nowhere.
    fn real(&self, path: &Path) -> Option<PathBuf>;

    /// The folders that a relative path or glob leads to from a folder, sorted.
    fn folders(&self, above: &Path, pattern: &str) -> Vec<PathBuf>;

    /// The packs in a folder and below it.
    ///
    /// # Errors
    /// What keeps the folder from being listed, in words.
    fn packs(&self, folder: &Path) -> Result<PolicyFolder, String>;
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Tree for Disk {
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, read::Error> {
        let mut buffer = Vec::new();
        read::named(file, limit, &mut buffer)?;
        Ok(buffer)
    }

    fn holds(&self, path: &Path) -> bool {
        path.exists()
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok()
    }

    fn folders(&self, above: &Path, pattern: &str) -> Vec<PathBuf> {
        discover::folders(above, pattern)
    }

    fn packs(&self, folder: &Path) -> Result<PolicyFolder, String> {
        discover::packs(folder).map_err(|error| error.to_string())
    }
}
