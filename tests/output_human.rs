//! What people see.

#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

#[path = "common/colour.rs"]
mod colour;
mod output_support;

use std::time::Duration;

use output_support::{about, findings, label, label_at, nothing_found, of_rule, report, span_of, written};
use tunelint::finding::{Finding, Label, Outcome, Place, Severity, Status};
use tunelint::output::{Format, Options};
use tunelint::source::{Source, Span};

fn human(findings: Vec<Finding>, options: &Options) -> String {
    written(Format::Human, &report(findings), options)
}

fn wide(width: usize, color: bool) -> Options {
    Options { width, color, ..Options::default() }
}

/// A finding with one label and nothing else.
fn pointing_at(primary: Label) -> Finding {
    of_rule("a-rule", Outcome::Fail, Severity::Error, "the claim", primary)
}

#[test]
fn shown_at_80_columns() {
    insta::assert_snapshot!(human(findings(), &wide(80, false)));
}

#[test]
fn shown_at_200_columns() {
    insta::assert_snapshot!(human(findings(), &wide(200, false)));
}

#[test]
fn shown_at_80_columns_in_colour() {
    insta::assert_snapshot!(human(findings(), &wide(80, true)).replace('\u{1b}', "␛"));
}

#[test]
fn shown_at_200_columns_in_colour() {
    insta::assert_snapshot!(human(findings(), &wide(200, true)).replace('\u{1b}', "␛"));
}

#[test]
fn colour_changes_no_character() {
    for width in [80, 200] {
        let plain = colour::without(&human(findings(), &wide(width, true)));
        assert_eq!(plain, human(findings(), &wide(width, false)));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 200] {
        for line in human(findings(), &wide(width, false)).lines() {
            // Paths and rule ids are never cut: they are there to be copied. The summary is one line.
            let is_head =
                line.contains("─[") || line.contains(": customization-framework/") || line.starts_with("60 ");
            let columns: usize = line.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum();
            assert!(is_head || columns <= width, "{columns} of {width}: {line}");
        }
    }
}

#[test]
fn ascii_alone_draws_with_ascii_alone() {
    let bot = output_support::support_bot();
    let long = Source::in_memory("long.json", format!("{{\"a\":\"{}\",\"b\":1}}", "x".repeat(500)));
    let finding = pointing_at(label(&long, "\"b\"", "/b", &"words ".repeat(200)))
        .with_label(label(&bot, "lora", "/spec", "here"))
        .with_help("help ".repeat(1500));
    for color in [false, true] {
        let options = Options { unicode: false, color, ..Options::default() };
        let shown = human(vec![finding.clone()], &options);
        assert!(shown.is_ascii() && shown.contains("..."), "{shown}");
    }
}

#[test]
fn errors_come_first_then_facts_to_declare_then_warnings_then_notes() {
    let shown = human(findings(), &Options::default());
    let heads: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split_once(": ").map(|(word, rest)| (word, rest.starts_with("declare "))))
        .filter(|(word, _)| ["error", "warning", "note"].contains(word))
        .map(|(word, declare)| if declare { "declare" } else { word })
        .collect();
    let mut order = heads.clone();
    order.sort_by_key(|head| ["error", "declare", "warning", "note"].iter().position(|known| known == head));
    assert_eq!(heads, order);
    assert_eq!(heads.iter().filter(|head| **head == "declare").count(), 3);
}

#[test]
fn a_missing_fact_is_told_once_with_the_rules_and_the_places_that_miss_it() {
    let shown = human(findings(), &wide(200, false));
    assert_eq!(shown.matches("declare budget.initialUsd").count(), 1);
    let group = shown.split("declare budget.initialUsd: ").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(group.starts_with("2 rules cannot be decided without it (fine-tuning-underfunded,"), "{group}");
    assert!(group.contains("deploy/support-bot.yaml:6:1 (customer-experience/support-bot)\n"), "{group}");
    assert!(group.contains("and 4 more"), "{group}");
    assert!(!group.contains("team-7"), "{group}");
}

