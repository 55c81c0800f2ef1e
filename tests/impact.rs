//! What a change of policy does, as `tunelint impact` shows it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads and may fail"
)]

#[path = "common/colour.rs"]
mod colour;
mod common;
#[path = "common/git_history.rs"]
mod git_history;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Outcome, Tree};
use git_history::git;
use serde_json::Value;

const TODAY: [&str; 2] = ["--today", "2026-11-24"];
const LOWER: [&str; 2] = ["--set", "minMonthlyRequests=300000"];

fn acme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repos/acme-platform")
}

/// Runs `impact` in a folder, with the day fixed and nothing of our environment but the path.
fn run_in(folder: &Path, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunelint"));
    command.arg("impact").args(TODAY).args(arguments).current_dir(folder);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    Outcome::of(&mut command)
}

fn impact(arguments: &[&str]) -> Outcome {
    let outcome = run_in(&acme(), &[&LOWER[..], arguments].concat());
    assert_eq!((outcome.status, &*outcome.stderr), (Some(0), ""), "{outcome:?}");
    outcome
}

/// A manifest of `NAME` that fine-tunes for this volume.
fn bot(name: &str, volume: u32) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {{name: {name}}}\nspec:\n  owner: team-x\n  \
         stage: pilot\n  customization: {{strategy: fine-tuning}}\n  model: {{base: example-1}}\n  \
         hosting: {{kind: on-premises}}\n  workload: {{domain: narrow, monthlyRequests: {volume}}}\n"
    )
}

fn config(spec: &str) -> String {
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n{spec}")
}

fn minimum(value: u32) -> String {
    config(&format!(
        "  packs: {{customization-framework: {{parameters: {{minMonthlyRequests: {value}}}}}}}\n"
    ))
}

/// `kind deployment rule before after` of each change, in order.
fn changes(outcome: &Outcome) -> Vec<String> {
    let report = outcome.report();
    let standing = |own: &Value| {
        let severity = own["severity"].as_str().map_or_else(String::new, |severity| format!("/{severity}"));
        format!("{}{severity}", own["outcome"].as_str().unwrap())
    };
    let changes = report["changes"].as_array().unwrap().iter();
    changes
        .map(|change| {
            let word = |key: &str| change[key].as_str().unwrap();
            let (before, after) = (standing(&change["before"]), standing(&change["after"]));
            format!("{} {} {} {before} {after}", word("kind"), word("deployment"), word("rule"))
        })
        .collect()
}

#[test]
fn acme_under_a_lower_threshold_for_people() {
    insta::assert_snapshot!(impact(&[]).stdout);
}

#[test]
fn acme_under_a_lower_threshold_in_json() {
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(
        impact(&["--format", "json"]).stdout.replace(&version, "\"version\":\"VERSION\"")
    );
}

#[test]
fn acme_under_a_lower_threshold_in_markdown() {
    insta::assert_snapshot!(impact(&["--format", "markdown"]).stdout);
}

#[test]
fn colour_changes_no_character() {
    let plain = impact(&[]).stdout;
    let colored = impact(&["--color", "always"]).stdout;
    assert_ne!(plain, colored);
    assert_eq!(plain, colour::without(&colored));
}

#[test]
fn formats_are_written_together() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("impact.json");
    let outcome = impact(&["--format", "human", "--format", &format!("json={}", file.display())]);
    assert_eq!(outcome.stdout, impact(&[]).stdout);
    let json: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(json, impact(&["--format", "json"]).report());
}

