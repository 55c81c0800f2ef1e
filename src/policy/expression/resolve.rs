//! Names to facts, parameters and variables.

use std::sync::Arc;

use super::ast::{Expr, ExprId, ExprKind, ExprNode, Literal, Operands};
use super::shape::{Shape, Typed};
use super::syntax::{Kind, Syntax, SyntaxId};
use super::{Issue, Names, Type, suggest};
use crate::manifest::facts::Origin;
use crate::manifest::vocabulary::{FactType, PathId, ROOT};
use crate::nearest::nearest;
use crate::source::Span;

/// Names at the root that are no facts.
const ROOTS: &[&str] = &["params", "declared", "observed", "today"];

/// Makes a checked expression of a tree, noting every mistake.
pub(super) struct Resolver<'t, 'n> {
    pub(super) text: &'t str,
    pub(super) syntax: &'n Syntax<'t>,
    pub(super) names: Names<'n>,
    pub(super) issues: Vec<Issue>,
    pub(super) nodes: Vec<ExprNode>,
    /// Whether it names what a mistake elsewhere keeps from being known.
    pub(super) names_unread: bool,
    operands: Vec<ExprId>,
    scope: Vec<Variable<'t>>,
    slots: u16,
}

struct Variable<'t> {
    name: &'t str,
    shape: Shape,
    reads_facts: bool,
}

/// One step of a path: a name, and the bytes of the path up to it.
#[derive(Clone, Copy)]
struct Segment<'s> {
    name: &'s str,
    span: Span,
    /// Whether it may be missing.
    optional: bool,
}

impl<'t, 'n> Resolver<'t, 'n> {
    pub(super) fn new(text: &'t str, syntax: &'n Syntax<'t>, names: Names<'n>) -> Self {
        Self {
            text,
            syntax,
            names,
            issues: Vec::new(),
            nodes: Vec::with_capacity(syntax.len()),
            names_unread: false,
            operands: Vec::new(),
            scope: Vec::new(),
            slots: 0,
        }
    }

    /// The finished expression with the mistakes found in it.
    pub(super) fn finish(mut self, root: ExprId) -> (Expr, Vec<Issue>) {
        self.issues.sort_by_key(|issue| (issue.span.start, issue.span.end));
        let expr = Expr {
            text: self.text.into(),
            nodes: self.nodes,
            operands: self.operands,
            root,
            slots: self.slots,
        };
        (expr, self.issues)
    }

    pub(super) fn issue(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.issues.push(Issue { code, message: message.into(), help: None, span });
    }

    pub(super) fn issue_with_help(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: Option<String>,
    ) {
        self.issues.push(Issue { code, message: message.into(), help, span });
    }

    pub(super) fn push(&mut self, kind: ExprKind, span: Span, reads_facts: bool, shape: Shape) -> Typed {
        let id = ExprId(self.nodes.len() as u32);
        self.nodes.push(ExprNode { kind, span, reads_facts });
        Typed { id, shape }
    }

    pub(super) fn keep(&mut self, operands: &[ExprId]) -> Operands {
        let start = self.operands.len() as u32;
        self.operands.extend_from_slice(operands);
        Operands { start, end: self.operands.len() as u32 }
    }

    pub(super) fn reads_facts(&self, id: ExprId) -> bool {
        self.nodes.get(id.0 as usize).is_some_and(|node| node.reads_facts)
    }

    pub(super) fn span(&self, id: SyntaxId) -> Span {
        self.syntax.node(id).span
    }

    /// What stands where something could not be resolved: any value, so that the rest can be checked.
    pub(super) fn anything(&mut self, span: Span) -> Typed {
        self.push(ExprKind::Literal(Literal::Null), span, false, Shape::ANY)
    }

    /// Resolves a node. The left operands of operators are followed by a loop: their chains can be long.
    pub(super) fn resolve(&mut self, id: SyntaxId) -> Typed {
        let mut chain = Vec::new();
        let mut leftmost = id;
        while let Kind::And(left, _) | Kind::Or(left, _) | Kind::Binary(_, left, _) =
            self.syntax.node(leftmost).kind
        {
            chain.push(leftmost);
            leftmost = left;
        }
        let mut typed = self.single(leftmost);
        while let Some(at) = chain.pop() {
            typed = self.join(at, typed);
        }
        typed
    }

