//! Packs of one's own: the folders that a config or a command line names, and the files in them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::find::{ConfigFile, flat};
use super::tree::Tree;
use crate::config::{Authority, Stated};
use crate::discover::{self, PackFiles};
use crate::finding::{Finding, Label};
use crate::globs;
use crate::policy::library::PolicyFile;
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

/// The packs that were added, so that none is added twice.
#[derive(Debug, Default)]
pub struct Packs {
    added: HashSet<PathBuf>,
}

impl Packs {
    /// Adds the packs of a folder that a command line names.
    ///
    /// # Errors
    /// A folder that holds no pack or cannot be listed.
    pub fn named(&mut self, folder: &Path, tree: &dyn Tree, policies: &mut Policies) -> Result<(), Error> {
        let found = tree.packs(folder).map_err(Error::Unlistable)?;
        if found.is_empty() {
            return Err(PolicyError::NoPack { folder: folder.to_owned() }.into());
        }
        let shown = |file: &Path| discover::shown(file).into();
        self.add(found, &shown, tree, policies);
        Ok(())
    }

    /// Adds the packs of a folder, or of the folders that match a glob, of a config.
    pub(super) fn of_config(
        &mut self,
        stated: &Stated<Box<str>>,
        config: &ConfigFile,
        authority: Authority,
        tree: &dyn Tree,
        policies: &mut Policies,
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
        let is_outside = |folder: &PathBuf| {
            let real = tree.real(folder);
            authority == Authority::Repo && real.is_none_or(|real| !real.starts_with(&config.top))
        };
        let mut holds_packs = false;
        for folder in folders {
            if is_outside(&folder) {
                wrong("outside", format!("\"{pattern}\" lies outside of the repo"), "not read");
                return;
            }
            match tree.packs(&folder) {
                Ok(found) => {
                    holds_packs |= !found.is_empty();
                    self.add(found, &|file| shown_beside(file, config).into(), tree, policies);
                }
                Err(error) => wrong("not-listed", format!("cannot read the policies: {error}"), "not read"),
            }
        }
        if !holds_packs {
            wrong("no-pack", format!("There is no pack.yaml in \"{pattern}\""), "holds no pack");
        }
    }

    fn add(
        &mut self,
        found: Vec<PackFiles>,
        shown: &dyn Fn(&Path) -> Arc<str>,
        tree: &dyn Tree,
        policies: &mut Policies,
    ) {
        for PackFiles { pack, rules } in found {
            if !self.added.insert(tree.real(&pack).unwrap_or_else(|| pack.clone())) {
                continue;
            }
            let called = |file: &Path| tree.called(shown(file), file);
            let Some(pack) = policy_file(policies, &pack, &called, tree) else { continue };
            let rules: Vec<PolicyFile> =
                rules.iter().filter_map(|rule| policy_file(policies, rule, &called, tree)).collect();
            policies.add_from(&pack, &rules, &|own| tree.source(Arc::clone(&own.path), &own.file, &own.text));
        }
    }
}

/// How findings show a file that a config names: by the way from the config.
fn shown_beside(file: &Path, config: &ConfigFile) -> String {
    let Ok(below) = file.strip_prefix(&config.folder) else { return discover::shown(file) };
    let beside = Path::new(&*config.shown).parent().unwrap_or(Path::new(""));
    discover::shown(&flat(&beside.join(below)))
}

/// Reads a policy file; one that cannot be read is a mistake in the policies.
fn policy_file(
    policies: &mut Policies,
    file: &Path,
    shown: &dyn Fn(&Path) -> Arc<str>,
    tree: &dyn Tree,
) -> Option<PolicyFile> {
    let path = shown(file);
    let text = match tree.read(file, MAX_POLICY_BYTES) {
        Ok(bytes) => match read::decode(&bytes) {
            Ok(text) => text.into(),
            Err(bad) => {
                policies.unreadable(&path, "encoding", &bad.to_string());
                return None;
            }
        },
        Err(error) => {
            policies.unreadable(&path, error.code(), &error.to_string());
            return None;
        }
    };
    Some(PolicyFile { path, file: file.to_owned(), text })
}
