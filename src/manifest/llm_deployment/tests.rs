use std::fmt::Write as _;

use super::*;
use crate::document::{Limits, parse};
use crate::manifest::evidence::evidence_paths;
use crate::schema::{validate, validate_spec};

const VALID: &str = include_str!("../../../tests/data/deployment.yaml");

fn parsed(text: &str) -> (crate::document::Stream, Arc<Source>) {
    let text: Arc<str> = text.into();
    (parse(&text, &Limits::default()), Source::in_memory("bot.yaml", text))
}

fn deployment(text: &str) -> Deployment {
    let (stream, source) = parsed(text);
    let document = stream.documents.first().expect("one document");
    let (_, rejected) = validate(document, &source);
    extract(document, &source, &rejected)
}

/// Each scalar fact as `pointer = value`, with how it was written where that tells more.
fn shown(facts: &FactSet) -> String {
    let mut shown = String::new();
    for (id, _) in facts.iter() {
        let value = match facts.value(id) {
            FactValue::Bool(value) => value.to_string(),
            FactValue::Int(value) => value.to_string(),
            FactValue::Number(value) => value.to_string(),
            FactValue::Text(value) => format!("{value:?}"),
            FactValue::Rejected => "rejected".to_owned(),
            FactValue::List if facts.children(id).next().is_none() => "[]".to_owned(),
            FactValue::Object if facts.children(id).next().is_none() => "{}".to_owned(),
            FactValue::List | FactValue::Object => continue,
        };
        let _ = write!(shown, "{} = {value}", facts.pointer(id, Vocabulary::native()));
        if let Some(raw) = facts.raw(id) {
            let _ = write!(shown, " ({raw})");
        }
        shown.push('\n');
    }
    shown
}

/// What a changed manifest says otherwise than the valid one: lines lost with `-`, lines gained with `+`.
fn difference(from: &str, to: &str) -> Vec<String> {
    assert_eq!(VALID.matches(from).count(), 1, "{from:?} stands once in the manifest");
    let (before, after) =
        (shown(&deployment(VALID).facts), shown(&deployment(&VALID.replace(from, to)).facts));
    let missing = |of: &str, other: &str, sign: char| -> Vec<String> {
        let lines = of.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.map(|line| format!("{sign}{line}")).collect()
    };
    [missing(&before, &after, '-'), missing(&after, &before, '+')].concat()
}

#[test]
fn every_value_of_a_manifest_becomes_a_fact_at_its_place() {
    let deployment = deployment(VALID);
    let facts = shown(&deployment.facts);
    for line in [
        "/spec/owner = \"team-customer-experience\"",
        "/spec/workload/monthlyRequests = 600000",
        "/spec/requirements/accuracy/expectedGainPoints = 6.5",
        "/spec/requirements/latency/critical = true",
        "/spec/customization/techniques/2 = \"rag\"",
        "/spec/artifacts/0 = \"train/axolotl.yaml\"",
        "/spec/artifacts/1/role = \"gateway\"",
        "/metadata/name = \"support-bot\"",
        "/metadata/labels = {}",
    ] {
        assert!(facts.lines().any(|known| known == line), "{line} in\n{facts}");
    }
    assert!(!facts.contains("rejected"));
    assert_eq!(deployment.identity.as_deref(), Some("customer-experience/support-bot"));
    assert_eq!(&*deployment.id, "bot.yaml#0");
    assert_eq!(deployment.anchor.slice(VALID), "support-bot");
    let key = |path: &str| {
        let path = Vocabulary::native().find(path).unwrap();
        deployment.facts.iter().find(|(_, fact)| fact.path == path).unwrap().1.key.slice(VALID)
    };
    assert_eq!(key("workload.monthlyRequests"), "monthlyRequests");
    assert_eq!(key(""), "spec");
    assert_eq!(key("artifacts[].role"), "role");
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    for written in ["6e5", "600000.0", "0x927C0", "+600000"] {
        assert_eq!(
            difference("monthlyRequests: 600000", &format!("monthlyRequests: {written}")),
            [
                "-/spec/workload/monthlyRequests = 600000",
                &format!("+/spec/workload/monthlyRequests = 600000 ({written})")
            ]
        );
    }
    assert_eq!(
        difference("pricePer1kTokensUsd: 0.03", "pricePer1kTokensUsd: 0.10"),
        ["-/spec/budget/pricePer1kTokensUsd = 0.03", "+/spec/budget/pricePer1kTokensUsd = 0.1 (0.10)"]
    );
}

