//! `tunelint init`: what a repo begins with, written over nothing.

mod answers;
mod ask;
mod audit;
mod manifest;
mod plan;
mod rule;
mod texts;
mod yaml;

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;

use super::gather::Sources;
use super::terminal::{self, Terminal};
use super::{Error, Global, candidates};
use crate::discover::LeftOut;
use crate::output::sanitize::visible;
use crate::report::{Candidate, Exit};
use answers::{Answers, Given, QUESTIONS, label};
use audit::Platform;
use plan::Planned;

/// Files that look like deployments that are told.
const CANDIDATES: usize = 10;
/// Names of files that say where a thing lies and not what it is: the folder's name says more.
const GENERIC: &[&str] =
    &["deployment", "deploy", "values", "main", "config", "compose", "docker-compose", "index", "app"];

/// Options of `init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder of the repo [default: the current folder]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print what would be written, as a patch, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Ask nothing, even in a terminal
    #[arg(long, short)]
    yes: bool,
    /// Write a first rule of your own instead, into policies/own
    #[arg(long, value_name = "RULE", conflicts_with_all = [
        "name", "owner", "stage", "strategy", "hosting", "model", "monthly_requests",
    ])]
    rule: Option<String>,
    /// Write what audits many repositories by itself instead
    #[arg(long, value_name = "WHERE", conflicts_with_all = [
        "rule", "name", "owner", "stage", "strategy", "hosting", "model", "monthly_requests",
    ])]
    audit: Option<Platform>,
    #[command(flatten)]
    given: Given,
}

impl Init {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let folder = self.folder.clone().unwrap_or_else(|| PathBuf::from("."));
        if folder.exists() && !folder.is_dir() {
            return Err(Error::Usage(format!("{} is no folder", folder.display())));
        }
        let planned = match (&self.rule, self.audit) {
            (Some(name), _) => Some(Self::first_rule(&folder, name)?),
            (None, Some(platform)) => Some(audit::files(platform, &folder)),
            (None, None) => self.first_files(&folder, global)?,
        };
        let Some((plan, next)) = planned else {
            terminal.complain("no answer, and nothing was written");
            return Ok(Exit::Trouble);
        };
        if self.dry_run {
            let (told, patch) = plan::preview(&folder, &plan);
            terminal::note(&told);
            terminal::print(patch.as_bytes())?;
        } else {
            let told = plan::carry_out(&folder, &plan)?;
            let next = if global.quiet { String::new() } else { next };
            terminal::print(format!("{told}{next}").as_bytes())?;
        }
        Ok(Exit::Clean)
    }

    /// A rule and its pack, and what to do then.
    fn first_rule(folder: &Path, name: &str) -> Result<(Vec<Planned>, String), Error> {
        if !rule::is_id(name) {
            return Err(Error::Usage(format!(
                "--rule {name}: write words in lower case joined by hyphens, as in pilot-too-large"
            )));
        }
        let pack = Path::new(rule::FOLDER).join("pack.yaml");
        let has_parameter = !folder.join(&pack).exists();
        let file = Path::new(rule::FOLDER).join(format!("{name}.yaml"));
        let plan =
            vec![Planned::new(pack, rule::pack()), Planned::new(file, rule::rule(name, has_parameter))];
        let next = format!(
            "\nNext, from that folder: run its examples, read it, check by it.\n  tunelint test policies\n  \
             tunelint explain {name} --policies policies\n  tunelint check --policies policies\n"
        );
        Ok((plan, next))
    }

    /// Config, manifest, hook and workflow, and what to do then; nothing where questions were not answered.
    fn first_files(&self, folder: &Path, global: &Global) -> Result<Option<(Vec<Planned>, String)>, Error> {
        let mut answers = Answers::assumed(String::new());
        for question in QUESTIONS {
            match question.given(&self.given) {
                Some(Ok(answer)) => question.answer(&mut answers, answer),
                Some(Err(complaint)) => {
                    return Err(Error::Usage(format!("{}: {complaint}", question.option)));
                }
                None => {}
            }
        }
        let around = Around::look(folder, global);
        let mut plan = vec![Planned::new(texts::CONFIG, texts::config())];
        let mut next = String::new();
        let mut first = "";
        if around.manifests == 0 || self.given.name.is_some() {
            if self.given.name.is_none() {
                answers.name = around.name(folder);
            }
            let Some(answers) = self.ask(answers)? else { return Ok(None) };
            let artifact = around.candidates.iter().find(|own| name_of(&own.file) == answers.name);
            let artifact = artifact.map(|own| below(folder, &own.file));
            let text = manifest::manifest(&answers, artifact.as_deref());
            plan.push(Planned::new(format!("deploy/{}.yaml", answers.name), text));
            around.tell(&answers.name, &mut next);
            first = "correct what the manifest assumes, then ";
        } else {
            let _ =
                writeln!(next, "\nThere are manifests here already: none was added. --name NAME adds one.");
        }
        plan.push(Planned { addition: Some(texts::HOOK), ..Planned::new(texts::HOOKS, texts::hooks()) });
        plan.push(Planned::new(texts::WORKFLOW, texts::WORKFLOW_TEXT.to_owned()));
        let _ = write!(next, "\nNext: {first}check.\n  tunelint check\n");
        Ok(Some((plan, next)))
    }

    /// The answers, asked for where somebody can answer.
    fn ask(&self, mut answers: Answers) -> Result<Option<Answers>, Error> {
        if !self.yes && io::stdin().is_terminal() && io::stderr().is_terminal() {
            return ask::ask(answers, &self.given, &mut io::stdin().lock(), &mut io::stderr())
                .map_err(|error| Error::Write { target: "to the terminal".to_owned(), error });
        }
        for question in QUESTIONS.iter().filter(|question| question.given(&self.given).is_none()) {
            let assumed = question.default(&mut answers);
            question.answer(&mut answers, assumed);
        }
        Ok(Some(answers))
    }
}

