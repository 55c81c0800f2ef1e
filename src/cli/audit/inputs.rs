//! Which repositories are audited: folders, globs of folders, and files that list them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::Error;
use crate::discover;
use crate::globs;
use crate::read;

/// Largest file of a list.
const LONGEST_LIST: u64 = 16 << 20;

/// Where the repositories are.
#[derive(Debug, Args)]
pub(super) struct Inputs {
    /// Folders, git repositories (bare or not), and globs of them [default: the current folder]
    #[arg(value_name = "REPO", help_heading = "Repositories")]
    repos: Vec<PathBuf>,
    /// A file with a repository a line, which counts from the file's folder; `#` begins a comment; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Repositories")]
    list: Vec<PathBuf>,
}

/// A repository to audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// What it is called: its path as it was given, without `.git`.
    pub(super) name: String,
    /// Where it is.
    pub(super) folder: PathBuf,
}

impl Inputs {
    /// The repositories, by name and each once. One that is not there is one all the same: it is told of.
    pub(super) fn find(&self) -> Result<Vec<Input>, Error> {
        let mut found = Found::default();
        for given in &self.repos {
            found.add(Path::new(""), given)?;
        }
        for list in &self.list {
            let shown = discover::shown(list);
            let wrong = |what: String| Error::Usage(format!("--list {shown} {what}"));
            let mut bytes = Vec::new();
            read::named(list, LONGEST_LIST, &mut bytes).map_err(|error| wrong(error.to_string()))?;
            let text = read::decode(&bytes).map_err(|bad| wrong(bad.to_string()))?;
            let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
            for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
                found.add(list.parent().unwrap_or(Path::new("")), Path::new(line))?;
            }
        }
        if self.repos.is_empty() && self.list.is_empty() {
            found.add(Path::new(""), Path::new("."))?;
        }
        Ok(found.by_name.into_iter().map(|(name, folder)| Input { name, folder }).collect())
    }
}

#[derive(Default)]
struct Found {
    by_name: BTreeMap<String, PathBuf>,
}

impl Found {
    fn add(&mut self, beside: &Path, given: &Path) -> Result<(), Error> {
        let path = beside.join(given);
        if path.exists() || !globs::is_wild(&path.to_string_lossy()) {
            self.put(path);
            return Ok(());
        }
        let (start, pattern) = split(&path);
        let folders = discover::folders(&start, &pattern);
        // Of a folder and what lies in it, the repository is the outer one.
        let mut last: Option<PathBuf> = None;
        let mut any = false;
        for folder in folders {
            any = true;
            if last.as_ref().is_none_or(|last| !folder.starts_with(last)) {
                self.put(folder.clone());
                last = Some(folder);
            }
        }
        if any {
            return Ok(());
        }
        Err(Error::Usage(format!("no folder matches {}", discover::shown(&path))))
    }

    fn put(&mut self, folder: PathBuf) {
        let shown = discover::shown(&folder);
        let plain = shown.trim_end_matches('/');
        let plain = plain.strip_suffix("/.git").or_else(|| plain.strip_suffix(".git")).unwrap_or(plain);
        let name = match plain {
            // The current folder has a name as well.
            "" => folder
                .canonicalize()
                .ok()
                .and_then(|real| Some(real.file_name()?.to_string_lossy().into_owned())),
            plain => Some(plain.to_owned()),
        };
        let name = name.unwrap_or_else(|| ".".to_owned());
        let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        // `a` and `a.git` are two repositories that would have one name.
        let name = match self.by_name.get(&name) {
            Some(known) if real(known) != real(&folder) => shown,
            _ => name,
        };
        if !self.by_name.values().any(|known| real(known) == real(&folder)) {
            self.by_name.insert(name, folder);
        }
    }
}

/// A glob as the folder that it begins in and the rest.
fn split(path: &Path) -> (PathBuf, String) {
    let mut start = PathBuf::new();
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next_if(|part| !globs::is_wild(&part.as_os_str().to_string_lossy())) {
        start.push(part);
    }
    let rest: PathBuf = parts.collect();
    (start, rest.to_string_lossy().into_owned())
}
