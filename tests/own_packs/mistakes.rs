//! Bad policies: each is told with its place, and none keeps the others from running.

use crate::common::Tree;
use crate::texts::{LIMIT, check, of_rule, pack, rule, told};

/// A pack with a good rule, and a manifest that breaks it.
fn good() -> Tree {
    let tree = Tree::with_good_manifest();
    tree.write("policies/own/pack.yaml", pack("own", ""));
    tree.write("policies/own/a-good.yaml", rule("a-good", "stage != 'pilot'"));
    tree
}

/// Asserts what is told of policies beside a good rule, which runs, and exit status 2.
#[track_caller]
fn is_told(tree: &Tree, expected: &[&str]) {
    let outcome = check(tree);
    assert_eq!(told(tree, &outcome), expected);
    assert_eq!(of_rule(&outcome, "a-good").len(), 1, "the good rule runs");
    let report = outcome.report();
    let built_in = report["findings"].as_array().unwrap().iter();
    assert!(built_in.filter(|finding| finding["pack"] == "customization-framework").count() > 0);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_folder_that_is_not_there_or_holds_no_pack_is_refused() {
    let tree = good();
    tree.write("empty/notes.md", "nothing");
    for (folder, said) in
        [("absent", "absent"), ("empty", "no pack.yaml in it"), ("good.yaml", "no pack.yaml")]
    {
        let outcome = tree.check(&["--policies", folder, "good.yaml"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{folder}");
        assert!(outcome.stderr.contains(said) && outcome.stderr.contains(folder), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    }
}

#[test]
fn a_policy_of_ten_megabytes_is_not_read() {
    let tree = good();
    tree.write("policies/own/huge.yaml", "# a comment, and a long one\n".repeat(10 << 20 >> 5));
    is_told(&tree, &["limit-bytes: policies/own/huge.yaml not read"]);
}

#[test]
fn a_pack_file_of_ten_megabytes_does_not_hide_its_rules_mistakes() {
    let tree = good();
    tree.write("policies/vast/pack.yaml", "# a comment, and a long one\n".repeat(10 << 20 >> 5));
    tree.write("policies/vast/wrong.yaml", rule("wrong", "has(ownr) && params.any > 3"));
    is_told(
        &tree,
        &[
            "limit-bytes: policies/vast/pack.yaml not read",
            "not-run: policies/vast/pack.yaml this pack",
            "unknown-fact: policies/vast/wrong.yaml `ownr` no such fact",
        ],
    );
}

#[test]
fn a_rule_nested_a_thousand_deep_is_told() {
    let tree = good();
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    tree.write("policies/own/deep.yaml", rule("deep", "true").replace("{stage: pilot}", &deep));
    let outcome = check(&tree);
    let told = told(&tree, &outcome);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("limit-depth: policies/own/deep.yaml"), "{told:?}");
    assert_eq!(of_rule(&outcome, "a-good").len(), 1);
    let nested = format!("{}true{}", "(".repeat(1000), ")".repeat(1000));
    tree.write("policies/own/deep.yaml", rule("deep", &nested));
    is_told(&tree, &["limit-expression: policies/own/deep.yaml `(` too large"]);
}

#[test]
fn an_expression_of_a_hundred_thousand_terms_is_told() {
    let tree = good();
    let long = format!("has(owner){}", " && has(owner)".repeat(100_000));
    tree.write("policies/own/long.yaml", rule("long", &long));
    let outcome = check(&tree);
    let told = told(&tree, &outcome);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("limit-expression: policies/own/long.yaml"), "{}", &told[0][..200]);
    assert_eq!(of_rule(&outcome, "a-good").len(), 1);
}

#[test]
fn two_packs_of_one_name_are_told_and_the_rules_of_the_second_are_checked() {
    let tree = good();
    tree.write("policies/zwei/pack.yaml", pack("own", LIMIT));
    tree.write("policies/zwei/wrong.yaml", rule("wrong", "has(ownr) && params.limit > 3"));
    is_told(
        &tree,
        &[
            "duplicate-pack: policies/zwei/pack.yaml `own` this pack, policies/own/pack.yaml `own` the one used",
            "unknown-fact: policies/zwei/wrong.yaml `ownr` no such fact",
        ],
    );
    let tree = good();
    tree.write("policies/framework/pack.yaml", pack("customization-framework", ""));
    is_told(
        &tree,
        &[
            "duplicate-pack: policies/framework/pack.yaml `customization-framework` this pack, builtin:customization-framework/pack.yaml the one \
             used",
        ],
    );
}

#[test]
fn a_file_of_another_kind_is_told_once() {
    let tree = good();
    tree.write("policies/own/second.yaml", pack("second", LIMIT));
    tree.write("policies/own/bot.yaml", crate::common::manifest("bot"));
    tree.write("policies/rule/pack.yaml", rule("pack", "stage != 'pilot'"));
    tree.write("policies/rule/beside.yaml", rule("beside", "has(ownr)"));
    is_told(
        &tree,
        &[
            "kind: policies/own/bot.yaml `LLMDeployment` not what it should be",
            "kind: policies/own/second.yaml `Pack` not what it should be",
            "unknown-fact: policies/rule/beside.yaml `ownr` no such fact",
            "not-run: policies/rule/pack.yaml this pack",
            "kind: policies/rule/pack.yaml `Rule` not what it should be",
        ],
    );
}

#[test]
fn a_broken_pack_file_does_not_hide_its_rules_mistakes() {
    let tree = good();
    tree.write("policies/torn/pack.yaml", "apiVersion: [\n");
    tree.write("policies/torn/wrong.yaml", rule("wrong", "has(ownr) && params.any > checklist('some')"));
    tree.write("policies/torn/fine.yaml", rule("fine", "workload.monthlyRequests > params.any"));
    let outcome = check(&tree);
    let said = told(&tree, &outcome);
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(said[0], "not-run: policies/torn/pack.yaml this pack");
    assert!(said[1].starts_with("syntax: policies/torn/pack.yaml"), "{said:?}");
    assert_eq!(said[2], "unknown-fact: policies/torn/wrong.yaml `ownr` no such fact");
    let message = outcome.unjudged()[0]["message"].clone();
    assert_eq!(message, "The 2 rules of this pack do not run, because its pack.yaml cannot be used");
    assert_eq!(of_rule(&outcome, "a-good").len(), 1);
}

#[test]
fn a_mistake_in_a_parameter_or_a_checklist_is_told_once_and_what_reads_it_does_not_run() {
    let tree = good();
    let more = "  parameters:\n    limit: {default: {a: b}, description: Few}\n    few: {default: 1, description: Few}\n  \
                checklists:\n    ready:\n      - {id: a, title: A, met: stage == 'pilot'}\n      - {id: b, title: B, met: \
                has(ownr) || params.few > 0}\n";
    tree.write("policies/own/pack.yaml", pack("own", more));
    tree.write("policies/own/by-limit.yaml", rule("by-limit", "stage != 'pilot' && params.limit > 5"));
    tree.write("policies/own/by-list.yaml", rule("by-list", "checklist('ready') > 1"));
    let said = rule("by-word", "stage != 'pilot'").replace("breaks it", "breaks {params.limit}");
    tree.write("policies/own/by-word.yaml", said);
    let outcome = check(&tree);
    assert_eq!(
        told(&tree, &outcome),
        [
            "type: policies/own/pack.yaml `{a: b}` an object",
            "unknown-fact: policies/own/pack.yaml `ownr` no such fact",
        ]
    );
    for rule in ["by-limit", "by-list", "by-word"] {
        assert!(of_rule(&outcome, rule).is_empty(), "{rule} would say what is not so");
    }
    assert_eq!(of_rule(&outcome, "a-good").len(), 1);
}

#[test]
fn a_byte_order_mark_and_utf_16_do_no_harm() {
    let tree = good();
    let wrong = rule("wide", "has(ownr)");
    let mut bytes = b"\xff\xfe".to_vec();
    bytes.extend(wrong.encode_utf16().flat_map(u16::to_le_bytes));
    tree.write("policies/own/wide.yaml", bytes);
    tree.write("policies/own/marked.yaml", format!("\u{feff}{}", rule("marked", "has(ownr)")));
    let text = pack("wide-pack", LIMIT);
    let bytes: Vec<u8> =
        b"\xfe\xff".iter().copied().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    tree.write("policies/wide/pack.yaml", bytes);
    tree.write("policies/wide/in-wide.yaml", rule("in-wide", "stage != 'pilot' || params.limit < 5"));
    let outcome = check(&tree);
    assert_eq!(of_rule(&outcome, "in-wide").len(), 1);
    let findings = outcome.unjudged();
    let policy: Vec<_> = findings.iter().filter(|finding| finding["rule"] == "policy").collect();
    let at = |finding: &serde_json::Value| {
        let start = &finding["span"]["start"];
        (finding["file"].as_str().unwrap().to_owned(), start["line"].as_u64(), start["column"].as_u64())
    };
    let places: Vec<_> = policy.iter().map(|finding| at(finding)).collect();
    assert_eq!(
        places,
        [
            ("policies/own/marked.yaml".to_owned(), Some(8), Some(16)),
            ("policies/own/wide.yaml".to_owned(), Some(8), Some(16)),
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_told_and_the_rest_is_read() {
    let tree = good();
    tree.link("policies/own/loop", "..");
    tree.link("policies/own/nowhere.yaml", "absent.yaml");
    is_told(&tree, &["link: policies/own/loop not read", "link: policies/own/nowhere.yaml not read"]);
}

#[test]
fn a_folder_too_deep_to_enter_is_told() {
    let tree = good();
    let deep = format!("policies/{}", "d/".repeat(16));
    tree.write(format!("{deep}x.yaml"), rule("x", "true"));
    is_told(&tree, &[&format!("limit-depth: {} not read", deep.trim_end_matches('/'))]);
}

#[test]
fn a_rule_of_no_pack_is_told_and_checked() {
    let tree = good();
    tree.write("policies/stray.yaml", rule("stray", "has(ownr) && params.any > 3"));
    tree.write("policies/values.yaml", "not: ours\n");
    tree.write("policies/latin.yaml", b"not: \xff\n");
    is_told(
        &tree,
        &["no-pack: policies/stray.yaml not used", "unknown-fact: policies/stray.yaml `ownr` no such fact"],
    );
}

#[test]
fn a_parameter_that_nothing_reads_is_told_beside_a_broken_rule() {
    let tree = good();
    let more = "  parameters:\n    unread: {default: 1, description: Few}\n    limit: {default: 1, description: Few}\n    \
                other: {default: 1, description: Few}\n";
    tree.write("policies/own/pack.yaml", pack("own", more));
    tree.write("policies/own/broken.yaml", rule("broken", "params.limit < 5 || params['othr'] > 1"));
    let outcome = check(&tree);
    let said = told(&tree, &outcome);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("unknown-parameter: policies/own/broken.yaml"), "{said:?}");
    assert_eq!(said[1], "unused-parameter: policies/own/pack.yaml `unread` never read");
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let tree = good();
    crate::many_rules::write(&tree.path("policies/many"), 60, crate::many_rules::Mix::Mixed);
    for number in 0..40 {
        let name = format!("wrong-{number}");
        tree.write(format!("policies/own/{name}.yaml"), rule(&name, "has(ownr) && params.any > 3"));
    }
    tree.write("policies/own/wrong-20-huge.yaml", "# a comment, and a long one\n".repeat(10 << 20 >> 5));
    let report = |threads: &str| {
        let outcome = tree.check(&["--policies", "policies", "--threads", threads, "good.yaml"]);
        assert_eq!(told(&tree, &outcome).len(), 81);
        assert_eq!(outcome.status, Some(2));
        outcome.stdout
    };
    let one = report("1");
    assert!(one == report("2") && one == report("7"));
}

#[test]
fn what_rules_of_two_packs_say_alike_reads_the_parameters_of_each() {
    let tree = good();
    let parameters = |names: [&str; 2]| {
        let each = |name| {
            format!("    {name}: {{default: {}, description: Few}}\n", if name == "low" { 1 } else { 9 })
        };
        format!("  parameters:\n{}", names.map(each).concat())
    };
    for (name, names) in [("own", ["low", "high"]), ("two", ["high", "low"])] {
        tree.write(format!("policies/{name}/pack.yaml"), pack(name, &parameters(names)));
        for word in ["a", "b"] {
            let id = format!("{name}-{word}");
            tree.write(format!("policies/{name}/{id}.yaml"), rule(&id, "params.low < params.high"));
        }
    }
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    for id in ["own-a", "own-b", "two-a", "two-b"] {
        assert!(of_rule(&outcome, id).is_empty(), "{id} compares 1 with 9");
    }
}

#[test]
fn the_rules_of_the_bench_are_sound() {
    let tree = good();
    crate::many_rules::write(&tree.path("policies/many"), 200, crate::many_rules::Mix::Meeting(20));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    let report = tree.check(&["--policies", "policies", "--select", "many/*", "good.yaml"]).report();
    let outcomes = &report["deployments"][0]["outcomes"];
    assert_eq!(outcomes["notApplicable"], 200, "a prompted deployment meets none of them");
}
