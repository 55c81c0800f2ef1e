//! The waivers file.

use crate::common::Tree;
use crate::support::{RULE, bot, check, statuses, told, waivers};

/// `retail/bot` with a waivers file of one entry.
fn waived(entry: &str) -> Tree {
    let tree = Tree::new();
    tree.write("deploy/bot.yaml", bot("bot", 120_000));
    tree.write(".tunelint/waivers.yaml", waivers(&[entry]));
    tree
}

/// An entry for `retail/bot` with more in it.
fn entry(more: &str) -> String {
    format!(
        "{{rule: {RULE}, deployment: retail/bot, reason: the second market opens, expires: 2027-01-31{more}}}"
    )
}

fn of(entry: &str) -> (Vec<String>, Vec<String>) {
    let tree = waived(entry);
    let outcome = check(&tree, &[]);
    (statuses(&outcome), told(&tree, &outcome))
}

fn is_good(entry: &str) {
    assert_eq!(of(entry), (vec!["waived".to_owned()], vec![]), "{entry}");
}

fn is_told(entry: &str, telling: &str) {
    assert_eq!(of(entry), (vec!["open".to_owned()], vec![telling.to_owned()]), "{entry}");
}

#[test]
fn a_waiver_is_for_a_deployment_or_for_places_or_for_both() {
    is_good(&entry(""));
    is_good(&entry(", path: deploy/*.yaml"));
    is_good(&entry("").replace("deployment: retail/bot", "path: deploy/**"));
    is_good(&entry("").replace("deployment: retail/bot", "path: /deploy/bot.yaml"));
    is_good(&entry("").replace(RULE, &format!("customization-framework/{RULE}")));
    let outcome = check(&waived(&entry("")), &[]);
    assert_eq!(outcome.status, Some(0));
    assert_eq!(outcome.report()["summary"]["waived"], 1);
    assert_eq!(outcome.report()["summary"]["errors"], 0);
}

#[test]
fn a_waiver_for_nothing_is_told_with_what_was_meant() {
    is_told(
        &entry("").replace("retail/bot", "retial/bot"),
        "warning waivers[unknown-deployment] at «retial/bot»",
    );
    is_told(&entry(", path: staging/**"), "warning waivers[unknown-path] at «staging/**»");
    is_told(
        &entry("").replace("deployment: retail/bot", "path: deploy/*/bot.yaml"),
        "warning waivers[unknown-path] at «deploy/*/bot.yaml»",
    );
    is_told(
        &entry("").replace(RULE, "fine-tuning-bellow-volume"),
        "error waivers[unknown-rule] at «fine-tuning-bellow-volume»",
    );
    is_told(&entry("").replace(RULE, "schema"), "error waivers[not-waivable] at «schema»");
    let help =
        |entry: &str| check(&waived(entry), &[]).report()["findings"][0]["help"].as_str().unwrap().to_owned();
    assert_eq!(help(&entry("").replace("retail/bot", "retial/bot")), "Did you mean retail/bot?");
    assert_eq!(help(&entry("").replace("retail/bot", "bot")), "Did you mean retail/bot?");
}

#[test]
fn a_waiver_that_nothing_needs_is_unused_where_its_rule_ran() {
    let tree = waived(&entry(""));
    tree.write("deploy/bot.yaml", bot("bot", 600_000));
    let unused = [format!("warning waivers[unused] at «{RULE}»")];
    assert_eq!(told(&tree, &check(&tree, &[])), unused);
    assert_eq!(told(&tree, &check(&tree, &["deploy/bot.yaml"])), unused);
    assert!(told(&tree, &tree.check(&["--ignore", RULE])).is_empty());
    // Of what a run did not look at it does not speak.
    tree.write("other/good.yaml", bot("good", 600_000));
    assert!(told(&tree, &check(&tree, &["other"])).is_empty());
}

