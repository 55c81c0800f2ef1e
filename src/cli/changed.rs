//! `--changed`: which files were touched, by git, and which of a run's sources they are.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::Error;
use super::gather::Sources;
use crate::changed::Touched;
use crate::discover::{self, Here};
use crate::git;
use crate::globs::{self, Globs};
use crate::link::Repository;
use crate::source::Source;

/// What a branch is compared with where no revision is named: the first of these that there is.
const BASES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// What to leave out of the report.
#[derive(Debug, Args)]
pub(super) struct ChangedOption {
    /// Report only deployments touched since the branch left REF [default: the first of origin/HEAD, origin/main,
    /// origin/master, main, master]
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "", help_heading = "Report")]
    changed: Option<String>,
}

impl ChangedOption {
    /// Asks git, if asked to.
    ///
    /// # Errors
    /// Where a path lies in no repository, or git cannot tell what changed.
    pub(super) fn find(&self, sources: &Sources) -> Result<Option<Changed>, Error> {
        let Some(rev) = &self.changed else { return Ok(None) };
        let rev = Some(&**rev).filter(|rev| !rev.is_empty());
        let here = Here::now();
        let mut trees: Vec<Tree> = Vec::new();
        for root in discover::roots(&sources.spoken_of(), &here) {
            let top = discover::top(&root.real, &here);
            if trees.iter().any(|tree| tree.top == top) {
                continue;
            }
            let repository = git::Repository::around(&root.real)?;
            let top = repository.folder().canonicalize().unwrap_or(top);
            if !trees.iter().any(|tree| tree.top == top) {
                trees.push(Tree::new(&repository, top, rev)?);
            }
        }
        // A repository inside of another knows its own files.
        trees.sort_by_key(|tree| std::cmp::Reverse(tree.top.components().count()));
        let typed = sources.stdin_filename.as_deref().map_or_else(|| "<stdin>".to_owned(), discover::shown);
        Ok(Some(Changed { trees, here, typed, known: Mutex::default() }))
    }
}

/// The work tree of a repository, and what changed in it.
#[derive(Debug)]
struct Tree {
    /// Where it really lies.
    top: PathBuf,
    /// What changes count from.
    since: String,
    /// Files that are new or other than they were, below the top and as reports show paths.
    touched: BTreeSet<String>,
    /// Files that are gone.
    gone: BTreeSet<String>,
}

impl Tree {
    fn new(repository: &git::Repository, top: PathBuf, rev: Option<&str>) -> Result<Self, Error> {
        let since = match rev {
            Some(rev) => rev.to_owned(),
            None => base(repository)?,
        };
        let changes = repository.changes_since(&since).map_err(|error| match error {
            git::Error::UnknownRevision { .. } if Path::new(&since).exists() => Error::Usage(format!(
                "{error}; if it is a path that is meant, write `--changed -- {}`",
                discover::shown(Path::new(&since))
            )),
            error => error.into(),
        })?;
        let shown = |paths: &BTreeSet<PathBuf>| paths.iter().map(|path| discover::shown(path)).collect();
        Ok(Self { top, since, touched: shown(&changes.touched), gone: shown(&changes.deleted) })
    }

    /// Whether a file, or a link on the way to it, was touched.
    fn touches(&self, path: &str) -> bool {
        std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
            .any(|path| self.touched.contains(path))
    }

    /// Whether a path from the top, or a glob, leads to something that was touched or is gone.
    fn leads(&self, reference: &str) -> bool {
        [&self.touched, &self.gone].into_iter().any(|paths| {
            if !reference.split('/').any(globs::is_wild) {
                let inside = format!("{reference}/");
                return paths.contains(reference)
                    || paths.range(inside.clone()..).next().is_some_and(|path| path.starts_with(&inside));
            }
            let (glob, _) = Globs::new([reference]);
            let beginning = globs::beginning(reference);
            let mut near = paths.range(beginning.clone()..).take_while(|path| path.starts_with(&beginning));
            near.any(|path| !glob.matches(path).is_empty())
        })
    }
}