    fn single(&mut self, id: SyntaxId) -> Typed {
        let syntax = self.syntax;
        let span = self.span(id);
        match &syntax.node(id).kind {
            Kind::Literal(literal) => {
                let shape = Shape::of(Type::of_literal(literal));
                self.push(ExprKind::Literal(literal.clone()), span, false, shape)
            }
            Kind::Name(_) | Kind::Select { .. } => self.path(id),
            Kind::Index { index, .. } if syntax.literal_text(*index).is_some() => self.path(id),
            Kind::Index { operand, index, optional } => self.index(span, *operand, *index, *optional),
            Kind::Call { target, name, name_span, arguments } => {
                self.call(id, *target, name, *name_span, syntax.children(*arguments))
            }
            Kind::List(items) => self.list(span, syntax.children(*items)),
            Kind::Map(entries) => self.map(span, syntax.children(*entries)),
            Kind::Not(operand) => {
                let inner = self.resolve(*operand);
                self.demand(Type::Bool, inner.shape, self.span(*operand), "`!` takes");
                let reads = self.reads_facts(inner.id);
                self.push(ExprKind::Not(inner.id), span, reads, Shape::of(Type::Bool))
            }
            Kind::Negate(operand) => self.negate(span, *operand),
            Kind::Conditional(condition, yes, no) => self.conditional(span, [*condition, *yes, *no]),
            // Followed by the loop in `resolve`.
            Kind::And(..) | Kind::Or(..) | Kind::Binary(..) => self.anything(span),
        }
    }

    fn list(&mut self, span: Span, items: &[SyntaxId]) -> Typed {
        let typed: Vec<Typed> = items.iter().map(|item| self.plain_operand(*item)).collect();
        let shape = Shape::list_of(typed.iter().map(|item| item.shape));
        let ids: Vec<ExprId> = typed.iter().map(|item| item.id).collect();
        let reads = ids.iter().any(|id| self.reads_facts(*id));
        let operands = self.keep(&ids);
        self.push(ExprKind::List(operands), span, reads, shape)
    }

    fn map(&mut self, span: Span, entries: &[SyntaxId]) -> Typed {
        let mut ids = Vec::with_capacity(entries.len());
        for (position, entry) in entries.iter().enumerate() {
            let typed = self.plain_operand(*entry);
            let is_key = position % 2 == 0;
            if is_key && !matches!(typed.shape.kind, Type::Any | Type::Bool | Type::Int | Type::String) {
                let message = format!("{} cannot be the key of a map", typed.shape.kind.noun());
                self.issue("type", message, self.span(*entry));
            }
            ids.push(typed.id);
        }
        let reads = ids.iter().any(|id| self.reads_facts(*id));
        let operands = self.keep(&ids);
        self.push(ExprKind::Map(operands), span, reads, Shape::of(Type::Map))
    }

    fn index(&mut self, span: Span, operand: SyntaxId, index: SyntaxId, optional: bool) -> Typed {
        let over = self.plain_operand(operand);
        let at = self.plain_operand(index);
        match over.shape.kind {
            Type::List => self.demand(Type::Int, at.shape, self.span(index), "the index of a list is"),
            Type::Map | Type::Any => {}
            kind => {
                self.issue("type", format!("{} has no items", kind.noun()), self.span(operand));
            }
        }
        let shape = match (over.shape.kind, over.shape.path) {
            (Type::List, _) => over.shape.item(),
            (Type::Map, Some(path)) if self.names.vocabulary.info(path).kind == FactType::Map => self
                .names
                .vocabulary
                .child(path, "*")
                .map_or(Shape::ANY, |child| Shape::of_fact(child, self.names.vocabulary)),
            _ => Shape::ANY,
        };
        let reads = self.reads_facts(over.id) || self.reads_facts(at.id);
        self.push(ExprKind::Index { operand: over.id, index: at.id, optional }, span, reads, shape)
    }

