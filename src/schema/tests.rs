mod policies;

use std::fmt::Write as _;

use super::*;
use crate::document::{Limits, Stream, parse};
use crate::finding::Severity;

const VALID: &str = include_str!("../../tests/data/deployment.yaml");

struct Parsed {
    text: Arc<str>,
    stream: Stream,
    source: Arc<Source>,
}

impl Parsed {
    fn new(text: &str) -> Self {
        let text: Arc<str> = text.into();
        let stream = parse(&text, &Limits::default());
        let source = Source::in_memory("bot.yaml", Arc::clone(&text));
        Self { text, stream, source }
    }

    fn document(&self) -> &Document {
        self.stream.documents.first().expect("one document")
    }

    /// Each finding as `code at «underlined» (pointer): message | help`, with its other labels below it.
    fn shown(&self, findings: &[Finding]) -> String {
        let mut shown = String::new();
        let under = |label: &Label| label.place.span.unwrap().slice(&self.text);
        for finding in findings {
            let _ = writeln!(
                shown,
                "{} at «{}» ({}): {} | {}",
                finding.code.unwrap(),
                under(&finding.primary),
                finding.primary.place.pointer.as_deref().unwrap_or_default(),
                finding.message,
                finding.help.as_deref().unwrap_or("-"),
            );
            for label in &finding.secondary {
                let _ = writeln!(shown, "  «{}»: {}", under(label), label.message);
            }
        }
        shown.trim_end().to_owned()
    }
}

/// What is said of a text: problems first, then what the schema says.
fn said(text: &str) -> String {
    let parsed = Parsed::new(text);
    let mut findings = problems(&parsed.stream.problems, "schema", &parsed.source);
    for document in &parsed.stream.documents {
        findings.extend(validate(document, &parsed.source).0);
    }
    parsed.shown(&findings)
}

/// The manifest of the documentation with one text replaced.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(VALID.matches(from).count(), 1, "{from:?} stands once in the manifest");
    VALID.replace(from, to)
}

fn check(cases: &[(&str, &str, &str)]) {
    for (from, to, expected) in cases {
        let actual = said(&changed(from, to));
        assert_eq!(actual, *expected, "{from:?} -> {to:?}");
    }
}

#[test]
fn the_manifest_of_the_documentation_is_valid() {
    assert_eq!(said(VALID), "");
}

#[test]
fn what_the_page_allows_is_valid() {
    for (from, to) in [
        ("monthlyRequests: 600000", "monthlyRequests: 6e5"),
        ("monthlyRequests: 600000", "monthlyRequests: 600000.0"),
        ("monthlyRequests: 600000", "monthlyRequests: 0"),
        ("expectedGainPoints: 6.5", "expectedGainPoints: -3"),
        ("frameworks: [soc2]", "frameworks: []"),
        ("owner: team-customer-experience", "owner: ''"),
        ("license: llama2", "license: whatever you like"),
        ("labels: {}", "labels: {a.b/c: d}"),
        ("method: lora", "method: full"),
        ("parameters: 7B", "parameters: 0.5M"),
    ] {
        assert_eq!(said(&changed(from, to)), "", "{to}");
    }
}

#[test]
fn an_unknown_key_is_told_at_the_key_with_the_nearest_known_one() {
    check(&[
        (
            "tenancy: dedicated",
            "tenacy: dedicated",
            "unknown-key at «tenacy» (/spec/hosting/tenacy): \"hosting.tenacy\" is not a field of a deployment | did you mean \"tenancy\"?",
        ),
        (
            "monthlyRequests: 600000",
            "monthly_requests: 600000",
            "unknown-key at «monthly_requests» (/spec/workload/monthly_requests): \"workload.monthly_requests\" is not a field of a deployment | did you mean \"monthlyRequests\"?",
        ),
        (
            "  stage: production",
            "  stage: production\n  trainingUsd: 5",
            "unknown-key at «trainingUsd» (/spec/trainingUsd): \"spec.trainingUsd\" is not a field of a deployment | trainingUsd belongs under spec.budget",
        ),
        (
            "  stage: production",
            "  stage: production\n  kind: x",
            "unknown-key at «kind» (/spec/kind): \"spec.kind\" is not a field of a deployment | kind belongs at the top level or under spec.hosting",
        ),
        (
            "role: gateway, ",
            "role: gateway, colour: red, ",
            "unknown-key at «colour» (/spec/artifacts/1/colour): \"artifacts[1].colour\" is not a field of a deployment | its fields: path, role, select",
        ),
    ]);
}