/// The branch that a pull request goes to.
fn base(repository: &git::Repository) -> Result<String, Error> {
    for name in BASES {
        match repository.commit(name) {
            Ok(_) => return Ok(name.to_owned()),
            Err(git::Error::UnknownRevision { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let advice = if repository.is_shallow() {
        "; this is a shallow clone: fetch its history first (`fetch-depth: 0` in actions/checkout)"
    } else {
        ""
    };
    Err(Error::Usage(format!(
        "there is no branch to compare with (looked for {}); name one with --changed REF{advice}",
        BASES.join(", ")
    )))
}

/// What was touched, in all repositories that are checked.
#[derive(Debug)]
pub(super) struct Changed {
    /// The innermost first.
    trees: Vec<Tree>,
    here: Here,
    /// What standard input is called: somebody is just writing it.
    typed: String,
    /// Where the sources lie that were asked about.
    known: Mutex<HashMap<Arc<str>, Arc<[Spot]>>>,
}

/// A tree, and a path below its top.
#[derive(Debug)]
struct Spot {
    tree: usize,
    path: String,
}

impl Changed {
    /// Where a source lies: by its name, and where links lead to.
    fn spots(&self, source: &Source) -> Arc<[Spot]> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spots) = lock().get(&source.path) {
            return Arc::clone(spots);
        }
        let path = source.file().unwrap_or(Path::new(&*source.path));
        let mut spots: Vec<Spot> = Vec::new();
        let real = path.canonicalize().ok();
        for path in [Some(self.here.real().join(path)), Some(discover::absolute(path)), real] {
            let spot = path.and_then(|path| self.spot(&path));
            spots.extend(spot.filter(|spot| {
                !spots.iter().any(|known| known.tree == spot.tree && known.path == spot.path)
            }));
        }
        let spots: Arc<[Spot]> = spots.into();
        lock().insert(Arc::clone(&source.path), Arc::clone(&spots));
        spots
    }

    fn spot(&self, path: &Path) -> Option<Spot> {
        self.trees.iter().enumerate().find_map(|(tree, own)| {
            let below = path.strip_prefix(&own.top).ok()?;
            Some(Spot { tree, path: discover::shown(below) })
        })
    }
}

impl Touched for Changed {
    fn since(&self) -> String {
        let mut names: Vec<&str> = self.trees.iter().map(|tree| &*tree.since).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }

    fn touches(&self, source: &Source) -> bool {
        *source.path == *self.typed
            || self
                .spots(source)
                .iter()
                .any(|spot| self.trees.get(spot.tree).is_some_and(|tree| tree.touches(&spot.path)))
    }
}

impl Repository for Changed {
    fn holds(&self, manifest: &Source, reference: &Path) -> bool {
        let reference = discover::shown(reference);
        self.spots(manifest).iter().any(|spot| {
            let Some(tree) = self.trees.get(spot.tree) else { return false };
            let above =
                |folder: &str| folder.rsplit_once('/').map_or(String::new(), |(above, _)| above.to_owned());
            let folders = std::iter::successors(Some(above(&spot.path)), |folder| {
                (!folder.is_empty()).then(|| above(folder))
            });
            folders.filter_map(|folder| joined(&folder, &reference)).any(|path| tree.leads(&path))
        })
    }
}

/// A reference from a folder, without `.` and `..`; nothing where it climbs out or names the top.
fn joined(folder: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_from_a_folder_and_never_out_of_the_repository() {
        assert_eq!(joined("deploy/prod", "../evals/./a.md").as_deref(), Some("deploy/evals/a.md"));
        assert_eq!(joined("", "evals/a.md").as_deref(), Some("evals/a.md"));
        assert_eq!(joined("deploy", "../../evals"), None);
        assert_eq!(joined("deploy", ".."), None);
    }

    #[test]
    fn a_reference_leads_to_a_file_to_what_a_folder_holds_and_to_what_a_glob_matches() {
        let tree = Tree {
            top: PathBuf::new(),
            since: String::new(),
            touched: BTreeSet::from(["evals/bot/a.md".to_owned(), "evals.md".to_owned()]),
            gone: BTreeSet::from(["old/plan.md".to_owned()]),
        };
        for leads in
            ["evals", "evals/bot", "evals/bot/a.md", "evals/**/*.md", "evals/b?t", "old/plan.md", "o*d"]
        {
            assert!(tree.leads(leads), "{leads}");
        }
        for elsewhere in ["eval", "evals/bo", "evals/bot/a.md/x", "evals/*.md", "old/plan"] {
            assert!(!tree.leads(elsewhere), "{elsewhere}");
        }
    }
}
