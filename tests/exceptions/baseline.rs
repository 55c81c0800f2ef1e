//! The baseline.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use proptest::prelude::*;

use crate::common::{Outcome, Tree};
use crate::support::{RULE, TODAY, bot, check, statuses, told, waivers};

const FILE: &str = ".tunelint/baseline.json";

fn baseline(tree: &Tree, arguments: &[&str]) -> Outcome {
    let mut all = vec!["baseline"];
    all.extend(arguments);
    all.extend(["--today", TODAY]);
    tree.run(&all)
}

/// `retail/bot` and a baseline that knows it.
fn known() -> Tree {
    let tree = Tree::new();
    tree.write("deploy/bot.yaml", bot("bot", 120_000));
    let outcome = baseline(&tree, &["write"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    tree
}

fn text(tree: &Tree) -> String {
    fs::read_to_string(tree.path(FILE)).unwrap()
}

#[test]
fn a_finding_of_the_baseline_does_not_count() {
    let tree = known();
    let outcome = tree.check(&[]);
    assert_eq!(outcome.status, Some(0));
    let summary = &outcome.report()["summary"];
    assert_eq!((&summary["errors"], &summary["warnings"]), (&0.into(), &0.into()));
    assert!(summary["baselined"].as_u64().unwrap() > 5);
    assert!(told(&tree, &outcome).is_empty());
}

#[test]
fn moving_reindenting_and_renaming_change_nothing() {
    let tree = known();
    let before = text(&tree);
    let moved =
        bot("bot", 120_000).replace("  workload:\n    domain: narrow\n    monthlyRequests: 120000\n", "");
    let moved = moved.replace(
        "spec:\n",
        "# Moved up, and set deeper.\n\nspec:\n  workload:\n        monthlyRequests:   120_000\n        domain: narrow\n",
    );
    fs::remove_dir_all(tree.path("deploy")).unwrap();
    tree.write("teams/retail/renamed.yml", moved.replace("120_000", "1.2e5"));
    let outcome = tree.check(&[]);
    let summary = outcome.report()["summary"].clone();
    assert_eq!(
        (&summary["errors"], &summary["warnings"], &summary["notes"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert!(told(&tree, &outcome).is_empty());
    assert_eq!(baseline(&tree, &["check"]).status, Some(0));
    assert_eq!(baseline(&tree, &["write"]).status, Some(0));
    assert_eq!(text(&tree), before);
}

#[test]
fn a_worsened_value_counts_and_points_to_the_baseline() {
    let tree = known();
    tree.write("deploy/bot.yaml", bot("bot", 119_999));
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["open"]);
    assert_eq!(outcome.status, Some(1));
    assert!(told(&tree, &outcome).is_empty());
    let labels = outcome.report()["findings"][0]["labels"].clone();
    let last = labels.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["file"], &last["message"]), (&FILE.into(), &"known to the baseline as 120000".into()));
    // Pruning does not take it up, nor forget what was known.
    let before = text(&tree);
    assert_eq!(baseline(&tree, &["prune"]).status, Some(0));
    assert_eq!(text(&tree), before);
    baseline(&tree, &["write"]);
    assert_eq!(statuses(&check(&tree, &[])), ["baselined"]);
}

#[test]
fn a_better_value_is_known_and_kept_by_pruning() {
    let tree = known();
    tree.write("deploy/bot.yaml", bot("bot", 130_000));
    assert_eq!(statuses(&check(&tree, &[])), ["baselined"]);
    let outcome = baseline(&tree, &["check"]);
    assert_eq!(outcome.status, Some(1));
    assert!(
        outcome.stdout.contains("baseline[outdated]") && outcome.stdout.contains("1 updated"),
        "{outcome:?}"
    );
    assert_eq!(baseline(&tree, &["prune"]).status, Some(0));
    assert_eq!(baseline(&tree, &["check"]).status, Some(0));
    tree.write("deploy/bot.yaml", bot("bot", 120_000));
    assert_eq!(statuses(&check(&tree, &[])), ["open"], "what was better has not to become as bad again");
}

#[test]
fn what_is_mended_leaves_the_baseline_by_pruning() {
    let tree = known();
    tree.write("deploy/bot.yaml", bot("bot", 600_000));
    let outcome = tree.check(&[]);
    assert_eq!(outcome.status, Some(0));
    assert_eq!(told(&tree, &outcome).len(), 1);
    assert!(
        told(&tree, &outcome)[0]
            .starts_with("note baseline[stale] at «{\"rule\":\"fine-tuning-below-volume\"")
    );
    let outcome = baseline(&tree, &["check"]);
    assert_eq!(outcome.status, Some(1));
    assert!(outcome.stdout.contains("is not up to date: 1 taken out"), "{outcome:?}");
    let before = text(&tree).lines().count();
    baseline(&tree, &["prune"]);
    assert_eq!(text(&tree).lines().count(), before - 1);
    tree.write("deploy/bot.yaml", bot("bot", 120_000));
    assert_eq!(statuses(&check(&tree, &[])), ["open"]);
}

#[test]
fn a_fact_that_was_missing_is_another_finding_once_it_is_there_and_bad() {
    let tree = Tree::new();
    tree.write("bot.yaml", bot("bot", 1).replace("    monthlyRequests: 1\n", ""));
    baseline(&tree, &["write"]);
    assert_eq!(statuses(&check(&tree, &[])), ["baselined"]);
    tree.write("bot.yaml", bot("bot", 120_000));
    assert_eq!(statuses(&check(&tree, &[])), ["open"]);
    // And what failed is not excused by leaving the fact out.
    baseline(&tree, &["write"]);
    tree.write("bot.yaml", bot("bot", 1).replace("    monthlyRequests: 1\n", ""));
    assert_eq!(statuses(&check(&tree, &[])), ["open"]);
}

#[test]
fn each_entry_is_for_one_finding() {
    let tree = Tree::new();
    tree.write("prod/bot.yaml", bot("bot", 120_000));
    baseline(&tree, &["write"]);
    tree.write("staging/bot.yaml", bot("bot", 130_000));
    let mut own = statuses(&check(&tree, &[]));
    own.sort();
    assert_eq!(own, ["baselined", "open"]);
    baseline(&tree, &["write"]);
    assert_eq!(statuses(&check(&tree, &[])), ["baselined", "baselined"]);
    // Each by a value that is no worse: the two have changed places.
    tree.write("prod/bot.yaml", bot("bot", 130_000));
    tree.write("staging/bot.yaml", bot("bot", 120_000));
    assert_eq!(statuses(&check(&tree, &[])), ["baselined", "baselined"]);
    tree.write("prod/bot.yaml", bot("bot", 125_000));
    assert_eq!(statuses(&check(&tree, &[])), ["open", "baselined"]);
    fs::remove_dir_all(tree.path("prod")).unwrap();
    baseline(&tree, &["prune"]);
    assert_eq!(text(&tree).matches(RULE).count(), 1);
}

#[test]
fn a_run_over_a_part_leaves_the_rest_of_the_baseline_alone() {
    let tree = known();
    tree.write("other/bot.yaml", bot("other", 120_000));
    let before = text(&tree);
    // Of a deployment that was not looked at, and of rules that did not run.
    assert_eq!(baseline(&tree, &["prune", "other"]).status, Some(0));
    assert_eq!(text(&tree), before);
    assert_eq!(baseline(&tree, &["check", "other"]).status, Some(0));
    assert_eq!(baseline(&tree, &["prune", "--ignore", RULE]).status, Some(0));
    assert_eq!(text(&tree), before);
    assert!(told(&tree, &tree.check(&["other"])).is_empty());
    // What is written of a part is added.
    baseline(&tree, &["write", "other"]);
    assert_eq!(text(&tree).matches(RULE).count(), 2);
    // Nor is it forgotten while its manifest cannot be read.
    tree.write("deploy/bot.yaml", format!("{}x: [\n", bot("bot", 120_000)));
    baseline(&tree, &["prune"]);
    assert_eq!(text(&tree).matches(RULE).count(), 2);
    fs::remove_dir_all(tree.path("deploy")).unwrap();
    baseline(&tree, &["prune"]);
    assert_eq!(text(&tree).matches(RULE).count(), 1);
}

#[test]
fn what_is_excused_otherwise_is_not_written_and_keeps_its_entry() {
    let entry = format!("{{rule: {RULE}, deployment: retail/bot, reason: later, expires: 2027-01-31}}");
    let tree = known();
    tree.write(".tunelint/waivers.yaml", waivers(&[&entry]));
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["waived"], "a waiver comes before the baseline");
    assert!(told(&tree, &outcome).is_empty(), "and both are of use");
    assert_eq!(baseline(&tree, &["check"]).status, Some(0));
    let tree = Tree::new();
    tree.write("bot.yaml", bot("bot", 120_000));
    tree.write(".tunelint/waivers.yaml", waivers(&[&entry]));
    baseline(&tree, &["write"]);
    assert!(!text(&tree).contains(&format!("\"{RULE}\"")));
    let comment = format!("120000 # tunelint: ignore[{RULE}] until=2027-01-31 reason: later");
    tree.write("bot.yaml", bot("bot", comment));
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["waived"], "a waiver comes before a comment");
    assert!(told(&tree, &outcome).is_empty());
}

