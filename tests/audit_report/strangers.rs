//! What strangers write reaches terminals, Markdown and JSON as text, and nothing gets wider or longer than it may.

use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};
use serde_json::Value;
use tunelint::output::Options;
use tunelint::output::audit::AuditFormat;

use crate::acme::{EVIL, acme, written};
use crate::colour;
use crate::many::many;

fn is_dangerous(character: char) -> bool {
    character != '\n'
        && (character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

#[test]
fn no_format_holds_a_control_character() {
    for format in tunelint::output::audit::AUDIT_FORMATS {
        let text = written(format.format, &acme(), &Options::default());
        assert_eq!(text.chars().find(|own| is_dangerous(*own)), None, "{}", format.name);
    }
}

#[test]
fn colour_changes_no_character() {
    let plain = written(AuditFormat::Human, &acme(), &Options::default());
    let colored = written(AuditFormat::Human, &acme(), &Options { color: true, ..Options::default() });
    assert_ne!(plain, colored);
    assert_eq!(plain, colour::without(&colored));
}

#[test]
fn tables_keep_to_the_terminal() {
    for width in [60, 80, 120, 200] {
        let shown = written(AuditFormat::Human, &many(60), &Options { width, ..Options::default() });
        for line in shown.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn quiet_tells_the_counts_and_what_is_not_to_be_relied_on() {
    let shown = written(AuditFormat::Human, &acme(), &Options { quiet: true, ..Options::default() });
    assert!(!shown.contains("by team"));
    assert!(shown.contains("legacy: the object 4b825dc cannot be read"));
    assert!(shown.contains("6 errors open"));
}

#[test]
fn markdown_holds_no_markup_of_strangers() {
    let text = written(AuditFormat::Markdown, &acme(), &Options::default());
    let known = ["<code>", "</code>", "<br>", "<!-- tunelint audit -->\n"];
    for event in Parser::new_ext(&text, Extensions::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => assert!(known.contains(&&*html), "{html}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://github.com/acme/"), "{dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => panic!("{dest_url}"),
            _ => {}
        }
    }
}

#[test]
fn markdown_keeps_to_its_bytes_and_counts_what_it_leaves_out() {
    for markdown_bytes in [6_000, 9_000, 20_000] {
        let text =
            written(AuditFormat::Markdown, &many(60), &Options { markdown_bytes, ..Options::default() });
        assert!(text.len() <= markdown_bytes, "{}", text.len());
        assert!(text.contains("Left out for want of room") || markdown_bytes == 20_000);
        assert!(text.trim_end().ends_with("since 2026-10-24"));
    }
}

#[test]
fn brief_is_three_lines_at_most() {
    for portfolio in [acme(), many(40), many(0)] {
        let text = written(AuditFormat::Brief, &portfolio, &Options::default());
        assert!((1..=3).contains(&text.lines().count()), "{text}");
        assert!(text.chars().count() < 1_000);
    }
}

#[test]
fn json_is_what_its_schema_says_and_holds_the_words_themselves() {
    let schema: Value = serde_json::from_str(tunelint::schema::AUDIT_REPORT_SCHEMA).unwrap();
    let schema = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
    for portfolio in [acme(), many(30), many(0)] {
        let report: Value =
            serde_json::from_str(&written(AuditFormat::Json, &portfolio, &Options::default())).unwrap();
        let mistakes: Vec<String> =
            schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(mistakes, [""; 0]);
        let counts = &portfolio.now.counts;
        assert_eq!(report["summary"]["errors"], counts.errors);
        assert_eq!(report["offenders"]["count"], portfolio.offenders.count());
    }
    let report: Value =
        serde_json::from_str(&written(AuditFormat::Json, &acme(), &Options::default())).unwrap();
    assert_eq!(report["offenders"]["items"][0]["deployment"], EVIL);
    assert_eq!(report["offenders"]["items"][0]["link"], Value::Null);
    assert_eq!(
        report["offenders"]["items"][1]["link"].as_str().unwrap().rsplit('/').next(),
        Some("fraud-check-0.yaml#L3")
    );
}
