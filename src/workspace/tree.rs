//! Where configs and policies are read from: the disk, or whatever else holds files in folders (a commit).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{self, PolicyFolder};
use crate::read;
use crate::source::Source;

/// Files in folders. Paths are absolute, or count from the current folder; those that come back begin as those that
/// were given.
pub trait Tree: Sync {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`read::Error`].
    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, read::Error>;

    /// Reads a file that [`Self::packs`] listed as a regular one into a buffer, whose room serves again.
    ///
    /// # Errors
    /// Those of [`Self::read`] but for what the listing rules out.
    fn listed(&self, file: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<(), read::Error> {
        *buffer = self.read(file, limit)?;
        Ok(())
    }

    /// Whether there is something at a path.
    fn holds(&self, path: &Path) -> bool;

    /// Whether there is a folder at a path.
    fn is_folder(&self, path: &Path) -> bool;

    /// Where a path really lies, links followed; nothing where it leads nowhere.
    fn real(&self, path: &Path) -> Option<PathBuf>;

    /// The folders that a relative path or glob leads to from a folder, sorted.
    fn folders(&self, above: &Path, pattern: &str) -> Vec<PathBuf>;

    /// The packs in a folder and below it.
    ///
    /// # Errors
    /// What keeps the folder from being listed, in words.
    fn packs(&self, folder: &Path) -> Result<PolicyFolder, String>;

    /// How findings show a file that they would call `shown` on the disk.
    fn called(&self, shown: Arc<str>, file: &Path) -> Arc<str>;

    /// The source of a file that was read, by the name that [`Self::called`] gives.
    fn source(&self, called: Arc<str>, file: &Path, text: &Arc<str>) -> Arc<Source>;

    /// The same of a policy file; nothing where that is the file on the disk, for whoever points into it to make.
    fn policy_source(&self, called: &Arc<str>, file: &Path, text: &Arc<str>) -> Option<Arc<Source>> {
        Some(self.source(Arc::clone(called), file, text))
    }

    /// The tree that holds a folder which a command line names: this one, or the one around it.
    fn of_named(&self, folder: &Path) -> &dyn Tree;
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

    fn listed(&self, file: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<(), read::Error> {
        read::walked(file, limit, buffer)
    }

    fn holds(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
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

    fn called(&self, shown: Arc<str>, _: &Path) -> Arc<str> {
        shown
    }

    fn source(&self, called: Arc<str>, file: &Path, text: &Arc<str>) -> Arc<Source> {
        Source::on_disk(called, file.to_owned(), text)
    }

    fn policy_source(&self, _: &Arc<str>, _: &Path, _: &Arc<str>) -> Option<Arc<Source>> {
        None
    }

    fn of_named(&self, _: &Path) -> &dyn Tree {
        self
    }
}
