//! The policy options that several commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::Error;
use crate::discover::{self, PackFiles};
use crate::policy::library::PolicyFile;
use crate::policy::{Policies, PolicyError, Selection};
use crate::read;

/// Largest policy file that is read: a rule is a page, and ten megabytes of it are a mistake.
const MAX_POLICY_BYTES: u64 = 4 << 20;

/// Which rules are in force, with which parameters.
#[derive(Clone, Debug, Default, Args)]
pub struct PolicyOptions {
    /// Folder with packs of your own, beside the built-in ones
    #[arg(long, value_name = "FOLDER", help_heading = "Policies")]
    pub policies: Vec<PathBuf>,
    /// Run only these: a rule's id, pack/* or tag:NAME
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    pub select: Vec<String>,
    /// Do not run these
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policies")]
    pub ignore: Vec<String>,
    /// Set a parameter of a pack
    #[arg(long, value_name = "[PACK.]PARAMETER=VALUE", help_heading = "Policies")]
    pub set: Vec<String>,
}

impl PolicyOptions {
    /// The packs as they are asked for.
    pub fn load(&self) -> Result<Policies, Error> {
        let mut policies = Policies::builtin();
        for folder in &self.policies {
            add_folder(&mut policies, folder)?;
        }
        let selection =
            Selection { select: self.select.clone(), ignore: self.ignore.clone(), set: self.set.clone() };
        policies.apply(&selection)?;
        Ok(policies)
    }
}

/// Adds the packs of a folder.
pub fn add_folder(policies: &mut Policies, folder: &Path) -> Result<(), Error> {
    let found = discover::packs(folder).map_err(|error| Error::Usage(format!("cannot read the policies: {error}")))?;
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
