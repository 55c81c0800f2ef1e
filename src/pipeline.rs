//! The pipeline: from sources to a report, in two phases with one barrier.
//!
//! Phase 1 looks at one source at a time ([`examine`]): decode, filter, parse, recognise, validate, extract. The
//! tree is dropped; facts, findings and counts stay. The barrier links deployments. Phase 2 ([`conclude`]) judges
//! them. Both take sources and not paths, so that an editor can feed unsaved text, and neither depends on how many
//! threads there are or in which order they finish.

use std::path::Path;
use std::sync::Arc;

use crate::changed::{Limit, Touched};
use crate::document::{self, Limits, Problem, ProblemKind, Stream};
use crate::exceptions::{Circumstances, Exceptions, Ignores, Subject, inline};
use crate::finding::{Finding, Label, Outcome, Place};
use crate::impact::{self, Change, Impact, Lens, Side};
use crate::link::{self, Repository};
use crate::manifest::Deployment;
use crate::manifest::facts::FactValue;
use crate::manifest::llm_deployment::{self, Recognition};
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;
use crate::marker;
use crate::policy::{Judging, Policies};
use crate::read;
use crate::report::{
    self, Candidate, Costs, DeploymentRecord, FailOn, Figures, Gathered, OutcomeCounts, Report, Run,
};
use crate::schema;
use crate::source::Source;
use crate::supplied::Supplied;
use crate::threads::Threads;
use crate::trust::Trust;

/// How to look at sources.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Budgets.
    pub limits: Limits,
    /// Whether to parse every file, also those whose bytes cannot be a manifest.
    pub parse_all: bool,
}

/// One source.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The path as reports show it; asked for only where something is to be said of the source.
    pub path: &'a dyn Fn() -> Arc<str>,
    /// The file to read excerpts from; nothing where the text exists only in memory.
    pub file: Option<&'a Path>,
    /// Whether somebody named the source: it is then told of if it cannot be read, whatever it is.
    pub named: bool,
    /// Its bytes, or why there are none.
    pub content: Result<&'a [u8], &'a read::Error>,
}

/// What phase 1 found in some sources.
#[derive(Debug, Default)]
pub struct Examined {
    /// Sources read.
    pub files: u64,
    /// Sources that could not be parsed and have nothing to do with us.
    pub skipped: u64,
    /// Documents that are manifests.
    pub manifests: u64,
    /// What is wrong so far.
    pub findings: Vec<Finding>,
    /// The deployments.
    pub deployments: Vec<Deployment>,
    /// Comments that take findings back, of the sources that have some.
    pub ignores: Vec<Ignores>,
    /// Whether something that was asked for by name could not be had.
    pub trouble: bool,
}

impl Examined {
    /// Whether the sources have nothing to do with us.
    pub fn has_nothing(&self) -> bool {
        let is_quiet = self.findings.is_empty() && self.deployments.is_empty() && self.ignores.is_empty();
        is_quiet && self.manifests == 0 && self.skipped == 0
    }

    /// Takes in what was found in other sources.
    pub fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.skipped += other.skipped;
        self.manifests += other.manifests;
        self.findings.extend(other.findings);
        self.deployments.extend(other.deployments);
        self.ignores.extend(other.ignores);
        self.trouble |= other.trouble;
    }
}

/// A path that could not be read, and why (`does not exist`).
pub fn unreadable(path: &Arc<str>, code: &'static str, predicate: impl std::fmt::Display) -> Finding {
    let source = Source::in_memory(Arc::clone(path), "");
    let primary = Label::new(Place::whole(&source), "not read");
    Finding::unreadable(code, format!("{path} {predicate}"), primary)
}

/// Phase 1 for one source.
pub fn examine(input: Input<'_>, settings: &Settings) -> Examined {
    let mut examined = Examined::default();
    match input.content {
        Ok(bytes) => {
            examined.files = 1;
            if input.named || settings.parse_all || marker::could_hold_manifest(bytes) {
                examine_bytes(bytes, input, settings, &mut examined);
            }
        }
        Err(read::Error::NotAFile) if !input.named => {}
        Err(read::Error::TooLarge { marked: false, .. }) if !input.named => {
            examined.files = 1;
            examined.skipped = 1;
        }
        Err(error) => {
            let mut finding = unreadable(&(input.path)(), error.code(), error);
            finding.help = error.help().map(Into::into);
            examined.findings.push(finding);
            examined.trouble = input.named;
        }
    }
    examined
}

