//! The sums against a count that goes over all rows again for each question.

use std::collections::{BTreeMap, BTreeSet};

use tunelint::audit::Header;
use tunelint::audit::portfolio::{Builder, Counts, Line, Options, Portfolio};
use tunelint::audit::record::{DeploymentRow, FindingRow, RepoRows, RepoState, WaiverState};
use tunelint::finding::{Outcome, Severity, Status};

use crate::acme::{EVIL, acme_header, acme_rows, fold};
use crate::many::{many_header, many_rows};

/// What is folded, and what came of it.
fn cases() -> Vec<(Header, Vec<RepoRows>, Portfolio)> {
    let acme = (acme_header(EVIL), acme_rows(EVIL));
    let many = (many_header(160), many_rows(160));
    [acme, many]
        .into_iter()
        .map(|(header, rows)| {
            let portfolio = fold(&header, &rows, Options::default());
            (header, rows, portfolio)
        })
        .collect()
}

fn last_day<'a>(header: &Header, rows: &'a [RepoRows]) -> Vec<&'a RepoRows> {
    rows.iter().filter(|own| own.repo.snapshot == header.today).collect()
}

fn findings<'a>(rows: &[&'a RepoRows]) -> Vec<&'a FindingRow> {
    rows.iter().flat_map(|own| &own.findings).filter(|row| row.outcome.is_problem()).collect()
}

fn deployments<'a>(rows: &[&'a RepoRows]) -> Vec<&'a DeploymentRow> {
    rows.iter().flat_map(|own| &own.deployments).collect()
}

fn open(row: &FindingRow) -> bool {
    row.status == Status::Open
}

/// Open findings of each repository that could be read before, and are not among those of then.
fn new_ones(rows: &[RepoRows], now: &Header) -> BTreeSet<(String, String)> {
    let before = now.snapshots[now.snapshots.len() - 2];
    let of = |day| -> BTreeSet<(String, String)> {
        let of_day = rows.iter().filter(|own| own.repo.snapshot == day);
        of_day
            .flat_map(|own| &own.findings)
            .filter(|row| open(row) && row.outcome.is_problem())
            .map(|row| (row.repo.clone(), row.fingerprint.clone()))
            .collect()
    };
    of(now.today).difference(&of(before)).cloned().collect()
}

#[test]
fn totals_are_those_of_the_last_day() {
    for (header, rows, portfolio) in cases() {
        let last = last_day(&header, &rows);
        let (findings, deployments) = (findings(&last), deployments(&last));
        let count = |is: &dyn Fn(&FindingRow) -> bool| findings.iter().filter(|row| is(row)).count() as u64;
        let severity = |severity| count(&|row| open(row) && row.severity == severity);
        let status = |status| count(&|row| row.status == status);
        let expected = Counts {
            deployments: deployments.len() as u64,
            errors: severity(Severity::Error),
            warnings: severity(Severity::Warning),
            notes: severity(Severity::Note),
            undetermined: count(&|row| open(row) && row.outcome == Outcome::Undetermined),
            new: new_ones(&rows, &header).len() as u64,
            suppressed: status(Status::Suppressed),
            waived: status(Status::Waived),
            baselined: status(Status::Baselined),
        };
        assert_eq!(portfolio.now.counts, expected);
        let failing = deployments.iter().filter(|row| row.errors > 0).count() as u64;
        assert_eq!(portfolio.now.failing, failing);
        let audited = |state| last.iter().filter(|own| own.repo.state == state).count() as u64;
        assert_eq!(portfolio.now.repos, audited(RepoState::Audited));
        assert_eq!(portfolio.now.failed, audited(RepoState::Failed));
        assert_eq!(portfolio.now.absent, audited(RepoState::Absent));
        assert_eq!(portfolio.trend.len(), header.snapshots.len());
        assert_eq!(portfolio.asked, header.repos.len() as u64);
    }
}

