//! SARIF for code scanning.

use std::sync::Arc;

use serde_json::{Value, json};
use tunelint::finding::{Finding, Label, Outcome, Place, Severity};
use tunelint::output::{Format, Options};
use tunelint::report::{Exit, Report, RuleRecord, built_in_rule, built_in_rules};
use tunelint::source::{Source, Span};

use crate::output_support::{about, findings, label, of_rule, report, support_bot, written};
use crate::sarif_check::mistakes;

/// The log of a report, which has to be sound.
pub(crate) fn log_with(report: &Report, options: &Options) -> Value {
    let log: Value = serde_json::from_str(&written(Format::Sarif, report, options)).unwrap();
    assert_eq!(mistakes(&log), [""; 0]);
    if let Some(schema) = standard() {
        let wrong: Vec<String> =
            schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(wrong, [""; 0]);
    }
    log
}

pub(crate) fn log(report: &Report) -> Value {
    log_with(report, &Options::default())
}

/// The standard's own schema, where `TUNELINT_SARIF_SCHEMA` names the file: it is not ours to hand on.
pub(crate) fn standard() -> Option<jsonschema::Validator> {
    let file = std::env::var_os("TUNELINT_SARIF_SCHEMA")?;
    let schema: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    Some(jsonschema::validator_for(&schema).unwrap())
}

pub(crate) fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

fn rules(log: &Value) -> &[Value] {
    log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap()
}

#[test]
fn a_bit_of_everything_is_a_sound_log() {
    let all = report(findings());
    let log = log(&all);
    assert_eq!(results(&log).len(), all.findings.len());
    let levels = |level: &str| results(&log).iter().filter(|result| result["level"] == level).count();
    assert_eq!((levels("error"), levels("warning"), levels("note")), (5, 13, 3));
}

#[test]
fn a_run_without_findings_is_a_sound_log_too() {
    let mut clean = report(Vec::new());
    clean.exit = Exit::Clean;
    let log = log(&clean);
    assert!(results(&log).is_empty());
    assert_eq!(log["runs"][0]["invocations"], json!([{"executionSuccessful": true, "exitCode": 0}]));
    clean.exit = Exit::Trouble;
    let log = self::log(&clean);
    assert_eq!(log["runs"][0]["invocations"], json!([{"executionSuccessful": false, "exitCode": 2}]));
}

#[test]
fn outcomes_that_are_no_findings_are_no_alerts() {
    let bot = support_bot();
    let passed =
        of_rule("a-rule", Outcome::Pass, Severity::Error, "passes", label(&bot, "lora", "/spec", ""));
    let log = log(&report(vec![passed]));
    assert!(results(&log).is_empty() && rules(&log).is_empty());
}

#[test]
fn the_title_is_the_claim_and_the_other_places_are_linked() {
    let log = log(&report(findings()));
    let volume = results(&log).iter().find(|own| own["ruleId"] == "fine-tuning-below-volume").unwrap();
    assert_eq!(
        volume["message"]["text"],
        "support-bot fine-tunes for 120,000 requests a month, below 500,000. \
         See [fine-tunes](1), [the threshold is set here](2). \
         Passes if workload.monthlyRequests >= 500,000."
    );
    let related = volume["relatedLocations"].as_array().unwrap();
    assert_eq!(related[1]["id"], 2);
    assert_eq!(related[1]["physicalLocation"]["artifactLocation"]["uri"], "tunelint.yaml");
    assert_eq!(volume["properties"]["deployment"], "customer-experience/support-bot");
    assert_eq!(volume["properties"]["passesIf"][0]["value"], 500_000);
}

