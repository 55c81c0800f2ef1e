//! Names and values of strangers, in every format: what a reader of the format gets is the value itself where the
//! format can carry it, and else its visible escape.

use std::sync::Arc;

use serde_json::Value;
use tunelint::finding::{Clause, Finding, Label, Outcome, Place, Scalar, Severity};
use tunelint::output::{Format, Options, sanitize};
use tunelint::report::Report;
use tunelint::source::{Source, Span};

use crate::output_support::{report, written};
use crate::{github, gitlab, junit, markdown, sarif, sarif_check};

/// What breaks formats, or readers.
const HOSTILE: &[&str] = &[
    "line\nbreak",
    "carriage\rreturn\r\nboth",
    "a, comma and: a colon",
    "100% of %0A and %25",
    "#1 and # alone",
    "esc\u{1b}[31m and bell\u{7} and \u{9b}31m",
    "bidi \u{202e}desrever\u{202c} and \u{2066}isolated\u{2069}",
    "::error::owned",
    "a\n::error file=x::owned",
    "]]> and <![CDATA[ and --> and &amp; &lt;",
    "a | b || c \\| d",
    "one ` tick",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "[link](https://evil.example) ![image](https://evil.example/x.png)",
    "[x](1) and \\[y\\](2)",
    "@alice @acme/team ask GH-12 and acme/repo#3",
    "https://evil.example/?q=1 www.evil.example mail@evil.example",
    "* a _b_ **c** ~~d~~ $e$ :tada: <!-- f -->",
    "# heading",
    "- item",
    "1. item",
    "---",
    "trailing backslash \\",
    "\u{feff}\u{200b}zero\u{ad}width\u{e0041}",
    "not characters \u{fffe}\u{ffff}",
    "smile 🙂 漢字 é",
    " blanks   around ",
];

/// A finding with a hostile text everywhere; the path is one line of it, as a file name may hold anything else.
fn finding(text: &str) -> Finding {
    let path = format!("deploy/{text}.yaml");
    let source = Source::in_memory(path, format!("key: {text}\n"));
    let label = |words: &str| {
        Label::new(Place::at(&source, Some(0), Span::new(0, 3)).with_pointer(format!("/{text}")), words)
    };
    let mut finding =
        Finding::new("a-rule", None, Outcome::Fail, Severity::Error, text.to_owned(), label(text));
    finding.secondary = vec![label(text)];
    finding.pack = Some("own".into());
    finding.deployment = Some(text.into());
    finding.deployment_id = Some(format!("deploy/{text}.yaml#0").into());
    finding.help = Some(text.into());
    finding.guide = Arc::from([text.to_owned()]);
    finding.passes_if = vec![Clause { path: "a.b".into(), op: "==", value: Scalar::Text(text.into()) }];
    finding
}

fn reports() -> impl Iterator<Item = (&'static str, Report)> {
    HOSTILE.iter().map(|text| (*text, report(vec![finding(text)])))
}

/// Whether a terminal would obey something in it. Written out here, so as not to ask the code under test.
fn is_obeyed(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(u32::from(character), 0x200b..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff | 0xe0041)
}

#[test]
fn nothing_of_a_value_reaches_a_terminal_in_any_format() {
    for (text, report) in reports() {
        for row in tunelint::output::FORMATS {
            let shown = written(row.format, &report, &Options::default());
            let obeyed = shown.chars().find(|character| is_obeyed(*character));
            assert_eq!(obeyed, None, "{}: {text:?}", row.name);
        }
    }
}

#[test]
fn sarif_carries_every_value() {
    for (text, report) in reports() {
        let log = sarif::log(&report);
        let result = &sarif::results(&log)[0];
        let message = result["message"]["text"].as_str().unwrap();
        let links = sarif_check::links(message);
        let words = if text.trim().is_empty() { "here" } else { text };
        assert_eq!(links, [(words.to_owned(), 1)], "{message:?}");
        let claim = message.split(" See [").next().unwrap();
        let claim = if text.contains(['[', ']']) { sarif_check::unescaped(claim) } else { claim.to_owned() };
        assert_eq!(claim, format!("{text}."));
        assert_eq!(result["locations"][0]["message"]["text"], text);
        assert_eq!(result["properties"]["deployment"], text);
        assert_eq!(result["properties"]["passesIf"][0]["value"], text);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(decoded(uri), format!("deploy/{text}.yaml"));
    }
}

