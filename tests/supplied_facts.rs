//! Facts that a platform supplies (`--facts`): they count where nothing is declared, findings point into their file,
//! and every mistake in it is told at its place, with exit status 2 and nothing else lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]
#![allow(clippy::disallowed_methods, reason = "tests look at what was written")]

mod common;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use common::{Outcome, Tree, manifest};
use proptest::prelude::*;
use serde_json::{Value, json};
use tunelint::exceptions::Exceptions;
use tunelint::output::{Format, Options, Texts, render};
use tunelint::pipeline::{self, Conclusion, Input, Settings};
use tunelint::policy::{Policies, Selection};
use tunelint::report::{FailOn, Run};
use tunelint::source::Source;
use tunelint::supplied::{Asked, FactsFile, Supplied};
use tunelint::threads::Threads;

/// A file of facts with these entries, each a line in flow style.
fn facts(name: &str, entries: &[&str]) -> String {
    let mut text = format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Facts\nmetadata: {{name: {name}}}\nspec:\n  source: LLM gateway, \
         monthly mean\n  asOf: 2026-11-01\n  deployments:\n"
    );
    for entry in entries {
        writeln!(text, "    - {entry}").unwrap();
    }
    text
}

/// A manifest that fine-tunes, and declares more lines of spec.
fn tuned(name: &str, more: &str) -> String {
    manifest(name).replace("strategy: prompting", "strategy: fine-tuning") + more
}

/// A tree with `bot.yaml`, a deployment that fine-tunes for a volume it does not declare.
fn bot() -> Tree {
    let tree = Tree::new();
    tree.write("bot.yaml", tuned("bot", ""));
    tree
}

const VOLUME: &str = "{deployment: bot, spec: {workload: {monthlyRequests: 120000}}}";

/// The findings of a rule.
fn of_rule(outcome: &Outcome, rule: &str) -> Vec<Value> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["rule"] == rule).cloned().collect()
}

/// File and bytes of each label of a finding, the bytes as the files of the tree have them.
fn pieces(tree: &Tree, finding: &Value) -> Vec<(String, String)> {
    let labels = finding["labels"].as_array().unwrap().iter();
    labels
        .map(|label| {
            let file = label["file"].as_str().unwrap();
            let text = std::fs::read_to_string(tree.path(file)).unwrap();
            let at = |end: &str| usize::try_from(label["span"][end]["offset"].as_u64().unwrap()).unwrap();
            (file.to_owned(), text[at("start")..at("end")].to_owned())
        })
        .collect()
}

fn piece(file: &str, text: &str) -> (String, String) {
    (file.to_owned(), text.to_owned())
}

/// Code and underlined bytes of each finding of the rule `facts`.
fn mistakes(tree: &Tree, outcome: &Outcome) -> Vec<(String, String)> {
    let findings = of_rule(outcome, "facts");
    let told = findings.iter().map(|finding| {
        assert_eq!(finding["outcome"], "invalid", "{finding:#}");
        (finding["code"].as_str().unwrap().to_owned(), pieces(tree, finding).swap_remove(0).1)
    });
    told.collect()
}

/// What one file of facts comes to beside `bot.yaml`.
fn beside_the_bot(text: impl AsRef<[u8]>) -> (Tree, Outcome) {
    let tree = bot();
    tree.write("facts.yaml", text);
    let outcome = tree.check(&["bot.yaml", "--facts", "facts.yaml"]);
    assert_eq!(outcome.deployments(), ["bot"], "{outcome:?}");
    (tree, outcome)
}

#[test]
fn a_supplied_value_decides_a_rule_and_is_pointed_at_in_its_own_file() {
    let undecided = bot().check(&[]);
    assert_eq!(of_rule(&undecided, "fine-tuning-below-volume")[0]["outcome"], "undetermined");
    let text = facts(
        "gateway",
        &[
            "{deployment: bot, spec: {workload: {monthlyRequests: 120000}, requirements: {compliance: {level: none}}}}",
        ],
    );
    let (tree, outcome) = beside_the_bot(text);
    let findings = of_rule(&outcome, "fine-tuning-below-volume");
    let finding = &findings[0];
    assert_eq!((&finding["outcome"], &finding["severity"]), (&json!("fail"), &json!("error")));
    assert_eq!((&finding["deployment"], &finding["deploymentId"]), (&json!("bot"), &json!("bot.yaml#0")));
    assert_eq!(
        (&finding["file"], &finding["pointer"]),
        (&json!("facts.yaml"), &json!("/spec/deployments/0/spec/workload/monthlyRequests"))
    );
    assert_eq!(
        finding["labels"][0]["message"],
        "monthlyRequests is supplied as 120,000, below 500,000 (minMonthlyRequests)"
    );
    assert_eq!(finding["decisive"][0]["value"], 120_000);
    assert_eq!(
        pieces(&tree, finding),
        [piece("facts.yaml", "120000"), piece("bot.yaml", "fine-tuning"), piece("facts.yaml", "none")]
    );
    assert_eq!(outcome.status, Some(1));
}