#[test]
fn columns_count_utf16_units_and_a_long_value_stays_on_its_first_line() {
    let text = "k: '🙂🙂' # x\nlong: |\r\n  one\r\n  two\r\n";
    let source = Source::in_memory("deploy/a b.yaml", text);
    let at = |needle: &str, len: u32| {
        let start = text.find(needle).unwrap() as u32;
        let place = Place::at(&source, Some(0), Span::new(start, start + len));
        Finding::invalid("schema", "type", "wrong", Label::new(place, ""))
    };
    let log = log(&report(vec![at("# x", 3), at("|\r", 12), at("one", 0)]));
    let region = |index: usize| results(&log)[index]["locations"][0]["physicalLocation"]["region"].clone();
    assert_eq!(region(0), json!({"startLine": 1, "startColumn": 11, "endLine": 1, "endColumn": 14}));
    assert_eq!(region(1), json!({"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 8}));
    assert_eq!(region(2), json!({"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 4}));
    let uri = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*uri, json!({"uri": "deploy/a%20b.yaml", "uriBaseId": "SRCROOT"}));
}

#[test]
fn line_hashes_are_those_of_the_lines_pointed_at() {
    let text = "Lorem ipsum dolor sit amet.\n".repeat(10);
    let source = Source::in_memory("a.yaml", text.as_str());
    let on_line = |line: u32| {
        let span = source.lines.line_span(line).unwrap();
        let place = Place::at(&source, Some(0), Span::new(span.start, span.start + 5));
        Finding::invalid("schema", "type", "wrong", Label::new(place, ""))
    };
    let whole = Finding::unreadable("encoding", "not read", Label::new(Place::whole(&source), ""));
    let log = log(&report(vec![on_line(2), on_line(7), whole]));
    let hash = |index: usize| &results(&log)[index]["partialFingerprints"]["primaryLocationLineHash"];
    assert_eq!(*hash(0), "a7f2ff13bc495cf2:2");
    assert_eq!(*hash(1), "a7f2ff1481e87703:1");
    // Of a file without a place nobody knows the text; the action computes what it needs itself.
    assert!(hash(2).is_null());
}

#[test]
fn own_fingerprints_have_no_line_in_them() {
    let print = |text: &str| {
        let source = Source::in_memory("a.yaml", text);
        let finding = about(
            of_rule("a-rule", Outcome::Fail, Severity::Error, "no", label(&source, "here", "/spec/x", "")),
            "bot",
        );
        let log = log(&report(vec![finding]));
        let prints = results(&log)[0]["partialFingerprints"].clone();
        (prints["tunelintFingerprint/v1"].clone(), prints["primaryLocationLineHash"].clone())
    };
    let (before, moved) = (print("x: here\n"), print("\n# more\n\n    x: here\nand: more\n"));
    assert_eq!(before.0, moved.0);
    assert_ne!(before.1, moved.1);
}

fn long_winded(tags: usize) -> RuleRecord {
    let mut rule = built_in_rule("schema").unwrap();
    rule.id = "a-rule".into();
    rule.pack = Some("own".into());
    rule.summary = "s".repeat(3000).into();
    rule.why = "🙂".repeat(3000).into();
    rule.tags = (0..tags).map(|tag| format!("tag-{tag}").into()).collect();
    rule
}

#[test]
fn descriptions_and_tags_are_cut_to_what_code_scanning_takes() {
    for protects_data in [false, true] {
        let bot = support_bot();
        let mut finding =
            of_rule("a-rule", Outcome::Fail, Severity::Error, "no", label(&bot, "lora", "/spec", ""));
        finding.pack = Some("own".into());
        let mut report = report(vec![finding]);
        let mut rule = long_winded(15);
        if protects_data {
            rule.tags[0] = "data-protection".into();
        }
        report.rules = vec![rule];
        let log = log(&report);
        let properties = &rules(&log)[0]["properties"];
        assert_eq!(properties["tags"].as_array().unwrap().len(), 10);
        assert_eq!(properties["security-severity"].is_string(), protects_data);
    }
}

#[test]
fn two_packs_with_one_rule_id_have_two_rules() {
    let bot = support_bot();
    let finding = |pack: &str| {
        let mut finding =
            of_rule("a-rule", Outcome::Fail, Severity::Error, pack, label(&bot, "lora", "/spec", ""));
        finding.pack = Some(pack.into());
        finding
    };
    let mut both = report(vec![finding("one"), finding("two")]);
    both.rules = ["one", "two"]
        .map(|pack| RuleRecord { pack: Some(pack.into()), is_shared: true, ..long_winded(1) })
        .into();
    let log = log(&both);
    let ids: Vec<_> = results(&log).iter().map(|own| own["ruleId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["one/a-rule", "two/a-rule"]);
}

#[test]
fn rules_of_no_pack_have_words_too() {
    let source = Source::in_memory("a.yaml", "a: 1\n");
    let findings = built_in_rules().map(|rule| {
        Finding::new(
            Arc::clone(&rule.id),
            None,
            Outcome::Invalid,
            Severity::Error,
            "wrong".to_owned(),
            label(&source, "1", "/a", ""),
        )
    });
    let mut report = report(findings.collect());
    report.rules = built_in_rules().collect();
    let log = log(&report);
    for rule in rules(&log) {
        assert_ne!(rule["shortDescription"]["text"], rule["id"]);
        assert!(rule["helpUri"].as_str().unwrap().ends_with(&format!("#{}", rule["id"].as_str().unwrap())));
    }
}

#[test]
fn an_organisation_says_where_its_rules_are_described_and_paths_begin_at_the_root() {
    let options = Options {
        help_uri: Some("https://intranet.example/{pack}/{rule}".into()),
        folder: Some("infra/llm".into()),
        ..Options::default()
    };
    let log = log_with(&report(findings()), &options);
    let uri = |rule: &Value| rule["helpUri"].as_str().unwrap().to_owned();
    assert!(rules(&log).iter().any(|rule| uri(rule) == "https://intranet.example/tunelint/schema"));
    let own = "https://intranet.example/customization-framework/fine-tuning-below-volume";
    assert!(rules(&log).iter().any(|rule| uri(rule) == own));
    for result in results(&log) {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("infra/llm/"), "{uri}");
    }
}
