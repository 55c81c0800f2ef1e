//! The pack of an invented company: rules of every shape, with their examples, over deployments of its own.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn its_examples_show_every_condition_decide_both_ways_on_any_day() {
    for today in ["2026-11-24", "2001-01-01", "9000-01-01"] {
        let strict = ["--require-examples", "--min-coverage", "100"];
        let (status, said) =
            run(&[&["test", "tests/packs/acme-standards", "--today", today], &strict[..]].concat());
        assert_eq!(status, Some(0), "{said}");
        assert!(said.contains("decided both ways (100 %)") && said.contains(": no mistakes"), "{said}");
    }
}

#[test]
fn every_rule_of_it_finds_something_and_points_at_it() {
    let (status, report) = run(&[
        "check",
        "--policies",
        "tests/packs/acme-standards",
        "--select",
        "acme-standards/*",
        "--format",
        "json",
        "--today",
        "2026-11-24",
        "tests/packs/deployments",
    ]);
    assert_eq!(status, Some(1));
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    insta::assert_snapshot!(findings.iter().map(shown).collect::<Vec<_>>().join("\n"));
    let (_, rules) = run(&["rules", "--policies", "tests/packs/acme-standards", "--format", "json"]);
    let rules: Value = serde_json::from_str(&rules).unwrap();
    let own =
        rules["packs"].as_array().unwrap().iter().find(|pack| pack["name"] == "acme-standards").unwrap();
    for rule in own["rules"].as_array().unwrap() {
        assert!(
            findings.iter().any(|finding| finding["rule"] == rule["id"]),
            "nothing breaks {}",
            rule["id"]
        );
    }
}

/// A finding in a few lines: the claim, and each place with what is said there.
fn shown(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let mut lines = vec![format!("{} {} ({})", text("severity"), text("rule"), text("outcome"))];
    lines.push(format!("  {}", text("message")));
    for label in finding["labels"].as_array().unwrap() {
        let (start, end) = (&label["span"]["start"], &label["span"]["end"]);
        lines.push(format!(
            "  {}:{}:{}-{} {}",
            label["file"].as_str().unwrap(),
            start["line"],
            start["column"],
            end["column"],
            label["message"].as_str().unwrap()
        ));
    }
    for clause in finding["passesIf"].as_array().into_iter().flatten() {
        lines.push(format!(
            "  passes if {} {} {}",
            clause["path"].as_str().unwrap(),
            clause["op"].as_str().unwrap(),
            clause["value"]
        ));
    }
    lines.join("\n")
}
