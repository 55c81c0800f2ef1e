//! What git knows of a repository, by the git command: revisions, what changed since one, files as a commit has them.
//!
//! A repository may be a stranger's. Nothing that its config names is run (hooks, external diffs, file monitors), no
//! object is fetched that is not there, and what the caller's environment says of another repository does not count.

mod changes;
mod objects;
mod tree;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use changes::Changes;
pub use objects::{Object, Objects};
pub use tree::{Entry, EntryKind, Snapshot};

/// Variables that tie git to a repository other than the one it is asked about.
const OF_ANOTHER_REPOSITORY: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_EXTERNAL_DIFF",
];

/// Why git could not tell.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no git command.
    #[error("the git command is needed for this, and there is none; install git")]
    NotInstalled,
    /// The folder is in no repository.
    #[error("{} is in no git repository", .folder.display())]
    NotARepository {
        /// The folder.
        folder: PathBuf,
    },
    /// Git refuses a repository that somebody else owns.
    #[error(
        "git does not trust {}, which belongs to another user; allow it with `git config --global --add safe.directory {}`",
        .folder.display(), .folder.display()
    )]
    Untrusted {
        /// The folder.
        folder: PathBuf,
    },
    /// A name is no revision.
    #[error("{rev} is no revision of this repository{}", shallow_advice(*.shallow, rev))]
    UnknownRevision {
        /// The name.
        rev: String,
        /// Whether the repository holds only a part of its history.
        shallow: bool,
    },
    /// A name is one, and what it names is not there.
    #[error("what {rev} names is not in this repository: it is damaged, or a clone of a part")]
    Damaged {
        /// The name.
        rev: String,
    },
    /// Two revisions have no common ancestor.
    #[error("{base} and {head} have no common ancestor here{}", shallow_advice(*.shallow, base))]
    NoCommonAncestor {
        /// The one.
        base: String,
        /// The other.
        head: String,
        /// Whether the repository holds only a part of its history.
        shallow: bool,
    },
    /// A command of git's failed, and this is what it said.
    #[error("git {command} failed: {message}")]
    Failed {
        /// Its first word.
        command: String,
        /// Its complaint, one line.
        message: String,
    },
    /// The system did not let us run it, or read what it wrote.
    #[error("git {command} cannot be run: {error}")]
    Io {
        /// Its first word.
        command: String,
        /// Why not.
        error: io::Error,
    },
}

/// What helps where history is missing, by the way that CI clones.
fn shallow_advice(shallow: bool, rev: &str) -> String {
    let branch = rev.strip_prefix("origin/").unwrap_or(rev);
    if shallow {
        "; this is a shallow clone: fetch its history first (`fetch-depth: 0` in actions/checkout, or `git fetch --unshallow origin`)".to_owned()
    } else if rev.starts_with("origin/") {
        format!("; fetch it first (`git fetch origin {branch}`)")
    } else {
        String::new()
    }
}

/// A repository, with or without a work tree.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where git is run: the top of the work tree, or the bare repository.
    folder: PathBuf,
    is_bare: bool,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: String,
    /// When it was committed.
    pub time: jiff::Timestamp,
}

impl Repository {
    /// The repository that a folder lies in, or is.
    ///
    /// # Errors
    /// Where it is in none, or git cannot tell.
    pub fn around(folder: &Path) -> Result<Self, Error> {
        let here = Self { folder: folder.to_owned(), is_bare: false };
        // A path may have any bytes in it, the end of a line among them.
        let told = here.output(["rev-parse", "--is-bare-repository", "--absolute-git-dir"])?;
        if let Some(path) = told.strip_prefix(b"true\n") {
            let folder = path_of(path.strip_suffix(b"\n").unwrap_or(path));
            return Ok(Self { folder, is_bare: true });
        }
        let top = here.output(["rev-parse", "--show-toplevel"])?;
        Ok(Self { folder: path_of(top.strip_suffix(b"\n").unwrap_or(&top)), is_bare: false })
    }

    /// The top of its work tree; of a bare one, itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it has no work tree.
    pub const fn is_bare(&self) -> bool {
        self.is_bare
    }