/// What a comment that speaks to tunelint says: `# tunelint: …`.
const OURS_IN_COMMENTS: &[u8] = b"tunelint:";

fn examine_bytes(bytes: &[u8], input: Input<'_>, settings: &Settings, examined: &mut Examined) {
    let text: Arc<str> = match read::decode(bytes) {
        Ok(text) => text.into(),
        Err(bad) => {
            if input.named || bad.holds_marker(bytes) {
                let finding = unreadable(&(input.path)(), "encoding", bad);
                examined.findings.push(finding.with_help("save it as UTF-8"));
                examined.trouble = input.named;
            } else {
                examined.skipped = 1;
            }
            return;
        }
    };
    // Comments are kept where one may speak to us; nobody reads the others.
    let comments = memchr::memmem::find(text.as_bytes(), OURS_IN_COMMENTS).is_some();
    let stream = document::parse(&text, &Limits { comments, ..settings.limits.clone() });
    let ours: Vec<_> = stream
        .documents
        .iter()
        .map(|document| (document, llm_deployment::recognise(document)))
        .filter(|(_, recognition)| *recognition != Recognition::NotOurs)
        .collect();
    let is_broken = broken(&stream).next().is_some();
    let told = is_broken && (input.named || !ours.is_empty() || marker::holds_marker(text.as_bytes()));
    if is_broken && !told {
        examined.skipped = 1;
    }
    if ours.is_empty() && !told {
        return;
    }
    let path = (input.path)();
    let source = match input.file {
        Some(file) => Source::on_disk(path, file.to_owned(), &text),
        None => Source::in_memory(path, Arc::clone(&text)),
    };
    if told {
        examined.trouble |= input.named;
        examined.findings.extend(schema::problems(broken(&stream), "schema", &source));
    }
    let mut ignores = Vec::new();
    for (document, recognition) in ours {
        examined.manifests += 1;
        if let Recognition::UnsupportedApiVersion { version, span } = recognition {
            examined.findings.push(llm_deployment::unsupported(document, &source, version, span));
            continue;
        }
        let (mut findings, rejected) = schema::validate(document, &source);
        findings.extend(schema::problems(invalid(&stream, document.index), "schema", &source));
        let deployment = llm_deployment::extract(document, &source, &rejected);
        for finding in &mut findings {
            finding.deployment.clone_from(&deployment.identity);
            finding.deployment_id = Some(Arc::clone(&deployment.id));
        }
        examined.findings.extend(findings);
        examined.deployments.push(deployment);
        ignores.extend(inline::read(document, &source, &mut examined.findings));
    }
    if !ignores.is_empty() {
        examined.ignores.push(Ignores { source, all: ignores });
    }
}

fn broken(stream: &Stream) -> impl Iterator<Item = &Problem> {
    stream.problems.iter().filter(|problem| problem.kind == ProblemKind::Unreadable)
}

fn invalid(stream: &Stream, document: u32) -> impl Iterator<Item = &Problem> {
    stream
        .problems
        .iter()
        .filter(move |problem| problem.kind == ProblemKind::Invalid && problem.document == document)
}

/// How to come from what was examined to a report.
pub struct Conclusion<'a> {
    /// The circumstances of the run.
    pub run: Run,
    /// Whether outcomes that are no findings are wanted as well.
    pub show_passed: bool,
    /// Whether figures of the deployments are wanted.
    pub figures: bool,
    /// What to fail on.
    pub fail_on: FailOn,
    /// Threads to judge with.
    pub threads: Threads,
    /// Where evidence is looked for; nothing: it is not.
    pub repository: Option<&'a dyn Repository>,
    /// Files that look like deployments, where there is no manifest.
    pub candidates: Vec<Candidate>,
    /// Facts that the platform knows; nothing: none were asked for.
    pub supplied: Option<&'a Supplied>,
    /// What the report is limited to; nothing: it tells everything.
    pub changed: Option<&'a dyn Touched>,
    /// Rules of no pack that are in force.
    pub in_force: &'a [&'a str],
    /// What excuses findings, beside comments.
    pub exceptions: &'a Exceptions,
    /// The revision whose policy counts, where it is not that of the work tree.
    pub trust: Option<&'a Trust<'a>>,
}