#[test]
fn a_waiver_holds_through_its_last_day_and_is_told_of_before() {
    let on = |day: &str| of(&entry("").replace("2027-01-31", day));
    assert_eq!(on("2026-12-25"), (vec!["waived".to_owned()], vec![]));
    let soon = |day: &str| (vec!["waived".to_owned()], vec![format!("note waivers[ends-soon] at «{day}»")]);
    assert_eq!(on("2026-12-24"), soon("2026-12-24"));
    assert_eq!(on("2026-11-24"), soon("2026-11-24"));
    is_told(&entry("").replace("2027-01-31", "2026-11-23"), "warning waivers[expired] at «2026-11-23»");
}

#[test]
fn a_waiver_lapses_where_its_value_becomes_worse() {
    is_good(&entry(", value: 120000"));
    is_good(&entry(", value: 120000.0"));
    is_good(&entry(", value: 1e5"));
    is_told(&entry(", value: 120001"), "warning waivers[lapsed] at «120001»");
    is_told(&entry(", value: '120000'"), "warning waivers[lapsed] at «'120000'»");
}

#[test]
fn without_a_direction_a_waiver_lapses_where_its_value_is_another() {
    let tree = Tree::new();
    tree.write("bot.yaml", bot("bot", 600_000).replace("domain: narrow", "domain: exploratory"));
    let run = |value: &str| {
        let entry = entry(&format!(", value: {value}")).replace(RULE, "fine-tuning-broad-domain");
        tree.write(".tunelint/waivers.yaml", waivers(&[&entry]));
        let outcome = tree.check(&["--select", "fine-tuning-broad-domain"]);
        (outcome.report()["summary"]["waived"].clone(), told(&tree, &outcome))
    };
    assert_eq!(run("exploratory"), (1.into(), vec![]));
    assert_eq!(run("multi-domain"), (0.into(), vec!["warning waivers[lapsed] at «multi-domain»".to_owned()]));
}

#[test]
fn what_is_wrong_with_an_entry_is_told_at_its_bytes() {
    for (entry, telling) in [
        (entry("").replace(", expires: 2027-01-31", ""), "error waivers[required] at «rule»"),
        (entry("").replace(", reason: the second market opens", ""), "error waivers[required] at «rule»"),
        (entry("").replace("deployment: retail/bot, ", ""), "error waivers[required] at «rule»"),
        (entry("").replace("the second market opens", "TBD"), "error waivers[reason] at «TBD»"),
        (entry("").replace("2027-01-31", "2027-02-30"), "error waivers[date] at «2027-02-30»"),
        (entry("").replace("2027-01-31", "soon"), "error waivers[pattern] at «soon»"),
        (entry(", granted: 2027-02-01"), "error waivers[date] at «2027-01-31»"),
        (entry(", granted: 2026-11-25"), "error waivers[date] at «2026-11-25»"),
        (entry(", path: 'deploy/['"), "error waivers[glob] at «'deploy/['»"),
        (entry(", aproved: x"), "error waivers[unknown-key] at «aproved»"),
        (entry(", owner: '@alice', approvedBy: Alice"), "error waivers[approver] at «Alice»"),
        (entry(", owner: 5"), "error waivers[type] at «5»"),
        (entry(", value: {a: 1}"), "error waivers[type] at «{a: 1}»"),
        (entry(", rule: x"), "error waivers[duplicate-key] at «rule»"),
    ] {
        is_told(&entry, telling);
    }
}

