//! What holds for all repositories: the organisation's config with its locks, and the facts that a platform supplies.

use serde_json::{Value, json};

use crate::organisation::{Habit, Size};
use crate::support::{Organisation, rows};

#[test]
fn a_locked_rule_that_a_repository_weakens_is_reported_and_holds() {
    let own = Organisation::new(&Size { repos: 4, months: 1, ..Size::default() });
    let weak = own.repos.iter().find(|repo| repo.habit == Habit::WeakensALock).unwrap();
    let name = format!("repos/{}", weak.name);
    let audited = |more: &[&str], dataset: &str| {
        own.audit(&[&["repos/*", "--at=HEAD", "--fail-on=never", "--dataset", dataset], more].concat());
        let mut findings = rows(&own.tree.path(dataset), "findings");
        findings.retain(|finding| finding["repo"] == *name);
        findings
    };

    let locked = audited(&["--org-config", "org"], "locked");
    let told: Vec<_> = locked.iter().filter(|finding| finding["code"] == "locked").collect();
    assert_eq!(told.len(), 2, "the threshold and the rule: {told:?}");
    for finding in told {
        assert_eq!((&finding["rule"], &finding["severity"]), (&json!("config"), &json!("error")));
        assert_eq!(finding["file"], "tunelint.yaml");
    }
    let volume = locked
        .iter()
        .find(|own| own["rule"] == "fine-tuning-below-volume" && own["deployment"] == *weak.anchor());
    let volume = volume.expect("the rule holds");
    assert_eq!((&volume["status"], &volume["severity"]), (&json!("open"), &json!("error")));
    assert_eq!(volume["values"][0]["threshold"], 450_000);
    assert!(volume["values"][0]["parameter_source"].as_str().unwrap().ends_with("org/tunelint.yaml"));

    let free = audited(&[], "free");
    assert!(free.iter().all(|own| own["rule"] != "fine-tuning-below-volume" && own["code"] != "locked"));
}

#[test]
fn the_parameters_in_force_are_kept_of_each_repository_and_of_all() {
    let own = Organisation::new(&Size { repos: 4, months: 1, ..Size::default() });
    own.audit(&["repos/*", "--at=HEAD", "--org-config=org", "--dataset=kept", "--fail-on=never"]);
    let header = crate::support::header(&own.tree.path("kept"));
    let framework = &header["packs"][0];
    assert_eq!(framework["parameters"]["minMonthlyRequests"], 450_000);
    assert_eq!(framework["parameters"]["minAccuracyGainPoints"], 5);
    for (row, repo) in rows(&own.tree.path("kept"), "repos").iter().zip(&own.repos) {
        let packs = row["packs"].as_array().unwrap();
        let names: Vec<_> = packs.iter().map(|pack| pack["name"].as_str().unwrap()).collect();
        let (gain, expected): (u32, &[&str]) = match repo.habit {
            Habit::Overrides => (4, &["customization-framework", "own"]),
            _ => (5, &["customization-framework"]),
        };
        assert_eq!(names, expected, "{repo:?}");
        assert_eq!(packs[0]["parameters"]["minAccuracyGainPoints"], gain, "{repo:?}");
        assert_eq!(packs[0]["parameters"]["minMonthlyRequests"], 450_000, "{repo:?}");
    }
}

#[test]
fn supplied_facts_hold_in_each_repository() {
    let own = Organisation::new(&Size { repos: 3, months: 1, ..Size::default() });
    own.audit(&["repos/*", "--at=HEAD", "--facts=facts.yaml", "--dataset=with", "--fail-on=never"]);
    own.audit(&["repos/*", "--at=HEAD", "--dataset=without", "--fail-on=never"]);
    let cost = |dataset: &str| {
        let rows = rows(&own.tree.path(dataset), "deployments");
        let anchors = own.repos.iter().map(|repo| {
            let row = rows.iter().find(|row| row["deployment"] == *repo.anchor()).unwrap();
            row["tokens_monthly_usd"].clone()
        });
        anchors.collect::<Vec<_>>()
    };
    // 40,000 requests of 700 tokens at 0.003 for a thousand.
    assert!(
        cost("with").iter().all(|cost| (cost.as_f64().unwrap() - 84.0).abs() < 1e-9),
        "{:?}",
        cost("with")
    );
    assert!(cost("without").iter().all(Value::is_null));
}
