//! Ids are unique in a run, and former ones still lead to their rule.

use crate::common::Tree;
use crate::texts::{check, named, of_rule, pack, rule, told};

#[test]
fn a_rule_whose_id_another_pack_has_is_told_and_not_used() {
    let tree = Tree::with_good_manifest();
    tree.write("policies/a/pack.yaml", pack("alpha", ""));
    tree.write("policies/a/on-pilots.yaml", rule("on-pilots", "stage == 'pilot'"));
    tree.write("policies/b/pack.yaml", pack("beta", ""));
    tree.write("policies/b/on-pilots.yaml", rule("on-pilots", "stage != 'pilot'"));
    tree.write(
        "policies/b/fine-tuning-below-volume.yaml",
        rule("fine-tuning-below-volume", "stage != 'pilot'"),
    );
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "duplicate-rule: policies/b/fine-tuning-below-volume.yaml `fine-tuning-below-volume` this rule, \
             builtin:customization-framework/fine-tuning-below-volume.yaml the one used",
            "duplicate-rule: policies/b/on-pilots.yaml `on-pilots` this rule, policies/a/on-pilots.yaml `on-pilots` \
             the one used",
        ]
    );
    assert!(of_rule(&outcome, "on-pilots").is_empty(), "that of alpha holds");
    assert!(of_rule(&outcome, "fine-tuning-below-volume").is_empty(), "the built-in one speaks of tuning");
    assert_eq!(outcome.status, Some(2));
}

fn renamed() -> Tree {
    let tree = Tree::with_good_manifest();
    tree.write("policies/pack.yaml", pack("own", ""));
    let metadata = "{name: on-pilots, formerly: [pilots-found, no-pilots]}";
    tree.write("policies/on-pilots.yaml", named(metadata, "stage != 'pilot'"));
    tree
}

#[test]
fn a_former_id_selects_and_ignores_with_a_note() {
    let tree = renamed();
    for name in ["no-pilots", "own/no-pilots"] {
        let outcome = tree.check(&["--policies", "policies", "--select", name, "good.yaml"]);
        assert_eq!(outcome.stderr, format!("tunelint: --select {name}: this rule is called on-pilots now\n"));
        assert_eq!(of_rule(&outcome, "on-pilots").len(), 1);
        assert_eq!(outcome.report()["findings"].as_array().unwrap().len(), 1);
    }
    let outcome = tree.check(&["--policies", "policies", "--ignore", "pilots-found", "good.yaml"]);
    assert_eq!(outcome.stderr, "tunelint: --ignore pilots-found: this rule is called on-pilots now\n");
    assert!(of_rule(&outcome, "on-pilots").is_empty());
    let outcome = tree.check(&["--policies", "policies", "--select", "on-pilots", "good.yaml"]);
    assert_eq!(outcome.stderr, "", "the present id needs no note");
}

#[test]
fn a_former_id_is_explained_with_a_note() {
    let outcome = renamed().run(&["explain", "--policies", "policies", "no-pilots"]);
    assert_eq!(outcome.status, Some(0));
    assert!(outcome.stdout.starts_with("on-pilots\n"), "{outcome:?}");
    assert_eq!(outcome.stderr, "tunelint: no-pilots is called on-pilots now\n");
}

#[test]
fn a_former_id_that_is_another_rules_is_told_with_both_places() {
    let tree = renamed();
    let metadata = "{name: no-pilots}";
    tree.write("policies/no-pilots.yaml", named(metadata, "stage != 'pilot'"));
    let metadata = "{name: on-tests, formerly: [pilots-found]}";
    tree.write("policies/on-tests.yaml", named(metadata, "stage != 'pilot'"));
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "former-id: policies/on-pilots.yaml `no-pilots` not this rule's alone, policies/no-pilots.yaml \
             `no-pilots` this rule has the id now",
            "former-id: policies/on-tests.yaml `pilots-found` not this rule's alone, policies/on-pilots.yaml \
             `on-pilots` this rule is the one found by it",
        ]
    );
    for (name, found) in [("no-pilots", "no-pilots"), ("pilots-found", "on-pilots")] {
        let outcome = tree.check(&["--policies", "policies", "--select", name, "good.yaml"]);
        assert_eq!(of_rule(&outcome, found).len(), 1, "{name}");
    }
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_rule_cannot_have_been_what_it_is() {
    let tree = Tree::with_good_manifest();
    tree.write("policies/pack.yaml", pack("own", ""));
    tree.write(
        "policies/on-pilots.yaml",
        named("{name: on-pilots, formerly: [on-pilots]}", "stage != 'pilot'"),
    );
    let codes: Vec<String> = told(&tree, &check(&tree));
    assert_eq!(codes.len(), 1);
    assert!(codes[0].starts_with("former-id: policies/on-pilots.yaml `on-pilots`"), "{codes:?}");
}
