//! `--changed`: all of a repo is judged, and what nobody touched is left out of the report.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test fails by it, and opens what was written"
)]

mod common;
#[path = "common/git_history.rs"]
mod git_history;

use std::fs;

use common::{Outcome, Tree};
use serde_json::json;

/// A manifest with one finding: it fine-tunes for too few requests a month. Its evidence is `evals/NAME.md`.
fn manifest(name: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {name}\nspec:\n  owner: team-x\n  \
         stage: pilot\n  customization:\n    strategy: fine-tuning\n    method: lora\n  model:\n    base: example-1\n  \
         hosting:\n    kind: on-premises\n  workload:\n    monthlyRequests: 1000\n  requirements:\n    accuracy:\n      \
         evidence: evals/{name}.md\n"
    )
}

fn git(tree: &Tree, arguments: &[&str]) -> String {
    git_history::git(&tree.path(""), arguments)
}

fn commit(tree: &Tree) {
    git(tree, &["add", "--all"]);
    git(tree, &["commit", "--quiet", "--allow-empty", "--message", "x"]);
}

/// A repo with two deployments, `one` and `two`, on the branch `topic` that has left `main`.
fn repo() -> Tree {
    let tree = Tree::new();
    git(&tree, &["init", "--quiet", "--initial-branch=main"]);
    for name in ["one", "two"] {
        tree.write(format!("deploy/{name}.yaml"), manifest(name));
        tree.write(format!("evals/{name}.md"), "good\n");
    }
    commit(&tree);
    git(&tree, &["switch", "--quiet", "--create", "topic"]);
    tree
}

/// The one rule that is looked at here.
const RULE: [&str; 2] = ["--select", "fine-tuning-below-volume"];

/// Checks as JSON; the binary finds git.
fn check(tree: &Tree, folder: &str, arguments: &[&str]) -> Outcome {
    let all = [&["check", "--format", "json", "--today", "2026-11-24"], &RULE[..], arguments].concat();
    tree.run_with_git(folder, &all)
}

/// Files of the findings.
fn files(outcome: &Outcome) -> Vec<String> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn where_nothing_was_touched_nothing_is_reported_and_all_is_counted_as_left_out() {
    let tree = repo();
    assert_eq!(check(&tree, "", &[]).status, Some(1));
    let outcome = check(&tree, "", &["--changed"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let report = outcome.report();
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["deployments"], json!([]));
    assert_eq!(report["run"]["changed"], json!({"since": "main", "deploymentsLeftOut": 2}));
    assert_eq!(report["summary"]["errors"], 0);
    assert_eq!(report["summary"]["manifests"], 2);
    let schema = serde_json::from_str(include_str!("../schemas/report.schema.json")).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&report).unwrap();
}

#[test]
fn a_report_that_is_not_limited_does_not_speak_of_changes() {
    let report = check(&repo(), "", &[]).report();
    assert!(report["run"].get("changed").is_none(), "{report}");
    assert_eq!(report["deployments"].as_array().unwrap().len(), 2);
}

