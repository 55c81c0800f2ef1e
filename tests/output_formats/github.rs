//! Workflow commands, read as the runner reads them.

use std::collections::BTreeMap;

use tunelint::finding::{Finding, Label, Place};
use tunelint::output::{Format, Options};
use tunelint::report::Report;
use tunelint::source::{Source, Span};

use crate::output_support::{findings, report, written};

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

/// The commands of a log. The runner takes a line that begins with `::` for a command: the name up to the first
/// blank, properties between commas, the data behind the next `::`, and takes the escapes back, that of `%` last.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r']).filter(|line| !line.is_empty()).map(command).collect()
}

fn command(line: &str) -> Command {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, data) = rest.split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |text: &str, escapes: &[(&str, &str)]| {
        escapes.iter().fold(text.to_owned(), |text, (escape, own)| text.replace(escape, own))
    };
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let escapes = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
            (key.to_owned(), unescape(value, &escapes))
        })
        .collect();
    Command {
        name: name.to_owned(),
        properties,
        data: unescape(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
    }
}

pub(crate) fn annotations(report: &Report) -> Vec<Command> {
    commands(&written(Format::Github, report, &Options::default()))
}

#[test]
fn a_finding_is_an_annotation_of_its_line_with_what_to_do() {
    let all = annotations(&report(findings().into_iter().take(1).collect()));
    let expected = [
        ("col", "22"),
        ("endColumn", "28"),
        ("endLine", "17"),
        ("file", "deploy/support-bot.yaml"),
        ("line", "17"),
        ("title", "fine-tuning-below-volume"),
    ];
    let [own] = &all[..] else { panic!("{all:?}") };
    assert_eq!(own.name, "error");
    let found: Vec<_> = own.properties.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(found, expected);
    let lines: Vec<&str> = own.data.lines().collect();
    assert_eq!(lines[0], "support-bot fine-tunes for 120,000 requests a month, below 500,000");
    assert_eq!(lines[1], "passes if: workload.monthlyRequests >= 500,000");
    assert!(lines[2].starts_with("help: Prompt a hosted model"));
}

#[test]
fn a_place_of_several_lines_has_no_columns_and_a_whole_file_no_lines() {
    let source = Source::in_memory("a.yaml", "a: |\n  x\n  y\n");
    let several = Place::at(&source, Some(0), Span::new(3, 12));
    let wrong = |place| Finding::invalid("schema", "type", "wrong", Label::new(place, ""));
    let all = annotations(&report(vec![wrong(several), wrong(Place::whole(&source))]));
    let keys = |index: usize| all[index].properties.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(keys(0), ["endLine", "file", "line", "title"]);
    assert_eq!(keys(1), ["file", "title"]);
}

#[test]
fn exceptions_and_passes_are_no_annotations() {
    let all = report(findings());
    let open = all.findings.iter().filter(|finding| finding.is_open_problem()).count();
    assert!(open < all.findings.len());
    let of = |name: &str| annotations(&all).iter().filter(|own| own.name == name).count();
    // 5 errors, 13 warnings of which 10 have a place, 2 notes and the count.
    assert_eq!((of("error"), of("warning"), of("notice")), (5, 10, 3));
    assert_eq!(open, 20);
}

#[test]
fn without_findings_there_is_nothing_to_annotate() {
    assert_eq!(written(Format::Github, &report(Vec::new()), &Options::default()), "");
}
