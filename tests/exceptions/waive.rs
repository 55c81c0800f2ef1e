//! `tunelint waive`.

use std::fs;

use proptest::prelude::*;

use crate::common::{Outcome, Tree};
use crate::support::{RULE, TODAY, bot, check, statuses, told, waivers};

const FILE: &str = ".tunelint/waivers.yaml";

fn tree() -> Tree {
    let tree = Tree::new();
    tree.write("deploy/bot.yaml", bot("bot", 120_000));
    tree.write("deploy/other.yaml", bot("other", 120_000));
    tree
}

fn waive(tree: &Tree, arguments: &[&str]) -> Outcome {
    let mut all = vec!["waive", "--today", TODAY];
    all.extend(arguments);
    tree.run(&all)
}

const BOT: [&str; 6] = [RULE, "retail/bot", "--reason", "the second market opens", "--expires", "2027-01-31"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    BOT.iter().copied().chain(more.iter().copied()).collect()
}

fn text(tree: &Tree) -> String {
    fs::read_to_string(tree.path(FILE)).unwrap()
}

#[test]
fn a_first_waiver_makes_the_file() {
    let tree = tree();
    let all = with(&["--owner", "team-x", "--approved-by", "@acme/ml", "--ticket", "#12: soon", "--pin"]);
    let dry = waive(&tree, &[&all[..], &["--dry-run"]].concat());
    assert_eq!(dry.status, Some(0), "{dry:?}");
    assert!(!tree.path(FILE).exists());
    let outcome = waive(&tree, &all);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(
        outcome.stdout,
        "wrote .tunelint/waivers.yaml: 1 finding of fine-tuning-below-volume on retail/bot excused until 2027-01-31\n"
    );
    let expected = "# yaml-language-server: $schema=https://tunelint.dev/schemas/v1alpha1/waivers.schema.json\n\
        # Findings that do not count for now: each with a reason, and until when. `tunelint waive` adds one.\n\
        apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n    - rule: fine-tuning-below-volume\n      \
        deployment: retail/bot\n      reason: the second market opens\n      owner: team-x\n      approvedBy: \"@acme/ml\"\n      \
        ticket: \"#12: soon\"\n      granted: \"2026-11-24\"\n      expires: \"2027-01-31\"\n      value: 120000\n";
    assert_eq!(text(&tree), expected);
    assert!(
        dry.stdout.contains("    - rule: fine-tuning-below-volume\n      deployment: retail/bot"),
        "{}",
        dry.stdout
    );
    assert_eq!(statuses(&check(&tree, &[])), ["waived", "open"]);
}

#[test]
fn every_other_byte_of_the_file_stays() {
    let first =
        "{rule: fine-tuning-below-volume, deployment: retail/other, reason: later, expires: 2027-01-31}";
    let head = "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n";
    for old in [
        waivers(&[first]),
        waivers(&[first]).trim_end().to_owned(),
        waivers(&[first]).replace('\n', "\r\n"),
        format!("\u{feff}{}", waivers(&[first])),
        format!("{}  # about it\n\n# the end\n", waivers(&[first]).trim_end()),
        format!("{head}  waivers:\n  - rule: {RULE}   # odd\n    deployment: retail/other\n    expires: 2027-01-31\n    reason: |\n      two\n      lines\n\n    # of the first\n\n  # of none\n"),
        format!("{head}  waivers:\n  -\n    rule: {RULE}\n    deployment: retail/other\n    expires: 2027-01-31\n    reason: >-\n      folded\n"),
        format!("{head}  waivers: []\n# the end\n"),
        format!("{head}  waivers: [] # none yet\n"),
        format!("{head}  waivers:\n"),
        format!("{head}  waivers: # none yet\n# the end\n"),
        format!("{head}  waivers: [{first}]\n"),
        format!("{head}  waivers: [\n    {first},\n    ]\n"),
        "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec: {waivers: []}\n".to_owned(),
        "{\"apiVersion\": \"tunelint.dev/v1alpha1\", \"kind\": \"Waivers\", \"spec\": {\n  \"waivers\": [\n    {\"rule\": \
         \"fine-tuning-below-volume\", \"deployment\": \"retail/other\", \"reason\": \"x\", \"expires\": \"2027-01-31\"}\n  ]\n}}\n"
            .to_owned(),
        format!("spec:\n  waivers:\n  - {first}\napiVersion: tunelint.dev/v1alpha1\nkind: Waivers\n"),
    ] {
        let tree = tree();
        tree.write(FILE, &old);
        let outcome = waive(&tree, &with(&["--ticket", "OPS-1"]));
        assert_eq!(outcome.status, Some(0), "{old}\n{outcome:?}");
        let new = text(&tree);
        let added = added(&old, &new).unwrap_or_else(|| panic!("{old}\n-----\n{new}"));
        assert!(added.contains("OPS-1"), "{added}");
        assert_eq!(statuses(&check(&tree, &[]))[0], "waived", "{new}");
        assert_eq!(told(&tree, &check(&tree, &[])), [""; 0], "{new}");
        // And once more: the same is refused.
        assert_eq!(waive(&tree, &with(&[])).status, Some(2));
        assert_eq!(text(&tree), new);
    }
}

