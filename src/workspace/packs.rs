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
use crate::policy::library::{PackTexts, PolicyFile, ReadFile, Unread};
use crate::policy::{Policies, PolicyError};
use crate::read;

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

/// Packs on their way to the policies: all are found before any is added, because they may extend each other, and none
/// is added twice.
#[derive(Default)]
pub struct Packs<'t> {
    seen: HashSet<PathBuf>,
    texts: Vec<PackTexts<'t>>,
    /// Rules that belong to no pack.
    strays: Vec<PolicyFile>,
    unread: Vec<Unread>,
}

impl<'t> Packs<'t> {
    /// Finds the packs of a folder that a command line names. `layer` is that of [`PackTexts`].
    ///
    /// # Errors
    /// A folder that holds no pack or cannot be listed.
    pub fn named(&mut self, folder: &Path, layer: usize, tree: &'t dyn Tree) -> Result<(), Error> {
        let found = tree.packs(folder).map_err(Error::Unlistable)?;
        if found.packs.is_empty() {
            return Err(PolicyError::NoPack { folder: folder.to_owned() }.into());
        }
        self.take(found, layer, Files { tree, odd: Vec::new(), beside: None });
        Ok(())
    }

    /// Finds the packs of a folder, or of the folders that match a glob, of a config.
    pub(super) fn of_config(
        &mut self,
        stated: &Stated<Box<str>>,
        config: &ConfigFile,
        authority: Authority,
        layer: usize,
        tree: &'t dyn Tree,
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
                    let beside = Some((config.folder.clone(), Arc::clone(&config.shown)));
                    self.take(found, layer, Files { tree, odd: Vec::new(), beside });
                }
                Err(error) => wrong("not-listed", format!("cannot read the policies: {error}"), "not read"),
            }
        }
        if !holds_packs {
            wrong("no-pack", format!("There is no pack.yaml in \"{pattern}\""), "holds no pack");
        }
    }

    fn take(&mut self, found: PolicyFolder, layer: usize, files: Files<'t>) {
        let PolicyFolder { packs, strays, odd, troubles, links: _ } = found;
        let files = Arc::new(Files { odd, ..files });
        let mut room = Vec::new();
        self.unread.extend(troubles.into_iter().map(|(path, code, predicate)| Unread {
            path: files.shown(&path),
            code,
            predicate,
        }));
        for PackFiles { pack, rules } in packs {
            if !self.seen.insert(files.tree.real(&pack).unwrap_or_else(|| pack.clone())) {
                continue;
            }
            let pack = self.told(files.read(&pack, &mut room)).ok_or_else(|| files.shown(&pack));
            let rules = rules.into_iter().map(|rule| {
                let files = Arc::clone(&files);
                Box::new(move |room: &mut Vec<u8>| files.read(&rule, room)) as ReadFile<'t>
            });
            self.texts.push(PackTexts { pack, rules: rules.collect(), layer });
        }
        // What lies beside packs may be anything: only a rule of ours was meant to be one.
        for file in strays {
            if self.seen.insert(files.tree.real(&file).unwrap_or_else(|| file.clone()))
                && let Ok(stray) = files.read(&file, &mut room)
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

    /// Reads the rules, and adds all.
    pub fn add_to(self, policies: &mut Policies) {
        for unread in self.unread {
            policies.unreadable(&unread);
        }
        if !self.texts.is_empty() {
            policies.add_all(&self.texts);
        }
        for stray in self.strays {
            policies.add_stray(stray);
        }
    }
}

/// How the policy files of a folder are read, and how findings show them.
struct Files<'t> {
    tree: &'t dyn Tree,
    /// What of them is no regular file.
    odd: Vec<PathBuf>,
    /// The folder of the config that names them, and how findings show that config.
    beside: Option<(PathBuf, Arc<str>)>,
}

impl Files<'_> {
    fn shown(&self, file: &Path) -> Arc<str> {
        match &self.beside {
            Some((folder, config)) => shown_beside(file, folder, config).into(),
            None => discover::shown(file).into(),
        }
    }

    /// Reads a file by way of a buffer.
    fn read(&self, file: &Path, buffer: &mut Vec<u8>) -> Result<PolicyFile, Unread> {
        let path = self.tree.called(self.shown(file), file);
        let read = if self.odd.iter().any(|odd| odd == file) {
            self.tree.read(file, MAX_POLICY_BYTES).map(|bytes| *buffer = bytes)
        } else {
            self.tree.listed(file, MAX_POLICY_BYTES, buffer)
        };
        if let Err(error) = read {
            return Err(Unread { path, code: error.code(), predicate: error.to_string() });
        }
        match read::decode(buffer) {
            Ok(text) => {
                let text = text.into();
                let source = self.tree.policy_source(&path, file, &text);
                Ok(PolicyFile { path, file: file.to_owned(), text, source })
            }
            Err(bad) => Err(Unread { path, code: "encoding", predicate: bad.to_string() }),
        }
    }
}

/// How findings show a file that a config names: by the way from the config.
fn shown_beside(file: &Path, folder: &Path, config: &str) -> String {
    let Ok(below) = file.strip_prefix(folder) else { return discover::shown(file) };
    let beside = Path::new(config).parent().unwrap_or(Path::new(""));
    discover::shown(&flat(&beside.join(below)))
}

/// Whether a file calls itself a rule of ours.
fn is_rule(file: &PolicyFile) -> bool {
    let lines = || file.text.lines().map(str::trim_end);
    lines().any(|line| line.starts_with("apiVersion: tunelint.dev/"))
        && lines().any(|line| line == "kind: Rule")
}
