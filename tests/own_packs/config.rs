//! Packs of one's own under a config, and under that of an organisation.

use serde_json::Value;

use crate::common::{Outcome, Tree, manifest};
use crate::texts::{LIMIT, extending, named, of_rule, pack, places, rule};

/// A config with this spec, in flow style.
fn config(spec: &str) -> String {
    format!("apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {spec}\n")
}

/// A pack `base` with a limit of 5 that `too-much` reads, a pack `house` that extends it with 6 and has a rule `also`
/// of its own, and a manifest with 7 requests in each of two folders.
fn repo() -> Tree {
    let tree = Tree::new();
    for folder in ["deploy", "pilots"] {
        let text = format!("{}  workload: {{monthlyRequests: 7}}\n", manifest(folder));
        tree.write(format!("{folder}/bot.yaml"), text);
    }
    tree.write("base/pack.yaml", pack("base", LIMIT));
    tree.write("base/too-much.yaml", rule("too-much", "workload.monthlyRequests <= params.limit"));
    tree.write("house/pack.yaml", extending("house", "base", &[("limit", "6")]));
    tree.write("house/also.yaml", rule("also", "workload.monthlyRequests <= params.limit"));
    tree
}

/// File, threshold and where that was set, for each finding of both rules.
fn thresholds(outcome: &Outcome) -> Vec<(String, Value, String)> {
    let both = ["too-much", "also"].into_iter().flat_map(|rule| of_rule(outcome, rule));
    both.map(|finding| {
        let decisive = &finding["decisive"][0];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&finding["file"]), decisive["threshold"].clone(), text(&decisive["parameterSource"]))
    })
    .collect()
}

/// Code, severity and places of what is wrong with configs and packs.
fn told(tree: &Tree, outcome: &Outcome) -> Vec<String> {
    let findings = outcome.unjudged();
    let own = findings.iter().filter(|own| own["rule"] == "config" || own["rule"] == "policy");
    own.map(|own| {
        let text = |key: &str| own[key].as_str().unwrap().to_owned();
        format!("{} {}: {}", text("code"), text("severity"), places(tree, own).join(", "))
    })
    .collect()
}

fn found(file: &str, threshold: i64, by: &str) -> (String, Value, String) {
    (file.to_owned(), threshold.into(), by.to_owned())
}

#[test]
fn a_parameter_set_for_an_extended_pack_reaches_the_rules_of_the_extending_one() {
    let tree = repo();
    tree.write("tunelint.yaml", config("{policies: [base, house], packs: {base: {parameters: {limit: 3}}}}"));
    let outcome = tree.check(&[]);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    let [deploy, pilots] = ["deploy/bot.yaml", "pilots/bot.yaml"].map(|file| found(file, 3, "tunelint.yaml"));
    assert_eq!(thresholds(&outcome), [deploy.clone(), pilots.clone(), deploy, pilots]);
}

#[test]
fn so_does_one_that_is_set_below_some_paths_and_there_alone() {
    let tree = repo();
    let scope = "overrides: [{paths: [pilots], packs: {base: {parameters: {limit: 7}}}}]";
    tree.write("tunelint.yaml", config(&format!("{{policies: [base, house], {scope}}}")));
    let outcome = tree.check(&[]);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    let deploy = found("deploy/bot.yaml", 6, "house/pack.yaml");
    assert_eq!(thresholds(&outcome), [deploy.clone(), deploy], "7 is not above 7");
    let page = tree.run(&["explain", "also", "--at", "pilots/bot.yaml"]);
    assert!(page.stdout.contains("limit = 7 requests"), "{page:?}");
    assert!(page.stdout.contains("Set by: tunelint.yaml:"), "{page:?}");
}

#[test]
fn a_pack_that_is_off_changes_no_defaults() {
    let tree = repo();
    let all = |spec: &str| config(&format!("{{policies: [base, house], {spec}}}"));
    tree.write("tunelint.yaml", all("packs: {house: {enabled: false}}"));
    let own = ["deploy/bot.yaml", "pilots/bot.yaml"].map(|file| found(file, 5, "base/pack.yaml"));
    let outcome = tree.check(&[]);
    assert_eq!((told(&tree, &outcome), thresholds(&outcome)), (vec![], own.to_vec()));
    tree.write("tunelint.yaml", all("overrides: [{paths: [pilots], packs: {house: {enabled: false}}}]"));
    let outcome = tree.check(&["--select", "too-much"]);
    assert_eq!(
        thresholds(&outcome),
        [found("deploy/bot.yaml", 6, "house/pack.yaml"), found("pilots/bot.yaml", 5, "base/pack.yaml")]
    );
}

