//! The config: where it is found, what goes before what, what an organisation locks, and every mistake in it.

#![allow(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;
mod locks;
mod mistakes;

use std::fmt::Write as _;

use common::{Outcome, Tree, manifest};
use serde_json::Value;

/// Lines further to the right.
fn indented(lines: &str, by: usize) -> String {
    lines.lines().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{:by$}{line}", "");
        text
    })
}

/// A config with this below `spec`.
fn config(spec: &str) -> String {
    let spec = indented(spec, 2);
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n{spec}")
}

/// A config that says this of the built-in pack.
fn of_pack(lines: &str) -> String {
    let lines = indented(lines, 4);
    config(&format!("packs:\n  customization-framework:\n{lines}"))
}

/// A manifest that fine-tunes for so many requests a month.
fn tuned(name: &str, requests: u32) -> String {
    let manifest = manifest(name).replace("strategy: prompting", "strategy: fine-tuning");
    format!("{manifest}  workload:\n    monthlyRequests: {requests}\n")
}

/// A repo with one deployment that fine-tunes for 400,000 requests a month: 100,000 fewer than the pack asks for.
fn repo() -> Tree {
    let tree = Tree::new();
    tree.write(".git/HEAD", "").write("deploy/prod/bot.yaml", tuned("bot", 400_000));
    tree
}

const VOLUME: &str = "fine-tuning-below-volume";

/// The severities that a rule has in a report, by file.
fn severities(outcome: &Outcome, rule: &str) -> Vec<(String, String)> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.map(|finding| (text(finding, "file"), text(finding, "severity"))).collect()
}

/// The findings about configs: code, severity, the bytes underlined, and the help.
fn mistakes(tree: &Tree, outcome: &Outcome) -> Vec<(String, String, String, String)> {
    let report = outcome.report();
    let findings =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "config");
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let underlined = finding["span"].as_object().map(|span| {
                let file = std::fs::read_to_string(tree.path(text("file"))).unwrap();
                let at = |end: &str| usize::try_from(span[end]["offset"].as_u64().unwrap()).unwrap();
                file[at("start")..at("end")].to_owned()
            });
            (text("code"), text("severity"), underlined.unwrap_or_default(), text("help"))
        })
        .collect()
}

#[test]
fn a_threshold_of_the_config_decides_and_has_a_label_there() {
    let tree = repo();
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 300000}"));
    assert_eq!(severities(&tree.check(&[]), VOLUME), []);
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 450000}"));
    let outcome = tree.check(&[]);
    let report = outcome.report();
    let finding = report["findings"].as_array().unwrap().iter().find(|own| own["rule"] == VOLUME).unwrap();
    let decisive = &finding["decisive"][0];
    assert_eq!(
        (&decisive["threshold"], &decisive["parameterSource"]),
        (&450_000.into(), &"tunelint.yaml".into())
    );
    let label = finding["labels"].as_array().unwrap().last().unwrap();
    assert_eq!((&label["file"], &label["span"]["start"]["line"]), (&"tunelint.yaml".into(), &6.into()));
    assert_eq!(label["message"], "minMonthlyRequests is set to 450,000 here");
    assert_eq!(report["packs"][0]["parameters"]["minMonthlyRequests"], 450_000);
}

#[test]
fn it_is_found_above_the_paths_up_to_the_top_of_the_repo() {
    let tree = Tree::new();
    let lower = of_pack("parameters: {minMonthlyRequests: 1}");
    tree.write("tunelint.yaml", &lower).write("repo/.git/HEAD", "");
    tree.write("repo/team/deploy/bot.yaml", tuned("bot", 400_000));
    let fails = |arguments: &[&str]| !severities(&tree.check(arguments), VOLUME).is_empty();
    assert!(fails(&["repo/team/deploy"]), "not above the top of the repo");
    for name in ["repo/tunelint.yaml", "repo/team/.tunelint.yaml", "repo/team/deploy/tunelint.yml"] {
        tree.write(name, &lower);
        for path in ["repo/team/deploy", "repo/team/deploy/bot.yaml"] {
            assert!(!fails(&[path]), "{name} counts for {path}");
            assert!(fails(&["--no-config", path]), "--no-config");
        }
        std::fs::remove_file(tree.path(name)).unwrap();
    }
    assert!(!fails(&["--config", "tunelint.yaml", "repo"]), "one can be named");
}

