//! What `tunelint test` proves, and what it tells of rules whose examples prove too little.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]
#![allow(clippy::disallowed_methods, reason = "packs are read from their folder")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Outcome, Tree};
use serde_json::Value;
use tunelint::output::Options;
use tunelint::output::testing::{TestFormat, TestRun, render};
use tunelint::policy::Policies;
use tunelint::policy::library::PolicyFile;
use tunelint::policy::testing::{Settings, TestReport};
use tunelint::report::Exit;

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 24);

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs")
}

/// A folder with a copy of a pack, called as the pack is.
fn copied(pack: &str) -> Tree {
    let tree = Tree::new();
    for entry in fs::read_dir(packs().join(pack)).unwrap() {
        let path = entry.unwrap().path();
        tree.write(Path::new(pack).join(path.file_name().unwrap()), fs::read(&path).unwrap());
    }
    tree
}

/// Tests packs, and reports as JSON.
fn test(tree: &Tree, arguments: &[&str]) -> Outcome {
    let mut all = vec!["test", "--format", "json", "--today", "2026-11-24"];
    all.extend(arguments);
    tree.run(&all)
}

/// Severity, code, line and text under the primary label of each finding about one rule of the lacking pack.
fn told(rule: &str, options: &[&str]) -> Vec<(String, String, String)> {
    let tree = copied("lacking");
    let mut arguments = vec!["lacking", "--select", rule];
    arguments.extend(options);
    let report = test(&tree, &arguments).report();
    let file = fs::read_to_string(tree.path(format!("lacking/{rule}.yaml"))).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let told = findings.map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        let offset = |end: &str| usize::try_from(finding["span"][end]["offset"].as_u64().unwrap()).unwrap();
        let under = file.get(offset("start")..offset("end")).unwrap().to_owned();
        (text("code"), under, text("message"))
    });
    told.collect()
}

#[track_caller]
fn tells(rule: &str, options: &[&str], code: &str, under: &str, message: &str) {
    let told = told(rule, options);
    let is_it = |found: &&(String, String, String)| found.0 == code && found.1 == under;
    let found = told.iter().find(is_it).unwrap_or_else(|| panic!("{code} at {under}: {told:#?}"));
    assert_eq!(found.2, message);
}

#[test]
fn the_built_in_rules_are_proven_in_every_respect() {
    let report = Policies::builtin().test(&Settings {
        require_examples: true,
        min_coverage: Some(100.0),
        ..Settings::new(TODAY)
    });
    let findings: Vec<&str> = report.findings().map(|finding| &*finding.message).collect();
    assert_eq!(findings, [""; 0]);
    assert_eq!(report.rules.len(), 39);
    let coverage = report.coverage();
    assert!(coverage.conditions > 100, "only {} conditions were found", coverage.conditions);
    assert_eq!(coverage.covered, coverage.conditions);
}

#[test]
fn a_pack_of_many_shapes_is_proven_and_nothing_is_suggested_for_it() {
    let outcome =
        test(&copied("proven"), &["proven", "--require-examples", "--min-coverage", "100", "--suggest"]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stdout);
    let report = outcome.report();
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    // The price, the numbers of techniques and of frameworks, the length of a name, the day of the review, the replicas.
    // The bill is made of several facts, and today moves.
    assert_eq!(report["summary"]["thresholds"], 6);
    let suggested = |rule: &Value| rule["suggestions"].as_array().unwrap().clone();
    let suggestions: Vec<Value> = report["rules"].as_array().unwrap().iter().flat_map(suggested).collect();
    assert_eq!(suggestions, [""; 0]);
}

#[test]
fn a_threshold_is_held_by_examples_that_it_decides_at_it_and_a_step_past_it() {
    tells(
        "threshold-not-held",
        &[],
        "boundary",
        "workload.monthlyRequests >= params.minMonthlyRequests",
        "The examples of threshold-not-held do not hold `workload.monthlyRequests >= params.minMonthlyRequests`: \
         those at 1,000 come out the same whatever it says",
    );
}

#[test]
fn a_literal_and_a_size_are_thresholds_too() {
    let told = told("kinds-missing", &[]);
    let messages: Vec<&str> =
        told.iter().filter(|(code, ..)| code == "boundary").map(|(.., message)| &**message).collect();
    assert_eq!(
        messages,
        [
            "The examples of kinds-missing do not hold `budget.pricePer1kTokensUsd <= 0.10`: none is at 0.10, and \
             none is at 0.11",
            "The examples of kinds-missing do not hold `size(customization.techniques) >= 2`: none is at 2, and \
             none is at 1",
        ]
    );
}

