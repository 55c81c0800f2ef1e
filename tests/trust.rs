//! A pull request that changes the policy it is judged by: what was trusted before counts, and the change is told.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail the test")]

mod common;
#[path = "common/git_history.rs"]
mod git_history;

use common::{Outcome, Tree};
use git_history::git;
use serde_json::Value;

/// The rule that the manifests below break.
const RULE: &str = "fine-tuning-below-volume";

/// A manifest of `retail/NAME` that fine-tunes for this volume in its last line.
fn bot(name: &str, volume: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {name}\n  namespace: retail\nspec:\n  \
         owner: team-x\n  stage: pilot\n  customization:\n    strategy: fine-tuning\n  model:\n    base: example-1\n  \
         hosting:\n    kind: on-premises\n  workload:\n    domain: narrow\n    monthlyRequests: {volume}\n"
    )
}

fn config(minimum: u32, more: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n{more}  packs:\n    customization-framework:\n      \
         parameters:\n        minMonthlyRequests: {minimum}\n"
    )
}

fn waivers(deployments: &[&str]) -> String {
    let entry = |name: &&str| {
        format!(
            "    - {{rule: {RULE}, deployment: retail/{name}, reason: agreed for the pilot, owner: team-x, \
             approvedBy: platform, expires: 2027-01-31}}\n"
        )
    };
    let entries: String = deployments.iter().map(entry).collect();
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n{entries}")
}

const COMMENT: &str =
    "  # tunelint: ignore[fine-tuning-below-volume] until=2027-01-31 reason: a short campaign";

fn commit(tree: &Tree) -> String {
    git(&tree.path(""), &["add", "--all"]);
    git(&tree.path(""), &["commit", "--quiet", "--allow-empty", "-m", "x"]);
    git(&tree.path(""), &["rev-parse", "HEAD"])
}

/// A repository whose base has a config, a waiver for `waived`, and a comment in `noted`; and the hash of its commit.
fn base() -> (Tree, String) {
    let tree = Tree::new();
    git(&tree.path(""), &["init", "--quiet", "--initial-branch=main"]);
    tree.write("tunelint.yaml", config(500_000, ""))
        .write(".tunelint/waivers.yaml", waivers(&["waived"]))
        .write("deploy/waived.yaml", bot("waived", "1000"))
        .write("deploy/noted.yaml", bot("noted", &format!("1000{COMMENT}")))
        .write("deploy/small.yaml", bot("small", "400000"))
        .write("deploy/tiny.yaml", bot("tiny", "2000"));
    let id = commit(&tree);
    git(&tree.path(""), &["checkout", "--quiet", "-b", "topic"]);
    (tree, id)
}

/// Runs `check` with one rule in force in a folder of the tree.
fn run(tree: &Tree, folder: &str, arguments: &[&str]) -> Outcome {
    let mut all = vec!["check", "--format", "json", "--today", "2026-11-24", "--select", RULE];
    all.extend(arguments);
    tree.run_with_git(folder, &all)
}

/// `deployment status` of each finding of the rule.
fn statuses(outcome: &Outcome) -> Vec<String> {
    let report = outcome.report();
    let own = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == RULE);
    let mut all: Vec<String> = own
        .map(|finding| {
            let name = finding["deployment"].as_str().unwrap().trim_start_matches("retail/");
            format!("{name} {}", finding["status"].as_str().unwrap())
        })
        .collect();
    all.sort();
    all
}

fn about_trust(outcome: &Outcome) -> Vec<Value> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["rule"] == "trust").cloned().collect()
}

/// `severity code file:line` of each finding of trust, sorted.
fn told(outcome: &Outcome) -> Vec<String> {
    let mut all: Vec<String> = about_trust(outcome)
        .iter()
        .map(|finding| {
            let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let line = finding["span"]["start"]["line"].as_u64().unwrap_or(0);
            format!("{} {} {}:{line}", word("severity"), word("code"), word("file"))
        })
        .collect();
    all.sort();
    all
}

fn help(outcome: &Outcome, code: &str) -> String {
    let all = about_trust(outcome);
    let found = all.iter().find(|finding| finding["code"] == code);
    let found = found.unwrap_or_else(|| panic!("no {code} in {all:?}"));
    found["help"].as_str().unwrap().to_owned()
}