#[test]
fn a_misspelt_required_key_is_one_mistake() {
    check(&[
        (
            "kind: private-cloud",
            "knd: private-cloud",
            "unknown-key at «knd» (/spec/hosting/knd): \"hosting.knd\" is not a field of a deployment | did you mean \"kind\"?",
        ),
        (
            "spec:\n  owner: team-customer-experience",
            "owner: team-customer-experience\nspec:",
            "unknown-key at «owner» (/owner): \"owner\" is not a field of a deployment | owner belongs under spec or under spec.hosting.operations",
        ),
    ]);
    assert_eq!(
        said(&changed(
            "metadata:\n  name: support-bot\n  namespace: customer-experience\n  labels: {}\n  annotations: {}\nspec:",
            "spec:\n  metadata: {name: support-bot}"
        )),
        "unknown-key at «metadata» (/spec/metadata): \"spec.metadata\" is not a field of a deployment | metadata belongs at the top level"
    );
}

#[test]
fn a_missing_key_is_told_at_the_nearest_key_above_down_to_the_one_field_that_is_needed() {
    check(&[
        (
            "  stage: production\n",
            "",
            "required at «spec» (/spec/stage): stage is missing | add stage, one of proof-of-concept, pilot, production",
        ),
        (
            "  hosting:\n    kind: private-cloud\n    tenancy: dedicated\n    provider: aws\n    region: eu-west-1\n    operations: {owner: team-ml-platform}\n",
            "",
            "required at «spec» (/spec/hosting/kind): hosting.kind is missing | add kind, one of on-premises, private-cloud, public-cloud, vendor-api",
        ),
        (
            "path: gateway/litellm.yaml, ",
            "",
            "required at «role» (/spec/artifacts/1/path): artifacts[1].path is missing | add path, for example path: gateway/litellm.yaml",
        ),
    ]);
    assert_eq!(
        said("kind: LLMDeployment\napiVersion: tunelint.dev/v1alpha1\nmetadata: {name: bot}\n"),
        "required at «kind» (/spec): spec is missing | it needs owner, stage, customization.strategy, model.base, hosting.kind"
    );
}

