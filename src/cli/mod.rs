//! The command line: what can be asked, one file a command. No rules and no formatting in here.

mod advise;
mod audit;
mod baseline;
mod candidates;
mod changed;
mod check;
mod commit;
mod exceptions;
mod explain;
mod facts;
mod facts_files;
mod forge;
pub mod gather;
mod impact;
mod init;
mod judged;
mod policies;
mod progress;
mod rules;
mod schema;
mod target;
pub mod terminal;
mod test;
mod trust;
mod waive;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::output::sanitize;
use crate::report::Exit;
use crate::threads::Threads;
use crate::workspace::Choice;
use terminal::{ColorChoice, Terminal};

/// What the help shows after the options.
const AFTER: &str = "\
`tunelint deploy/` is short for `tunelint check deploy/`, and `tunelint` alone checks the current folder.

Exit status: 0 nothing to fail on; 1 findings; 2 could not run, a named file could not be read, or a config, a policy or
a file of facts has a mistake.";

/// A policy-as-code linter for the manifests of LLM deployments.
#[derive(Debug, Parser)]
#[command(
    name = "tunelint",
    version,
    after_help = AFTER,
    subcommand_required = true,
    disable_help_subcommand = true,
    styles = Styles::styled()
        .header(AnsiColor::Green.on_default().bold())
        .usage(AnsiColor::Green.on_default().bold())
        .literal(AnsiColor::Cyan.on_default().bold())
        .placeholder(AnsiColor::Cyan.on_default())
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// When to colour: auto (on a terminal, unless `NO_COLOR` is set), always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub color: ColorChoice,
    /// Say only what matters most
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// Tell how long each stage took, on standard error
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub verbose: bool,
    /// Threads to work with [default: as many as there are processors]
    #[arg(
        long,
        global = true,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=512),
        help_heading = "Global options"
    )]
    pub threads: Option<u16>,
    /// The day that dates are compared with [default: the current day, UTC]
    #[arg(long, global = true, value_name = "YYYY-MM-DD", help_heading = "Global options")]
    pub today: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

/// Which configs count.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConfigOptions {
    /// The config to use [default: the nearest tunelint.yaml above the paths, up to the top of the repo]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    config: Option<PathBuf>,
    /// Use no config of the repo
    #[arg(long, global = true, conflicts_with = "config", help_heading = "Global options")]
    no_config: bool,
    /// The organisation's config beneath the repo's: a file, or a folder with a tunelint.yaml
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    org_config: Option<PathBuf>,
}

impl ConfigOptions {
    fn choice(&self) -> Choice {
        match &self.config {
            Some(file) => Choice::Named(file.clone()),
            None if self.no_config => Choice::None,
            None => Choice::Found,
        }
    }
}

impl Global {
    /// Threads to work with.
    pub fn threads(&self) -> Threads {
        Threads::new(self.threads.map(usize::from))
    }