#[test]
fn one_above_the_current_folder_is_shown_by_the_way_up() {
    let tree = repo();
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 450000, nonsense: 1}"));
    let output = tree.command(&["check", "--format", "json"]).current_dir(tree.path("deploy/prod")).output();
    let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let mistake = findings.iter().find(|own| own["rule"] == "config").unwrap();
    assert_eq!(mistake["file"], "../../tunelint.yaml");
    let volume = findings.iter().find(|own| own["rule"] == VOLUME).unwrap();
    assert_eq!(volume["decisive"][0]["parameterSource"], "../../tunelint.yaml");
}

#[test]
fn two_configs_of_one_run_are_told_and_the_first_is_used() {
    let tree = Tree::new();
    for (team, requests) in [("a", 300_000), ("b", 500_000)] {
        tree.write(format!("{team}/bot.yaml"), tuned(team, 400_000));
        let parameters =
            format!("parameters: {{minMonthlyRequests: {requests}}}\nrules: {{hybrid-in-production: off}}");
        tree.write(format!("{team}/tunelint.yaml"), of_pack(&parameters));
    }
    let outcome = tree.check(&["a", "b"]);
    assert_eq!(outcome.findings(), [("b/tunelint.yaml".to_owned(), "two-configs".to_owned(), 0)]);
    assert_eq!((severities(&outcome, VOLUME), outcome.status), (vec![], Some(2)));
    let outcome = tree.check(&["b/bot.yaml", "a/bot.yaml", "b"]);
    assert_eq!(outcome.findings()[0].0, "a/tunelint.yaml");
    assert_eq!(severities(&outcome, VOLUME).len(), 2);
    tree.write("a/.tunelint.yaml", config("failOn: never"));
    assert_eq!(tree.check(&["a"]).findings()[0].0, "a/.tunelint.yaml");
}

#[test]
fn one_below_the_checked_paths_does_not_count_and_that_is_noted() {
    let tree = repo();
    tree.write("deploy/tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 300000}"));
    let outcome = tree.check(&[]);
    assert_eq!(outcome.findings(), [("deploy/tunelint.yaml".to_owned(), "not-used".to_owned(), 0)]);
    assert_eq!((severities(&outcome, VOLUME).len(), outcome.status), (1, Some(1)));
    assert_eq!(tree.check(&["--no-config"]).findings(), []);
    assert_eq!(tree.check(&["deploy"]).findings(), []);
}

#[test]
fn a_workflow_of_that_name_is_no_config() {
    let tree = repo();
    let workflow = "name: tunelint\non: push\njobs: {check: {runs-on: x, steps: [{run: tunelint check}]}}\n";
    tree.write(".github/workflows/tunelint.yaml", workflow).write("ci/tunelint.yaml", workflow);
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 300000}"));
    for paths in [&[][..], &[".github/workflows"], &[".github/workflows/tunelint.yaml", "deploy"]] {
        let outcome = tree.check(paths);
        assert_eq!((outcome.findings(), severities(&outcome, VOLUME)), (vec![], vec![]), "{paths:?}");
    }
}

