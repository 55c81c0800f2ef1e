//! Comments that take findings back.

use std::sync::Arc;

use proptest::prelude::*;
use tunelint::document::{self, Limits};
use tunelint::exceptions::inline;
use tunelint::source::Source;

use crate::common::Tree;
use crate::support::{RULE, bot, check, statuses, told};

/// The manifest with a comment at the end of a line (from one), or on a line of its own above it.
fn commented(line: usize, comment: &str, above: bool) -> Tree {
    let lines = bot("bot", 120_000);
    let lines = lines.lines().enumerate().map(|(index, own)| match index + 1 == line {
        true if above => format!("{}{comment}\n{own}\n", indentation(own)),
        true => format!("{own} {comment}\n"),
        false => format!("{own}\n"),
    });
    let text: String = lines.collect();
    let tree = Tree::new();
    tree.write("bot.yaml", text);
    tree
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

const GOOD: &str =
    "# tunelint: ignore[fine-tuning-below-volume] until=2027-01-31 reason: the second market opens";

/// What is told of a comment beside the value that decides.
fn of(comment: &str) -> Vec<String> {
    let tree = commented(17, comment, false);
    let outcome = check(&tree, &[]);
    told(&tree, &outcome)
}

#[test]
fn a_comment_counts_on_any_line_that_the_finding_points_at_and_above_it() {
    // The value that decides, and the strategy for which the rule applies.
    for line in [17, 10] {
        for above in [false, true] {
            let tree = commented(line, GOOD, above);
            let outcome = check(&tree, &[]);
            assert_eq!(statuses(&outcome), ["suppressed"], "line {line}, above: {above}");
            assert!(told(&tree, &outcome).is_empty());
            assert_eq!(outcome.status, Some(0));
            assert_eq!(outcome.report()["summary"]["suppressed"], 1);
        }
    }
}

#[test]
fn a_comment_counts_above_other_comments_and_not_above_a_blank_line() {
    let run = |between: &str| {
        let tree = commented(17, &format!("{GOOD}\n{between}"), true);
        let outcome = check(&tree, &[]);
        (statuses(&outcome), told(&tree, &outcome))
    };
    assert_eq!(run("    # more words\n#and more").0, ["suppressed"]);
    let (statuses, told) = run("");
    assert_eq!(statuses, ["open"]);
    assert_eq!(told, [format!("warning waivers[unused] at «{RULE}»")]);
}

#[test]
fn a_comment_elsewhere_is_unused_and_told_where_its_finding_is() {
    let tree = commented(12, GOOD, false);
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["open"]);
    assert_eq!(told(&tree, &outcome), [format!("warning waivers[unused] at «{RULE}»")]);
    let finding = outcome.report()["findings"][0].clone();
    let help = outcome.report()["findings"].as_array().unwrap().iter().find_map(|finding| {
        finding["help"].as_str().filter(|help| help.contains("move this")).map(str::to_owned)
    });
    assert_eq!(
        help.as_deref(),
        Some("What it finds here points at one of the lines 6, 10, 17: move this there, or above it"),
        "{finding}"
    );
}

#[test]
fn an_id_may_stand_after_its_packs_and_beside_others() {
    let comment = GOOD.replace(RULE, &format!("evidence-not-found, customization-framework/{RULE}"));
    let tree = commented(17, &comment, false);
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["suppressed"]);
    // Nobody looked for evidence: whether the comment is of use is not known.
    assert!(told(&tree, &outcome).is_empty());
    let outcome = tree.run(&["check", "--format", "json", "--today", "2026-11-24"]);
    assert_eq!(told(&tree, &outcome), ["warning waivers[unused] at «evidence-not-found»"]);
}

#[test]
fn a_rule_that_does_not_run_leaves_its_comments_alone() {
    let tree = commented(12, GOOD, false);
    let outcome = tree.check(&["--ignore", RULE]);
    assert!(told(&tree, &outcome).is_empty());
}

