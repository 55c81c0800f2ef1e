//! The options about exceptions that several commands share, and the files that they are read from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::Error;
use super::gather::Sources;
use crate::discover;
use crate::exceptions::baseline::{self, Baseline};
use crate::exceptions::owners::{CODEOWNERS, CodeOwners};
use crate::exceptions::{Exceptions, Terms, Top, waivers};
use crate::finding::{Finding, Label, Place};
use crate::read;
use crate::source::Source;
use crate::workspace::Workspace;
use crate::workspace::tree::{Disk, Tree};

/// Where waivers are looked for, from the top of the repository.
const WAIVERS: &str = ".tunelint/waivers.yaml";

/// Where the baseline is looked for, likewise.
const BASELINE: &str = ".tunelint/baseline.json";

/// Largest waivers file that is read: a waiver is some lines, and this is room for ten thousand.
const MOST_BYTES: u64 = 8 << 20;
/// Largest baseline that is read: an entry is a line, and this is room for some hundred thousand.
const MOST_BASELINE: u64 = 64 << 20;
/// Largest CODEOWNERS that GitHub reads.
const MOST_OWNERS: u64 = 3 << 20;

/// Where exceptions are read from.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ExceptionOptions {
    /// The waivers file [default: .tunelint/waivers.yaml at the top of the repository, where there is one]
    #[arg(long, value_name = "FILE", help_heading = "Exceptions")]
    pub(super) waivers: Option<PathBuf>,
    /// The baseline [default: .tunelint/baseline.json at the top of the repository, where there is one]
    #[arg(long, value_name = "FILE", help_heading = "Exceptions")]
    pub(super) baseline: Option<PathBuf>,
}

/// A file, as it is opened and as it is called in reports.
#[derive(Clone, Debug)]
pub(super) struct Located {
    /// The path to open.
    pub(super) file: PathBuf,
    /// How reports show it.
    pub(super) shown: Arc<str>,
}

impl ExceptionOptions {
    /// The exceptions of a run over some sources.
    pub(super) fn load(&self, sources: &Sources, workspace: &Workspace, tree: &dyn Tree) -> Exceptions {
        let top = top(sources);
        let is_whole = is_whole(sources, &top);
        self.load_from(top, is_whole, workspace, tree)
    }

    /// The exceptions of a repository. `is_whole` says whether the run is over all of it.
    pub(super) fn load_from(
        &self,
        top: Top,
        is_whole: bool,
        workspace: &Workspace,
        tree: &dyn Tree,
    ) -> Exceptions {
        let mut exceptions = self.load_waivers_from(top, is_whole, workspace, tree);
        let located = self.baseline(&exceptions.top);
        if is_there(&located, self.baseline.is_some(), tree) {
            exceptions.baseline = read_baseline(&located, tree, &mut exceptions.problems);
            exceptions.files.push(located.shown);
        }
        exceptions
    }

    /// The exceptions of a run over some sources, but for a baseline.
    pub(super) fn load_waivers(
        &self,
        sources: &Sources,
        workspace: &Workspace,
        tree: &dyn Tree,
    ) -> Exceptions {
        let top = top(sources);
        let is_whole = is_whole(sources, &top);
        self.load_waivers_from(top, is_whole, workspace, tree)
    }

    fn load_waivers_from(
        &self,
        top: Top,
        is_whole: bool,
        workspace: &Workspace,
        tree: &dyn Tree,
    ) -> Exceptions {
        let terms = Terms::of(&workspace.governance);
        let mut exceptions = Exceptions { terms, is_whole, ..Exceptions::default() };
        let located = self.waivers(&top);
        if !is_there(&located, self.waivers.is_some(), tree) {
            exceptions.top = top;
            return exceptions;
        }
        exceptions.files.push(Arc::clone(&located.shown));
        let problems = &mut exceptions.problems;
        if let Some((source, text)) = text(&located, "waivers", MOST_BYTES, tree, problems) {
            exceptions.waivers = waivers::read(&source, &text, problems);
            if exceptions.waivers.iter().any(waivers::Waiver::names_approver) {
                exceptions.owners = owners(&top, tree);
            }
        }
        exceptions.top = top;
        exceptions
    }

    /// The waivers file: the one that is named, or else where it is looked for.
    pub(super) fn waivers(&self, top: &Top) -> Located {
        self.waivers.as_deref().map_or_else(|| located(top, WAIVERS), Located::named)
    }

    /// The baseline, likewise.
    pub(super) fn baseline(&self, top: &Top) -> Located {
        self.baseline.as_deref().map_or_else(|| located(top, BASELINE), Located::named)
    }
}

impl Located {
    fn named(file: &Path) -> Self {
        Self { file: file.to_owned(), shown: discover::shown(file).into() }
    }
}