#[test]
fn standard_input_has_the_config_of_its_name() {
    use std::io::Write as _;
    let tree = repo();
    tree.write("deploy/tunelint.yaml", of_pack("parameters: {minMonthlyRequests: 300000}"));
    let fails = |name: &str| {
        let arguments = ["check", "--format", "json", "--stdin-filename", name];
        let mut command = tree.command(&arguments);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(tuned("bot", 400_000).as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().contains(VOLUME)
    };
    assert!(!fails("deploy/new/bot.yaml"));
    assert!(fails("other/bot.yaml"));
}

#[test]
fn the_higher_layer_goes_before_the_lower() {
    let tree = repo();
    let volumes = |requests: u32| format!("parameters: {{minMonthlyRequests: {requests}}}");
    let layered = |everywhere: u32, below: Option<u32>| {
        let scoped = below.map(|requests| {
            let packs = format!("{{customization-framework: {{{}}}}}", volumes(requests));
            format!("  overrides:\n    - paths: [deploy]\n      packs: {packs}\n")
        });
        of_pack(&volumes(everywhere)) + &scoped.unwrap_or_default()
    };
    let threshold = |arguments: &[&str]| {
        let report = tree.check(arguments).report();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|own| own["rule"] == VOLUME).unwrap()["decisive"][0]["threshold"].clone()
    };
    assert_eq!(threshold(&[]), 500_000);
    tree.write("org/tunelint.yaml", layered(600_001, None));
    assert_eq!(threshold(&["--org-config", "org"]), 600_001);
    tree.write("org/tunelint.yaml", layered(600_001, Some(600_002)));
    assert_eq!(threshold(&["--org-config", "org/tunelint.yaml"]), 600_002);
    tree.write("tunelint.yaml", layered(600_003, None));
    assert_eq!(threshold(&["--org-config", "org"]), 600_003);
    tree.write("tunelint.yaml", layered(600_003, Some(600_004)));
    assert_eq!(threshold(&["--org-config", "org"]), 600_004);
    assert_eq!(threshold(&["--org-config", "org", "--set", "minMonthlyRequests=600005"]), 600_005);
    assert_eq!(threshold(&["--org-config", "org", "--no-config"]), 600_002);
}

#[test]
fn of_overrides_the_nearest_goes_first_and_of_equals_the_later() {
    let tree = repo();
    tree.write("deploy/dev/bot.yaml", tuned("dev", 400_000)).write("bot.yaml", tuned("top", 400_000));
    let scope = |paths: &str, severity: &str| {
        format!(
            "  - {{paths: [{paths}], packs: {{customization-framework: {{rules: {{{VOLUME}: {severity}}}}}}}}}\n"
        )
    };
    let write = |scopes: &[String]| {
        tree.write("tunelint.yaml", config(&format!("overrides:\n{}", scopes.concat())));
    };
    let expect = |expected: [&str; 3]| {
        let files = ["bot.yaml", "deploy/dev/bot.yaml", "deploy/prod/bot.yaml"];
        let expected = files.into_iter().zip(expected).filter(|(_, severity)| *severity != "off");
        let expected: Vec<_> =
            expected.into_iter().map(|(file, own)| (file.to_owned(), own.to_owned())).collect();
        let outcome = tree.check(&[]);
        assert_eq!(severities(&outcome, VOLUME), expected, "{outcome:?}");
        assert_eq!(outcome.findings().iter().filter(|(file, ..)| file == "tunelint.yaml").count(), 0);
    };
    write(&[scope("deploy/prod", "note"), scope("deploy/**", "warning"), scope("'**'", "off")]);
    expect(["off", "warning", "note"]);
    write(&[scope("'**'", "off"), scope("'deploy/*/bot.yaml'", "note"), scope("deploy/", "warning")]);
    expect(["off", "warning", "warning"]);
    write(&[scope("'**'", "note"), scope("'*/prod/**', nowhere/but/here/**", "off")]);
    let outcome = tree.check(&[]);
    let files: Vec<_> = severities(&outcome, VOLUME).into_iter().map(|(file, _)| file).collect();
    assert_eq!(files, ["bot.yaml", "deploy/dev/bot.yaml"]);
    // Every way to ask for a file finds its override.
    let absolute = tree.path("deploy/prod/bot.yaml").display().to_string();
    for path in [".", "./deploy", "deploy/prod", "deploy/prod/bot.yaml", "deploy/../deploy/prod", &absolute] {
        let outcome = tree.check(&[path]);
        let told = severities(&outcome, VOLUME);
        assert!(told.iter().all(|(file, _)| !file.contains("prod")), "{path}: {told:?}");
    }
}

