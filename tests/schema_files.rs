//! The published schemas: valid themselves, documented in every field, and with examples that fit.

use serde_json::{Value, json};
use tunelint::manifest::vocabulary::{FactType, Vocabulary};
use tunelint::schema::SCHEMAS;

#[expect(clippy::expect_used, reason = "a test's own helper")]
fn schemas() -> impl Iterator<Item = (&'static str, Value)> {
    SCHEMAS.iter().map(|&(name, text)| (name, serde_json::from_str(text).expect(name)))
}

/// Calls `visit` with every subschema that describes a field, an item, a map's value or a branch.
fn each(schema: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, schema);
    for (name, child) in schema["properties"].as_object().into_iter().flatten() {
        each(child, &format!("{path}/properties/{name}"), visit);
    }
    for keyword in ["items", "additionalProperties"] {
        if schema[keyword].is_object() {
            each(&schema[keyword], &format!("{path}/{keyword}"), visit);
        }
    }
    for (index, branch) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        each(branch, &format!("{path}/oneOf/{index}"), visit);
    }
}

#[test]
fn every_schema_is_valid_under_its_meta_schema() {
    for (name, schema) in schemas() {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        jsonschema::draft202012::new(&schema).expect(name);
    }
}

#[test]
fn every_schema_has_an_address_of_its_own() {
    let mut ids: Vec<_> = schemas().map(|(_, schema)| schema["$id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.iter().all(|id| id.starts_with("https://tunelint.dev/schemas/")));
    assert_eq!(ids[0], "https://tunelint.dev/schemas/v1alpha1/llm-deployment.schema.json");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), SCHEMAS.len());
}

#[test]
fn every_field_has_a_title_a_description_and_examples_that_an_editor_shows() {
    for (name, schema) in
        schemas().filter(|(name, _)| !["report", "test", "impact", "audit-report"].contains(name))
    {
        let mut fields = 0;
        each(&schema, "", &mut |path, field| {
            fields += 1;
            for word in ["title", "description"] {
                let text = field[word].as_str().unwrap_or_default();
                assert!(!text.trim().is_empty(), "{name}{path} has no {word}");
            }
            let examples = field["examples"].as_array();
            assert!(examples.is_some_and(|examples| !examples.is_empty()), "{name}{path} has no examples");
        });
        assert!(fields > 10, "{name} has only {fields} fields");
    }
}

#[test]
fn every_example_fits_the_field_it_stands_at() {
    for (name, schema) in schemas() {
        each(&schema, "", &mut |path, field| {
            let mut alone = field.clone();
            alone["$defs"] = schema["$defs"].clone();
            if alone["$defs"].is_null() {
                alone["$defs"] = json!({});
            }
            let validator = jsonschema::draft202012::new(&alone).expect("a subschema is a schema");
            for example in field["examples"].as_array().into_iter().flatten() {
                if let Err(error) = validator.validate(example) {
                    panic!("{name}{path}: {example}: {error}");
                }
            }
        });
    }
}

#[test]
fn every_object_with_fields_is_closed() {
    for (name, schema) in schemas() {
        each(&schema, "", &mut |path, field| {
            if field["type"] == "object" && field["properties"].is_object() {
                assert_eq!(field["additionalProperties"], false, "{name}{path} is open");
            }
        });
    }
}

#[test]
fn the_report_schema_takes_a_report_and_its_lines_and_nothing_else() {
    let (_, schema) = schemas().find(|(name, _)| *name == "report").unwrap();
    let report = jsonschema::draft202012::new(&schema).unwrap();
    let line = json!({"$ref": "#/$defs/line", "$defs": schema["$defs"]});
    let line = jsonschema::draft202012::new(&line).unwrap();

    let position = |offset: u32| json!({"offset": offset, "line": 1, "column": offset + 1});
    let finding = json!({
        "rule": "fine-tuning-below-volume", "pack": "customization-framework", "code": null, "outcome": "fail",
        "severity": "error", "message": "too few", "help": null, "guide": ["Thresholds"],
        "passesIf": [{"path": "workload.monthlyRequests", "op": ">=", "value": 500_000}], "missing": [],
        "decisive": [{"path": "workload.monthlyRequests", "value": 1, "op": ">=", "threshold": 500_000,
                      "parameter": "minMonthlyRequests", "parameterSource": "builtin:customization-framework"}],
        "deployment": "bot", "deploymentId": "bot.yaml#0", "file": "bot.yaml", "document": 0,
        "pointer": "/spec/workload/monthlyRequests", "span": {"start": position(5), "end": position(7)},
        "labels": [{"file": "bot.yaml", "document": 0, "pointer": null, "span": null, "message": "1",
                    "primary": true}],
        "fingerprint": "00", "status": "open"});
    let deployment = json!({
        "name": "bot", "file": "bot.yaml", "document": 0, "format": "llm-deployment", "owner": null,
        "stage": "pilot", "strategy": null,
        "outcomes": {"pass": 1, "fail": 1, "undetermined": 0, "notApplicable": 0, "notApplicableUnknown": 0}});
    let summary = json!({
        "files": 1, "skipped": 0, "manifests": 1, "errors": 1, "warnings": 0, "notes": 0, "undetermined": 0,
        "invalid": 0, "unreadable": 0, "suppressed": 0, "waived": 0, "baselined": 0, "notApplicableUnknown": 0,
        "exit": 1});
    let digest = format!("sha256:{}", "0".repeat(64));
    let mut whole = json!({
        "schema": "tunelint.dev/report/v1", "tool": {"name": "tunelint", "version": "0.1.0"},
        "run": {"commit": null, "trust": null, "today": "2026-11-24", "config": digest},
        "packs": [{"name": "p", "version": "1.0.0", "digest": digest, "parameters": {"list": ["a", 1]}}],
        "summary": summary, "deployments": [deployment], "findings": [finding]});
    report.validate(&whole).unwrap_or_else(|error| panic!("{error} at {}", error.instance_path()));

    for (kind, record) in [("finding", &finding), ("deployment", &deployment), ("summary", &summary)] {
        let mut record = record.clone();
        assert!(!line.is_valid(&record), "a {kind} without a type");
        record["type"] = kind.into();
        line.validate(&record).unwrap_or_else(|error| panic!("{kind}: {error}"));
        record["surprise"] = 1.into();
        assert!(!line.is_valid(&record), "a {kind} with a field that nobody knows");
    }
    whole["findings"][0]["surprise"] = 1.into();
    assert!(!report.is_valid(&whole), "a closed finding took a field that nobody knows");
}