#[test]
fn a_missing_fact_is_told_at_its_nearest_parent_even_if_something_else_decided_first() {
    let bot = output_support::support_bot();
    let parent = label(&bot, "workload", "/spec/workload/pattern", "pattern is not declared");
    let strategy = label(&bot, "fine-tuning", "/spec/customization/strategy", "fine-tunes");
    let undetermined = |rule, primary, secondary| {
        let finding = of_rule(rule, Outcome::Undetermined, Severity::Warning, "", primary);
        let mut finding = about(finding.with_label(secondary), "support-bot");
        finding.missing = vec!["workload.pattern".into()];
        finding
    };
    let elsewhere = undetermined("a-rule", strategy.clone(), strategy.clone());
    let exact = undetermined("b-rule", strategy, parent);
    insta::assert_snapshot!(human(vec![elsewhere, exact], &wide(80, false)), @r"
    warning: declare workload.pattern: 2 rules cannot be decided without it (a-rule,
             b-rule)
      at: deploy/support-bot.yaml:16:3 (support-bot)

    60 files, 15 manifests: 2 warnings (2 undetermined)
    ");
}

#[test]
fn an_undetermined_finding_that_misses_no_fact_is_shown_like_any_other() {
    let bot = output_support::support_bot();
    let mut finding = pointing_at(label(&bot, "120000", "/spec/workload/monthlyRequests", "rejected"));
    finding.outcome = Outcome::Undetermined;
    finding.severity = Severity::Warning;
    let shown = human(vec![finding], &Options::default());
    assert!(shown.contains("monthlyRequests: 120000") && !shown.contains("declare"), "{shown}");
}

#[test]
fn quiet_shows_open_errors_and_the_summary_alone() {
    let options = Options { quiet: true, elapsed: Some(Duration::from_millis(34)), ..Options::default() };
    let shown = human(findings(), &options);
    assert!(shown.contains("\nerror: schema[unknown-key]\n"));
    assert!(!shown.contains("\nwarning: ") && !shown.contains("\nnote: "), "{shown}");
    let last = shown.lines().last().unwrap();
    assert_eq!(
        last,
        "60 files, 15 manifests: 5 errors, 13 warnings, 2 notes (12 undetermined), 1 waived in 0.03 s"
    );
}

#[test]
fn what_does_not_count_is_not_shown() {
    let bot = output_support::support_bot();
    for status in [Status::Suppressed, Status::Waived, Status::Baselined] {
        let mut finding = pointing_at(label(&bot, "120000", "", ""));
        finding.status = status;
        let mut report = report(vec![finding]);
        report.summary.waived = 1;
        assert_eq!(
            written(Format::Human, &report, &Options::default()),
            "60 files, 15 manifests: no findings, 1 waived\n"
        );
    }
}

#[test]
fn passed_rules_are_listed_by_deployment() {
    let bot = output_support::support_bot();
    let of = |rule, outcome| {
        about(of_rule(rule, outcome, Severity::Note, "", label(&bot, "lora", "", "")), "support-bot")
    };
    let shown = human(
        vec![of("a-rule", Outcome::Pass), of("b-rule", Outcome::Pass), of("c-rule", Outcome::NotApplicable)],
        &Options::default(),
    );
    insta::assert_snapshot!(shown, @r"
    passed
      deploy/support-bot.yaml (support-bot)
        a-rule, b-rule

    not applicable
      deploy/support-bot.yaml (support-bot)
        c-rule

    60 files, 15 manifests: no findings
    ");
}

#[test]
fn where_nothing_was_found_candidates_are_named() {
    insta::assert_snapshot!(written(Format::Human, &nothing_found(), &Options::default()), @r"
    no LLM deployment manifest found; these files look like deployments:
      gateway/litellm.yaml (model_list)
      serve/vllm\x1b.yaml (vllm/vllm-openai)
    describe each in a manifest of kind LLMDeployment; `tunelint schema manifest` prints what it may say
    60 files, 0 manifests: no findings
    ");
}

#[test]
fn labels_that_overlap_or_coincide_stay_apart_and_complete() {
    let source = Source::in_memory("a.yaml", "hosting: {kind: vendor-api, tenancy: shared}\n");
    let at = |needle, words: &str| label(&source, needle, "", words);
    let finding = pointing_at(at("vendor-api", "the kind"))
        .with_label(at("{kind: vendor-api, tenancy: shared}", "all of it"))
        .with_label(at("vendor-api", "the kind again"))
        .with_label(at("vendor-api", "the kind"))
        .with_label(at("shared", "and this"));
    insta::assert_snapshot!(human(vec![finding], &wide(100, false)), @r"
    error: customization-framework/a-rule
      × the claim
       ╭─[a.yaml:1:17]
     1 │ hosting: {kind: vendor-api, tenancy: shared}
       ·          ───┬────────┬────           ───┬──
       ·             │        │                  ╰── and this
       ·             │        ╰─┤ the kind
       ·             │          │ the kind again
       ·             ╰── all of it
       ╰────

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn a_span_of_many_lines_is_underlined_on_its_first() {
    let source = Source::in_memory("a.yaml", "a:\r\n  b: |\r\n    one\r\n    two\r\nc: 1\r\n");
    let span = Span::new(span_of(&source, "|", 0).start, span_of(&source, "two", 0).end);
    insta::assert_snapshot!(human(vec![pointing_at(label_at(&source, span, "/a/b", "too long"))], &wide(80, false)), @r"
    error: customization-framework/a-rule
      × the claim
       ╭─[a.yaml:2:6]
     1 │ a:
     2 │   b: |
       ·      ┬
       ·      ╰── too long
     3 │     one
       ╰────

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn an_empty_span_is_pointed_at() {
    let source = Source::in_memory("a.yaml", "\u{feff}key:\n");
    let finding = pointing_at(label_at(&source, Span::new(7, 7), "/key", "nothing here"));
    insta::assert_snapshot!(human(vec![finding], &wide(80, false)), @r"
    error: customization-framework/a-rule
      × the claim
       ╭─[a.yaml:1:5]
     1 │ key:
       ·     ▲
       ·     ╰── nothing here
       ╰────

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn a_text_that_cannot_be_had_is_pointed_at_in_words() {
    let source = Source::on_disk("gone.yaml", "gone.yaml".into(), "a: 1\nb: 2\n");
    let finding = pointing_at(Label::new(Place::at(&source, Some(0), Span::new(5, 6)), "was here"));
    insta::assert_snapshot!(human(vec![finding], &wide(80, false)), @r"
    error: customization-framework/a-rule
      × the claim
      at: gone.yaml:2:1: was here

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn underlines_stand_under_what_they_mean_after_escapes_and_wide_characters() {
    let source = Source::in_memory("a.yaml", "\u{202e}x\u{1b}[31m: \u{9b}漢字 # é\n");
    let finding =
        pointing_at(label(&source, "漢字", "", "wide")).with_label(label(&source, "é", "", "accent"));
    insta::assert_snapshot!(human(vec![finding], &wide(80, false)), @r"
    error: customization-framework/a-rule
      × the claim
       ╭─[a.yaml:1:11]
     1 │ \u{202e}x\x1b[31m: \u{9b}漢字 # é
       ·                          ──┬─   ┬
       ·                            │    ╰── accent
       ·                            ╰── wide
       ╰────

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn a_long_value_leaves_room_for_its_words() {
    let source = Source::in_memory("a.yaml", format!("key: {}\n", "v".repeat(66)));
    let finding =
        pointing_at(label(&source, &"v".repeat(66), "", "these words would not fit under the middle"));
    insta::assert_snapshot!(human(vec![finding], &wide(80, false)), @r"
    error: customization-framework/a-rule
      × the claim
       ╭─[a.yaml:1:6]
     1 │ key: vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv
       ·      ──┬───────────────────────────────────────────────────────────────
       ·        ╰── these words would not fit under the middle
       ╰────

    60 files, 15 manifests: 1 error
    ");
}

#[test]
fn more_places_than_one_screen_holds_are_counted() {
    let text: String = (0..40).flat_map(|line| [format!("key{line:02}"), ": 1\n".to_owned()]).collect();
    let source = Source::in_memory("a.yaml", text);
    let mut finding = pointing_at(label(&source, "key00", "", ""));
    for line in 1..40 {
        finding = finding.with_label(label(&source, &format!("key{line:02}"), "", ""));
    }
    assert!(human(vec![finding], &wide(80, false)).contains("  at: 28 more places\n"));
}