#[test]
fn severities_and_rules_are_set() {
    let tree = repo();
    let bare = manifest("bare").replace("strategy: prompting", "strategy: fine-tuning");
    tree.write("deploy/prod/bare.yaml", bare);
    let come_out = |rule: &str, arguments: &[&str]| {
        tree.write("tunelint.yaml", of_pack(&format!("rules: {{{VOLUME}: {rule}}}")));
        let outcome = tree.check(arguments);
        assert_eq!(mistakes(&tree, &outcome), []);
        severities(&outcome, VOLUME).into_iter().map(|(_, severity)| severity).collect::<Vec<_>>().join(" ")
    };
    // `bare` is undetermined, `bot` fails.
    assert_eq!(come_out("note", &[]), "note note");
    assert_eq!(come_out("{severity: {pilot: note, default: error}}", &[]), "note note");
    assert_eq!(come_out("{severity: {production: note, default: warning}}", &[]), "warning warning");
    assert_eq!(come_out("{undetermined: note, reason: new}", &[]), "note error");
    assert_eq!(come_out("{undetermined: off}", &[]), "error");
    assert_eq!(come_out("off", &[]), "");
    assert_eq!(come_out("{severity: off}", &[]), "");
    assert_eq!(
        come_out("off", &["--select", VOLUME]),
        "warning error",
        "who asks for a rule by its id gets it"
    );
    assert_eq!(come_out("off", &["--select", "customization-framework/*"]), "");
    tree.write("tunelint.yaml", of_pack("enabled: false"));
    assert_eq!(severities(&tree.check(&[]), VOLUME), []);
}

#[test]
fn a_rule_that_is_off_beneath_comes_back_as_its_pack_has_it() {
    let tree = repo();
    tree.write("org/tunelint.yaml", of_pack(&format!("rules: {{{VOLUME}: off}}")));
    assert_eq!(severities(&tree.check(&["--org-config", "org"]), VOLUME), []);
    tree.write("tunelint.yaml", of_pack(&format!("rules: {{{VOLUME}: on}}")));
    let outcome = tree.check(&["--org-config", "org"]);
    assert_eq!(severities(&outcome, VOLUME)[0].1, "error");
    assert_eq!(mistakes(&tree, &outcome), []);
}

#[test]
fn what_is_excluded_is_not_checked_even_where_it_is_named() {
    let tree = repo();
    tree.write("vendor/deep/a.yaml", tuned("a", 1)).write("old.yaml", tuned("b", 1));
    tree.write("tunelint.yaml", config("exclude: [vendor/, '*.yaml']"));
    assert_eq!(tree.check(&[]).deployments(), ["bot"]);
    for path in ["vendor", "vendor/deep", "vendor/deep/a.yaml", "old.yaml", "./vendor/../old.yaml"] {
        let outcome = tree.check(&[path]);
        assert_eq!((outcome.deployments(), outcome.status), (vec![], Some(0)), "{path}: {outcome:?}");
    }
    assert_eq!(tree.check(&["deploy/prod/bot.yaml", "old.yaml"]).deployments(), ["bot"]);
    let facts = tree.run(&["facts", "--format", "json", "."]);
    assert!(facts.stdout.contains("bot") && !facts.stdout.contains("vendor"), "{facts:?}");
    assert_eq!(tree.check(&["--no-config", "vendor"]).deployments(), ["a"]);
}

#[test]
fn fail_on_is_that_of_the_config_unless_the_command_line_has_one() {
    let tree = repo();
    let status = |said: &str, arguments: &[&str]| {
        tree.write("tunelint.yaml", config(said));
        tree.check(arguments).status
    };
    assert_eq!(status("failOn: error", &[]), Some(1));
    assert_eq!(status("failOn: never", &[]), Some(0));
    assert_eq!(status("failOn: never", &["--fail-on", "error"]), Some(1));
    assert_eq!(status("failOn: note", &["--fail-on", "never"]), Some(0));
}

