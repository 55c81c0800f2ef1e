//! What an organisation locks: no repo moves it, and no command line.

use super::common::{Outcome, Tree};
use super::{VOLUME, config, mistakes, of_pack, repo, severities, tuned};

/// Code and severity of a finding, and the line of the organisation's config that it points at.
type Told = (String, String, Option<u64>);

/// The findings of a repo's config against an organisation's, with the lines of the locks.
fn against(org: &str, repo_config: &str) -> (Tree, Outcome, Vec<Told>) {
    let tree = repo();
    tree.write("org/tunelint.yaml", org).write("tunelint.yaml", repo_config);
    let outcome = tree.check(&["--org-config", "org", "deploy"]);
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter().filter(|own| own["rule"] == "config");
    let told = findings
        .map(|own| {
            let lock =
                own["labels"].as_array().unwrap().iter().find(|label| label["file"] == "org/tunelint.yaml");
            let text = |key: &str| own[key].as_str().unwrap().to_owned();
            assert_eq!(text("file"), "tunelint.yaml");
            (text("code"), text("severity"), lock.map(|lock| lock["span"]["start"]["line"].as_u64().unwrap()))
        })
        .collect();
    (tree, outcome, told)
}

#[track_caller]
fn is_locked(org: &str, repo_config: &str, line: u64) -> Outcome {
    let (_, outcome, told) = against(org, repo_config);
    assert_eq!(told, [("locked".to_owned(), "error".to_owned(), Some(line))], "{repo_config}\n{outcome:?}");
    assert_eq!(outcome.status, Some(2));
    assert_eq!(severities(&outcome, VOLUME).len(), 1, "no effect: {repo_config}\n{outcome:?}");
    outcome
}

#[track_caller]
fn is_free(org: &str, repo_config: &str) -> Outcome {
    let (_, outcome, told) = against(org, repo_config);
    assert!(told.iter().all(|(_, severity, _)| severity == "warning"), "{repo_config}: {told:?}");
    outcome
}

#[test]
fn a_locked_threshold_cannot_be_moved() {
    let org = of_pack("parameters:\n  minMonthlyRequests: {value: 450000, locked: true}");
    for value in ["1", "900000", "{value: 1, reason: ours is different}"] {
        let outcome = is_locked(&org, &of_pack(&format!("parameters: {{minMonthlyRequests: {value}}}")), 7);
        let report = outcome.report();
        let finding =
            report["findings"].as_array().unwrap().iter().find(|own| own["rule"] == VOLUME).unwrap();
        assert_eq!(finding["decisive"][0]["threshold"], 450_000);
        assert_eq!(finding["decisive"][0]["parameterSource"], "org/tunelint.yaml");
    }
    is_free(&org, &of_pack("parameters: {minMonthlyRequests: 450000}"));
    let scope = "overrides: [{paths: [deploy], packs: {customization-framework: {parameters: {minMonthlyRequests: 1}}}}]";
    is_locked(&org, &config(scope), 7);
    is_locked(&org, &of_pack("enabled: false"), 7);
    // The value of the pack itself can be locked.
    let org = of_pack("parameters: {minMonthlyRequests: {locked: true}}");
    is_locked(&org, &of_pack("parameters: {minMonthlyRequests: 1}"), 6);
}

#[test]
fn a_locked_rule_can_be_raised_and_not_lowered() {
    let org =
        of_pack(&format!("rules:\n  {VOLUME}: {{severity: warning, undetermined: note, locked: true}}"));
    let own = |said: &str| of_pack(&format!("rules: {{{VOLUME}: {said}}}"));
    for said in ["note", "off", "{undetermined: off}", "{severity: {production: note, default: error}}"] {
        is_locked(&org, &own(said), 7);
    }
    let raised = is_free(&org, &own("error"));
    assert_eq!(severities(&raised, VOLUME)[0].1, "error");
    is_free(&org, &own("warning"));
    is_free(&org, &own("{undetermined: warning}"));
    is_locked(&org, &of_pack("enabled: false"), 7);
    // What the organisation has switched off for good stays off.
    let org = of_pack(&format!("rules: {{{VOLUME}: {{severity: off, locked: true}}}}"));
    let (_, outcome, told) = against(&org, &own("error"));
    assert_eq!(told[0].0, "locked");
    assert_eq!(severities(&outcome, VOLUME), []);
}

#[test]
fn a_locked_pack_is_locked_with_all_that_is_in_it() {
    let org = of_pack("locked: true");
    is_locked(&org, &of_pack("enabled: false"), 6);
    is_locked(&org, &of_pack("parameters: {minMonthlyRequests: 1}"), 6);
    is_locked(&org, &of_pack(&format!("rules: {{{VOLUME}: off}}")), 6);
    is_free(&org, &of_pack("rules: {hybrid-in-production: error}"));
}

