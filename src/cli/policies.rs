//! The policy options that several commands share.

use std::path::PathBuf;

use clap::Args;

use super::{Error, Global, terminal};
use crate::discover::{self, Here};
use crate::link::EVIDENCE_NOT_FOUND;
use crate::output::sanitize;
use crate::policy::{Policies, Renamed, Selection};
use crate::supplied::{DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND};
use crate::workspace::packs::Packs;
use crate::workspace::tree::Disk;
use crate::workspace::{Request, Workspace};

/// Rules of ours that belong to no pack.
const UNPACKED: [&str; 3] = [EVIDENCE_NOT_FOUND, DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND];

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
    /// What governs a run over paths, with the parameters that are asked for.
    pub(super) fn load(&self, global: &Global, paths: &[PathBuf]) -> Result<Workspace, Error> {
        let mut workspace = self.workspace(global, paths)?;
        tell(&workspace.policies.apply(&Selection { set: self.set.clone(), ..Selection::default() })?);
        Ok(workspace)
    }

    /// What governs a run over paths.
    fn workspace(&self, global: &Global, paths: &[PathBuf]) -> Result<Workspace, Error> {
        workspace(global, paths, &self.policies)
    }
}

impl PolicyOptions {
    /// What governs a run over paths, with the rules and parameters that are asked for; and which of the rules of no
    /// pack are in force.
    pub(super) fn load(
        &self,
        global: &Global,
        paths: &[PathBuf],
    ) -> Result<(Workspace, Vec<&'static str>), Error> {
        let mut workspace = self.packs.workspace(global, paths)?;
        let is_unpacked = |name: &String| UNPACKED.iter().any(|own| own == name);
        let others = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| !is_unpacked(name)).cloned().collect()
        };
        let mut selection = Selection {
            select: others(&self.select),
            ignore: others(&self.ignore),
            set: self.packs.set.clone(),
            no_rules: false,
        };
        selection.no_rules = !self.select.is_empty() && selection.select.is_empty();
        tell(&workspace.policies.apply(&selection)?);
        let names = |names: &[String], own: &str| names.iter().any(|name| name == own);
        let is_in_force =
            |own: &&str| (self.select.is_empty() || names(&self.select, own)) && !names(&self.ignore, own);
        Ok((workspace, UNPACKED.into_iter().filter(is_in_force).collect()))
    }
}

/// What governs a run over paths, with further folders of packs.
pub(super) fn workspace(
    global: &Global,
    paths: &[PathBuf],
    policies: &[PathBuf],
) -> Result<Workspace, Error> {
    let here = Here::now();
    let request = Request {
        roots: discover::roots(paths, &here),
        config: global.config.choice(),
        org_config: global.config.org_config.clone(),
        policies: policies.to_vec(),
        threads: global.threads(),
    };
    Ok(Workspace::load(&request, &here, &Disk)?)
}

/// Adds the packs of folders, all at once: they may extend each other.
pub(super) fn add_folders(policies: &mut Policies, folders: &[PathBuf]) -> Result<(), Error> {
    let mut packs = Packs::new(policies.threads);
    for folder in folders {
        packs.named(folder, 0, &Disk)?;
    }
    packs.add_to(policies);
    Ok(())
}

/// Says which rules have other names now.
fn tell(renamed: &[Renamed]) {
    for one in renamed {
        terminal::note(&format!("tunelint: {}\n", sanitize::visible(&one.to_string())));
    }
}