#[test]
fn policies_of_both_configs_are_read_beside_them() {
    let tree = repo();
    let pack = |name: &str| {
        format!(
            "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {{name: {name}}}\nspec: {{title: t, version: 1.0.0, license: MIT}}\n"
        )
    };
    tree.write("org/rules/theirs/pack.yaml", pack("theirs"));
    tree.write("team/checks/ours/pack.yaml", pack("ours"));
    tree.write("team/checks/ours/broken.yaml", "nonsense");
    tree.write("org/tunelint.yaml", config("policies: [rules]"));
    tree.write("team/tunelint.yaml", config("policies: [checks, checks/ours]"));
    let outcome = tree.check(&["--org-config", "org", "team"]);
    let packs = outcome.report()["packs"].as_array().unwrap().clone();
    let names: Vec<_> = packs.iter().map(|pack| pack["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["customization-framework", "ours", "theirs"]);
    assert!(
        outcome.findings().iter().all(|(file, ..)| file == "team/checks/ours/broken.yaml"),
        "{outcome:?}"
    );
}

#[test]
fn the_report_names_the_texts_of_the_configs_in_force() {
    let tree = repo();
    let digest =
        |arguments: &[&str]| tree.check(arguments).report()["run"]["config"].as_str().unwrap().to_owned();
    let none = digest(&[]);
    assert_eq!(none, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    tree.write("tunelint.yaml", config("failOn: never"));
    let one = digest(&[]);
    tree.write("org/tunelint.yaml", config("failOn: note"));
    let both = digest(&["--org-config", "org"]);
    assert!(none != one && one != both && none != both);
    assert_eq!(digest(&["--no-config"]), none);
}

#[test]
fn reports_are_the_same_for_any_number_of_threads() {
    let tree = repo();
    for index in 0..200 {
        tree.write(format!("deploy/{}/{index}.yaml", index % 7), tuned(&format!("d{index}"), 1));
    }
    let scope = |index: u32| {
        let parameters = format!("parameters: {{minMonthlyRequests: {index}}}");
        format!("  - {{paths: [deploy/{index}], packs: {{customization-framework: {{{parameters}}}}}}}\n")
    };
    let scopes = (0..7).map(scope).collect::<Vec<_>>().concat();
    tree.write("tunelint.yaml", config(&format!("overrides:\n{scopes}")));
    let one = tree.check(&["--threads", "1"]).stdout;
    assert!(one.contains("\"threshold\": 6") || one.contains("\"threshold\":6"));
    assert_eq!(one, tree.check(&["--threads", "4"]).stdout);
}

#[test]
fn links_to_rules_are_those_of_the_organisation() {
    let tree = repo();
    tree.write(
        "org.yaml",
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {helpUri: 'https://policies.example.com/{pack}/{rule}'}\n",
    );
    let link = format!("https://policies.example.com/customization-framework/{VOLUME}");
    let sarif = tree.run(&["check", "--format", "sarif", "--org-config", "org.yaml"]);
    assert!(sarif.stdout.contains(&format!("\"helpUri\":\"{link}\"")), "{}", sarif.stdout);
    assert!(!tree.run(&["check", "--format", "sarif"]).stdout.contains(&link));
    assert!(tree.run(&["explain", VOLUME, "--org-config", "org.yaml"]).stdout.contains(&link));
}

#[test]
fn every_command_that_speaks_of_rules_heeds_the_config() {
    let tree = repo();
    tree.write(
        "tunelint.yaml",
        of_pack(
            "parameters: {minMonthlyRequests: 450000}\nrules: {hybrid-in-production: off, nonsense: off}",
        ),
    );
    let rules = tree.run(&["rules"]);
    assert!(
        !rules.stdout.contains("hybrid-in-production") && rules.stderr.contains("1 mistake in the config")
    );
    assert!(tree.run(&["rules", "--no-config"]).stdout.contains("hybrid-in-production"));
    let page = tree.run(&["explain", VOLUME]);
    assert!(page.stdout.contains("450,000") && page.stdout.contains("Set by: tunelint.yaml:"), "{page:?}");
    let advice = tree.run(&["advise", "deploy"]);
    assert!(
        advice.stdout.contains("450,000") && advice.stderr.contains("1 mistake in the config"),
        "{advice:?}"
    );
    // Examples of rules are held against the packs as they are.
    assert_eq!(tree.run(&["test"]).status, Some(0));
}
