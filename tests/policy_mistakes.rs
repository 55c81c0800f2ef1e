//! Mistakes in policies of one's own: each is one finding at the exact bytes that are wrong, the rules without one
//! still run, and the exit status is 2, whatever the format.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]

mod common;

use std::fmt::Write as _;

use common::{Tree, manifest};
use serde_json::Value;

/// A file of a pack, with the bytes that a finding has to point at between « and ».
struct Mistake {
    file: &'static str,
    text: String,
    /// Code and help of the finding.
    code: &'static str,
    help: Option<&'static str>,
}

/// A rule that speaks of pilots and is right, with some of its fields written otherwise; an empty field is left out.
fn rule(name: &str, changes: &[(&str, &str)]) -> String {
    let mut text =
        format!("apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {{name: {name}}}\nspec:\n");
    for (field, usual) in [
        ("summary", "A pilot"),
        ("severity", "warning"),
        ("why", "Somebody has to say so."),
        ("when", ""),
        ("require", "stage != 'pilot'"),
        ("message", "'{metadata.name} is a pilot'"),
        ("examples", "{pass: [{stage: production}], fail: [{stage: pilot}]}"),
    ] {
        let value = changes.iter().find(|(changed, _)| *changed == field).map_or(usual, |(_, value)| value);
        if !value.is_empty() {
            writeln!(text, "  {field}: {value}").unwrap();
        }
    }
    text
}

fn pack(name: &str, parameters: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {{name: {name}}}\nspec:\n  title: Ours\n  version: \
         1.0.0\n  license: MIT\n  source: {{title: A wiki, publisher: Us, retrieved: 2026-11-24, reviewBy: \
         2027-11-24}}\n{parameters}"
    )
}

const LIMIT: &str = "  parameters:\n    limit: {default: 5, unit: requests, description: Few, source: us}\n";

fn mistake(
    name: &'static str,
    field: &str,
    value: &str,
    code: &'static str,
    help: Option<&'static str>,
) -> Mistake {
    let stem = name.trim_end_matches(".yaml");
    Mistake { file: name, text: rule(stem, &[(field, value)]), code, help }
}

fn mistakes() -> Vec<Mistake> {
    let require = |name, value, code, help| mistake(name, "require", value, code, help);
    vec![
        require(
            "unknown-path.yaml",
            "«workload.monthlyRequest» >= 5",
            "unknown-fact",
            Some("did you mean `workload.monthlyRequests`?"),
        ),
        require(
            "wrong-value.yaml",
            "stage != «'prodution'»",
            "unknown-value",
            Some("did you mean `production`?"),
        ),
        require("wrong-type.yaml", "«workload.monthlyRequests > 'many'»", "type", None),
        require("syntax.yaml", "stage «=» 'pilot'", "syntax", Some("did you mean `==`?")),
        require(
            "unknown-parameter.yaml",
            "workload.monthlyRequests >= «params.limt»",
            "unknown-parameter",
            Some("did you mean `params.limit`?"),
        ),
        require("regex.yaml", "model.base.matches(«'(llama'»)", "regex", None),
        mistake(
            "placeholder.yaml",
            "message",
            "'{«metadata.nam»} is a pilot'",
            "unknown-placeholder",
            Some("did you mean {metadata.name}?"),
        ),
        mistake("severity.yaml", "severity", "«eror»", "enum", Some("did you mean \"error\"?")),
        mistake("broken.yaml", "summary", "[a, b\n  «n»o", "syntax", None),
        Mistake {
            file: "no-require.yaml",
            text: rule("no-require", &[("require", "")]).replacen("spec:", "«spec»:", 1),
            code: "required",
            help: None,
        },
        Mistake {
            file: "no-examples.yaml",
            text: rule("no-examples", &[("examples", "{pass: [{stage: production}]}")]).replacen(
                "  examples",
                "  «examples»",
                1,
            ),
            code: "missing-examples",
            help: None,
        },
        Mistake {
            file: "file-name.yaml",
            text: rule("«other-name»", &[]),
            code: "id",
            help: Some("Name the file other-name.yaml: a rule is found by its id"),
        },
        Mistake {
            file: "block.yaml",
            text: rule("block", &[("require", "|\n    stage != 'pilot' &&\n    has(«ownr»)\n")]),
            code: "unknown-fact",
            help: Some("did you mean `owner`?"),
        },
        Mistake {
            file: "folded.yaml",
            text: rule("folded", &[("require", ">-\n    stage != 'pilot'\n    && «modle.base» == 'é'\n")]),
            code: "unknown-fact",
            help: Some("did you mean `model.base`?"),
        },
        require(
            "double-quoted.yaml",
            "\"model.base != '\\u00e9\\t\\\"' &&\\n has(«ownr»)\"",
            "unknown-fact",
            Some("did you mean `owner`?"),
        ),
        require(
            "single-quoted.yaml",
            "'owner != ''a'' && stage != «''pilto''»'",
            "unknown-value",
            Some("did you mean `pilot`?"),
        ),
        require(
            "over-lines.yaml",
            "owner != 'a'\n    && stage !=\n    «'pilto'»",
            "unknown-value",
            Some("did you mean `pilot`?"),
        ),
    ]
}

