//! The config: where it is found, what goes before what, what an organisation locks, and every mistake in it.

mod common;

use common::{Outcome, Tree, manifest};
use serde_json::Value;

/// A config with this below `spec`.
fn config(spec: &str) -> String {
    let spec: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n{spec}")
}

/// A config that says this of the built-in pack.
fn of_pack(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
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
                #[expect(clippy::disallowed_methods, reason = "what a finding underlines stands in the file")]
                let file = std::fs::read_to_string(tree.path(text("file"))).unwrap();
                let at = |end: &str| usize::try_from(span[end]["offset"].as_u64().unwrap()).unwrap();
                file[at("start")..at("end")].to_owned()
            });
            (text("code"), text("severity"), underlined.unwrap_or_default(), text("help"))
        })
        .collect()
}

/// Asserts the one mistake of a config in a repo.
#[track_caller]
fn is_told(config: &str, code: &str, severity: &str, underlined: &str, help: &str) {
    let tree = repo();
    tree.write("tunelint.yaml", config);
    let outcome = tree.check(&[]);
    let told = mistakes(&tree, &outcome);
    let expected = [code, severity, underlined, help].map(str::to_owned);
    let [code, severity, underlined, help] = expected;
    assert_eq!(told, [(code, severity.clone(), underlined, help)], "{config}\n{outcome:?}");
    assert!(!severities(&outcome, VOLUME).is_empty(), "the rest is judged: {outcome:?}");
    assert_eq!(outcome.status, Some(if severity == "error" { 2 } else { 1 }));
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
fn globs_that_match_nothing_are_told_where_all_was_seen() {
    let tree = repo();
    let scope = "- paths: [deploy/**, stagng/**]\n    packs: {customization-framework: {rules: {hybrid-in-production: off}}}";
    tree.write("tunelint.yaml", config(&format!("exclude: ['vendor/**', '.git']\noverrides:\n  {scope}")));
    let told = |arguments: &[&str]| -> Vec<String> {
        mistakes(&tree, &tree.check(arguments))
            .into_iter()
            .map(|(code, _, text, _)| format!("{code} {text}"))
            .collect()
    };
    assert_eq!(told(&[]), ["no-match 'vendor/**'", "no-match '.git'", "no-match stagng/**"]);
    assert_eq!(told(&["deploy"]), [""; 0]);
    assert_eq!(told(&["deploy/prod/bot.yaml"]), [""; 0]);
    let outcome = tree.check(&["--select", "hybrid-in-production"]);
    assert_eq!(outcome.status, Some(0), "a warning: {outcome:?}");
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
fn names_that_nothing_has_are_told_with_the_nearest() {
    is_told(
        &config("packs: {customisation-framework: {enabled: false}}"),
        "unknown-pack",
        "error",
        "customisation-framework",
        "did you mean \"customization-framework\"?",
    );
    is_told(
        &of_pack("rules: {fine-tuning-below-volumes: off}"),
        "unknown-rule",
        "error",
        "fine-tuning-below-volumes",
        "did you mean \"fine-tuning-below-volume\"?",
    );
    is_told(
        &of_pack("parameters: {minMonthlyRequest: 5}"),
        "unknown-parameter",
        "error",
        "minMonthlyRequest",
        "did you mean \"minMonthlyRequests\"?",
    );
    is_told(&config("failon: note"), "unknown-key", "error", "failon", "did you mean \"failOn\"?");
}

#[test]
fn values_of_another_type_are_told_with_what_to_write() {
    for (value, help) in [
        ("300k", "write 300000"),
        ("\"300000\"", "remove the quotes: 300000"),
        ("300,000", "write 300000"),
        ("true", ""),
        ("many", "write a number"),
    ] {
        let config = of_pack(&format!("parameters:\n  minMonthlyRequests: {value}"));
        is_told(&config, "type", "error", value, help);
        let config = of_pack(&format!("parameters:\n  minMonthlyRequests: {{value: [{value}]}}"));
        let tree = repo();
        tree.write("tunelint.yaml", config);
        assert_eq!(tree.check(&[]).findings().len(), 1, "{value}");
    }
    is_told(
        &of_pack("rules: {hybrid-in-production: warn}"),
        "enum",
        "error",
        "warn",
        "did you mean \"warning\"?",
    );
    is_told(&config("failOn: warn"), "enum", "error", "warn", "did you mean \"warning\"?");
    is_told(&config("maxWaiverDays: 0"), "minimum", "error", "0", "");
    is_told(&config("exclude: vendor"), "type", "error", "vendor", "write a list: [vendor]");
    is_told(
        &config("helpUri: policies.example.com"),
        "link",
        "error",
        "policies.example.com",
        "write it like https://policies.example.com/rules/{rule}",
    );
}

#[test]
fn globs_and_folders_that_are_none_are_told() {
    let relative = "write it relative to the folder of the config";
    for (glob, help) in [
        ("\"[\"", ""),
        ("\"\"", ""),
        ("/etc/**", relative),
        ("../other/**", relative),
        ("\"!keep\"", "name what is meant, not what is not"),
    ] {
        is_told(&config(&format!("exclude: [{glob}]")), "glob", "error", glob, help);
    }
    is_told(&config("policies: [policis]"), "not-found", "error", "policis", "");
    is_told(&config("policies: ['*/policies']"), "not-found", "error", "'*/policies'", "");
    is_told(&config("policies: [deploy]"), "no-pack", "error", "deploy", "");
    is_told(&config("policies: [/etc]"), "glob", "error", "/etc", "");
    is_told(&config("policies: [..]"), "outside", "error", "..", "");
}

#[test]
fn what_changes_nothing_is_told() {
    let remove = "remove it";
    is_told(&of_pack("parameters: {minMonthlyRequests: 500000}"), "no-effect", "warning", "500000", remove);
    is_told(&of_pack("parameters: {minAccuracyGainPoints: 5.0}"), "no-effect", "warning", "5.0", remove);
    is_told(
        &of_pack("parameters: {minAccuracyGainPoints: {reason: r}}"),
        "no-effect",
        "warning",
        "minAccuracyGainPoints",
        remove,
    );
    is_told(&of_pack(&format!("rules: {{{VOLUME}: error}}")), "no-effect", "warning", "error", remove);
    is_told(&of_pack("enabled: true"), "no-effect", "warning", "true", remove);
    let scoped = |paths: &str, said: &str| {
        format!("  - {{paths: [{paths}], packs: {{customization-framework: {said}}}}}\n")
    };
    let both = |first: String, second: String| config(&format!("overrides:\n{first}{second}"));
    let off = "{rules: {hybrid-in-production: off}}";
    is_told(
        &both(
            scoped("deploy", "{parameters: {minMonthlyRequests: 450000}}"),
            scoped("deploy", "{parameters: {minMonthlyRequests: 460000}}"),
        ),
        "no-effect",
        "warning",
        "450000",
        "remove one of them",
    );
    let beneath = of_pack("rules: {hybrid-in-production: off}");
    is_told(
        &format!("{beneath}  overrides:\n  {}", scoped("deploy", off)),
        "no-effect",
        "warning",
        "off",
        remove,
    );
    is_told(
        &config("overrides:\n  - {paths: [], packs: {}}"),
        "no-effect",
        "warning",
        "[]",
        "name the paths, or move what it says to spec.packs",
    );
}

#[test]
fn what_has_an_effect_somewhere_is_not_told() {
    let tree = repo();
    let scoped = |paths: &str, said: &str| {
        format!("  - {{paths: [{paths}], packs: {{customization-framework: {said}}}}}\n")
    };
    // The inner override takes back what the outer one says.
    let outer = scoped("deploy", "{rules: {hybrid-in-production: off}, parameters: {minMonthlyRequests: 1}}");
    let inner = scoped(
        "deploy/prod",
        "{rules: {hybrid-in-production: on}, parameters: {minMonthlyRequests: 500000}}",
    );
    tree.write("tunelint.yaml", config(&format!("overrides:\n{outer}{inner}")));
    let outcome = tree.check(&[]);
    assert_eq!(mistakes(&tree, &outcome), []);
    assert_eq!(severities(&outcome, VOLUME).len(), 1);
}

#[test]
fn entries_of_a_pack_that_is_off_are_told() {
    is_told_silently(&of_pack("enabled: false\nrules: {hybrid-in-production: off}"), "off");
    let scope = "\n  overrides: [{paths: [deploy], packs: {customization-framework: {enabled: true}}}]\n";
    let tree = repo();
    tree.write(
        "tunelint.yaml",
        of_pack("enabled: false\nrules: {hybrid-in-production: off}") + scope.trim_start_matches('\n'),
    );
    let outcome = tree.check(&[]);
    assert_eq!(mistakes(&tree, &outcome), []);
    assert_eq!(severities(&outcome, VOLUME).len(), 1, "on again below deploy");
}

#[track_caller]
fn is_told_silently(config: &str, underlined: &str) {
    let tree = repo();
    tree.write("tunelint.yaml", config);
    let outcome = tree.check(&[]);
    let told = mistakes(&tree, &outcome);
    let [(code, severity, text, _)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&**code, &**severity, &**text), ("no-effect", "warning", underlined));
}

#[test]
fn texts_that_are_no_config_are_told_and_the_rest_is_judged() {
    let bomb = {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let uses = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{uses}]\n"));
        }
        bomb
    };
    let long = format!("{}# {}\n", config("failOn: never"), "x".repeat(10 << 20));
    for (text, code) in [
        ("", "empty"),
        ("spec: [", "syntax"),
        ("spec: {failOn: never}\nspec: {}\n", "duplicate-key"),
        ("- a\n- b\n", "type"),
        (&bomb, "limit-alias"),
        (&"[".repeat(1_000), "limit-depth"),
        (&long, "limit-bytes"),
    ] {
        let tree = repo();
        tree.write("tunelint.yaml", text);
        let outcome = tree.check(&[]);
        let codes: Vec<_> = outcome.findings().into_iter().map(|(file, code, _)| (file, code)).collect();
        assert!(codes.contains(&("tunelint.yaml".to_owned(), code.to_owned())), "{code}: {codes:?}");
        assert!(codes.iter().all(|(file, _)| file == "tunelint.yaml"), "{codes:?}");
        assert_eq!(severities(&outcome, VOLUME).len(), 1, "{code}: {outcome:?}");
        assert_eq!(outcome.status, Some(2));
    }
    let tree = repo();
    tree.write("tunelint.yaml", b"failOn: caf\xe9");
    assert_eq!(tree.check(&[]).findings(), [("tunelint.yaml".to_owned(), "encoding".to_owned(), 0)]);
    let outcome = repo().check(&["--config", "none.yaml", "--org-config", "nowhere"]);
    let told = outcome.findings();
    assert_eq!(
        told.iter().map(|(file, code, _)| (&**file, &**code)).collect::<Vec<_>>(),
        [("none.yaml", "not-found"), ("nowhere", "not-found")]
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repo_is_not_followed() {
    let tree = repo();
    let outside = Tree::new();
    outside.write("secret.yaml", "password: hunter2");
    tree.link("tunelint.yaml", outside.path("secret.yaml"));
    let outcome = tree.check(&[]);
    assert_eq!(outcome.findings(), [("tunelint.yaml".to_owned(), "link-outside".to_owned(), 0)]);
    assert!(!outcome.stdout.contains("hunter2"));
}

#[test]
fn an_id_that_a_rule_had_before_counts_with_a_note() {
    let tree = repo();
    let rule = "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {name: new-id, formerly: [old-id]}\nspec:\n  summary: s\n  severity: error\n  why: w\n  require: owner == 'x'\n  message: m\n  examples: {pass: [{owner: x}], fail: [{owner: y}]}\n";
    tree.write("policies/own/pack.yaml", "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec: {title: t, version: 1.0.0, license: MIT}\n");
    tree.write("policies/own/new-id.yaml", rule);
    let said = "policies: ['pol*']\npacks: {own: {rules: {old-id: note}}}";
    tree.write("tunelint.yaml", config(said));
    let outcome = tree.check(&[]);
    assert_eq!(severities(&outcome, "new-id")[0].1, "note");
    let told = mistakes(&tree, &outcome);
    assert_eq!(
        told,
        [("renamed", "note", "old-id", "write new-id")].map(|(a, b, c, d)| (
            a.to_owned(),
            b.to_owned(),
            c.to_owned(),
            d.to_owned()
        ))
    );
    tree.write(
        "tunelint.yaml",
        config("policies: [policies]\npacks: {own: {rules: {old-id: note, new-id: off}}}"),
    );
    let codes: Vec<_> = mistakes(&tree, &tree.check(&[])).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, ["renamed", "duplicate"]);
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

/// The findings of a repo's config against an organisation's, with the lines of the locks.
fn against(org: &str, repo_config: &str) -> (Tree, Outcome, Vec<(String, String, Option<u64>)>) {
    let tree = repo();
    tree.write("org/tunelint.yaml", org).write("tunelint.yaml", repo_config);
    let outcome = tree.check(&["--org-config", "org", "deploy"]);
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter().filter(|own| own["rule"] == "config");
    let told = findings
        .map(|own| {
            let lock =
                own["labels"].as_array().unwrap().iter().find(|label| label["file"] == "org/tunelint.yaml");
            let text = |key: &str| own[key].as_str().unwrap().to_owned();
            assert_eq!(text("file"), "tunelint.yaml");
            (text("code"), text("severity"), lock.map(|lock| lock["span"]["start"]["line"].as_u64().unwrap()))
        })
        .collect();
    (tree, outcome, told)
}

#[track_caller]
fn is_locked(org: &str, repo_config: &str, line: u64) -> Outcome {
    let (_, outcome, told) = against(org, repo_config);
    assert_eq!(told, [("locked".to_owned(), "error".to_owned(), Some(line))], "{repo_config}\n{outcome:?}");
    assert_eq!(outcome.status, Some(2));
    assert_eq!(severities(&outcome, VOLUME).len(), 1, "no effect: {repo_config}\n{outcome:?}");
    outcome
}

#[track_caller]
fn is_free(org: &str, repo_config: &str) -> Outcome {
    let (_, outcome, told) = against(org, repo_config);
    assert!(told.iter().all(|(_, severity, _)| severity == "warning"), "{repo_config}: {told:?}");
    outcome
}

#[test]
fn a_locked_threshold_cannot_be_moved() {
    let org = of_pack("parameters:\n  minMonthlyRequests: {value: 450000, locked: true}");
    for value in ["1", "900000", "{value: 1, reason: ours is different}"] {
        let outcome = is_locked(&org, &of_pack(&format!("parameters: {{minMonthlyRequests: {value}}}")), 7);
        let report = outcome.report();
        let finding =
            report["findings"].as_array().unwrap().iter().find(|own| own["rule"] == VOLUME).unwrap();
        assert_eq!(finding["decisive"][0]["threshold"], 450_000);
        assert_eq!(finding["decisive"][0]["parameterSource"], "org/tunelint.yaml");
    }
    is_free(&org, &of_pack("parameters: {minMonthlyRequests: 450000}"));
    let scope = "overrides: [{paths: [deploy], packs: {customization-framework: {parameters: {minMonthlyRequests: 1}}}}]";
    is_locked(&org, &config(scope), 7);
    is_locked(&org, &of_pack("enabled: false"), 7);
    // The value of the pack itself can be locked.
    let org = of_pack("parameters: {minMonthlyRequests: {locked: true}}");
    is_locked(&org, &of_pack("parameters: {minMonthlyRequests: 1}"), 6);
}

#[test]
fn a_locked_rule_can_be_raised_and_not_lowered() {
    let org =
        of_pack(&format!("rules:\n  {VOLUME}: {{severity: warning, undetermined: note, locked: true}}"));
    let own = |said: &str| of_pack(&format!("rules: {{{VOLUME}: {said}}}"));
    for said in ["note", "off", "{undetermined: off}", "{severity: {production: note, default: error}}"] {
        is_locked(&org, &own(said), 7);
    }
    let raised = is_free(&org, &own("error"));
    assert_eq!(severities(&raised, VOLUME)[0].1, "error");
    is_free(&org, &own("warning"));
    is_free(&org, &own("{undetermined: warning}"));
    is_locked(&org, &of_pack("enabled: false"), 7);
    // What the organisation has switched off for good stays off.
    let org = of_pack(&format!("rules: {{{VOLUME}: {{severity: off, locked: true}}}}"));
    let (_, outcome, told) = against(&org, &own("error"));
    assert_eq!(told[0].0, "locked");
    assert_eq!(severities(&outcome, VOLUME), []);
}

#[test]
fn a_locked_pack_is_locked_with_all_that_is_in_it() {
    let org = of_pack("locked: true");
    is_locked(&org, &of_pack("enabled: false"), 6);
    is_locked(&org, &of_pack("parameters: {minMonthlyRequests: 1}"), 6);
    is_locked(&org, &of_pack(&format!("rules: {{{VOLUME}: off}}")), 6);
    is_free(&org, &of_pack("rules: {hybrid-in-production: error}"));
}

#[test]
fn a_lock_below_some_paths_holds_there() {
    let scope = |paths: &str, said: &str| {
        config(&format!(
            "overrides: [{{paths: [{paths}], packs: {{customization-framework: {{rules: {{{VOLUME}: {said}}}}}}}}}]"
        ))
    };
    let org = scope("deploy/prod", "{locked: true}");
    is_locked(&org, &scope("deploy/prod/**", "off"), 4);
    is_locked(&org, &scope("deploy/prod/bot.yaml", "off"), 4);
    for own in [of_pack(&format!("rules: {{{VOLUME}: off}}")), scope("deploy", "off")] {
        let (tree, outcome, told) = against(&org, &own);
        assert_eq!(told, [("locked".to_owned(), "note".to_owned(), Some(4))], "{own}");
        assert_eq!(severities(&outcome, VOLUME).len(), 1);
        tree.write("deploy/dev/bot.yaml", tuned("dev", 1));
        let outcome = tree.check(&["--org-config", "org", "deploy"]);
        assert_eq!(severities(&outcome, VOLUME), [("deploy/prod/bot.yaml".to_owned(), "error".to_owned())]);
    }
    let (_, _, told) = against(&org, &scope("experiments", "off"));
    assert_eq!(told, [], "elsewhere the repo is free");
}

#[test]
fn a_command_line_against_a_lock_is_refused() {
    let tree = repo();
    let locks = format!(
        "parameters: {{minMonthlyRequests: {{value: 450000, locked: true}}}}\nrules: {{{VOLUME}: {{locked: true}}}}"
    );
    tree.write("org/tunelint.yaml", of_pack(&locks));
    for (option, value) in [
        ("--set", "minMonthlyRequests=1"),
        ("--ignore", VOLUME),
        ("--ignore", "customization-framework/*"),
        ("--ignore", "tag:volume"),
    ] {
        let outcome = tree.check(&["--org-config", "org", option, value]);
        assert_eq!(outcome.status, Some(2), "{option} {value}");
        let place = "the organisation's config locks it (org/tunelint.yaml:";
        assert!(outcome.stderr.contains(place), "{outcome:?}");
    }
    for (option, value) in [
        ("--set", "minMonthlyRequests=450000"),
        ("--ignore", "hybrid-in-production"),
        ("--select", "hybrid-in-production"),
    ] {
        assert_eq!(tree.check(&["--org-config", "org", option, value, "--fail-on", "never"]).status, Some(0));
    }
}

#[test]
fn only_an_organisation_can_lock() {
    let tree = repo();
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: {value: 450000, locked: true}}"));
    let outcome = tree.check(&[]);
    let told = mistakes(&tree, &outcome);
    assert_eq!((&*told[0].0, &*told[0].1, told.len()), ("lock", "warning", 1));
    assert_eq!(tree.check(&["--set", "minMonthlyRequests=1", "--fail-on", "never"]).status, Some(0));
    // The organisation's own repo has one config, and it is the organisation's.
    assert_eq!(mistakes(&tree, &tree.check(&["--org-config", "."])), []);
}

