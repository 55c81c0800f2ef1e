//! Pages of rules, and of whatever else a report can name.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a test fails by it, and reads the sources"
)]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::Tree;
use regex::Regex;
use tunelint::finding::{Place, Severity};
use tunelint::output::Options;
use tunelint::output::pages::{self, Explained};
use tunelint::policy::pack::Severities;
use tunelint::policy::{Policies, Selection};
use tunelint::source::{Source, Span};

const RULE: &str = "fine-tuning-below-volume";

/// The page of a rule, or its section in Markdown.
fn page(policies: &Policies, id: &str, options: Option<&Options>) -> String {
    let pack = &policies.packs[0];
    let (slot, setting) = pack.slots().find(|(slot, _)| *slot.id == *id).unwrap();
    let about = Explained {
        pack,
        rule: pack.rule(slot).unwrap(),
        text: &slot.text(),
        settings: &pack.settings,
        setting,
    };
    let mut out = Vec::new();
    match options {
        Some(options) => pages::explain(&about, options, &mut out).unwrap(),
        None => pages::explain_markdown(&about, &mut out).unwrap(),
    }
    String::from_utf8(out).unwrap()
}

/// The built-in pack with a threshold set on the command line and a severity set in a config.
fn overridden() -> Policies {
    let mut policies = Policies::builtin();
    let set = vec!["minMonthlyRequests=300000".to_owned()];
    policies.apply(&Selection { set, ..Selection::default() }).unwrap();
    let pack = &mut policies.packs[0];
    let index = pack.rules.iter().position(|slot| *slot.id == *RULE).unwrap();
    let config = "spec:\n  rules:\n    fine-tuning-below-volume: warning\n";
    let source = Source::on_disk("tunelint.yaml", PathBuf::from("tunelint.yaml"), config);
    let start = config.find("warning").unwrap() as u32;
    let setting = &mut pack.settings.rules[index];
    setting.severity = Some(Severities { default: Severity::Warning, by_stage: Vec::new() });
    setting.place = Some(Place::at(&source, Some(0), Span::new(start, start + 7)));
    policies
}

#[test]
fn a_page_at_80_columns() {
    insta::assert_snapshot!(page(&overridden(), RULE, Some(&Options::default())));
}

#[test]
fn a_page_at_200_columns_in_colour() {
    let options = Options { width: 200, color: true, ..Options::default() };
    insta::assert_snapshot!(page(&overridden(), RULE, Some(&options)));
}

#[test]
fn a_page_in_markdown() {
    insta::assert_snapshot!(page(&overridden(), RULE, None));
}

#[test]
fn no_line_of_a_page_is_wider_than_the_terminal() {
    let policies = Policies::builtin();
    for slot in &policies.packs[0].rules {
        let page = page(&policies, &slot.id, Some(&Options::default()));
        let (prose, examples) = page.split_once("\nPasses\n").unwrap();
        // An example is shown as it stands: a reader takes it into a file.
        assert!(!examples.is_empty());
        for line in prose.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", slot.id);
        }
    }
}

#[test]
fn who_set_a_value_is_told_with_the_packs_own_beside_it() {
    let plain = page(&Policies::builtin(), RULE, Some(&Options::default()));
    assert!(plain.contains("minMonthlyRequests = 500,000 requests/month\n"), "{plain}");
    assert!(plain.contains("Set by: the pack, nothing overrides it"), "{plain}");
    assert!(plain.contains("Severity      error\n"), "{plain}");
    let set = page(&overridden(), RULE, Some(&Options::default()));
    assert!(set.contains("minMonthlyRequests = 300,000 requests/month\n"), "{set}");
    assert!(set.contains("Set by: --set; the pack says 500,000 requests/month"), "{set}");
    assert!(set.contains("Severity      warning, set at tunelint.yaml:3:31; the rule says error"), "{set}");
}

#[test]
fn a_page_can_be_asked_for_by_pack_and_for_a_path() {
    let tree = Tree::new();
    let plain = tree.run(&["explain", RULE]);
    assert_eq!(plain.status, Some(0), "{plain:?}");
    for arguments in [
        &["explain", "customization-framework/fine-tuning-below-volume"][..],
        &["explain", RULE, "--at", "deploy/bot.yaml"],
    ] {
        assert_eq!(tree.run(arguments).stdout, plain.stdout, "{arguments:?}");
    }
    let other = tree.run(&["explain", "another-pack/fine-tuning-below-volume"]);
    assert_eq!(other.status, Some(2), "{other:?}");
    let near = tree.run(&["explain", "evidence-not-fund"]);
    assert!(near.stderr.contains("did you mean evidence-not-found?"), "{near:?}");
}