/// The texts of a tree's files by the names that reports have for them.
struct Files<'a>(&'a Tree);

impl Texts for Files<'_> {
    fn text(&self, source: &Source) -> Option<Arc<str>> {
        std::fs::read_to_string(self.0.path(&*source.path)).ok().map(Into::into)
    }
}

/// The report for people on `bot.yaml` with `facts.yaml`, at a width.
fn drawn(tree: &Tree, width: usize) -> String {
    let (bot, facts) = ("bot.yaml", "facts.yaml");
    let bytes = std::fs::read(tree.path(bot)).unwrap();
    let input = Input { path: &|| bot.into(), file: Some(Path::new(bot)), named: true, content: Ok(&bytes) };
    let examined = pipeline::examine(input, &Settings::default());
    let mut supplied = Supplied::new(Asked { differences: true, not_found: true });
    let text = std::fs::read_to_string(tree.path(facts)).unwrap().into();
    supplied.add(&FactsFile { path: facts.into(), file: facts.into(), text });
    let run =
        Run { commit: None, trust: None, today: jiff::civil::date(2026, 11, 24), config: String::new() };
    let conclusion = Conclusion {
        run,
        show_passed: false,
        figures: false,
        fail_on: FailOn::Never,
        threads: Threads::new(Some(1)),
        repository: None,
        candidates: Vec::new(),
        supplied: Some(&supplied),
        changed: None,
        in_force: &[],
        exceptions: &Exceptions::default(),
        trust: None,
    };
    let mut policies = Policies::builtin();
    let select = vec!["fine-tuning-below-volume".to_owned()];
    policies.apply(&Selection { select, ..Selection::default() }).unwrap();
    let report = pipeline::conclude(vec![examined], &policies, conclusion);
    let mut out = Vec::new();
    let options = Options { width, ..Options::default() };
    render(Format::Human, &report, &Files(tree), &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn findings_are_drawn_from_both_files_at_80_and_at_200_columns() {
    let tree = Tree::new();
    tree.write("bot.yaml", tuned("bot", "  requirements: {dataSensitivity: public}\n"));
    let entry = "{deployment: bot, spec: {workload: {monthlyRequests: 120000}, requirements: {dataSensitivity: confidential}}}";
    tree.write("facts.yaml", facts("gateway", &[entry, "{deployment: bit, spec: {stage: pilot}}"]));
    for width in [80, 200] {
        let page = drawn(&tree, width);
        assert!(page.lines().all(|line| line.chars().count() <= width), "{page}");
        insta::assert_snapshot!(format!("drawn_at_{width}_columns"), page);
    }
}

#[test]
fn what_is_declared_counts_and_a_difference_is_told_with_both_places() {
    let tree = Tree::new();
    tree.write("bot.yaml", tuned("bot", "  workload: {monthlyRequests: 6e5}\n"));
    tree.write("facts.yaml", facts("gateway", &[VOLUME]));
    let outcome = tree.check(&["--facts", "facts.yaml"]);
    let findings = of_rule(&outcome, "declaration-differs-from-supplied");
    assert_eq!(findings.len(), 1);
    let finding = &findings[0];
    assert_eq!(
        finding["message"],
        "bot declares workload.monthlyRequests as 6e5, and gateway supplies 120,000"
    );
    assert_eq!((&finding["outcome"], &finding["severity"]), (&json!("fail"), &json!("warning")));
    assert_eq!((&finding["pack"], &finding["code"]), (&Value::Null, &Value::Null));
    assert_eq!((&finding["deployment"], &finding["deploymentId"]), (&json!("bot"), &json!("bot.yaml#0")));
    assert_eq!(pieces(&tree, finding), [piece("bot.yaml", "6e5"), piece("facts.yaml", "120000")]);
    assert_eq!(finding["labels"][1]["message"], "supplied as 120,000 by gateway, as of 2026-11-01");
    assert!(finding["help"].as_str().unwrap().contains("LLM gateway, monthly mean"), "{finding:#}");
    let clause = json!({"path": "workload.monthlyRequests", "op": "==", "value": 120_000});
    assert_eq!(finding["passesIf"], json!([clause]));
    // 600,000 is enough: the declaration decides.
    let volume = of_rule(&outcome, "fine-tuning-below-volume");
    assert!(volume.iter().all(|finding| finding["outcome"] != "fail"), "{volume:#?}");
    assert_eq!(outcome.status, Some(0), "a warning alone");
    assert_eq!(tree.check(&["--facts", "facts.yaml", "--fail-on", "warning"]).status, Some(1));
}

#[test]
fn equal_values_differ_in_nothing_however_they_are_written() {
    for (path, declared, supplied, differs) in [
        ("workload: {monthlyRequests: %}", "1", "1.0", false),
        ("workload: {monthlyRequests: %}", "1000", "1e3", false),
        ("budget: {initialUsd: %}", "0", "-0.0", false),
        ("budget: {initialUsd: %}", "0.1", "0.10", false),
        ("budget: {initialUsd: %}", "9007199254740993", "9007199254740992.0", true),
        ("requirements: {latency: {critical: %}}", "true", "true", false),
        ("requirements: {compliance: {frameworks: %}}", "[soc2, iso27001]", "[soc2, iso27001]", false),
        ("requirements: {compliance: {frameworks: %}}", "[soc2, iso27001]", "[iso27001, soc2]", true),
        ("requirements: {compliance: {frameworks: %}}", "[soc2]", "[]", true),
        ("artifacts: %", "[{path: a, role: serving}]", "[{role: serving, path: a}]", false),
        ("artifacts: %", "[{path: a, role: serving}]", "[{role: serving, path: b}]", true),
    ] {
        let tree = Tree::new();
        let with = |value: &str| path.replace('%', value);
        tree.write("bot.yaml", tuned("bot", &format!("  {}\n", with(declared))));
        let entry = format!("{{deployment: bot, spec: {{{}}}}}", with(supplied));
        tree.write("facts.yaml", facts("gateway", &[&entry]));
        let outcome = tree.check(&["--facts", "facts.yaml"]);
        assert_eq!(mistakes(&tree, &outcome), [], "{entry}");
        let told = of_rule(&outcome, "declaration-differs-from-supplied").len();
        assert_eq!(told, usize::from(differs), "{path}: {declared} and {supplied}");
    }
}

#[test]
fn both_rules_are_selected_and_ignored_like_others() {
    let tree = Tree::new();
    tree.write("bot.yaml", tuned("bot", "  workload: {monthlyRequests: 1}\n"));
    tree.write("facts.yaml", facts("gateway", &[VOLUME, "{deployment: bit, spec: {owner: x}}"]));
    let (differs, lost) = ("declaration-differs-from-supplied", "supplied-deployment-not-found");
    let counts = |arguments: &[&str]| {
        let mut all = vec!["--facts", "facts.yaml"];
        all.extend(arguments);
        let outcome = tree.check(&all);
        let packed = outcome.report()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|own| !own["pack"].is_null())
            .count();
        (of_rule(&outcome, differs).len(), of_rule(&outcome, lost).len(), packed > 0)
    };
    assert_eq!(counts(&[]), (1, 1, true));
    assert_eq!(counts(&["--ignore", differs]), (0, 1, true));
    assert_eq!(counts(&["--ignore", lost]), (1, 0, true));
    assert_eq!(counts(&["--select", differs]), (1, 0, false));
    assert_eq!(counts(&["--select", "fine-tuning-below-volume,supplied-deployment-not-found"]), (0, 1, true));
    assert_eq!(counts(&["--select", "tag:volume"]), (0, 0, true));
}

#[test]
fn what_is_said_of_a_deployment_counts_for_more_than_what_is_said_of_its_place() {
    let tree = Tree::new();
    tree.write("deploy/bot.yaml", tuned("bot", ""));
    let by_place = "{paths: [\"deploy/*\"], spec: {workload: {monthlyRequests: 900000, domain: narrow}}}";
    tree.write("facts.yaml", facts("gateway", &[by_place, VOLUME]));
    let outcome = tree.check(&["--facts", "facts.yaml", "--show-passed"]);
    assert_eq!(mistakes(&tree, &outcome), []);
    let label = |rule: &str| of_rule(&outcome, rule)[0]["labels"][0]["message"].clone();
    assert!(
        label("fine-tuning-below-volume")
            .as_str()
            .unwrap()
            .starts_with("monthlyRequests is supplied as 120,000")
    );
    assert_eq!(label("fine-tuning-broad-domain"), "domain is supplied as narrow");
}

#[test]
fn only_what_counts_is_held_against_the_declaration() {
    let tree = Tree::new();
    tree.write("deploy/bot.yaml", tuned("bot", "  workload: {monthlyRequests: 120000}\n"));
    let by_place = "{paths: [\"deploy/*\"], spec: {workload: {monthlyRequests: 900000}}}";
    tree.write("facts.yaml", facts("gateway", &[by_place, VOLUME]));
    let outcome = tree.check(&["--facts", "facts.yaml"]);
    assert_eq!(of_rule(&outcome, "declaration-differs-from-supplied"), [Value::Null; 0]);
}

#[test]
fn suppliers_that_disagree_leave_a_fact_unknown_and_are_told_once() {
    let tree = Tree::new();
    tree.write("a/bot.yaml", tuned("bot", "")).write("a/bit.yaml", tuned("bit", ""));
    let more = "{paths: [\"a/b*\"], spec: {workload: {monthlyRequests: 900000}}}";
    let less = "{paths: [\"**\"], spec: {workload: {monthlyRequests: 1}}}";
    tree.write("one.yaml", facts("gateway", &[more])).write("two.yaml", facts("finance", &[less]));
    let outcome = tree.check(&["--facts", "one.yaml", "--facts", "two.yaml"]);
    let told = of_rule(&outcome, "facts");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["code"], &told[0]["severity"]), (&json!("disagreement"), &json!("warning")));
    assert_eq!(
        told[0]["message"],
        "workload.monthlyRequests of bit is supplied as 900,000 by gateway and as 1 by finance"
    );
    assert_eq!(pieces(&tree, &told[0]), [piece("two.yaml", "1"), piece("one.yaml", "900000")]);
    let undecided = of_rule(&outcome, "fine-tuning-below-volume");
    assert_eq!(undecided.len(), 2);
    for finding in &undecided {
        assert_eq!(finding["outcome"], "undetermined");
        assert!(finding["message"].as_str().unwrap().contains("sources disagree"), "{finding:#}");
        let pieces = pieces(&tree, finding);
        assert!(pieces.contains(&piece("one.yaml", "900000")) && pieces.contains(&piece("two.yaml", "1")));
    }
    assert_eq!(outcome.status, Some(0));
}