#[test]
fn a_pull_request_cannot_excuse_itself() {
    let (tree, id) = base();
    tree.write("tunelint.yaml", config(300_000, ""))
        .write(".tunelint/waivers.yaml", waivers(&["waived", "bad"]))
        .write("deploy/tiny.yaml", bot("tiny", &format!("2000{COMMENT}")))
        .write("deploy/bad.yaml", bot("bad", "90"));
    commit(&tree);

    let own = run(&tree, "", &[]);
    assert_eq!(own.status, Some(0), "{own:?}");
    assert_eq!(statuses(&own), ["bad waived", "noted suppressed", "tiny suppressed", "waived waived"]);
    assert_eq!(own.report()["run"]["trust"], Value::Null);

    let trusted = run(&tree, "", &["--trust", "main"]);
    assert_eq!(trusted.status, Some(1), "{trusted:?}");
    let expected = ["bad open", "noted suppressed", "small open", "tiny open", "waived waived"];
    assert_eq!(statuses(&trusted), expected);
    assert_eq!(trusted.report()["run"]["trust"], id.as_str());
    assert_eq!(
        told(&trusted),
        [
            "warning config-changed tunelint.yaml:7",
            "warning ignore-added deploy/tiny.yaml:17",
            "warning waiver-added .tunelint/waivers.yaml:6",
        ]
    );
    let config = help(&trusted, "config-changed");
    assert!(config.contains("1 would newly pass: retail/small (fine-tuning-below-volume)"), "{config}");
    assert_eq!(help(&trusted, "waiver-added"), format!("Trusted, it would excuse {RULE} on retail/bad"));
    assert_eq!(help(&trusted, "ignore-added"), format!("Trusted, it would excuse {RULE} on retail/tiny"));
}

#[test]
fn a_change_of_manifests_alone_has_nothing_told() {
    let (tree, _) = base();
    tree.write("deploy/small.yaml", bot("small", "600000"));
    commit(&tree);
    let trusted = run(&tree, "", &["--trust", "main"]);
    assert!(told(&trusted).is_empty(), "{trusted:?}");
    assert_eq!(statuses(&trusted), ["noted suppressed", "tiny open", "waived waived"]);
}

#[test]
fn a_renamed_config_is_one_that_counts_as_it_was() {
    let (tree, _) = base();
    git(&tree.path(""), &["mv", "tunelint.yaml", ".tunelint.yaml"]);
    tree.write(".tunelint.yaml", config(1, ""));
    let trusted = run(&tree, "", &["--trust", "main"]);
    assert_eq!(told(&trusted), ["warning config-changed .tunelint.yaml:7"], "{trusted:?}");
    assert_eq!(statuses(&trusted), ["noted suppressed", "small open", "tiny open", "waived waived"]);
}

#[test]
fn a_comment_stays_trusted_in_a_file_that_was_moved_and_not_for_longer() {
    let (tree, _) = base();
    git(&tree.path(""), &["mv", "deploy/noted.yaml", "deploy/moved.yaml"]);
    commit(&tree);
    let moved = run(&tree, "", &["--trust", "main"]);
    assert_eq!(statuses(&moved)[0], "noted suppressed");
    assert!(told(&moved).is_empty(), "{moved:?}");

    let longer = COMMENT.replace("2027-01-31", "2027-06-30");
    tree.write("deploy/moved.yaml", bot("noted", &format!("1000{longer}")));
    let longer = run(&tree, "", &["--trust", "main"]);
    assert_eq!(statuses(&longer)[0], "noted open");
    assert_eq!(told(&longer), ["warning ignore-added deploy/moved.yaml:17"]);
}

#[test]
fn packs_exclusions_the_baseline_and_what_to_fail_on_are_those_of_the_revision() {
    let (tree, _) = base();
    let pack = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec: {title: t, version: 1.0.0, \
                license: MIT}\n";
    let rule = "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {name: named-owner}\nspec:\n  summary: s\n  \
                severity: error\n  why: w\n  require: owner == 'team-y'\n  message: m\n";
    git(&tree.path(""), &["checkout", "--quiet", "main"]);
    tree.write("tunelint.yaml", config(500_000, "  policies: [policies/*]\n"))
        .write("policies/own/pack.yaml", pack)
        .write("policies/own/named-owner.yaml", rule);
    commit(&tree);
    git(&tree.path(""), &["checkout", "--quiet", "-B", "topic"]);
    let more = "  policies: [policies/*]\n  exclude: [deploy]\n  failOn: never\n";
    tree.write("tunelint.yaml", config(500_000, more))
        .write("policies/own/named-owner.yaml", rule.replace("team-y", "team-x"))
        .write("policies/new/pack.yaml", pack.replace("own", "new"))
        .write(
            ".tunelint/baseline.json",
            "{\"apiVersion\": \"tunelint.dev/v1alpha1\", \"kind\": \"Baseline\", \"spec\": {\"entries\": [\
             {\"rule\": \"fine-tuning-below-volume\", \"deployment\": \"retail/tiny\", \"pointer\": \
             \"/spec/workload/monthlyRequests\", \"outcome\": \"fail\", \"value\": 2000, \"better\": \"higher\"}]}}",
        );
    commit(&tree);
    let select = ["--select", "named-owner"];
    let own = run(&tree, "", &select);
    assert_eq!((own.status, own.report()["summary"]["manifests"].as_u64()), (Some(0), Some(0)), "{own:?}");

    let trusted = run(&tree, "", &[&select[..], &["--trust", "main"]].concat());
    assert_eq!(trusted.status, Some(1), "{trusted:?}");
    assert_eq!(statuses(&trusted), ["noted suppressed", "small open", "tiny open", "waived waived"]);
    let owner = trusted.report()["findings"].to_string();
    assert!(owner.contains("\"rule\":\"named-owner\""), "{owner}");
    assert_eq!(
        told(&trusted),
        [
            "note policy-changed policies/new/pack.yaml:0",
            "warning baseline-changed .tunelint/baseline.json:1",
            "warning config-changed tunelint.yaml:0",
            "warning policy-changed policies/own/named-owner.yaml:3",
        ]
    );
    assert_eq!(help(&trusted, "baseline-changed"), "Trusted, it would excuse 1 finding that is open here");
}

