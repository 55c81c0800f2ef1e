//! The 39 rules as the guide's catalogue states them, written a second time and not from the policy files.

use super::facts::Facts;
use super::truth::Given::{Absent, Rejected, Value};
use super::truth::Truth::{self, False, True, Unknown};

/// What a rule comes to for a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Expected {
    Pass,
    Fail,
    Undetermined,
    NotApplicable,
    NotApplicableUnknown,
}

/// One row of the catalogue.
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: &'static str,
    /// Its severity, by stage where it differs: as the policy file writes it.
    pub(crate) severity: &'static str,
    /// Titles of the sections it stands on.
    pub(crate) guide: &'static [&'static str],
    applies: fn(&Facts) -> Truth,
    requires: fn(&Facts) -> Truth,
}

impl Rule {
    /// What the rule says of a deployment.
    pub(crate) fn judge(&self, facts: &Facts) -> Expected {
        match ((self.applies)(facts), (self.requires)(facts)) {
            (False, _) => Expected::NotApplicable,
            (Unknown, _) => Expected::NotApplicableUnknown,
            (True, True) => Expected::Pass,
            (True, False) => Expected::Fail,
            (True, Unknown) => Expected::Undetermined,
        }
    }
}

const UNDERSTANDING: &str = "Understanding Fine-Tuning and Prompting";
const COST: &str = "Cost and Complexity Considerations";
const FIT: &str = "Performance and Use Case Fit";
const LATENCY: &str = "Latency and Infrastructure Impact";
const LICENSING: &str = "Licensing and Vendor Lock-in";
const THRESHOLDS: &str = "Decision Thresholds for Enterprises";
const WHEN_TO_TUNE: &str = "When to prioritize fine-tuning over prompting";
const WHEN_TO_PROMPT: &str = "When to prioritize prompting over fine-tuning";
const CLOSING: &str = "When to prioritize prompting over fine-tuning (closing paragraph)";

const MIN_MONTHLY_REQUESTS: f64 = 500_000.0;
const MIN_INITIAL_USD: f64 = 10_000.0;
const BALANCE_MARGIN: i32 = 3;

fn fine_tuning(facts: &Facts) -> Truth {
    facts.strategy.is("fine-tuning")
}

fn prompting(facts: &Facts) -> Truth {
    facts.strategy.is("prompting")
}

fn hybrid(facts: &Facts) -> Truth {
    facts.strategy.is("hybrid")
}

/// Weights are changed.
fn tunes(facts: &Facts) -> Truth {
    facts.strategy.is_not("prompting")
}

/// Prompts carry the task.
fn prompts(facts: &Facts) -> Truth {
    facts.strategy.is_not("fine-tuning")
}

fn past_the_proof(facts: &Facts) -> Truth {
    facts.stage.test(|stage| matches!(stage, "pilot" | "production"))
}

fn in_production(facts: &Facts) -> Truth {
    facts.stage.is("production")
}

/// The infrastructure is the company's alone.
fn private(facts: &Facts) -> Truth {
    match (facts.hosting_kind, facts.tenancy) {
        (Absent | Rejected, _) | (Value("public-cloud"), Rejected) => Unknown,
        (Value("on-premises" | "private-cloud"), _) | (Value("public-cloud"), Value("dedicated")) => True,
        (Value(_), _) => False,
    }
}

/// Nobody, or somebody with an allowed value, says that compliance is strict.
fn lenient_compliance(facts: &Facts) -> Truth {
    match facts.compliance {
        Value("strict") => False,
        Value(_) | Absent => True,
        Rejected => Unknown,
    }
}

fn repays_tuning(facts: &Facts) -> Truth {
    facts.monthly_requests.test(|requests| requests >= MIN_MONTHLY_REQUESTS)
}

/// A name that ends in the day its model was published, with or without hyphens in the date.
fn is_dated(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let in_range = |text: &str, most: u32| matches!(text.parse(), Ok(number) if (1..=most).contains(&number));
    let is_day = |year: &str, month: &str, day: &str| {
        year.len() == 4
            && (month.len(), day.len()) == (2, 2)
            && digits(year)
            && digits(month)
            && digits(day)
            && in_range(month, 12)
            && in_range(day, 31)
    };
    let parts: Vec<&str> = name.split('-').collect();
    match *parts.as_slice() {
        [_, .., last] if last.len() == 8 && last.is_ascii() => is_day(&last[..4], &last[4..6], &last[6..]),
        [_, .., year, month, day] => is_day(year, month, day),
        _ => false,
    }
}