#[test]
fn edited_staged_committed_renamed_and_untracked_manifests_are_touched() {
    type Touch = fn(&Tree);
    let touches: [(&str, Touch); 5] = [
        ("deploy/one.yaml", |tree| {
            tree.write("deploy/one.yaml", manifest("one") + "# edited\n");
        }),
        ("deploy/one.yaml", |tree| {
            tree.write("deploy/one.yaml", manifest("one") + "# staged\n");
            git(tree, &["add", "--all"]);
        }),
        ("deploy/one.yaml", |tree| {
            tree.write("deploy/one.yaml", manifest("one") + "# committed\n");
            commit(tree);
        }),
        ("deploy/a name.yaml", |tree| {
            git(tree, &["mv", "deploy/one.yaml", "deploy/a name.yaml"]);
        }),
        ("new/three.yaml", |tree| {
            tree.write("new/three.yaml", manifest("three"));
        }),
    ];
    for (file, touch) in touches {
        let tree = repo();
        touch(&tree);
        let outcome = check(&tree, "", &["--changed", "main"]);
        assert_eq!(files(&outcome), [file]);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert_eq!(outcome.report()["deployments"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn changes_count_from_where_the_branch_left() {
    let tree = repo();
    tree.write("deploy/one.yaml", manifest("one") + "# here\n");
    commit(&tree);
    git(&tree, &["switch", "--quiet", "main"]);
    tree.write("deploy/two.yaml", manifest("two") + "# meanwhile\n");
    commit(&tree);
    git(&tree, &["switch", "--quiet", "topic"]);
    assert_eq!(files(&check(&tree, "", &["--changed"])), ["deploy/one.yaml"]);
    assert_eq!(files(&check(&tree, "", &["--changed=HEAD"])), Vec::<String>::new());
}

#[test]
fn a_manifest_that_is_gone_leaves_nothing_to_report() {
    let tree = repo();
    git(&tree, &["rm", "--quiet", "deploy/one.yaml"]);
    let outcome = check(&tree, "", &["--changed"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.report()["run"]["changed"]["deploymentsLeftOut"], 1);
}

#[test]
fn evidence_that_was_touched_or_is_gone_touches_the_deployment_that_names_it() {
    let tree = repo();
    tree.write("evals/two.md", "worse\n");
    assert_eq!(files(&check(&tree, "", &["--changed"])), ["deploy/two.yaml"]);
    let tree = repo();
    fs::remove_file(tree.path("evals/one.md")).unwrap();
    let outcome = check(&tree, "", &["--changed", "--select", "evidence-not-found"]);
    let report = outcome.report();
    let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|own| &own["rule"]).collect();
    assert_eq!(rules, ["fine-tuning-below-volume", "evidence-not-found"], "{outcome:?}");
    assert_eq!(files(&outcome), ["deploy/one.yaml"; 2]);
}

#[test]
fn a_config_counts_where_it_decided() {
    let tree = repo();
    tree.write(
        "tunelint.yaml",
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n  overrides:\n    - paths: [deploy/two.yaml]\n      \
         packs:\n        customization-framework:\n          parameters: {minMonthlyRequests: 2000}\n",
    );
    let outcome = check(&tree, "", &["--changed"]);
    assert_eq!(files(&outcome), ["deploy/two.yaml"], "{outcome:?}");
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn a_mistake_in_the_config_is_told_whoever_made_it() {
    let tree = repo();
    git(&tree, &["switch", "--quiet", "main"]);
    tree.write("tunelint.yaml", "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {failOm: error}\n");
    commit(&tree);
    let outcome = check(&tree, "", &["--changed"]);
    assert_eq!(files(&outcome), ["tunelint.yaml"]);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn documents_that_cannot_be_read_are_reported_where_they_were_touched_or_named() {
    let broken = "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nspec: {\n";
    let tree = repo();
    git(&tree, &["switch", "--quiet", "main"]);
    tree.write("deploy/broken.yaml", broken);
    commit(&tree);
    assert_eq!(check(&tree, "", &["--changed"]).status, Some(0));
    let named = check(&tree, "", &["--changed", "--", "deploy/broken.yaml"]);
    assert_eq!(named.status, Some(2), "{named:?}");
    assert_eq!(files(&named), ["deploy/broken.yaml"]);
    tree.write("deploy/broken.yaml", format!("# edited\n{broken}"));
    let touched = check(&tree, "", &["--changed"]);
    assert_eq!(touched.status, Some(1), "{touched:?}");
    assert_eq!(files(&touched), ["deploy/broken.yaml"]);
}

#[test]
fn paths_are_those_of_the_current_folder() {
    let tree = repo();
    tree.write("deploy/one.yaml", manifest("one") + "# edited\n").write("other/README", "");
    assert_eq!(files(&check(&tree, "deploy", &["--changed"])), ["one.yaml"]);
    assert_eq!(files(&check(&tree, "other", &["--changed", "--", "../deploy"])), ["../deploy/one.yaml"]);
    let absolute = tree.path("deploy");
    let outcome = check(&tree, "other", &["--changed", "--", absolute.to_str().unwrap()]);
    assert_eq!(files(&outcome).len(), 1);
    let outside = Tree::new();
    let outcome = check(&outside, "", &["--changed", "--", absolute.to_str().unwrap()]);
    assert_eq!(files(&outcome).len(), 1, "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn a_link_is_touched_with_what_it_leads_to() {
    let tree = repo();
    fs::create_dir(tree.path("linked")).unwrap();
    tree.link("linked/one.yaml", "../deploy/one.yaml");
    commit(&tree);
    tree.write("deploy/one.yaml", manifest("one") + "# edited\n");
    let outcome = check(&tree, "", &["--changed", "--", "linked/one.yaml"]);
    assert_eq!(files(&outcome), ["linked/one.yaml"]);
}

#[test]
fn what_comes_by_standard_input_is_being_written() {
    let tree = repo();
    let mut command =
        tree.command(&["check", "--format", "json", "--changed", "--stdin-filename", "deploy/one.yaml"]);
    command.args(RULE).env("PATH", std::env::var_os("PATH").unwrap());
    command.stdin(fs::File::open(tree.path("deploy/one.yaml")).unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn people_are_told_what_was_left_out() {
    let tree = repo();
    tree.write("deploy/one.yaml", manifest("one") + "# edited\n");
    for format in ["human", "markdown"] {
        let mut command = tree.command(&["check", "--changed", "--format", format]);
        let output = command.args(RULE).env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("2 manifests: 1 error; 1 deployment not touched since main"), "{text}");
    }
}

/// Runs that cannot be: each complains on standard error, and writes no report.
fn refused(tree: &Tree, arguments: &[&str]) -> String {
    let outcome = check(tree, "", arguments);
    assert_eq!((outcome.status, &*outcome.stdout), (Some(2), ""), "{outcome:?}");
    outcome.stderr
}

#[test]
fn what_git_cannot_tell_is_said_with_what_to_do() {
    let tree = repo();
    let said = refused(&tree, &["--changed", "nonsense\u{1b}"]);
    assert!(said.contains("is no revision of this repository") && !said.contains('\u{1b}'), "{said}");
    assert!(refused(&tree, &["--changed=--output=x"]).contains("is no revision"));
    let said = refused(&tree, &["--changed", "deploy"]);
    assert!(said.contains("`--changed -- deploy`"), "{said}");

    git(&tree, &["branch", "--move", "main", "trunk"]);
    let said = refused(&tree, &["--changed"]);
    assert!(said.contains("origin/HEAD, origin/main, origin/master, main, master"), "{said}");
    assert!(said.contains("--changed REF"), "{said}");

    let outside = Tree::with_good_manifest();
    assert!(refused(&outside, &["--changed"]).contains("is in no git repository"));
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let tree = repo();
    commit(&tree);
    git(&tree, &["switch", "--quiet", "main"]);
    let clone = Tree::new();
    let url = format!("file://{}", tree.path("").display());
    git(&clone, &["clone", "--quiet", "--depth=1", "--branch=topic", &url, "shallow"]);
    let shallow = |arguments: &[&str]| {
        let outcome = check(&clone, "shallow", arguments);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        outcome.stderr
    };
    for arguments in [&["--changed"][..], &["--changed", "origin/main"]] {
        let said = shallow(arguments);
        assert!(said.contains("shallow clone") && said.contains("fetch-depth: 0"), "{said}");
    }
}