    /// Opens the scope of a macro's variable and gives its slot.
    pub(super) fn open(&mut self, name: &'t str, span: Span, shape: Shape, reads_facts: bool) -> u16 {
        if ROOTS.contains(&name) || self.names.vocabulary.child(ROOT, name).is_some() {
            let help = Some("name the variable otherwise".to_owned());
            self.issue_with_help("shadowed-name", format!("`{name}` already means something"), span, help);
        }
        let slot = self.scope.len() as u16;
        self.scope.push(Variable { name, shape, reads_facts });
        self.slots = self.slots.max(slot + 1);
        slot
    }

    /// Closes it.
    pub(super) fn close(&mut self) {
        self.scope.pop();
    }

    /// `a`, `a.b`, `a['b']`, and the same below any other expression.
    pub(super) fn path(&mut self, id: SyntaxId) -> Typed {
        let syntax = self.syntax;
        let mut segments = Vec::new();
        let mut at = id;
        loop {
            let span = self.span(at);
            match &syntax.node(at).kind {
                Kind::Name(name) => {
                    segments.push(Segment { name, span, optional: false });
                    segments.reverse();
                    return self.plain_path(&segments);
                }
                Kind::Select { operand, name, optional } => {
                    segments.push(Segment { name, span, optional: *optional });
                    at = *operand;
                }
                Kind::Index { operand, index, optional } if syntax.literal_text(*index).is_some() => {
                    let name = syntax.literal_text(*index).map_or("", |text| text);
                    segments.push(Segment { name, span, optional: *optional });
                    at = *operand;
                }
                _ => break,
            }
        }
        segments.reverse();
        let base = self.plain_operand(at);
        self.members(base, &segments)
    }

