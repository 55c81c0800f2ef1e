//! The policy options that several commands share.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Error, Global, terminal};
use crate::discover::{self, Here, Root};
use crate::link::EVIDENCE_NOT_FOUND;
use crate::output::sanitize;
use crate::policy::{Policies, Renamed, Selection};
use crate::supplied::{DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND};
use crate::threads::Threads;
use crate::workspace::commit::AtCommit;
use crate::workspace::packs::Packs;
use crate::workspace::tree::{Disk, Tree};
use crate::workspace::{Choice, NAMES, Request, Workspace};

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

    /// The same without the parameters that are asked for.
    pub(super) fn plain(&self, global: &Global, paths: &[PathBuf]) -> Result<Workspace, Error> {
        self.workspace(global, paths)
    }

    /// The same under another config.
    pub(super) fn under(
        &self,
        global: &Global,
        paths: &[PathBuf],
        config: Choice,
    ) -> Result<Workspace, Error> {
        let here = Here::now();
        let request = Request { config, ..request(global, paths, &self.policies, &here) };
        Ok(Workspace::load(&request, &here, &Disk)?)
    }

    /// What governed it at a commit. What the command line names and the commit does not have was not there.
    pub(super) fn at_commit(
        &self,
        global: &Global,
        paths: &[PathBuf],
        tree: &AtCommit,
    ) -> Result<Workspace, Error> {
        let here = Here::now();
        let mut request = request(global, paths, &self.policies, &here);
        if let Choice::Named(file) = &request.config
            && !tree.holds(file)
            && Disk.holds(file)
        {
            request.config = Choice::None;
        }
        request.policies.retain(|folder| tree.of_named(folder).holds(folder) || !Disk.holds(folder));
        Ok(Workspace::load(&request, &here, tree)?)
    }

    /// Whether parameters are asked for.
    pub(super) fn sets_something(&self) -> bool {
        !self.set.is_empty()
    }

    /// ` with PARAMETER=VALUE`, where parameters are asked for.
    pub(super) fn settings_in_words(&self) -> String {
        if self.set.is_empty() { String::new() } else { format!(" with {}", self.set.join(", ")) }
    }
}

/// Whether a path is a config, or a folder that holds one.
pub(super) fn is_config(path: &Path) -> bool {
    path.is_file() || NAMES.iter().any(|name| path.join(name).is_file())
}

fn request(global: &Global, paths: &[PathBuf], policies: &[PathBuf], here: &Here) -> Request {
    Request {
        roots: discover::roots(paths, here),
        config: global.config.choice(),
        org_config: global.config.org_config.clone(),
        policies: policies.to_vec(),
        threads: global.threads(),
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
        self.apply(&mut workspace)?;
        Ok((workspace, self.unpacked()))
    }

    /// What governed it at a commit, with the rules and parameters that are asked for.
    pub(super) fn at_commit(
        &self,
        global: &Global,
        paths: &[PathBuf],
        tree: &AtCommit,
    ) -> Result<Workspace, Error> {
        let mut workspace = self.packs.at_commit(global, paths, tree)?;
        self.apply(&mut workspace)?;
        Ok(workspace)
    }

    /// What governs one repository of many, and which of the rules of no pack are in force.
    pub(super) fn in_repo(
        &self,
        global: &Global,
        roots: Vec<Root>,
        here: &Here,
        tree: &dyn Tree,
    ) -> Result<(Workspace, Vec<&'static str>), Error> {
        let is_named = roots.is_empty();
        let config = if is_named { Choice::None } else { global.config.choice() };
        let request = Request {
            roots,
            config,
            org_config: global.config.org_config.clone(),
            policies: self.packs.policies.clone(),
            threads: Threads::new(Some(1)),
        };
        let mut workspace = Workspace::load(&request, here, tree)?;
        let renamed = self.select(&mut workspace)?;
        // Said once, and not for each repository.
        if is_named {
            tell(&renamed);
        }
        Ok((workspace, self.unpacked()))
    }

    fn apply(&self, workspace: &mut Workspace) -> Result<(), Error> {
        tell(&self.select(workspace)?);
        Ok(())
    }

    /// Whether a rule of no pack is in force.
    pub(super) fn has_in_force(&self, rule: &str) -> bool {
        self.unpacked().contains(&rule)
    }

    /// The rules of no pack that are in force.
    fn unpacked(&self) -> Vec<&'static str> {
        let names = |names: &[String], own: &str| names.iter().any(|name| name == own);
        let is_in_force =
            |own: &&str| (self.select.is_empty() || names(&self.select, own)) && !names(&self.ignore, own);
        UNPACKED.into_iter().filter(is_in_force).collect()
    }

    fn select(&self, workspace: &mut Workspace) -> Result<Vec<Renamed>, Error> {
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
        Ok(workspace.policies.apply(&selection)?)
    }
}

/// What governs a run over paths, with further folders of packs.
pub(super) fn workspace(
    global: &Global,
    paths: &[PathBuf],
    policies: &[PathBuf],
) -> Result<Workspace, Error> {
    let here = Here::now();
    Ok(Workspace::load(&request(global, paths, policies, &here), &here, &Disk)?)
}

/// Adds the packs of folders, all at once: they may extend each other.
pub(super) fn add_folders(policies: &mut Policies, folders: &[PathBuf]) -> Result<(), Error> {
    let mut packs = Packs::default();
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