#[test]
fn a_comparison_that_the_schema_keeps_from_turning_is_told_as_such() {
    tells(
        "threshold-never-turns",
        &[],
        "boundary",
        "budget.initialUsd >= 0",
        "The examples of threshold-never-turns do not hold `budget.initialUsd >= 0`: no manifest can say -1, and so \
         it never turns",
    );
}

#[test]
fn a_condition_that_no_example_hangs_on_is_told_where_coverage_is_demanded() {
    let rule = "condition-undecided";
    assert_eq!(told(rule, &[]), []);
    assert_eq!(told(rule, &["--min-coverage", "50"]), []);
    tells(
        rule,
        &["--min-coverage", "51"],
        "condition",
        "hosting.kind != 'on-premises'",
        "The examples of condition-undecided do not show `hosting.kind != 'on-premises'` decide both ways: none \
         hangs on its being false",
    );
    tells(
        rule,
        &["--min-coverage", "51"],
        "condition",
        "model.source == 'open-weights'",
        "The examples of condition-undecided do not show `model.source == 'open-weights'` decide both ways: none \
         hangs on its being true",
    );
}

#[test]
fn conditions_are_reported_with_the_ways_in_which_they_decided() {
    let report = test(&copied("lacking"), &["lacking", "--select", "condition-undecided"]).report();
    let conditions = report["rules"][0]["conditions"].as_array().unwrap();
    let ways = |condition: &Value| {
        let text = condition["text"].as_str().unwrap().to_owned();
        (text, condition["decidedTrue"] == true, condition["decidedFalse"] == true)
    };
    let expected = [
        ("stage == 'production'", true, true),
        ("hosting.kind != 'on-premises'", true, false),
        ("present(lifecycle.exitPlan)", true, true),
        ("model.source == 'open-weights'", false, true),
    ];
    let expected = expected.map(|(text, is_true, is_false)| (text.to_owned(), is_true, is_false));
    assert_eq!(conditions.iter().map(ways).collect::<Vec<_>>(), expected);
    assert_eq!(report["rules"][0]["coverage"]["percent"], 50.0);
}

#[test]
fn too_little_coverage_is_exit_status_1_and_a_mistake_of_a_policy_2() {
    let tree = copied("lacking");
    let status = |arguments: &[&str]| test(&tree, arguments).status;
    assert_eq!(status(&["lacking", "--select", "condition-undecided"]), Some(0));
    assert_eq!(status(&["lacking", "--select", "condition-undecided", "--min-coverage", "51"]), Some(1));
    assert_eq!(status(&["lacking", "--select", "threshold-not-held"]), Some(2));
    assert_eq!(status(&["lacking", "--select", "wrong-claim"]), Some(2));
    assert_eq!(status(&["lacking", "--select", "nothing"]), Some(2));
    assert_eq!(status(&["lacking", "--min-coverage", "101"]), Some(2));
    assert_eq!(status(&["no-such-pack"]), Some(2));
    assert_eq!(status(&["customization-framework", "--select", "tag:cost"]), Some(0));
}

#[test]
fn missing_kinds_are_warnings_and_errors_where_they_are_required() {
    let report = |options: &[&str]| {
        let mut arguments = vec!["lacking", "--select", "kinds-missing,undetermined-missing"];
        arguments.extend(options);
        let outcome = test(&copied("lacking"), &arguments);
        let findings = outcome.report()["findings"].as_array().unwrap().clone();
        let missing = findings.iter().filter(|finding| finding["code"] == "missing-examples");
        missing
            .map(|finding| {
                let file = finding["file"].as_str().unwrap().to_owned();
                (file, finding["severity"].as_str().unwrap().to_owned())
            })
            .collect::<Vec<_>>()
    };
    let of = |rule: &str, severity: &str| (format!("lacking/{rule}.yaml"), severity.to_owned());
    assert_eq!(report(&[]), [of("kinds-missing", "warning"), of("kinds-missing", "warning")]);
    assert_eq!(
        report(&["--require-examples"]),
        [of("kinds-missing", "error"), of("kinds-missing", "error"), of("undetermined-missing", "error")]
    );
}

#[test]
fn a_fact_that_counts_though_the_schema_rejects_it_breaks_the_rule() {
    tells(
        "not-alike",
        &[],
        "invariant",
        "metadata.labels",
        "not-alike does not take `metadata.labels['team']` alike where it is not known: an example comes to pass \
         where it is null, pass where it is of a wrong type, fail where it is missing",
    );
}

#[test]
fn an_example_that_is_not_valid_is_told_with_what_was_meant() {
    tells(
        "not-valid",
        &[],
        "unknown-key",
        "monthlyRequest",
        "\"workload.monthlyRequest\" is not a field of a deployment",
    );
    assert_eq!(told("not-valid", &[]).len(), 1);
}

