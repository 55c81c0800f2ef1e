//! No control or bidi character of any input reaches a terminal as itself, wherever in a report it stands.

#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod output_support;

use std::sync::Arc;

use output_support::{PACK, nothing_found, report, written};
use proptest::prelude::*;
use serde_json::Value;
use tunelint::finding::{Clause, Decisive, Finding, Label, Outcome, Place, Scalar, Severity};
use tunelint::output::{Format, Options};
use tunelint::report::{Candidate, Report};
use tunelint::source::{Source, Span};

/// Whether a terminal would obey the character, or a reader be misled by it. Written out here, so as not to ask
/// the code under test.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

fn dangerous_in(text: &str) -> Option<char> {
    text.chars().find(|&character| is_dangerous(character) && character != '\n')
}

/// Texts of strangers: more often than not something nasty.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => proptest::char::range('\0', '\u{1f}'),
        1 => proptest::char::range('\u{7f}', '\u{9f}'),
        1 => proptest::sample::select(vec!['\n', '\r', '\t', ' ', '"', '\\', '\'']),
        2 => proptest::sample::select(vec![
            '\u{61c}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202e}',
            '\u{2060}', '\u{2066}', '\u{2069}', '\u{feff}', '\u{fff9}', '\u{e0041}',
        ]),
        1 => any::<char>(),
    ];
    proptest::collection::vec(character, 0..60).prop_map(String::from_iter)
}

/// A span somewhere in a text, between characters or not, or beyond it.
fn span(len: usize) -> impl Strategy<Value = Span> {
    let len = len as u32 + 2;
    (0..len, 0..len).prop_map(|(one, other)| Span::new(one.min(other), one.max(other)))
}

fn source() -> impl Strategy<Value = (Arc<Source>, Vec<Span>)> {
    (text(), proptest::collection::vec(text(), 0..8)).prop_flat_map(|(path, lines)| {
        let text = lines.join("\n");
        let spans = proptest::collection::vec(span(text.len()), 1..5);
        (Just(Source::in_memory(path, text)), spans)
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let texts = proptest::collection::vec(text(), 12);
    (source(), source(), texts, 0..4_usize, 0..3_usize).prop_map(
        |((source, spans), (other, other_spans), texts, outcome, severity)| {
            let mut texts = texts.into_iter();
            let mut next = || texts.next().unwrap_or_default();
            let outcomes = [Outcome::Fail, Outcome::Undetermined, Outcome::Pass, Outcome::NotApplicable];
            let severities = [Severity::Note, Severity::Warning, Severity::Error];
            let mut labels: Vec<Label> = spans
                .into_iter()
                .map(|span| (&source, span))
                .chain(other_spans.into_iter().map(|span| (&other, span)))
                .map(|(source, span)| Label::new(Place::at(source, None, span), ""))
                .collect();
            labels[0].message = next().into();
            labels[0].place.pointer = Some(next().into());
            if let Some(second) = labels.get_mut(1) {
                second.message = next().into();
            }
            let mut finding =
                Finding::new(next(), None, outcomes[outcome], severities[severity], next(), labels.remove(0));
            finding.secondary = labels;
            finding.secondary.push(Label::new(Place::whole(&other), next()));
            finding.pack = Some(next().into());
            finding.help = Some(next().into());
            finding.guide = Arc::from([next()]);
            finding.deployment = Some(next().into());
            finding.missing = vec![next().into()];
            let value = Scalar::Text(next().into());
            finding.passes_if =
                vec![Clause { path: finding.message.clone().into(), op: "==", value: value.clone() }];
            finding.decisive = vec![Decisive {
                path: finding.message.clone().into(),
                value,
                op: None,
                threshold: None,
                parameter: None,
                parameter_source: None,
            }];
            finding
        },
    )
}

fn hostile() -> impl Strategy<Value = Report> {
    (proptest::collection::vec(finding(), 0..4), text()).prop_map(|(findings, file)| {
        let mut report = report(findings);
        report.summary.manifests = 0;
        report.candidates = vec![Candidate { file: file.as_str().into(), marker: "model_list" }];
        report.deployments[0].name = Some(file.as_str().into());
        report.deployments[0].owner = Some(file.into());
        report
    })
}

/// Takes out what the colours are made of: `ESC [ digits m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').unwrap();
        assert!(code.chars().all(|digit| digit.is_ascii_digit() || digit == ';'), "{code:?}");
        plain.push_str(rest);
    }
    plain
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_reaches_the_terminal_as_itself(
        report in hostile(), width in 0..230_usize, unicode: bool, quiet: bool,
    ) {
        let options = Options { width, unicode, quiet, ..Options::default() };
        let plain = written(Format::Human, &report, &options);
        prop_assert_eq!(dangerous_in(&plain), None, "{}", plain);
        let coloured = written(Format::Human, &report, &Options { color: true, ..options });
        prop_assert_eq!(without_colours(&coloured), plain);
    }

    #[test]
    fn json_carries_it_only_in_its_own_escapes_and_reads_back_the_same(report in hostile()) {
        let whole = written(Format::Json, &report, &Options::default());
        let lines = written(Format::JsonLines, &report, &Options::default());
        prop_assert_eq!(dangerous_in(&whole), None);
        prop_assert_eq!(dangerous_in(&lines), None);
        let whole: Value = serde_json::from_str(&whole).unwrap();
        for (index, line) in lines.lines().enumerate().take(report.findings.len()) {
            let finding = &report.findings[index];
            let line: Value = serde_json::from_str(line).unwrap();
            for value in [&whole["findings"][index], &line] {
                prop_assert_eq!(&value["rule"], &*finding.rule);
                prop_assert_eq!(&value["pack"], finding.pack.as_deref().unwrap());
                prop_assert_eq!(&value["message"], finding.message.as_str());
                prop_assert_eq!(&value["help"], finding.help.as_deref().unwrap());
                prop_assert_eq!(&value["guide"][0], finding.guide[0].as_str());
                prop_assert_eq!(&value["file"], &*finding.primary.place.source.path);
                prop_assert_eq!(&value["pointer"], finding.primary.place.pointer.as_deref().unwrap());
                prop_assert_eq!(&value["labels"][0]["message"], &*finding.primary.message);
                prop_assert_eq!(&value["missing"][0], &*finding.missing[0]);
                prop_assert_eq!(&value["deployment"], finding.deployment.as_deref().unwrap());
                let Scalar::Text(passes) = &finding.passes_if[0].value else { unreachable!() };
                prop_assert_eq!(&value["passesIf"][0]["value"], &**passes);
            }
        }
    }
}

#[test]
fn a_known_attack_is_shown_and_not_obeyed() {
    let clear_screen = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}";
    let source = Source::in_memory(format!("a{clear_screen}.yaml"), format!("key: {clear_screen}\n"));
    let label = Label::new(Place::at(&source, None, Span::new(5, 9)), clear_screen);
    let mut finding = Finding::invalid("schema", "type", clear_screen, label).with_help(clear_screen);
    finding.pack = Some(PACK.into());
    let shown = written(Format::Human, &report(vec![finding]), &Options::default());
    assert_eq!(dangerous_in(&shown), None);
    assert_eq!(shown.matches(r"\x1b[2J\x1b]0;title\x07\u{9b}31m\u{202e}").count(), 5);
    assert_eq!(dangerous_in(&written(Format::Human, &nothing_found(), &Options::default())), None);
}
