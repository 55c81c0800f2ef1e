//! Repositories in, a portfolio out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::counts::{Cost, Point};
use super::earlier::{Against, Comparison, Earlier, Fingerprints, Then, hash, is_open};
use super::lines::{Groups, RepoLine, Rules};
use super::top::Top;
use super::{Mistake, Portfolio, Skipped, Spot, evidence, ledger, offenders, team, undecided};
use crate::audit::Header;
use crate::audit::record::{DeploymentRow, FindingRow, RepoRow, RepoRows, RepoState};
use crate::finding::{Outcome, Severity};
use crate::report::is_rule_of_our_own_files;

/// How much of the lists is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Deployments that most is wrong with.
    pub offenders: usize,
    /// Findings of each of those.
    pub findings: usize,
    /// Items of every other list.
    pub items: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { offenders: 50, findings: 5, items: 2_000 }
    }
}

/// A portfolio while it is gathered.
#[derive(Debug)]
pub struct Builder {
    header: Header,
    trend: Vec<Point>,
    comparison: Option<Comparison>,
    earlier: Option<Earlier>,
    /// The repository that was taken in last, its number, and what it held when it could be read last.
    last: Option<(String, Fingerprints)>,
    repos_seen: u64,
    cost: Cost,
    cost_at_stake: Cost,
    teams: Groups,
    stages: Groups,
    strategies: Groups,
    models: Groups,
    hostings: Groups,
    rules: Rules,
    repos: Vec<RepoLine>,
    ledger: ledger::Gathering,
    undecided: undecided::Gathering,
    offenders: offenders::Gathering,
    unowned: Top<(Arc<str>, String, u32), Spot>,
    mistakes: Top<(Arc<str>, usize), Mistake>,
    locked: Top<(Arc<str>, usize), Mistake>,
    passed_over: Top<(Arc<str>, usize), Skipped>,
    passed_over_kinds: BTreeMap<String, u64>,
    evidence: evidence::Gathering,
}

impl Builder {
    /// Nothing so far.
    pub fn new(header: &Header, options: Options) -> Self {
        let days = if header.snapshots.is_empty() {
            std::slice::from_ref(&header.today)
        } else {
            &header.snapshots[..]
        };
        let trend: Vec<Point> =
            days.iter().enumerate().map(|(index, day)| Point::new(*day, index == 0)).collect();
        let before = days.len().checked_sub(2).and_then(|index| days.get(index));
        Self {
            header: header.clone(),
            trend,
            comparison: before.map(|day| Comparison::new(Against::Snapshot(*day))),
            earlier: None,
            last: None,
            repos_seen: 0,
            cost: Cost::default(),
            cost_at_stake: Cost::default(),
            teams: Groups::default(),
            stages: Groups::default(),
            strategies: Groups::default(),
            models: Groups::default(),
            hostings: Groups::default(),
            rules: Rules::default(),
            repos: Vec::new(),
            ledger: ledger::Gathering::new(header.today, options.items),
            undecided: undecided::Gathering::new(options.items),
            offenders: offenders::Gathering::new(options.offenders, options.findings),
            unowned: Top::new(options.items),
            mistakes: Top::new(options.items),
            locked: Top::new(options.items),
            passed_over: Top::new(options.items),
            passed_over_kinds: BTreeMap::new(),
            evidence: evidence::Gathering::new(header),
        }
    }

    /// Tells what is new and what is gone against an earlier audit instead of the day before.
    #[must_use]
    pub fn against(mut self, earlier: Earlier) -> Self {
        self.comparison = Some(Comparison::new(Against::Dataset(earlier.day())));
        self.earlier = Some(earlier);
        self
    }