#[test]
fn a_mistake_in_the_new_config_is_told_and_an_old_one_once() {
    let (tree, _) = base();
    tree.write("tunelint.yaml", config(500_000, "  faliOn: never\n"));
    let trusted = run(&tree, "", &["--trust", "main"]);
    assert_eq!(trusted.status, Some(2));
    let report = trusted.report();
    let wrong: Vec<_> =
        report["findings"].as_array().unwrap().iter().filter(|own| own["rule"] == "config").collect();
    let at: Vec<_> =
        wrong.iter().map(|own| (own["file"].as_str().unwrap(), own["code"].as_str().unwrap())).collect();
    assert_eq!(at, [("main:tunelint.yaml", "no-effect"), ("tunelint.yaml", "unknown-key")]);
}

#[test]
fn an_ignore_file_that_differs_is_told() {
    let (tree, _) = base();
    tree.write("deploy/.tunelintignore", "tiny.yaml\n");
    let trusted = run(&tree, "", &["--trust", "main"]);
    assert_eq!(told(&trusted), ["warning ignore-file-changed deploy/.tunelintignore:0"], "{trusted:?}");
    assert_eq!(statuses(&trusted), ["noted suppressed", "small open", "waived waived"]);
}

#[test]
fn a_subfolder_is_judged_by_what_lies_above_it_at_the_revision() {
    let (tree, _) = base();
    tree.write("tunelint.yaml", config(300_000, ""))
        .write(".tunelint/waivers.yaml", waivers(&["waived", "tiny"]));
    let trusted = run(&tree, "deploy", &["--trust", "main"]);
    assert_eq!(trusted.status, Some(1), "{trusted:?}");
    assert_eq!(statuses(&trusted), ["noted suppressed", "small open", "tiny open", "waived waived"]);
    assert_eq!(
        told(&trusted),
        ["warning config-changed ../tunelint.yaml:7", "warning waiver-added ../.tunelint/waivers.yaml:6"]
    );
    let findings = trusted.report()["findings"].to_string();
    assert!(findings.contains("\"file\":\"main:../tunelint.yaml\""), "{findings}");
}

#[test]
fn a_config_that_is_new_or_gone_counts_as_the_revision_has_it() {
    let (tree, _) = base();
    git(&tree.path(""), &["rm", "--quiet", "tunelint.yaml"]);
    let gone = run(&tree, "", &["--trust", "main"]);
    assert!(told(&gone)[0].ends_with("config-changed main:tunelint.yaml:0"), "{gone:?}");
    commit(&tree);
    git(&tree.path(""), &["branch", "bare"]);
    tree.write("tunelint.yaml", config(1, ""));
    for arguments in [&["--trust", "bare"][..], &["--trust", "bare", "--config", "tunelint.yaml"]] {
        let new = run(&tree, "", arguments);
        assert_eq!(told(&new), ["warning config-changed tunelint.yaml:7"], "{new:?}");
        assert_eq!(statuses(&new), ["noted suppressed", "small open", "tiny open", "waived waived"]);
    }
}

#[test]
fn what_cannot_be_trusted_is_refused_with_what_would_help() {
    let (tree, _) = base();
    let refused = |tree: &Tree, folder: &str, revision: &str| {
        let outcome = run(tree, folder, &[&format!("--trust={revision}")]);
        assert_eq!((outcome.status, &*outcome.stdout), (Some(2), ""), "{outcome:?}");
        outcome.stderr
    };
    let unknown = refused(&tree, "", "origin/main");
    assert!(unknown.contains("origin/main is no revision of this repository; fetch it first"), "{unknown}");
    let option = refused(&tree, "", "--output=x");
    assert!(option.contains("is no revision"), "{option}");

    let elsewhere = Tree::with_good_manifest();
    assert!(refused(&elsewhere, "", "main").contains("is in no git repository"));

    commit(&tree);
    let from = format!("file://{}", tree.path("").display());
    git(&elsewhere.path(""), &["clone", "--quiet", "--depth=1", &from, "shallow"]);
    git(&elsewhere.path(""), &["clone", "--quiet", "--bare", &from, "bare.git"]);
    assert!(
        refused(&elsewhere, "shallow", "main").contains("this is a shallow clone: fetch its history first")
    );
    assert!(refused(&elsewhere, "bare.git", "main").contains("is a bare repository"));
}
