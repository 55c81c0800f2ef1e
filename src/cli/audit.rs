//! `tunelint audit`: the pipeline over many repositories and many days, to rows, a dataset and a portfolio.

mod commit;
mod inputs;
mod merge;
mod pool;
mod repo;
mod told;

use clap::{Args, Subcommand, ValueEnum};

use super::facts_files::FactsFiles;
use super::gather::{Sources, size};
use super::policies::PolicyOptions;
use super::progress::Progress;
use super::terminal::{self, Terminal};
use super::{Error, Global, check};
use crate::audit::dataset::Formats;
use crate::audit::record::RepoRows;
use crate::audit::snapshots::{self, Every, snapshots};
use crate::audit::{Header, SCHEMA, Shard, Tool, rows};
use crate::discover::Here;
use crate::output::sanitize::visible;
use crate::report::Exit;
use crate::supplied::{Asked, DECLARATION_DIFFERS};
use crate::workspace::Workspace;
use crate::workspace::tree::Disk;
use inputs::Inputs;
use repo::Auditor;
use told::Told;

/// Options of `audit`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Option<AuditCommand>,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    when: When,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    supplied: FactsFiles,
    #[command(flatten)]
    policies: PolicyOptions,
    #[command(flatten)]
    told: Told,
    /// Keep as well the outcomes that are no findings: rules that pass and rules that do not apply
    #[arg(long, help_heading = "Report")]
    show_passed: bool,
    /// Audit one part of the repositories, I of N; of `/N` the part that `JOB_COMPLETION_INDEX` names
    #[arg(long, value_name = "I/N", value_parser = shard, help_heading = "Repositories")]
    shard: Option<Shard>,
    /// Print the names of the repositories that would be audited, one a line, and audit none
    #[arg(long, help_heading = "Repositories")]
    names: bool,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Make one report of the datasets of several shards
    Merge(merge::Merge),
}

/// Which days are looked at.
#[derive(Debug, Args)]
struct When {
    /// Read each repository as this revision has it, without a checkout
    #[arg(long, value_name = "REF", help_heading = "Repositories")]
    at: Option<String>,
    /// Look as well at this many days before, as the first-parent history has them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(snapshots::MOST)),
          help_heading = "Repositories")]
    history: Option<u16>,
    /// How far those days lie apart: week or month
    #[arg(long, value_name = "PERIOD", default_value = "month", help_heading = "Repositories")]
    every: Period,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Period {
    Week,
    Month,
}

/// How files are read.
#[derive(Debug, Args)]
struct Reading {
    /// Largest file to read, in bytes or with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "8M", value_parser = size, help_heading = "Sources")]
    max_file_size: u64,
    /// Read as well what .gitignore and .tunelintignore leave out
    #[arg(long, help_heading = "Sources")]
    no_ignore: bool,
    /// Parse every file, not only those that could hold a manifest
    #[arg(long, help_heading = "Sources")]
    no_prefilter: bool,
}

fn shard(text: &str) -> Result<Shard, String> {
    let Some(of) = text.strip_prefix('/') else {
        return text.parse::<Shard>().map_err(|error| error.to_string());
    };
    let index = std::env::var("JOB_COMPLETION_INDEX").ok();
    let of = of.parse().map_err(|_| format!("{text:?} is no shard: write it as I/N, or as /N in a job"))?;
    Shard::of_job(index.as_deref(), of).map_err(|error| error.to_string())
}

impl Audit {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        match &self.command {
            Some(AuditCommand::Merge(merge)) => merge.run(global, terminal),
            None => self.audit(global, terminal),
        }
    }

    fn audit(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        self.told.refuse_nonsense(self.when.history.is_some())?;
        if global.config.config.is_some() {
            let message =
                "each repository has a config of its own; name the organisation's with --org-config";
            return Err(Error::Usage(message.to_owned()));
        }
        let repos = self.inputs.find()?;
        if self.names {
            let own = repos.iter().filter(|repo| self.shard.is_none_or(|shard| shard.holds(&repo.name)));
            let names: String = own.map(|repo| visible(&repo.name).into_owned() + "\n").collect();
            terminal::print(names.as_bytes())?;
            return Ok(Exit::Clean);
        }
        let (org, _) = self.policies.in_repo(global, Vec::new(), &Here::now(), &Disk)?;
        let asked = Asked { differences: self.policies.has_in_force(DECLARATION_DIFFERS), not_found: false };
        let mut supplied = self.supplied.read(self.reading.max_file_size, asked);
        let mut trouble = terminal.complain_of_facts(supplied.as_ref());
        if let Some(supplied) = &mut supplied {
            supplied.problems.clear();
        }
        trouble = trouble.max(terminal.complain_of_mistakes(&org.policies.problems));
        let header = self.header(global, &org, repos.iter().map(|repo| repo.name.clone()).collect());
        let own: Vec<_> = repos
            .into_iter()
            .filter(|repo| header.shard.is_none_or(|shard| shard.holds(&repo.name)))
            .collect();
        let progress = Progress::of_repos(own.len() as u64);
        let outer = global.threads().count().min(own.len()).max(1);
        let auditor = Auditor {
            global,
            policies: &self.policies,
            sources: Sources {
                max_file_size: self.reading.max_file_size,
                no_ignore: self.reading.no_ignore,
                no_prefilter: self.reading.no_prefilter,
                ..Sources::default()
            },
            snapshots: &header.snapshots,
            at: self.when.at.as_deref(),
            from_history: self.when.history.is_some(),
            show_passed: self.show_passed,
            fail_on: self.told.fail_on,
            supplied: supplied.as_ref(),
            // What is wrong with what the organisation says is said once.
            known: &org.policies.problems,
            inner: global.threads().count() / outer,
            progress: &progress,
        };
        let mut intake = self.told.intake(&header)?;
        let take = |all: Vec<RepoRows>| all.iter().try_for_each(|rows| intake.add(rows));
        let is_wanted = !global.quiet;
        progress.watch(is_wanted, || pool::in_order(outer, &own, |repo| auditor.audit(repo), take))?;
        self.told.report(&intake.finish()?, header.fail_on, trouble, global, terminal)
    }

    fn header(&self, global: &Global, org: &Workspace, repos: Vec<String>) -> Header {
        let every = match self.when.every {
            Period::Week => Every::Week,
            Period::Month => Every::Month,
        };
        let today = global.today();
        Header {
            schema: SCHEMA.to_owned(),
            tool: Tool::this(),
            today,
            snapshots: snapshots(today, self.when.history.unwrap_or_default(), every),
            at: self.when.at.clone(),
            show_passed: self.show_passed,
            org_config: global.config.org_config.is_some().then(|| org.digest.clone()),
            fail_on: check::stated_fail_on(org),
            packs: rows::packs(&org.policies.records()),
            repos,
            shard: self.shard,
            missing: Vec::new(),
            complete: false,
            rows: None,
        }
    }
}

/// The kinds of files of a dataset, as a command line names them.
fn formats(text: &str) -> Result<Formats, String> {
    text.parse::<Formats>().map_err(|error| error.to_string())
}