#[test]
fn a_lock_below_some_paths_holds_there() {
    let scope = |paths: &str, said: &str| {
        config(&format!(
            "overrides: [{{paths: [{paths}], packs: {{customization-framework: {{rules: {{{VOLUME}: {said}}}}}}}}}]"
        ))
    };
    let org = scope("deploy/prod", "{locked: true}");
    is_locked(&org, &scope("deploy/prod/**", "off"), 4);
    is_locked(&org, &scope("deploy/prod/bot.yaml", "off"), 4);
    for own in [of_pack(&format!("rules: {{{VOLUME}: off}}")), scope("deploy", "off")] {
        let (tree, outcome, told) = against(&org, &own);
        assert_eq!(told, [("locked".to_owned(), "note".to_owned(), Some(4))], "{own}");
        assert_eq!(severities(&outcome, VOLUME).len(), 1);
        tree.write("deploy/dev/bot.yaml", tuned("dev", 1));
        let outcome = tree.check(&["--org-config", "org", "deploy"]);
        assert_eq!(severities(&outcome, VOLUME), [("deploy/prod/bot.yaml".to_owned(), "error".to_owned())]);
    }
    let (_, _, told) = against(&org, &scope("experiments", "off"));
    assert_eq!(told, [], "elsewhere the repo is free");
}

#[test]
fn a_command_line_against_a_lock_is_refused() {
    let tree = repo();
    let locks = format!(
        "parameters: {{minMonthlyRequests: {{value: 450000, locked: true}}}}\nrules: {{{VOLUME}: {{locked: true}}}}"
    );
    tree.write("org/tunelint.yaml", of_pack(&locks));
    for (option, value) in [
        ("--set", "minMonthlyRequests=1"),
        ("--ignore", VOLUME),
        ("--ignore", "customization-framework/*"),
        ("--ignore", "tag:volume"),
    ] {
        let outcome = tree.check(&["--org-config", "org", option, value]);
        assert_eq!(outcome.status, Some(2), "{option} {value}");
        let place = "the organisation's config locks it (org/tunelint.yaml:";
        assert!(outcome.stderr.contains(place), "{outcome:?}");
    }
    for (option, value) in [
        ("--set", "minMonthlyRequests=450000"),
        ("--ignore", "hybrid-in-production"),
        ("--select", "hybrid-in-production"),
    ] {
        assert_eq!(tree.check(&["--org-config", "org", option, value, "--fail-on", "never"]).status, Some(0));
    }
}

#[test]
fn only_an_organisation_can_lock() {
    let tree = repo();
    tree.write("tunelint.yaml", of_pack("parameters: {minMonthlyRequests: {value: 450000, locked: true}}"));
    let outcome = tree.check(&[]);
    let told = mistakes(&tree, &outcome);
    assert_eq!((&*told[0].0, &*told[0].1, told.len()), ("lock", "warning", 1));
    assert_eq!(tree.check(&["--set", "minMonthlyRequests=1", "--fail-on", "never"]).status, Some(0));
    // The organisation's own repo has one config, and it is the organisation's.
    assert_eq!(mistakes(&tree, &tree.check(&["--org-config", "."])), []);
}

#[test]
fn exceptions_may_be_stricter_than_the_organisations_and_not_laxer() {
    let org =
        config("maxWaiverDays: 90\ninlineIgnores: notes-only\nhelpUri: 'https://example.com/{pack}/{rule}'");
    for said in ["maxWaiverDays: 120", "inlineIgnores: allow"] {
        let line = if said.starts_with("max") { 4 } else { 5 };
        is_locked(&org, &config(said), line);
    }
    let (_, _, told) = against(&org, &config("maxWaiverDays: 30\ninlineIgnores: forbid"));
    assert_eq!(told, []);
    let (tree, _, told) =
        against(&org, &config("helpUri: 'https://own.example.com/{rule}'\nmaxWaiverDays: 90"));
    let expected = [("no-effect", "warning", Some(6)), ("no-effect", "warning", Some(4))];
    let mut told: Vec<_> = told.iter().map(|(code, severity, line)| (&**code, &**severity, *line)).collect();
    told.sort_by_key(|(.., line)| std::cmp::Reverse(*line));
    assert_eq!(told, expected);
    let page = tree.run(&["explain", "--org-config", "org", VOLUME]).stdout;
    assert!(
        page.ends_with("https://example.com/customization-framework/fine-tuning-below-volume\n"),
        "{page}"
    );
}

#[test]
fn a_repo_that_weakens_three_things_gets_three_findings() {
    let org = of_pack(
        "parameters: {minMonthlyRequests: {value: 450000, locked: true}}\nrules: {fine-tuning-below-volume: {locked: true}}",
    ) + "  maxWaiverDays: 90\n";
    let own = of_pack("parameters: {minMonthlyRequests: 1000}\nrules: {fine-tuning-below-volume: off}")
        + "  maxWaiverDays: 365\n";
    let (_, outcome, told) = against(&org, &own);
    assert_eq!(told.iter().filter(|(code, severity, _)| code == "locked" && severity == "error").count(), 3);
    assert_eq!(told.len(), 3);
    assert_eq!(outcome.status, Some(2));
    assert_eq!(severities(&outcome, VOLUME), [("deploy/prod/bot.yaml".to_owned(), "error".to_owned())]);
}