#[test]
fn every_grouping_adds_up_to_the_whole_and_each_line_to_its_own() {
    for (header, rows, portfolio) in cases() {
        let last = last_day(&header, &rows);
        let new = new_ones(&rows, &header);
        let is_new =
            |row: &FindingRow| open(row) && new.contains(&(row.repo.clone(), row.fingerprint.clone()));
        let team = |owner: &Option<String>, code_owners: &[String]| {
            owner.clone().or_else(|| code_owners.first().cloned())
        };
        let mut teams: BTreeMap<Option<String>, Counts> = BTreeMap::new();
        let mut stages: BTreeMap<Option<String>, Counts> = BTreeMap::new();
        for row in deployments(&last) {
            teams.entry(team(&row.owner, &row.code_owners)).or_default().deployments += 1;
            stages.entry(row.stage.clone()).or_default().deployments += 1;
        }
        for row in findings(&last) {
            for counts in [
                teams.entry(team(&row.owner, &row.code_owners)).or_default(),
                stages.entry(row.stage.clone()).or_default(),
            ] {
                match (row.status, row.severity) {
                    (Status::Suppressed, _) => counts.suppressed += 1,
                    (Status::Waived, _) => counts.waived += 1,
                    (Status::Baselined, _) => counts.baselined += 1,
                    (Status::Open, Severity::Error) => counts.errors += 1,
                    (Status::Open, Severity::Warning) => counts.warnings += 1,
                    (Status::Open, Severity::Note) => counts.notes += 1,
                }
                counts.undetermined += u64::from(open(row) && row.outcome == Outcome::Undetermined);
                counts.new += u64::from(is_new(row));
            }
        }
        let told = |lines: &[Line]| -> BTreeMap<Option<String>, Counts> {
            lines.iter().map(|line| (line.name.clone(), line.counts)).collect()
        };
        assert_eq!(told(&portfolio.teams), teams);
        assert_eq!(told(&portfolio.stages), stages);
        for lines in [&portfolio.teams, &portfolio.stages, &portfolio.strategies] {
            let errors: u64 = lines.iter().map(|line| line.counts.errors).sum();
            assert_eq!(errors, portfolio.now.counts.errors);
        }
        for lines in [&portfolio.models, &portfolio.hostings] {
            let deployments: u64 = lines.iter().map(|line| line.counts.deployments).sum();
            assert_eq!(deployments, portfolio.now.counts.deployments);
        }
        let by_rule: u64 = portfolio.rules.iter().map(|line| line.counts.open()).sum();
        let by_repo: u64 = portfolio.repos.iter().map(|line| line.counts.open()).sum();
        assert_eq!([by_rule, by_repo], [portfolio.now.counts.open(); 2]);
        let new: u64 = portfolio.repos.iter().map(|line| line.counts.new).sum();
        assert_eq!(new, portfolio.comparison.as_ref().unwrap().new_findings());
    }
}

#[test]
fn a_rule_counts_each_deployment_and_each_repository_once() {
    for (header, rows, portfolio) in cases() {
        let last = last_day(&header, &rows);
        for line in &portfolio.rules {
            let of_it = |row: &&&FindingRow| row.rule == line.rule && row.pack == line.pack && open(row);
            let all = findings(&last);
            let deployments: BTreeSet<_> = all
                .iter()
                .filter(of_it)
                .filter_map(|row| Some((&row.repo, row.deployment_id.as_ref()?)))
                .collect();
            let repos: BTreeSet<_> = all.iter().filter(of_it).map(|row| &row.repo).collect();
            assert_eq!((line.deployments, line.repos), (deployments.len() as u64, repos.len() as u64));
            let severity = all.iter().filter(of_it).map(|row| row.severity).max();
            assert!(severity.is_none() || severity == line.severity, "{}", line.rule);
        }
    }
}

#[test]
fn costs_are_summed_and_those_of_deployments_with_errors_apart() {
    for (header, rows, portfolio) in cases() {
        let last = last_day(&header, &rows);
        let all = deployments(&last);
        let sum = |of: fn(&DeploymentRow) -> Option<f64>, at_stake: bool| -> f64 {
            all.iter().filter(|row| !at_stake || row.errors > 0).filter_map(|row| of(row)).sum()
        };
        let near = |left: f64, right: f64| assert!((left - right).abs() < 1e-6 * right.abs().max(1.0));
        for (cost, at_stake) in [(&portfolio.cost, false), (&portfolio.cost_at_stake, true)] {
            near(cost.training.usd, sum(|row| row.training_usd, at_stake));
            near(cost.recurring.usd, sum(|row| row.recurring_monthly_usd, at_stake));
            near(cost.tokens.usd, sum(|row| row.tokens_monthly_usd, at_stake));
        }
        let declared = all.iter().filter(|row| row.training_usd.is_some()).count() as u64;
        assert_eq!(portfolio.cost.training.deployments, declared);
        near(portfolio.teams.iter().map(|line| line.cost.tokens.usd).sum(), portfolio.cost.tokens.usd);
    }
}

#[test]
fn the_ledger_holds_every_waiver_once_and_the_next_to_expire_first() {
    for (header, rows, portfolio) in cases() {
        let all: Vec<_> = last_day(&header, &rows).into_iter().flat_map(|own| &own.waivers).collect();
        let ledger = &portfolio.ledger;
        let of = |state| all.iter().filter(|row| row.state == state).count() as u64;
        assert_eq!(
            [ledger.in_use, ledger.unused, ledger.lapsed, ledger.expired, ledger.rejected],
            [
                of(WaiverState::InUse),
                of(WaiverState::Unused),
                of(WaiverState::Lapsed),
                of(WaiverState::Expired),
                of(WaiverState::Rejected)
            ]
        );
        assert_eq!(ledger.holding.count() + ledger.idle.count(), all.len() as u64);
        let days: Vec<_> = ledger.holding.items.iter().map(|entry| entry.waiver.expires).collect();
        let (ending, endless): (Vec<_>, Vec<_>) = days.iter().copied().partition(Option::is_some);
        assert!(ending.is_sorted());
        assert_eq!([ending, endless].concat(), days);
    }
}

