//! The tree as it is written: what the parser makes and the resolver reads. An arena, so that dropping it does not
//! recurse.

use super::ast::{Binary, Literal};
use crate::source::Span;

/// Index of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxId(u32);

/// A range of [`Syntax::children`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Children {
    start: u32,
    end: u32,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind<'t> {
    Literal(Literal),
    Name(&'t str),
    /// `x.name`, `x.?name`
    Select {
        operand: SyntaxId,
        name: &'t str,
        optional: bool,
    },
    /// `x[i]`, `x[?i]`
    Index {
        operand: SyntaxId,
        index: SyntaxId,
        optional: bool,
    },
    /// `name(…)` or `x.name(…)`.
    Call {
        target: Option<SyntaxId>,
        name: &'t str,
        name_span: Span,
        arguments: Children,
    },
    List(Children),
    /// Keys and values in turn.
    Map(Children),
    Not(SyntaxId),
    Negate(SyntaxId),
    And(SyntaxId, SyntaxId),
    Or(SyntaxId, SyntaxId),
    Conditional(SyntaxId, SyntaxId, SyntaxId),
    Binary(Binary, SyntaxId, SyntaxId),
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    pub(super) kind: Kind<'t>,
    /// Without brackets around it.
    pub(super) span: Span,
    /// With the brackets around it: where an operator's expression begins and ends.
    pub(super) outer: Span,
    /// How deep a walk goes that follows the left operands of operators without recursion.
    pub(super) height: u16,
}

/// A tree.
#[derive(Debug, Default)]
pub(super) struct Syntax<'t> {
    nodes: Vec<Node<'t>>,
    children: Vec<SyntaxId>,
}

impl<'t> Syntax<'t> {
    /// An empty tree with room for what most texts of a length hold.
    pub(super) fn of_text(text: &str) -> Self {
        Self { nodes: Vec::with_capacity((text.len() / 8 + 2).min(64)), children: Vec::new() }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A node.
    pub(super) fn node(&self, id: SyntaxId) -> &Node<'t> {
        &self.nodes[id.0 as usize]
    }

    /// The nodes in a range.
    pub(super) fn children(&self, range: Children) -> &[SyntaxId] {
        &self.children[range.start as usize..range.end as usize]
    }

    /// The text of a literal string.
    pub(super) fn literal_text(&self, id: SyntaxId) -> Option<&std::sync::Arc<str>> {
        match &self.node(id).kind {
            Kind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Keeps a list of children.
    pub(super) fn keep(&mut self, children: &[SyntaxId]) -> Children {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Children { start, end: self.children.len() as u32 }
    }

    /// Adds a node.
    pub(super) fn push(&mut self, kind: Kind<'t>, span: Span) -> SyntaxId {
        let height = self.height(&kind);
        let id = SyntaxId(self.nodes.len() as u32);
        self.nodes.push(Node { kind, span, outer: span, height });
        id
    }

    /// Notes that a node stands in brackets.
    pub(super) fn bracket(&mut self, id: SyntaxId, outer: Span) {
        self.nodes[id.0 as usize].outer = outer;
    }

    fn height(&self, kind: &Kind<'_>) -> u16 {
        let of = |id: &SyntaxId| self.node(*id).height;
        let tallest = |range: &Children| self.children(*range).iter().map(of).max().unwrap_or(0);
        let below = match kind {
            Kind::Literal(_) | Kind::Name(_) => 0,
            Kind::Select { operand, .. } | Kind::Not(operand) | Kind::Negate(operand) => of(operand),
            Kind::Index { operand, index, .. } => of(operand).max(of(index)),
            Kind::Call { target, arguments, .. } => tallest(arguments).max(target.as_ref().map_or(0, of)),
            Kind::List(children) | Kind::Map(children) => tallest(children),
            Kind::And(left, right) | Kind::Or(left, right) | Kind::Binary(_, left, right) => {
                return of(left).max(of(right).saturating_add(1));
            }
            Kind::Conditional(condition, yes, no) => of(condition).max(of(yes)).max(of(no)),
        };
        below.saturating_add(1)
    }
}
