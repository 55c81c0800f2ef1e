//! `tunelint check`: the whole pipeline, from paths to reports.

use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::changed::ChangedOption;
use super::exceptions::ExceptionOptions;
use super::facts_files::FactsFiles;
use super::forge::Forge;
use super::gather::{Again, Sources};
use super::policies::PolicyOptions;
use super::target::{self, Target};
use super::terminal::{self, Terminal};
use super::trust::Trusted;
use super::{Error, Global, candidates, commit};
use crate::changed::Touched;
use crate::config::Governance;
use crate::discover::{Here, OnDisk};
use crate::exceptions::Exceptions;
use crate::finding::Severity;
use crate::link::{EVIDENCE_NOT_FOUND, Repository};
use crate::output::{self, Format};
use crate::pipeline::{self, Conclusion, Examined};
use crate::report::{Exit, FailOn, Report, Run};
use crate::supplied::{Asked, DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND};
use crate::workspace::Workspace;
use crate::workspace::tree::Disk;

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    supplied: FactsFiles,
    /// Report as human, json, jsonl, sarif, github, gitlab, junit or markdown, to standard output or a file;
    /// repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    format: Vec<Target<Format>>,
    /// Exit with 1 for findings from here on: error, warning, note or never [default: what the config says, or error]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on, help_heading = "Report")]
    fail_on: Option<FailOn>,
    /// Report as well the rules that pass and those that do not apply
    #[arg(long, help_heading = "Report")]
    show_passed: bool,
    /// Exit with 2 where there is no manifest at all
    #[arg(long, help_heading = "Report")]
    require_manifests: bool,
    #[command(flatten)]
    changed: ChangedOption,
    #[command(flatten)]
    policies: PolicyOptions,
    #[command(flatten)]
    exceptions: ExceptionOptions,
    /// Take config, packs, waivers and baseline from this revision, and tell what the work tree changes in them: a pull
    /// request cannot excuse itself
    #[arg(long, value_name = "REF", help_heading = "Exceptions")]
    trust: Option<String>,
}

pub(super) fn fail_on(text: &str) -> Result<FailOn, String> {
    Ok(match text {
        "error" => FailOn::AtLeast(Severity::Error),
        "warning" => FailOn::AtLeast(Severity::Warning),
        "note" => FailOn::AtLeast(Severity::Note),
        "never" => FailOn::Never,
        _ => return Err("write error, warning, note or never".to_owned()),
    })
}