#[test]
fn exceptions_may_be_stricter_than_the_organisations_and_not_laxer() {
    let org =
        config("maxWaiverDays: 90\ninlineIgnores: notes-only\nhelpUri: 'https://example.com/{pack}/{rule}'");
    for said in ["maxWaiverDays: 120", "inlineIgnores: allow"] {
        let line = if said.starts_with("max") { 4 } else { 5 };
        is_locked(&org, &config(said), line);
    }
    let (_, _, told) = against(&org, &config("maxWaiverDays: 30\ninlineIgnores: forbid"));
    assert_eq!(told, []);
    let (tree, _, told) =
        against(&org, &config("helpUri: 'https://own.example.com/{rule}'\nmaxWaiverDays: 90"));
    let expected = [("no-effect", "warning", Some(6)), ("no-effect", "warning", Some(4))];
    let mut told: Vec<_> = told.iter().map(|(code, severity, line)| (&**code, &**severity, *line)).collect();
    told.sort_by_key(|(.., line)| std::cmp::Reverse(*line));
    assert_eq!(told, expected);
    let page = tree.run(&["explain", "--org-config", "org", VOLUME]).stdout;
    assert!(
        page.ends_with("https://example.com/customization-framework/fine-tuning-below-volume\n"),
        "{page}"
    );
}