/// Adds the examples that are suggested for a rule to its file.
fn paste(tree: &Tree, rule: &Value) {
    let file = tree.path(rule["file"].as_str().unwrap());
    let mut text = fs::read_to_string(&file).unwrap();
    if !text.contains("\n  examples:\n") {
        text += "  examples:\n";
    }
    for suggestion in rule["suggestions"].as_array().unwrap() {
        let heading = format!("    {}:\n", suggestion["kind"].as_str().unwrap());
        if !text.contains(&heading) {
            // The kinds stand in their order.
            let kinds = ["pass", "fail", "skip", "undetermined"].map(|kind| format!("    {kind}:\n"));
            let own = kinds.iter().position(|kind| *kind == heading).unwrap();
            let at = kinds[own..].iter().find_map(|kind| text.find(kind)).unwrap_or(text.len());
            text.insert_str(at, &heading);
        }
        let at = text.find(&heading).unwrap() + heading.len();
        text.insert_str(at, suggestion["yaml"].as_str().unwrap());
    }
    fs::write(file, text).unwrap();
}

#[test]
fn what_is_suggested_is_all_that_a_rule_lacks() {
    for rule in ["threshold-not-held", "condition-undecided", "kinds-missing", "undetermined-missing"] {
        let tree = copied("lacking");
        let arguments =
            ["lacking", "--select", rule, "--require-examples", "--min-coverage", "100", "--suggest"];
        let before = test(&tree, &arguments);
        assert_ne!(before.status, Some(0), "{rule}");
        paste(&tree, &before.report()["rules"][0]);
        let after = test(&tree, &arguments);
        let text = fs::read_to_string(tree.path(format!("lacking/{rule}.yaml"))).unwrap();
        assert_eq!(after.status, Some(0), "{}\n{text}", after.stdout);
        assert_eq!(after.report()["rules"][0]["suggestions"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn suggestions_are_yaml_to_paste() {
    let outcome = copied("lacking").run(&["test", "lacking", "--select", "threshold-not-held", "--suggest"]);
    let expected = "\
# lacking/threshold-not-held.yaml: add
  examples:
    pass:
      - {stage: production, workload: {monthlyRequests: 1000}}
";
    assert!(outcome.stdout.contains(expected), "{}", outcome.stdout);
}

fn tested(pack: &str, rules: &[&str]) -> TestReport {
    let file = |name: &str| {
        let path = format!("{pack}/{name}.yaml");
        let file = packs().join(&path);
        PolicyFile { text: fs::read_to_string(&file).unwrap().into(), path: path.into(), file, source: None }
    };
    let mut policies = Policies::default();
    let rules: Vec<PolicyFile> = rules.iter().map(|rule| file(rule)).collect();
    policies.add(&file("pack"), &rules);
    policies.test(&Settings { suggest: true, ..Settings::new(TODAY) })
}

fn written(format: TestFormat, report: &TestReport, options: &Options) -> String {
    let run = TestRun { report, min_coverage: None, suggest: true, exit: Exit::Trouble };
    let mut out = Vec::new();
    render(format, &run, &FromFiles, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Texts of the packs' files.
struct FromFiles;

impl tunelint::output::Texts for FromFiles {
    fn text(&self, source: &tunelint::source::Source) -> Option<std::sync::Arc<str>> {
        Some(fs::read_to_string(source.file()?).unwrap().into())
    }
}

fn shown(width: usize, color: bool) -> String {
    let report = tested("lacking", &["wrong-claim"]);
    let options = Options { width, color, ..Options::default() };
    written(TestFormat::Human, &report, &options).replace('\u{1b}', "␛")
}

#[test]
fn a_wrong_example_shown_at_80_columns() {
    insta::assert_snapshot!(shown(80, false));
}

#[test]
fn a_wrong_example_shown_at_80_columns_in_colour() {
    insta::assert_snapshot!(shown(80, true));
}

#[test]
fn a_wrong_example_shown_at_200_columns() {
    insta::assert_snapshot!(shown(200, false));
}

#[test]
fn a_wrong_example_shown_at_200_columns_in_colour() {
    insta::assert_snapshot!(shown(200, true));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 200] {
        for line in shown(width, false).lines().filter(|line| !line.starts_with("      - ")) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn the_json_report_fits_its_schema() {
    let schema: Value = serde_json::from_str(tunelint::schema::TEST_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (pack, options) in [("lacking", &["--suggest", "--min-coverage", "90"][..]), ("proven", &[])] {
        let mut arguments = vec![pack];
        arguments.extend(options);
        let report = test(&copied(pack), &arguments).report();
        if let Err(error) = validator.validate(&report) {
            panic!("{error} at {}", error.instance_path());
        }
    }
}

#[test]
fn the_junit_report_has_a_suite_for_each_file_and_a_case_for_each_example_and_check() {
    let outcome = copied("lacking").run(&["test", "lacking", "--format", "junit"]);
    let report = quick_junit::Report::deserialize_from_str(&outcome.stdout).unwrap();
    let suite = |rule: &str| {
        let name = format!("lacking/{rule}.yaml");
        report.test_suites.iter().find(|suite| suite.name.as_str() == name).unwrap()
    };
    let failed = |rule: &str| {
        let is_failure = |case: &&quick_junit::TestCase| {
            matches!(case.status, quick_junit::TestCaseStatus::NonSuccess { .. })
        };
        let cases = suite(rule).test_cases.iter().filter(is_failure);
        cases.map(|case| case.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(report.test_suites.len(), 8);
    assert_eq!(failed("wrong-claim"), ["example pass 2"]);
    assert_eq!(
        failed("threshold-not-held"),
        ["boundary workload.monthlyRequests >= params.minMonthlyRequests"]
    );
    assert_eq!(failed("not-alike"), ["invariant metadata.labels['team']"]);
    assert_eq!(failed("condition-undecided"), [""; 0]);
    let names: Vec<&str> = suite("not-valid").test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "example pass 1",
            "example fail 1",
            "example fail 2",
            "example undetermined 1",
            "examples",
            "invariant stage",
            "coverage"
        ]
    );
}

#[test]
fn reports_can_go_to_files_beside_the_one_on_screen() {
    let tree = copied("proven");
    let outcome = tree.run(&[
        "test",
        "proven",
        "--format",
        "human",
        "--format",
        "junit=out.xml",
        "--format",
        "json=out.json",
    ]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("no mistakes"), "{}", outcome.stdout);
    assert!(fs::read_to_string(tree.path("out.xml")).unwrap().contains("<testsuites"));
    assert!(fs::read_to_string(tree.path("out.json")).unwrap().contains("tunelint.dev/test/v1"));
    let shared = tree.run(&["test", "proven", "--format", "human", "--format", "json"]);
    assert_eq!(shared.status, Some(2));
}

#[test]
fn the_report_is_the_same_each_time() {
    let run = || copied("lacking").run(&["test", "lacking", "--suggest", "--format", "json"]).stdout;
    assert_eq!(run(), run());
}

#[test]
fn what_a_repo_sets_does_not_turn_the_examples_of_a_pack_wrong() {
    let mut policies = Policies::builtin();
    let selection = tunelint::policy::Selection {
        set: vec!["minMonthlyRequests=7".to_owned()],
        ..tunelint::policy::Selection::default()
    };
    policies.apply(&selection).unwrap();
    assert_eq!(policies.test(&Settings::new(TODAY)).findings().count(), 0);
}

#[test]
fn a_rule_of_thousands_of_conditions_is_told_to_be_too_large_and_the_others_are_tested() {
    let tree = copied("proven");
    let long = vec!["stage == 'pilot'"; 1500].join(" || ");
    let rule = format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {{name: long}}\nspec:\n  summary: s\n  severity: \
         note\n  why: w\n  require: {long}\n  message: m\n  examples:\n    pass:\n{}    fail:\n      - {{stage: \
         production}}\n",
        "      - {stage: pilot}\n".repeat(20)
    );
    tree.write("proven/long.yaml", rule);
    let outcome = test(&tree, &["proven"]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stdout);
    let report = outcome.report();
    assert_eq!(report["findings"][0]["code"], "limit-test");
    assert_eq!(report["summary"]["rules"], 7);
}

#[test]
fn what_a_policy_file_hides_from_the_eye_is_shown_as_escapes() {
    let tree = copied("proven");
    let rule = "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {name: odd}\nspec:\n  summary: s\n  severity: \
                note\n  why: w\n  require: \"owner == '\\u202e\\e[31mx' && budget.initialUsd > 1\"\n  message: m\n  \
                examples:\n    pass:\n      - {owner: \"\\e]0;x\\a\", budget: {initialUsd: 1}}\n    fail:\n      - \
                {owner: \"y\"}\n";
    tree.write("proven/odd.yaml", rule);
    for format in ["human", "junit", "json"] {
        let outcome = tree.run(&["test", "proven", "--format", format, "--suggest"]);
        assert_eq!(outcome.status, Some(2), "{}", outcome.stdout);
        let hidden = ['\u{1b}', '\u{7}', '\u{202e}'];
        assert!(!outcome.stdout.contains(hidden), "{format}: {}", outcome.stdout);
    }
}
