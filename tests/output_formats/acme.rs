//! The sample repository in every format: the same findings, the same exit status.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::Tree;
use crate::{github, markdown, sarif, sarif_check};

/// A copy of the sample repository, outside of any repository of git.
fn acme() -> Tree {
    let tree = Tree::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repos/acme-platform");
    for entry in walkdir::WalkDir::new(&root) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&root).unwrap();
            tree.write(path, std::fs::read(entry.path()).unwrap());
        }
    }
    tree
}

fn check(tree: &Tree, arguments: &[&str]) -> Output {
    let mut command = tree.command(&["check", "--today", "2026-11-24"]);
    command.args(arguments).output().unwrap()
}

fn format(tree: &Tree, format: &str, paths: &[&str]) -> String {
    let mut arguments = vec!["--format", format];
    arguments.extend(paths);
    String::from_utf8(check(tree, &arguments).stdout).unwrap()
}

/// A deployment with every severity, an undetermined rule, and a file that cannot be read.
const FEW: &[&str] = &["deploy/prod/product-copy.yaml", "teams/labs/half-written.yaml"];

#[test]
fn shown_as_sarif() {
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let tag = format!("/blob/v{}/", env!("CARGO_PKG_VERSION"));
    let shown = format(&acme(), "sarif", FEW).replace(&version, "\"…\"").replace(&tag, "/blob/v…/");
    let digest = regex::Regex::new(r#""digest":"sha256:[0-9a-f]+""#).unwrap();
    insta::assert_snapshot!(digest.replace(&shown, "\"digest\":\"…\""));
}

#[test]
fn shown_as_workflow_commands() {
    insta::assert_snapshot!(format(&acme(), "github", FEW));
}

#[test]
fn shown_as_code_quality() {
    insta::assert_snapshot!(format(&acme(), "gitlab", FEW));
}

#[test]
fn shown_as_junit() {
    insta::assert_snapshot!(format(&acme(), "junit", FEW));
}

#[test]
fn shown_as_markdown() {
    let tag = format!("/blob/v{}/", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(format(&acme(), "markdown", FEW).replace(&tag, "/blob/v…/"));
}

#[test]
fn one_run_writes_all_formats_and_they_tell_the_same_findings() {
    let tree = acme();
    let status = check(
        &tree,
        &[
            "--format=json=out.json",
            "--format=sarif=out.sarif",
            "--format=gitlab=out.gitlab.json",
            "--format=junit=out.xml",
            "--format=markdown=out.md",
            "--format=github",
        ],
    );
    assert_eq!(status.status.code(), Some(1), "{}", String::from_utf8_lossy(&status.stderr));
    let read = |name: &str| std::fs::read_to_string(tree.path(name)).unwrap();
    let report: Value = serde_json::from_str(&read("out.json")).unwrap();
    let count = report["findings"].as_array().unwrap().len();
    assert!(count > 50);
    let log: Value = serde_json::from_str(&read("out.sarif")).unwrap();
    assert_eq!(sarif_check::mistakes(&log), [""; 0]);
    if let Some(schema) = sarif::standard() {
        assert!(schema.is_valid(&log));
    }
    // SARIF tells the worst first, the report goes by place: the same pairs of rule and fingerprint.
    let key = |rule: &Value, print: &Value| (rule.to_string(), print.to_string());
    let mut told: Vec<_> = sarif::results(&log)
        .iter()
        .map(|own| key(&own["ruleId"], &own["partialFingerprints"]["tunelintFingerprint/v1"]))
        .collect();
    let mut known: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| key(&own["rule"], &own["fingerprint"]))
        .collect();
    told.sort();
    known.sort();
    assert_eq!(told, known);
    // Every place is in a file that was read: every result has the hash of its line.
    let hashed = |own: &&Value| own["partialFingerprints"]["primaryLocationLineHash"].is_string();
    assert_eq!(sarif::results(&log).iter().filter(hashed).count(), count);
    let issues: Value = serde_json::from_str(&read("out.gitlab.json")).unwrap();
    assert_eq!(issues.as_array().unwrap().len(), count);
    assert_eq!(markdown::read(&read("out.md")).rows.len(), count);
    assert_eq!(read("out.xml").matches("<failure ").count(), read("out.xml").matches("</failure>").count());
    let annotated = github::commands(&String::from_utf8(status.stdout).unwrap());
    assert_eq!(annotated.len(), 30);
    for name in ["error", "warning", "notice"] {
        assert_eq!(annotated.iter().filter(|own| own.name == name).count(), 10, "{name}");
    }
}

#[test]
fn every_rule_of_a_finding_has_words_of_its_own() {
    let log: Value = serde_json::from_str(&format(&acme(), "sarif", &["."])).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        assert_ne!(rule["shortDescription"]["text"], rule["id"]);
        assert_ne!(rule["fullDescription"]["text"], rule["shortDescription"]["text"]);
    }
}

#[test]
fn the_exit_status_is_the_same_in_every_format() {
    let tree = acme();
    tree.write("good.yaml", crate::common::manifest("good"));
    for (arguments, expected) in
        [(&["good.yaml"][..], 0), (&["."], 1), (&["no-such-file.yaml"], 2), (&["--fail-on=never", "."], 0)]
    {
        for row in tunelint::output::FORMATS {
            let mut all = vec!["--format", row.name];
            all.extend(arguments);
            assert_eq!(check(&tree, &all).status.code(), Some(expected), "{} {arguments:?}", row.name);
        }
    }
}

#[test]
fn forges_are_told_paths_from_the_root_of_the_repository_and_linked_where_they_say_who_they_are() {
    let tree = acme();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    tree.write(".git/HEAD", commit);
    let run = |format: &str| {
        let mut command = tree.command(&["check", "--format", format, "product-copy.yaml"]);
        command.current_dir(tree.path("deploy/prod"));
        command.env("GITHUB_SERVER_URL", "https://github.com").env("GITHUB_REPOSITORY", "acme/platform");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let page = markdown::read(&run("markdown"));
    let start = format!("https://github.com/acme/platform/blob/{commit}/deploy/prod/product-copy.yaml#L");
    assert!(page.links.iter().any(|link| link.starts_with(&start)), "{:?}", page.links);
    assert!(run("github").contains(" file=deploy/prod/product-copy.yaml,"));
    assert!(run("sarif").contains(r#""uri":"deploy/prod/product-copy.yaml""#));
    assert!(run("gitlab").contains(r#""path":"deploy/prod/product-copy.yaml""#));
    // The report of our own goes on counting from the current folder.
    assert!(run("json").contains(r#""file":"product-copy.yaml""#));
}
