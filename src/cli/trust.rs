//! `--trust`: the policy of another revision, and what the work tree has instead.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::exceptions::{self, ExceptionOptions};
use super::gather::Sources;
use super::policies::PolicyOptions;
use super::{Error, Global};
use crate::discover::{self, IGNORE_FILES, LeftOut};
use crate::exceptions::{Exceptions, Ignore, Ignores};
use crate::finding::Finding;
use crate::git::{self, Changes};
use crate::impact::{self, Lens};
use crate::pipeline::{self, Examined, Input};
use crate::trust::Trust;
use crate::workspace::Workspace;
use crate::workspace::commit::AtCommit;
use crate::workspace::tree::{Disk, Tree as _};

/// A revision whose policy and exceptions count, and what the work tree has instead.
pub(super) struct Trusted {
    revision: String,
    tree: AtCommit,
    /// The policy of the work tree.
    workspace: Workspace,
    /// Its exceptions.
    exceptions: Exceptions,
    /// Its comments that the revision does not have.
    comments: Vec<Ignores>,
    /// What differs in it.
    changes: Changes,
}

impl Trusted {
    /// Reads the policy and the exceptions of a revision; `own` is the policy of the work tree.
    pub(super) fn load(
        revision: &str,
        own: Workspace,
        sources: &Sources,
        policies: &PolicyOptions,
        options: &ExceptionOptions,
        global: &Global,
    ) -> Result<(Workspace, Exceptions, Self), Error> {
        let refused = |error: git::Error| Error::Usage(format!("--trust {revision}: {error}"));
        let tree = AtCommit::new(&exceptions::folder(sources), revision)
            .map_err(|error| Error::Usage(format!("--trust {revision}: {error}")))?;
        let changes = tree.repository().changes_from(&tree.commit().id).map_err(refused)?;
        let mut workspace = policies.at_commit(global, &sources.spoken_of(), &tree)?;
        let known = workspace.left_out.known.iter().chain(&*own.left_out.known).cloned();
        workspace.left_out =
            LeftOut { known: known.collect(), exclude: Arc::clone(&workspace.left_out.exclude) };
        let mut trusted = options.load(sources, &workspace, &tree);
        // Held to what is trusted: only they themselves are not.
        let exceptions = options.load(sources, &workspace, &Disk);
        trusted.files.extend(exceptions.files.iter().cloned());
        let revision = revision.to_owned();
        let comments = Vec::new();
        Ok((workspace, trusted, Self { revision, tree, workspace: own, exceptions, comments, changes }))
    }

