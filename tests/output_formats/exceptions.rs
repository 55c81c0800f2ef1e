//! Findings that do not count, with the exception that says why.

use std::sync::Arc;

use serde_json::{Value, json};
use tunelint::finding::{Exception, ExceptionKind, Finding, Outcome, Place, Severity, Status};
use tunelint::output::{Format, Options};
use tunelint::source::{Source, Span};

use crate::output_support::{about, findings, label, of_rule, report, support_bot, written};
use crate::{junit, sarif};

fn excused(kind: ExceptionKind) -> Finding {
    let bot = support_bot();
    let waivers = Source::in_memory("waivers.yaml", "waivers:\n  - rule: a-rule\n");
    let mut finding = about(
        of_rule("a-rule", Outcome::Fail, Severity::Error, "no", label(&bot, "lora", "/spec/x", "")),
        "support-bot",
    );
    finding.status = match kind {
        ExceptionKind::Inline => Status::Suppressed,
        ExceptionKind::Waiver => Status::Waived,
        ExceptionKind::Baseline => Status::Baselined,
    };
    finding.exception = Some(Arc::new(Exception {
        kind,
        reason: Some("it will be moved in spring".into()),
        owner: Some("team-x".into()),
        approved_by: Some("risk".into()),
        ticket: None,
        expires: Some(jiff::civil::date(2027, 3, 31)),
        place: Place::at(&waivers, Some(0), Span::new(13, 25)).with_pointer("/waivers/0"),
    }));
    finding
}

#[test]
fn the_report_tells_the_exception_where_there_is_one_and_is_what_it_was_where_there_is_none() {
    let finding = excused(ExceptionKind::Waiver);
    let report = report(vec![finding, findings().swap_remove(0)]);
    let whole: Value = serde_json::from_str(&written(Format::Json, &report, &Options::default())).unwrap();
    assert_eq!(
        whole["findings"][0]["exception"],
        json!({
            "kind": "waiver", "reason": "it will be moved in spring", "owner": "team-x", "approvedBy": "risk",
            "ticket": null, "expires": "2027-03-31", "file": "waivers.yaml", "document": 0,
            "pointer": "/waivers/0",
            "span": {"start": {"offset": 13, "line": 2, "column": 5}, "end": {"offset": 25, "line": 2, "column": 17}}
        })
    );
    assert!(whole["findings"][1].get("exception").is_none());
    let schema = serde_json::from_str(include_str!("../../schemas/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn code_scanning_is_told_why_a_finding_is_suppressed_and_that_others_are_not() {
    for (kind, told) in [
        (ExceptionKind::Inline, "inSource"),
        (ExceptionKind::Waiver, "external"),
        (ExceptionKind::Baseline, "external"),
    ] {
        let log = sarif::log(&report(vec![excused(kind), findings().swap_remove(0)]));
        let suppression = &sarif::results(&log)[0]["suppressions"][0];
        assert_eq!(suppression["kind"], told);
        assert_eq!(suppression["status"], "accepted");
        assert_eq!(suppression["justification"], "it will be moved in spring");
        let place = &suppression["location"]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "waivers.yaml");
        assert_eq!(place["region"]["startLine"], 2);
        let expires = &suppression["properties"]["expires"];
        assert_eq!(expires.is_string(), kind != ExceptionKind::Baseline);
        assert_eq!(sarif::results(&log)[1]["suppressions"], json!([]));
    }
}

#[test]
fn without_an_exception_no_result_speaks_of_suppressions() {
    let log = sarif::log(&report(vec![findings().swap_remove(0)]));
    assert!(sarif::results(&log)[0].get("suppressions").is_none());
}

#[test]
fn a_status_without_a_known_exception_has_a_justification_all_the_same() {
    let mut finding = excused(ExceptionKind::Waiver);
    finding.exception = None;
    let log = sarif::log(&report(vec![finding]));
    assert_eq!(sarif::results(&log)[0]["suppressions"][0]["justification"], "waived");
}

#[test]
fn a_skipped_case_says_why() {
    let cases = junit::cases(&report(vec![excused(ExceptionKind::Waiver)]));
    let case = cases.iter().find(|case| case.name == "a-rule").unwrap();
    assert_eq!((&*case.outcome, &*case.message), ("skipped", "waived: it will be moved in spring"));
}

#[test]
fn comments_and_annotations_are_about_open_findings_alone() {
    let report = report(vec![excused(ExceptionKind::Inline)]);
    let shown = |format| written(format, &report, &Options::default());
    assert_eq!(shown(Format::Github), "");
    assert_eq!(shown(Format::Gitlab), "[]\n");
    assert!(!shown(Format::Markdown).contains("a-rule"));
}
