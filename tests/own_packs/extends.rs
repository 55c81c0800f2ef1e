//! Packs that build on others.

use serde_json::Value;

use crate::common::{Tree, manifest};
use crate::texts::{LIMIT, check, extending, of_rule, pack, places, rule, told};

/// A pack `base` with a limit that `too-much` reads, and a manifest with 7 requests.
fn base() -> Tree {
    let tree = Tree::new();
    tree.write("good.yaml", format!("{}  workload: {{monthlyRequests: 7}}\n", manifest("good")));
    tree.write("policies/base/pack.yaml", pack("base", LIMIT));
    tree.write("policies/base/too-much.yaml", rule("too-much", "workload.monthlyRequests <= params.limit"));
    tree
}

/// Threshold and source of the one finding of a rule.
fn threshold(findings: &[Value]) -> (Value, Value) {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let decisive = &findings[0]["decisive"][0];
    (decisive["threshold"].clone(), decisive["parameterSource"].clone())
}

#[test]
fn a_new_default_holds_and_is_labelled_where_it_stands() {
    let tree = base();
    assert_eq!(threshold(&of_rule(&check(&tree), "too-much")), (5.into(), "policies/base/pack.yaml".into()));
    tree.write("policies/house/pack.yaml", extending("house", "base", &[("limit", "6")]));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    let findings = of_rule(&outcome, "too-much");
    assert_eq!(threshold(&findings), (6.into(), "policies/house/pack.yaml".into()));
    assert_eq!(
        places(&tree, &findings[0]),
        [
            "good.yaml `7` monthlyRequests is 7, above 6 (limit)",
            "policies/house/pack.yaml `6` limit is set to 6 here",
        ]
    );
    let packs = outcome.report()["packs"].clone();
    let of =
        |name: &str| packs.as_array().unwrap().iter().find(|pack| pack["name"] == name).cloned().unwrap();
    assert_eq!(of("base")["parameters"]["limit"], 6);
    assert_eq!(of("house")["parameters"], serde_json::json!({}), "it has none of its own");
    tree.write("policies/house/pack.yaml", extending("house", "base", &[("limit", "7")]));
    assert!(of_rule(&check(&tree), "too-much").is_empty());
}

#[test]
fn the_command_line_lies_above_new_defaults() {
    let tree = base();
    tree.write("policies/house/pack.yaml", extending("house", "base", &[("limit", "7")]));
    tree.write("policies/house/also.yaml", rule("also", "workload.monthlyRequests <= params.limit"));
    for set in ["limit=3", "base.limit=3"] {
        let outcome = tree.check(&["--policies", "policies", "--set", set, "good.yaml"]);
        for rule in ["too-much", "also"] {
            assert_eq!(threshold(&of_rule(&outcome, rule)), (3.into(), "--set".into()), "{rule}");
        }
    }
}

#[test]
fn a_built_in_pack_can_be_extended() {
    let tree = Tree::new();
    let tuned = manifest("good").replace("strategy: prompting", "strategy: fine-tuning");
    tree.write("good.yaml", format!("{tuned}  workload: {{monthlyRequests: 400000}}\n"));
    assert_eq!(of_rule(&tree.check(&["good.yaml"]), "fine-tuning-below-volume").len(), 1);
    let defaults = [("minMonthlyRequests", "300000")];
    tree.write("policies/pack.yaml", extending("house", "customization-framework", &defaults));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    assert!(of_rule(&outcome, "fine-tuning-below-volume").is_empty());
    // Its own examples speak of its own defaults.
    let outcome = tree.run(&["test", "customization-framework", "policies"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
}

#[test]
fn rules_read_the_parameters_and_checklists_of_what_they_extend() {
    let tree = base();
    tree.write("policies/base/pack.yaml", pack("base", &format!(
        "{LIMIT}  checklists:\n    ready:\n      - {{id: busy, title: Busy, met: workload.monthlyRequests > params.limit}}\n"
    )));
    let more = "  extends: base\n  parameters:\n    own: {default: 0, description: None}\n";
    tree.write("policies/house/pack.yaml", pack("house", more));
    tree.write(
        "policies/house/by-number.yaml",
        rule("by-number", "workload.monthlyRequests <= params.limit"),
    );
    tree.write("policies/house/by-list.yaml", rule("by-list", "checklist('ready') <= params.own"));
    tree.write("policies/further/pack.yaml", pack("further", "  extends: house\n"));
    tree.write("policies/further/by-both.yaml", rule("by-both", "params.limit + params.own > 5"));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    assert_eq!(threshold(&of_rule(&outcome, "by-number")), (5.into(), "policies/base/pack.yaml".into()));
    assert_eq!(of_rule(&outcome, "by-list").len(), 1, "7 requests are more than 5");
    assert_eq!(of_rule(&outcome, "by-both").len(), 1, "5 + 0 is not more than 5");
    tree.write("policies/further/pack.yaml", extending("further", "house", &[("limit", "7"), ("own", "1")]));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    for rule in ["by-number", "by-list", "by-both"] {
        assert!(of_rule(&outcome, rule).is_empty(), "{rule}");
    }
    assert_eq!(tree.run(&["advise", "--policies", "policies", "good.yaml"]).status, Some(0));
}

#[test]
fn of_packs_that_extend_each_other_the_last_one_holds() {
    let tree = base();
    tree.write("policies/a/pack.yaml", extending("z-first", "base", &[("limit", "6")]));
    tree.write("policies/b/pack.yaml", extending("a-last", "z-first", &[("limit", "7")]));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    assert!(of_rule(&outcome, "too-much").is_empty());
}

#[test]
fn packs_that_differ_are_told_and_the_first_by_name_holds() {
    let tree = base();
    tree.write("policies/b/pack.yaml", extending("b", "base", &[("limit", "6")]));
    tree.write("policies/a/pack.yaml", extending("c", "base", &[("limit", "9")]));
    tree.write("policies/d/pack.yaml", extending("d", "base", &[("limit", "6")]));
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "conflicting-default: policies/a/pack.yaml `9` without effect, policies/b/pack.yaml `6` the one that holds"
        ]
    );
    assert_eq!(threshold(&of_rule(&outcome, "too-much")), (6.into(), "policies/b/pack.yaml".into()));
    assert_eq!(outcome.status, Some(2));
    // A pack that extends both settles it.
    let both = "  extends:\n    b: {}\n    c: {parameters: {limit: {default: 7}}}\n";
    tree.write("policies/e/pack.yaml", pack("e", both));
    tree.write("policies/d/pack.yaml", extending("d", "e", &[("limit", "7")]));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    assert!(of_rule(&outcome, "too-much").is_empty());
}