/// A text without its marks, and the bytes between them.
fn unmark(text: &str) -> (String, std::ops::Range<usize>) {
    let start = text.find('«').unwrap();
    let end = text.find('»').unwrap() - '«'.len_utf8();
    (text.replace(['«', '»'], ""), start..end)
}

/// A manifest, and below `policies/` a pack `own` with every mistake and two good rules.
fn tree_of_mistakes() -> Tree {
    let tree = Tree::new();
    tree.write("bot.yaml", manifest("bot"));
    tree.write("policies/own/pack.yaml", pack("own", LIMIT));
    tree.write("policies/own/a-good.yaml", rule("a-good", &[]));
    tree.write("policies/own/z-good.yaml", rule("z-good", &[]));
    for mistake in mistakes() {
        tree.write(format!("policies/own/{}", mistake.file), unmark(&mistake.text).0);
    }
    tree.write("policies/own/latin-1.yaml", b"summary: caf\xe9\n");
    tree
}

const CHECK: &[&str] = &["--policies", "policies", "--select", "own/*", "bot.yaml"];

#[test]
fn each_mistake_is_one_finding_at_its_bytes() {
    let tree = tree_of_mistakes();
    let outcome = tree.check(CHECK);
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap();
    let mut seen = 0;
    for mistake in mistakes() {
        let file = format!("policies/own/{}", mistake.file);
        let (text, range) = unmark(&mistake.text);
        let told: Vec<&Value> = findings.iter().filter(|finding| finding["file"] == *file).collect();
        assert_eq!(told.len(), 1, "{file}: {told:#?}");
        let finding = told[0];
        assert_eq!(finding["code"], mistake.code, "{file}: {finding:#?}");
        assert_eq!((&finding["rule"], &finding["outcome"]), (&"policy".into(), &"invalid".into()), "{file}");
        let span = |end: &str| usize::try_from(finding["span"][end]["offset"].as_u64().unwrap()).unwrap();
        let underlined = span("start")..span("end");
        assert_eq!(&text[underlined.clone()], &text[range.clone()], "{file}");
        assert_eq!(underlined, range, "{file}");
        let line = text[..range.start].matches('\n').count() + 1;
        assert_eq!(finding["span"]["start"]["line"], line, "{file}");
        if let Some(help) = mistake.help {
            assert_eq!(finding["help"], help, "{file}");
        }
        seen += 1;
    }
    let encoding: Vec<&Value> =
        findings.iter().filter(|finding| finding["file"] == "policies/own/latin-1.yaml").collect();
    assert_eq!(encoding.len(), 1);
    assert_eq!(encoding[0]["code"], "encoding");
    let invalid = findings.iter().filter(|finding| finding["rule"] == "policy").count();
    assert_eq!(invalid, seen + 1, "and there is no other");
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn rules_without_a_mistake_still_report() {
    let report = tree_of_mistakes().check(CHECK).report();
    let judged: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["pack"] == "own")
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(judged.contains(&"a-good") && judged.contains(&"z-good"), "{judged:?}");
    assert!(!judged.contains(&"unknown-path") && !judged.contains(&"no-require"), "{judged:?}");
    let built_in = tree_of_mistakes().check(&["--policies", "policies", "bot.yaml"]).report();
    let packs = built_in["findings"].as_array().unwrap().iter();
    assert!(packs.filter(|finding| finding["pack"] == "customization-framework").count() > 0);
}