#[test]
fn a_file_that_says_two_things_of_one_deployment_is_a_mistake_with_both_places() {
    let again = VOLUME.replace("120000", "130000");
    let (tree, outcome) = beside_the_bot(facts("gateway", &[VOLUME, VOLUME, &again]));
    let told = of_rule(&outcome, "facts");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["code"], &told[0]["severity"]), (&json!("contradiction"), &json!("error")));
    assert_eq!(pieces(&tree, &told[0]), [piece("facts.yaml", "130000"), piece("facts.yaml", "120000")]);
    assert_eq!(of_rule(&outcome, "fine-tuning-below-volume")[0]["outcome"], "undetermined");
    assert_eq!(outcome.status, Some(2));
    // Also of a deployment that is not there.
    let lost = [VOLUME, &again].map(|entry| entry.replace("bot", "gone"));
    let (_, outcome) = beside_the_bot(facts("gateway", &[&lost[0], &lost[1]]));
    assert_eq!(of_rule(&outcome, "facts")[0]["code"], "contradiction");
}

#[test]
fn facts_about_what_is_not_there_are_told_in_their_file_with_the_name_that_was_meant() {
    let tree = bot();
    tree.write("deploy/support.yaml", manifest("support").replace("  name:", "  namespace: care\n  name:"));
    let entries = [
        "{deployment: bto, spec: {owner: x}}",
        "{deployment: support, spec: {owner: x}}",
        "{deployment: other/suport, spec: {owner: x}}",
        "{deployment: nothing-like-it, spec: {owner: x}}",
        "{paths: [\"deploy/**\", \"deplyo/**\", \"./deploy/*\"], spec: {stage: pilot}}",
    ];
    tree.write("facts.yaml", facts("gateway", &entries));
    let outcome = tree.check(&["--facts", "facts.yaml"]);
    let told: Vec<_> = of_rule(&outcome, "supplied-deployment-not-found")
        .iter()
        .map(|finding| {
            assert_eq!((&finding["severity"], &finding["outcome"]), (&json!("warning"), &json!("fail")));
            assert_eq!(finding["deployment"], Value::Null);
            (pieces(&tree, finding).swap_remove(0).1, finding["help"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let expected = [
        ("bto", "did you mean bot?"),
        ("support", "did you mean care/support?"),
        ("other/suport", "did you mean care/support?"),
        ("nothing-like-it", ""),
        ("\"deplyo/**\"", "globs are compared with paths as findings show them: bot.yaml"),
        ("\"./deploy/*\"", "paths are relative to the root: write deploy/*"),
    ];
    assert_eq!(told, expected.map(|(text, help)| (text.to_owned(), help.to_owned())));
    assert_eq!(outcome.status, Some(0));
}

#[test]
fn of_many_that_are_not_there_a_hundred_are_told_and_the_others_counted() {
    let entries: Vec<String> =
        (0..10_000).map(|index| format!("{{deployment: gone-{index}, spec: {{owner: x}}}}")).collect();
    let (tree, in_part) =
        beside_the_bot(facts("gateway", &entries.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(of_rule(&in_part, "supplied-deployment-not-found").len(), 0, "the others may be elsewhere");
    let outcome = tree.check(&["--facts", "facts.yaml"]);
    let told = of_rule(&outcome, "supplied-deployment-not-found");
    assert_eq!(told.len(), 101);
    assert!(told[100]["message"].as_str().unwrap().contains("9900 more"), "{:#}", told[100]);
}

#[test]
fn each_mistake_in_a_file_is_told_at_its_place_and_hides_no_other_entry() {
    let text = facts(
        "gateway",
        &[
            VOLUME,
            "{deployment: bot, spec: {workload: {domian: narrow, pattern: many}}}",
            "{deployment: bot, spec: {stage: pilot, stage: pilot}}",
            "{deployment: bot, spec: {metadata: {name: x}}}",
            "{deployment: bot}",
            "{deployment: 7, spec: {owner: x}}",
            "{deployment: bot, paths: [x], spec: {}}",
            "{paths: [], spec: {}}",
            "{paths: [\"a[\"], spec: {}}",
            "{spec: {owner: x}}",
            "{deployment: bot, spec: x}",
            "{deployment: bot, spek: x, spec: {}}",
            "bot",
        ],
    );
    let (tree, outcome) = beside_the_bot(text);
    let mut told = mistakes(&tree, &outcome);
    told.sort();
    let expected = [
        ("conflict", "paths"),
        ("duplicate-key", "stage"),
        ("empty", "paths"),
        ("enum", "many"),
        ("glob", "\"a[\""),
        ("required", "deployment"),
        ("required", "spec"),
        ("type", "7"),
        ("type", "bot"),
        ("type", "x"),
        ("unknown-key", "domian"),
        ("unknown-key", "metadata"),
        ("unknown-key", "spek"),
    ];
    assert_eq!(told, expected.map(|(code, text)| (code.to_owned(), text.to_owned())));
    let helps: Vec<Value> =
        of_rule(&outcome, "facts").iter().map(|finding| finding["help"].clone()).collect();
    assert!(helps.contains(&json!("did you mean \"domain\"?")), "{helps:?}");
    assert_eq!(of_rule(&outcome, "fine-tuning-below-volume")[0]["decisive"][0]["value"], 120_000);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn what_the_schema_rejects_in_an_entry_is_unknown_and_nothing_replaces_it() {
    let tree = Tree::new();
    tree.write("bot.yaml", tuned("bot", "  workload: none\n"));
    tree.write("facts.yaml", facts("gateway", &[VOLUME]));
    let outcome = tree.check(&["--facts", "facts.yaml", "--select", "fine-tuning-below-volume"]);
    let volume = &of_rule(&outcome, "fine-tuning-below-volume")[0];
    assert_eq!(volume["outcome"], "undetermined", "{volume:#}");
    assert_eq!(pieces(&tree, volume)[0], piece("bot.yaml", "none"));
}

#[test]
fn a_missing_fact_is_asked_for_in_the_manifest_and_not_where_others_were_supplied() {
    let (tree, outcome) =
        beside_the_bot(facts("gateway", &["{deployment: bot, spec: {workload: {domain: narrow}}}"]));
    let volume = &of_rule(&outcome, "fine-tuning-below-volume")[0];
    assert_eq!(volume["missing"][0], "workload.monthlyRequests");
    assert_eq!(pieces(&tree, volume)[0], piece("bot.yaml", "spec"));
    assert_eq!(volume["pointer"], "/spec/workload/monthlyRequests");
}

#[test]
fn a_document_of_another_kind_is_told_by_that_alone() {
    let swapped = |from: &str, to: &str| facts("gateway", &[VOLUME, "{spek: 1}"]).replacen(from, to, 1);
    for (text, code, underlined) in [
        (swapped("Facts", "Fact"), "enum", "Fact"),
        (swapped("v1alpha1", "v2"), "enum", "tunelint.dev/v2"),
        (swapped("kind: Facts\n", ""), "required", "apiVersion"),
        (manifest("bot"), "enum", "LLMDeployment"),
    ] {
        let (tree, outcome) = beside_the_bot(&text);
        assert_eq!(mistakes(&tree, &outcome), [(code.to_owned(), underlined.to_owned())], "{text}");
        assert_eq!(outcome.status, Some(2));
    }
}

#[test]
fn a_file_that_cannot_be_had_or_read_is_told_and_the_run_goes_on() {
    let tree = bot();
    tree.write("empty.yaml", "").write("latin.yaml", b"# caf\xe9\n").write("broken.yaml", "a: [1\n");
    tree.write("list.yaml", "[]").write("text.json", "42").write("good.yaml", facts("gateway", &[VOLUME]));
    tree.write("folder/x.txt", "");
    tree.write("large.yaml", format!("# {}\n{}", "x".repeat(10 << 20), facts("gateway", &[VOLUME])));
    for (file, code) in [
        ("gone.yaml", "not-found"),
        ("folder", "not-a-file"),
        ("empty.yaml", "empty"),
        ("latin.yaml", "encoding"),
        ("broken.yaml", "syntax"),
        ("list.yaml", "type"),
        ("text.json", "type"),
        ("large.yaml", "limit-bytes"),
    ] {
        let outcome = tree.check(&["bot.yaml", "--facts", file, "--facts", "good.yaml"]);
        let told = of_rule(&outcome, "facts");
        assert_eq!(told.len(), 1, "{file}: {told:#?}");
        assert_eq!((&told[0]["file"], &told[0]["code"]), (&json!(file), &json!(code)));
        assert_eq!(outcome.status, Some(2), "{file}");
        assert_eq!(of_rule(&outcome, "fine-tuning-below-volume")[0]["decisive"][0]["value"], 120_000);
    }
    let raised = tree.check(&["bot.yaml", "--facts", "large.yaml", "--max-file-size", "11M"]);
    assert_eq!(of_rule(&raised, "facts"), [Value::Null; 0]);
}

#[test]
fn an_alias_bomb_is_over_a_limit_and_a_long_text_is_not_copied_without_end() {
    let mut bomb = facts("gateway", &[VOLUME]) + "    - &a0 {deployment: x, spec: {owner: x}}\n";
    for level in 1..9 {
        let uses = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "    - &a{level} [{uses}]").unwrap();
    }
    let (tree, outcome) = beside_the_bot(&bomb);
    assert!(mistakes(&tree, &outcome).iter().any(|(code, _)| code == "limit-alias"), "{outcome:?}");
    let long = format!("{{deployment: x, spec: &long {{owner: {}}}}}", "x".repeat(1 << 20));
    let mut entries = vec![long.as_str()];
    entries.extend(std::iter::repeat_n("{deployment: x, spec: *long}", 2000));
    let (_, outcome) = beside_the_bot(facts("gateway", &entries));
    assert_eq!(of_rule(&outcome, "facts")[0]["code"], "limit-alias");
}

#[test]
fn entries_that_would_multiply_are_over_a_limit_and_told_once() {
    let tree = bot();
    tree.write("bit.yaml", tuned("bit", ""));
    let crowd = vec!["{paths: [\"**\"], spec: {workload: {monthlyRequests: 120000}}}"; 70];
    let wild: Vec<String> =
        (0..1001).map(|index| format!("{{paths: [\"a*{index}\"], spec: {{owner: x}}}}")).collect();
    tree.write("crowd.yaml", facts("gateway", &crowd));
    tree.write("wild.yaml", facts("gateway", &wild.iter().map(String::as_str).collect::<Vec<_>>()));
    let outcome = tree.check(&["--facts", "crowd.yaml", "--facts", "wild.yaml"]);
    let told = of_rule(&outcome, "facts");
    let codes: Vec<&Value> = told.iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["limit-entries", "glob"]);
    assert_eq!(told[0]["message"], "70 entries are about bit, and no more than 64 count");
    assert_eq!(told[0]["span"]["start"]["line"], 8 + 64);
    assert_eq!(told[1]["help"], "name the deployments by their identities");
    assert_eq!(of_rule(&outcome, "fine-tuning-below-volume")[1]["decisive"][0]["value"], 120_000);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn files_are_yaml_or_json_with_several_documents_and_aliases() {
    let json = json!({
        "apiVersion": "tunelint.dev/v1alpha1", "kind": "Facts", "metadata": {"name": "gateway"},
        "spec": {"deployments": [{"deployment": "bot", "spec": {"workload": {"monthlyRequests": 120_000}}}]}});
    let two = format!(
        "{}---\n{}",
        facts("finance", &["{deployment: bot, spec: {stage: pilot}}"]),
        facts("gateway", &[VOLUME])
    );
    let alias = facts(
        "gateway",
        &["{paths: [x/*], spec: &s {workload: {monthlyRequests: 120000}}}", "{deployment: bot, spec: *s}"],
    );
    for text in [json.to_string(), two, alias] {
        let (_, outcome) = beside_the_bot(&text);
        assert_eq!(of_rule(&outcome, "facts"), [Value::Null; 0], "{text}");
        let volume = &of_rule(&outcome, "fine-tuning-below-volume")[0];
        assert_eq!(volume["decisive"][0]["value"], 120_000, "{text}");
        assert_eq!(volume["labels"][0]["file"], "facts.yaml", "{text}");
    }
    let (_, outcome) = beside_the_bot(format!("{}---\n{}", facts("a", &[]), facts("b", &[VOLUME])));
    assert_eq!(of_rule(&outcome, "fine-tuning-below-volume")[0]["labels"][0]["document"], 1);
}

#[test]
fn a_file_of_facts_is_no_manifest_where_it_is_walked() {
    let (_, outcome) = beside_the_bot(facts("gateway", &[]));
    let walked = bot();
    walked.write("facts.yaml", facts("gateway", &["{spek: 1}"]));
    let report = walked.check(&[]).report();
    assert_eq!(report["summary"]["manifests"], 1);
    assert_eq!(outcome.report()["summary"]["manifests"], 1);
}

#[test]
fn the_command_facts_prints_them_with_origin_and_place() {
    let tree = bot();
    tree.write("facts.yaml", facts("gateway", &[VOLUME]));
    let human = tree.run(&["facts", "bot.yaml", "--facts", "facts.yaml"]);
    let shown = "  from facts.yaml (supplied)\n      8:60  workload.monthlyRequests  120000\n";
    assert!(human.stdout.ends_with(shown), "{}", human.stdout);
    assert_eq!((human.status, human.stderr.as_str()), (Some(0), ""));
    let json = tree.run(&["facts", "bot.yaml", "--facts", "facts.yaml", "--format", "json"]).report();
    let facts = json["deployments"][0]["facts"].as_array().unwrap();
    let supplied: Vec<&Value> = facts.iter().filter(|fact| fact["origin"] == "supplied").collect();
    assert_eq!(supplied.len(), 1);
    assert_eq!(
        (&supplied[0]["path"], &supplied[0]["file"]),
        (&json!("workload.monthlyRequests"), &json!("facts.yaml"))
    );
    assert_eq!(supplied[0]["confidence"], "certain");
    assert_eq!(
        supplied[0]["span"]["start"],
        json!({"offset": supplied[0]["span"]["start"]["offset"], "line": 8, "column": 60})
    );
}

#[test]
fn the_command_advise_counts_with_them_and_says_where_they_stand() {
    let tree = bot();
    let entry = "{deployment: bot, spec: {workload: {monthlyRequests: 120000, tokensPerRequest: 1000}, budget: {pricePer1kTokensUsd: 0.02}}}";
    tree.write("facts.yaml", facts("gateway", &[entry]));
    let page = tree.run(&["advise", "bot.yaml", "--facts", "facts.yaml"]).stdout;
    assert!(page.contains("monthlyRequests is 120,000 (facts.yaml:8)"), "{page}");
    assert!(page.contains("2,400 USD a month"), "{page}");
}

#[test]
fn commands_that_tell_no_mistakes_say_that_there_are_some() {
    let tree = bot();
    tree.write("facts.yaml", facts("gateway", &["{spek: 1}"]));
    for command in ["facts", "advise"] {
        let outcome = tree.run(&[command, "bot.yaml", "--facts", "facts.yaml"]);
        assert_eq!(outcome.status, Some(2), "{command}");
        assert!(
            outcome.stderr.contains("mistakes in the supplied facts; tunelint check tells them"),
            "{outcome:?}"
        );
        assert!(outcome.stdout.contains("bot"), "{outcome:?}");
    }
}

#[test]
fn the_schema_is_printed_and_takes_the_files_of_these_tests() {
    let schema: Value = serde_json::from_str(&Tree::new().run(&["schema", "facts"]).stdout).unwrap();
    assert_eq!(schema["$id"], "https://tunelint.dev/schemas/v1alpha1/facts.schema.json");
    let value: serde_yaml::Value = serde_yaml::from_str(&facts("gateway", &[VOLUME])).unwrap();
    assert!(jsonschema::is_valid(&schema, &serde_json::to_value(value).unwrap()));
}

#[test]
fn control_characters_of_a_file_never_reach_the_terminal() {
    let tree = bot();
    let entries = [
        "{deployment: \"b\\e[31mot\", spec: {owner: \"\\e]0;x\\a\"}}",
        "{deployment: bot, spec: {owner: \"\\e[2J\"}}",
    ];
    tree.write("facts.yaml", facts("gateway", &entries));
    for arguments in [["check", "."], ["facts", "."], ["advise", "."]] {
        let mut all = arguments.to_vec();
        all.extend(["--facts", "facts.yaml"]);
        let outcome = tree.run(&all);
        assert!(
            !outcome.stdout.contains(['\u{1b}', '\u{7}']) && !outcome.stderr.contains('\u{1b}'),
            "{outcome:?}"
        );
    }
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads_and_order_of_files() {
    let tree = Tree::new();
    for index in 0..200 {
        let volume = format!("  workload: {{monthlyRequests: {index}}}\n");
        tree.write(format!("deploy/bot-{index}.yaml"), tuned(&format!("bot-{index}"), &volume));
    }
    tree.write(
        "one.yaml",
        facts("gateway", &["{paths: [\"deploy/**\"], spec: {workload: {monthlyRequests: 7}}}"]),
    );
    tree.write("two.yaml", facts("finance", &["{paths: [\"**\"], spec: {budget: {initialUsd: 5}}}"]));
    let report = |arguments: &[&str]| tree.check(arguments).report();
    let one = report(&["--threads", "1", "--facts", "one.yaml", "--facts", "two.yaml"]);
    assert_eq!(one, report(&["--threads", "4", "--facts", "two.yaml", "--facts", "one.yaml"]));
    let differs = one["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|own| own["rule"] == "declaration-differs-from-supplied");
    assert_eq!(differs.count(), 199);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_declared_value_is_told_where_it_differs_and_a_missing_one_is_filled(
        declared in proptest::option::of(0u32..3),
        supplied in 0u32..3,
    ) {
        let tree = Tree::new();
        let volume = declared.map(|value| format!("  workload: {{monthlyRequests: {value}}}\n")).unwrap_or_default();
        tree.write("bot.yaml", tuned("bot", &volume));
        tree.write("facts.yaml", facts("gateway", &[&VOLUME.replace("120000", &supplied.to_string())]));
        let outcome = tree.check(&["--facts", "facts.yaml", "--select", "fine-tuning-below-volume,declaration-differs-from-supplied"]);
        let differs = !of_rule(&outcome, "declaration-differs-from-supplied").is_empty();
        prop_assert_eq!(differs, declared.is_some_and(|declared| declared != supplied));
        let volume = &of_rule(&outcome, "fine-tuning-below-volume")[0];
        prop_assert_eq!(&volume["decisive"][0]["value"], declared.unwrap_or(supplied));
    }
}