#[test]
fn a_comment_holds_through_its_last_day() {
    for (day, status, telling) in [
        ("2026-11-24", "suppressed", vec![]),
        ("2026-11-23", "open", vec!["warning waivers[expired] at «2026-11-23»"]),
    ] {
        let tree = commented(17, &GOOD.replace("2027-01-31", day), false);
        let outcome = check(&tree, &[]);
        assert_eq!(statuses(&outcome), [status]);
        assert_eq!(told(&tree, &outcome), telling);
        assert_eq!(outcome.status, Some(i32::from(status == "open")));
    }
}

#[test]
fn what_is_wrong_with_a_comment_is_told_at_its_bytes() {
    for (comment, telling) in [
        (
            "# tunelint: ignore[fine-tuning-bellow-volume] until=2027-01-31 reason: x",
            "unknown-rule] at «fine-tuning-bellow-volume»",
        ),
        (
            "# tunelint: ignore[other/fine-tuning-below-volume] until=2027-01-31 reason: x",
            "unknown-rule] at «other/fine-tuning-below-volume»",
        ),
        ("# tunelint: ignore[schema] until=2027-01-31 reason: x", "not-waivable] at «schema»"),
        ("# tunelint: ignroe[x]", "syntax] at «ignroe»"),
        ("# tunelint: disable", "syntax] at «disable»"),
        ("# tunelint:", "syntax] at «# tunelint:»"),
        ("# tunelint: ignore", "syntax] at «# tunelint: ignore»"),
        ("# tunelint: ignore[a until=2027-01-31 reason: x", "syntax] at «[»"),
        ("# tunelint: ignore[] until=2027-01-31 reason: x", "syntax] at «]»"),
        ("# tunelint: ignore[a,,b] until=2027-01-31 reason: x", "syntax] at «,»"),
        ("# tunelint: ignore[a] unitl=2027-01-31 reason: x", "syntax] at «unitl»"),
        ("# tunelint: ignore[a] because: x", "syntax] at «because»"),
        ("# tunelint: ignore[a] (x) reason: x", "syntax] at «(x)»"),
        ("# tunelint: ignore[a] until 2027-01-31 reason: x", "syntax] at «until»"),
        ("# tunelint: ignore[a] until=2027-01-31 until=2027-02-01 reason: x", "syntax] at «until»"),
        ("# tunelint: ignore[a] until=2027-02-30 reason: x", "date] at «2027-02-30»"),
        ("# tunelint: ignore[a] until=soon reason: x", "date] at «soon»"),
        ("# tunelint: ignore[a] until=2027-01-31 reason: TODO", "reason] at «TODO»"),
    ] {
        assert_eq!(of(comment), [format!("error waivers[{telling}")], "{comment}");
    }
    let whole = "# tunelint: ignore[a] until=2027-01-31";
    assert_eq!(of(whole), [format!("error waivers[required] at «{whole}»")]);
    let whole = "# tunelint: ignore[a] reason: x";
    assert_eq!(of(whole), [format!("error waivers[required] at «{whole}»")]);
    let whole = "# tunelint: ignore[a]";
    assert_eq!(of(whole).len(), 2, "neither a reason nor a day");
}

