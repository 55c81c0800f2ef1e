//! Gates: what an audit fails on, and what it keeps for those who check it.

use jiff::civil::date;
use serde_json::Value;

use crate::common::{Outcome, Tree, manifest};
use crate::git_history::{self, Commit, Files, add, git};
use crate::organisation::Size;
use crate::support::{Organisation, audit, header, rows};

/// A manifest that breaks one rule of severity error, for nobody in particular where there is no owner.
fn tuned(name: &str, owner: &str) -> String {
    manifest(name)
        .replace("prompting", "fine-tuning")
        .replace("  owner: team-x\n", owner)
        .replace("  hosting:", "  workload:\n    monthlyRequests: 1000\n  hosting:")
}

/// A repository that had one deployment in September, two in October, and three since.
fn growing() -> Tree {
    let tree = Tree::new();
    let mut files = Files::new();
    let mut commits = Vec::new();
    for month in 9..=11 {
        add(
            &mut files,
            format!("deploy/bot-{month}.yaml"),
            tuned(&format!("bot-{month}"), "  owner: team-x\n"),
        );
        commits.push(Commit { day: date(2026, month, 5), files: files.clone() });
    }
    git_history::write(&tree.path("grows.git"), true, &commits);
    tree
}

#[track_caller]
fn ends(outcome: &Outcome, status: i32) {
    assert_eq!(outcome.status, Some(status), "{outcome:?}");
}

#[test]
fn what_to_fail_on_is_as_in_check() {
    let tree = growing();
    let run = |words: &[&str]| audit(&tree, "", &[&["grows.git"], words].concat());
    ends(&run(&[]), 1);
    ends(&run(&["--fail-on=error"]), 1);
    ends(&run(&["--fail-on=never"]), 0);
    tree.write("clean/good.yaml", manifest("good"));
    ends(&audit(&tree, "", &["clean"]), 0);
    ends(&audit(&tree, "", &["clean", "--fail-on=note"]), 1);
}

/// A config that says what to fail on.
fn fails_on(what: &str) -> String {
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {{failOn: {what}}}\n")
}

#[test]
fn what_the_organisation_fails_on_decides_where_the_command_line_says_nothing() {
    let tree = growing();
    tree.write("clean/good.yaml", manifest("good"));
    tree.write("lenient/tunelint.yaml", fails_on("never"));
    tree.write("strict/tunelint.yaml", fails_on("note"));
    let run = |words: &[&str]| audit(&tree, "", words);
    ends(&run(&["grows.git", "--org-config=lenient"]), 0);
    ends(&run(&["grows.git", "--org-config=lenient", "--fail-on=error"]), 1);
    ends(&run(&["clean", "--org-config=strict"]), 1);
    ends(&run(&["clean", "--org-config=strict", "--fail-on=error"]), 0);
}

#[test]
fn what_a_repository_fails_on_decides_for_its_own_checks_alone() {
    let tree = Tree::new();
    tree.write("own/bot.yaml", tuned("bot", "  owner: team-x\n"));
    tree.write("own/tunelint.yaml", fails_on("never"));
    tree.write("strict/tunelint.yaml", fails_on("warning"));
    for words in [&["own"][..], &["own", "--org-config=strict"]] {
        ends(&audit(&tree, "", &[words, &["--dataset=kept"]].concat()), 1);
        assert_eq!(rows(&tree.path("kept"), "repos")[0]["exit"], 0, "as `check` there exits");
    }
}

#[test]
fn shards_and_what_is_merged_of_them_fail_on_the_same() {
    let tree = growing();
    for (what, status) in [("never", 0), ("error", 1)] {
        tree.write("org/tunelint.yaml", fails_on(what));
        ends(&audit(&tree, "", &["grows.git", "--org-config=org", "--shard=1/1", "--dataset=part"]), status);
        ends(&audit(&tree, "", &["merge", "part", "--dataset=merged"]), status);
        // What was merged can be merged, and the command line goes first.
        ends(&audit(&tree, "", &["merge", "merged"]), status);
        ends(&audit(&tree, "", &["merge", "merged", "--fail-on=never"]), 0);
        ends(&audit(&tree, "", &["merge", "merged", "--fail-on=error"]), 1);
    }
}

#[test]
fn the_status_is_the_same_in_every_format() {
    let tree = growing();
    for format in ["human", "html", "markdown", "brief", "json"] {
        ends(&audit(&tree, "", &["grows.git", "--format", format]), 1);
        ends(&audit(&tree, "", &["grows.git", "--format", format, "--fail-on=never"]), 0);
    }
}

#[test]
fn new_findings_are_counted_since_an_earlier_audit() {
    let tree = growing();
    let before = ["grows.git", "--at=HEAD~1", "--dataset=before", "--fail-on=never"];
    audit(&tree, "", &before);
    let run = |words: &[&str]| {
        audit(&tree, "", &[&["grows.git", "--at=HEAD", "--since=before", "--fail-on=never"], words].concat())
    };
    let new = new_findings(&tree, "HEAD~1", "HEAD");
    assert!(new > 0);
    ends(&run(&["--max-new", &new.to_string()]), 0);
    ends(&run(&["--max-new", &(new - 1).to_string()]), 1);
    ends(&run(&["--max-new", "0"]), 1);
    // Nothing is new since the same day.
    audit(&tree, "", &["grows.git", "--at=HEAD", "--dataset=same", "--fail-on=never"]);
    let same = ["grows.git", "--at=HEAD", "--since=same", "--fail-on=never", "--max-new=0"];
    ends(&audit(&tree, "", &same), 0);
}

