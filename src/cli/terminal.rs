//! Where output goes: standard output and its looks, complaints, and files that are written whole or not at all.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use super::Error;
use super::gather::Again;
use crate::finding::{Finding, Severity};
use crate::output::{Options, sanitize, write_findings};
use crate::policy::Policies;
use crate::report::Exit;

/// Columns where there is no terminal to ask.
const WIDTH: usize = 80;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set; anywhere if `CLICOLOR_FORCE` is.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is known of standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether to colour.
    pub color: bool,
    /// Whether characters beyond ASCII can be drawn.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Terminal {
    /// Looks at standard output and the environment.
    pub fn new(choice: ColorChoice) -> Self {
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if is_set("NO_COLOR") => false,
            ColorChoice::Auto if is_set("CLICOLOR_FORCE") => true,
            ColorChoice::Auto => io::stdout().is_terminal(),
        };
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
        Self { color, unicode: draws_unicode(), width }
    }

    /// How to write for it.
    pub fn options(&self) -> Options {
        Options { color: self.color, unicode: self.unicode, width: self.width, ..Options::default() }
    }

    /// Says on standard error why we could not run.
    pub fn complain(&self, message: &str) {
        let _ = writeln!(io::stderr(), "tunelint: {}", sanitize::visible(message));
    }

    /// Tells the mistakes of severity error among some findings on standard error, for a command whose reports are not
    /// about them, and what to exit with.
    pub fn complain_of_mistakes<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) -> Exit {
        let errors = findings.into_iter().filter(|own| own.severity == Severity::Error);
        let mistakes: Vec<Finding> = errors.cloned().collect();
        if mistakes.is_empty() {
            return Exit::Clean;
        }
        let mut text = Vec::new();
        let options = Options { color: false, ..self.options() };
        // Writing to a vector cannot fail.
        let _ = write_findings(&mistakes, &Again::default(), &options, &mut text);
        note(&String::from_utf8_lossy(&text));
        Exit::Trouble
    }

    /// Says that there are mistakes in the policies, for a command that does not tell them, and what to exit with.
    pub fn complain_of_policies(&self, policies: &Policies) -> Exit {
        let errors = policies.problems.iter().filter(|finding| finding.severity == Severity::Error).count();
        if errors == 0 {
            return Exit::Clean;
        }
        let mistakes = if errors == 1 { "mistake" } else { "mistakes" };
        let (config, others): (Vec<_>, Vec<_>) = policies
            .problems
            .iter()
            .filter(|own| own.severity == Severity::Error)
            .partition(|own| *own.rule == *"config");
        let place = match (config.is_empty(), others.is_empty()) {
            (true, _) => "the policies",
            (_, true) => "the config",
            _ => "the config and the policies",
        };
        self.complain(&format!("{errors} {mistakes} in {place}; tunelint check tells them"));
        Exit::Trouble
    }
}

/// Whether a variable says yes: set, and neither empty nor 0.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Whether the locale names no encoding that lacks our characters.
fn draws_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_lowercase();
        locale.contains("utf") || !(locale == "c" || locale == "posix" || locale.contains('.'))
    })
}

/// What writes a report, piece by piece: a long one is never held as a whole.
pub type Write<'a> = dyn Fn(&mut dyn io::Write) -> io::Result<()> + 'a;

/// Writes to standard output.
///
/// # Errors
/// Those of the system, with what was written to.
pub fn print(bytes: &[u8]) -> Result<(), Error> {
    stream(&|out| out.write_all(bytes))
}

/// Writes to standard output piece by piece. A reader that has gone away (`| head`) has read what it wanted.
///
/// # Errors
/// Those of the system, with what was written to.
pub fn stream(write: &Write<'_>) -> Result<(), Error> {
    match buffered(io::stdout().lock(), write) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Write { target: "to standard output".to_owned(), error })
        }
        _ => Ok(()),
    }
}

fn buffered(out: impl io::Write, write: &Write<'_>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    write(&mut out)?;
    out.flush()
}

/// Writes a file as a whole: whoever reads it sees all of the old one or all of the new one.
///
/// # Errors
/// Those of the system, with the file's name.
pub fn write_file(file: &Path, write: &Write<'_>) -> Result<(), Error> {
    replace(file, write).map_err(|error| Error::Write { target: file.display().to_string(), error })
}

/// Makes the folder that a file is to lie in.
///
/// # Errors
/// Those of the system, with the folder's name.
pub fn make_folder_of(file: &Path) -> Result<(), Error> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .map_err(|error| Error::Write { target: folder.unwrap_or(file).display().to_string(), error })
}

fn replace(file: &Path, write: &Write<'_>) -> io::Result<()> {
    // What is no regular file (`/dev/stderr`, a FIFO) is written to, not replaced; a link goes on being one.
    let file = &file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if file.exists() && !file.is_file() {
        return buffered(fs::OpenOptions::new().write(true).open(file)?, write);
    }
    let beside = written_beside(file, write)?;
    fs::rename(&beside, file).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Writes a new file as a whole, and makes the folders it lies in. Where something has its name already, nothing is
/// written; whether it was is returned.
///
/// # Errors
/// Those of the system, with the file's name.
pub fn create_file(file: &Path, write: &Write<'_>) -> Result<bool, Error> {
    create(file, write).map_err(|error| Error::Write { target: file.display().to_string(), error })
}

fn create(file: &Path, write: &Write<'_>) -> io::Result<bool> {
    // A link that leads nowhere is something as well.
    if file.symlink_metadata().is_ok() {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = written_beside(file, write)?;
    // A link replaces nothing, whoever was quicker; where the file system has none, a rename has to do.
    let created = match fs::hard_link(&beside, file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(_) => return fs::rename(&beside, file).map(|()| true),
    };
    let _ = fs::remove_file(&beside);
    created
}

/// Writes a file of another name in the same folder, from where it can take the name of `file` in one step.
fn written_beside(file: &Path, write: &Write<'_>) -> io::Result<PathBuf> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = file.with_file_name(beside);
    let written = fs::File::create(&beside).and_then(|out| {
        // A file goes on being read by whom it was: the new one takes the old one's rights.
        if let Ok(old) = file.metadata() {
            out.set_permissions(old.permissions())?;
        }
        buffered(&out, write)?;
        // On the disk before its name is: a machine that goes down leaves the old one or the new one, too.
        out.sync_all()
    });
    written.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })?;
    Ok(beside)
}

/// Writes to standard error.
pub fn note(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