#[test]
fn what_is_wrong_with_an_extension_is_told_at_its_bytes() {
    let tree = base();
    let defaults = [("limt", "6"), ("limit", "many")];
    tree.write("policies/house/pack.yaml", extending("house", "base", &defaults));
    tree.write("policies/other/pack.yaml", extending("other", "bas", &[("limit", "6")]));
    tree.write("policies/other/reads.yaml", rule("reads", "params.limit > 5 && has(ownr)"));
    tree.write("policies/self/pack.yaml", pack("self", "  extends: self\n"));
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "unknown-parameter: policies/house/pack.yaml `limt` no such parameter",
            "type: policies/house/pack.yaml `many` not a number",
            "unknown-pack: policies/other/pack.yaml `bas` no such pack",
            "unknown-fact: policies/other/reads.yaml `ownr` no such fact",
            "cyclic-extends: policies/self/pack.yaml `self` self extends self",
        ]
    );
    let help: Vec<Value> = outcome.unjudged().iter().map(|finding| finding["help"].clone()).collect();
    assert_eq!(help[0], "did you mean limit?");
    assert_eq!(help[2], "did you mean base?");
    assert_eq!(threshold(&of_rule(&outcome, "too-much")).0, 5, "the rules of base run");
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_circle_is_told_with_all_of_its_links_and_the_other_packs_run() {
    let tree = base();
    for (name, base) in [("one", "two"), ("two", "three"), ("three", "one"), ("aside", "three")] {
        tree.write(format!("policies/{name}/pack.yaml"), pack(name, &format!("  extends: {base}\n")));
        tree.write(
            format!("policies/{name}/in-{name}.yaml"),
            rule(&format!("in-{name}"), "stage != 'pilot'"),
        );
    }
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "cyclic-extends: policies/one/pack.yaml `two` one extends two, policies/two/pack.yaml `three` two extends \
             three, policies/three/pack.yaml `one` three extends one"
        ]
    );
    let message = outcome.unjudged()[0]["message"].clone();
    assert_eq!(message, "one extends itself: one → two → three → one");
    for rule in ["too-much", "in-one", "in-two", "in-three", "in-aside"] {
        assert_eq!(of_rule(&outcome, rule).len(), 1, "{rule}");
    }
}

#[test]
fn a_long_chain_of_packs_is_followed() {
    let tree = base();
    let mut last = "base".to_owned();
    for at in 0..60 {
        let name = format!("p{at:03}");
        tree.write(
            format!("policies/{name}/pack.yaml"),
            extending(&name, &last, &[("limit", &at.to_string())]),
        );
        last = name;
    }
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    assert!(of_rule(&outcome, "too-much").is_empty(), "the last says 59");
}

#[test]
fn a_parameter_that_hides_one_is_told_with_both_places() {
    let tree = base();
    let more = format!("  extends: base\n{LIMIT}");
    tree.write("policies/house/pack.yaml", pack("house", &more));
    tree.write("policies/house/reads.yaml", rule("reads", "params.limit > 5"));
    tree.write("policies/second/pack.yaml", pack("second", LIMIT));
    tree.write("policies/second/uses.yaml", rule("uses", "params.limit > 5"));
    tree.write("policies/both/pack.yaml", pack("both", "  extends: {base: {}, second: {}}\n"));
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "ambiguous-parameter: policies/both/pack.yaml `second` the second",
            "duplicate-parameter: policies/house/pack.yaml `limit` a second one, policies/base/pack.yaml `limit` the \
             first",
        ]
    );
}