#[test]
fn a_missing_fact_counts_what_it_would_decide() {
    for (header, rows, portfolio) in cases() {
        let last = last_day(&header, &rows);
        let undetermined: Vec<&FindingRow> = findings(&last)
            .into_iter()
            .filter(|row| open(row) && row.outcome == Outcome::Undetermined)
            .collect();
        let paths: BTreeSet<&String> = undetermined.iter().flat_map(|row| &row.missing).collect();
        assert_eq!(portfolio.undecided.facts.len(), paths.len());
        for fact in &portfolio.undecided.facts {
            let lacking: Vec<_> =
                undetermined.iter().filter(|row| row.missing.contains(&fact.path)).collect();
            assert_eq!(fact.findings, lacking.len() as u64);
            assert_eq!(fact.alone, lacking.iter().filter(|row| row.missing.len() == 1).count() as u64);
            let deployments: BTreeSet<_> =
                lacking.iter().map(|row| (&row.repo, row.deployment_id.as_ref())).collect();
            assert_eq!(fact.deployments, deployments.len() as u64);
            let rules: BTreeSet<&String> = lacking.iter().map(|row| &row.rule).collect();
            assert_eq!(fact.rules.iter().collect::<BTreeSet<_>>(), rules);
        }
        let deployments: BTreeSet<_> =
            undetermined.iter().map(|row| (&row.repo, row.deployment_id.as_ref())).collect();
        assert_eq!(portfolio.undecided.deployments.count(), deployments.len() as u64);
    }
}

#[test]
fn lists_that_are_cut_keep_the_worst_and_count_the_rest() {
    let (header, rows) = (many_header(160), many_rows(160));
    let whole = fold(&header, &rows, Options { offenders: usize::MAX / 4, ..Options::default() });
    let cut = fold(&header, &rows, Options { offenders: 7, findings: 1, items: 3 });
    assert_eq!(cut.offenders.items.len(), 7);
    assert_eq!(cut.offenders.count(), whole.offenders.count());
    for (short, long) in cut.offenders.items.iter().zip(&whole.offenders.items) {
        assert_eq!(short.deployment, long.deployment);
        assert_eq!(short.findings.items[0], long.findings.items[0]);
        assert_eq!(short.findings.count(), long.findings.count());
    }
    assert_eq!(cut.unowned.items[..], whole.unowned.items[..3]);
    assert_eq!(cut.ledger.holding.items[..], whole.ledger.holding.items[..3]);
    assert_eq!(cut.ledger.in_use, whole.ledger.in_use);
}

#[test]
fn outcomes_that_are_no_findings_count_where_they_were_kept_and_nowhere_else() {
    let mut header = acme_header(EVIL);
    header.show_passed = true;
    let mut rows = acme_rows(EVIL);
    let plain = fold(&header, &rows, Options::default());
    for own in &mut rows {
        let Some(first) = own.findings.first().cloned() else { continue };
        for (outcome, rule) in [(Outcome::Pass, "a"), (Outcome::NotApplicable, "b")] {
            let fingerprint = format!("{rule}:{}", first.fingerprint);
            own.findings.push(FindingRow { outcome, fingerprint, rule: rule.into(), ..first.clone() });
        }
    }
    let kept = fold(&header, &rows, Options::default());
    let of = |rule: &str| kept.rules.iter().filter(|line| line.rule == rule).collect::<Vec<_>>();
    assert_eq!(of("a").iter().map(|line| line.passed).sum::<u64>(), 5);
    assert_eq!(of("b").iter().map(|line| line.not_applicable).sum::<u64>(), 5);
    assert!([of("a"), of("b")].concat().iter().all(|line| line.counts == Counts::default()));
    assert_eq!(kept.now, plain.now);
    assert_eq!(kept.comparison, plain.comparison);
    assert_eq!(kept.teams, plain.teams);
}

#[test]
fn an_audit_of_nothing_is_a_portfolio_of_nothing() {
    let mut header = acme_header(EVIL);
    (header.repos, header.snapshots) = (Vec::new(), Vec::new());
    let nothing = Builder::new(&header, Options::default()).finish();
    assert_eq!(nothing.now.counts, Counts::default());
    assert_eq!((nothing.trend.len(), nothing.comparison), (1, None));
}