/// How to come from what was examined to what two policies come to differently.
pub struct Comparison<'a> {
    /// The policy that there was.
    pub before: Lens<'a>,
    /// The policy that there would be.
    pub after: Lens<'a>,
    /// What readers are told of the two.
    pub sides: (Side, Side),
    /// The day that dates are compared with.
    pub today: jiff::civil::Date,
    /// Threads to judge with.
    pub threads: Threads,
    /// Facts that the platform knows; nothing: none were asked for.
    pub supplied: Option<&'a Supplied>,
    /// Files of exceptions, as reports show them.
    pub apart: &'a [Arc<str>],
}

/// The barrier: brings together what was examined, in order, and links it. Files of exceptions are read by themselves:
/// should a mistake make one look like a manifest, it is none all the same.
fn barrier(examined: Vec<Examined>, apart: &[Arc<str>], supplied: Option<&Supplied>) -> Examined {
    let mut all = Examined::default();
    for part in examined {
        all.absorb(part);
    }
    let (findings, deployments) = (&mut all.findings, &mut all.deployments);
    if !apart.is_empty() {
        findings.retain(|finding| !apart.contains(&finding.primary.place.source.path));
        deployments.retain(|deployment| !apart.contains(&deployment.source.path));
    }
    link::link(deployments, findings);
    if let Some(supplied) = supplied {
        supplied.join(deployments, findings);
        findings.extend(supplied.problems.iter().cloned());
    }
    all
}

/// The barrier and phase 2: links, judges, sorts and counts.
pub fn conclude(examined: Vec<Examined>, policies: &Policies, conclusion: Conclusion<'_>) -> Report {
    let all = barrier(examined, &conclusion.exceptions.files, conclusion.supplied);
    let Examined { files, skipped, manifests, mut findings, deployments, ignores, trouble } = all;
    let limit = conclusion.changed.map(|touched| Limit::new(touched, &deployments));
    let mut changes = Vec::new();
    let mut records = judge(deployments, policies, &conclusion, &mut findings, &mut changes);
    excuse(ignores, &records, policies, &conclusion, &changes, &mut findings);
    findings.extend(policies.problems.iter().cloned());
    let left_out = limit.map(|limit| limit.apply(&mut findings, &mut records, trouble));
    let gathered = Gathered {
        run: conclusion.run,
        packs: policies.records(),
        rules: report::rules_of(&findings, policies),
        files,
        skipped,
        manifests,
        deployments: records,
        findings,
        candidates: conclusion.candidates,
        left_out,
        trouble,
    };
    Report::compute(gathered, conclusion.fail_on)
}

/// Marks the findings that do not count, and tells what a change would have them made of.
fn excuse(
    ignores: Vec<Ignores>,
    records: &[DeploymentRecord],
    policies: &Policies,
    conclusion: &Conclusion<'_>,
    changes: &[Change],
    findings: &mut Vec<Finding>,
) {
    if ignores.is_empty() && conclusion.exceptions.is_empty() && conclusion.trust.is_none() {
        return;
    }
    let subjects: Vec<_> = records
        .iter()
        .map(|record| Subject { identity: record.name.as_deref(), file: &record.file })
        .collect();
    let (today, in_force) = (conclusion.run.today, conclusion.in_force);
    let run = Circumstances { today, policies, in_force, subjects: &subjects };
    let trusted = conclusion.trust.map(|trust| (trust, ignores.clone()));
    conclusion.exceptions.apply(ignores, run, findings);
    if let Some((trust, comments)) = trusted {
        let told = trust.tell(changes, findings, &comments, run);
        findings.extend(told);
    }
}

/// Deployments fewer than this are judged faster than a thread is started.
const FEW: usize = 64;

/// What came of judging some deployments.
#[derive(Default)]
struct Judged {
    records: Vec<DeploymentRecord>,
    findings: Vec<Finding>,
    changes: Vec<Change>,
}