/// A URI without its percent-encoding.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What commands can carry: line breaks have escapes there, other characters that are obeyed have none.
fn in_a_command(text: &str) -> String {
    let pieces = text.split_inclusive(['\n', '\r']).flat_map(|line| {
        let content = line.trim_end_matches(['\n', '\r']);
        [sanitize::visible(content).into_owned(), line[content.len()..].to_owned()]
    });
    pieces.collect()
}

#[test]
fn a_workflow_command_carries_every_value_and_no_value_is_a_command() {
    for (text, report) in reports() {
        let all = github::annotations(&report);
        let [own] = &all[..] else { panic!("{text:?}: {all:?}") };
        assert_eq!(own.name, "error");
        assert_eq!(own.properties["file"], in_a_command(&format!("deploy/{text}.yaml")));
        assert_eq!(own.properties["line"], "1");
        assert!(own.data.starts_with(&format!("{}\npasses if: ", in_a_command(text))), "{:?}", own.data);
        assert!(own.data.ends_with(&format!("\nhelp: {}", in_a_command(text.trim()))), "{:?}", own.data);
    }
}

#[test]
fn gitlab_carries_every_value() {
    for (text, report) in reports() {
        let issues = gitlab::issues(&report);
        assert_eq!(issues[0]["description"], format!("a-rule: {text}"));
        assert_eq!(issues[0]["location"]["path"], format!("deploy/{text}.yaml"));
    }
}

/// The visible escape, with that of the characters that XML has no form for.
fn in_xml(text: &str) -> String {
    sanitize::visible(text).replace('\u{fffe}', r"\u{fffe}").replace('\u{ffff}', r"\u{ffff}")
}

#[test]
fn xml_carries_the_visible_escape_of_every_value() {
    for (text, report) in reports() {
        let cases = junit::cases(&report);
        let case = cases.iter().find(|case| case.name == "a-rule").unwrap();
        assert_eq!(case.suite, in_xml(&format!("deploy/{text}.yaml")));
        assert_eq!(case.about, in_xml(text));
        assert_eq!(case.message, in_xml(text));
        let visible: String = in_xml(text);
        assert!(case.text.contains(&format!("passes if: a.b == '{visible}'")), "{:?}", case.text);
    }
}

/// What a reader of Markdown sees of a text: blanks and line breaks are one blank.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn markdown_shows_every_value_as_its_visible_escape_and_obeys_none() {
    for (text, report) in reports() {
        let page = markdown::read(&markdown::page(&report));
        assert_eq!(page.title, "tunelint: 1 error");
        let [row] = &page.rows[..] else { panic!("{text:?}: {page:?}") };
        // The line breaks of a value are blanks in prose.
        let claim = flowing(&text.split('\n').map(sanitize::visible).collect::<Vec<_>>().join(" "));
        assert_eq!(flowing(&row[0]), format!("a-rule {claim}"));
        let path = format!("deploy/{text}.yaml");
        assert_eq!(flowing(&row[1]), flowing(&format!("{}:1 with line 1", sanitize::visible(&path))));
        assert_eq!(flowing(&row[2]), flowing(&format!("passes if a.b == '{}'", sanitize::visible(text))));
        for link in &page.links {
            let ours =
                ["https://github.com/acme/platform/blob/", "https://github.com/tunelint/tunelint/blob/"];
            assert!(ours.iter().any(|start| link.starts_with(start)), "{link}");
        }
    }
}

#[test]
fn in_markdown_nobody_is_mentioned_and_nothing_is_referred_to() {
    // Links are ours, as another test holds.
    let target = regex::Regex::new(r"\]\([^)]*\)").unwrap();
    for (text, report) in reports() {
        let page = markdown::page(&report);
        // A forge looks for these in the text that is shown outside of code.
        let mut outside = String::new();
        let mut rest = page.as_str();
        while let Some((before, code)) = rest.split_once("<code>") {
            outside.push_str(before);
            rest = code.split_once("</code>").unwrap().1;
        }
        outside.push_str(rest);
        let outside = target.replace_all(&outside, "");
        for sign in ["@", "www.", "GH-", ":tada:", "$", "*", "_", "~", "evil"] {
            assert!(!outside.contains(sign), "{sign} of {text:?} in {outside}");
        }
    }
}

#[test]
fn json_goes_on_carrying_every_value() {
    for (text, report) in reports() {
        let whole: Value =
            serde_json::from_str(&written(Format::Json, &report, &Options::default())).unwrap();
        assert_eq!(whole["findings"][0]["message"], text);
    }
}
