//! What is new and what is gone: against the day before, and against an earlier audit.

use tunelint::audit::portfolio::{Against, Builder, Comparison, Earlier, Options};
use tunelint::audit::record::{RepoRows, RepoState};
use tunelint::audit::{Header, MissingShard, Shard};
use tunelint::finding::Severity;

use crate::acme::{DAYS, EVIL, acme_header, acme_rows};
use crate::rows::{Repo, header};

/// A repository with a finding for each of these rules.
fn repo(name: &str, day: jiff::civil::Date, rules: &[&str]) -> RepoRows {
    let mut repo = Repo::new(name, day);
    repo.deployment("bot", Some("team"), "pilot", "prompting");
    for rule in rules {
        repo.finding(rule, Severity::Warning, rule);
    }
    repo.counted()
}

fn compared(header: &Header, earlier: Option<Earlier>, rows: &[RepoRows]) -> Comparison {
    let mut builder = Builder::new(header, Options::default());
    if let Some(earlier) = earlier {
        builder = builder.against(earlier);
    }
    for own in rows {
        builder.add(own);
    }
    builder.finish().comparison.unwrap()
}

#[test]
fn the_day_before_is_what_counts_without_an_earlier_audit() {
    let comparison = compared(&acme_header(EVIL), None, &acme_rows(EVIL));
    assert_eq!(comparison.against, Against::Snapshot(DAYS[1]));
    assert_eq!((comparison.new_errors, comparison.new_warnings, comparison.new_notes), (1, 2, 0));
    assert_eq!(comparison.gone, 1);
    assert_eq!(comparison.uncompared, ["legacy"]);
}

#[test]
fn an_earlier_audit_is_compared_by_repository() {
    let mut then = header(&["a", "b", "failed", "left", "unseen"], &DAYS[..1]);
    then.missing.push(MissingShard {
        shard: Shard { index: 2, of: 2 },
        why: "absent".to_owned(),
        repos: vec!["unseen".to_owned()],
    });
    let mut earlier = Earlier::new(&then);
    for rows in [
        repo("a", DAYS[0], &["one", "two"]),
        repo("b", DAYS[0], &["one"]),
        Repo::of_state("failed", DAYS[0], RepoState::Failed, None),
        repo("left", DAYS[0], &["one"]),
        // A day that is not its last says nothing.
        repo("a", DAYS[1], &["three"]),
    ] {
        earlier.add(&rows);
    }
    let now = header(&["a", "b", "failed", "joined", "unseen"], &DAYS[2..]);
    let rows = [
        repo("a", DAYS[2], &["two", "three"]),
        Repo::of_state("b", DAYS[2], RepoState::Failed, None),
        repo("failed", DAYS[2], &["one"]),
        repo("joined", DAYS[2], &["one", "two"]),
        repo("unseen", DAYS[2], &["one"]),
    ];
    let comparison = compared(&now, Some(earlier), &rows);
    assert_eq!(comparison.against, Against::Dataset(DAYS[0]));
    assert_eq!((comparison.new_findings(), comparison.gone), (3, 1));
    assert_eq!(comparison.uncompared, ["b", "failed", "unseen"]);
    assert_eq!((comparison.joined, comparison.left), (vec!["joined".to_owned()], vec!["left".to_owned()]));
}

#[test]
fn an_audit_against_itself_holds_nothing_new_and_misses_nothing() {
    let mut earlier = Earlier::new(&acme_header(EVIL));
    let rows = acme_rows(EVIL);
    for own in &rows {
        earlier.add(own);
    }
    let comparison = compared(&acme_header(EVIL), Some(earlier), &rows);
    assert_eq!((comparison.new_findings(), comparison.gone), (0, 0));
    assert_eq!(comparison.uncompared, ["legacy"]);
}

#[test]
fn a_repository_that_failed_in_between_is_compared_with_the_day_before_that() {
    let header = header(&["a"], &DAYS);
    let rows = [
        repo("a", DAYS[0], &["one", "two"]),
        Repo::of_state("a", DAYS[1], RepoState::Failed, None),
        repo("a", DAYS[2], &["two", "three"]),
    ];
    let comparison = compared(&header, None, &rows);
    assert_eq!((comparison.new_findings(), comparison.gone), (1, 1));
    assert!(comparison.uncompared.is_empty());
}