    fn plain_path(&mut self, segments: &[Segment<'_>]) -> Typed {
        let Some((&first, rest)) = segments.split_first() else { return self.anything(Span::default()) };
        let variable = self.scope.iter().rposition(|variable| variable.name == first.name);
        if let Some((slot, variable)) = variable.and_then(|slot| Some((slot, self.scope.get(slot)?))) {
            let (shape, reads) = (variable.shape, variable.reads_facts);
            let base = self.push(ExprKind::Variable(slot as u16), first.span, reads, shape);
            return self.members(base, rest);
        }
        match first.name {
            "params" => self.parameter(segments),
            "today" => {
                let base = self.push(ExprKind::Today, first.span, false, Shape::of(Type::Date));
                self.members(base, rest)
            }
            "declared" => self.fact(segments, 1, |path| ExprKind::OriginFact(Origin::Declared, path)),
            "observed" => self.fact(segments, 1, |path| ExprKind::OriginFact(Origin::Observed, path)),
            _ => self.fact(segments, 0, ExprKind::Fact),
        }
    }

    fn parameter(&mut self, segments: &[Segment<'_>]) -> Typed {
        let span = segments.last().map_or(Span::default(), |last| last.span);
        let names = segments.iter().skip(1).map(|segment| segment.name).collect::<Vec<_>>().join(".");
        let found = self.names.parameters.iter().position(|(name, _)| **name == *names);
        if let Some((index, (_, kind))) = found.and_then(|at| Some((at, self.names.parameters.get(at)?))) {
            return self.push(ExprKind::Parameter(index as u16), span, false, Shape::of(*kind));
        }
        if self.names.unread.holds(&names) {
            self.names_unread = true;
            return self.anything(span);
        }
        let known = self.names.parameters.iter().map(|(name, _)| &**name);
        let help = nearest(&names, known).map(|name| format!("did you mean `params.{name}`?"));
        let message = match names.as_str() {
            "" => "`params` is followed by the name of a parameter".to_owned(),
            _ => format!("there is no parameter `{names}`"),
        };
        self.issue_with_help("unknown-parameter", message, span, help);
        self.anything(span)
    }

    /// The longest path that is a fact, then members of it.
    fn fact(&mut self, segments: &[Segment<'_>], skip: usize, kind: impl Fn(PathId) -> ExprKind) -> Typed {
        let vocabulary = self.names.vocabulary;
        let mut path = ROOT;
        let mut used = skip;
        while let Some(segment) = segments.get(used) {
            if path != ROOT && vocabulary.info(path).kind != FactType::Object {
                break;
            }
            let Some(child) = vocabulary.child(path, segment.name) else {
                return self.unknown_fact(segments, skip);
            };
            path = child;
            used += 1;
        }
        if path == ROOT {
            return self.unknown_fact(segments, skip);
        }
        let span = segments.get(used - 1).map_or(Span::default(), |segment| segment.span);
        let base = self.push(kind(path), span, true, Shape::of_fact(path, vocabulary));
        self.members(base, segments.get(used..).unwrap_or(&[]))
    }

    fn unknown_fact(&mut self, segments: &[Segment<'_>], skip: usize) -> Typed {
        let join = |from: usize| {
            segments.iter().skip(from).map(|segment| segment.name).collect::<Vec<_>>().join(".")
        };
        let (written, wanted) = (join(0), join(skip));
        let span = segments.last().map_or(Span::default(), |last| last.span);
        let parameters = self.names.parameters.iter().map(|(name, _)| &**name);
        let variable = nearest(&wanted, self.scope.iter().map(|variable| variable.name));
        let prefix = segments.iter().take(skip).fold(String::new(), |all, one| all + one.name + ".");
        let meant = match wanted.as_str() {
            "True" | "TRUE" => Some("true".to_owned()),
            "False" | "FALSE" => Some("false".to_owned()),
            "None" | "nil" | "NULL" | "undefined" => Some("null".to_owned()),
            _ if skip == 0 => variable
                .map(str::to_owned)
                .or_else(|| suggest::path(&wanted, self.names.vocabulary, parameters))
                .or_else(|| nearest(&wanted, ROOTS.iter().copied()).map(str::to_owned)),
            _ => suggest::path(&wanted, self.names.vocabulary, []).map(|path| prefix + &path),
        };
        let message = match wanted.as_str() {
            "" => format!("`{written}` is followed by the path of a fact"),
            _ => format!("there is no fact `{wanted}`"),
        };
        self.issue_with_help(
            "unknown-fact",
            message,
            span,
            meant.map(|meant| format!("did you mean `{meant}`?")),
        );
        self.anything(span)
    }

    fn members(&mut self, base: Typed, segments: &[Segment<'_>]) -> Typed {
        let mut typed = base;
        for segment in segments {
            match self.member(typed, *segment) {
                Some(member) => typed = member,
                None => return self.anything(segment.span),
            }
        }
        typed
    }

    fn member(&mut self, base: Typed, segment: Segment<'_>) -> Option<Typed> {
        let vocabulary = self.names.vocabulary;
        let above = base.shape.path.filter(|_| base.shape.kind != Type::List);
        let child = match above.map(|path| (path, vocabulary.info(path))) {
            Some((path, info)) if !info.children.is_empty() => {
                let child = vocabulary.child(path, segment.name);
                if child.is_none() {
                    let keys = info.children.iter().map(|child| &*vocabulary.info(*child).key);
                    let meant = nearest(segment.name, keys);
                    let written =
                        self.nodes.get(base.id.0 as usize).map_or("", |node| node.span.slice(self.text));
                    let help = meant.map(|key| format!("did you mean `{written}.{key}`?"));
                    let message = format!("there is no fact `{}.{}`", info.path, segment.name);
                    self.issue_with_help("unknown-fact", message, segment.span, help);
                    return None;
                }
                child
            }
            _ if matches!(base.shape.kind, Type::Map | Type::Any) => None,
            _ => {
                let noun = base.shape.kind.noun();
                let help = (base.shape.kind == Type::List)
                    .then(|| "look into its items with `exists` or `all`".to_owned());
                let message = format!("{noun} has no member `{}`", segment.name);
                let code = if base.shape.path.is_some() { "unknown-fact" } else { "type" };
                self.issue_with_help(code, message, segment.span, help);
                return None;
            }
        };
        let shape = child.map_or(Shape::ANY, |child| Shape::of_fact(child, vocabulary));
        let key = Arc::from(segment.name);
        let kind = ExprKind::Member { operand: base.id, key, path: child, optional: segment.optional };
        let reads = self.reads_facts(base.id);
        Some(self.push(kind, segment.span, reads, shape))
    }
}