#[test]
fn a_mistake_in_an_entry_spoils_no_other_and_is_trouble() {
    let tree = waived(&entry(""));
    let bad = entry("").replace("2027-01-31", "2027-02-30");
    tree.write(".tunelint/waivers.yaml", waivers(&[&bad, &entry(""), "5", "{}"]));
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["waived"]);
    assert!(told(&tree, &outcome).len() >= 3);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_file_that_cannot_be_read_is_told_once_and_is_trouble() {
    for (text, code) in [
        ("kind: [\n", "syntax"),
        ("", "empty"),
        ("apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers: [\n", "syntax"),
        ("apiVersion: tunelint.dev/v1alpha1\nkind: Waiver\nspec: {waivers: []}\n", "enum"),
    ] {
        let tree = waived("");
        tree.write(".tunelint/waivers.yaml", text);
        let outcome = check(&tree, &[]);
        let findings = outcome.findings();
        let of_file: Vec<_> = findings.iter().filter(|(file, ..)| file.ends_with("waivers.yaml")).collect();
        assert_eq!(of_file.len(), 1, "{text:?}: {findings:?}");
        assert_eq!(of_file[0].1, code, "{text:?}");
        assert_eq!(statuses(&outcome), ["open"]);
        assert_eq!(outcome.status, Some(2));
    }
    let tree = waived("");
    tree.write(".tunelint/waivers.yaml", b"a: \xff\n");
    assert_eq!(told(&tree, &check(&tree, &[])), ["error waivers[encoding] at «.tunelint/waivers.yaml»"]);
    let named = check(&tree, &["--waivers", "no-such.yaml"]);
    assert_eq!(told(&tree, &named), ["error waivers[not-found] at «no-such.yaml»"]);
    assert_eq!(named.status, Some(2));
}

#[test]
fn the_same_waiver_twice_is_told() {
    let tree = waived(&entry(""));
    tree.write(".tunelint/waivers.yaml", waivers(&[&entry(""), &entry("")]));
    let outcome = check(&tree, &[]);
    assert_eq!(statuses(&outcome), ["waived"]);
    assert_eq!(told(&tree, &outcome), [format!("warning waivers[duplicate] at «{RULE}»")]);
}

#[test]
fn an_approver_is_held_against_codeowners() {
    let run = |owners: &str, approver: &str| {
        let tree = waived(&entry(&format!(", owner: team-x, approvedBy: '{approver}'")));
        tree.write(".github/CODEOWNERS", owners);
        let outcome = check(&tree, &[]);
        assert_eq!(statuses(&outcome), ["waived"], "{owners}");
        told(&tree, &outcome)
    };
    assert!(run("deploy/ @acme/ml @bob\n", "@bob").is_empty());
    assert!(run("deploy/ @acme/ml @bob\n", "acme/ml").is_empty());
    let not_eligible = ["warning waivers[approver-not-eligible] at «'@carol'»"];
    assert_eq!(run("deploy/ @bob\n", "@carol"), not_eligible);
    assert_eq!(run("other/ @carol\n", "@carol"), not_eligible);
    assert_eq!(run("* @carol\ndeploy/\n", "@carol"), not_eligible);
    assert_eq!(run("* @acme/ml\n", "@carol"), ["note waivers[approver-unknown] at «'@carol'»"]);
}

#[test]
fn places_count_from_the_top_of_the_repository() {
    let tree = waived(&entry("").replace("deployment: retail/bot", "path: deploy/**"));
    std::fs::create_dir(tree.path(".git")).unwrap();
    let outcome = tree
        .command(&["check", "--format", "json", "--today", "2026-11-24", "--select", RULE, "."])
        .current_dir(tree.path("deploy"))
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["findings"][0]["file"], "bot.yaml");
    assert_eq!(report["findings"][0]["status"], "waived");
}

#[test]
fn ten_thousand_waivers_are_held_against_their_findings_quickly() {
    let tree = Tree::new();
    let mut entries = Vec::new();
    for index in 0..1_000 {
        tree.write(format!("deploy/bot-{index}.yaml"), bot(&format!("bot-{index}"), index));
        entries.push(entry("").replace("retail/bot", &format!("retail/bot-{index}")));
    }
    for index in 0..200 {
        entries.push(entry("").replace("deployment: retail/bot", &format!("path: 'gone-{index}/*/x*.yaml'")));
    }
    for index in 0..8_800 {
        entries.push(entry("").replace("retail/bot", &format!("retail/gone-{index}")));
    }
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    tree.write(".tunelint/waivers.yaml", waivers(&entries));
    let began = std::time::Instant::now();
    let outcome = check(&tree, &["--waivers", ".tunelint/waivers.yaml"]);
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    assert_eq!(outcome.report()["summary"]["waived"], 1_000);
    assert_eq!(told(&tree, &outcome).len(), 9_000);
}