/// What is in the folder already.
struct Around {
    /// How many manifests there are.
    manifests: u64,
    /// Files that look like deployments, by path, where there is no manifest.
    candidates: Vec<Candidate>,
}

impl Around {
    fn look(folder: &Path, global: &Global) -> Self {
        if !folder.is_dir() {
            return Self { manifests: 0, candidates: Vec::new() };
        }
        // What a config leaves out may well be what a first manifest is for.
        let everything = LeftOut::default();
        let sources = Sources::of(folder.to_owned());
        let manifests = sources.gather(global, &everything).iter().map(|part| part.manifests).sum();
        let mut candidates =
            if manifests == 0 { candidates::candidates(&sources, global, &everything) } else { Vec::new() };
        candidates.sort_by(|left, right| left.file.cmp(&right.file));
        Self { manifests, candidates }
    }

    /// A name for the first manifest: that of a file that looks like a deployment, else the folder's.
    fn name(&self, folder: &Path) -> String {
        let of_file = self.candidates.iter().map(|own| name_of(&own.file));
        let of_folder = folder.canonicalize().or_else(|_| std::path::absolute(folder)).ok();
        let of_folder =
            of_folder.as_deref().and_then(Path::file_name).map(|name| label(&name.to_string_lossy()));
        of_file
            .chain(of_folder)
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "first-deployment".to_owned())
    }

    /// Tells the files that look like deployments, each with a name for its manifest.
    fn tell(&self, taken: &str, told: &mut String) {
        if self.candidates.is_empty() {
            return;
        }
        told.push_str("\nThese look like deployments, each a manifest of its own or a part of one:\n");
        for candidate in self.candidates.iter().take(CANDIDATES) {
            let name = name_of(&candidate.file);
            let command = if name.is_empty() || name == taken {
                String::new()
            } else {
                format!("  tunelint init --name {name}")
            };
            let _ = writeln!(told, "  {} ({}){command}", visible(&candidate.file), candidate.marker);
        }
        if self.candidates.len() > CANDIDATES {
            let _ = writeln!(told, "  and {} more", self.candidates.len() - CANDIDATES);
        }
    }
}

/// The name that a file's path suggests, if it suggests one: nothing of what stands in it is looked at.
fn name_of(file: &str) -> String {
    let path = Path::new(file);
    let part =
        |part: Option<&std::ffi::OsStr>| part.map(|part| label(&part.to_string_lossy())).unwrap_or_default();
    let stem = part(path.file_stem());
    if !GENERIC.contains(&&*stem) {
        return stem;
    }
    part(path.parent().and_then(|folder| {
        // A chart's templates lie in a folder of that name.
        let above = folder.file_name()?;
        if above == "templates" { folder.parent()?.file_name() } else { Some(above) }
    }))
}

/// A path as it is below the folder.
fn below(folder: &Path, file: &str) -> String {
    let shown = crate::discover::shown(folder);
    let rest = file.strip_prefix(&*shown).map_or(file, |rest| rest.trim_start_matches('/'));
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name_or_by_its_folder_where_that_says_more() {
        assert_eq!(name_of("platform/gateway/vllm.yaml"), "vllm");
        assert_eq!(name_of("charts/embedding-cache/templates/deployment.yaml"), "embedding-cache");
        assert_eq!(name_of("charts/embedding-cache/values.yaml"), "embedding-cache");
        assert_eq!(name_of("values.yaml"), "");
        assert_eq!(name_of("infra/openai.tf"), "openai");
    }

    #[test]
    fn a_path_is_told_from_the_folder_on() {
        assert_eq!(below(Path::new("."), "a/b.yaml"), "a/b.yaml");
        assert_eq!(below(Path::new("repo"), "repo/a/b.yaml"), "a/b.yaml");
    }
}
