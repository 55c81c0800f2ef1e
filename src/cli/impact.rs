//! `tunelint impact`: which deployments a change of policy would make fail or pass.

use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::exceptions;
use super::facts_files::FactsFiles;
use super::forge::Forge;
use super::gather::Sources;
use super::policies::{self, PackOptions};
use super::target::{self, Target};
use super::terminal::{self, Terminal};
use super::{Error, Global, commit};
use crate::discover::LeftOut;
use crate::finding::Severity;
use crate::impact::{Impact, Lens, Side};
use crate::output::{self, impact::ImpactFormat};
use crate::pipeline::{self, Comparison};
use crate::report::Exit;
use crate::supplied::Asked;
use crate::workspace::commit::AtCommit;
use crate::workspace::{Choice, Workspace};

/// Options of `impact`.
#[derive(Debug, Args)]
pub(super) struct ImpactCommand {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    supplied: FactsFiles,
    /// The policy to come from: a config file, a folder with one, or a revision whose config and packs count (write
    /// refs/heads/NAME for a branch that is called as a file is); the work tree's is what it comes to
    #[arg(long, value_name = "REF|CONFIG", help_heading = "Comparison")]
    against: Option<String>,
    /// Report as human, json or markdown, to standard output or a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    format: Vec<Target<ImpactFormat>>,
    /// Exit with 1 where something newly fails from here on: error, warning or note [default: never]
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "Report")]
    fail_on_new: Option<Severity>,
    #[command(flatten)]
    packs: PackOptions,
}

fn severity(text: &str) -> Result<Severity, String> {
    Ok(match text {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "note" => Severity::Note,
        _ => return Err("write error, warning or note".to_owned()),
    })
}

/// What the policy of the work tree is called.
const WORK_TREE: &str = "the work tree";

impl ImpactCommand {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        target::refuse_to_share(&self.format)?;
        let paths = self.sources.spoken_of();
        let (before, mut then) = match &self.against {
            Some(against) => self.other(against, global)?,
            None if self.packs.sets_something() => {
                let name = config_name(global).unwrap_or_else(|| WORK_TREE.to_owned());
                (self.packs.plain(global, &paths)?, Side { name, ..Side::default() })
            }
            None => {
                let message = "say what to compare with: --against REF|CONFIG, or --set PARAMETER=VALUE";
                return Err(Error::Usage(message.to_owned()));
            }
        };
        let after = self.packs.load(global, &paths)?;
        let name = config_name(global).unwrap_or_else(|| WORK_TREE.to_owned());
        let mut now = Side { name: name + &self.packs.settings_in_words(), ..Side::default() };
        for (side, workspace) in [(&mut then, &before), (&mut now, &after)] {
            side.config.clone_from(&workspace.digest);
            side.problems.clone_from(&workspace.policies.problems);
            crate::report::sort(&mut side.problems);
        }
        let supplied = self.supplied.read(self.sources.max_file_size, Asked::default());
        let examined = self.sources.gather(global, &union(&before, &after));
        let trouble = examined.iter().any(|part| part.trouble);
        let apart = exceptions::usual_files(&self.sources);
        let comparison = Comparison {
            before: Lens { policies: &before.policies, left_out: &before.left_out },
            after: Lens { policies: &after.policies, left_out: &after.left_out },
            sides: (then, now),
            today: global.today(),
            threads: global.threads(),
            supplied: supplied.as_ref(),
            apart: &apart,
        };
        let impact = pipeline::compare(examined, comparison);
        terminal.complain_of_mistakes(impact.before.problems.iter().chain(&impact.after.problems));
        let told = terminal.complain_of_facts(supplied.as_ref());
        let is_new = impact.worst_new().zip(self.fail_on_new).is_some_and(|(worst, least)| worst >= least);
        let exit = if trouble || impact.has_mistakes() { Exit::Trouble } else { told };
        let exit = exit.max(if is_new { Exit::Findings } else { Exit::Clean });
        self.write(&impact, exit, global, terminal)?;
        Ok(exit)
    }

    /// The policy that `--against` names.
    fn other(&self, against: &str, global: &Global) -> Result<(Workspace, Side), Error> {
        let paths = self.sources.spoken_of();
        let file = Path::new(against);
        if policies::is_config(file) {
            let workspace = self.packs.under(global, &paths, Choice::Named(file.to_owned()))?;
            return Ok((workspace, Side { name: against.to_owned(), ..Side::default() }));
        }
        let tree = AtCommit::new(&exceptions::folder(&self.sources), against)
            .map_err(|error| Error::Usage(format!("--against {against}: {error}")))?;
        let workspace = self.packs.at_commit(global, &paths, &tree)?;
        let commit = Some(tree.commit().id.clone());
        Ok((workspace, Side { name: against.to_owned(), commit, ..Side::default() }))
    }

    fn write(&self, impact: &Impact, exit: Exit, global: &Global, terminal: &Terminal) -> Result<(), Error> {
        let is_for_a_forge = self.format.iter().any(|target| target.format == ImpactFormat::Markdown);
        let forge = if is_for_a_forge { Forge::of(commit::current().as_deref()) } else { Forge::default() };
        for target in &self.format {
            let on_screen = target.file.is_none();
            let options = output::Options {
                color: on_screen && terminal.color,
                quiet: global.quiet,
                folder: forge.folder.clone(),
                link_base: forge.link_base.clone(),
                ..terminal.options()
            };
            let write = |out: &mut dyn io::Write| {
                output::impact::write(target.format, impact, exit.code(), &options, out)
            };
            match &target.file {
                None => terminal::stream(&write)?,
                Some(file) => terminal::write_file(file, &write)?,
            }
        }
        Ok(())
    }
}

/// The config that the command line names.
fn config_name(global: &Global) -> Option<String> {
    match global.config.choice() {
        Choice::Named(file) => Some(file.display().to_string()),
        Choice::Found | Choice::None => None,
    }
}

/// What neither policy looks at. Where they leave out different things, all is read, and each is asked by deployment.
fn union(before: &Workspace, after: &Workspace) -> LeftOut {
    let known: Vec<_> = before.left_out.known.iter().chain(&*after.left_out.known).cloned().collect();
    let exclude =
        if before.leaves_out_what(after) { Arc::clone(&after.left_out.exclude) } else { Arc::from([]) };
    LeftOut { exclude, known: known.into() }
}