#[test]
fn a_mistake_in_a_comment_is_trouble_and_hides_no_other() {
    let tree =
        commented(17, "# tunelint: ignore[a, b, fine-tuning-below-volume] until=2027-01-31 reason: x", false);
    let outcome = check(&tree, &[]);
    assert_eq!(told(&tree, &outcome).len(), 2);
    assert_eq!(statuses(&outcome), ["suppressed"]);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn other_comments_and_other_texts_are_left_alone() {
    for comment in ["# see tunelint: ignore[x]", "# not-tunelint: ignore[x]", "# Tunelint ignores this"] {
        assert!(of(comment).is_empty(), "{comment}");
    }
    let tree = Tree::new();
    tree.write("bot.yaml", format!("{}    note: '# tunelint: ignroe[x]'\n", bot("bot", 1)));
    assert!(told(&tree, &check(&tree, &[])).is_empty());
}

#[test]
fn a_comment_excuses_its_own_document_and_file_alone() {
    let tree = Tree::new();
    let with = bot("one", 120_000).replace("120000\n", &format!("120000 {GOOD}\n"));
    tree.write("both.yaml", format!("{with}---\n{}", bot("two", 120_000)));
    tree.write("third.yaml", bot("three", 120_000));
    assert_eq!(statuses(&check(&tree, &[])), ["suppressed", "open", "open"]);
}

#[test]
fn lines_are_counted_as_yaml_counts_them() {
    for text in [
        bot("bot", format!("120000 {GOOD}")).replace('\n', "\r\n"),
        format!("\u{feff}{}", bot("bot", format!("120000 {GOOD}"))),
        bot("bot", 120_000).replace("    monthly", &format!("    {GOOD}\r    monthly")),
    ] {
        let tree = Tree::new();
        tree.write("bot.yaml", &text);
        assert_eq!(statuses(&check(&tree, &[])), ["suppressed"], "{text:?}");
    }
    let tree = Tree::new();
    let utf16: Vec<u8> = format!("\u{feff}{}", bot("bot", format!("120000 {GOOD}")))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    tree.write("bot.yaml", utf16);
    assert_eq!(statuses(&check(&tree, &[])), ["suppressed"]);
}

#[test]
fn hostile_comments_are_told_and_end() {
    let ids = "a,".repeat(20_000);
    for comment in [
        format!("# tunelint: ignore[{ids}"),
        format!("# tunelint: ignore[{ids}b] until=2027-01-31 reason: x"),
        format!("# tunelint: {}", "ignore[".repeat(5_000)),
        format!("# tunelint: ignore[x] until={} reason: x", "9".repeat(5_000)),
        "# tunelint: ignore[\u{202e}[31m] until=2027-01-31 reason: \u{200b}".to_owned(),
        "# tunelint: ignore[é漢] until=２０２７ reason: é".to_owned(),
    ] {
        assert!(!of(&comment).is_empty(), "{}", comment.chars().take(60).collect::<String>());
    }
    // Comments upon comments are looked at once each.
    let tree = commented(17, &format!("{GOOD}\n").repeat(5_000), true);
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["open"], "the last of them stands above a blank line");
    let tree = commented(17, format!("{GOOD}\n").repeat(5_000).trim_end(), true);
    assert_eq!(statuses(&check(&tree, &[])), ["suppressed"]);
}

proptest! {
    #[test]
    fn any_comment_is_read_to_an_end_with_places_inside_it(
        words in proptest::collection::vec(
            prop_oneof![
                Just("ignore".to_owned()), Just("[".to_owned()), Just("]".to_owned()), Just(",".to_owned()),
                Just("until=".to_owned()), Just("2027-01-31".to_owned()), Just("reason:".to_owned()),
                Just("\t ".to_owned()), "\\PC{0,4}", "[a-z-]{1,12}",
            ],
            0..14,
        ),
        above in any::<bool>(),
    ) {
        let comment = format!("#tunelint:{}", words.concat());
        let text: Arc<str> = if above { format!("a: 1\n{comment}\nb: 2\n") } else { format!("a: 1 {comment}\nb: 2\n") }.into();
        let source = Source::in_memory("a.yaml", Arc::clone(&text));
        let stream = document::parse(&text, &Limits::default());
        let mut findings = Vec::new();
        let mut ignores = Vec::new();
        for document in &stream.documents {
            ignores.extend(inline::read(document, &source, &mut findings));
        }
        let of_ignores = ignores.iter().flat_map(|own| own.rules.iter().map(|(_, span)| *span).chain([own.until.1]));
        for span in findings.iter().filter_map(|finding| finding.primary.place.span).chain(of_ignores) {
            prop_assert!(span.start < span.end && !span.slice(&text).is_empty(), "{:?} in {}", span, text);
            prop_assert!(!span.slice(&text).contains('\n'));
        }
        for own in &ignores {
            prop_assert_eq!(own.line, if above { 3 } else { 1 });
            prop_assert!(!own.reason.trim().is_empty());
        }
        prop_assert!(stream.documents.is_empty() || ignores.len() + findings.len() > 0, "silence");
    }
}
