//! What an organisation's config asks of exceptions, and rules that cannot be excused.

use std::sync::Arc;

use tunelint::config::InlineIgnores;
use tunelint::document::{self, Limits};
use tunelint::exceptions::{Exceptions, Terms, waivers};
use tunelint::finding::{Place, Status};
use tunelint::pipeline::{self, Conclusion, Input, Settings};
use tunelint::policy::Policies;
use tunelint::policy::library::PolicyFile;
use tunelint::report::{FailOn, Report, Run};
use tunelint::source::{Source, Span};
use tunelint::threads::Threads;

use crate::support::{RULE, bot};

const PACK: &str = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec:\n  title: t\n  version: 1.0.0\n  license: MIT\n";

/// A pack with a rule that all deployments break.
fn policies(id: &str, more: &str, waivable: bool) -> Policies {
    let rule = format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {{name: {id}{more}}}\nspec:\n  summary: s\n  severity: warning\n  \
         waivable: {waivable}\n  why: w\n  require: workload.monthlyRequests >= 500000\n  message: m\n"
    );
    let file = |name: &str, text: &str| PolicyFile {
        path: format!("{name}.yaml").into(),
        file: format!("{name}.yaml").into(),
        text: text.into(),
        source: None,
    };
    let mut policies = Policies::default();
    policies.add(&file("pack", PACK), &[file(id, &rule)]);
    policies
}

fn report(manifest: &str, policies: &Policies, exceptions: &Exceptions) -> Report {
    let path = || Arc::from("bot.yaml");
    let input = Input { path: &path, file: None, named: true, content: Ok(manifest.as_bytes()) };
    let run =
        Run { commit: None, trust: None, today: jiff::civil::date(2026, 11, 24), config: String::new() };
    let conclusion = Conclusion {
        run,
        changed: None,
        show_passed: false,
        figures: false,
        fail_on: FailOn::Never,
        threads: Threads::new(Some(1)),
        repository: None,
        candidates: Vec::new(),
        supplied: None,
        in_force: &[],
        exceptions,
        trust: None,
    };
    pipeline::conclude(vec![pipeline::examine(input, &Settings::default())], policies, conclusion)
}

/// Status of the rule's finding, and code and labels of each finding about exceptions.
fn outcome(report: &Report) -> (Option<Status>, Vec<(&'static str, usize)>) {
    let own = report.findings.iter().find(|finding| finding.pack.is_some() && finding.code.is_none());
    let about = report.findings.iter().filter(|finding| matches!(&*finding.rule, "waivers" | "baseline"));
    (
        own.map(|own| own.status),
        about.map(|finding| (finding.code.unwrap(), finding.secondary.len())).collect(),
    )
}

fn comment(until: &str) -> String {
    bot("bot", format!("120000 # tunelint: ignore[{RULE}] until={until} reason: later"))
}

fn limited(terms: Terms) -> Exceptions {
    Exceptions { terms, is_whole: true, ..Exceptions::default() }
}

fn place() -> Place {
    Place::at(&Source::in_memory("tunelint.yaml", "maxWaiverDays: 30\n"), Some(0), Span::new(0, 5))
}

#[test]
fn comments_are_for_as_many_days_as_the_config_says() {
    let policies = policies(RULE, "", true);
    let exceptions = limited(Terms { max_days: Some(30), max_days_at: Some(place()), ..Terms::default() });
    let on = |day| outcome(&report(&comment(day), &policies, &exceptions));
    assert_eq!(on("2026-12-24"), (Some(Status::Suppressed), vec![]));
    assert_eq!(on("2026-12-25"), (Some(Status::Open), vec![("too-long", 1)]));
}

#[test]
fn the_config_forbids_comments_or_leaves_them_notes() {
    let policies = policies(RULE, "", true);
    let with = |inline| {
        let exceptions = limited(Terms { inline, inline_at: Some(place()), ..Terms::default() });
        outcome(&report(&comment("2027-01-31"), &policies, &exceptions))
    };
    assert_eq!(with(InlineIgnores::Allow), (Some(Status::Suppressed), vec![]));
    assert_eq!(with(InlineIgnores::Forbid), (Some(Status::Open), vec![("forbidden", 1)]));
    // The finding is a warning; a label at it, and one at the config.
    assert_eq!(with(InlineIgnores::NotesOnly), (Some(Status::Open), vec![("forbidden", 2)]));
}

fn waived(entry: &str, terms: Terms) -> Exceptions {
    let text: Arc<str> = format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n  - {{rule: {RULE}, deployment: retail/bot, \
         reason: later{entry}}}\n"
    )
    .into();
    let source = Source::in_memory("waivers.yaml", Arc::clone(&text));
    let mut problems = Vec::new();
    let waivers = waivers::read(&source, &text, &mut problems);
    Exceptions { waivers, problems, ..limited(terms) }
}

