//! Advice on one deployment: the two checklists, the side they lean to, the cost, and what stays open.

use super::Policies;
use super::eval::{self, Input, Read, Standing, Truth};
use super::judge::Verdict;
use super::pack::Pack;
use crate::finding::{Clause, Scalar};
use crate::manifest::Deployment;
use crate::manifest::facts::{FactId, FactValue};
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;

/// Whether a signal of a checklist is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignalState {
    /// It is.
    Met,
    /// It is not.
    NotMet,
    /// A fact is missing, rejected or disputed.
    Unknown,
}

/// One signal as it stands.
#[derive(Clone, Debug)]
pub struct SignalAdvice {
    /// Its id in the checklist.
    pub id: Box<str>,
    /// What it says when it is met.
    pub title: Box<str>,
    /// Whether it is.
    pub state: SignalState,
    /// The facts that decided.
    pub facts: Vec<FactId>,
    /// Paths of the facts that are missing.
    pub missing: Vec<Box<str>>,
    /// What would meet it, where it is not met and that can be said.
    pub met_if: Vec<Clause>,
}

/// One checklist as it stands: an interval from the signals surely met to those perhaps met.
#[derive(Clone, Debug)]
pub struct ListAdvice {
    /// Its name, and the strategy it speaks for.
    pub name: Box<str>,
    /// Its signals.
    pub signals: Vec<SignalAdvice>,
    /// Signals met.
    pub met: u32,
    /// Signals that nobody can judge.
    pub unknown: u32,
}

/// Where the checklists lean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lean {
    /// To this strategy, whatever the unknown signals turn out to be.
    To(Box<str>),
    /// To neither. The strategies that the unknown signals could still make it lean to.
    Open(Vec<Box<str>>),
}

/// A rule of which it is unknown whether it applies.
#[derive(Clone, Debug)]
pub struct OpenRule {
    /// Its id.
    pub id: Box<str>,
    /// What it is about.
    pub summary: Box<str>,
    /// The facts that would tell.
    pub missing: Vec<Box<str>>,
}

/// What the declared facts cost, in USD.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Requests × tokens ÷ 1,000 × price, a month.
    pub tokens_monthly: Option<f64>,
    /// What of it is not declared.
    pub tokens_missing: Vec<&'static str>,
    /// Training, once.
    pub training: Option<f64>,
    /// Upkeep, a month.
    pub recurring_monthly: Option<f64>,
    /// Prompt engineering, a year.
    pub prompt_engineering_yearly: Option<f64>,
}

impl Costs {
    /// What the facts of a deployment come to.
    pub fn of(view: &View<'_>) -> Self {
        let number = |path: &str| {
            let id = view.one(view.vocabulary.find(path)?)?;
            match view.facts.value(id) {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a volume beyond 2^53 requests costs no cent exactly"
                )]
                FactValue::Int(value) => Some(value as f64),
                FactValue::Number(value) => Some(value),
                _ => None,
            }
        };
        let mut tokens_missing = Vec::new();
        let mut factor = |path: &'static str| {
            let value = number(path);
            if value.is_none() {
                tokens_missing.push(path);
            }
            value
        };
        let (requests, tokens, price) = (
            factor("workload.monthlyRequests"),
            factor("workload.tokensPerRequest"),
            factor("budget.pricePer1kTokensUsd"),
        );
        let tokens_monthly = requests
            .zip(tokens)
            .zip(price)
            .map(|((requests, tokens), price)| requests * tokens / 1000.0 * price);
        Self {
            tokens_monthly: tokens_monthly.filter(|cost| cost.is_finite()),
            tokens_missing,
            training: number("budget.trainingUsd"),
            recurring_monthly: number("budget.recurringMonthlyUsd"),
            prompt_engineering_yearly: number("budget.promptEngineeringAnnualUsd"),
        }
    }
}

/// Advice on one deployment.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The strategy it declares.
    pub strategy: Option<Box<str>>,
    /// The checklists.
    pub lists: Vec<ListAdvice>,
    /// By how many signals one has to lead for the balance to lean.
    pub margin: i64,
    /// Where they lean.
    pub lean: Lean,
    /// What it costs.
    pub costs: Costs,
    /// Rules that do not apply only because a fact is unknown.
    pub open_rules: Vec<OpenRule>,
}

/// The checklists that `advise` holds against each other.
const SIDES: [&str; 2] = ["fine-tuning", "prompting"];

