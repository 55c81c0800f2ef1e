//! The manifest of the tests: a vocabulary, and facts made of JSON.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::ast::Expr;
use super::{Issue, Names, Type, Unread, compile};
use crate::finding::Scalar;
use crate::manifest::facts::{FactAt, FactId, FactSet, FactSetBuilder, FactSource, Origin, Reach, Role};
use crate::manifest::view::View;
use crate::manifest::vocabulary::{FactType, PathId, ROOT, Vocabulary};
use crate::policy::eval::{self, Fault, Input, Traced, Truth};
use crate::source::Span;

/// A value that the schema rejected.
pub(in crate::policy) const REJECTED: &str = "<rejected>";

pub(in crate::policy) fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let text = || json!({"type": "string"});
        let money = || json!({"type": "number"});
        let whole = || json!({"type": "integer"});
        let one_of = |values: &[&str]| json!({"type": "string", "enum": values});
        let object = |properties: Value| json!({"type": "object", "properties": properties});
        let map = || json!({"type": "object", "additionalProperties": {"type": "string"}});
        let list = |items: Value| json!({"type": "array", "items": items});
        Vocabulary::from_schema(&json!({"properties": {
            "metadata": object(json!({"name": text(), "labels": map(), "annotations": map()})),
            "spec": object(json!({
                "owner": text(),
                "stage": one_of(&["proof-of-concept", "pilot", "production"]),
                "customization": object(json!({
                    "strategy": one_of(&["prompting", "fine-tuning", "hybrid"]),
                    "method": one_of(&["full", "lora", "qlora"]),
                    "techniques": list(one_of(&["few-shot", "templates", "rag", "chain-of-thought"])),
                })),
                "model": object(json!({
                    "base": text(), "parameters": text(), "revision": text(), "license": text(),
                    "source": one_of(&["open-weights", "proprietary"]),
                })),
                "hosting": object(json!({
                    "kind": one_of(&["on-premises", "private-cloud", "public-cloud", "vendor-api"]),
                    "tenancy": one_of(&["shared", "dedicated"]),
                    "operations": object(json!({"owner": text()})),
                })),
                "workload": object(json!({
                    "monthlyRequests": whole(), "tokensPerRequest": whole(),
                    "domain": one_of(&["narrow", "multi-domain", "exploratory"]),
                    "pattern": one_of(&["repetitive", "mixed", "ad-hoc"]),
                })),
                "requirements": object(json!({
                    "accuracy": object(json!({
                        "tolerance": one_of(&["strict", "moderate", "relaxed"]),
                        "expectedGainPoints": money(), "metric": text(),
                    })),
                    "compliance": object(json!({"level": one_of(&["none", "standard", "strict"]), "frameworks": list(text())})),
                    "latency": object(json!({"critical": {"type": "boolean"}})),
                })),
                "budget": object(json!({
                    "initialUsd": money(), "trainingUsd": money(), "recurringMonthlyUsd": money(),
                })),
                "lifecycle": object(json!({
                    "registry": text(), "reviewed": text(),
                    "expertise": list(one_of(&["model-training", "serving", "evaluation"])),
                })),
                "artifacts": list(json!({"oneOf": [text(), object(json!({"path": text(), "role": text()}))]})),
            })),
        }}))
    })
}

pub(in crate::policy) fn parameters() -> Vec<(Box<str>, Type)> {
    [
        ("minMonthlyRequests", Type::Int),
        ("maxPrice", Type::Double),
        ("reserved", Type::List),
        ("suffix", Type::String),
    ]
    .map(|(name, kind)| (name.into(), kind))
    .into()
}

pub(in crate::policy) fn parameter_values() -> Vec<Scalar> {
    vec![
        Scalar::Int(500_000),
        Scalar::Number(0.1),
        Scalar::List(vec![Scalar::Text("main".into()), Scalar::Text("latest".into())]),
        Scalar::Text("-x".into()),
    ]
}

pub(in crate::policy) fn try_compile(text: &str, expected: Type) -> Result<Expr, Vec<Issue>> {
    let parameters = parameters();
    let checklists = [Box::from("tuning"), Box::from("prompting")];
    compile(
        text,
        expected,
        Names {
            vocabulary: vocabulary(),
            parameters: &parameters,
            checklists: &checklists,
            unread: Unread::NONE,
        },
    )
}

pub(in crate::policy) fn compiled(text: &str) -> Expr {
    try_compile(text, Type::Any).unwrap_or_else(|issues| panic!("{text}: {issues:?}"))
}

