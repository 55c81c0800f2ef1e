//! Which named files a walk from the top would have passed by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::Gitignore;

use super::{Here, IGNORE_FILE, SKIPPED, roots};

/// What ignore files say of named files. Each is read once.
pub(super) struct Bypassed<'a> {
    here: &'a Here,
    /// Whether ignore files count.
    ignore_files: bool,
    rules: HashMap<PathBuf, Rules>,
}

/// The ignore files of a folder. Lines that say nothing are told by the walks that come past.
struct Rules {
    own: Gitignore,
    git: Gitignore,
}

impl<'a> Bypassed<'a> {
    pub(super) fn new(here: &'a Here, ignore_files: bool) -> Self {
        Self { here, ignore_files, rules: HashMap::new() }
    }

    /// Whether a file, given by its real path, or a folder it lies in would have been passed by.
    pub(super) fn holds(&mut self, file: &Path) -> bool {
        let Some(folder) = file.parent() else { return false };
        let top = roots::top(folder, self.here);
        // From the top down: what a walk does not enter, it cannot find anything in, whatever is said there.
        let mut steps: Vec<&Path> = file.ancestors().take_while(|step| *step != top).collect();
        steps.reverse();
        steps.into_iter().any(|step| self.stops_at(step, step != file, &top))
    }

    fn stops_at(&mut self, step: &Path, is_folder: bool, top: &Path) -> bool {
        if is_folder && step.file_name().is_some_and(|name| SKIPPED.iter().any(|skipped| name == *skipped)) {
            return true;
        }
        if !self.ignore_files {
            return false;
        }
        // The nearest file that says anything decides, and ours go before git's.
        let mut by_git = Match::None;
        for folder in step.ancestors().skip(1).take_while(|folder| folder.starts_with(top)) {
            let rules = self.rules.entry(folder.to_owned()).or_insert_with(|| Rules::of(folder));
            let by_own = rules.own.matched(step, is_folder);
            if !by_own.is_none() {
                return by_own.is_ignore();
            }
            by_git = by_git.or(rules.git.matched(step, is_folder).map(|_| ()));
        }
        by_git.is_ignore()
    }
}

impl Rules {
    fn of(folder: &Path) -> Self {
        let read = |name: &str| Gitignore::new(folder.join(name)).0;
        Self { own: read(IGNORE_FILE), git: read(".gitignore") }
    }
}