    /// Takes in a repository on a day: in order of their names, and of days for each. Other days than the header
    /// names are passed over.
    pub fn add(&mut self, rows: &RepoRows) {
        let name = &rows.repo.repo;
        let Some(index) = self.trend.iter().position(|point| point.day == rows.repo.snapshot) else { return };
        let is_last_day = index + 1 == self.trend.len();
        let before = self.last.take().filter(|(last, _)| last == name).map(|(_, own)| own);
        if rows.repo.state == RepoState::Failed {
            self.failed(rows, index, is_last_day);
            self.last = before.map(|own| (name.clone(), own));
            return;
        }
        let now = Fingerprints::of(rows);
        if let Some(point) = self.trend.get_mut(index) {
            match rows.repo.state {
                RepoState::Audited => point.take_repo(&rows.repo),
                _ => point.absent += 1,
            }
            for deployment in &rows.deployments {
                point.take_deployment(deployment);
            }
            // A repository without a day before could not be read then: its findings are nothing new.
            if let (Some(before), Some(gone)) = (&before, &mut point.gone) {
                *gone += before.without(&now);
                point.counts.new += now.without(before);
            }
        }
        if is_last_day {
            let is_new = self.compare(rows, before.as_ref(), &now);
            self.last_day(rows, &is_new);
        }
        self.last = Some((name.clone(), now));
    }

    fn failed(&mut self, rows: &RepoRows, index: usize, is_last_day: bool) {
        if let Some(point) = self.trend.get_mut(index) {
            point.failed += 1;
        }
        if is_last_day {
            self.repos.push(RepoLine::new(&rows.repo, 0));
            if let Some(comparison) = &mut self.comparison {
                comparison.uncompared.push(rows.repo.repo.clone());
            }
        }
    }

    /// Which findings were not there before.
    fn compare(&mut self, rows: &RepoRows, before: Option<&Fingerprints>, now: &Fingerprints) -> Vec<bool> {
        let none = vec![false; rows.findings.len()];
        let Some(comparison) = &mut self.comparison else { return none };
        let nothing = Fingerprints::default();
        let then = match (&self.earlier, before) {
            (Some(earlier), _) => earlier.of(&rows.repo.repo),
            (None, Some(before)) => Then::Known(before),
            (None, None) => Then::Unknown,
        };
        let before = match then {
            Then::Known(before) => before,
            Then::NotThere => {
                comparison.joined.push(rows.repo.repo.clone());
                &nothing
            }
            Then::Unknown => {
                comparison.uncompared.push(rows.repo.repo.clone());
                return none;
            }
        };
        comparison.gone += before.without(now);
        let mut is_new = |row: &FindingRow| {
            let is_new = is_open(row) && !before.holds(hash(&row.fingerprint));
            if is_new {
                comparison.take(row.severity);
            }
            is_new
        };
        rows.findings.iter().map(&mut is_new).collect()
    }

    fn last_day(&mut self, rows: &RepoRows, is_new: &[bool]) {
        let repo = &rows.repo;
        let number = self.repos_seen;
        self.repos_seen += 1;
        let name: Arc<str> = Arc::from(&*repo.repo);
        let new = is_new.iter().filter(|new| **new).count() as u64;
        self.repos.push(RepoLine::new(repo, new));
        self.evidence.packs(&repo.repo, &repo.packs);
        self.ledger.take(repo, &name, &rows.waivers);
        self.rules.take(&rows.findings, is_new);
        let mut open: BTreeMap<&str, Vec<(&FindingRow, bool)>> = BTreeMap::new();
        for (index, (row, is_new)) in rows.findings.iter().zip(is_new).enumerate() {
            self.finding(row, number, *is_new);
            self.mistake(row, repo, &name, index);
            if let (true, Some(id)) = (is_open(row), &row.deployment_id) {
                open.entry(id).or_default().push((row, *is_new));
            }
        }
        let web: Option<Arc<str>> = repo.web.as_deref().map(Arc::from);
        for row in &rows.deployments {
            let id = format!("{}#{}", row.file, row.document);
            let open = open.get(&*id).map_or(&[][..], Vec::as_slice);
            self.deployment(row, number, &name, web.as_ref(), open);
        }
        for (index, own) in repo.passed_over.iter().enumerate() {
            *self.passed_over_kinds.entry(own.code.clone()).or_default() += 1;
            let skipped =
                || Skipped { repo: Arc::clone(&name), code: own.code.clone(), path: own.path.clone() };
            self.passed_over.push((Arc::clone(&name), index), skipped);
        }
    }