/// Judges deployments and appends to `findings`. Each deployment's facts are given back as soon as it is judged:
/// at no time are all facts and all findings in memory.
fn judge(
    deployments: Vec<Deployment>,
    policies: &Policies,
    conclusion: &Conclusion<'_>,
    findings: &mut Vec<Finding>,
    changes: &mut Vec<Change>,
) -> Vec<DeploymentRecord> {
    let lenses = conclusion.trust.and_then(|trust| trust.lenses);
    let judging = Judging { today: conclusion.run.today, show_passed: conclusion.show_passed };
    let repository = conclusion.repository;
    let judge_one = |deployment: Deployment, judged: &mut Judged| {
        let findings = &mut judged.findings;
        let before = findings.len();
        if let Some(repository) = repository {
            link::missing_evidence(&deployment, repository, findings);
        }
        let view = View::new(&deployment.facts, Vocabulary::native());
        let outcomes = policies.judge_in(&view, &deployment, judging, findings);
        report::sort(findings.get_mut(before..).unwrap_or_default());
        if let Some((before, after)) = lenses {
            judged.changes.extend(impact::changes(&deployment, before, after, judging.today));
        }
        let figures = conclusion.figures.then(|| Box::new(figures_of(&deployment, &view)));
        judged.records.push(DeploymentRecord { figures, ..record(&deployment, &view, outcomes) });
    };
    let mut shares = each(deployments, conclusion.threads, judge_one).into_iter();
    // The first share, and there may be no other, grows into the whole where it stands: findings are many.
    let mut all = shares.next().unwrap_or_default();
    for judged in shares {
        all.records.extend(judged.records);
        all.findings.extend(judged.findings);
        all.changes.extend(judged.changes);
    }
    all.findings.append(findings);
    *findings = all.findings;
    changes.append(&mut all.changes);
    all.records
}

/// What two policies come to differently on the same deployments. Both judge a deployment while its facts are there, and
/// then they are given back.
pub fn compare(examined: Vec<Examined>, comparison: Comparison<'_>) -> Impact {
    let Comparison { before, after, sides, today, threads, supplied, apart } = comparison;
    let all = barrier(examined, apart, supplied);
    let paths: Vec<_> =
        all.deployments.iter().map(|deployment| Arc::clone(&deployment.source.path)).collect();
    let differences = impact::differences(before.policies, after.policies, paths.iter().map(|path| &**path));
    let compare_one = |deployment: Deployment, changes: &mut Vec<Change>| {
        changes.extend(impact::changes(&deployment, before, after, today));
    };
    let mut changes: Vec<Change> =
        each(all.deployments, threads, compare_one).into_iter().flatten().collect();
    impact::sort(&mut changes);
    let unreadable = all.findings.iter().filter(|finding| finding.outcome == Outcome::Unreadable);
    let mut unread: Vec<_> =
        unreadable.map(|finding| Arc::clone(&finding.primary.place.source.path)).collect();
    unread.sort();
    unread.dedup();
    let (before, after) = sides;
    Impact { today, before, after, deployments: paths.len(), differences, changes, unread }
}

/// Does something with each deployment, which it then gives back, in as many threads as that is worth; in order.
fn each<T: Default + Send>(
    mut deployments: Vec<Deployment>,
    threads: Threads,
    one: impl Fn(Deployment, &mut T) + Copy + Send,
) -> Vec<T> {
    let all = move |deployments: Vec<Deployment>| -> T {
        let mut done = T::default();
        for deployment in deployments {
            one(deployment, &mut done);
        }
        done
    };
    let threads = threads.for_tasks(deployments.len(), FEW);
    if threads < 2 {
        return vec![all(deployments)];
    }
    let share = deployments.len().div_ceil(threads);
    let mut shares = Vec::with_capacity(threads);
    while deployments.len() > share {
        shares.push(deployments.split_off(deployments.len() - share));
    }
    shares.push(deployments);
    shares.reverse();
    // All of them in new threads: these take over the memory of those that made the deployments, as it is given back.
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares.into_iter().map(|some| scope.spawn(move || all(some))).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    })
}

fn record(deployment: &Deployment, view: &View<'_>, outcomes: OutcomeCounts) -> DeploymentRecord {
    DeploymentRecord {
        name: deployment.identity.clone(),
        file: Arc::clone(&deployment.source.path),
        document: deployment.document,
        format: deployment.format,
        owner: view.text("owner").map(Into::into),
        stage: view.text("stage").map(Into::into),
        strategy: view.text("customization.strategy").map(Into::into),
        outcomes,
        figures: None,
    }
}

fn figures_of(deployment: &Deployment, view: &View<'_>) -> Figures {
    let text = |path| view.text(path).map(Into::into);
    let requests = view.vocabulary.find("workload.monthlyRequests").and_then(|path| view.one(path));
    Figures {
        line: deployment.source.lines.position(deployment.anchor.start).line,
        model: text("model.base"),
        hosting: text("hosting.kind"),
        compliance: text("requirements.compliance.level"),
        monthly_requests: requests.and_then(|id| match view.facts.value(id) {
            FactValue::Int(number) => Some(number),
            _ => None,
        }),
        costs: Costs::of(view),
    }
}