#[test]
fn a_value_outside_its_set_is_told_with_the_set_and_the_nearest_value() {
    check(&[
        (
            "level: standard",
            "level: strickt",
            "enum at «strickt» (/spec/requirements/compliance/level): \"strickt\" is not a compliance level; one of none, standard, strict | did you mean \"strict\"?",
        ),
        (
            "stage: production",
            "stage: prod",
            "enum at «prod» (/spec/stage): \"prod\" is not a stage; one of proof-of-concept, pilot, production | did you mean \"production\"?",
        ),
        (
            "templates, rag]",
            "templates, magic]",
            "enum at «magic» (/spec/customization/techniques/2): \"magic\" is not a prompting technique; one of few-shot, templates, rag, chain-of-thought, tool-use | -",
        ),
        (
            "role: gateway",
            "role: gatway",
            "enum at «gatway» (/spec/artifacts/1/role): \"gatway\" is not a role; one of serving, training, gateway, evaluation, card | did you mean \"gateway\"?",
        ),
        (
            "kind: LLMDeployment",
            "kind: LLMDeploymnt",
            "enum at «LLMDeploymnt» (/kind): \"LLMDeploymnt\" is not the kind of a deployment; it is LLMDeployment | did you mean \"LLMDeployment\"?",
        ),
        (
            "tunelint.dev/v1alpha1",
            "apps/v1",
            "enum at «apps/v1» (/apiVersion): \"apps/v1\" is not the apiVersion of a deployment; it is tunelint.dev/v1alpha1 | write apiVersion: tunelint.dev/v1alpha1",
        ),
    ]);
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_the_fix() {
    check(&[
        (
            "600000",
            "\"600000\"",
            "type at «\"600000\"» (/spec/workload/monthlyRequests): monthlyRequests has to be a whole number, and this is a text (\"600000\") | remove the quotes: 600000",
        ),
        (
            "initialUsd: 12000",
            "initialUsd: 12,000",
            "type at «12,000» (/spec/budget/initialUsd): initialUsd has to be a number, and this is a text (\"12,000\") | write 12000",
        ),
        (
            "p95Ms: 300",
            "p95Ms: 1.5",
            "type at «1.5» (/spec/requirements/latency/p95Ms): p95Ms has to be a whole number, and this is 1.5 | round it",
        ),
        (
            "critical: true",
            "critical: no",
            "type at «no» (/spec/requirements/latency/critical): critical has to be true or false, and this is a text (\"no\") | `no` is a text in YAML 1.2: write false",
        ),
        (
            "parameters: 7B",
            "parameters: 7",
            "type at «7» (/spec/model/parameters): parameters has to be a text, and this is 7 | put it in quotes: \"7\"",
        ),
        (
            "labels: {}",
            "labels: {cost-centre: 4711}",
            "type at «4711» (/metadata/labels/cost-centre): metadata.labels.cost-centre has to be a text, and this is 4711 | put it in quotes: \"4711\"",
        ),
        (
            "frameworks: [soc2]",
            "frameworks: soc2",
            "type at «soc2» (/spec/requirements/compliance/frameworks): frameworks has to be a list, and this is a text (\"soc2\") | write a list: [soc2]",
        ),
        (
            "compliance: {level: standard, frameworks: [soc2]}",
            "compliance: strict",
            "type at «strict» (/spec/requirements/compliance): compliance has to be an object, and this is a text (\"strict\") | write it as {level: strict}",
        ),
        (
            "retraining: {cadence: quarterly}",
            "retraining: quarterly",
            "type at «quarterly» (/spec/lifecycle/retraining): retraining has to be an object, and this is a text (\"quarterly\") | write it as {cadence: quarterly}",
        ),
        (
            "consistency: tolerant",
            "consistency: [tolerant]",
            "type at «[tolerant]» (/spec/requirements/consistency): consistency has to be one of strict, tolerant, and this is a list | write the one value without a list",
        ),
        (
            "- train/axolotl.yaml",
            "- 5",
            "type at «5» (/spec/artifacts/0): artifacts[0] has to be a text or an object, and this is 5 | put it in quotes: \"5\"",
        ),
    ]);
}

#[test]
fn a_number_that_cannot_be_compared_or_is_too_small_is_told() {
    check(&[
        (
            "initialUsd: 12000",
            "initialUsd: .nan",
            "not-finite at «.nan» (/spec/budget/initialUsd): initialUsd has to be a number, and .nan is not finite | write a number that can be compared, or remove the key",
        ),
        (
            "monthlyRequests: 600000",
            "monthlyRequests: 1e400",
            "not-finite at «1e400» (/spec/workload/monthlyRequests): monthlyRequests has to be a whole number, and 1e400 is not finite | write a number that can be compared, or remove the key",
        ),
        (
            "initialUsd: 12000",
            "initialUsd: -.5",
            "minimum at «-.5» (/spec/budget/initialUsd): initialUsd has to be at least 0, and this is -.5 | -",
        ),
    ]);
}

#[test]
fn nothing_is_told_at_the_key_where_there_is_nothing_to_underline() {
    check(&[
        (
            "initialUsd: 12000",
            "initialUsd:",
            "null at «initialUsd» (/spec/budget/initialUsd): initialUsd has no value | remove the key or give a value",
        ),
        (
            "initialUsd: 12000",
            "initialUsd: ~",
            "null at «~» (/spec/budget/initialUsd): initialUsd has no value | remove the key or give a value",
        ),
        (
            "frameworks: [soc2]",
            "frameworks: [null]",
            "null at «null» (/spec/requirements/compliance/frameworks/0): frameworks[0] has no value | remove the item or give a value",
        ),
    ]);
}

#[test]
fn a_text_of_another_form_is_told_with_the_form_it_was_meant_to_have() {
    check(&[
        (
            "parameters: 7B",
            "parameters: 7 billion",
            "pattern at «7 billion» (/spec/model/parameters): \"7 billion\" does not have the form of a model size | did you mean \"7B\"?",
        ),
        (
            "parameters: 7B",
            "parameters: huge",
            "pattern at «huge» (/spec/model/parameters): \"huge\" does not have the form of a model size | write it like 7B",
        ),
        (
            "name: support-bot",
            "name: Support_Bot",
            "pattern at «Support_Bot» (/metadata/name): \"Support_Bot\" does not have the form of a deployment name | did you mean \"support-bot\"?",
        ),
    ]);
    for wrong in ["٧B", "7B\\n", "7.B", "B", "7 B", "-7B", "7b"] {
        let said = said(&changed("parameters: 7B", &format!("parameters: \"{wrong}\"")));
        assert!(said.starts_with("pattern at"), "{wrong}: {said}");
    }
    let long = "a".repeat(64);
    assert!(said(&changed("name: support-bot", &format!("name: {long}"))).starts_with("pattern at"));
    assert_eq!(said(&changed("name: support-bot", &format!("name: {}", &long[1..]))), "");
}

#[test]
fn a_tuning_method_on_a_prompting_deployment_is_told_by_its_strategy() {
    check(&[
        (
            "strategy: fine-tuning",
            "strategy: prompting",
            "forbidden-key at «lora» (/spec/customization/method): method has no place where strategy is prompting | remove method, or correct what contradicts it\n  «prompting»: this decides",
        ),
        // One mistake, although `method` is wrong on any deployment.
        (
            "strategy: fine-tuning\n    method: lora",
            "strategy: prompting\n    method: 5",
            "forbidden-key at «5» (/spec/customization/method): method has no place where strategy is prompting | remove method, or correct what contradicts it\n  «prompting»: this decides",
        ),
        // The strategy is wrong, so nothing can be said of the method.
        (
            "strategy: fine-tuning",
            "strategy: promting",
            "enum at «promting» (/spec/customization/strategy): \"promting\" is not a strategy; one of prompting, fine-tuning, hybrid | did you mean \"prompting\"?",
        ),
    ]);
}

#[test]
fn what_the_parser_told_is_not_told_again() {
    check(&[
        (
            "critical: true",
            "critical: !vault x",
            "unknown-tag at «!vault» (/spec/requirements/latency/critical): the tag `!vault` is not one of YAML's own | write the value itself",
        ),
        (
            "stage: production",
            "stage: production\n  stage: pilot",
            "duplicate-key at «stage» (/spec/stage): the key `stage` stands here a second time | keep one of them\n  «stage»: it stood here first",
        ),
    ]);
    let merge = said(&changed("retraining: {cadence: quarterly}", "retraining: {<<: 5}"));
    assert!(merge.starts_with("merge at «5»") && !merge.contains('\n'), "{merge}");
}

#[test]
fn an_alias_is_underlined_where_it_is_used_with_a_label_at_its_anchor() {
    check(&[(
        "strategy: fine-tuning\n    method: lora",
        "strategy: &how fine-tuning\n    method: *how",
        "enum at «*how» (/spec/customization/method): \"fine-tuning\" is not a tuning method; one of full, lora, qlora, adapter, prefix-tuning, prompt-tuning | -\n  «fine-tuning»: the value stands here",
    )]);
}

#[test]
fn a_mistake_inside_an_anchored_object_is_underlined_there_with_a_label_at_the_alias() {
    assert_eq!(
        said(&changed("labels: {}", "labels: &it {a: 1}").replace("annotations: {}", "annotations: *it")),
        "type at «1» (/metadata/annotations/a): metadata.annotations.a has to be a text, and this is 1 | put it in quotes: \"1\"\n  \
         «*it»: used here\n\
         type at «1» (/metadata/labels/a): metadata.labels.a has to be a text, and this is 1 | put it in quotes: \"1\""
    );
}

#[test]
fn a_merged_value_has_a_label_where_it_was_merged() {
    assert_eq!(
        said(
            &changed("labels: {}", "labels: &it {owner: 5}")
                .replace("annotations: {}", "annotations: {<<: *it}")
        ),
        "type at «5» (/metadata/annotations/owner): metadata.annotations.owner has to be a text, and this is 5 | put it in quotes: \"5\"\n  \
         «<<»: merged in here\n\
         type at «5» (/metadata/labels/owner): metadata.labels.owner has to be a text, and this is 5 | put it in quotes: \"5\""
    );
}

#[test]
fn several_mistakes_are_several_findings_in_the_order_of_the_file() {
    let text = changed("tenancy: dedicated\n    provider: aws", "tenacy: dedicated\n    vendor: aws")
        .replace("stage: production", "stage: live");
    let codes: Vec<_> =
        said(&text).lines().map(|line| line.split(" | ").next().unwrap().to_owned()).collect();
    assert_eq!(
        codes,
        [
            "enum at «live» (/spec/stage): \"live\" is not a stage; one of proof-of-concept, pilot, production",
            "unknown-key at «tenacy» (/spec/hosting/tenacy): \"hosting.tenacy\" is not a field of a deployment",
            "unknown-key at «vendor» (/spec/hosting/vendor): \"hosting.vendor\" is not a field of a deployment",
        ]
    );
}

#[test]
fn a_page_of_mistakes_is_cut_short_and_still_rejected() {
    let items = "5, ".repeat(300);
    let parsed = Parsed::new(&changed("frameworks: [soc2]", &format!("frameworks: [{items}]")));
    let (findings, rejected) = validate(parsed.document(), &parsed.source);
    assert_eq!(findings.len(), mistake::MOST + 1);
    assert_eq!(findings.last().unwrap().message, "200 more mistakes in this document are not shown");
    for index in 0..300 {
        let pointer = format!("/spec/requirements/compliance/frameworks/{index}");
        assert!(rejected.contains(&pointer), "{pointer}");
    }
}

#[test]
fn a_long_value_is_shortened() {
    let said = said(&changed("stage: production", &format!("stage: {}", "é".repeat(500))));
    assert!(said.contains(&format!("\"{}…\" is not a stage", "é".repeat(60))), "{said}");
}

/// What is said of the node at a pointer, taken for a part of a spec, and what is rejected in it.
fn said_of_part(text: &str, pointer: &str) -> (String, Rejected) {
    let parsed = Parsed::new(text);
    let (node, found) = parsed.document().resolve(pointer);
    assert!(found);
    let (findings, rejected) = validate_spec(node, pointer, &parsed.source);
    (parsed.shown(&findings), rejected)
}

#[test]
fn a_part_of_a_spec_lacks_what_it_likes_and_is_held_to_the_rest() {
    let text = "pass:\n  - {stage: live, workload: {monthlyRequests: 5}}\n  - {metadata: {name: bot}, artifacts: [{role: card}]}\n  - {customization: {method: lora}}\n  - {customization: {strategy: prompting, method: lora}}\n  - nothing\n";
    let (said, rejected) = said_of_part(text, "/pass/0");
    assert_eq!(
        said,
        "enum at «live» (/pass/0/stage): \"live\" is not a stage; one of proof-of-concept, pilot, production | -"
    );
    assert!(rejected.contains("/stage") && !rejected.contains("/pass/0/stage"));
    assert_eq!(said_of_part(text, "/pass/1").0, "");
    assert_eq!(said_of_part(text, "/pass/2").0, "", "without a strategy any method goes");
    let (said, rejected) = said_of_part(text, "/pass/3");
    assert!(said.starts_with("forbidden-key at «lora» (/pass/3/customization/method)"), "{said}");
    assert!(rejected.contains("/customization/method"));
    let (said, rejected) = said_of_part(text, "/pass/4");
    assert!(said.starts_with("type at «nothing» (/pass/4): a deployment has to be an object"), "{said}");
    assert!(rejected.contains(""));
}

const RULE: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Rule
metadata: {name: some-rule}
spec:
  summary: Something bad
  severity: {production: error, default: warning}
  why: It is
  when: stage == 'pilot'
  require: present(owner)
  message: bad
  examples: {pass: [{stage: pilot}], fail: []}
";

const PACK: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Pack
metadata: {name: some-pack}
spec:
  title: Some pack
  version: 1.0.0
  license: MIT
  source: {title: A guide, retrieved: 2026-11-24}
  parameters:
    least: {default: 5, unit: points, description: The least, minimum: 0}
    names: {default: [main, 5], description: Names}
  checklists:
    either: [{id: one, title: One, met: stage == 'pilot'}]
";

/// The same schema without words, as the build script has to leave it.
pub(crate) fn without_words(schema: &serde_json::Value) -> serde_json::Value {
    let mut schema = schema.clone();
    let Some(members) = schema.as_object_mut() else { return schema };
    members.retain(|keyword, _| !["title", "description", "examples"].contains(&keyword.as_str()));
    for (keyword, value) in members {
        match keyword.as_str() {
            "properties" | "$defs" => {
                value.as_object_mut().unwrap().values_mut().for_each(|value| *value = without_words(value));
            }
            "oneOf" => {
                value.as_array_mut().unwrap().iter_mut().for_each(|value| *value = without_words(value));
            }
            "items" | "additionalProperties" | "if" | "then" => *value = without_words(value),
            _ => {}
        }
    }
    schema
}