#[test]
fn a_waiver_runs_from_the_day_it_was_granted() {
    let policies = policies(RULE, "", true);
    let run = |entry: &str| {
        let terms = Terms { max_days: Some(60), ..Terms::default() };
        outcome(&report(&bot("bot", 120_000), &policies, &waived(entry, terms)))
    };
    assert_eq!(run(", expires: 2027-01-23"), (Some(Status::Waived), vec![]));
    assert_eq!(run(", expires: 2027-01-24"), (Some(Status::Open), vec![("too-long", 0)]));
    assert_eq!(run(", granted: 2026-11-20, expires: 2027-01-19"), (Some(Status::Waived), vec![]));
    assert_eq!(
        run(", granted: 2026-11-20, expires: 2027-01-20"),
        (Some(Status::Open), vec![("too-long", 0)])
    );
}

#[test]
fn a_rule_that_is_not_waivable_cannot_be_excused() {
    let policies = policies(RULE, "", false);
    let by_comment = report(&comment("2027-01-31"), &policies, &limited(Terms::default()));
    assert_eq!(outcome(&by_comment), (Some(Status::Open), vec![("not-waivable", 0)]));
    let exceptions = waived(", expires: 2027-01-23", Terms::default());
    let by_waiver = report(&bot("bot", 120_000), &policies, &exceptions);
    assert_eq!(outcome(&by_waiver), (Some(Status::Open), vec![("not-waivable", 0)]));
}

#[test]
fn a_rule_is_found_by_the_id_it_had_with_a_note() {
    let policies = policies("new-name", &format!(", formerly: [{RULE}]"), true);
    assert_eq!(policies.problems.iter().filter(|own| own.code == Some("unknown-key")).count(), 0);
    let by_comment = report(&comment("2027-01-31"), &policies, &limited(Terms::default()));
    assert_eq!(outcome(&by_comment), (Some(Status::Suppressed), vec![("renamed", 0)]));
    let exceptions = waived(", expires: 2027-01-23", Terms::default());
    assert_eq!(
        outcome(&report(&bot("bot", 120_000), &policies, &exceptions)),
        (Some(Status::Waived), vec![("renamed", 0)])
    );
}

#[test]
fn comments_are_read_with_exact_places() {
    let text: Arc<str> = comment("2027-01-31").into();
    let source = Source::in_memory("bot.yaml", Arc::clone(&text));
    let stream = document::parse(&text, &Limits::default());
    let mut findings = Vec::new();
    let ignores = tunelint::exceptions::inline::read(&stream.documents[0], &source, &mut findings);
    assert!(findings.is_empty());
    let [own] = &*ignores else { panic!("{ignores:?}") };
    assert_eq!(own.rules[0].1.slice(&text), RULE);
    assert_eq!(own.until.1.slice(&text), "2027-01-31");
    assert!(own.span.slice(&text).starts_with("# tunelint: ignore"));
    assert_eq!((own.line, &*own.reason), (17, "later"));
}
