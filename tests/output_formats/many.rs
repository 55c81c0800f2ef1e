//! More findings than a forge takes: the worst are shown, the others counted.

use std::sync::Arc;

use tunelint::finding::{Finding, Label, Outcome, Place, Severity};
use tunelint::output::{Format, Options};
use tunelint::report::Report;
use tunelint::source::{Source, Span};

use crate::output_support::{about, of_rule, report, written};
use crate::{github, gitlab, junit, markdown, sarif};

const SEVERITIES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

/// So many findings over files of ten each, the severities in turn.
fn many(count: usize) -> Report {
    let mut source = Arc::clone(&Source::in_memory("", ""));
    let findings = (0..count).map(|index| {
        if index % 10 == 0 {
            let path = format!("teams/team-{}/deploy/bot-{index:06}.yaml", index % 7);
            let text = (0..12).map(|line| format!("key-{line}: {index}")).collect::<Vec<_>>().join("\n");
            source = Source::in_memory(path, text);
        }
        let line = source.lines.line_span(index as u32 % 10 + 1).unwrap();
        let place = Place::at(&source, Some(0), Span::new(line.start, line.start + 5))
            .with_pointer(format!("/spec/key-{}", index % 10));
        let claim = format!("bot-{index:06} asks for more than the guide advises in key-{}", index % 10);
        about(
            of_rule("a-rule", Outcome::Fail, SEVERITIES[index % 3], &claim, Label::new(place, "too much")),
            &format!("bot-{index:06}"),
        )
    });
    let findings: Vec<Finding> = findings.collect();
    report(findings)
}

#[test]
fn of_500_findings_ten_a_level_are_annotated_the_worst_first_and_the_rest_is_counted() {
    let report = many(500);
    let all = github::annotations(&report);
    let names: Vec<&str> = all.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, [["error"; 10], ["warning"; 10], ["notice"; 10]].concat());
    let first = all[0].data.clone();
    assert!(first.starts_with("bot-000002 "), "{first}");
    assert_eq!(
        all[29].data,
        "Not annotated: 156 errors, 157 warnings, 158 notes. The summary of the job lists all findings."
    );
    // What is annotated and what is counted are all there is.
    assert_eq!(29 + 156 + 157 + 158, 500);
}

#[test]
fn of_500_findings_the_summary_is_complete_and_under_1_mib() {
    let report = many(500);
    let shown = markdown::page(&report);
    assert!(shown.len() < 1 << 20, "{}", shown.len());
    let page = markdown::read(&shown);
    assert_eq!(page.rows.len(), 500);
    assert_eq!(page.sections, ["166 errors", "167 warnings", "167 notes"]);
    assert!(page.last.contains("166 errors, 167 warnings, 167 notes"));
    assert!(!shown.contains("Left out"));
}

#[test]
fn a_summary_of_30_000_findings_is_cut_and_says_how_many_it_left_out() {
    let report = many(30_000);
    let shown = markdown::page(&report);
    assert!(shown.len() < 1 << 20, "{}", shown.len());
    let page = markdown::read(&shown);
    let rows = page.rows.len();
    assert!((1_000..10_000).contains(&rows), "{rows}");
    let left_out =
        format!("Left out for want of room: {} errors, 10000 warnings, 10000 notes.", 10_000 - rows);
    assert!(shown.contains(&left_out), "{left_out}");
    assert!(page.last.contains("10000 errors, 10000 warnings, 10000 notes"));
}

#[test]
fn of_30_000_results_code_scanning_gets_the_25_000_worst_and_is_told_of_the_others() {
    let report = many(30_000);
    let log = sarif::log(&report);
    let results = sarif::results(&log);
    assert_eq!(results.len(), 25_000);
    let of = |level: &str| results.iter().filter(|result| result["level"] == level).count();
    assert_eq!((of("error"), of("warning"), of("note")), (10_000, 10_000, 5_000));
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["properties"]["leftOut"], 5_000);
    assert!(told["message"]["text"].as_str().unwrap().starts_with("5000 findings are left out"));
}

#[test]
fn a_log_that_would_not_compress_below_10_mb_is_cut_too() {
    let mut report = many(12_000);
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 59) as u8 % 26)
    };
    for finding in &mut report.findings {
        finding.message = (0..990).map(|_| noise()).collect();
        finding.help = Some((0..990).map(|_| noise()).collect::<String>().into());
    }
    let log = sarif::log(&report);
    let written = sarif::results(&log).len();
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["properties"]["leftOut"], 12_000 - written);
    // Letters of 26 take a bit less than five bits each, however they are packed.
    assert!((3_500..9_000).contains(&written), "{written}");
}

#[test]
fn formats_without_a_cap_hold_all() {
    let report = many(5_000);
    assert_eq!(gitlab::issues(&report).len(), 5_000);
    // The ten findings of a deployment are of one rule, and so one case.
    let cases = junit::cases(&report).into_iter().filter(|case| case.outcome == "failure");
    assert_eq!(cases.map(|case| case.text.matches(" asks for more").count()).collect::<Vec<_>>(), [10; 500]);
    assert_eq!(written(Format::JsonLines, &report, &Options::default()).lines().count(), 5_002);
}

#[test]
fn each_text_is_asked_for_once_however_many_findings_point_into_it() {
    use std::sync::Mutex;
    struct Counting<'a>(&'a str, Mutex<Vec<Arc<str>>>);
    impl tunelint::output::Texts for Counting<'_> {
        fn text(&self, source: &Source) -> Option<Arc<str>> {
            self.1.lock().unwrap().push(Arc::clone(&source.path));
            Some(self.0.into())
        }
    }
    let text = "a: 1\nb: 2\nc: 3\n";
    let mut findings = Vec::new();
    for file in ["one.yaml", "two.yaml"] {
        let source = Source::on_disk(file, file.into(), text);
        for index in 0..9_u32 {
            let place = Place::at(&source, Some(0), Span::new(index, index + 1));
            let severity = SEVERITIES[index as usize % 3];
            findings.push(of_rule("a-rule", Outcome::Fail, severity, "no", Label::new(place, "")));
        }
    }
    let report = report(findings);
    for row in tunelint::output::FORMATS.iter().filter(|row| row.is_for_a_forge) {
        let texts = Counting(text, Mutex::default());
        let mut out = Vec::new();
        tunelint::output::render(row.format, &report, &texts, &Options::default(), &mut out).unwrap();
        let asked = texts.1.into_inner().unwrap();
        let expected: &[&str] = if row.name == "sarif" { &["one.yaml", "two.yaml"] } else { &[] };
        assert_eq!(asked.iter().map(|path| &**path).collect::<Vec<_>>(), expected, "{}", row.name);
    }
}
