//! The resolved form of an expression: names are facts, parameters or variables; every node has its span in the
//! expression's text. What the checker makes and the evaluator walks.

use std::sync::Arc;

use crate::manifest::facts::Origin;
use crate::manifest::vocabulary::PathId;
use crate::source::Span;

/// Index of a node in its expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A checked expression.
#[derive(Debug)]
pub struct Expr {
    /// The text, as the policy file has it after YAML.
    pub text: Box<str>,
    /// Nodes; operands come before what uses them.
    pub nodes: Vec<ExprNode>,
    /// Operand lists of [`ExprKind::List`], [`ExprKind::Map`] and [`ExprKind::Call`].
    pub operands: Vec<ExprId>,
    /// The whole.
    pub root: ExprId,
    /// How many variable slots its macros need.
    pub slots: u16,
}

impl Expr {
    /// A node.
    pub fn node(&self, id: ExprId) -> &ExprNode {
        &self.nodes[id.0 as usize]
    }

    /// The operands in a range.
    pub fn operands(&self, range: Operands) -> &[ExprId] {
        &self.operands[range.start as usize..range.end as usize]
    }

    /// The text under a node.
    pub fn source(&self, id: ExprId) -> &str {
        self.node(id).span.slice(&self.text)
    }
}

/// A range of [`Expr::operands`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operands {
    /// First.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// A node with its span in the expression's text.
#[derive(Clone, Debug)]
pub struct ExprNode {
    /// What it is.
    pub kind: ExprKind,
    /// The bytes in [`Expr::text`].
    pub span: Span,
    /// Whether a fact (or `today`'s like) is read anywhere beneath: false for what is the same in every
    /// deployment (literals, parameters, dates).
    pub reads_facts: bool,
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `1`, `0x1f`.
    Int(i64),
    /// `1.5`, `1e3`.
    Double(f64),
    /// `'x'`, `"x"`, `r'x'`, `'''x'''`.
    String(Arc<str>),
}

/// An operator of two operands that are both evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

/// A function; of a method the receiver is the first operand.
#[derive(Clone, Debug)]
pub enum Function {
    /// `size(x)`, `x.size()`: characters, items, members.
    Size,
    /// `list.contains(item)`, `text.contains(part)`.
    Contains,
    /// `text.startsWith(part)`.
    StartsWith,
    /// `text.endsWith(part)`.
    EndsWith,
    /// `text.matches(regex)` with a regex known when the pack loads, compiled then.
    Matches(Arc<regex::Regex>),
    /// `int(x)`.
    ToInt,
    /// `double(x)`.
    ToDouble,
    /// `string(x)`.
    ToString,
    /// `bool(x)`.
    ToBool,
    /// `x.orValue(default)`: replaces unknown, but not a value that the schema rejected.
    OrValue,
    /// `present(x)`: there, not empty and no placeholder.
    Present,
    /// `billions('7B')`: a parameter count as a number of billions.
    Billions,
    /// `date('2026-01-31')`, `date(x)`.
    Date,
}

/// A macro over a list or the keys of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comprehension {
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `exists_one`
    ExistsOne,
    /// `filter`
    Filter,
    /// `map`, with an optional condition before what it maps to.
    Map,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// `[a, b]`
    List(Operands),
    /// `{k: v, …}`: keys and values in turn.
    Map(Operands),
    /// A plain path: what the view selects.
    Fact(PathId),
    /// `declared.x`, `observed.x`: the fact of that origin alone.
    OriginFact(Origin, PathId),
    /// `observations('x')`: the list of all observed values.
    Observations(PathId),
    /// `params.x`: index into the pack's parameters.
    Parameter(u16),
    /// `today`.
    Today,
    /// A macro's variable.
    Variable(u16),
    /// `x.name`, `x['name']` with a literal: a member of a map, of an object in a list, of a literal map.
    /// `path` is its path where the vocabulary knows it.
    Member {
        /// The object.
        operand: ExprId,
        /// The key.
        key: Arc<str>,
        /// Path of the member, known below facts.
        path: Option<PathId>,
        /// `x.?name`: where it is missing it is unknown, also in what the expression itself made.
        optional: bool,
    },
    /// `x[i]` with any other index.
    Index {
        /// The list or map.
        operand: ExprId,
        /// The index or key.
        index: ExprId,
        /// `x[?i]`, as for a member.
        optional: bool,
    },
    /// `!x`
    Not(ExprId),
    /// `-x`
    Negate(ExprId),
    /// `x && y`
    And(ExprId, ExprId),
    /// `x || y`
    Or(ExprId, ExprId),
    /// `c ? x : y`
    Conditional(ExprId, ExprId, ExprId),
    /// Any other operator of two operands.
    Binary(Binary, ExprId, ExprId),
    /// A function or method.
    Call(Function, Operands),
    /// `has(x.y)`: the operand is a [`ExprKind::Fact`], [`ExprKind::OriginFact`] or [`ExprKind::Member`].
    Has(ExprId),
    /// A macro: over what, the variable's slot, the condition, and for `map` what it makes.
    Comprehension {
        /// Which.
        kind: Comprehension,
        /// The list, or the map whose keys are walked.
        over: ExprId,
        /// The variable's slot.
        variable: u16,
        /// The condition (`true` where a `map` has none).
        condition: Option<ExprId>,
        /// What a `map` makes of each.
        transform: Option<ExprId>,
    },
    /// `checklist('name')`: index into the pack's checklists; an interval.
    Checklist(u16),
}
