//! GitLab's Code Quality report.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunelint::output::{Format, Options};
use tunelint::report::Report;

use crate::output_support::{findings, report, written};

/// The issues of a report, which have to be of the form GitLab reads.
pub(crate) fn issues(report: &Report) -> Vec<Value> {
    let issues: Vec<Value> =
        serde_json::from_str(&written(Format::Gitlab, report, &Options::default())).unwrap();
    let prints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), issues.len(), "fingerprints are unique");
    for issue in &issues {
        let print = issue["fingerprint"].as_str().unwrap();
        assert!(print.len() == 64 && print.bytes().all(|byte| byte.is_ascii_hexdigit()), "{print}");
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        let name = issue["check_name"].as_str().unwrap();
        assert!(issue["description"].as_str().unwrap().starts_with(name));
        assert!(issue["location"]["path"].is_string());
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
    }
    issues
}

#[test]
fn an_issue_begins_with_its_rule_and_says_where() {
    let issues = issues(&report(findings()));
    assert_eq!(
        issues[0]["description"],
        "fine-tuning-below-volume: support-bot fine-tunes for 120,000 requests a month, below 500,000"
    );
    assert_eq!(issues[0]["location"], json!({"path": "deploy/support-bot.yaml", "lines": {"begin": 17}}));
    assert_eq!(issues[0]["severity"], "major");
    assert_eq!(issues[2]["description"], "schema[unknown-key]: workload has no key `domian`");
    assert_eq!(issues[4]["location"]["lines"]["begin"], 1);
}

#[test]
fn only_open_findings_are_issues_and_an_exception_changes_no_fingerprint_of_another() {
    let all = report(findings());
    let open = all.findings.iter().filter(|finding| finding.is_open_problem()).count();
    let before = issues(&all);
    assert_eq!(before.len(), open);
    let mut one_more = all;
    one_more.findings[0].status = tunelint::finding::Status::Waived;
    assert_eq!(issues(&one_more), before[1..]);
}

#[test]
fn fingerprints_begin_as_those_of_the_report_do() {
    let all = report(findings());
    let whole: Value = serde_json::from_str(&written(Format::Json, &all, &Options::default())).unwrap();
    let own = issues(&all)[0]["fingerprint"].as_str().unwrap().to_owned();
    assert!(own.starts_with(whole["findings"][0]["fingerprint"].as_str().unwrap()));
}