#[test]
fn every_id_that_a_report_holds_can_be_explained() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repos/acme-platform");
    let tree = Tree::new();
    let checked = tree.check(&[repository.to_str().unwrap()]);
    let report = checked.report();
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let ids: BTreeSet<String> = findings
        .iter()
        .map(|finding| {
            let rule = text(&finding["rule"]).unwrap();
            text(&finding["code"]).map_or_else(|| rule.clone(), |code| format!("{rule}[{code}]"))
        })
        .collect();
    assert!(ids.contains("schema[enum]") && ids.contains("evidence-not-found"), "{ids:?}");
    for id in ids {
        for format in ["human", "markdown"] {
            let explained = tree.run(&["explain", &id, "--format", format]);
            assert!(explained.status == Some(0) && !explained.stdout.is_empty(), "{id}: {explained:?}");
        }
    }
}

#[test]
fn every_code_in_the_sources_has_its_words() {
    // The ways in which the sources say a code.
    let ways = [
        r#"invalid\(\s*[a-z_.:"]+,\s*"([a-z-]+)""#,
        r#"(?:issue|issue_with_help|problem|over|trouble)\(\s*"([a-z-]+)""#,
        r#"problem_at\(\s*[a-z_.()A-Z]+,\s*"([a-z-]+)""#,
        r#"unreadable\([^"\n]*"([a-z-]+)""#,
        r#"(?:mistake|tell|warning|wrong)\(\s*"([a-z-]+)""#,
        r#"code: "([a-z-]+)""#,
        r#"\bfinding\(\s*"([a-z-]+)""#,
        r#"io::ErrorKind::[A-Za-z]+ => \("([a-z-]+)""#,
    ];
    let ways: Vec<Regex> = ways.iter().map(|way| Regex::new(way).unwrap()).collect();
    let of_a_function = Regex::new(r"(?s)fn code\(.*?\n    \}").unwrap();
    let word = Regex::new(r#"=> "([a-z-]+)""#).unwrap();
    let mut codes = BTreeSet::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        let name = path.to_str().unwrap().replace('\\', "/");
        if path.extension().is_none_or(|ending| ending != "rs")
            || name.contains("/tests")
            || name.contains("/pages/builtin")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let functions = of_a_function.find_iter(text).flat_map(|found| word.captures_iter(found.as_str()));
        let others = ways.iter().flat_map(|way| way.captures_iter(text));
        codes.extend(functions.chain(others).map(|found| found[1].to_owned()));
    }
    assert!(codes.len() > 40 && codes.contains("enum") && codes.contains("limit-alias"), "{codes:?}");
    let unknown: Vec<&String> = codes.iter().filter(|code| pages::builtin_of(code).is_empty()).collect();
    assert!(unknown.is_empty(), "describe these in src/output/pages/builtin.rs: {unknown:?}");
}

#[test]
fn the_list_of_rules_as_json_holds_everything_that_a_pack_says() {
    let tree = Tree::new();
    let list = tree.run(&["rules", "--format", "json", "--set", "minMonthlyRequests=300000"]).report();
    assert_eq!(list["schema"], "tunelint.dev/rules/v1");
    let pack = &list["packs"][0];
    assert_eq!(pack["source"]["publisher"], "Xither");
    assert!(pack["description"].as_str().unwrap().contains("Private hosting means"));
    let parameter = &pack["parameters"][0];
    assert_eq!(parameter["name"], "minMonthlyRequests");
    assert_eq!((&parameter["default"], &parameter["value"]), (&500_000.into(), &300_000.into()));
    assert_eq!((&parameter["setBy"], &parameter["unit"]), (&"--set".into(), &"requests/month".into()));
    assert!(
        pack["checklists"][0]["signals"][0]["met"].as_str().unwrap().contains("params.minMonthlyRequests")
    );
    let rules = pack["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 39);
    let rule = rules.iter().find(|rule| rule["id"] == RULE).unwrap();
    assert_eq!(rule["examples"], serde_json::json!({"pass": 2, "fail": 2, "skip": 3, "undetermined": 1}));
    assert_eq!(rule["parameters"], serde_json::json!(["minMonthlyRequests"]));
    let staged = rules.iter().find(|rule| rule["id"] == "fine-tuning-without-versioning").unwrap();
    assert_eq!(staged["severityByStage"], serde_json::json!({"production": "error"}));
    let built_in: Vec<&str> =
        list["builtIn"].as_array().unwrap().iter().map(|own| own["id"].as_str().unwrap()).collect();
    assert!(built_in.contains(&"schema") && built_in.contains(&"evidence-not-found"), "{built_in:?}");
}