#[test]
fn rejection_is_by_value() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("stage: production", "stage: live", &["-/spec/stage = \"production\"", "+/spec/stage = rejected"]),
        (
            "techniques: [few-shot, templates, rag]",
            "techniques: [few-shot, magic, rag]",
            &[
                "-/spec/customization/techniques/1 = \"templates\"",
                "+/spec/customization/techniques/1 = rejected",
            ],
        ),
        (
            "retraining: {cadence: quarterly}",
            "retraining: [quarterly]",
            &[
                "-/spec/lifecycle/retraining/cadence = \"quarterly\"",
                "+/spec/lifecycle/retraining = rejected",
            ],
        ),
        (
            "strategy: fine-tuning",
            "strategy: prompting",
            &[
                "-/spec/customization/strategy = \"fine-tuning\"",
                "-/spec/customization/method = \"lora\"",
                "+/spec/customization/strategy = \"prompting\"",
                "+/spec/customization/method = rejected",
            ],
        ),
        (
            "stage: production",
            "stage: production\n  stage: production",
            &["-/spec/stage = \"production\"", "+/spec/stage = rejected"],
        ),
        (
            "critical: true",
            "critical: !vault x",
            &[
                "-/spec/requirements/latency/critical = true",
                "+/spec/requirements/latency/critical = rejected",
            ],
        ),
        (
            "owner: team-customer-experience",
            "owner: !vault x",
            &["-/spec/owner = \"team-customer-experience\"", "+/spec/owner = rejected"],
        ),
        (
            "trainingUsd: 8000",
            "trainingUsd: .inf",
            &["-/spec/budget/trainingUsd = 8000", "+/spec/budget/trainingUsd = rejected"],
        ),
        (
            "trainingUsd: 8000",
            "trainingUsd:",
            &["-/spec/budget/trainingUsd = 8000", "+/spec/budget/trainingUsd = rejected"],
        ),
        (
            "role: gateway, ",
            "role: gatway, ",
            &["-/spec/artifacts/1/role = \"gateway\"", "+/spec/artifacts/1/role = rejected"],
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(difference(from, to), *expected, "{to}");
    }
}

#[test]
fn an_unknown_or_a_missing_key_rejects_nothing() {
    assert_eq!(difference("kind: LLMDeployment", "kind: LLMDeploymnt"), [""; 0]);
    assert_eq!(difference("tunelint.dev/v1alpha1", "apps/v1"), [""; 0]);
    assert_eq!(difference("  stage: production", "  stage: production\n  colour: red"), [""; 0]);
    assert_eq!(difference("  stage: production", "  stage: production\n  metadata: {name: x}"), [""; 0]);
    assert_eq!(difference("    provider: aws\n", ""), ["-/spec/hosting/provider = \"aws\""]);
}

#[test]
fn a_spec_that_is_no_object_is_rejected_and_one_that_is_missing_is_empty() {
    assert_eq!(shown(&deployment("kind: LLMDeployment\nspec: 5\n").facts), "/spec = rejected\n");
    assert_eq!(shown(&deployment("kind: LLMDeployment\n").facts), "/spec = {}\n");
    assert_eq!(shown(&deployment("kind: LLMDeployment\nspec: {}\nspec: {}\n").facts), "/spec = rejected\n");
}

#[test]
fn an_identity_is_known_for_sure_or_not_at_all() {
    let identity =
        |metadata: &str| deployment(&format!("kind: LLMDeployment\nmetadata: {metadata}\n")).identity;
    assert_eq!(identity("{name: bot}").as_deref(), Some("bot"));
    assert_eq!(identity("{name: bot, namespace: prod}").as_deref(), Some("prod/bot"));
    for unknown in [
        "{}",
        "{name: Bot}",
        "{name: bot, namespace: 5}",
        "{name: bot, name: bot}",
        "[bot]",
        "{name: !x bot}",
    ] {
        assert_eq!(identity(unknown), None, "{unknown}");
    }
}

#[test]
fn a_finding_without_a_fact_points_at_the_name_or_the_nearest_above() {
    let anchor = |text: &str| deployment(text).anchor.slice(text).to_owned();
    assert_eq!(anchor("kind: LLMDeployment\nmetadata: {name: bot}\n"), "bot");
    assert_eq!(anchor("kind: LLMDeployment\nmetadata: {name: }\n"), "metadata");
    assert_eq!(anchor("spec: {}\nkind: LLMDeployment\n"), "kind");
    assert_eq!(anchor("spec: {}\napiVersion: tunelint.dev/v1alpha1\n"), "spec");
}