#[test]
fn the_json_fits_its_schema() {
    let schema: Value = serde_json::from_str(tunelint::schema::IMPACT_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let tree = Tree::new();
    tree.write("a.yaml", bot("a", 400_000)).write("broken.yaml", "kind: LLMDeployment\na: [\n");
    tree.write("tunelint.yaml", minimum(600_000)).write("other.yaml", config("  faliOn: never\n"));
    let mistaken = run_in(&tree.path(""), &["--against", "other.yaml", "--format", "json"]);
    assert_eq!(mistaken.status, Some(2));
    assert!(mistaken.stderr.contains("faliOn"), "{mistaken:?}");
    for report in [impact(&["--format", "json"]).report(), mistaken.report()] {
        if let Err(error) = validator.validate(&report) {
            panic!("{error} at {}", error.instance_path());
        }
    }
    assert_eq!(mistaken.report()["mistakes"][0]["file"], "other.yaml");
    assert_eq!(mistaken.report()["unread"], serde_json::json!(["broken.yaml"]));
}

#[test]
fn another_config_is_what_there_was_and_the_one_in_force_what_there_is() {
    let tree = Tree::new();
    tree.write("a.yaml", bot("a", 400_000)).write("tunelint.yaml", minimum(300_000));
    tree.write("strict.yaml", minimum(450_000));
    let json = ["--format", "json"];
    let outcome = run_in(&tree.path(""), &[&["--against", "strict.yaml"][..], &json].concat());
    assert_eq!(changes(&outcome), ["newly-passes a fine-tuning-below-volume fail/error pass"]);
    assert_eq!(outcome.report()["before"]["name"], "strict.yaml");
    let other = run_in(
        &tree.path(""),
        &[&["--against", "tunelint.yaml", "--config", "strict.yaml"][..], &json].concat(),
    );
    assert_eq!(changes(&other), ["newly-fails a fine-tuning-below-volume pass fail/error"]);
}

#[test]
fn a_revision_brings_its_config_and_its_packs() {
    let tree = Tree::new();
    let folder = tree.path("");
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    let pack = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec: {title: t, version: 1.0.0, \
                license: MIT}\n";
    let rule = "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {name: named-owner}\nspec:\n  summary: s\n  \
                severity: warning\n  why: w\n  require: owner == 'team-y'\n  message: m\n";
    tree.write("deploy/a.yaml", bot("a", 600_000))
        .write("deploy/left/b.yaml", bot("b", 600_000))
        .write("tunelint.yaml", config("  policies: [policies/*]\n"))
        .write("policies/own/pack.yaml", pack)
        .write("policies/own/named-owner.yaml", rule);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "-m", "x"]);
    let id = git(&folder, &["rev-parse", "HEAD"]);
    tree.write("policies/own/named-owner.yaml", rule.replace("warning", "error"))
        .write("tunelint.yaml", config("  policies: [policies/*]\n  exclude: [deploy/left]\n"));
    for (below, arguments) in [("", "."), ("deploy", ".")] {
        let outcome = run_in(&tree.path(below), &[arguments, "--against", "main", "--format", "json"]);
        let report = outcome.report();
        assert_eq!(report["before"]["commit"], id.as_str());
        let own: Vec<String> =
            changes(&outcome).into_iter().filter(|change| change.contains("named-owner")).collect();
        assert_eq!(
            own,
            [
                "severity-changed a named-owner fail/warning fail/error",
                "newly-passes b named-owner fail/warning left-out"
            ]
        );
        let difference = &report["differences"][0];
        let said = ["aspect", "name", "before", "after"].map(|key| difference[key].as_str().unwrap());
        assert_eq!(said, ["severity", "named-owner", "warning", "error"]);
    }
}

#[test]
fn what_is_new_can_fail_the_run() {
    let tree = Tree::new();
    tree.write("a.yaml", bot("a", 600_000));
    let status = |more: &[&str]| {
        run_in(&tree.path(""), &[&["--set", "minMonthlyRequests=700000"][..], more].concat()).status
    };
    assert_eq!(status(&[]), Some(0));
    assert_eq!(status(&["--fail-on-new", "error"]), Some(1));
    let lower = ["--set", "minMonthlyRequests=100", "--fail-on-new", "note"];
    assert_eq!(run_in(&tree.path(""), &lower).status, Some(0));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let tree = Tree::with_good_manifest();
    let refused = |arguments: &[&str]| {
        let outcome = run_in(&tree.path(""), arguments);
        assert_eq!((outcome.status, &*outcome.stdout), (Some(2), ""), "{outcome:?}");
        outcome.stderr
    };
    assert!(refused(&[]).contains("--against REF|CONFIG, or --set PARAMETER=VALUE"));
    assert!(refused(&["--against", "main"]).contains("is in no git repository"));
    assert!(refused(&["--set", "minMonthlyRequest=1"]).contains("did you mean minMonthlyRequests?"));
    assert!(
        refused(&["--set", "minMonthlyRequests=1", "--format", "html"]).contains("human, json, markdown")
    );
}
