//! The policy options that several commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::Error;
use crate::discover::{self, PackFiles};
use crate::link::EVIDENCE_NOT_FOUND;
use crate::policy::library::PolicyFile;
use crate::policy::{Policies, PolicyError, Selection};
use crate::read;
use crate::supplied::{DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND};

/// Rules of ours that belong to no pack.
const UNPACKED: [&str; 3] = [EVIDENCE_NOT_FOUND, DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND];

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
        let mut policies = self.folders()?;
        policies.apply(&Selection { set: self.set.clone(), ..Selection::default() })?;
        Ok(policies)
    }

    /// The packs with their own parameters.
    fn folders(&self) -> Result<Policies, Error> {
        let mut policies = Policies::builtin();
        for folder in &self.policies {
            add_folder(&mut policies, folder)?;
        }
        Ok(policies)
    }
}

impl PolicyOptions {
    /// The packs as they are asked for, and which of the rules of no pack are in force.
    pub(super) fn load(&self) -> Result<(Policies, Vec<&'static str>), Error> {
        let mut policies = self.packs.folders()?;
        let is_unpacked = |name: &String| UNPACKED.iter().any(|own| own == name);
        let others = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| !is_unpacked(name)).cloned().collect()
        };
        let mut selection = Selection {
            select: others(&self.select),
            ignore: others(&self.ignore),
            set: self.packs.set.clone(),
        };
        if !self.select.is_empty() && selection.select.is_empty() {
            selection.ignore.extend(policies.packs.iter().map(|pack| format!("{}/*", pack.name)));
        }
        policies.apply(&selection)?;
        let names = |names: &[String], own: &str| names.iter().any(|name| name == own);
        let is_in_force =
            |own: &&str| (self.select.is_empty() || names(&self.select, own)) && !names(&self.ignore, own);
        Ok((policies, UNPACKED.into_iter().filter(is_in_force).collect()))
    }
}

/// Adds the packs of a folder.
pub(super) fn add_folder(policies: &mut Policies, folder: &Path) -> Result<(), Error> {
    let found = discover::packs(folder)
        .map_err(|error| Error::Usage(format!("cannot read the policies: {error}")))?;
    if found.is_empty() {
        return Err(PolicyError::NoPack { folder: folder.to_owned() }.into());
    }
    for PackFiles { pack, rules } in found {
        let Some(pack) = policy_file(policies, &pack) else { continue };
        let rules: Vec<PolicyFile> = rules.iter().filter_map(|rule| policy_file(policies, rule)).collect();
        policies.add(&pack, &rules);
    }
    Ok(())
}

/// Reads a policy file; one that cannot be read is a mistake in the policies.
fn policy_file(policies: &mut Policies, file: &Path) -> Option<PolicyFile> {
    let path: Arc<str> = discover::shown(file).into();
    let mut buffer = Vec::new();
    let text = match read::named(file, MAX_POLICY_BYTES, &mut buffer) {
        Ok(()) => match read::decode(&buffer) {
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
