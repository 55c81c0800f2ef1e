//! One repository of an audit: as it stands in a folder, or as commits have it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::commit::{Contents, Reader};
use super::inputs::Input;
use crate::audit::record::{PassedOver, RepoRows, RepoState};
use crate::audit::rows::Subject;
use crate::audit::snapshots::{at_end_of, time};
use crate::audit::web;
use crate::cli::exceptions::{self, ExceptionOptions};
use crate::cli::gather::Sources;
use crate::cli::policies::PolicyOptions;
use crate::cli::progress::Progress;
use crate::cli::{Error, Global, check};
use crate::discover::{Here, LeftOut, MANIFEST_ENDINGS, OnDisk, Root, shown};
use crate::exceptions::Top;
use crate::finding::Finding;
use crate::git::{self, Commit, EntryKind, Repository};
use crate::link::{self, EVIDENCE_NOT_FOUND};
use crate::output;
use crate::pipeline::{self, Conclusion, Examined};
use crate::report::{FailOn, Run};
use crate::supplied::Supplied;
use crate::threads::Threads;
use crate::workspace::commit::AtCommit;
use crate::workspace::tree::{Disk, Tree};

/// What all repositories of an audit have in common.
pub(super) struct Auditor<'a> {
    pub(super) global: &'a Global,
    pub(super) policies: &'a PolicyOptions,
    /// How files are read; its paths do not count.
    pub(super) sources: Sources,
    /// The days, the earliest first.
    pub(super) snapshots: &'a [Date],
    /// The revision that is asked for.
    pub(super) at: Option<&'a str>,
    /// Whether days before the last are wanted.
    pub(super) from_history: bool,
    pub(super) show_passed: bool,
    pub(super) fail_on: Option<FailOn>,
    pub(super) supplied: Option<&'a Supplied>,
    /// What is wrong with what the organisation says, which is no finding of a repository.
    pub(super) known: &'a [Finding],
    /// Threads for one repository.
    pub(super) inner: usize,
    pub(super) progress: &'a Progress,
}

/// Where a repository lies.
struct Place {
    /// The folder that is audited, by where it really lies.
    folder: PathBuf,
    /// The top of its repository.
    top: PathBuf,
}

/// Why there is nothing of a repository, in a sentence.
type Problem = String;