/// What is new, if the rest stands as it stood (an empty list may have lost its brackets).
fn added<'a>(old: &str, new: &'a str) -> Option<&'a str> {
    let same = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    [old.to_owned(), old.replacen("[]", "", 1)].iter().find_map(|old| {
        (0..=same).rev().find_map(|at| {
            let rest = old.get(at..)?;
            new.ends_with(rest).then(|| new.get(at..new.len() - rest.len())).flatten()
        })
    })
}

#[test]
fn what_would_be_a_mistake_is_refused_and_shown() {
    for (arguments, shown) in [
        (
            vec!["fine-tuning-bellow-volume", "retail/bot", "--reason", "x", "--expires", "2027-01-31"],
            "Did you mean fine-tuning-below-volume?",
        ),
        (vec![RULE, "retial/bot", "--reason", "x", "--expires", "2027-01-31"], "Did you mean retail/bot?"),
        (vec![RULE, "retail/bot", "--reason", "todo", "--expires", "2027-01-31"], "This reason says nothing"),
        (vec![RULE, "retail/bot", "--reason", "x", "--expires", "2026-11-23"], "waivers[date]"),
        (with(&["--owner", "a", "--approved-by", "@A"]), "cannot approve a waiver of their own"),
        (with(&["--value", "130000"]), "waivers[lapsed]"),
        (
            vec![
                "fine-tuning-low-accuracy-gain",
                "retail/bot",
                "--reason",
                "x",
                "--expires",
                "2027-01-31",
                "--pin",
            ],
            "has no value",
        ),
        (
            vec!["prompting-unpinned-model", "retail/bot", "--reason", "x", "--expires", "2027-01-31"],
            "finds nothing on retail/bot",
        ),
        (with(&["--value", "{a: 1}"]), "--value {a: 1}"),
        (vec![RULE, "retail/bot", "--reason", "x", "--expires", "soon"], "soon"),
    ] {
        let tree = tree();
        let outcome = waive(&tree, &arguments);
        assert_eq!(outcome.status, Some(2), "{arguments:?}");
        assert!(
            format!("{}{}", outcome.stdout, outcome.stderr).contains(shown),
            "{arguments:?}: {outcome:?}"
        );
        assert!(!tree.path(FILE).exists());
    }
    let tree = tree();
    tree.write(".github/CODEOWNERS", "* @bob\n");
    let outcome = waive(&tree, &with(&["--approved-by", "@carol"]));
    assert!(outcome.stdout.contains("not eligible"), "{outcome:?}");
    assert_eq!(waive(&tree, &with(&["--approved-by", "@bob"])).status, Some(0));
}

#[test]
fn a_file_with_mistakes_is_left_alone() {
    for old in [
        waivers(&["{rule: x}"]),
        "a: [\n".to_owned(),
        "kind: Waivers\n".to_owned(),
        format!("{}---\n{}", waivers(&[]), waivers(&[])),
        "a: &a []\napiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec: {waivers: *a}\n".to_owned(),
        String::new(),
    ] {
        let tree = tree();
        tree.write(FILE, &old);
        let outcome = waive(&tree, &BOT);
        assert_eq!(outcome.status, Some(2), "{old}: {outcome:?}");
        assert_eq!(text(&tree), old);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_written_so_that_they_are_read_back(
        reason in "[a-zA-Z]\\PC{0,60}",
        owner in "\\PC{1,30}",
        ticket in prop_oneof![
            "\\PC{0,30}",
            Just("no".to_owned()), Just("12:30:00".to_owned()), Just("1e3".to_owned()), Just("~".to_owned()),
            Just("a\nb: c\n- d".to_owned()), Just("]}, # x".to_owned()), Just("\u{85}\u{2028}x\t".to_owned()),
        ],
        old in proptest::sample::select(vec!["", "  waivers: []\n", "  waivers:\n"]),
    ) {
        prop_assume!(!["todo", "tbd", "fixme", "why", "none", "reason"].contains(&reason.to_lowercase().trim()));
        let tree = tree();
        if !old.is_empty() {
            tree.write(FILE, format!("apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n{old}"));
        }
        let options = [
            format!("--reason={reason}"), format!("--owner={owner}"), format!("--ticket={ticket}"), "--expires=2027-01-31".to_owned(),
        ];
        let mut arguments = vec![RULE, "retail/bot"];
        arguments.extend(options.iter().map(String::as_str));
        let outcome = waive(&tree, &arguments);
        prop_assert!(outcome.status == Some(0), "{:?}", outcome);
        let value: serde_yaml::Value = serde_yaml::from_str(&text(&tree)).unwrap();
        let entry = &value["spec"]["waivers"][0];
        prop_assert_eq!(entry["reason"].as_str(), Some(&*reason));
        prop_assert_eq!(entry["owner"].as_str(), Some(&*owner));
        prop_assert_eq!(entry["ticket"].as_str(), Some(&*ticket));
        prop_assert_eq!(statuses(&check(&tree, &[])), ["waived", "open"]);
    }
}
