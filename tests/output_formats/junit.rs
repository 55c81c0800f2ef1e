//! `JUnit`'s XML, read by an XML parser.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use tunelint::finding::{Outcome, Severity, Status};
use tunelint::output::{Format, Options};
use tunelint::report::Report;

use crate::output_support::{about, findings, label, of_rule, report, support_bot, written};

/// A case of a suite.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) suite: String,
    pub(crate) name: String,
    pub(crate) about: String,
    /// `failure`, `skipped`; empty: it passes.
    pub(crate) outcome: String,
    pub(crate) message: String,
    pub(crate) kind: String,
    pub(crate) text: String,
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    tag.try_get_attribute(name)
        .unwrap()
        .map(|own| unescape(std::str::from_utf8(&own.value).unwrap()).unwrap().into_owned())
        .unwrap_or_default()
}

/// The cases of a document, whose counts have to be right.
pub(crate) fn cases(report: &Report) -> Vec<Case> {
    let xml = written(Format::Junit, report, &Options::default());
    let mut reader = Reader::from_str(&xml);
    let mut cases: Vec<Case> = Vec::new();
    let (mut suite, mut text, mut counts) =
        (String::new(), None, (String::new(), String::new(), String::new()));
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                b"testsuites" => {
                    counts =
                        (attribute(&tag, "tests"), attribute(&tag, "failures"), attribute(&tag, "skipped"));
                }
                b"testsuite" => suite = attribute(&tag, "name"),
                b"testcase" => cases.push(Case {
                    suite: suite.clone(),
                    name: attribute(&tag, "name"),
                    about: attribute(&tag, "classname"),
                    ..Case::default()
                }),
                b"failure" | b"skipped" => {
                    let case = cases.last_mut().unwrap();
                    case.outcome = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                    case.message = attribute(&tag, "message");
                    case.kind = attribute(&tag, "type");
                    text = Some(String::new());
                }
                other => panic!("{other:?}"),
            },
            Event::Text(piece) => {
                if let Some(text) = &mut text {
                    text.push_str(&piece.decode().unwrap());
                }
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().unwrap();
                text.as_mut().unwrap().push_str(&unescape(&format!("&{name};")).unwrap());
            }
            Event::CData(piece) => text.as_mut().unwrap().push_str(&piece.decode().unwrap()),
            Event::End(tag) if matches!(tag.name().as_ref(), b"failure" | b"skipped") => {
                cases.last_mut().unwrap().text = text.take().unwrap();
            }
            Event::End(_) | Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    let of = |outcome: &str| cases.iter().filter(|case| case.outcome == outcome).count().to_string();
    assert_eq!(counts, (cases.len().to_string(), of("failure"), of("skipped")));
    cases
}

#[test]
fn a_rule_that_fails_a_deployment_is_a_case_that_fails() {
    let cases = cases(&report(findings()));
    let volume = cases.iter().find(|case| case.name == "fine-tuning-below-volume").unwrap();
    assert_eq!(volume.suite, "deploy/support-bot.yaml");
    assert_eq!(volume.about, "customer-experience/support-bot");
    assert_eq!((&*volume.outcome, &*volume.kind), ("failure", "error"));
    assert_eq!(volume.message, "support-bot fine-tunes for 120,000 requests a month, below 500,000");
    let lines: Vec<&str> = volume.text.lines().collect();
    assert_eq!(
        lines[0],
        "deploy/support-bot.yaml:17:22: error: support-bot fine-tunes for 120,000 requests a month, below 500,000"
    );
    assert_eq!(lines[1], "  deploy/support-bot.yaml:10:15: fine-tunes");
    assert!(lines.contains(&"  passes if: workload.monthlyRequests >= 500,000"));
}

#[test]
fn several_findings_of_one_rule_on_one_deployment_are_one_case() {
    let bot = support_bot();
    let finding = |severity, message: &str| {
        about(of_rule("schema", Outcome::Invalid, severity, message, label(&bot, "lora", "/spec", "")), "bot")
    };
    let cases = cases(&report(vec![finding(Severity::Note, "one"), finding(Severity::Error, "two")]));
    let own: Vec<_> = cases.iter().filter(|case| case.name == "schema").collect();
    assert_eq!(own.len(), 1);
    assert_eq!((&*own[0].message, &*own[0].kind), ("one", "error"));
    assert!(own[0].text.contains("note: one\n") && own[0].text.contains("error: two\n"));
}

#[test]
fn where_all_is_clean_a_case_passes() {
    let clean = cases(&report(Vec::new()));
    assert_eq!(clean.len(), 1);
    assert_eq!((&*clean[0].name, &*clean[0].outcome), ("no findings", ""));
    assert_eq!(clean[0].about, "customer-experience/support-bot");
    let mut nothing = report(Vec::new());
    nothing.deployments.clear();
    let nothing = cases(&nothing);
    assert_eq!((&*nothing[0].suite, &*nothing[0].outcome), ("tunelint", ""));
}

#[test]
fn exceptions_are_skipped_and_passes_pass() {
    let bot = support_bot();
    let finding = |rule, outcome| {
        about(of_rule(rule, outcome, Severity::Error, "said", label(&bot, "lora", "/spec", "")), "bot")
    };
    let mut waived = finding("waived-rule", Outcome::Fail);
    waived.status = Status::Waived;
    let all = [waived, finding("passed", Outcome::Pass), finding("elsewhere", Outcome::NotApplicable)];
    let cases = cases(&report(all.into()));
    let outcomes: Vec<_> = cases.iter().map(|case| (&*case.name, &*case.outcome, &*case.message)).collect();
    assert_eq!(
        outcomes,
        [
            ("waived-rule", "skipped", "waived"),
            ("passed", "", ""),
            ("elsewhere", "skipped", "does not apply")
        ]
    );
}