/// The signals of one side: how many are met for certain, and how many at most.
fn count(signals: [Truth; 5]) -> (i32, i32) {
    let number = |wanted| signals.iter().map(|&signal| i32::from(signal == wanted)).sum::<i32>();
    (number(True), number(True) + number(Unknown))
}

fn signals_for_tuning(facts: &Facts) -> (i32, i32) {
    let sensitive = facts.sensitivity.test(|level| matches!(level, "confidential" | "restricted"));
    count([
        repays_tuning(facts).and(facts.pattern.is("repetitive")).and(facts.domain.is("narrow")),
        facts.tolerance.is("strict").or(facts.compliance.is("strict")),
        facts
            .initial_usd
            .test(|usd| usd >= MIN_INITIAL_USD)
            .and(facts.recurring_monthly_usd.test(|usd| usd > 0.0)),
        facts.latency_critical.or_undeclared(false).is(true).and(facts.compliance.is("strict").or(sensitive)),
        facts.consistency.is("strict"),
    ])
}

fn signals_for_prompting(facts: &Facts) -> (i32, i32) {
    count([
        facts.domain.test(|domain| matches!(domain, "multi-domain" | "exploratory")),
        facts.initial_usd.test(|usd| usd < MIN_INITIAL_USD).or(!facts.expertise.contains("model-training")),
        facts.stage.is("proof-of-concept"),
        (!repays_tuning(facts)).or(facts.pattern.is("ad-hoc")),
        facts.consistency.is("tolerant"),
    ])
}

/// One side leads the other by less than the margin, however its unknown signals turn out.
fn leads_by_little(ahead: (i32, i32), behind: (i32, i32)) -> Truth {
    if ahead.1 - behind.0 < BALANCE_MARGIN {
        True
    } else if ahead.0 - behind.1 >= BALANCE_MARGIN {
        False
    } else {
        Unknown
    }
}