    /// The day of the run.
    pub fn today(&self) -> jiff::civil::Date {
        self.today.unwrap_or_else(|| jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date())
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check manifests against the policies (the default)
    Check(check::Check),
    /// Weigh fine-tuning against prompting for each deployment
    Advise(advise::Advise),
    /// Print what the manifests say, each fact with its place
    Facts(facts::Facts),
    /// Explain a rule
    Explain(explain::Explain),
    /// List the rules
    Rules(rules::Rules),
    /// Test rules by their examples
    Test(test::Test),
    /// Print a JSON Schema
    Schema(schema::Schema),
    /// Write what a repo begins with: a config, a first manifest, a hook, a workflow
    Init(init::Init),
    /// Excuse what a rule finds on a deployment, until a day
    Waive(Box<waive::Waive>),
    /// Tell which deployments a change of policy makes fail or pass
    Impact(Box<impact::ImpactCommand>),
    /// Keep the findings that a repository starts from
    Baseline(baseline::Baseline),
    /// Audit many repositories: who customises what, which rules are broken, what is waived, is it getting better
    Audit(Box<audit::Audit>),
}

/// Why a command could not run: the caller's mistake, or the system's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The packs cannot be used as asked.
    #[error(transparent)]
    Policy(#[from] crate::policy::PolicyError),
    /// The folders of packs cannot be had.
    #[error(transparent)]
    Packs(#[from] crate::workspace::Error),
    /// Git cannot tell what it was asked.
    #[error(transparent)]
    Git(#[from] crate::git::Error),
    /// A dataset cannot be written, read or merged.
    #[error(transparent)]
    Dataset(#[from] crate::audit::dataset::Error),
    /// Something could not be written.
    #[error("cannot write {target}: {error}")]
    Write {
        /// Where to.
        target: String,
        /// Why not.
        error: std::io::Error,
    },
}

/// Runs the command that the arguments ask for, and returns the process's exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let mut command = Cli::command();
    let arguments = with_default_command(arguments.into_iter().collect(), &command);
    let cli = match parse(&arguments, &mut command) {
        Ok(cli) => cli,
        Err(error) => return refuse(error, &arguments, &mut command),
    };
    let terminal = Terminal::new(cli.global.color);
    let outcome = match cli.command {
        Command::Check(check) => check.run(&cli.global, &terminal),
        Command::Advise(advise) => advise.run(&cli.global, &terminal),
        Command::Facts(facts) => facts.run(&cli.global, &terminal),
        Command::Explain(explain) => explain.run(&cli.global, &terminal),
        Command::Rules(rules) => rules.run(&cli.global, &terminal),
        Command::Test(test) => test.run(&cli.global, &terminal),
        Command::Schema(schema) => schema.run(),
        Command::Init(init) => init.run(&cli.global, &terminal),
        Command::Waive(waive) => waive.run(&cli.global, &terminal),
        Command::Impact(impact) => impact.run(&cli.global, &terminal),
        Command::Baseline(baseline) => baseline.run(&cli.global, &terminal),
        Command::Audit(audit) => audit.run(&cli.global, &terminal),
    };
    match outcome {
        Ok(exit) => exit.code(),
        Err(error) => {
            terminal.complain(&error.to_string());
            Exit::Trouble.code()
        }
    }
}

fn parse(arguments: &[OsString], command: &mut clap::Command) -> Result<Cli, clap::Error> {
    command.try_get_matches_from_mut(arguments).and_then(|matches| Cli::from_arg_matches(&matches))
}

/// Prints what the parser has to say: help and version to standard output, a complaint to standard error.
fn refuse(error: clap::Error, arguments: &[OsString], command: &mut clap::Command) -> u8 {
    // A complaint repeats what was given. It is asked for once more, about arguments that are safe to show.
    let shown: Vec<OsString> =
        arguments.iter().map(|own| sanitize::visible(&own.to_string_lossy()).into_owned().into()).collect();
    let error = if shown == arguments { error } else { parse(&shown, command).err().unwrap_or(error) };
    // A closed standard output is nobody's mistake.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(Exit::Trouble.code())
}

/// Puts `check` before the first argument that is neither a global option nor a command.
fn with_default_command(mut arguments: Vec<OsString>, command: &clap::Command) -> Vec<OsString> {
    let mut at = 1;
    while let Some(argument) = arguments.get(at).map(OsString::as_os_str) {
        match global(argument, command) {
            Some(takes_next) => at += 1 + usize::from(takes_next),
            None => break,
        }
    }
    let own = |argument: &OsString| {
        ["--help", "-h", "--version", "-V"].iter().any(|word| argument == word)
            || argument.to_str().is_some_and(|word| command.find_subcommand(word).is_some())
    };
    if !arguments.get(at).is_some_and(own) {
        arguments.insert(at.min(arguments.len()), "check".into());
    }
    arguments
}

/// Whether an argument is a global option, and then whether the next argument is its value.
fn global(argument: &OsStr, command: &clap::Command) -> Option<bool> {
    let text = argument.to_str()?;
    let (name, is_long) = match text.strip_prefix("--") {
        Some(long) => (long, true),
        None => (text.strip_prefix('-')?, false),
    };
    let (name, has_value) = match name.split_once('=') {
        Some((name, _)) => (name, true),
        None => (name, false),
    };
    let mut letters = name.chars();
    let short = letters.next().filter(|_| letters.next().is_none());
    let option = command.get_arguments().find(|option| {
        if is_long { option.get_long() == Some(name) } else { short.is_some() && option.get_short() == short }
    })?;
    Some(!has_value && option.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_default(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        let arguments = with_default_command(arguments, &Cli::command());
        arguments.join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_the_default_command() {
        for (line, full) in [
            ("tunelint", "tunelint check"),
            ("tunelint deploy/", "tunelint check deploy/"),
            ("tunelint --color never -v deploy/", "tunelint --color never -v check deploy/"),
            ("tunelint --color=never --threads 2", "tunelint --color=never --threads 2 check"),
            ("tunelint --format json a.yaml", "tunelint check --format json a.yaml"),
            ("tunelint -- facts", "tunelint check -- facts"),
            ("tunelint -", "tunelint check -"),
            ("tunelint --threads", "tunelint --threads check"),
        ] {
            assert_eq!(with_default(line), full);
        }
        for line in
            ["tunelint check x", "tunelint -q facts x", "tunelint --help", "tunelint -V", "tunelint schema"]
        {
            assert_eq!(with_default(line), line);
        }
    }
}
