//! What machines read.

#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod output_support;

use output_support::{findings, label, nothing_found, report, written};
use serde_json::{Value, json};
use tunelint::finding::{Finding, Label, Place};
use tunelint::output::{Format, Options};
use tunelint::report::Report;
use tunelint::source::Source;

fn json_of(report: &Report) -> Value {
    serde_json::from_str(&written(Format::Json, report, &Options::default())).unwrap()
}

fn lines_of(report: &Report) -> Vec<Value> {
    written(Format::JsonLines, report, &Options::default())
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The schema of the report, or of the part of it at `pointer`.
fn schema(pointer: &str) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/report.schema.json")).unwrap();
    if !pointer.is_empty() {
        let definitions = schema["$defs"].take();
        schema = json!({"$schema": schema["$schema"], "$ref": pointer, "$defs": definitions});
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn mistakes(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_report_is_what_its_schema_says() {
    let schema = schema("");
    for report in [report(findings()), nothing_found()] {
        assert_eq!(mistakes(&schema, &json_of(&report)), [""; 0]);
    }
}

#[test]
fn every_line_is_what_the_schema_says_and_the_summary_is_last() {
    let report = report(findings());
    let schema = schema("#/$defs/line");
    let lines = lines_of(&report);
    for line in &lines {
        assert_eq!(mistakes(&schema, line), [""; 0]);
    }
    assert_eq!(lines.len(), report.findings.len() + report.deployments.len() + 1);
    assert_eq!(lines.last().unwrap()["type"], "summary");
}

#[test]
fn lines_and_report_say_the_same() {
    let report = report(findings());
    let whole = json_of(&report);
    let mut lines = lines_of(&report);
    for line in &mut lines {
        assert!(line.as_object_mut().unwrap().remove("type").is_some());
    }
    let (findings, rest) = lines.split_at(report.findings.len());
    let (deployments, summary) = rest.split_at(report.deployments.len());
    assert_eq!(whole["findings"], json!(findings));
    assert_eq!(whole["deployments"], json!(deployments));
    assert_eq!(json!([whole["summary"]]), json!(summary));
}

#[test]
fn keys_stand_in_the_documented_order() {
    let one = report(findings().into_iter().take(1).collect());
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let shown = written(Format::Json, &one, &Options::default());
    insta::assert_snapshot!(shown.replacen(&version, "\"version\":\"…\"", 1));
}

#[test]
fn a_place_without_span_has_none() {
    let source = Source::in_memory("a.yaml", "");
    let finding = Finding::unreadable("encoding", "not UTF-8", Label::new(Place::whole(&source), ""));
    let written = json_of(&report(vec![finding]));
    let finding = &written["findings"][0];
    for key in ["span", "document", "pointer", "deployment", "deploymentId", "pack", "help"] {
        assert_eq!(finding[key], Value::Null, "{key}");
    }
    assert_eq!(finding["labels"][0]["primary"], true);
    assert_eq!(finding["labels"][0]["span"], Value::Null);
}

#[test]
fn lines_and_columns_count_scalars_and_offsets_count_bytes() {
    let source = Source::in_memory("a.yaml", "\u{feff}é: 1\r\n漢: value\n");
    let finding = Finding::invalid("schema", "type", "m", label(&source, "value", "/漢", ""));
    let span = &json_of(&report(vec![finding]))["findings"][0]["span"];
    assert_eq!(
        *span,
        json!({
            "start": {"offset": 15, "line": 2, "column": 4},
            "end": {"offset": 20, "line": 2, "column": 9},
        })
    );
}

#[test]
fn fingerprints_are_unique_in_a_report_and_the_same_for_the_same_report() {
    let doubled: Vec<Finding> = findings().into_iter().chain(findings()).collect();
    let fingerprints = |report: &Report| -> Vec<String> {
        let written = json_of(report);
        let findings = written["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let once = fingerprints(&report(doubled.clone()));
    let unique: std::collections::BTreeSet<&String> = once.iter().collect();
    assert_eq!(unique.len(), doubled.len());
    assert_eq!(once, fingerprints(&report(doubled)));
}

#[test]
fn the_first_label_is_the_primary_one_and_the_only_one() {
    for finding in json_of(&report(findings()))["findings"].as_array().unwrap() {
        let labels = finding["labels"].as_array().unwrap();
        let primary: Vec<bool> = labels.iter().map(|label| label["primary"].as_bool().unwrap()).collect();
        assert!(primary[0] && !primary[1..].contains(&true));
        for key in ["file", "document", "pointer", "span"] {
            assert_eq!(labels[0][key], finding[key]);
        }
    }
}

#[test]
fn numbers_stay_the_numbers_they_were() {
    let text = written(Format::Json, &report(Vec::new()), &Options::default());
    assert!(text.contains("\"minMonthlyRequests\":500000,"), "{text}");
    assert!(text.contains("\"maxPricePer1kTokensUsd\":0.1}"), "{text}");
}
