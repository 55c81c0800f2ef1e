//! The facts that the rules speak of, and for each what a manifest can say of it: values at and beside every
//! threshold, empty and placeholder texts, and what the schema rejects.

use super::truth::Given::{self, Rejected, Value as Is};
use super::truth::Items;

/// What one manifest says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) stage: Given<&'static str>,
    pub(crate) strategy: Given<&'static str>,
    pub(crate) method: Given<&'static str>,
    pub(crate) techniques: Given<Items>,
    pub(crate) base: Given<&'static str>,
    /// Billions.
    pub(crate) parameters_billions: Given<f64>,
    pub(crate) revision: Given<&'static str>,
    pub(crate) license: Given<&'static str>,
    pub(crate) source: Given<&'static str>,
    pub(crate) hosting_kind: Given<&'static str>,
    pub(crate) tenancy: Given<&'static str>,
    pub(crate) operations_owner: Given<&'static str>,
    pub(crate) monthly_requests: Given<f64>,
    pub(crate) domain: Given<&'static str>,
    pub(crate) pattern: Given<&'static str>,
    pub(crate) tolerance: Given<&'static str>,
    pub(crate) expected_gain_points: Given<f64>,
    pub(crate) metric: Given<&'static str>,
    pub(crate) evidence: Given<&'static str>,
    pub(crate) compliance: Given<&'static str>,
    pub(crate) sensitivity: Given<&'static str>,
    pub(crate) latency_critical: Given<bool>,
    pub(crate) benchmark: Given<&'static str>,
    pub(crate) consistency: Given<&'static str>,
    pub(crate) initial_usd: Given<f64>,
    pub(crate) training_usd: Given<f64>,
    pub(crate) recurring_monthly_usd: Given<f64>,
    pub(crate) prompt_engineering_annual_usd: Given<f64>,
    pub(crate) price_per_1k_tokens_usd: Given<f64>,
    pub(crate) registry: Given<&'static str>,
    pub(crate) cadence: Given<&'static str>,
    pub(crate) integration_tests: Given<&'static str>,
    pub(crate) evaluation_suite: Given<&'static str>,
    pub(crate) exit_plan: Given<&'static str>,
    pub(crate) expertise: Given<Items>,
}

/// A value as a reader of the manifest understands it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Text(&'static str),
    Number(f64),
    Bool(bool),
    Items(Items),
}

fn text(given: Given<Value>) -> Given<&'static str> {
    given.map(|value| if let Value::Text(text) = value { text } else { unreachable!("{value:?} is no text") })
}

fn number(given: Given<Value>) -> Given<f64> {
    given.map(
        |value| {
            if let Value::Number(number) = value { number } else { unreachable!("{value:?} is no number") }
        },
    )
}

fn boolean(given: Given<Value>) -> Given<bool> {
    given.map(
        |value| if let Value::Bool(value) = value { value } else { unreachable!("{value:?} is no bool") },
    )
}

fn items(given: Given<Value>) -> Given<Items> {
    given.map(
        |value| if let Value::Items(items) = value { items } else { unreachable!("{value:?} is no list") },
    )
}

/// A value as YAML writes it, and what it means.
pub(crate) type Sample = (&'static str, Value);

/// One fact: where it stands, and what can stand there.
pub(crate) struct Field {
    /// Its path below `spec`.
    pub(crate) path: &'static str,
    /// What the schema allows.
    pub(crate) allowed: &'static [Sample],
    /// What it does not.
    pub(crate) rejected: &'static [&'static str],
    /// Tells it to the facts.
    pub(crate) set: fn(&mut Facts, Given<Value>),
}

const fn word(text: &'static str) -> Sample {
    (text, Value::Text(text))
}

const fn amount(yaml: &'static str, number: f64) -> Sample {
    (yaml, Value::Number(number))
}

const fn list(yaml: &'static str, items: Items) -> Sample {
    (yaml, Value::Items(items))
}

const NO_WORD: &[&str] = &["bogus", "Production", "''", "todo", "null", "", "7", "true", "[]", "{}"];
const NO_TEXT: &[&str] = &["null", "", "7", "20241022", "1.5", "true", "[a]", "{a: b}"];
const NO_NUMBER: &[&str] = &["null", "'500000'", "many", "''", "true", "[5]", "{}", ".nan", ".inf", "1e400"];
const NO_AMOUNT: &[&str] = &["-1", "-0.01", "null", "'10000'", "tbd", "true", "[]", ".nan", ".inf", "1e400"];
const NO_COUNT: &[&str] = &["-1", "499999.5", "null", "'500000'", "500k", "[]", ".nan", ".inf", "1e400"];
const NO_BOOL: &[&str] = &["null", "'true'", "yes", "1", "''", "[]"];
const NO_LIST: &[&str] = &["null", "rag", "model-training", "''", "7", "{}"];
const NO_SIZE: &[&str] = &["null", "7", "7b", "7 B", "big", "''", "-7B", "7.B", "true", "[7B]"];