#[test]
fn what_is_wrong_with_the_file_is_told_at_its_bytes() {
    let tree = known();
    let good = text(&tree);
    for (from, to, telling) in [
        ("\"fine-tuning-below-volume\"", "\"fine-tuning-bellow-volume\"", "warning baseline[unknown-rule]"),
        ("\"fine-tuning-below-volume\"", "\"schema\"", "error baseline[not-waivable]"),
        (
            "\"outcome\":\"fail\",\"value\":120000",
            "\"outcome\":\"failed\",\"value\":120000",
            "error baseline[enum] at «\"failed\"»",
        ),
        ("\"better\":\"higher\"", "\"beter\":\"higher\"", "error baseline[unknown-key] at «\"beter\"»"),
        ("\"value\":120000", "\"value\":{}", "error baseline[type] at «{}»"),
        ("\"kind\": \"Baseline\"", "\"kind\": \"Base\"", "error baseline[enum] at «\"Base\"»"),
        ("    ]\n  }\n}\n", "", "error baseline[syntax]"),
    ] {
        assert!(good.contains(from), "{from}");
        tree.write(FILE, good.replacen(from, to, 1));
        let outcome = check(&tree, &[]);
        let telling_now = told(&tree, &outcome);
        assert!(telling_now.iter().any(|own| own.starts_with(telling)), "{to}: {telling_now:?}");
        let expected = if telling.starts_with("error") { 2 } else { 1 };
        assert_eq!(outcome.status, Some(expected), "{to}");
    }
    let outcome = baseline(&tree, &["prune"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stdout.contains("baseline[syntax]"), "{outcome:?}");
    assert_eq!(baseline(&tree, &["write"]).status, Some(0), "written anew");
    assert_eq!(text(&tree), good);
    let named = check(&tree, &["--baseline", "no-such.json"]);
    assert_eq!(told(&tree, &named), ["error baseline[not-found] at «no-such.json»"]);
    assert_eq!(named.status, Some(2));
    assert_eq!(baseline(&tree, &["prune", "--baseline", "no-such.json"]).status, Some(2));
    assert_eq!(baseline(&tree, &["write", "--baseline", "new/own.json"]).status, Some(0));
    assert!(tree.path("new/own.json").is_file());
}

#[test]
fn the_file_is_the_same_for_any_number_of_threads_and_fits_its_schema() {
    let tree = Tree::new();
    for index in 0..200 {
        tree.write(
            format!("team-{}/bot-{index}.yaml", index % 7),
            bot(&format!("bot-{}", index % 150), index),
        );
    }
    baseline(&tree, &["write", "--threads", "1"]);
    let one = text(&tree);
    fs::remove_file(tree.path(FILE)).unwrap();
    baseline(&tree, &["write", "--threads", "8"]);
    assert!(one == text(&tree));
    assert!(one.matches(RULE).count() >= 200);
    let schema: serde_json::Value = serde_json::from_str(tunelint::schema::BASELINE_SCHEMA).unwrap();
    let value: serde_json::Value = serde_json::from_str(&one).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&value).unwrap();
    let reports = ["1", "8"].map(|threads| tree.check(&["--threads", threads]).stdout);
    assert!(reports[0] == reports[1]);
}