/// Whether a file is to be read: one that is named, or that is there. One that is named and that a commit does not have
/// yet, though the disk does, was not there.
fn is_there(located: &Located, is_named: bool, tree: &dyn Tree) -> bool {
    tree.holds(&located.file) || is_named && !Disk.holds(&located.file)
}

/// Reads a baseline.
pub(super) fn read_baseline(
    located: &Located,
    tree: &dyn Tree,
    findings: &mut Vec<Finding>,
) -> Option<Baseline> {
    let (source, text) = text(located, "baseline", MOST_BASELINE, tree, findings)?;
    Some(baseline::read(&source, &text, findings))
}

/// Where exceptions are looked for unless something else is named, as reports show it.
pub(super) fn usual_files(sources: &Sources) -> Vec<Arc<str>> {
    let top = top(sources);
    [WAIVERS, BASELINE].into_iter().map(|below| located(&top, below).shown).collect()
}

/// The folder that the first path lies in, or is.
pub(super) fn folder(sources: &Sources) -> PathBuf {
    let first = sources.paths.iter().find(|path| path.as_os_str() != "-");
    let real = first.and_then(|path| path.canonicalize().ok());
    let real = real.unwrap_or_else(|| std::env::current_dir().unwrap_or_default());
    if real.is_file() { real.parent().map(Path::to_owned).unwrap_or(real) } else { real }
}

/// The top of the repository that the first path lies in: the nearest folder above that has a `.git`, else the
/// current folder, where the path lies in it, else the path's own.
fn top(sources: &Sources) -> Top {
    let here = std::env::current_dir().unwrap_or_default();
    let folder = &*folder(sources);
    let repository = folder.ancestors().find(|above| above.join(".git").exists());
    let top =
        repository.or_else(|| folder.ancestors().find(|above| *above == here)).unwrap_or(folder).to_owned();
    Top { here, top }
}

/// Whether some sources are all there is in the repository.
fn is_whole(sources: &Sources, top: &Top) -> bool {
    sources.paths().iter().any(|path| path.canonicalize().is_ok_and(|real| top.top.starts_with(real)))
}

/// A file below the top, which reports call as one would from the current folder.
pub(super) fn located(top: &Top, below: &str) -> Located {
    let file = top.top.join(below);
    let way = match top.here.strip_prefix(&top.top) {
        Ok(down) => down.components().map(|_| Path::new("..")).chain([Path::new(below)]).collect(),
        Err(_) => top.top.strip_prefix(&top.here).map_or_else(|_| file.clone(), |down| down.join(below)),
    };
    let shown = discover::shown(&way).into();
    // Reports may call files from a folder that is not the current one.
    let is_here = std::env::current_dir().is_ok_and(|here| here == top.here);
    Located { shown, file: if is_here { way } else { file } }
}

/// The text of a waivers file that is to be extended.
pub(super) fn read_text(located: &Located) -> Result<Arc<str>, Error> {
    let mut findings = Vec::new();
    match text(located, "waivers", MOST_BYTES, &Disk, &mut findings) {
        Some((_, text)) => Ok(text),
        None => Err(Error::Usage(findings.pop().map_or_else(String::new, |finding| finding.message))),
    }
}

/// The text of a file; why there is none is told.
fn text(
    located: &Located,
    rule: &str,
    limit: u64,
    tree: &dyn Tree,
    findings: &mut Vec<Finding>,
) -> Option<(Arc<Source>, Arc<str>)> {
    let called = tree.called(Arc::clone(&located.shown), &located.file);
    let read = tree.read(&located.file, limit).map_err(|error| (error.code(), error.to_string()));
    let text: Result<Arc<str>, _> = read.and_then(|bytes| {
        read::decode(&bytes).map(Into::into).map_err(|error| ("encoding", error.to_string()))
    });
    match text {
        Ok(text) => Some((tree.source(called, &located.file, &text), text)),
        Err((code, predicate)) => {
            let source = Source::in_memory(Arc::clone(&called), "");
            let label = Label::new(Place::whole(&source), "not read");
            findings.push(Finding::invalid(rule, code, format!("{called} {predicate}"), label));
            None
        }
    }
}

/// Whom the repository names for its files, if it does.
pub(super) fn owners(top: &Top, tree: &dyn Tree) -> Option<CodeOwners> {
    let found = CODEOWNERS.iter().map(|name| located(top, name)).find(|own| tree.holds(&own.file))?;
    // One that cannot be read says nothing, to GitHub either.
    let (source, text) = text(&found, "waivers", MOST_OWNERS, tree, &mut Vec::new())?;
    Some(CodeOwners::read(&source, &text))
}