#[test]
fn of_packs_that_differ_one_can_be_switched_off_or_the_value_be_set() {
    let tree = repo();
    tree.write("other/pack.yaml", extending("other", "base", &[("limit", "9")]));
    let all = |spec: &str| config(&format!("{{policies: [base, house, other]{spec}}}"));
    tree.write("tunelint.yaml", all(""));
    let conflict = "conflicting-default error: other/pack.yaml `9` without effect, house/pack.yaml `6` the one that \
                    holds";
    assert_eq!(told(&tree, &tree.check(&[])), [conflict]);
    for settled in [
        ", packs: {house: {enabled: false}}",
        ", packs: {other: {enabled: false}}",
        ", packs: {base: {parameters: {limit: 6.5}}}",
    ] {
        tree.write("tunelint.yaml", all(settled));
        assert_eq!(told(&tree, &tree.check(&[])), [""; 0], "{settled}");
    }
}

/// A repo whose own pack lowers what its organisation's pack says, which lies in `org`.
fn governed(org: &str) -> Tree {
    let tree = repo();
    tree.write("org/packs/pack.yaml", pack("base", LIMIT));
    tree.write("org/packs/too-much.yaml", rule("too-much", "workload.monthlyRequests <= params.limit"));
    tree.write("org/tunelint.yaml", org);
    tree.write("house/pack.yaml", extending("house", "base", &[("limit", "9")]));
    tree.write("tunelint.yaml", config("{policies: [house]}"));
    tree
}

/// `limit` of the organisation's pack, locked in this way.
fn locking(limit: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n  policies: [org/packs]\n  packs:\n    base:\n      \
         parameters:\n        limit: {limit}\n"
    )
}

#[test]
fn a_lock_on_an_extended_pack_holds_for_the_extending_one_and_its_defaults() {
    for (limit, at) in [("{value: 4, locked: true}", 4), ("{locked: true}", 5)] {
        let tree = governed(&locking(limit).replace("org/packs", "packs"));
        let outcome = tree.check(&["--org-config", "org", "deploy"]);
        assert_eq!(
            told(&tree, &outcome),
            ["locked error: house/pack.yaml `9` no effect, org/tunelint.yaml `true` locked here"],
            "{limit}"
        );
        let thresholds: Vec<Value> = thresholds(&outcome).into_iter().map(|(_, value, _)| value).collect();
        assert_eq!(thresholds, [at, at], "{limit}");
        assert_eq!(outcome.status, Some(2));
        let scope = "overrides: [{paths: [deploy], packs: {base: {parameters: {limit: 8}}}}]";
        tree.write("tunelint.yaml", config(&format!("{{policies: [house], {scope}}}")));
        let outcome = tree.check(&["--org-config", "org", "deploy"]);
        assert_eq!(told(&tree, &outcome).len(), 2, "the override and the default: {outcome:?}");
        assert!(!of_rule(&outcome, "also").is_empty());
        let set = tree.run(&["check", "--org-config", "org", "--set", "limit=8", "deploy"]);
        assert!(set.status == Some(2) && set.stderr.contains("locks it"), "{set:?}");
    }
}

#[test]
fn a_default_of_the_organisations_own_pack_is_what_it_locks() {
    let tree = governed("");
    tree.write("org/packs/stricter/pack.yaml", extending("stricter", "base", &[("limit", "3")]));
    tree.write("org/tunelint.yaml", locking("{locked: true}").replace("org/packs", "packs"));
    for spec in ["{policies: [house]}", "{policies: [house], packs: {stricter: {enabled: false}}}"] {
        tree.write("tunelint.yaml", config(spec));
        let outcome = tree.check(&["--org-config", "org", "deploy"]);
        let thresholds: Vec<Value> = thresholds(&outcome).into_iter().map(|(_, value, _)| value).collect();
        assert_eq!(thresholds, [3, 3], "{spec}: {outcome:?}");
    }
}

#[test]
fn a_lock_below_some_paths_keeps_defaults_from_counting_there() {
    let org = "{policies: [packs], overrides: [{paths: [deploy], packs: {base: {parameters: {limit: {value: 4, locked: \
               true}}}}}]}";
    let tree = governed(&config(org));
    let outcome = tree.check(&["--org-config", "org"]);
    let told = told(&tree, &outcome);
    assert!(told.len() == 1 && told[0].starts_with("locked note: house/pack.yaml `9`"), "{told:?}");
    let deploy = found("deploy/bot.yaml", 4, "org/tunelint.yaml");
    assert_eq!(thresholds(&outcome), [deploy.clone(), deploy], "7 is not above 9");
}