/// Facts of a spec, with a key `metadata` beside the others.
pub(in crate::policy) fn facts(spec: &Value, declared: bool) -> FactSet {
    let mut builder = FactSetBuilder::default();
    let text = serde_json::to_string(spec).unwrap();
    let source = crate::source::Source::in_memory("bot.yaml", text);
    let origin = if declared { Origin::Declared } else { Origin::Observed };
    let (role, base, reach) = (Role::Manifest, "/spec".into(), Reach::Identity);
    builder.source(FactSource { source, document: 0, role, base, origin, reach });
    add(&mut builder, ROOT, spec);
    builder.finish(declared)
}

pub(in crate::policy) fn add(builder: &mut FactSetBuilder, path: PathId, value: &Value) -> FactId {
    let at = FactAt { path, key: Span::default(), span: Span::default() };
    match value {
        Value::Null => builder.rejected(at),
        Value::Bool(value) => builder.bool(at, *value),
        Value::Number(number) => match number.as_i64() {
            Some(int) => builder.int(at, int, &number.to_string()),
            None => builder.number(at, number.as_f64().unwrap(), &number.to_string()),
        },
        Value::String(text) if text == REJECTED => builder.rejected(at),
        Value::String(text) => builder.text(at, text),
        Value::Array(items) => {
            let id = builder.list(at);
            for item in items {
                add(builder, vocabulary().child(path, "[]").unwrap(), item);
            }
            builder.close();
            id
        }
        Value::Object(members) => {
            let id = builder.object(at);
            for (key, member) in members {
                let child = add(builder, vocabulary().child(path, key).unwrap(), member);
                if vocabulary().info(path).kind == FactType::Map {
                    builder.map_key(child, key);
                }
            }
            builder.close();
            id
        }
    }
}

/// Calls back with what everything is evaluated on.
pub(in crate::policy) fn with_facts<T>(facts: &FactSet, ask: impl FnOnce(Input<'_>) -> T) -> T {
    let view = View::new(facts, vocabulary());
    let tuning = [
        "workload.monthlyRequests >= 500000 && workload.pattern == 'repetitive'",
        "requirements.accuracy.tolerance == 'strict' || requirements.compliance.level == 'strict'",
        "budget.initialUsd >= 10000 && budget.recurringMonthlyUsd > 0",
    ];
    let prompting = ["workload.domain in ['multi-domain', 'exploratory']", "stage == 'proof-of-concept'"];
    let parameters = parameter_values();
    let checklists =
        [tuning.map(compiled).into_iter().collect::<Vec<_>>(), prompting.map(compiled).into_iter().collect()];
    ask(Input {
        view: &view,
        parameters: &parameters,
        checklists: &checklists,
        today: jiff::civil::date(2026, 11, 24),
    })
}

pub(in crate::policy) fn evaluate(text: &str, spec: &Value) -> Traced {
    let expr = compiled(text);
    with_facts(&facts(spec, true), |input| eval::evaluate(&expr, input))
}

pub(in crate::policy) fn truth(text: &str, spec: &Value) -> Truth {
    evaluate(text, spec).truth
}

/// Of a deployment known only from foreign manifests.
pub(in crate::policy) fn observed_truth(text: &str, spec: &Value) -> Truth {
    let expr = compiled(text);
    with_facts(&facts(spec, false), |input| eval::evaluate(&expr, input)).truth
}

pub(in crate::policy) fn value(text: &str, spec: &Value) -> Result<Option<Scalar>, Fault> {
    let expr = compiled(text);
    with_facts(&facts(spec, true), |input| eval::value_of(&expr, input))
}

/// The decisive reads, written `path`, with `!` where rejected, `?` where missing, `~` where disputed; items with
/// their index, entries of maps with their key.
pub(in crate::policy) fn reads(text: &str, spec: &Value) -> Vec<String> {
    let facts = facts(spec, true);
    let traced = {
        let expr = compiled(text);
        with_facts(&facts, |input| eval::evaluate(&expr, input))
    };
    traced.reads.iter().map(|read| written(read, &facts)).collect()
}

pub(in crate::policy) fn written(read: &eval::Read, facts: &FactSet) -> String {
    let mut written = vocabulary().path(read.path).to_owned();
    if let Some(key) = &read.key {
        written = written.replace('*', key);
    }
    if let Some(item) = read.fact.filter(|_| written.contains("[]")) {
        let mut ids = vec![item];
        while let Some(above) = facts.parent(ids[ids.len() - 1]) {
            ids.push(above);
        }
        let index = ids.windows(2).find_map(|pair| {
            let is_item = vocabulary().path(facts.fact(pair[0]).path).ends_with("[]");
            is_item.then(|| facts.children(pair[1]).position(|child| child == pair[0]).unwrap())
        });
        written =
            written.replace("[]", &format!("[{}]", index.map_or("-".to_owned(), |index| index.to_string())));
    }
    written
        + match read.standing {
            eval::Standing::Known => "",
            eval::Standing::Missing => "?",
            eval::Standing::Rejected => "!",
            eval::Standing::Disagree => "~",
        }
}
