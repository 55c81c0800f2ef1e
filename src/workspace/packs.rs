//! Packs of one's own: the folders that a config or a command line names, and the files in them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::find::{ConfigFile, flat};
use super::tree::Tree;
use crate::config::{Authority, Stated};
use crate::discover::{self, PackFiles, PolicyFolder};
use crate::finding::{Finding, Label};
use crate::globs;
use crate::policy::library::{PackTexts, PolicyFile};
use crate::policy::{Policies, PolicyError};
use crate::read;
use crate::threads::Threads;

/// Largest policy file that is read: a rule is a page, and ten megabytes of it are a mistake.
const MAX_POLICY_BYTES: u64 = 4 << 20;

/// Why a folder of packs cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It holds none.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// It cannot be listed.
    #[error("cannot read the policies: {0}")]
    Unlistable(String),
}

/// Packs on their way to the policies: all are read before any is added, because they may extend each other, and none
/// is added twice.
#[derive(Debug, Default)]
pub struct Packs {
    /// Threads to read files with.
    threads: Threads,
    seen: HashSet<PathBuf>,
    texts: Vec<PackTexts>,
    /// Rules that belong to no pack.
    strays: Vec<PolicyFile>,
    unread: Vec<Unread>,
}

/// Why a policy file could not be read: its path as findings show it, a code, a predicate.
type Unread = (Arc<str>, &'static str, String);

/// Fewer files than this are read faster than a thread is started.
const FEW: usize = 32;

impl Packs {
    /// None so far.
    pub fn new(threads: Threads) -> Self {
        Self { threads, ..Self::default() }
    }

    /// Reads the packs of a folder that a command line names. `layer` is that of [`PackTexts`].
    ///
    /// # Errors
    /// A folder that holds no pack or cannot be listed.
    pub fn named(&mut self, folder: &Path, layer: usize, tree: &dyn Tree) -> Result<(), Error> {
        let found = tree.packs(folder).map_err(Error::Unlistable)?;
        if found.packs.is_empty() {
            return Err(PolicyError::NoPack { folder: folder.to_owned() }.into());
        }
        self.read(found, layer, &|file| discover::shown(file).into(), tree);
        Ok(())
    }

    /// Reads the packs of a folder, or of the folders that match a glob, of a config.
    pub(super) fn of_config(
        &mut self,
        stated: &Stated<Box<str>>,
        config: &ConfigFile,
        authority: Authority,
        layer: usize,
        tree: &dyn Tree,
        problems: &mut Vec<Finding>,
    ) {
        let mut wrong = |code, message: String, label: &'static str| {
            problems.push(Finding::invalid("config", code, message, Label::new(stated.place.clone(), label)));
        };
        let pattern = stated.value.trim();
        if pattern.is_empty() || pattern.starts_with('/') {
            return wrong(
                "glob",
                format!("\"{pattern}\" is no path relative to this file"),
                "names no folder",
            );
        }
        let is_glob = globs::is_wild(pattern);
        if is_glob
            && let (_, errors) = globs::Globs::new([pattern])
            && let Some((_, error)) = errors.first()
        {
            return wrong("glob", format!("\"{pattern}\" is no glob: {error}"), "names no folder");
        }
        let folders = tree.folders(&config.folder, pattern);
        if folders.is_empty() {
            let what = if is_glob { "No folder matches" } else { "There is no folder" };
            return wrong("not-found", format!("{what} \"{pattern}\" beside this file"), "not found");
        }
        // What lies outside could show in a report, and is not what was reviewed with the repo.
        let is_outside = |path: &PathBuf| {
            let real = tree.real(path);
            authority == Authority::Repo && real.is_none_or(|real| !real.starts_with(&config.top))
        };
        let mut holds_packs = false;
        for folder in folders {
            if is_outside(&folder) {
                wrong("outside", format!("\"{pattern}\" lies outside of the repo"), "not read");
                return;
            }
            match tree.packs(&folder) {
                Ok(mut found) => {
                    let links = std::mem::take(&mut found.links).into_iter();
                    found.leave_out(links.filter(is_outside).collect());
                    holds_packs |= !found.packs.is_empty();
                    self.read(found, layer, &|file| shown_beside(file, config).into(), tree);
                }
                Err(error) => wrong("not-listed", format!("cannot read the policies: {error}"), "not read"),
            }
        }
        if !holds_packs {
            wrong("no-pack", format!("There is no pack.yaml in \"{pattern}\""), "holds no pack");
        }
    }

    fn read(
        &mut self,
        found: PolicyFolder,
        layer: usize,
        shown: &(dyn Fn(&Path) -> Arc<str> + Sync),
        tree: &dyn Tree,
    ) {
        let PolicyFolder { packs, strays, odd, troubles, links: _ } = found;
        let policy_file = |file: &PathBuf| {
            let bytes = if odd.contains(file) {
                tree.read(file, MAX_POLICY_BYTES)
            } else {
                tree.listed(file, MAX_POLICY_BYTES)
            };
            policy_file(file, bytes, shown, tree)
        };
        let troubles = troubles.into_iter();
        self.unread.extend(troubles.map(|(path, code, predicate)| (shown(&path), code, predicate)));
        for PackFiles { pack, rules } in packs {
            if !self.seen.insert(tree.real(&pack).unwrap_or_else(|| pack.clone())) {
                continue;
            }
            let pack = self.told(policy_file(&pack)).ok_or_else(|| shown(&pack));
            let rules = self.threads.map(&rules, FEW, policy_file);
            let rules = rules.into_iter().filter_map(|rule| self.told(rule)).collect();
            self.texts.push(PackTexts { pack, rules, layer });
        }
        // What lies beside packs may be anything: only a rule of ours was meant to be one.
        for file in strays {
            if self.seen.insert(tree.real(&file).unwrap_or_else(|| file.clone()))
                && let Ok(stray) = policy_file(&file)
                && is_rule(&stray)
            {
                self.strays.push(stray);
            }
        }
    }

    /// The file that was read; one that could not be is a mistake in the policies.
    fn told(&mut self, read: Result<PolicyFile, Unread>) -> Option<PolicyFile> {
        read.map_err(|unread| self.unread.push(unread)).ok()
    }

    /// Adds all that was read.
    pub fn add_to(self, policies: &mut Policies) {
        for (path, code, predicate) in &self.unread {
            policies.unreadable(path, code, predicate);
        }
        if !self.texts.is_empty() {
            policies.add_all(&self.texts);
        }
        for stray in &self.strays {
            policies.add_stray(stray);
        }
    }
}