impl Policies {
    /// The pack that has both checklists.
    pub fn advising_pack(&self) -> Option<&Pack> {
        self.packs.iter().find(|pack| {
            let own = |side: &str| pack.checklists.iter().any(|list| *list.name == *side && !list.inherited);
            SIDES.iter().all(|side| own(side))
        })
    }

    /// Advice on a deployment; nothing where no pack has the checklists.
    pub fn advise(&self, deployment: &Deployment, today: jiff::civil::Date) -> Option<Advice> {
        let pack = self.advising_pack()?;
        let view = View::new(&deployment.facts, Vocabulary::native());
        let settings = self.settings_of(pack, &deployment.source.path);
        let input = Input { view: &view, parameters: &settings.values, checklists: &pack.signals, today };
        let lists: Vec<ListAdvice> = SIDES.iter().filter_map(|side| list(pack, side, input)).collect();
        let margin = settings
            .parameters
            .iter()
            .find(|parameter| &*parameter.name == "balanceMargin")
            .and_then(|parameter| match parameter.value {
                Scalar::Int(value) => Some(value),
                _ => None,
            })
            .unwrap_or(3);
        let mut open_rules = Vec::new();
        for slot in settings.running(pack) {
            let Some(rule) = pack.rule(slot) else { continue };
            if let (Verdict::NotApplicableUnknown(traced), _) = rule.conditions.verdict(input) {
                open_rules.push(OpenRule {
                    id: (*rule.id).into(),
                    summary: rule.summary.clone(),
                    missing: missing(&view, &traced.reads),
                });
            }
        }
        Some(Advice {
            strategy: view.text("customization.strategy").map(Into::into),
            lean: lean(&lists, margin),
            lists,
            margin,
            costs: Costs::of(&view),
            open_rules,
        })
    }
}

fn list(pack: &Pack, name: &str, input: Input<'_>) -> Option<ListAdvice> {
    let index = pack.checklists.iter().position(|list| *list.name == *name)?;
    let checklist = pack.checklists.get(index)?;
    let mut advice = ListAdvice { name: name.into(), signals: Vec::new(), met: 0, unknown: 0 };
    for (signal, condition) in checklist.items.iter().zip(pack.signals.get(index)?) {
        let traced = eval::evaluate(condition, input);
        let state = match traced.truth {
            Truth::True => SignalState::Met,
            Truth::False => SignalState::NotMet,
            Truth::Unknown | Truth::Error(_) => SignalState::Unknown,
        };
        advice.met += u32::from(state == SignalState::Met);
        advice.unknown += u32::from(state == SignalState::Unknown);
        let mut facts: Vec<FactId> = Vec::new();
        for id in
            traced.reads.iter().filter(|read| read.standing != Standing::Missing).filter_map(|read| read.fact)
        {
            if !facts.contains(&id) {
                facts.push(id);
            }
        }
        advice.signals.push(SignalAdvice {
            id: signal.id.clone(),
            title: signal.title.clone(),
            state,
            facts,
            missing: missing(input.view, &traced.reads),
            met_if: if state == SignalState::Met { Vec::new() } else { eval::passes_if(condition, input) },
        });
    }
    Some(advice)
}

fn missing(view: &View<'_>, reads: &[Read]) -> Vec<Box<str>> {
    let mut paths: Vec<Box<str>> = Vec::new();
    for read in reads.iter().filter(|read| read.standing == Standing::Missing) {
        let path: Box<str> = view.vocabulary.written(read.path, read.key.as_deref()).into();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

fn lean(lists: &[ListAdvice], margin: i64) -> Lean {
    let [left, right] = lists else { return Lean::Open(Vec::new()) };
    let bounds = |list: &ListAdvice| (i64::from(list.met), i64::from(list.met) + i64::from(list.unknown));
    let ahead = |own: &ListAdvice, other: &ListAdvice| {
        let ((low, high), (other_low, other_high)) = (bounds(own), bounds(other));
        (low - other_high >= margin, high - other_low >= margin)
    };
    let mut possible = Vec::new();
    for (own, other) in [(left, right), (right, left)] {
        let (surely, perhaps) = ahead(own, other);
        if surely {
            return Lean::To(own.name.clone());
        }
        if perhaps {
            possible.push(own.name.clone());
        }
    }
    Lean::Open(possible)
}