#[test]
fn the_paths_of_facts_are_those_of_the_manifest() {
    let mut paths: Vec<&str> = Vocabulary::native().iter().map(|(_, info)| &*info.path).collect();
    paths.sort_unstable();
    let expected = [
        "",
        "artifacts",
        "artifacts[]",
        "artifacts[].path",
        "artifacts[].role",
        "artifacts[].select",
        "budget",
        "budget.initialUsd",
        "budget.pricePer1kTokensUsd",
        "budget.promptEngineeringAnnualUsd",
        "budget.recurringMonthlyUsd",
        "budget.trainingUsd",
        "customization",
        "customization.method",
        "customization.strategy",
        "customization.techniques",
        "customization.techniques[]",
        "hosting",
        "hosting.kind",
        "hosting.operations",
        "hosting.operations.owner",
        "hosting.provider",
        "hosting.region",
        "hosting.tenancy",
        "lifecycle",
        "lifecycle.evaluation",
        "lifecycle.evaluation.suite",
        "lifecycle.exitPlan",
        "lifecycle.expertise",
        "lifecycle.expertise[]",
        "lifecycle.integrationTests",
        "lifecycle.registry",
        "lifecycle.retraining",
        "lifecycle.retraining.cadence",
        "metadata",
        "metadata.annotations",
        "metadata.annotations.*",
        "metadata.labels",
        "metadata.labels.*",
        "metadata.name",
        "metadata.namespace",
        "model",
        "model.base",
        "model.license",
        "model.parameters",
        "model.revision",
        "model.source",
        "owner",
        "requirements",
        "requirements.accuracy",
        "requirements.accuracy.baseline",
        "requirements.accuracy.evidence",
        "requirements.accuracy.expectedGainPoints",
        "requirements.accuracy.metric",
        "requirements.accuracy.tolerance",
        "requirements.compliance",
        "requirements.compliance.frameworks",
        "requirements.compliance.frameworks[]",
        "requirements.compliance.level",
        "requirements.consistency",
        "requirements.dataSensitivity",
        "requirements.latency",
        "requirements.latency.benchmark",
        "requirements.latency.critical",
        "requirements.latency.p95Ms",
        "stage",
        "workload",
        "workload.domain",
        "workload.monthlyRequests",
        "workload.pattern",
        "workload.tokensPerRequest",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn what_a_fact_is_comes_from_the_schema() {
    let vocabulary = Vocabulary::native();
    let kind = |path: &str| vocabulary.info(vocabulary.find(path).expect(path)).kind;
    assert_eq!(kind("workload.monthlyRequests"), FactType::Integer);
    assert_eq!(kind("requirements.accuracy.expectedGainPoints"), FactType::Number);
    assert_eq!(kind("requirements.latency.critical"), FactType::Bool);
    assert_eq!(kind("metadata.labels"), FactType::Map);
    assert_eq!(kind("artifacts"), FactType::List);
    assert_eq!(kind("artifacts[]"), FactType::Any);
    let stage = vocabulary.info(vocabulary.find("stage").unwrap());
    assert_eq!(
        stage.values.iter().map(|v| &**v).collect::<Vec<_>>(),
        ["proof-of-concept", "pilot", "production"]
    );
    for (_, info) in vocabulary.iter() {
        assert!(!info.description.is_empty(), "{} has no description", info.path);
    }
}