#[test]
fn killed_while_writing_it_leaves_the_old_file_or_the_new_one() {
    let tree = Tree::new();
    for index in 0..40 {
        tree.write(format!("bot-{index}.yaml"), bot(&format!("bot-{index}"), 1_000 + index));
    }
    baseline(&tree, &["write"]);
    let old = text(&tree);
    for index in 0..40 {
        tree.write(format!("bot-{index}.yaml"), bot(&format!("bot-{index}"), 500 + index));
    }
    baseline(&tree, &["write"]);
    let new = text(&tree);
    assert!(old != new);
    let (mut olds, mut news) = (0, 0);
    for round in 0..50_u64 {
        tree.write(FILE, &old);
        let mut command = tree.command(&["baseline", "write", "--today", TODAY, "--threads", "1"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // From the start of the process to its end, most of them where it is about to write.
        let began = std::time::Instant::now();
        let is_begun = || fs::read_dir(tree.path(".tunelint")).unwrap().count() > 1;
        while round % 2 == 0
            && began.elapsed() < Duration::from_secs(5)
            && !is_begun()
            && child.try_wait().unwrap().is_none()
        {
            std::hint::spin_loop();
        }
        if round % 2 == 1 {
            std::thread::sleep(Duration::from_millis(2 * round));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = text(&tree);
        assert!(found == old || found == new, "half a file in round {round}");
        if found == old {
            olds += 1;
        } else {
            news += 1;
        }
        for entry in fs::read_dir(tree.path(".tunelint")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tmp") {
                fs::remove_file(path).unwrap();
            }
        }
    }
    assert_eq!(olds + news, 50);
}

#[test]
fn ten_thousand_findings_meet_ten_thousand_entries_quickly() {
    let tree = Tree::new();
    // Half of them under one name: the same key again and again.
    for index in 0..10 {
        let documents: Vec<String> = (0..1_000)
            .map(|number| {
                bot(&if index < 5 { "bot".to_owned() } else { format!("bot-{index}-{number}") }, number)
            })
            .collect();
        tree.write(format!("all-{index}.yaml"), documents.join("---\n"));
    }
    let outcome = baseline(&tree, &["write", "--select", RULE]);
    assert!(outcome.stdout.starts_with("wrote .tunelint/baseline.json: 10000 entries"), "{}", outcome.stdout);
    let began = std::time::Instant::now();
    let outcome = check(&tree, &[]);
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    assert_eq!(outcome.report()["summary"]["baselined"], 10_000);
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("  workload: {monthlyRequests: 10}\n".to_owned()),
        Just("  workload: {monthlyRequests: 1e400}\n".to_owned()),
        Just("  budget: {initialUsd: 5, trainingUsd: 20000, recurringMonthlyUsd: 0}\n".to_owned()),
        Just("  lifecycle: {exitPlan: docs/gone.md, expertise: [serving]}\n".to_owned()),
        Just("  requirements: {accuracy: {tolerance: strict}, compliance: {level: strict}}\n".to_owned()),
        Just("  requirements: {dataSensitivity: restricted, latency: {critical: true}}\n".to_owned()),
        "  [a-z]{1,9}: .{0,20}\n",
        Just("  model: {base: \"a\\u001b\\u202e\\\"b\", parameters: 7B}\n".to_owned()),
    ];
    (
        prop_oneof!["[a-z]{1,6}", Just("Not_Valid".to_owned()), Just("same".to_owned())],
        prop_oneof![Just("fine-tuning"), Just("prompting"), Just("hybrid"), Just("nothing")],
        prop_oneof![Just("production"), Just("pilot"), Just("proof-of-concept")],
        proptest::collection::vec(piece, 0..5),
    )
        .prop_map(|(name, strategy, stage, pieces)| {
            format!(
                "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {{name: {name}}}\nspec:\n  owner: x\n  \
                 stage: {stage}\n  customization: {{strategy: {strategy}}}\n  hosting: {{kind: vendor-api}}\n{}",
                pieces.concat()
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn after_writing_a_baseline_no_finding_of_a_policy_is_open(
        manifests in proptest::collection::vec(hostile(), 1..6)
    ) {
        let tree = Tree::new();
        for (index, manifest) in manifests.iter().enumerate() {
            tree.write(format!("{}/m-{index}.yaml", index % 2), manifest);
        }
        let written = baseline(&tree, &["write"]);
        prop_assert!(written.status == Some(0), "{:?}", written);
        let report = tree.check(&[]).report();
        let open: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["status"] == "open" && (finding["outcome"] == "fail" || finding["outcome"] == "undetermined"))
            .collect();
        prop_assert!(open.is_empty(), "{:#?}", open);
        prop_assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["rule"] != "baseline"));
        let checked = baseline(&tree, &["check"]);
        prop_assert!(checked.status == Some(0), "{:?}", checked);
        let before = text(&tree);
        baseline(&tree, &["prune"]);
        baseline(&tree, &["write"]);
        prop_assert_eq!(before, text(&tree));
    }
}
