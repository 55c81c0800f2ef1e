//! The organisation itself: what its repositories are said to have is there, and is the same each time.

use std::fs;

use crate::common::Tree;
use crate::git_history::git;
use crate::organisation::{self, Habit, Size, TODAY};

#[test]
fn the_same_organisation_is_made_each_time() {
    let size = Size { repos: 4, months: 6, ..Size::default() };
    let heads = || {
        let tree = Tree::new();
        let repos = organisation::write(&tree.path(""), &size);
        let heads: Vec<String> =
            repos.iter().map(|repo| git(&tree.path(&repo.path), &["rev-parse", "HEAD"])).collect();
        (heads, fs::read(tree.path("facts.yaml")).unwrap())
    };
    assert_eq!(heads(), heads());
}

#[test]
fn what_is_special_about_a_repository_shows_where_it_is_checked() {
    let tree = Tree::new();
    let repos = organisation::write(&tree.path(""), &Size { repos: 10, months: 2, ..Size::default() });
    organisation::check_out(&tree.path(""), &repos);
    for repo in &repos {
        let folder = format!("checkouts/{}", repo.name);
        let arguments = ["check", "--format", "json", "--today", TODAY, "--org-config", "../../org"];
        let outcome = tree.run_with_git(&folder, &arguments);
        let report = outcome.report();
        let findings = report["findings"].as_array().unwrap();
        let has = |word: &str| findings.iter().any(|own| own["rule"] == word || own["code"] == word);
        let count = |word: &str| report["summary"][word].as_u64().unwrap();
        let of = |part: &str| outcome.deployments().iter().filter(|name| name.contains(part)).count();
        let shows = match repo.habit {
            Habit::Plain => count("invalid") + count("unreadable") == 0,
            Habit::Overrides => has("owner-is-no-team") && !outcome.stdout.contains("third_party"),
            Habit::WeakensALock => has("locked"),
            Habit::Waivers => count("waived") == 2 && ["ends-soon", "expired", "unused"].into_iter().all(has),
            Habit::Baseline => count("baselined") == 1,
            Habit::Comments => count("suppressed") == 1,
            Habit::IgnoreFiles => of("/hidden-") == 0 && of("/kept-") + of("/open-") == 2,
            Habit::Links => has("link") && has("link-outside") && of("/behind-") == 1,
            Habit::Encodings => has("encoding") && of("/wide-") + of("/crlf-") + of("/marked-") == 3,
            Habit::Careless => ["enum", "unknown-key", "syntax", "duplicate-identity"].into_iter().all(has),
        };
        assert!(shows, "{repo:?}: {}, {:?}", report["summary"], outcome.findings());
    }
}
