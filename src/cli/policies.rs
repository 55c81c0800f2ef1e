//! The policy options that several commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::Error;
use super::terminal;
use crate::discover::{self, PackFiles};
use crate::link::EVIDENCE_NOT_FOUND;
use crate::output::sanitize;
use crate::policy::library::{PackTexts, PolicyFile};
use crate::policy::{Policies, PolicyError, Renamed, Selection};
use crate::read;
use crate::threads::Threads;

/// Largest policy file that is read: a rule is a page, and ten megabytes of it are a mistake.
const MAX_POLICY_BYTES: u64 = 4 << 20;

/// Which packs there are, with which parameters.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PackOptions {
    /// A folder with packs of your own, beside the built-in ones
    #[arg(long, value_name = "FOLDER", help_heading = "Policies")]
    policies: Vec<PathBuf>,
    /// Set a parameter, as in minMonthlyRequests=100000
    #[arg(long, value_name = "[PACK.]PARAMETER=VALUE", help_heading = "Policies")]
    set: Vec<String>,
}

/// Which rules are in force, with which parameters.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PolicyOptions {
    #[command(flatten)]
    packs: PackOptions,
    /// Only these rules: an id, PACK/* or tag:NAME; several with commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    select: Vec<String>,
    /// All rules but these
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    ignore: Vec<String>,
}

impl PackOptions {
    /// The packs as they are asked for.
    pub(super) fn load(&self) -> Result<Policies, Error> {
        let mut policies = self.folders(Threads::default())?;
        tell(&policies.apply(&Selection { set: self.set.clone(), ..Selection::default() })?);
        Ok(policies)
    }

    /// The packs with their own parameters.
    fn folders(&self, threads: Threads) -> Result<Policies, Error> {
        let mut policies = Policies { threads, ..Policies::builtin() };
        add_folders(&mut policies, &self.policies)?;
        Ok(policies)
    }
}

impl PolicyOptions {
    /// The packs as they are asked for, and whether evidence is to be looked for: a rule of ours, of no pack.
    pub(super) fn load(&self, threads: Threads) -> Result<(Policies, bool), Error> {
        let mut policies = self.packs.folders(threads)?;
        let others = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| *name != EVIDENCE_NOT_FOUND).cloned().collect()
        };
        let mut selection = Selection {
            select: others(&self.select),
            ignore: others(&self.ignore),
            set: self.packs.set.clone(),
        };
        let selected = self.select.is_empty() || selection.select.len() < self.select.len();
        let ignored = selection.ignore.len() < self.ignore.len();
        if selected && !self.select.is_empty() && selection.select.is_empty() {
            selection.ignore.extend(policies.packs.iter().map(|pack| format!("{}/*", pack.name)));
        }
        tell(&policies.apply(&selection)?);
        Ok((policies, selected && !ignored))
    }
}

/// Says which rules have other names now.
fn tell(renamed: &[Renamed]) {
    for one in renamed {
        terminal::note(&format!("tunelint: {}\n", sanitize::visible(&one.to_string())));
    }
}

/// Adds the packs of folders, all at once: they may extend each other.
pub(super) fn add_folders(policies: &mut Policies, folders: &[PathBuf]) -> Result<(), Error> {
    let mut texts = Vec::new();
    let mut strays = Vec::new();
    for folder in folders {
        let found = discover::packs(folder)
            .map_err(|error| Error::Usage(format!("cannot read the policies: {error}")))?;
        if found.packs.is_empty() {
            return Err(PolicyError::NoPack { folder: folder.clone() }.into());
        }
        for (path, code, predicate) in &found.troubles {
            policies.unreadable(&discover::shown(path).into(), code, predicate);
        }
        for PackFiles { pack, rules } in found.packs {
            let pack = told(policies, policy_file(&pack)).ok_or_else(|| discover::shown(&pack).into());
            let rules = policies.threads.map(&rules, FEW, |rule| policy_file(rule));
            let rules = rules.into_iter().filter_map(|rule| told(policies, rule)).collect();
            texts.push(PackTexts { pack, rules });
        }
        // What lies beside packs may be anything: only a rule of ours was meant to be one.
        strays.extend(found.strays.iter().filter_map(|file| policy_file(file).ok()).filter(is_rule));
    }
    policies.add_all(&texts);
    for stray in strays {
        policies.add_stray(&stray);
    }
    Ok(())
}

/// Whether a file calls itself a rule of ours.
fn is_rule(file: &PolicyFile) -> bool {
    let lines = || file.text.lines().map(str::trim_end);
    lines().any(|line| line.starts_with("apiVersion: tunelint.dev/"))
        && lines().any(|line| line == "kind: Rule")
}

/// Why a policy file could not be read: its path as findings show it, a code, a predicate.
type Unread = (Arc<str>, &'static str, String);

/// Fewer files than this are read faster than a thread is started.
const FEW: usize = 32;

/// Reads a policy file.
fn policy_file(file: &Path) -> Result<PolicyFile, Unread> {
    let path: Arc<str> = discover::shown(file).into();
    let mut buffer = Vec::new();
    if let Err(error) = read::named(file, MAX_POLICY_BYTES, &mut buffer) {
        return Err((path, error.code(), error.to_string()));
    }
    match read::decode(&buffer) {
        Ok(text) => Ok(PolicyFile { path, file: file.to_owned(), text: text.into() }),
        Err(bad) => Err((path, "encoding", bad.to_string())),
    }
}

/// The file that was read; one that could not be is a mistake in the policies.
fn told(policies: &mut Policies, read: Result<PolicyFile, Unread>) -> Option<PolicyFile> {
    read.inspect_err(|(path, code, predicate)| policies.unreadable(path, code, predicate)).ok()
}
