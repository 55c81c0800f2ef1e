//! Trends from git objects alone: a repository as it was on several days.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde_json::Value;

use crate::common::{Tree, manifest};
use crate::git_history::{self, Commit, Files, add, git};
use crate::organisation::{Habit, Size};
use crate::support::{Organisation, audit, header, rows, word};

/// The days of a dataset.
fn days(own: &Organisation, dataset: &str) -> Vec<Date> {
    let header = header(&own.tree.path(dataset));
    let days = header["snapshots"].as_array().unwrap();
    days.iter().map(|day| day.as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn points_lie_a_month_or_a_week_apart_and_end_with_today() {
    let own = Organisation::new(&Size { repos: 2, months: 4, ..Size::default() });
    let audited = |every: &str, count: &str| {
        let dataset = format!("{every}-{count}");
        let words =
            ["repos/*", "--every", every, "--history", count, "--fail-on=never", "--dataset", &dataset];
        let outcome = own.audit(&words);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        days(&own, &dataset)
    };
    let months = [date(2026, 8, 24), date(2026, 9, 24), date(2026, 10, 24), date(2026, 11, 24)];
    assert_eq!(audited("month", "3"), months);
    let weeks = [date(2026, 11, 10), date(2026, 11, 17), date(2026, 11, 24)];
    assert_eq!(audited("week", "2"), weeks);
    assert_eq!(audited("month", "1"), months[2..]);
}

#[test]
fn each_point_is_the_last_commit_before_its_day_ended() {
    let own = Organisation::new(&Size { repos: 10, months: 6, ..Size::default() });
    own.audit(&["repos/*", "--history=7", "--every=month", "--fail-on=never", "--dataset=kept"]);
    let rows = rows(&own.tree.path("kept"), "repos");
    assert_eq!(rows.len(), 8 * own.repos.len());
    for repo in &own.repos {
        let name = format!("repos/{}", repo.name);
        let mut states = BTreeMap::new();
        for row in rows.iter().filter(|row| row["repo"] == *name) {
            let day = word(row, "snapshot");
            let before = format!("--before={day}T23:59:59Z");
            let expected =
                git(&own.tree.path(&repo.path), &["rev-list", "-1", "--first-parent", &before, "HEAD"]);
            *states.entry(word(row, "state")).or_insert(0) += 1;
            if expected.is_empty() {
                assert_eq!((word(row, "state"), &row["commit"]), ("absent", &Value::Null), "{row}");
                assert_eq!((&row["manifests"], &row["problem"]), (&0.into(), &Value::Null), "{row}");
            } else {
                assert_eq!((word(row, "state"), word(row, "commit")), ("audited", &*expected), "{row}");
            }
        }
        // Two of eight months were before the organisation, and a young repository missed half of the rest.
        let born = repo.days(&Size { months: 6, ..Size::default() })[0];
        let absent = if born == date(2026, 6, 5) { 2 } else { 5 };
        assert_eq!(states.get("absent"), Some(&absent), "{repo:?}: {states:?}");
    }
}

#[test]
fn a_waiver_holds_on_the_days_on_which_it_held() {
    let own = Organisation::new(&Size { repos: 4, months: 6, ..Size::default() });
    let repo = own.repos.iter().find(|repo| repo.habit == Habit::Waivers).unwrap();
    own.audit(&[
        repo.path.to_str().unwrap(),
        "--history=4",
        "--every=month",
        "--fail-on=never",
        "--dataset=kept",
    ]);
    let of = |table: &str, rule: &str, field: &str| -> Vec<String> {
        let rows = rows(&own.tree.path("kept"), table);
        let own = rows.iter().filter(|row| row["rule"] == rule && row["deployment"] == *repo.anchor());
        own.map(|row| format!("{} {}", word(row, "snapshot"), word(row, field))).collect()
    };
    assert_eq!(
        of("waivers", "fine-tuning-without-integration-tests", "state"),
        [
            "2026-07-24 in-use",
            "2026-08-24 in-use",
            "2026-09-24 expired",
            "2026-10-24 expired",
            "2026-11-24 expired"
        ]
    );
    assert_eq!(
        of("findings", "fine-tuning-without-integration-tests", "status"),
        ["2026-07-24 waived", "2026-08-24 waived", "2026-09-24 open", "2026-10-24 open", "2026-11-24 open"]
    );
    assert!(of("waivers", "hybrid-in-production", "state").iter().all(|told| told.ends_with(" unused")));
}

#[test]
fn a_point_is_judged_by_the_config_of_its_own_day() {
    let tree = Tree::new();
    let with = |config: &str| {
        let mut files = Files::new();
        add(&mut files, "deploy/bot.yaml", manifest("bot"));
        if !config.is_empty() {
            let text = format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n  {config}\n");
            add(&mut files, "tunelint.yaml", text);
        }
        files
    };
    let commits = [
        Commit { day: date(2026, 9, 5), files: with("") },
        Commit { day: date(2026, 10, 5), files: with("exclude: [deploy]") },
        Commit { day: date(2026, 11, 5), files: with("failOn: note") },
    ];
    git_history::write(&tree.path("one.git"), true, &commits);
    audit(&tree, "", &["one.git", "--history=2", "--every=month", "--dataset=kept", "--fail-on=never"]);
    let rows = rows(&tree.path("kept"), "repos");
    let manifests: Vec<_> = rows.iter().map(|row| row["manifests"].as_u64().unwrap()).collect();
    assert_eq!(manifests, [1, 0, 1]);
    assert!(rows[0]["config"] != rows[1]["config"] && rows[1]["config"] != rows[2]["config"]);
}

#[test]
fn a_folder_without_history_is_told_where_history_is_asked_for() {
    let tree = Tree::with_good_manifest();
    let outcome = audit(&tree, "", &[".", "--history=3", "--every=month", "--dataset=kept"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
}
