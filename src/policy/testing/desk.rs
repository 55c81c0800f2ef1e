//! One rule with what it is evaluated on, and examples read and made up.

use std::sync::{Arc, LazyLock};

use super::tree::Tree;
use super::{Kind, Part};
use crate::document::{self, Limits, NodeRef};
use crate::finding::{Finding, Label, Place, Scalar};
use crate::manifest::facts::FactSet;
use crate::manifest::llm_deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;
use crate::policy::eval::{self, Input, Truth};
use crate::policy::expression::ast::{Expr, ExprId};
use crate::policy::expression::{assumed, part};
use crate::policy::judge::Verdict;
use crate::policy::pack::{Pack, Parameter, Rule};
use crate::schema;
use crate::source::{Source, Span};

/// One rule with what it is evaluated on.
pub(super) struct Desk<'a> {
    pub(super) pack: &'a Pack,
    pub(super) rule: &'a Rule,
    /// The parameters that it can read, by the index that expressions use.
    pub(super) parameters: &'a [Parameter],
    /// Their values.
    pub(super) values: &'a [Scalar],
    pub(super) today: jiff::civil::Date,
}

/// A valid example with its facts, and what the rule comes to on it.
pub(super) struct Case<'d> {
    pub(super) kind: Kind,
    pub(super) node: NodeRef<'d>,
    pub(super) pointer: String,
    pub(super) facts: FactSet,
    pub(super) outcome: &'static str,
    /// Nothing for one that is too large to be changed.
    pub(super) tree: Option<Tree>,
}

/// The outcome of a rule that cannot be evaluated.
pub(super) const FAULT: &str = "error";

impl<'a> Desk<'a> {
    /// The expression of a part, if the rule has it.
    pub(super) fn expr(&self, part: Part) -> Option<&'a Expr> {
        let conditions = &self.rule.conditions;
        match part {
            Part::When => conditions.when.as_ref().map(|when| &*when.expr),
            Part::Require => Some(&conditions.require.expr),
        }
    }

    /// The bytes of the policy file under a span of a part's text.
    pub(super) fn outer(&self, part: Part, span: Span) -> Span {
        let conditions = &self.rule.conditions;
        match (part, &conditions.when) {
            (Part::When, Some(when)) => when.outer(span),
            _ => conditions.require.outer(span),
        }
    }

    /// The place of a node of a part in the policy file.
    pub(super) fn place(&self, part: Part, at: ExprId) -> Place {
        let span = self.expr(part).map_or(Span::default(), |expr| expr.node(at).span);
        let source: &Arc<Source> = &self.rule.source;
        Place::at(source, Some(0), self.outer(part, span)).with_pointer(format!("/spec/{}", part.as_str()))
    }

    /// A mistake of the rule.
    pub(super) fn mistake(&self, code: &'static str, message: String, label: Label) -> Finding {
        let mut finding = Finding::invalid("policy", code, message, label);
        finding.pack = Some(Arc::clone(&self.pack.name));
        finding
    }

    /// Asks something of facts.
    pub(super) fn ask<T>(&self, facts: &FactSet, ask: impl FnOnce(Input<'_>) -> T) -> T {
        let view = View::new(facts, Vocabulary::native());
        ask(Input { view: &view, parameters: self.values, checklists: &self.pack.signals, today: self.today })
    }

    /// What the rule comes to.
    pub(super) fn verdict(&self, facts: &FactSet) -> Verdict {
        self.ask(facts, |input| self.rule.conditions.verdict(input).0)
    }

    /// The word for it.
    pub(super) fn outcome(&self, facts: &FactSet) -> &'static str {
        self.verdict(facts).as_str()
    }

    /// What a part of an expression comes to, each value that it has: several where it stands in a macro, null where
    /// it is unknown.
    pub(super) fn values_of(&self, alone: &Expr, facts: &FactSet) -> Vec<Scalar> {
        let mut values = Vec::new();
        if let Ok(Some(value)) = self.ask(facts, |input| eval::value_of(alone, input)) {
            flatten(value, &mut values);
        }
        values
    }
}

fn flatten(value: Scalar, values: &mut Vec<Scalar>) {
    match value {
        Scalar::List(items) => items.into_iter().for_each(|item| flatten(item, values)),
        value => values.push(value),
    }
}

/// The rule with one condition that always, or never, holds.
pub(super) struct Stuck {
    part: Part,
    expr: Expr,
}

impl Stuck {
    pub(super) fn new(desk: &Desk<'_>, part: Part, at: ExprId, value: bool) -> Option<Self> {
        Some(Self { part, expr: assumed(desk.expr(part)?, at, value) })
    }

    /// What the rule would come to.
    pub(super) fn outcome(&self, desk: &Desk<'_>, facts: &FactSet) -> &'static str {
        let expr = |part| if part == self.part { Some(&self.expr) } else { desk.expr(part) };
        let truth = |expr: &Expr| desk.ask(facts, |input| eval::evaluate(expr, input).truth);
        match expr(Part::When).map(truth) {
            Some(Truth::False) => return "not-applicable",
            Some(Truth::Unknown) => return "not-applicable-unknown",
            Some(Truth::Error(_)) => return FAULT,
            Some(Truth::True) | None => {}
        }
        match expr(Part::Require).map(truth) {
            Some(Truth::True) | None => "pass",
            Some(Truth::False) => "fail",
            Some(Truth::Unknown) => "undetermined",
            Some(Truth::Error(_)) => FAULT,
        }
    }
}

/// An atomic condition, or a part of one, by itself.
pub(super) fn alone(desk: &Desk<'_>, of: Part, at: ExprId) -> Option<Expr> {
    Some(part(desk.expr(of)?, at))
}

/// The facts of an example that nobody wrote, and whether it is valid.
pub(super) struct Derived {
    pub(super) facts: FactSet,
    pub(super) is_valid: bool,
}

/// Reads an example that was made up.
pub(super) fn derive(tree: &Tree) -> Option<Derived> {
    static SOURCE: LazyLock<Arc<Source>> = LazyLock::new(|| Source::in_memory("example", ""));
    let text: Arc<str> = tree.flow().into();
    let stream = document::parse(&text, &Limits::default());
    let document = stream.documents.first().filter(|_| stream.problems.is_empty())?;
    let (findings, rejected) = schema::validate_spec(document.root(), "", &SOURCE);
    let facts = llm_deployment::extract_spec(document, &SOURCE, document.root(), &rejected);
    Some(Derived { facts, is_valid: findings.is_empty() })
}