#[test]
fn no_repo_takes_the_place_of_a_rule_of_its_organisation() {
    let tree = governed(&locking("{locked: true}").replace("org/packs", "packs"));
    tree.write("house/pack.yaml", pack("a-first-by-name", ""));
    tree.write("house/too-much.yaml", rule("too-much", "stage == 'pilot'"));
    let outcome = tree.check(&["--org-config", "org", "deploy"]);
    let told = told(&tree, &outcome);
    assert!(
        told.iter().any(|told| told.starts_with("duplicate-rule error: house/too-much.yaml `too-much`")),
        "{told:?}"
    );
    assert_eq!(of_rule(&outcome, "too-much").len(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_repos_folder_of_policies_leads_to_nothing_outside_of_it() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.yaml"), "token: hush\n").unwrap();
    let tree = repo();
    std::fs::create_dir(tree.path(".git")).unwrap();
    tree.write("tunelint.yaml", config("{policies: [base, house]}"));
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), tree.path("house/secret.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.path(), tree.path("base/more")).unwrap();
    std::os::unix::fs::symlink(tree.path("base/too-much.yaml"), tree.path("house/too-much.yaml")).unwrap();
    let outcome = tree.check(&["deploy"]);
    assert!(!outcome.stdout.contains("hush"), "{outcome:?}");
    let told = told(&tree, &outcome);
    let links = ["base/more", "house/secret.yaml"];
    let links = links.map(|link| format!("link-outside error: {link} not read"));
    for link in &links {
        assert!(told.contains(link), "{link}: {told:?}");
    }
    assert!(
        told.iter().any(|told| told.starts_with("duplicate-rule error: house/too-much.yaml")),
        "{told:?}"
    );
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn rules_that_belong_to_no_pack_are_told_below_a_folder_of_the_config_too() {
    let tree = repo();
    tree.write("policies/base/pack.yaml", pack("third", ""));
    tree.write("policies/stray.yaml", rule("stray", "stage != 'pilot'"));
    tree.write("tunelint.yaml", config("{policies: [policies]}"));
    let told = told(&tree, &tree.check(&["deploy"]));
    assert_eq!(told, ["no-pack error: policies/stray.yaml not used"]);
}

#[test]
fn a_rule_is_found_by_its_former_id_in_config_ignores_waivers_and_baseline() {
    let tree = Tree::new();
    let comment = "# tunelint: ignore[old-id] until=2027-01-31 reason: the plan is being written\n";
    tree.write("good.yaml", manifest("good").replace("  stage:", &format!("  {comment}  stage:")));
    tree.write("policies/pack.yaml", pack("own", ""));
    tree.write("policies/old-id.yaml", rule("old-id", "stage != 'pilot'"));
    tree.write("tunelint.yaml", config("{policies: [policies]}"));
    let renamed = |outcome: &Outcome, rule: &str| {
        let findings = outcome.unjudged();
        let own = findings.iter().find(|own| own["rule"] == rule && own["code"] == "renamed");
        let own = own.unwrap_or_else(|| panic!("{rule}: {outcome:?}"));
        assert_eq!(own["message"], "The rule old-id is called new-id now");
        assert_eq!(own["severity"], "note");
        assert!(own["help"].as_str().unwrap().to_lowercase().contains("write new-id"), "{own}");
    };
    let open =
        |outcome: &Outcome| of_rule(outcome, "new-id").iter().filter(|own| own["status"] == "open").count();
    // Only a baseline is written under the old id.
    tree.write("good.yaml", manifest("good"));
    assert_eq!(tree.run(&["baseline", "write"]).status, Some(0));
    std::fs::remove_file(tree.path("policies/old-id.yaml")).unwrap();
    tree.write("policies/new-id.yaml", named("{name: new-id, formerly: [old-id]}", "stage != 'pilot'"));
    let outcome = tree.check(&["good.yaml"]);
    renamed(&outcome, "baseline");
    assert_eq!(open(&outcome), 0, "{outcome:?}");
    std::fs::remove_dir_all(tree.path(".tunelint")).unwrap();
    assert_eq!(open(&tree.check(&["good.yaml"])), 1);
    // A comment.
    tree.write("good.yaml", manifest("good").replace("  stage:", &format!("  {comment}  stage:")));
    let outcome = tree.check(&["good.yaml"]);
    renamed(&outcome, "waivers");
    assert_eq!(open(&outcome), 0, "{outcome:?}");
    // A waiver.
    tree.write("good.yaml", manifest("good"));
    tree.write(
        ".tunelint/waivers.yaml",
        "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n    - {rule: old-id, path: good.yaml, reason: \
         the plan is being written, owner: team-x, approvedBy: team-y, expires: 2027-01-31}\n",
    );
    let outcome = tree.check(&["good.yaml"]);
    renamed(&outcome, "waivers");
    assert_eq!(open(&outcome), 0, "{outcome:?}");
    std::fs::remove_dir_all(tree.path(".tunelint")).unwrap();
    // The config.
    tree.write("tunelint.yaml", config("{policies: [policies], packs: {own: {rules: {old-id: off}}}}"));
    let outcome = tree.check(&["good.yaml"]);
    renamed(&outcome, "config");
    assert!(of_rule(&outcome, "new-id").is_empty());
}
