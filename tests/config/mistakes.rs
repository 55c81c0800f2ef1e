//! Every mistake in a config: where it is told, and what is not lost by it.

use std::fmt::Write as _;

use super::common::Tree;
use super::{VOLUME, config, mistakes, of_pack, repo, severities};

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
            writeln!(bomb, "a{level}: &a{level} [{uses}]").unwrap();
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
fn of_many_mistakes_the_first_are_told_and_the_others_counted() {
    let tree = repo();
    let list =
        |entry: &dyn Fn(usize) -> String, count: usize| (0..count).map(entry).collect::<Vec<_>>().join(", ");
    let rules = list(&|index| format!("rule-{index}: off"), 5_000);
    tree.write("tunelint.yaml", of_pack(&format!("rules: {{{rules}}}")));
    let told = tree.check(&[]).findings();
    assert_eq!((told.len(), &*told[100].1), (101, "limit-findings"));
    for (list, code, shown) in [
        (format!("exclude: [{}]", list(&|index| format!("a{index}"), 1_001)), "limit-globs", 102),
        (format!("policies: [{}]", list(&|index| format!("a{index}"), 101)), "limit-folders", 101),
        (format!("exclude: ['{}']", "?".repeat(1_001)), "glob", 1),
    ] {
        tree.write("tunelint.yaml", config(&list));
        let outcome = tree.check(&[]);
        let told = outcome.findings();
        assert_eq!(told.iter().filter(|(_, own, _)| own == code).count(), 1, "{code}");
        assert_eq!((told.len(), outcome.status), (shown, Some(2)), "{code}");
    }
}