impl Check {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        target::refuse_to_share(&self.format)?;
        let mut clock = Clock::start();
        let changed = self.changed.find(&self.sources)?;
        if changed.is_some() {
            clock.lap("ask git what changed");
        }
        let (own, unpacked) = self.policies.load(global, &self.sources.spoken_of())?;
        clock.lap("read the config and the policies");
        let (workspace, exceptions, mut trusted) = self.in_force(own, global)?;
        clock.lap("read the exceptions");
        let asked = Asked {
            differences: unpacked.contains(&DECLARATION_DIFFERS),
            // A run over a part of the repository does not know what is in the rest.
            not_found: exceptions.is_whole && unpacked.contains(&DEPLOYMENT_NOT_FOUND),
        };
        let supplied = self.supplied.read(self.sources.max_file_size, asked);
        if supplied.is_some() {
            clock.lap("read the supplied facts");
        }
        let mut examined = self.sources.gather(global, &workspace.left_out);
        clock.lap("find, read and examine the files");
        let trust = trusted.as_mut().map(|trusted| {
            trusted.take_comments(&mut examined, &self.sources);
            let findings = trusted.new_problems(&workspace, &exceptions);
            examined.push(Examined { findings, ..Examined::default() });
            trusted.against(&workspace, &exceptions, &examined)
        });
        examined.push(unmatched(&workspace, &examined));
        let bare = examined.iter().all(|part| part.manifests == 0);
        let mut candidates = Vec::new();
        if bare {
            candidates = candidates::candidates(&self.sources, global, &workspace.left_out);
            clock.lap("look for candidates");
            if self.require_manifests {
                examined.push(self.no_manifests());
            }
        }
        let repository = unpacked.contains(&EVIDENCE_NOT_FOUND).then(|| OnDisk::new(Here::now()));
        let conclusion = Conclusion {
            run: Run {
                trust: trust.as_ref().map(|trust| trust.commit.to_owned()),
                ..circumstances(global, &workspace)
            },
            figures: false,
            show_passed: self.show_passed,
            fail_on: self.fail_on.or_else(|| stated_fail_on(&workspace)).unwrap_or_default(),
            threads: global.threads(),
            repository: repository.as_ref().map(|repository| repository as &dyn Repository),
            candidates,
            supplied: supplied.as_ref(),
            changed: changed.as_ref().map(|changed| changed as &dyn Touched),
            in_force: &unpacked,
            exceptions: &exceptions,
            trust: trust.as_ref(),
        };
        let report = pipeline::conclude(examined, &workspace.policies, conclusion);
        clock.lap("judge, sort and count");
        self.write(&report, &workspace.governance, global, terminal, clock.elapsed())?;
        clock.lap("write the reports");
        if global.verbose {
            clock.tell();
        }
        let exit = report.exit;
        // The process ends here: the system takes the memory back at once, where we would give it back by the piece.
        std::mem::forget((report, workspace));
        Ok(exit)
    }

    /// The policy and the exceptions that count: those of the work tree, or else those of the revision that is trusted.
    fn in_force(
        &self,
        own: Workspace,
        global: &Global,
    ) -> Result<(Workspace, Exceptions, Option<Trusted>), Error> {
        let Some(revision) = &self.trust else {
            let exceptions = self.exceptions.load(&self.sources, &own, &Disk);
            return Ok((own, exceptions, None));
        };
        let (sources, policies, exceptions) = (&self.sources, &self.policies, &self.exceptions);
        let (workspace, exceptions, trusted) =
            Trusted::load(revision, own, sources, policies, exceptions, global)?;
        Ok((workspace, exceptions, Some(trusted)))
    }

    fn no_manifests(&self) -> Examined {
        let searched: Vec<_> = self.sources.paths().iter().map(|path| crate::discover::shown(path)).collect();
        let path: Arc<str> = match searched.first() {
            Some(first) if !first.is_empty() => first.as_str().into(),
            _ => ".".into(),
        };
        let finding = pipeline::unreadable(&path, "no-manifest", "holds no manifest, and one is required")
            .with_help(
                "describe each LLM deployment in a manifest; `tunelint schema manifest` prints its schema",
            );
        Examined { findings: vec![finding], trouble: true, ..Examined::default() }
    }

    fn write(
        &self,
        report: &Report,
        governance: &Governance,
        global: &Global,
        terminal: &Terminal,
        elapsed: Duration,
    ) -> Result<(), Error> {
        let texts = Again::default();
        let forge = if self.format.iter().any(|target| target.format.is_for_a_forge()) {
            Forge::of(report.run.commit.as_deref())
        } else {
            Forge::default()
        };
        for target in &self.format {
            let on_screen = target.file.is_none();
            let options = output::Options {
                color: on_screen && terminal.color,
                unicode: terminal.unicode,
                width: terminal.width,
                quiet: global.quiet,
                elapsed: Some(elapsed),
                folder: forge.folder.clone(),
                elsewhere: self.trust.as_ref().map(|revision| format!("{revision}:")),
                link_base: forge.link_base.clone(),
                help_uri: governance.help_uri().map(str::to_owned),
                threads: global.threads(),
                ..output::Options::default()
            };
            let write =
                |out: &mut dyn io::Write| output::render(target.format, report, &texts, &options, out);
            match &target.file {
                None => terminal::stream(&write)?,
                Some(file) => terminal::write_file(file, &write)?,
            }
        }
        Ok(())
    }
}

/// The circumstances of a run.
pub(super) fn circumstances(global: &Global, workspace: &Workspace) -> Run {
    Run { commit: commit::current(), trust: None, today: global.today(), config: workspace.digest.clone() }
}

/// What the configs say to fail on, where they say it.
pub(super) fn stated_fail_on(workspace: &Workspace) -> Option<FailOn> {
    workspace.governance.fail_on.map(|least| least.map_or(FailOn::Never, FailOn::AtLeast))
}

/// What the configs say of paths that are not there.
pub(super) fn unmatched(workspace: &Workspace, examined: &[Examined]) -> Examined {
    let deployments = examined.iter().flat_map(|part| &part.deployments);
    let paths: Vec<&str> = deployments.map(|deployment| &*deployment.source.path).collect();
    let findings = workspace.unmatched(&paths);
    Examined { findings, ..Examined::default() }
}

/// How long the stages took.
struct Clock {
    began: Instant,
    lap: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self { began: now, lap: now, laps: Vec::new() }
    }

    fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.lap));
        self.lap = now;
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn tell(&self) {
        let mut lines = String::new();
        for (stage, took) in &self.laps {
            let _ = writeln!(lines, "{:>9.2} ms  {stage}", took.as_secs_f64() * 1e3);
        }
        terminal::note(&lines);
    }
}
