//! Which files are found: ignore files, endings, folders that are never entered, overlapping paths, links.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use common::{Tree, manifest};

fn tree(files: &[&str]) -> Tree {
    let tree = Tree::new();
    for file in files {
        tree.write(file, manifest("bot"));
    }
    tree
}

/// Files in which a deployment was found.
fn found(tree: &Tree, arguments: &[&str]) -> Vec<String> {
    let report = tree.check(arguments).report();
    let deployments = report["deployments"].as_array().unwrap();
    deployments.iter().map(|own| own["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn yaml_and_json_files_are_found_in_any_case_and_in_hidden_folders() {
    let tree =
        tree(&["a.yaml", "b.yml", "c.YAML", ".github/d.Yml", ".e.yaml", "f.txt", "g.yaml.bak", "yaml"]);
    tree.write("h.json", r#"{"kind": "LLMDeployment"}"#);
    assert_eq!(found(&tree, &[]), [".e.yaml", ".github/d.Yml", "a.yaml", "b.yml", "c.YAML", "h.json"]);
    assert_eq!(found(&tree, &["f.txt"]), ["f.txt"]);
}

#[test]
fn some_folders_are_never_entered_unless_they_are_named() {
    let tree =
        tree(&[".git/a.yaml", "target/b.yaml", "deep/node_modules/c.yaml", "deep/target.yaml", "src/d.yaml"]);
    assert_eq!(found(&tree, &[]), ["deep/target.yaml", "src/d.yaml"]);
    assert_eq!(found(&tree, &["--no-ignore"]), ["deep/target.yaml", "src/d.yaml"]);
    assert_eq!(found(&tree, &["target", "deep/node_modules"]), ["deep/node_modules/c.yaml", "target/b.yaml"]);
    assert_eq!(found(&tree, &[".", "target"]), ["deep/target.yaml", "src/d.yaml", "target/b.yaml"]);
}

#[test]
fn ignore_files_count_in_a_walk_and_not_for_named_files() {
    let tree = tree(&["a.yaml", "out/b.yaml", "deep/c.yaml", "deep/keep/d.yaml"]);
    tree.write(".gitignore", "out/\n").write("deep/.tunelintignore", "*.yaml\n!keep/*.yaml\n");
    tree.write(".ignore", "a.yaml\n");
    assert_eq!(found(&tree, &[]), ["a.yaml", "deep/keep/d.yaml"]);
    assert_eq!(found(&tree, &["out/b.yaml"]), ["out/b.yaml"]);
    assert_eq!(found(&tree, &["--no-ignore"]), ["a.yaml", "deep/c.yaml", "deep/keep/d.yaml", "out/b.yaml"]);
}

#[test]
fn ignore_files_above_a_named_folder_count() {
    let tree = tree(&["deploy/a.yaml", "deploy/out/b.yaml"]);
    tree.write(".tunelintignore", "out/\n");
    assert_eq!(found(&tree, &["deploy"]), ["deploy/a.yaml"]);
}

#[test]
fn a_pattern_that_says_nothing_is_a_warning() {
    let tree = tree(&["a.yaml"]);
    tree.write(".tunelintignore", "b.yaml\na{b\n");
    let outcome = tree.check(&[]);
    assert_eq!(outcome.findings(), [(".tunelintignore".to_owned(), "ignore-file".to_owned(), 0)]);
    let report = outcome.report();
    assert_eq!(report["findings"][0]["severity"], "warning");
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("line 2"), "{report}");
    assert_eq!(outcome.status, Some(0));
}

#[test]
fn overlapping_paths_find_each_file_once() {
    let tree = tree(&["a.yaml", "deep/b.yaml"]);
    let absolute = tree.path("deep");
    let paths =
        [".", "./deep", "deep/b.yaml", "a.yaml", "deep/../a.yaml", "a.yaml", absolute.to_str().unwrap(), "."];
    let outcome = tree.check(&paths);
    assert_eq!(outcome.report()["summary"]["files"], 2);
    assert_eq!(found(&tree, &paths), ["a.yaml", "deep/b.yaml"]);
}

#[test]
fn paths_are_shown_from_the_current_folder_and_outside_of_it_as_given() {
    let outside = tree(&["other/a.yaml"]);
    let tree = tree(&["deep/b.yaml"]);
    let inside = tree.path("deep");
    assert_eq!(found(&tree, &["./deep//b.yaml"]), ["deep/b.yaml"]);
    assert_eq!(found(&tree, &["deep/../deep"]), ["deep/b.yaml"]);
    assert_eq!(found(&tree, &[inside.to_str().unwrap()]), ["deep/b.yaml"]);
    let given = outside.path("other");
    assert_eq!(found(&tree, &[given.to_str().unwrap()]), [format!("{}/a.yaml", given.display())]);
}

#[cfg(unix)]
#[test]
fn links_inside_the_root_are_followed_once_to_what_they_lead_to() {
    let tree = tree(&["a.yaml", "shared/b.yaml", "target/c.yaml", "plain"]);
    tree.write("deploy/d.yaml", manifest("bot"));
    tree.link("deploy/shared", "../shared")
        .link("deploy/a.yaml", "../a.yaml")
        .link("deploy/e.yaml", "../plain");
    tree.link("deploy/f.txt", "../target/c.yaml");
    // What is walked anyway is not found again; what is not a manifest by its own name is by the link's.
    assert_eq!(found(&tree, &[]), ["a.yaml", "deploy/d.yaml", "plain", "shared/b.yaml"]);
    // From below, links lead out of the folder, but not out of the current one.
    assert_eq!(found(&tree, &["deploy"]), ["a.yaml", "deploy/d.yaml", "plain", "shared/b.yaml"]);
    // A named folder may itself be a link.
    assert_eq!(found(&tree, &["deploy/shared"]), ["deploy/shared/b.yaml"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    use std::io::Write;
    use std::process::Stdio;

    let tree = Tree::new();
    for (arguments, name) in [
        (&["--format", "json", "--stdin-filename", "deploy/x.yaml"][..], "deploy/x.yaml"),
        (&["check", "--format", "json", "-"][..], "<stdin>"),
    ] {
        let mut child = tree.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(manifest("piped").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["deployments"][0]["file"], name);
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn without_a_manifest_files_that_look_like_deployments_are_listed() {
    let tree = Tree::new();
    tree.write("deploy/vllm.yaml", "image: vllm/vllm-openai:v0.6.2\n").write("web.yaml", "image: nginx\n");
    tree.write("main.tf", "resource \"aws_bedrock_custom_model\" \"a\" {}\n");
    let human = tree.run(&[]);
    assert_eq!(human.status, Some(0));
    assert!(human.stdout.contains("deploy/vllm.yaml") && human.stdout.contains("main.tf"), "{human:?}");
    assert!(!human.stdout.contains("web.yaml"));
    let required = tree.check(&["--require-manifests"]);
    assert_eq!(required.findings(), [(".".to_owned(), "no-manifest".to_owned(), 0)]);
    assert_eq!(required.status, Some(2));
}

#[test]
fn an_identity_used_twice_is_an_error_in_one_file_and_a_note_in_two() {
    let tree = tree(&["a.yaml", "b.yaml"]);
    assert_eq!(tree.check(&[]).findings(), [("b.yaml".to_owned(), "duplicate-identity".to_owned(), 4)]);
    assert_eq!(tree.check(&[]).status, Some(0));
    tree.write("a.yaml", format!("{}---\n{}", manifest("bot"), manifest("bot")));
    let outcome = tree.check(&[]);
    let told = |file: &str, line| (file.to_owned(), "duplicate-identity".to_owned(), line);
    assert_eq!(outcome.findings(), [told("a.yaml", 18), told("b.yaml", 4)]);
    let findings = outcome.unjudged();
    let labels = |finding: usize| {
        let labels = findings[finding]["labels"].as_array().unwrap();
        labels.iter().map(|label| label["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (labels(0), labels(1)),
        (vec!["a.yaml".into(), "a.yaml".into()], vec!["b.yaml".into(), "a.yaml".into()])
    );
    assert_eq!(findings[0]["severity"], "error");
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn evidence_is_looked_for_from_the_manifests_folder_up_to_the_top() {
    let tree = Tree::new();
    let named = |path: &str| format!("{}  lifecycle: {{exitPlan: '{path}'}}\n", manifest("bot"));
    tree.write("docs/plan.md", "").write("deploy/near.md", "").write("deploy/train/a.yaml", "");
    let missing = |path: &str, arguments: &[&str]| {
        tree.write("deploy/bot.yaml", named(path));
        let findings = tree.check(arguments).unjudged();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for there in [
        "docs/plan.md",
        "near.md",
        "../docs/plan.md",
        "https://example.com/x.md",
        "in our wiki",
        "train/*.yaml",
    ] {
        assert_eq!(missing(there, &[]), [""; 0], "{there}");
    }
    for gone in ["docs/plan.txt", "./far.md", "../../outside.md", "train/*.json"] {
        assert_eq!(missing(gone, &[]), ["evidence-not-found"], "{gone}");
    }
    assert_eq!(missing("./far.md", &["--ignore", "evidence-not-found"]), [""; 0]);
    tree.write(
        "deploy/bot.yaml",
        format!(
            "{}  artifacts:\n    - train/a.yaml\n    - {{path: gone.yaml, role: gateway}}\n    - missing\n",
            manifest("bot")
        ),
    );
    let findings = tree.check(&[]).unjudged();
    let lines: Vec<_> = findings.iter().map(|finding| &finding["span"]["start"]["line"]).collect();
    assert_eq!(lines, [16, 17]);
}

/// What a hook names that a walk would not report: a template, bytes that are no text, what ignore files leave out.
fn changed() -> Tree {
    // The last two are no manifests.
    let tree = tree(&CHANGED[..7]);
    tree.write(".gitignore", "/out/\n.ignored/*\n")
        .write(".tunelintignore", "deep/*.yaml\n!.ignored/g.yaml\n");
    tree.write("kept/out/.tunelintignore", "!e.yaml\n");
    tree.write("charts/templates/web.yaml", "{{- if .Values.web }}\nkind: Deployment\n{{ end }}\n");
    tree.write("photo.yaml", b"\x89PNG\xff\xfe");
    tree
}

const CHANGED: [&str; 9] = [
    "a.yaml",
    "out/b.yaml",
    "deep/c.yaml",
    "deep/keep/d.yaml",
    "kept/out/e.yaml",
    "target/f.yaml",
    ".ignored/g.yaml",
    "charts/templates/web.yaml",
    "photo.yaml",
];

#[test]
fn unrelated_named_files_are_passed_over_on_demand_as_in_a_walk() {
    let tree = changed();
    let walked = tree.check(&["."]);
    let mut arguments = vec!["--skip-unrelated"];
    arguments.extend(CHANGED);
    let named = tree.check(&arguments);
    assert_eq!(named.status, Some(0), "{named:?}");
    assert_eq!(named.deployments().len(), 4);
    assert_eq!(named.report()["deployments"], walked.report()["deployments"]);
    assert_eq!(named.report()["findings"], walked.report()["findings"]);
    assert_eq!(named.report()["summary"], walked.report()["summary"]);
    let without = tree.check(&CHANGED);
    assert_eq!((without.status, without.deployments().len()), (Some(2), 7), "{without:?}");
}

#[test]
fn named_files_that_are_passed_over_are_not_where_ignore_files_do_not_count() {
    let tree = changed();
    let mut arguments = vec!["--skip-unrelated", "--no-ignore"];
    arguments.extend(CHANGED);
    let found = found(&tree, &arguments);
    assert_eq!(found.len(), 6);
    assert!(!found.contains(&"target/f.yaml".to_owned()), "{found:?}");
}

#[test]
fn a_broken_manifest_among_unrelated_files_is_told_with_status_1() {
    let tree = Tree::new();
    tree.write("bad.yaml", format!("{}bad: [\n", manifest("bad")));
    let outcome = tree.check(&["--skip-unrelated", "bad.yaml"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert_eq!(outcome.findings()[0].1, "syntax");
    assert_eq!(tree.check(&["bad.yaml"]).status, Some(2));
    assert_eq!(tree.check(&["--skip-unrelated", "missing.yaml"]).status, Some(2));
}

#[test]
fn a_folder_that_is_named_is_walked_where_unrelated_files_are_passed_over() {
    let tree = tree(&["out/a.yaml"]);
    tree.write(".tunelintignore", "out/\n");
    assert_eq!(found(&tree, &["--skip-unrelated", "out"]), ["out/a.yaml"]);
    assert!(found(&tree, &["--skip-unrelated"]).is_empty());
}