    fn finding(&mut self, row: &FindingRow, number: u64, is_new: bool) {
        let team = team(row.owner.as_deref(), &row.code_owners);
        self.teams.finding(team, number, row, is_new);
        self.stages.finding(row.stage.as_deref(), number, row, is_new);
        self.strategies.finding(row.strategy.as_deref(), number, row, is_new);
    }

    fn deployment(
        &mut self,
        row: &DeploymentRow,
        number: u64,
        repo: &Arc<str>,
        web: Option<&Arc<str>>,
        open: &[(&FindingRow, bool)],
    ) {
        let team = team(row.owner.as_deref(), &row.code_owners);
        self.teams.deployment(team, number, row);
        self.stages.deployment(row.stage.as_deref(), number, row);
        self.strategies.deployment(row.strategy.as_deref(), number, row);
        // Findings do not tell a deployment's model, so that those of the deployment are counted with it.
        for (groups, word) in [(&mut self.models, &row.model), (&mut self.hostings, &row.hosting)] {
            groups.deployment(word.as_deref(), number, row);
            for (finding, is_new) in open {
                groups.finding(word.as_deref(), number, finding, *is_new);
            }
        }
        self.cost.take(row);
        if row.errors > 0 {
            self.cost_at_stake.take(row);
        }
        self.evidence.deployment(row);
        let spot = Spot {
            repo: Arc::clone(repo),
            web: web.cloned(),
            deployment: row.deployment.clone(),
            file: row.file.clone(),
            line: Some(row.line),
        };
        if team.is_none() {
            self.unowned.push((Arc::clone(repo), row.file.clone(), row.document), || spot.clone());
        }
        self.undecided.take(row, &spot, open);
        self.offenders.take(row, &spot, open);
    }

    /// Notes a mistake in a file that tunelint is governed by.
    fn mistake(&mut self, row: &FindingRow, repo: &RepoRow, name: &Arc<str>, index: usize) {
        if row.outcome != Outcome::Invalid || !is_rule_of_our_own_files(&row.rule) || !is_open(row) {
            return;
        }
        let mistake = || Mistake {
            spot: Spot {
                repo: Arc::clone(name),
                web: repo.web.as_deref().map(Arc::from),
                deployment: row.deployment.clone(),
                file: row.file.clone(),
                line: row.line,
            },
            rule: row.rule.clone(),
            code: row.code.clone(),
            severity: row.severity,
            message: row.message.clone(),
        };
        if row.rule == "config" && row.code.as_deref() == Some("locked") {
            self.locked.push((Arc::clone(name), index), mistake);
        }
        if row.severity == Severity::Error {
            self.mistakes.push((Arc::clone(name), index), mistake);
        }
    }

    /// Everything, sorted.
    pub fn finish(mut self) -> Portfolio {
        let header = self.header;
        let today: Date = header.today;
        if let (Some(comparison), Some(earlier)) = (&mut self.comparison, &self.earlier) {
            let asked: BTreeSet<&str> = header.repos.iter().map(String::as_str).collect();
            comparison.left =
                earlier.repos().filter(|repo| !asked.contains(repo)).map(str::to_owned).collect();
        }
        let now = self.trend.last().copied().unwrap_or_else(|| Point::new(today, true));
        Portfolio {
            today,
            asked: header.repos.len() as u64,
            now,
            trend: self.trend,
            comparison: self.comparison,
            cost: self.cost,
            cost_at_stake: self.cost_at_stake,
            teams: self.teams.finish(),
            rules: self.rules.finish(),
            stages: self.stages.finish(),
            strategies: self.strategies.finish(),
            models: self.models.finish(),
            hostings: self.hostings.finish(),
            repos: self.repos,
            ledger: self.ledger.finish(),
            undecided: self.undecided.finish(),
            offenders: self.offenders.finish(),
            unowned: self.unowned.finish(),
            mistakes: self.mistakes.finish(),
            locked: self.locked.finish(),
            passed_over: self.passed_over.finish(),
            passed_over_kinds: self.passed_over_kinds.into_iter().collect(),
            missing: header.missing.clone(),
            shard: header.shard,
            evidence: self.evidence.finish(header),
        }
    }
}
