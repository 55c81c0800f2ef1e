//! What git has is what a checkout has: read from objects, a repository gives the rows that its checkout gives.

use jiff::civil::date;
use serde_json::Value;

use crate::common::{Tree, manifest};
use crate::git_history::{self, Commit, Files, Node, add, git};
use crate::organisation::{Size, TODAY, check_out};
use crate::support::{Organisation, TABLES, audit, rows, word};

/// The options of all audits here, from a folder beside the organisation's config.
const OPTIONS: [&str; 8] =
    ["--org-config", "../org", "--facts", "../facts.yaml", "--format", "brief", "--fail-on", "never"];

/// What a finding says, whoever tells it.
fn told(finding: &Value, place: impl Fn(&str) -> Value) -> String {
    let word = |key: &str| finding[key].clone();
    let parts = ["rule", "code", "outcome", "severity", "status", "message", "deployment", "file", "pointer"];
    let mut parts: Vec<Value> = parts.iter().map(|key| word(key)).collect();
    parts.extend(["line", "column", "end_line", "end_column"].iter().map(|key| place(key)));
    Value::from(parts).to_string()
}

#[test]
fn a_repository_read_from_objects_gives_the_rows_of_its_checkout_and_the_findings_of_check() {
    let own = Organisation::new(&Size { months: 3, ..Size::default() });
    check_out(&own.tree.path(""), &own.repos);
    let of_objects = audit(
        &own.tree,
        "repos",
        &[&OPTIONS[..], &["*", "--at", "HEAD", "--show-passed", "--dataset", "../objects"]].concat(),
    );
    let of_files = audit(
        &own.tree,
        "checkouts",
        &[&OPTIONS[..], &["*", "--show-passed", "--dataset", "../files"]].concat(),
    );
    assert_eq!(of_objects.status, of_files.status, "{}\n{}", of_objects.stderr, of_files.stderr);
    for table in TABLES {
        let of = |dataset: &str| rows(&own.tree.path(dataset), table);
        let (objects, files) = (of("objects"), of("files"));
        assert!(!objects.is_empty(), "{table}");
        for (one, other) in objects.iter().zip(&files) {
            assert_eq!(one, other, "{table}");
        }
        assert_eq!(objects.len(), files.len(), "{table}");
    }

    let findings = rows(&own.tree.path("objects"), "findings");
    for repo in &own.repos {
        let arguments = ["check", "--format", "json", "--today", TODAY, "--show-passed"];
        let arguments =
            [&arguments[..], &["--org-config", "../../org", "--facts", "../../facts.yaml"]].concat();
        let checked = own.tree.run_with_git(&format!("checkouts/{}", repo.name), &arguments);
        let report = checked.report();
        let mut checked: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            // Which of the supplied deployments are not there nobody can tell from one repository of many.
            .filter(|finding| finding["rule"] != "supplied-deployment-not-found")
            .map(|finding| {
                told(finding, |key| {
                    let (end, key) = key.strip_prefix("end_").map_or(("start", key), |key| ("end", key));
                    finding["span"][end][key].clone()
                })
            })
            .collect();
        let mut audited: Vec<String> = findings
            .iter()
            .filter(|finding| finding["repo"] == *repo.name)
            .map(|finding| told(finding, |key| finding[key].clone()))
            .collect();
        checked.sort();
        audited.sort();
        assert!(!audited.is_empty(), "{repo:?}");
        for (one, other) in checked.iter().zip(&audited) {
            assert_eq!(one, other, "{repo:?}");
        }
        assert_eq!(checked.len(), audited.len(), "{repo:?}");
    }
}

#[test]
fn evidence_behind_several_links_and_in_a_submodule_is_found_as_in_a_checkout() {
    let tree = Tree::new();
    let mut files = Files::new();
    let names = ["current/latest", "vendor/charts", "current/gone", "vendor/charts/in-it.md"];
    for (index, evidence) in names.into_iter().enumerate() {
        let text = manifest(&format!("bot-{index}"));
        let text = format!("{text}  requirements:\n    accuracy:\n      evidence: {evidence}\n");
        add(&mut files, format!("deploy/bot-{index}.yaml"), text);
    }
    add(&mut files, "data/results.md", "good");
    add(&mut files, "evals-2026/notes.md", "good");
    files.insert(b"evals-2026/latest".to_vec(), Node::Link("../data/results.md"));
    files.insert(b"current".to_vec(), Node::Link("evals-2026"));
    files.insert(b"vendor/charts".to_vec(), Node::Submodule);
    git_history::write(&tree.path("repo.git"), true, &[Commit { day: date(2026, 11, 5), files }]);
    git(&tree.path(""), &["clone", "--quiet", "--template=", "repo.git", "work"]);
    let missing = |words: &[&str]| -> Vec<String> {
        let words = [words, &["--dataset=kept", "--fail-on=never", "--select=evidence-not-found"]].concat();
        audit(&tree, "", &words);
        let rows = rows(&tree.path("kept"), "findings");
        rows.iter().map(|row| word(row, "file").to_owned()).collect()
    };
    let of_checkout = missing(&["work"]);
    assert_eq!(of_checkout, ["deploy/bot-2.yaml", "deploy/bot-3.yaml"]);
    assert_eq!(missing(&["repo.git"]), of_checkout);
}

#[test]
fn an_earlier_revision_is_read_as_it_was() {
    let own = Organisation::new(&Size { repos: 2, months: 4, work_trees: false, ..Size::default() });
    let outcome = own.audit(&["repos/*.git", "--at", "HEAD~1", "--dataset", "before", "--fail-on", "never"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let repos = rows(&own.tree.path("before"), "repos");
    for (row, repo) in repos.iter().zip(&own.repos) {
        let folder = own.tree.path(&repo.path);
        assert_eq!(row["commit"], git(&folder, &["rev-parse", "HEAD~1"]).as_str());
        assert_eq!(row["committed_at"], "2026-10-05T09:00:00Z");
        assert_eq!(row["repo"], format!("repos/{}", repo.name));
    }
    assert_eq!(repos.len(), 2);
}

#[test]
fn a_work_tree_is_read_as_it_stands_unless_a_revision_is_asked_for() {
    let own = Organisation::new(&Size { repos: 4, months: 2, ..Size::default() });
    let repo = own.repos.iter().find(|repo| repo.path.extension().is_none()).unwrap();
    let path = repo.path.to_str().unwrap();
    let extra = manifest("uncommitted");
    own.tree.write(repo.path.join("deploy/uncommitted.yaml"), extra);
    let has = |dataset: &str| {
        let deployments = rows(&own.tree.path(dataset), "deployments");
        assert!(!deployments.is_empty());
        deployments.iter().any(|row| row["deployment"] == "uncommitted")
    };
    own.audit(&[path, "--dataset", "stands"]);
    own.audit(&[path, "--at", "HEAD", "--dataset", "committed"]);
    assert_eq!((has("stands"), has("committed")), (true, false));
}