    /// The commit that a revision names: a branch, a tag, a hash, `HEAD~2`.
    ///
    /// # Errors
    /// Where it names none.
    pub fn commit(&self, rev: &str) -> Result<Commit, Error> {
        let name = format!("{rev}^{{commit}}");
        let unknown = || Error::UnknownRevision { rev: rev.to_owned(), shallow: self.is_shallow() };
        if rev.is_empty() || rev.contains(['\0', '\n']) {
            return Err(unknown());
        }
        let id = match self.text(["rev-parse", "--verify", "--quiet", "--end-of-options", &name]) {
            Ok(id) => id.trim_end().to_owned(),
            Err(Error::Failed { .. }) if self.lacks(rev) => {
                return Err(Error::Damaged { rev: rev.to_owned() });
            }
            Err(Error::Failed { .. }) => return Err(unknown()),
            Err(error) => return Err(error),
        };
        let seconds = self.text(["show", "--no-patch", "--no-show-signature", "--format=%ct", &id, "--"])?;
        let time = seconds.trim().parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let time = time.ok_or_else(|| failed("show", "tells no time of the commit"))?;
        Ok(Commit { id, time })
    }

    /// Whether a revision names an object that is not there.
    fn lacks(&self, rev: &str) -> bool {
        let named = self.text(["rev-parse", "--verify", "--quiet", "--end-of-options", rev]);
        named.is_ok_and(|id| self.text(["cat-file", "-e", id.trim_end()]).is_err())
    }

    /// The latest common ancestor of two revisions: where a branch left another.
    ///
    /// # Errors
    /// Where a revision is unknown, or there is no common ancestor.
    pub fn common_ancestor(&self, base: &str, head: &str) -> Result<String, Error> {
        let (from, to) = (self.commit(base)?, self.commit(head)?);
        match self.text(["merge-base", &from.id, &to.id]) {
            Ok(id) => Ok(id.trim_end().to_owned()),
            Err(Error::Failed { .. }) => Err(Error::NoCommonAncestor {
                base: base.to_owned(),
                head: head.to_owned(),
                shallow: self.is_shallow(),
            }),
            Err(error) => Err(error),
        }
    }

    /// The address that it was cloned from, where it has one.
    pub fn origin(&self) -> Option<String> {
        let address = self.text(["config", "--get", "remote.origin.url"]).ok()?;
        Some(address.trim_end().to_owned()).filter(|address| !address.is_empty())
    }

    /// Whether it holds only a part of its history.
    pub fn is_shallow(&self) -> bool {
        self.text(["rev-parse", "--is-shallow-repository"]).is_ok_and(|told| told.trim_end() == "true")
    }

    /// The commits of a revision's first-parent history, the latest first.
    ///
    /// # Errors
    /// Where the revision is unknown.
    pub fn history(&self, rev: &str) -> Result<Vec<Commit>, Error> {
        let tip = self.commit(rev)?;
        let lines =
            self.text(["log", "--first-parent", "--no-show-signature", "--format=%H %ct", &tip.id, "--"])?;
        Ok(lines
            .lines()
            .filter_map(|line| {
                let (id, seconds) = line.split_once(' ')?;
                let time = jiff::Timestamp::from_second(seconds.parse().ok()?).ok()?;
                Some(Commit { id: id.to_owned(), time })
            })
            .collect())
    }

    /// A git command in this repository, with nothing of the outside in it.
    fn command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args([
            "--no-pager",
            "--no-optional-locks",
            "--literal-pathspecs",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.quotePath=false",
            "-c",
            "protocol.allow=never",
            "-c",
            "log.showSignature=false",
            // A larger content is handed out piece by piece, where git would hold all of it in memory first.
            "-c",
            "core.bigFileThreshold=1m",
        ]);
        for name in OF_ANOTHER_REPOSITORY {
            command.env_remove(name);
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C")
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// What a command writes.
    fn output<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Vec<u8>, Error> {
        let arguments: Vec<OsString> = arguments.into_iter().map(|word| word.as_ref().to_owned()).collect();
        let name = arguments.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        let Output { status, stdout, stderr } =
            self.command(&arguments).output().map_err(|error| cannot_run(&name, error))?;
        if status.success() { Ok(stdout) } else { Err(self.refusal(&name, &stderr)) }
    }

    /// The same as text.
    fn text<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.output(arguments)?).into_owned())
    }

    /// What git's complaint means.
    fn refusal(&self, command: &str, stderr: &[u8]) -> Error {
        let said = String::from_utf8_lossy(stderr);
        if said.contains("dubious ownership") {
            return Error::Untrusted { folder: self.folder.clone() };
        }
        if said.contains("not a git repository") || said.contains("cannot change to") {
            return Error::NotARepository { folder: self.folder.clone() };
        }
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
        failed(command, line.trim_start_matches("fatal: "))
    }
}

fn failed(command: &str, message: &str) -> Error {
    Error::Failed { command: command.to_owned(), message: message.to_owned() }
}

fn cannot_run(command: &str, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::NotInstalled,
        _ => Error::Io { command: command.to_owned(), error },
    }
}

/// A path as git writes it: bytes, with forward slashes.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path as git writes it: UTF-8, with forward slashes.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests;
