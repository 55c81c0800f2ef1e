//! What paths are called in reports, and what is wrong with them.

use std::ffi::OsStr;
use std::fmt::Write;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Base, Trouble};
use crate::finding::Severity;

/// The folder that paths in reports are relative to: the current one, or the top of a repository that is looked at
/// from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// Where it really lies; empty where the system does not say.
    pub(super) real: PathBuf,
    /// Whether it is the top of a repository, whatever lies above it.
    pub(super) is_top: bool,
}

impl Here {
    /// The current folder.
    pub fn now() -> Self {
        let real = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
        Self { real, is_top: false }
    }

    /// The top of a repository, by where it really lies. It need not be there: a bare repository has files as well.
    pub fn top_of(real: PathBuf) -> Self {
        Self { real, is_top: true }
    }

    /// A path below it, as it is opened.
    pub(super) fn open(&self, relative: &Path) -> PathBuf {
        if self.is_top { self.real.join(relative) } else { Path::new(".").join(relative) }
    }

    /// Where it really lies; empty where the system does not say.
    pub fn real(&self) -> &Path {
        &self.real
    }

    pub(super) fn relative<'a>(&self, real: &'a Path) -> Option<&'a Path> {
        if self.real.as_os_str().is_empty() {
            return None;
        }
        real.strip_prefix(&self.real).ok()
    }
}

/// A path as reports show it: forward slashes, no `.`, and bytes that are not UTF-8 as `\xNN`.
pub fn shown(path: &Path) -> String {
    match path.to_str() {
        Some(text) if is_plain(text) => text.to_owned(),
        _ => join("", path),
    }
}

/// Whether the text of a path is as reports show it, as nearly always: told sooner than taking it apart.
fn is_plain(text: &str) -> bool {
    let parts = text.strip_prefix('/').unwrap_or(text).split('/');
    std::path::MAIN_SEPARATOR == '/' && parts.into_iter().all(|part| !matches!(part, "" | "."))
}

/// A path below another, as reports show it.
pub(super) fn join(above: &str, below: &Path) -> String {
    let mut shown = above.to_owned();
    for part in below.components() {
        match part {
            Component::CurDir => continue,
            Component::RootDir => {
                shown.push('/');
                continue;
            }
            _ => {}
        }
        if !shown.is_empty() && !shown.ends_with('/') {
            shown.push('/');
        }
        push(&mut shown, part.as_os_str());
    }
    shown
}

fn push(shown: &mut String, part: &OsStr) {
    for chunk in part.as_encoded_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(shown, "\\x{byte:02X}");
        }
    }
}

/// A named path, and whether it is a folder.
#[expect(clippy::disallowed_methods, reason = "this is the walker")]
pub(super) fn examine(path: &Path, here: &Here) -> Result<(Base, bool), Trouble> {
    let found = std::fs::metadata(path).and_then(|kind| Ok((path.canonicalize()?, kind.is_dir())));
    match found {
        Ok((real, is_folder)) => {
            Ok((Base { given: path.to_owned(), shown: called(path, &real, here), real }, is_folder))
        }
        Err(error) => Err(trouble(shown(path), &error, true)),
    }
}

/// What reports call a path that was given: relative to the current folder where it lies there, else as given.
pub fn called(given: &Path, real: &Path, here: &Here) -> String {
    let plain = given.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)));
    match here.relative(real) {
        Some(relative) if !plain => shown(relative),
        _ => shown(given),
    }
}

pub(super) fn trouble(shown: String, error: &io::Error, named: bool) -> Trouble {
    let (code, predicate) = match error.kind() {
        io::ErrorKind::NotFound => ("not-found", "does not exist".to_owned()),
        io::ErrorKind::PermissionDenied => ("permission", "cannot be entered: permission denied".to_owned()),
        _ => ("walk", format!("cannot be entered: {error}")),
    };
    Trouble { shown, code, severity: Severity::Error, predicate, named }
}

/// What a walk's error comes to: a folder that cannot be entered, or lines of ignore files that say nothing.
pub(super) fn troubles(base: &Base, error: &ignore::Error, report: &mut dyn FnMut(Trouble)) {
    each(base, error, &base.given, None, report);
}

fn each(base: &Base, error: &ignore::Error, path: &Path, line: Option<u64>, report: &mut dyn FnMut(Trouble)) {
    match error {
        ignore::Error::Partial(errors) => {
            for error in errors {
                each(base, error, path, line, report);
            }
        }
        ignore::Error::WithLineNumber { line, err } => each(base, err, path, Some(*line), report),
        ignore::Error::WithPath { path, err } => each(base, err, path, line, report),
        ignore::Error::WithDepth { err, .. } => each(base, err, path, line, report),
        ignore::Error::Io(error) => report(trouble(base.shown(path), error, path == base.given)),
        other => report(Trouble {
            shown: base.shown(path),
            code: "ignore-file",
            severity: Severity::Warning,
            predicate: match line {
                Some(line) => format!("has a pattern in line {line} that ignores nothing: {other}"),
                None => format!("has a pattern that ignores nothing: {other}"),
            },
            named: false,
        }),
    }
}