#[test]
fn aliases_and_merges_are_remembered() {
    let text = VALID
        .replace("domain: narrow", "domain: &shape narrow")
        .replace("owner: team-customer-experience", "owner: &team team-customer-experience")
        .replace("operations: {owner: team-ml-platform}", "operations: {owner: *team}")
        .replace("retraining: {cadence: quarterly}", "retraining: &plan {cadence: quarterly}")
        .replace("evaluation: {suite: evals/support.yaml}", "evaluation: {<<: *plan, suite: a.yaml}")
        .replace("annotations: {}", "annotations: {<<: *plan, x: y}")
        .replace("labels: {}", "labels: {a/b: c}");
    // `annotations` stands before the anchor; what it merges is moved there.
    let text = text
        .replace("retraining: &plan {cadence: quarterly}", "retraining: *plan")
        .replace("labels: {a/b: c}", "labels: &plan {cadence: quarterly}");
    let facts = deployment(&text).facts;
    let fact = |pointer: &str| {
        facts.iter().map(|(id, _)| id).find(|&id| facts.pointer(id, Vocabulary::native()) == pointer).unwrap()
    };
    let owner = fact("/spec/hosting/operations/owner");
    assert_eq!(facts.value(owner), FactValue::Text("team-customer-experience"));
    assert_eq!(facts.fact(owner).span.slice(&text), "*team");
    assert_eq!(facts.anchor(owner).unwrap().slice(&text), "team-customer-experience");
    let merged = fact("/metadata/annotations/cadence");
    assert_eq!(facts.merged(merged).unwrap().slice(&text), "<<");
    assert_eq!(facts.map_key(merged), Some("cadence"));
    assert_eq!(facts.merged(fact("/metadata/annotations/x")), None);
}

#[test]
fn an_example_is_read_like_a_spec_with_its_metadata_beside() {
    let (stream, source) = parsed("- {metadata: {name: bot}, stage: live, workload: {monthlyRequests: 5}}\n");
    let document = stream.documents.first().unwrap();
    let node = document.root().items().next().unwrap();
    let (findings, rejected) = validate_spec(node, "/0", &source);
    assert_eq!(findings.len(), 1);
    let facts = extract_spec(document, &source, node, &rejected);
    assert!(facts.declared);
    assert_eq!(shown(&facts), "/metadata/name = \"bot\"\n/stage = rejected\n/workload/monthlyRequests = 5\n");
}

#[test]
fn a_manifest_is_recognised_by_its_kind_or_its_version() {
    let recognised = |text: &str| {
        let (stream, _) = parsed(text);
        match recognise(stream.documents.first().unwrap()) {
            Recognition::NotOurs => "no".to_owned(),
            Recognition::Ours => "yes".to_owned(),
            Recognition::UnsupportedApiVersion { version, span } => {
                format!("{version} {}", span.slice(text))
            }
        }
    };
    for (text, expected) in [
        ("apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\n", "yes"),
        ("apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeploymnt\n", "yes"),
        ("apiVersion: tunelint.dev/v1alpha1\n", "yes"),
        ("kind: LLMDeployment\n", "yes"),
        ("apiVersion: apps/v1\nkind: LLMDeployment\n", "yes"),
        ("apiVersion: tunelint.dev/v1alpha1\nkind: Rule\n", "no"),
        ("apiVersion: tunelint.dev/v9\nkind: Waivers\n", "no"),
        ("apiVersion: apps/v1\nkind: Deployment\n", "no"),
        ("apiVersion: 5\nkind: [LLMDeployment]\n", "no"),
        ("- kind: LLMDeployment\n", "no"),
        ("apiVersion: tunelint.dev/v2\nkind: LLMDeployment\n", "tunelint.dev/v2 tunelint.dev/v2"),
        ("apiVersion: tunelint.dev/\n", "tunelint.dev/ tunelint.dev/"),
    ] {
        assert_eq!(recognised(text), expected, "{text}");
    }
}

#[test]
fn evidence_is_what_names_a_file() {
    let text = VALID
        .replace("exitPlan: docs/exit-plan.md", "exitPlan: https://example.com/plan")
        .replace("- train/axolotl.yaml", "- train/*.yaml");
    let facts = deployment(&text).facts;
    let mut found: Vec<_> = evidence_paths(&facts, Vocabulary::native())
        .map(|evidence| (evidence.path, evidence.is_glob))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("bench/latency.md", false),
            ("ci/model-tests.yaml", false),
            ("evals/2026-09-report.md", false),
            ("evals/support.yaml", false),
            ("gateway/litellm.yaml", false),
            ("train/*.yaml", true),
        ]
    );
}
