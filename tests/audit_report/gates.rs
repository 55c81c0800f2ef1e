//! What an audit fails on.

use tunelint::audit::portfolio::{Gates, Options, Portfolio, gates};
use tunelint::audit::record::{RepoRows, RepoState};
use tunelint::audit::{Header, MissingShard, Shard};
use tunelint::finding::Severity;
use tunelint::report::{Exit, FailOn};

use crate::acme::{DAYS, fold};
use crate::rows::{Repo, header};

fn one_day() -> Header {
    header(&["a", "b"], &DAYS[2..])
}

fn of(header: &Header, rows: &[RepoRows]) -> Portfolio {
    fold(header, rows, Options::default())
}

/// A repository with a finding of a severity and no owner.
fn with(severity: Severity) -> RepoRows {
    let mut repo = Repo::new("a", DAYS[2]);
    repo.deployment("bot", None, "pilot", "prompting");
    repo.finding("some-rule", severity, "it is so");
    repo.counted()
}

fn asked(fail_on: FailOn) -> Gates {
    Gates { fail_on, ..Gates::default() }
}

#[test]
fn findings_fail_from_a_severity_on() {
    let all = [Severity::Note, Severity::Warning, Severity::Error];
    for found in all {
        let portfolio = of(&one_day(), &[with(found)]);
        for least in all {
            let (exit, reasons) = gates(&portfolio, &asked(FailOn::AtLeast(least)));
            let expected = if found >= least { Exit::Findings } else { Exit::Clean };
            assert_eq!((exit, reasons.len()), (expected, usize::from(found >= least)), "{found} {least}");
        }
        assert_eq!(gates(&portfolio, &asked(FailOn::Never)), (Exit::Clean, Vec::new()));
    }
    let (_, reasons) = gates(&of(&one_day(), &[with(Severity::Error)]), &Gates::default());
    assert_eq!(reasons, ["1 error open"]);
}

#[test]
fn deployments_without_an_owner_fail_where_one_is_required() {
    let portfolio = of(&one_day(), &[with(Severity::Note)]);
    let required = Gates { require_owner: true, ..Gates::default() };
    assert_eq!(
        gates(&portfolio, &required),
        (Exit::Findings, vec!["1 deployment without an owner".to_owned()])
    );
    let mut owned = with(Severity::Note);
    owned.deployments[0].code_owners = vec!["@team".to_owned()];
    assert_eq!(gates(&of(&one_day(), &[owned]), &required).0, Exit::Clean);
}

#[test]
fn more_new_findings_than_allowed_fail() {
    let header = header(&["a"], &DAYS[1..]);
    let portfolio = of(&header, &[Repo::new("a", DAYS[1]).counted(), with(Severity::Note)]);
    let most = |max_new| Gates { max_new: Some(max_new), ..asked(FailOn::Never) };
    assert_eq!(gates(&portfolio, &most(1)), (Exit::Clean, Vec::new()));
    let reason = "1 new since 2026-10-24, more than 0".to_owned();
    assert_eq!(gates(&portfolio, &most(0)), (Exit::Findings, vec![reason]));
}

#[test]
fn reasons_have_their_thousands_apart() {
    let mut repo = Repo::new("a", DAYS[2]);
    repo.deployment("bot", Some("team-x"), "pilot", "prompting");
    for _ in 0..1_200 {
        repo.finding("some-rule", Severity::Error, "it is so");
    }
    let header = header(&["a"], &DAYS[1..]);
    let portfolio = of(&header, &[Repo::new("a", DAYS[1]).counted(), repo.counted()]);
    let (_, reasons) = gates(&portfolio, &Gates { max_new: Some(1_000), ..Gates::default() });
    assert_eq!(reasons, ["1,200 errors open", "1,200 new since 2026-10-24, more than 1,000"]);
}

#[test]
fn nobody_can_tell_what_is_new_without_a_day_before() {
    let gate = Gates { max_new: Some(100), ..asked(FailOn::Never) };
    assert_eq!(gates(&of(&one_day(), &[with(Severity::Note)]), &gate).0, Exit::Trouble);
}

#[test]
fn what_keeps_the_audit_from_being_relied_on_outranks_findings() {
    let failed = Repo::of_state("b", DAYS[2], RepoState::Failed, Some("broken"));
    let (exit, reasons) = gates(&of(&one_day(), &[with(Severity::Error), failed]), &Gates::default());
    assert_eq!(exit, Exit::Trouble);
    assert_eq!(reasons, ["1 repository could not be read", "1 error open"]);

    let mut header = one_day();
    let shard = Shard { index: 2, of: 2 };
    header.missing.push(MissingShard { shard, why: "absent".to_owned(), repos: vec!["b".to_owned()] });
    let (exit, reasons) = gates(&of(&header, &[with(Severity::Note)]), &Gates::default());
    assert_eq!((exit, reasons), (Exit::Trouble, vec!["1 shard of 1 repository missing".to_owned()]));
}

#[test]
fn mistakes_in_files_that_govern_the_audit_are_trouble_unless_they_are_mild() {
    for rule in ["config", "policy", "facts", "waivers", "baseline"] {
        let mut repo = Repo::new("a", DAYS[2]);
        repo.mistake(rule, "type", "tunelint.yaml", "wrong");
        let portfolio = of(&one_day(), &[repo.counted()]);
        assert_eq!(gates(&portfolio, &asked(FailOn::Never)).0, Exit::Trouble, "{rule}");

        let mut repo = Repo::new("a", DAYS[2]);
        repo.mistake(rule, "unused", "tunelint.yaml", "idle").severity = Severity::Warning;
        let portfolio = of(&one_day(), &[repo.counted()]);
        assert_eq!(gates(&portfolio, &Gates::default()).0, Exit::Clean, "{rule}");
    }
    let mut repo = Repo::new("a", DAYS[2]);
    repo.mistake("schema", "type", "bot.yaml", "wrong");
    assert_eq!(gates(&of(&one_day(), &[repo.counted()]), &Gates::default()).0, Exit::Findings);
}

#[test]
fn what_goes_against_a_lock_is_told_apart_also_where_it_is_mild() {
    let mut repo = Repo::new("a", DAYS[2]);
    repo.mistake("config", "locked", "tunelint.yaml", "below some paths").severity = Severity::Note;
    repo.mistake("config", "unknown-key", "tunelint.yaml", "a typo");
    let portfolio = of(&one_day(), &[repo.counted()]);
    assert_eq!((portfolio.locked.count(), portfolio.mistakes.count()), (1, 1));
    assert_eq!(portfolio.mistakes.items[0].code.as_deref(), Some("unknown-key"));
}