#[test]
fn a_dataset_may_take_the_place_of_the_one_it_is_compared_with() {
    let tree = growing();
    audit(&tree, "", &["grows.git", "--at=HEAD~1", "--dataset=kept", "--fail-on=never"]);
    let next = ["grows.git", "--at=HEAD", "--since=kept", "--dataset=kept", "--fail-on=never", "--max-new=0"];
    ends(&audit(&tree, "", &next), 1);
    // The second time there is nothing new.
    ends(&audit(&tree, "", &next), 0);
}

/// Open findings of the one revision that the other does not have, by what stays the same of them.
fn new_findings(tree: &Tree, before: &str, after: &str) -> usize {
    let of = |revision: &str| {
        let dataset = format!("of-{}", revision.replace('~', "-"));
        audit(tree, "", &["grows.git", "--at", revision, "--fail-on=never", "--dataset", &dataset]);
        let rows = rows(&tree.path(&dataset), "findings");
        let open = rows.into_iter().filter(|row| row["status"] == "open");
        open.map(|row| row["fingerprint"].clone()).collect::<Vec<Value>>()
    };
    let (before, after) = (of(before), of(after));
    after.iter().filter(|own| !before.contains(own)).count()
}

#[test]
fn a_moved_file_brings_no_new_findings() {
    let tree = growing();
    git(&tree.path(""), &["clone", "--quiet", "--template=", "grows.git", "work"]);
    audit(&tree, "", &["work", "--at=HEAD", "--dataset=before", "--fail-on=never"]);
    git(&tree.path("work"), &["mv", "deploy", "manifests"]);
    git(&tree.path("work"), &["commit", "--quiet", "--message=Move"]);
    let moved = ["work", "--at=HEAD", "--since=before", "--max-new=0", "--fail-on=never"];
    ends(&audit(&tree, "", &moved), 0);
}

#[test]
fn new_findings_are_counted_over_the_history_that_was_asked_for() {
    let tree = growing();
    let run = |words: &[&str]| {
        let history = ["grows.git", "--history=2", "--every=month", "--fail-on=never"];
        audit(&tree, "", &[&history, words].concat())
    };
    let new = new_findings(&tree, "HEAD~1", "HEAD");
    ends(&run(&["--max-new", &new.to_string()]), 0);
    ends(&run(&["--max-new", &(new - 1).to_string()]), 1);
    // There is nothing that it could be new to.
    ends(&audit(&tree, "", &["grows.git", "--at=HEAD", "--max-new=0"]), 2);
}

#[test]
fn a_deployment_that_nobody_owns_fails_where_owners_are_required() {
    let tree = growing();
    let run = |words: &[&str]| audit(&tree, "", &[&["grows.git", "--fail-on=never"], words].concat());
    ends(&run(&["--require-owner"]), 0);
    tree.write("orphans/bot.yaml", tuned("orphan", ""));
    let words = ["grows.git", "orphans", "--fail-on=never"];
    ends(&audit(&tree, "", &words), 0);
    let required = audit(&tree, "", &[&words[..], &["--require-owner"]].concat());
    ends(&required, 1);
    let text = format!("{}{}", required.stdout, required.stderr);
    assert!(text.contains("orphan"), "{text}");
}

#[test]
fn a_mistake_outranks_what_is_found() {
    let tree = growing();
    tree.write(
        "odd/tunelint.yaml",
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {faliOn: never}\n",
    );
    tree.write("odd/bot.yaml", tuned("odd", "  owner: team-x\n"));
    ends(&audit(&tree, "", &["grows.git", "odd"]), 2);
    ends(&audit(&tree, "", &["grows.git", "odd", "--fail-on=never"]), 2);
}

#[test]
fn words_that_do_not_go_together_are_refused() {
    let tree = growing();
    let refused: [&[&str]; 9] = [
        &["--history=0"],
        &["--history=x"],
        &["--every=day", "--history=2"],
        &["--shard=0/2"],
        &["--shard=3/2"],
        &["--shard=1/0"],
        &["--max-new=-1"],
        &["--since=nowhere", "--max-new=0"],
        &["--dataset-format=jsonl,parquet"],
    ];
    for words in refused {
        let outcome = audit(&tree, "", &[&["grows.git"], words].concat());
        assert_eq!(outcome.status, Some(2), "{words:?}: {outcome:?}");
        assert!(!outcome.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn evidence_holds_all_outcomes_and_what_they_were_judged_by() {
    let own = Organisation::new(&Size { repos: 4, months: 1, ..Size::default() });
    own.audit(&["repos/*", "--at=HEAD", "--dataset=usual", "--fail-on=never"]);
    own.audit(&["repos/*", "--at=HEAD", "--dataset=all", "--show-passed", "--fail-on=never"]);
    let outcomes = |dataset: &str, outcome: &str| {
        rows(&own.tree.path(dataset), "findings").iter().filter(|row| row["outcome"] == outcome).count()
            as u64
    };
    let counted = |column: &str| {
        let deployments = rows(&own.tree.path("all"), "deployments");
        deployments.iter().map(|row| row[column].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(outcomes("usual", "pass") + outcomes("usual", "not-applicable"), 0);
    assert_eq!(outcomes("all", "pass"), counted("pass"));
    let not_applicable = counted("not_applicable") + counted("not_applicable_unknown");
    assert_eq!(outcomes("all", "not-applicable"), not_applicable);
    assert!(counted("pass") > 0);
    assert_eq!(outcomes("usual", "fail"), outcomes("all", "fail"));
    let header = header(&own.tree.path("all"));
    assert_eq!((&header["show_passed"], &header["complete"]), (&true.into(), &true.into()));
    assert!(header["packs"][0]["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(header["repos"].as_array().unwrap().len(), own.repos.len());
}