    /// What is to be told of the work tree's policy and exceptions, held against those that are trusted.
    pub(super) fn against<'a>(
        &'a self,
        workspace: &'a Workspace,
        exceptions: &'a Exceptions,
        examined: &[Examined],
    ) -> Trust<'a> {
        let paths = examined.iter().flat_map(|part| &part.deployments).map(|own| &*own.source.path);
        let (before, after) = (workspace, &self.workspace);
        let differences = impact::differences(&before.policies, &after.policies, paths);
        let lens = |of: &'a Workspace| Lens { policies: &of.policies, left_out: &of.left_out };
        Trust {
            revision: &self.revision,
            commit: &self.tree.commit().id,
            lenses: (!before.says_the_same_as(after)).then(|| (lens(before), lens(after))),
            differences,
            configs: (before.repo_config().cloned(), after.repo_config().cloned()),
            governance: (&before.governance, &after.governance),
            trusted: exceptions,
            own: &self.exceptions,
            comments: self.comments.clone(),
            ignore_files: self.ignore_files(),
        }
    }

    /// Mistakes in what would count once it is trusted, but for those that are there already.
    pub(super) fn new_problems(&self, workspace: &Workspace, exceptions: &Exceptions) -> Vec<Finding> {
        let known: Vec<&Finding> = workspace.policies.problems.iter().chain(&exceptions.problems).collect();
        let is_known = |own: &&Finding| {
            let is_same = |known: &&Finding| known.code == own.code && known.message == own.message;
            known.iter().any(is_same)
        };
        let all = self.workspace.policies.problems.iter().chain(&self.exceptions.problems);
        all.filter(|own| !is_known(own)).cloned().collect()
    }

    /// Takes out the comments that the revision does not have.
    pub(super) fn take_comments(&mut self, examined: &mut [Examined], sources: &Sources) {
        let mut comments = Vec::new();
        for part in examined {
            for ignores in &mut part.ignores {
                let path = Arc::clone(&ignores.source.path);
                let file = ignores.source.file().unwrap_or(Path::new(&*path)).to_owned();
                let mut known =
                    self.was_at(&file).map(|file| self.comments_of(&file, sources)).unwrap_or_default();
                let deployments: Vec<_> =
                    part.deployments.iter().filter(|own| own.source.path == path).collect();
                let mut new = Vec::new();
                for ignore in &mut ignores.all {
                    let deployment = deployments.iter().find(|own| own.document == ignore.document);
                    let name = deployment.and_then(|own| own.identity.as_deref()).unwrap_or_default();
                    let (old, added) = split(ignore, |rule| {
                        let count = known.get_mut(&(name.into(), rule.into(), ignore.until.0));
                        count.filter(|count| **count > 0).map(|count| *count -= 1).is_some()
                    });
                    *ignore = old;
                    new.extend(Some(added).filter(|added| !added.rules.is_empty()));
                }
                ignores.all.retain(|ignore| !ignore.rules.is_empty());
                if !new.is_empty() {
                    comments.push(Ignores { source: Arc::clone(&ignores.source), all: new });
                }
            }
            part.ignores.retain(|ignores| !ignores.all.is_empty());
        }
        comments.sort_by(|left: &Ignores, right| left.source.path.cmp(&right.source.path));
        self.comments = comments;
    }

    /// Where a file of the work tree was; nothing where it is new.
    fn was_at(&self, file: &Path) -> Option<PathBuf> {
        if self.tree.holds(file) {
            return Some(file.to_owned());
        }
        let (top, real) = (self.tree.top(), discover::absolute(file));
        Some(top.join(self.changes.renamed.get(real.strip_prefix(top).ok()?)?))
    }

    /// The files that leave others out of every walk and differ from those of the revision, as reports show them.
    fn ignore_files(&self) -> Vec<Arc<str>> {
        let all = self.changes.touched.iter().chain(&self.changes.deleted);
        let named = all
            .filter(|path| path.file_name().is_some_and(|name| IGNORE_FILES.iter().any(|own| name == *own)));
        named
            .filter_map(|path| Some(exceptions::located(&self.exceptions.top, path.to_str()?).shown))
            .collect()
    }

    /// How many comments there are at a file of the revision, by deployment, rule and last day.
    fn comments_of(&self, file: &Path, sources: &Sources) -> HashMap<Known, usize> {
        let mut known = HashMap::new();
        let Ok(bytes) = self.tree.read(file, sources.max_file_size) else { return known };
        let path = || self.tree.called(discover::shown(file).into(), file);
        let input = Input { path: &path, file: None, named: true, content: Ok(&bytes) };
        let examined = pipeline::examine(input, &sources.settings());
        for ignore in examined.ignores.iter().flat_map(|ignores| &ignores.all) {
            let deployment = examined.deployments.iter().find(|own| own.document == ignore.document);
            let name = deployment.and_then(|own| own.identity.as_deref()).unwrap_or_default();
            for (rule, _) in &ignore.rules {
                *known.entry((name.into(), rule.clone(), ignore.until.0)).or_default() += 1;
            }
        }
        known
    }
}

/// Deployment, rule and last day of a comment.
type Known = (Box<str>, Box<str>, Date);

/// A comment for the rules of which something holds, and one for the others.
fn split(ignore: &Ignore, mut holds: impl FnMut(&str) -> bool) -> (Ignore, Ignore) {
    let (yes, no) = ignore.rules.iter().cloned().partition(|(rule, _)| holds(rule));
    (Ignore { rules: yes, ..ignore.clone() }, Ignore { rules: no, ..ignore.clone() })
}