impl Auditor<'_> {
    /// The rows of a repository, a day after the other.
    pub(super) fn audit(&self, input: &Input) -> Vec<RepoRows> {
        let rows = self.try_audit(input).unwrap_or_else(|problem| {
            let subject = |day: &Date| Self::subject(input, *day);
            let all = self.snapshots.iter();
            all.map(|day| subject(day).nothing(RepoState::Failed, Some(problem.clone()))).collect()
        });
        let findings = rows.last().map_or(0, |rows| rows.findings.len());
        self.progress.count_repo(findings as u64);
        rows
    }

    fn subject(input: &Input, day: Date) -> Subject<'_> {
        Subject { snapshot: day, repo: &input.name, commit: None, web: None, passed_over: Vec::new() }
    }

    fn try_audit(&self, input: &Input) -> Result<Vec<RepoRows>, Problem> {
        let folder = input.folder.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
            _ => format!("it cannot be entered: {error}"),
        })?;
        if !folder.is_dir() {
            return Err("it is no folder".to_owned());
        }
        let folder = match folder.parent() {
            // Whoever names the `.git` of a work tree means the work tree.
            Some(above) if folder.file_name().is_some_and(|name| name == ".git") => above.to_owned(),
            _ => folder,
        };
        let is_bare = !folder.join(".git").exists() && is_bare(&folder);
        if is_bare || self.at.is_some() || self.from_history {
            return self.as_committed(input, &folder, is_bare);
        }
        let day = self.snapshots.last().copied().ok_or("there is no day to look at")?;
        Ok(vec![self.as_it_stands(input, folder, day)?])
    }

    /// A folder as it stands.
    fn as_it_stands(&self, input: &Input, folder: PathBuf, day: Date) -> Result<RepoRows, Problem> {
        let top = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&folder).to_owned();
        let mut subject = Self::subject(input, day);
        // A folder in no repository, or without git, is audited all the same.
        if top.join(".git").exists()
            && let Ok(repository) = Repository::around(&top)
            && let Ok(commit) = repository.commit("HEAD")
        {
            subject.web = page(&repository, &commit);
            subject.commit = Some((commit.id, time(commit.time)));
        }
        let here = Here::top_of(top.clone());
        let evidence = OnDisk::new(here.clone());
        let sources = Sources { paths: vec![folder.clone()], ..self.sources.clone() };
        let settings = sources.settings();
        let gather = |left_out: &LeftOut| {
            let threads = Threads::new(Some(self.inner));
            let walk = sources.walk_from(here.clone(), threads, left_out, MANIFEST_ENDINGS);
            sources.gather_by(&walk, &settings, true, self.progress)
        };
        self.judge(&Place { folder, top }, subject, &Disk, &evidence, gather)
            .map_err(|error| error.to_string())
    }

    /// A repository as commits have it.
    fn as_committed(&self, input: &Input, folder: &Path, is_bare: bool) -> Result<Vec<RepoRows>, Problem> {
        let repository = Repository::around(folder).map_err(|error| told(&error))?;
        let top = repository.folder();
        let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        if (is_bare || folder.join(".git").exists()) && top != folder {
            // Git looked above for another one.
            return Err("its git repository cannot be read: it is damaged, or no whole repository".to_owned());
        }
        let revision = self.at.unwrap_or("HEAD");
        let mut commits: Vec<(Date, Option<Commit>)> = Vec::new();
        if self.from_history {
            let history = repository.history(revision).map_err(|error| told(&error))?;
            let at = |day: &Date| (*day, at_end_of(&history, *day).cloned());
            commits.extend(self.snapshots.iter().map(at));
        } else if let Some(day) = self.snapshots.last() {
            let commit = repository.commit(revision).map_err(|error| told(&error))?;
            commits.push((*day, Some(commit)));
        }
        let is_shallow = self.from_history && repository.is_shallow();
        let contents = Contents::default();
        let mut reader = Reader::new(self.sources.settings());
        let mut all = Vec::with_capacity(commits.len());
        let mut pages = None;
        for (day, commit) in commits {
            let mut subject = Self::subject(input, day);
            if is_shallow {
                subject.passed_over.push(PassedOver::shallow());
            }
            let Some(commit) = commit else {
                all.push(subject.nothing(RepoState::Absent, None));
                continue;
            };
            let origin = pages.get_or_insert_with(|| repository.origin());
            subject.web = origin.as_deref().and_then(|origin| web::pages(origin, &commit.id));
            subject.commit = Some((commit.id.clone(), time(commit.time)));
            let failed = subject.clone();
            let rows = self.at_commit(&repository, commit, (folder, &top), &contents, &mut reader, subject);
            all.push(match rows {
                Ok(rows) => rows,
                Err(problem) => failed.nothing(RepoState::Failed, Some(problem)),
            });
        }
        Ok(all)
    }

    fn at_commit(
        &self,
        repository: &Repository,
        commit: Commit,
        (folder, top): (&Path, &Path),
        contents: &Contents,
        reader: &mut Reader,
        mut subject: Subject<'_>,
    ) -> Result<RepoRows, Problem> {
        let tree = AtCommit::alone(repository.clone(), commit, Arc::clone(contents));
        let tree = tree.map_err(|error| told(&error))?;
        let entries = tree.snapshot().entries().iter();
        let submodules = entries.filter(|entry| entry.kind == EntryKind::Submodule);
        let submodules = submodules.map(|entry| PassedOver::submodule(shown(&entry.path)));
        subject.passed_over.extend(submodules);
        let from = folder.strip_prefix(top).unwrap_or(Path::new(""));
        let (mut problem, mut pointers) = (None, Vec::new());
        let gather = |left_out: &LeftOut| {
            let here = Here::top_of(top.to_owned());
            let walk = self.sources.walk_from(here, Threads::new(Some(1)), left_out, MANIFEST_ENDINGS);
            match reader.gather(&tree, from, &walk, self.progress) {
                Ok(found) => {
                    pointers = found.pointers;
                    vec![found.examined]
                }
                Err(error) => {
                    problem = Some(error.to_string());
                    Vec::new()
                }
            }
        };
        let place = Place { folder: folder.to_owned(), top: top.to_owned() };
        let rows = self.judge(&place, subject, &tree, &tree, gather).map_err(|error| error.to_string());
        let mut rows = problem.map_or(rows, Err)?;
        rows.repo.passed_over.extend(pointers.iter().map(|path| PassedOver::lfs_pointer(shown(path))));
        rows.repo
            .passed_over
            .sort_by(|left, right| (&left.code, &left.path).cmp(&(&right.code, &right.path)));
        Ok(rows)
    }

    /// Judges what is found in a repository, under its own policy and the organisation's.
    fn judge(
        &self,
        place: &Place,
        subject: Subject<'_>,
        tree: &dyn Tree,
        evidence: &dyn link::Repository,
        gather: impl FnOnce(&LeftOut) -> Vec<Examined>,
    ) -> Result<RepoRows, Error> {
        let here = Here::top_of(place.top.clone());
        let below = place.folder.strip_prefix(&place.top).unwrap_or(Path::new(""));
        let root = Root {
            given: place.folder.clone(),
            shown: shown(below),
            real: place.folder.clone(),
            whole: true,
        };
        let (mut workspace, unpacked) = self.policies.in_repo(self.global, vec![root], &here, tree)?;
        let is_known = |own: &Finding| {
            let place = |finding: &Finding| finding.primary.place.source.path.clone();
            let same = |known: &Finding| known.message == own.message && place(known) == place(own);
            self.known.iter().any(same)
        };
        workspace.policies.problems.retain(|own| !is_known(own));
        let top = Top { here: place.top.clone(), top: place.top.clone() };
        let is_whole = place.folder == place.top;
        let owners = exceptions::owners(&top, tree);
        let exceptions = ExceptionOptions::default().load_from(top, is_whole, &workspace, tree);
        let mut examined = gather(&workspace.left_out);
        examined.push(check::unmatched(&workspace, &examined));
        let conclusion = Conclusion {
            run: Run {
                commit: subject.commit.as_ref().map(|(id, _)| id.clone()),
                trust: None,
                today: subject.snapshot,
                config: workspace.digest.clone(),
            },
            show_passed: self.show_passed,
            figures: true,
            fail_on: self.fail_on.or_else(|| check::stated_fail_on(&workspace)).unwrap_or_default(),
            threads: Threads::new(Some(self.inner)),
            repository: unpacked.contains(&EVIDENCE_NOT_FOUND).then_some(evidence),
            candidates: Vec::new(),
            supplied: self.supplied,
            changed: None,
            in_force: &unpacked,
            exceptions: &exceptions,
            trust: None,
        };
        let report = pipeline::conclude(examined, &workspace.policies, conclusion);
        let fingerprints = output::fingerprints(&report.findings);
        Ok(subject.rows(&report, &exceptions, owners.as_ref(), fingerprints))
    }
}

impl link::Repository for AtCommit {
    fn holds(&self, manifest: &crate::source::Source, reference: &Path) -> bool {
        manifest.file().is_none_or(|file| self.leads_somewhere(file, reference))
    }
}

/// What the pages of a repository's files are below at a commit.
fn page(repository: &Repository, commit: &Commit) -> Option<String> {
    web::pages(&repository.origin()?, &commit.id)
}

/// Why git cannot tell something of a repository, wherever on this machine it lies: rows are the same on others.
fn told(error: &git::Error) -> Problem {
    match error {
        git::Error::NotARepository { .. } => "it is in no git repository".to_owned(),
        git::Error::Untrusted { .. } => {
            "git does not trust it, since it belongs to another user; allow it with `git \
                                         config --global --add safe.directory` and its whole path"
                .to_owned()
        }
        error => error.to_string(),
    }
}

/// Whether a folder looks like a repository without a work tree.
fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir()
}