#[test]
fn every_format_tells_them_and_has_the_same_status() {
    let tree = tree_of_mistakes();
    for format in ["human", "json", "jsonl"] {
        let mut arguments = vec!["check", "--format", format, "--today", "2026-11-24"];
        arguments.extend(CHECK);
        let outcome = tree.run(&arguments);
        assert_eq!(outcome.status, Some(2), "{format}");
        for mistake in mistakes() {
            assert!(outcome.stdout.contains(mistake.file), "{format}: {}", mistake.file);
        }
    }
    // Nothing to fail on does not make the policies right.
    let mut arguments = CHECK.to_vec();
    arguments.extend(["--fail-on", "never"]);
    assert_eq!(tree.check(&arguments).status, Some(2));
}

#[test]
fn testing_a_pack_tells_them_too() {
    let outcome = tree_of_mistakes().run(&["test", "policies"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    for mistake in mistakes() {
        assert!(outcome.stdout.contains(mistake.file), "{}: {}", mistake.file, outcome.stdout);
    }
}

#[test]
fn commands_that_show_rules_say_that_there_are_mistakes() {
    let tree = tree_of_mistakes();
    for arguments in
        [&["rules", "--policies", "policies"][..], &["advise", "--policies", "policies", "bot.yaml"]]
    {
        let outcome = tree.run(arguments);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains("mistakes in the policies"), "{outcome:?}");
    }
    let outcome = tree.run(&["explain", "--policies", "policies", "a-good"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    let outcome = tree.run(&["explain", "--policies", "policies", "unknown-path"]);
    let said = "tunelint: the rule unknown-path has a mistake; tunelint check tells it\n";
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(2), said));
}

#[test]
fn a_parameter_that_no_rule_reads_is_told_at_its_name() {
    let tree = Tree::with_good_manifest();
    tree.write("policies/pack.yaml", pack("own", LIMIT)).write("policies/a-good.yaml", rule("a-good", &[]));
    let outcome = tree.check(&["--policies", "policies", "good.yaml"]);
    let told = outcome.findings();
    assert_eq!(told, [("policies/pack.yaml".to_owned(), "unused-parameter".to_owned(), 10)]);
    // A warning: whoever writes a rule tomorrow has not broken today's run.
    assert_eq!(outcome.status, Some(0));
}

#[test]
fn an_id_that_two_files_have_is_told() {
    let tree = Tree::with_good_manifest();
    tree.write("policies/pack.yaml", pack("own", ""));
    tree.write("policies/one/a-good.yaml", rule("a-good", &[]));
    tree.write("policies/two/a-good.yaml", rule("a-good", &[]));
    let outcome = tree.check(&["--policies", "policies", "--select", "own/*", "good.yaml"]);
    assert_eq!(outcome.findings(), [("policies/two/a-good.yaml".to_owned(), "duplicate-rule".to_owned(), 3)]);
    let report = outcome.report();
    let judged = report["findings"].as_array().unwrap().iter().filter(|finding| finding["pack"] == "own");
    assert_eq!(judged.count(), 1, "the first of them runs");
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_fault_at_run_time_shows_both_sides_and_stops_nothing() {
    let tree = Tree::new();
    tree.write("policies/pack.yaml", pack("own", ""));
    tree.write("policies/a-good.yaml", rule("a-good", &[]));
    let faulty = "int(metadata.labels['size']) > 3";
    let text = rule(
        "faulty",
        &[("require", faulty), ("examples", "{pass: [{stage: pilot}], fail: [{stage: pilot}]}")],
    );
    tree.write("policies/faulty.yaml", &text);
    let bot = manifest("bot").replacen("name: bot", "name: bot\n  labels: {size: large}", 1);
    tree.write("bot.yaml", &bot);
    let outcome = tree.check(&["--policies", "policies", "--select", "own/*", "bot.yaml"]);
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap();
    let fault = findings.iter().find(|finding| finding["code"] == "evaluation").unwrap();
    let pieces: Vec<(&str, &str)> = fault["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| {
            let file = label["file"].as_str().unwrap();
            let from = if file == "bot.yaml" { &bot } else { &text };
            let at = |end: &str| usize::try_from(label["span"][end]["offset"].as_u64().unwrap()).unwrap();
            (file, &from[at("start")..at("end")])
        })
        .collect();
    assert_eq!(pieces, [("policies/faulty.yaml", "int(metadata.labels['size'])"), ("bot.yaml", "large")]);
    assert!(findings.iter().any(|finding| finding["rule"] == "a-good"), "{findings:#?}");
    assert_eq!(outcome.status, Some(2));
}