/// How findings show a file that a config names: by the way from the config.
fn shown_beside(file: &Path, config: &ConfigFile) -> String {
    let Ok(below) = file.strip_prefix(&config.folder) else { return discover::shown(file) };
    let beside = Path::new(&*config.shown).parent().unwrap_or(Path::new(""));
    discover::shown(&flat(&beside.join(below)))
}

/// Whether a file calls itself a rule of ours.
fn is_rule(file: &PolicyFile) -> bool {
    let lines = || file.text.lines().map(str::trim_end);
    lines().any(|line| line.starts_with("apiVersion: tunelint.dev/"))
        && lines().any(|line| line == "kind: Rule")
}

/// The policy file of some bytes, where those could be read.
fn policy_file(
    file: &Path,
    bytes: Result<Vec<u8>, read::Error>,
    shown: &dyn Fn(&Path) -> Arc<str>,
    tree: &dyn Tree,
) -> Result<PolicyFile, Unread> {
    let path = tree.called(shown(file), file);
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return Err((path, error.code(), error.to_string())),
    };
    match read::decode(&bytes) {
        Ok(text) => {
            let text = text.into();
            let source = Some(tree.source(Arc::clone(&path), file, &text));
            Ok(PolicyFile { path, file: file.to_owned(), text, source })
        }
        Err(bad) => Err((path, "encoding", bad.to_string())),
    }
}