/// The catalogue, in its order.
pub(crate) const RULES: [Rule; 39] = [
    Rule {
        id: "fine-tuning-below-volume",
        severity: "error",
        guide: &[THRESHOLDS],
        applies: |facts| fine_tuning(facts).and(lenient_compliance(facts)),
        requires: repays_tuning,
    },
    Rule {
        id: "fine-tuning-below-volume-for-compliance",
        severity: "note",
        guide: &[THRESHOLDS],
        applies: |facts| fine_tuning(facts).and(facts.compliance.is("strict")),
        requires: repays_tuning,
    },
    Rule {
        id: "fine-tuning-low-accuracy-gain",
        severity: "error",
        guide: &[THRESHOLDS],
        applies: |facts| fine_tuning(facts).and(lenient_compliance(facts)),
        requires: |facts| facts.expected_gain_points.test(|points| points >= 5.0),
    },
    Rule {
        id: "accuracy-gain-without-evidence",
        severity: "note",
        guide: &[THRESHOLDS],
        applies: |facts| fine_tuning(facts).and(facts.expected_gain_points.is_there().into()),
        requires: |facts| facts.metric.is_present().and(facts.evidence.is_present()),
    },
    Rule {
        id: "fine-tuning-underfunded",
        severity: "warning",
        guide: &[THRESHOLDS, COST],
        applies: fine_tuning,
        requires: |facts| {
            let needed = if let Value(usd) = facts.training_usd { usd } else { MIN_INITIAL_USD };
            facts.initial_usd.test(|usd| usd >= needed)
        },
    },
    Rule {
        id: "fine-tuning-without-recurring-budget",
        severity: "warning",
        guide: &[THRESHOLDS],
        applies: |facts| tunes(facts).and(past_the_proof(facts)),
        requires: |facts| facts.recurring_monthly_usd.test(|usd| usd > 0.0),
    },
    Rule {
        id: "fine-tuning-training-cost-out-of-range",
        severity: "note",
        guide: &[COST],
        applies: |facts| {
            fine_tuning(facts)
                .and(facts.parameters_billions.test(|size| (6.0..=8.0).contains(&size)))
                .and(facts.training_usd.is_there().into())
                .and(facts.hosting_kind.is_not("on-premises"))
        },
        requires: |facts| {
            let low_is_fine = facts.method.is_not("full");
            let at_most = facts.training_usd.test(|usd| usd <= 15_000.0);
            let at_least = facts.training_usd.test(|usd| usd >= 5_000.0);
            at_most.and(low_is_fine.or(at_least))
        },
    },
    Rule {
        id: "fine-tuning-without-cost-comparison",
        severity: "note",
        guide: &[COST],
        applies: |facts| fine_tuning(facts).and(past_the_proof(facts)),
        requires: |facts| facts.prompt_engineering_annual_usd.is_there().into(),
    },
    Rule {
        id: "fine-tuning-in-proof-of-concept",
        severity: "warning",
        guide: &[THRESHOLDS],
        applies: fine_tuning,
        requires: past_the_proof,
    },
    Rule {
        id: "fine-tuning-broad-domain",
        severity: "warning",
        guide: &[FIT],
        applies: fine_tuning,
        requires: |facts| facts.domain.is("narrow"),
    },
    Rule {
        id: "fine-tuning-ad-hoc-traffic",
        severity: "warning",
        guide: &[WHEN_TO_TUNE],
        applies: fine_tuning,
        requires: |facts| facts.pattern.is_not("ad-hoc"),
    },
    Rule {
        id: "fine-tuning-without-versioning",
        severity: "{production: error, default: warning}",
        guide: &[COST],
        applies: |facts| tunes(facts).and(past_the_proof(facts)),
        requires: |facts| facts.registry.is_present(),
    },
    Rule {
        id: "fine-tuning-without-retraining-plan",
        severity: "warning",
        guide: &[COST],
        applies: |facts| tunes(facts).and(past_the_proof(facts)),
        requires: |facts| facts.cadence.is_present(),
    },
    Rule {
        id: "fine-tuning-without-integration-tests",
        severity: "warning",
        guide: &[COST],
        applies: |facts| tunes(facts).and(past_the_proof(facts)),
        requires: |facts| facts.integration_tests.is_present(),
    },
    Rule {
        id: "fine-tuning-without-expertise",
        severity: "note",
        guide: &[WHEN_TO_PROMPT],
        applies: tunes,
        requires: |facts| facts.expertise.contains("model-training"),
    },
    Rule {
        id: "full-fine-tuning-where-adapters-may-do",
        severity: "note",
        guide: &[UNDERSTANDING],
        applies: |facts| fine_tuning(facts).and(facts.method.is("full")),
        requires: |facts| facts.tolerance.is("strict"),
    },
    Rule {
        id: "fine-tuning-error-tolerant-workload",
        severity: "warning",
        guide: &[FIT, WHEN_TO_PROMPT],
        applies: fine_tuning,
        requires: |facts| !facts.tolerance.is("relaxed").and(facts.consistency.is("tolerant")),
    },
    Rule {
        id: "fine-tuning-vendor-lock-in",
        severity: "warning",
        guide: &[LICENSING],
        applies: |facts| {
            let elsewhere = facts.hosting_kind.test(|kind| matches!(kind, "vendor-api" | "public-cloud"));
            let closed = facts.source.or_undeclared("proprietary").is_not("open-weights");
            tunes(facts).and(past_the_proof(facts)).and(elsewhere).and(closed)
        },
        requires: |facts| facts.exit_plan.is_present(),
    },
    Rule {
        id: "regulated-fine-tuning-off-private-hosting",
        severity: "error",
        guide: &[THRESHOLDS],
        applies: tunes,
        requires: |facts| {
            let harmless = facts.compliance.is_not("strict").and(facts.sensitivity.is_not("restricted"));
            private(facts).or(harmless)
        },
    },
    Rule {
        id: "confidential-fine-tuning-off-private-hosting",
        severity: "warning",
        guide: &[THRESHOLDS],
        applies: tunes,
        requires: |facts| private(facts).or(facts.sensitivity.is_not("confidential")),
    },
    Rule {
        id: "private-hosting-without-operations",
        severity: "warning",
        guide: &[LATENCY, LICENSING],
        applies: |facts| private(facts).and(past_the_proof(facts)),
        requires: |facts| facts.operations_owner.is_present(),
    },
    Rule {
        id: "hosted-fine-tune-price-above-range",
        severity: "warning",
        guide: &[LATENCY],
        applies: |facts| tunes(facts).and(facts.hosting_kind.is("vendor-api")),
        requires: |facts| facts.price_per_1k_tokens_usd.test(|usd| usd <= 0.10),
    },
    Rule {
        id: "prompting-under-strict-compliance",
        severity: "error",
        guide: &[THRESHOLDS, WHEN_TO_TUNE],
        applies: |facts| prompting(facts).and(!private(facts)),
        requires: |facts| facts.compliance.is_not("strict"),
    },
    Rule {
        id: "prompting-under-strict-compliance-on-private-hosting",
        severity: "warning",
        guide: &[THRESHOLDS, WHEN_TO_TUNE],
        applies: |facts| prompting(facts).and(private(facts)),
        requires: |facts| facts.compliance.is_not("strict"),
    },
    Rule {
        id: "prompting-at-production-scale",
        severity: "warning",
        guide: &[THRESHOLDS],
        applies: |facts| {
            prompting(facts)
                .and(in_production(facts))
                .and(facts.domain.is("narrow"))
                .and(facts.pattern.is("repetitive"))
        },
        requires: |facts| !repays_tuning(facts),
    },
    Rule {
        id: "prompting-under-strict-accuracy",
        severity: "warning",
        guide: &[FIT, WHEN_TO_TUNE],
        applies: prompting,
        requires: |facts| facts.tolerance.is_not("strict").or(facts.techniques.contains("rag")),
    },
    Rule {
        id: "prompting-where-consistency-is-strict",
        severity: "warning",
        guide: &[WHEN_TO_TUNE],
        applies: prompting,
        requires: |facts| facts.consistency.is_not("strict"),
    },
    Rule {
        id: "prompting-unpinned-model",
        severity: "warning",
        guide: &[LICENSING],
        applies: prompts,
        requires: |facts| {
            let moves = facts.revision.test(|name| matches!(name, "main" | "master" | "latest" | "HEAD"));
            facts.revision.is_present().and(!moves).or(facts.base.test(is_dated))
        },
    },
    Rule {
        id: "prompting-without-evaluation",
        severity: "warning",
        guide: &[COST],
        applies: |facts| prompts(facts).and(past_the_proof(facts)),
        requires: |facts| facts.evaluation_suite.is_present(),
    },
    Rule {
        id: "prompting-latency-critical-on-vendor-api",
        severity: "note",
        guide: &[LATENCY],
        applies: |facts| prompting(facts).and(facts.hosting_kind.is("vendor-api")),
        requires: |facts| facts.latency_critical.or_undeclared(false).is_not(true),
    },
    Rule {
        id: "prompting-without-retrieval",
        severity: "note",
        guide: &[THRESHOLDS],
        applies: |facts| prompting(facts).and(in_production(facts)),
        requires: |facts| facts.techniques.contains("rag"),
    },
    Rule {
        id: "prompting-without-iteration-budget",
        severity: "note",
        guide: &[COST],
        applies: |facts| prompting(facts).and(in_production(facts)),
        requires: |facts| facts.prompt_engineering_annual_usd.test(|usd| usd > 0.0),
    },
    Rule {
        id: "prompting-with-restricted-data-off-private-hosting",
        severity: "error",
        guide: &[THRESHOLDS],
        applies: prompting,
        requires: |facts| private(facts).or(facts.sensitivity.is_not("restricted")),
    },
    Rule {
        id: "prompting-with-confidential-data-off-private-hosting",
        severity: "warning",
        guide: &[THRESHOLDS],
        applies: prompting,
        requires: |facts| private(facts).or(facts.sensitivity.is_not("confidential")),
    },
    Rule {
        id: "hybrid-in-production",
        severity: "warning",
        guide: &[CLOSING],
        applies: hybrid,
        requires: |facts| !in_production(facts),
    },
    Rule {
        id: "hybrid-with-full-fine-tuning",
        severity: "warning",
        guide: &[CLOSING],
        applies: hybrid,
        requires: |facts| facts.method.is_not("full"),
    },
    Rule {
        id: "latency-critical-without-benchmark",
        severity: "warning",
        guide: &[LATENCY],
        applies: |facts| facts.latency_critical.or_undeclared(false).is(true),
        requires: |facts| facts.benchmark.is_present(),
    },
    Rule {
        id: "open-weights-without-license",
        severity: "warning",
        guide: &[LICENSING],
        applies: |facts| facts.source.is("open-weights"),
        requires: |facts| facts.license.is_present(),
    },
    Rule {
        id: "strategy-against-the-balance",
        severity: "note",
        guide: &[WHEN_TO_TUNE, WHEN_TO_PROMPT],
        applies: |facts| facts.strategy.is_not("hybrid"),
        requires: |facts| {
            let (tune, prompt) = (signals_for_tuning(facts), signals_for_prompting(facts));
            match facts.strategy {
                Value("fine-tuning") => leads_by_little(prompt, tune),
                Value(_) => leads_by_little(tune, prompt),
                Absent | Rejected => Unknown,
            }
        },
    },
];
