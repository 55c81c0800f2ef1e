//! Git repositories with a history, written by `git fast-import`: quickly, and with the same hashes each time.

#![allow(dead_code, reason = "each binary uses its own part of this")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::civil::Date;
use jiff::tz::Offset;

/// What stands at a path of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A file.
    File(Vec<u8>),
    /// A file of so many zeros, which take no room in here.
    Zeros(u64),
    /// A symbolic link, and where it leads.
    Link(&'static str),
    /// The commit of another repository.
    Submodule,
}

/// The files of a commit, by path.
pub(crate) type Files = BTreeMap<Vec<u8>, Node>;

/// A commit of all files at nine in the morning of a day, in UTC.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    /// The day.
    pub(crate) day: Date,
    /// All files that there are then.
    pub(crate) files: Files,
}

/// Adds a text file.
pub(crate) fn add(files: &mut Files, path: impl AsRef<[u8]>, text: impl AsRef<[u8]>) {
    files.insert(path.as_ref().to_vec(), Node::File(text.as_ref().to_vec()));
}

/// The git command, for somebody without a config of their own.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args(["-c", "core.autocrlf=false", "-c", "protocol.file.allow=always", "-c", "user.name=A"])
        .args(["-c", "user.email=a@example.com"])
        .args(arguments);
    command
}

/// Runs git, and returns what it says.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = command(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Writes a repository with these commits on its branch `main`, one pack for all; with a work tree where it is not bare.
pub(crate) fn write(folder: &Path, is_bare: bool, commits: &[Commit]) {
    std::fs::create_dir_all(folder).unwrap();
    let kind: &[&str] = if is_bare { &["--bare"] } else { &[] };
    git(folder, &[&["init", "--quiet", "--template=", "--initial-branch=main"], kind].concat());
    let mut child = command(folder, &["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--done"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stream = BufWriter::with_capacity(64 << 10, child.stdin.take().unwrap());
    let nothing = Files::new();
    let mut before = &nothing;
    for commit in commits {
        step(&mut stream, before, commit).unwrap();
        before = &commit.files;
    }
    stream.write_all(b"done\n").unwrap();
    drop(stream);
    assert!(child.wait().unwrap().success());
    if !is_bare && !commits.is_empty() {
        git(folder, &["reset", "--quiet", "--hard"]);
    }
}

/// One commit: what differs from the files before it.
fn step(stream: &mut impl Write, before: &Files, commit: &Commit) -> io::Result<()> {
    let seconds = Offset::UTC.to_timestamp(commit.day.at(9, 0, 0, 0)).unwrap().as_second();
    let message = format!("As of {}", commit.day);
    write!(
        stream,
        "commit refs/heads/main\ncommitter A <a@example.com> {seconds} +0000\ndata {}\n{message}\n",
        message.len()
    )?;
    for path in before.keys().filter(|path| !commit.files.contains_key(*path)) {
        writeln!(stream, "D {}", quoted(path))?;
    }
    for (path, node) in commit.files.iter().filter(|(path, node)| before.get(*path) != Some(*node)) {
        let path = quoted(path);
        match node {
            Node::File(bytes) => {
                write!(stream, "M 100644 inline {path}\ndata {}\n", bytes.len())?;
                stream.write_all(bytes)?;
            }
            Node::Zeros(count) => {
                write!(stream, "M 100644 inline {path}\ndata {count}\n")?;
                io::copy(&mut io::repeat(0).take(*count), stream)?;
            }
            Node::Link(target) => write!(stream, "M 120000 inline {path}\ndata {}\n{target}", target.len())?,
            Node::Submodule => write!(stream, "M 160000 {:040x} {path}", 0xabcd)?,
        }
        stream.write_all(b"\n")?;
    }
    stream.write_all(b"\n")
}

/// A path as fast-import reads it, whatever bytes it has.
fn quoted(path: &[u8]) -> String {
    let mut text = "\"".to_owned();
    for byte in path {
        match byte {
            b'"' | b'\\' | ..=0x1f | 0x7f.. => write!(text, "\\{byte:03o}").unwrap(),
            _ => text.push(char::from(*byte)),
        }
    }
    text + "\""
}
