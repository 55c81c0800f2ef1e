//! `tunelint check`: the whole pipeline, from paths to reports.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use sha2::{Digest, Sha256};

use super::exceptions::ExceptionOptions;
use super::gather::{Again, Sources};
use super::policies::PolicyOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global, candidates, commit};
use crate::discover::{Here, OnDisk};
use crate::finding::Severity;
use crate::link::Repository;
use crate::output::{self, Format};
use crate::pipeline::{self, Conclusion, Examined};
use crate::report::{Exit, FailOn, Report, Run};

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    sources: Sources,
    /// Report as human, json or jsonl, to standard output or a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", help_heading = "Report")]
    format: Vec<Target>,
    /// Exit with 1 for findings from here on: error, warning, note or never
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = fail_on, help_heading = "Report")]
    fail_on: FailOn,
    /// Report as well the rules that pass and those that do not apply
    #[arg(long, help_heading = "Report")]
    show_passed: bool,
    /// Exit with 2 where there is no manifest at all
    #[arg(long, help_heading = "Report")]
    require_manifests: bool,
    #[command(flatten)]
    policies: PolicyOptions,
    #[command(flatten)]
    exceptions: ExceptionOptions,
}

/// One report to write.
#[derive(Clone, Debug)]
struct Target {
    format: Format,
    /// Standard output where there is none.
    file: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("name a file after `=`".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse().map_err(|error: output::UnknownFormat| error.to_string())?, file })
    }
}

fn fail_on(text: &str) -> Result<FailOn, String> {
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
        if self.format.iter().filter(|target| target.file.is_none()).count() > 1 {
            return Err(Error::Usage(
                "two reports cannot share standard output; write one to a file, as in --format json=report.json"
                    .to_owned(),
            ));
        }
        let mut clock = Clock::start();
        let (policies, looks_for_evidence) = self.policies.load()?;
        clock.lap("read the policies");
        let exceptions = self.exceptions.load(&self.sources);
        clock.lap("read the exceptions");
        let mut examined = self.sources.gather(global);
        clock.lap("find, read and examine the files");
        let bare = examined.iter().all(|part| part.manifests == 0);
        let mut candidates = Vec::new();
        if bare {
            candidates = candidates::candidates(&self.sources, global);
            clock.lap("look for candidates");
            if self.require_manifests {
                examined.push(self.no_manifests());
            }
        }
        let repository = looks_for_evidence.then(|| OnDisk::new(Here::now()));
        let conclusion = Conclusion {
            run: circumstances(global),
            show_passed: self.show_passed,
            fail_on: self.fail_on,
            threads: global.threads(),
            repository: repository.as_ref().map(|repository| repository as &dyn Repository),
            candidates,
            exceptions: &exceptions,
        };
        let report = pipeline::conclude(examined, &policies, conclusion);
        clock.lap("judge, sort and count");
        self.write(&report, global, terminal, clock.elapsed())?;
        clock.lap("write the reports");
        if global.verbose {
            clock.tell();
        }
        let exit = report.exit;
        // The process ends here: the system takes the memory back at once, where we would give it back by the piece.
        std::mem::forget(report);
        Ok(exit)
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
        global: &Global,
        terminal: &Terminal,
        elapsed: Duration,
    ) -> Result<(), Error> {
        let texts = Again::default();
        for target in &self.format {
            let on_screen = target.file.is_none();
            let options = output::Options {
                color: on_screen && terminal.color,
                unicode: terminal.unicode,
                width: terminal.width,
                quiet: global.quiet,
                elapsed: Some(elapsed),
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
pub(super) fn circumstances(global: &Global) -> Run {
    let digest = Sha256::digest(b"");
    let mut config = "sha256:".to_owned();
    for byte in digest {
        let _ = write!(config, "{byte:02x}");
    }
    Run { commit: commit::current(), trust: None, today: global.today(), config }
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
