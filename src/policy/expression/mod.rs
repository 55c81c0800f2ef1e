//! The expression language: the grammar of CEL, read and checked by us for exact spans and bounded cost.
//!
//! Text → tokens (`lexer`, `strings`) → a tree as it is written (`parser`, `syntax`) → names, functions and types
//! resolved (`resolve`, `functions`, `check`) → [`ast`], which [`eval`](super::eval) walks. Size and depth are capped
//! while the tree is made, so that nothing after it can overflow the stack.
//!
//! What of CEL there is and where the two differ is told to authors of policies on the page below.
//!
#![doc = include_str!("../../../policies/LANGUAGE.md")]

pub mod ast;
mod check;
#[cfg(test)]
pub(in crate::policy) mod fixture;
mod functions;
mod lexer;
mod parser;
mod part;
mod quantities;
mod resolve;
mod shape;
mod strategies;
mod strings;
pub(super) mod suggest;
mod syntax;

use crate::manifest::vocabulary::Vocabulary;
use crate::source::Span;
pub use ast::{Expr, ExprId};
pub(in crate::policy) use part::{assumed, beneath, constant, each_child, negated, part};
pub(in crate::policy) use quantities::{billions, date};
pub(in crate::policy) use strategies::chain;

/// What an expression, or a part of it, is known to be before any manifest is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Not known before it runs.
    Any,
    /// `null`.
    Null,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// Any number.
    Double,
    /// A text.
    String,
    /// A list.
    List,
    /// A map or an object.
    Map,
    /// A date.
    Date,
    /// A checklist's interval.
    Interval,
}

/// A mistake in an expression, found before any manifest is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// `syntax`, `unknown-fact`, `unknown-parameter`, `unknown-value`, `unknown-function`, `type`,
    /// `null-comparison`, `shadowed-name`, `unknown-checklist`, `regex`, `limit-expression`.
    pub code: &'static str,
    /// The claim.
    pub message: String,
    /// What to do about it (the nearest known name).
    pub help: Option<String>,
    /// The bytes in the expression's text.
    pub span: Span,
}

/// The names that an expression may use.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The facts.
    pub vocabulary: &'a Vocabulary,
    /// The pack's parameters, by index, with what they are.
    pub parameters: &'a [(Box<str>, Type)],
    /// The pack's checklists, by index.
    pub checklists: &'a [Box<str>],
    /// Which parameters and checklists there may be besides.
    pub unread: Unread<'a>,
}

/// Parameters and checklists that a mistake elsewhere keeps from being known. To name one is no mistake, and the
/// expression cannot run.
#[derive(Clone, Copy, Debug)]
pub enum Unread<'a> {
    /// These.
    These(&'a [Box<str>]),
    /// Any that is not known.
    Any,
}

impl Unread<'_> {
    /// Nothing: all that there is is known.
    pub const NONE: Self = Self::These(&[]);

    /// Whether a name may be one of them.
    pub fn holds(self, name: &str) -> bool {
        match self {
            Self::These(names) => names.iter().any(|own| **own == *name),
            Self::Any => !name.is_empty(),
        }
    }
}

impl Issue {
    fn syntax(message: impl Into<String>, span: Span) -> Self {
        Self { code: "syntax", message: message.into(), help: None, span }
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads and checks an expression that has to be of a type ([`Type::Any`] for any).
///
/// # Errors
/// All mistakes that could be found, in the order of the text; none where it only names what a mistake elsewhere keeps
/// from being known.
pub fn compile(text: &str, expected: Type, names: Names<'_>) -> Result<Expr, Vec<Issue>> {
    let mut issues = Vec::new();
    let Some((syntax, root)) = parser::parse(text, &mut issues) else { return Err(issues) };
    let mut resolver = resolve::Resolver::new(text, &syntax, names);
    resolver.issues = issues;
    let typed = resolver.resolve(root);
    let span = syntax.node(root).span;
    if expected == Type::Any {
        resolver.refuse_interval(typed.shape, span);
    } else {
        resolver.demand(expected, typed.shape, span, "the expression has to be");
    }
    let names_unread = resolver.names_unread;
    let (expr, issues) = resolver.finish(typed.id);
    if issues.is_empty() && !names_unread { Ok(expr) } else { Err(issues) }
}

/// What a `when` demands of the fact that rules are indexed by, read off its conjuncts: the texts that
/// `customization.strategy` must be one of for the expression not to be false; nothing where it demands none.
pub fn demanded_strategies(expr: &Expr, vocabulary: &Vocabulary) -> Option<Vec<Box<str>>> {
    strategies::demanded(expr, expr.root, vocabulary.find("customization.strategy")?)
}

#[cfg(test)]
mod tests;