/// Texts that any free text can be; the second half says nothing.
const FREE_TEXTS: &[Sample] = &[
    word("docs/some-file.md"),
    word("quarterly"),
    ("'7'", Value::Text("7")),
    word("none at all"),
    ("''", Value::Text("")),
    ("'  '", Value::Text("  ")),
    word("todo"),
    word("TBD"),
    ("' N/A '", Value::Text(" N/A ")),
    word("None"),
    ("'-'", Value::Text("-")),
    ("'?'", Value::Text("?")),
];

const fn free(path: &'static str, set: fn(&mut Facts, Given<Value>)) -> Field {
    Field { path, allowed: FREE_TEXTS, rejected: NO_TEXT, set }
}

const fn choice(path: &'static str, allowed: &'static [Sample], set: fn(&mut Facts, Given<Value>)) -> Field {
    Field { path, allowed, rejected: NO_WORD, set }
}

const fn usd(path: &'static str, allowed: &'static [Sample], set: fn(&mut Facts, Given<Value>)) -> Field {
    Field { path, allowed, rejected: NO_AMOUNT, set }
}

/// All facts, in the order of the manifest.
pub(crate) const FIELDS: [Field; 35] = [
    choice("stage", &[word("production"), word("pilot"), word("proof-of-concept")], |facts, given| {
        facts.stage = text(given);
    }),
    choice(
        "customization.strategy",
        &[word("fine-tuning"), word("prompting"), word("hybrid")],
        |facts, given| facts.strategy = text(given),
    ),
    choice(
        "customization.method",
        &[
            word("full"),
            word("lora"),
            word("qlora"),
            word("adapter"),
            word("prefix-tuning"),
            word("prompt-tuning"),
        ],
        |facts, given| facts.method = text(given),
    ),
    Field {
        path: "customization.techniques",
        allowed: &[
            list("[]", &[]),
            list("[rag]", &[Is("rag")]),
            list("[few-shot, templates]", &[Is("few-shot"), Is("templates")]),
            list("[chain-of-thought, rag, tool-use]", &[Is("chain-of-thought"), Is("rag"), Is("tool-use")]),
            list("[bogus, rag]", &[Rejected, Is("rag")]),
            list("[rag, 7]", &[Is("rag"), Rejected]),
            list("[templates, null]", &[Is("templates"), Rejected]),
            list("[RAG]", &[Rejected]),
        ],
        rejected: NO_LIST,
        set: |facts, given| facts.techniques = items(given),
    },
    Field {
        path: "model.base",
        allowed: &[
            word("gpt-4o"),
            word("gpt-4o-2024-08-06"),
            word("claude-3-5-sonnet-20241022"),
            word("meta-llama/Llama-2-7b-hf"),
            word("gpt-4-0613"),
            word("gpt-4o-2024-08-06-preview"),
            word("acme/model-2024-13-01"),
            word("acme/model-20240132"),
            word("acme/model-120240101"),
            word("model20241022"),
            ("''", Value::Text("")),
        ],
        rejected: NO_TEXT,
        set: |facts, given| facts.base = text(given),
    },
    Field {
        path: "model.parameters",
        allowed: &[
            amount("7B", 7.0),
            amount("5B", 5.0),
            amount("5.9B", 5.9),
            amount("5999M", 5.999),
            amount("6B", 6.0),
            amount("6.0B", 6.0),
            amount("6000M", 6.0),
            amount("6.74B", 6.74),
            amount("8B", 8.0),
            amount("8000M", 8.0),
            amount("8.1B", 8.1),
            amount("9B", 9.0),
            amount("0.0075T", 7.5),
            amount("1T", 1000.0),
            amount("350M", 0.35),
        ],
        rejected: NO_SIZE,
        set: |facts, given| facts.parameters_billions = number(given),
    },
    Field {
        path: "model.revision",
        allowed: &[
            word("01c7f73d771dfac7d292323805ebc428287df4f9"),
            word("v2.1"),
            word("main"),
            word("master"),
            word("latest"),
            word("HEAD"),
            word("Main"),
            word("mainline"),
            ("''", Value::Text("")),
            word("tbd"),
            ("'-'", Value::Text("-")),
        ],
        rejected: NO_TEXT,
        set: |facts, given| facts.revision = text(given),
    },
    free("model.license", |facts, given| facts.license = text(given)),
    choice("model.source", &[word("open-weights"), word("proprietary")], |facts, given| {
        facts.source = text(given);
    }),
    choice(
        "hosting.kind",
        &[word("vendor-api"), word("public-cloud"), word("private-cloud"), word("on-premises")],
        |facts, given| facts.hosting_kind = text(given),
    ),
    choice("hosting.tenancy", &[word("shared"), word("dedicated")], |facts, given| {
        facts.tenancy = text(given);
    }),
    free("hosting.operations.owner", |facts, given| facts.operations_owner = text(given)),
    Field {
        path: "workload.monthlyRequests",
        allowed: &[
            amount("500000", 500_000.0),
            amount("499999", 499_999.0),
            amount("500001", 500_001.0),
            amount("5e5", 500_000.0),
            amount("500000.0", 500_000.0),
            amount("0x7a120", 500_000.0),
            amount("2000000", 2_000_000.0),
            amount("1", 1.0),
            amount("0", 0.0),
        ],
        rejected: NO_COUNT,
        set: |facts, given| facts.monthly_requests = number(given),
    },
    choice(
        "workload.domain",
        &[word("narrow"), word("multi-domain"), word("exploratory")],
        |facts, given| facts.domain = text(given),
    ),
    choice("workload.pattern", &[word("repetitive"), word("mixed"), word("ad-hoc")], |facts, given| {
        facts.pattern = text(given);
    }),
    choice(
        "requirements.accuracy.tolerance",
        &[word("strict"), word("moderate"), word("relaxed")],
        |facts, given| facts.tolerance = text(given),
    ),
    Field {
        path: "requirements.accuracy.expectedGainPoints",
        allowed: &[
            amount("5", 5.0),
            amount("4", 4.0),
            amount("4.9", 4.9),
            amount("5.0", 5.0),
            amount("5.1", 5.1),
            amount("1e1", 10.0),
            amount("0", 0.0),
            amount("-2.5", -2.5),
        ],
        rejected: NO_NUMBER,
        set: |facts, given| facts.expected_gain_points = number(given),
    },
    free("requirements.accuracy.metric", |facts, given| facts.metric = text(given)),
    free("requirements.accuracy.evidence", |facts, given| facts.evidence = text(given)),
    choice(
        "requirements.compliance.level",
        &[word("strict"), word("standard"), word("none")],
        |facts, given| facts.compliance = text(given),
    ),
    choice(
        "requirements.dataSensitivity",
        &[word("restricted"), word("confidential"), word("internal"), word("public")],
        |facts, given| facts.sensitivity = text(given),
    ),
    Field {
        path: "requirements.latency.critical",
        allowed: &[("true", Value::Bool(true)), ("false", Value::Bool(false))],
        rejected: NO_BOOL,
        set: |facts, given| facts.latency_critical = boolean(given),
    },
    free("requirements.latency.benchmark", |facts, given| facts.benchmark = text(given)),
    choice("requirements.consistency", &[word("strict"), word("tolerant")], |facts, given| {
        facts.consistency = text(given);
    }),
    usd(
        "budget.initialUsd",
        &[
            amount("10000", 10_000.0),
            amount("9999", 9_999.0),
            amount("9999.99", 9_999.99),
            amount("1e4", 10_000.0),
            amount("10001", 10_001.0),
            amount("5000", 5_000.0),
            amount("15000", 15_000.0),
            amount("0", 0.0),
        ],
        |facts, given| facts.initial_usd = number(given),
    ),
    usd(
        "budget.trainingUsd",
        &[
            amount("5000", 5_000.0),
            amount("4999", 4_999.0),
            amount("4999.99", 4_999.99),
            amount("9999", 9_999.0),
            amount("10001", 10_001.0),
            amount("15000", 15_000.0),
            amount("15000.01", 15_000.01),
            amount("15001", 15_001.0),
            amount("0", 0.0),
        ],
        |facts, given| facts.training_usd = number(given),
    ),
    usd(
        "budget.recurringMonthlyUsd",
        &[amount("1", 1.0), amount("0", 0.0), amount("0.0", 0.0), amount("0.01", 0.01), amount("900", 900.0)],
        |facts, given| facts.recurring_monthly_usd = number(given),
    ),
    usd(
        "budget.promptEngineeringAnnualUsd",
        &[amount("1", 1.0), amount("0", 0.0), amount("0.01", 0.01), amount("20000", 20_000.0)],
        |facts, given| facts.prompt_engineering_annual_usd = number(given),
    ),
    usd(
        "budget.pricePer1kTokensUsd",
        &[
            amount("0.10", 0.1),
            amount("0.1", 0.1),
            amount("0.11", 0.11),
            amount("0.1001", 0.1001),
            amount("0.03", 0.03),
            amount("0", 0.0),
            amount("3", 3.0),
        ],
        |facts, given| facts.price_per_1k_tokens_usd = number(given),
    ),
    free("lifecycle.registry", |facts, given| facts.registry = text(given)),
    free("lifecycle.retraining.cadence", |facts, given| facts.cadence = text(given)),
    free("lifecycle.integrationTests", |facts, given| facts.integration_tests = text(given)),
    free("lifecycle.evaluation.suite", |facts, given| facts.evaluation_suite = text(given)),
    free("lifecycle.exitPlan", |facts, given| facts.exit_plan = text(given)),
    Field {
        path: "lifecycle.expertise",
        allowed: &[
            list("[]", &[]),
            list("[model-training]", &[Is("model-training")]),
            list("[serving, model-training]", &[Is("serving"), Is("model-training")]),
            list("[prompt-engineering, evaluation]", &[Is("prompt-engineering"), Is("evaluation")]),
            list("[bogus, model-training]", &[Rejected, Is("model-training")]),
            list("[serving, training]", &[Is("serving"), Rejected]),
        ],
        rejected: NO_LIST,
        set: |facts, given| facts.expertise = items(given),
    },
];