#[test]
fn a_repo_that_weakens_three_things_gets_three_findings() {
    let org = of_pack(
        "parameters: {minMonthlyRequests: {value: 450000, locked: true}}\nrules: {fine-tuning-below-volume: {locked: true}}",
    ) + "  maxWaiverDays: 90\n";
    let own = of_pack("parameters: {minMonthlyRequests: 1000}\nrules: {fine-tuning-below-volume: off}")
        + "  maxWaiverDays: 365\n";
    let (_, outcome, told) = against(&org, &own);
    assert_eq!(told.iter().filter(|(code, severity, _)| code == "locked" && severity == "error").count(), 3);
    assert_eq!(told.len(), 3);
    assert_eq!(outcome.status, Some(2));
    assert_eq!(severities(&outcome, VOLUME), [("deploy/prod/bot.yaml".to_owned(), "error".to_owned())]);
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
    let scopes: String = (0..7)
        .map(|index| format!("  - {{paths: [deploy/{index}], packs: {{customization-framework: {{parameters: {{minMonthlyRequests: {index}}}}}}}}}\n"))
        .collect();
    tree.write("tunelint.yaml", config(&format!("overrides:\n{scopes}")));
    let one = tree.check(&["--threads", "1"]).stdout;
    assert!(one.contains("\"threshold\": 6") || one.contains("\"threshold\":6"));
    assert_eq!(one, tree.check(&["--threads", "4"]).stdout);
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
    assert!(page.stdout.contains("450,000") && page.stdout.contains("(set by tunelint.yaml)"), "{page:?}");
    let advice = tree.run(&["advise", "deploy"]);
    assert!(
        advice.stdout.contains("450,000") && advice.stderr.contains("1 mistake in the config"),
        "{advice:?}"
    );
    // Examples of rules are held against the packs as they are.
    assert_eq!(tree.run(&["test"]).status, Some(0));
}
