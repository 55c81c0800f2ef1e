//! What operators take: type mismatches, comparisons with null, texts that no fact can be.

use std::sync::Arc;

use super::Type;
use super::ast::{Binary, ExprKind, Literal};
use super::resolve::Resolver;
use super::shape::{Shape, Typed};
use super::syntax::{Kind, SyntaxId};
use crate::manifest::vocabulary::PathId;
use crate::nearest::nearest;
use crate::source::Span;

impl Binary {
    /// As it is written.
    pub(in crate::policy) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl Resolver<'_, '_> {
    /// Notes an operand that cannot be of the type demanded.
    pub(super) fn demand(&mut self, wanted: Type, found: Shape, span: Span, claim: &str) {
        let fits = found.kind == Type::Any
            || found.kind == wanted
            || (wanted == Type::Double && found.kind == Type::Int);
        if !fits {
            let message = format!("{claim} {}, this is {}", wanted.noun(), found.kind.noun());
            self.issue("type", message, span);
        }
    }

    /// Resolves an operand that must not be a checklist's interval.
    pub(super) fn plain_operand(&mut self, id: SyntaxId) -> Typed {
        let typed = self.resolve(id);
        self.refuse_interval(typed.shape, self.span(id));
        typed
    }

    pub(super) fn refuse_interval(&mut self, shape: Shape, span: Span) {
        if shape.kind == Type::Interval {
            self.issue("type", "a checklist can only be added, subtracted and compared", span);
        }
    }

    pub(super) fn negate(&mut self, span: Span, operand: SyntaxId) -> Typed {
        let inner = self.plain_operand(operand);
        let kind = match inner.shape.kind {
            kind @ (Type::Int | Type::Double) => kind,
            Type::Any | Type::Interval => Type::Any,
            kind => {
                let message = format!("`-` takes a number, this is {}", kind.noun());
                self.issue("type", message, self.span(operand));
                Type::Any
            }
        };
        let reads = self.reads_facts(inner.id);
        self.push(ExprKind::Negate(inner.id), span, reads, Shape::of(kind))
    }

    pub(super) fn conditional(&mut self, span: Span, [condition, yes, no]: [SyntaxId; 3]) -> Typed {
        let test = self.resolve(condition);
        self.demand(Type::Bool, test.shape, self.span(condition), "the condition of `?` is");
        let yes = self.plain_operand(yes);
        let no = self.plain_operand(no);
        let mut shape = Shape::of(yes.shape.kind.or(no.shape.kind));
        shape.path = yes.shape.path.filter(|_| yes.shape.path == no.shape.path);
        let reads = [test, yes, no].iter().any(|part| self.reads_facts(part.id));
        self.push(ExprKind::Conditional(test.id, yes.id, no.id), span, reads, shape)
    }

    /// Checks an operator whose left operand is resolved, and resolves the right one.
    pub(super) fn join(&mut self, at: SyntaxId, left: Typed) -> Typed {
        let syntax = self.syntax;
        let span = self.span(at);
        match syntax.node(at).kind {
            Kind::And(left_syntax, right) => self.logic(span, "`&&` takes", (left, left_syntax), right, true),
            Kind::Or(left_syntax, right) => self.logic(span, "`||` takes", (left, left_syntax), right, false),
            Kind::Binary(operator, left_syntax, right_syntax) => {
                let right = self.resolve(right_syntax);
                let kind = self.binary(span, operator, (left, left_syntax), (right, right_syntax));
                let reads = self.reads_facts(left.id) || self.reads_facts(right.id);
                let shape = match kind {
                    Type::List => Shape::list_of([left.shape.item(), right.shape.item()]),
                    kind => Shape::of(kind),
                };
                self.push(ExprKind::Binary(operator, left.id, right.id), span, reads, shape)
            }
            _ => left,
        }
    }

    fn logic(
        &mut self,
        span: Span,
        claim: &str,
        (left, left_syntax): (Typed, SyntaxId),
        right_syntax: SyntaxId,
        and: bool,
    ) -> Typed {
        let right = self.resolve(right_syntax);
        self.demand(Type::Bool, left.shape, self.span(left_syntax), claim);
        self.demand(Type::Bool, right.shape, self.span(right_syntax), claim);
        let reads = self.reads_facts(left.id) || self.reads_facts(right.id);
        let kind = if and { ExprKind::And(left.id, right.id) } else { ExprKind::Or(left.id, right.id) };
        self.push(kind, span, reads, Shape::of(Type::Bool))
    }

    fn binary(
        &mut self,
        span: Span,
        operator: Binary,
        (left, left_syntax): (Typed, SyntaxId),
        (right, right_syntax): (Typed, SyntaxId),
    ) -> Type {
        let (from, to) = (left.shape.kind, right.shape.kind);
        let fits = match operator {
            Binary::Equal | Binary::NotEqual => {
                if self.compares_null(span, left, right) {
                    return Type::Bool;
                }
                self.check_values(left.shape, right_syntax);
                self.check_values(right.shape, left_syntax);
                from.comparable(to) || interval_compares(from, to)
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                ordered(from, to) || interval_compares(from, to)
            }
            Binary::In => {
                self.membership((left, left_syntax), (right, right_syntax), span);
                return Type::Bool;
            }
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => {
                return self.arithmetic(span, operator, from, to);
            }
        };
        if !fits {
            let message =
                format!("`{}` cannot compare {} with {}", operator.symbol(), from.noun(), to.noun());
            self.issue("type", message, span);
        }
        Type::Bool
    }

    fn arithmetic(&mut self, span: Span, operator: Binary, from: Type, to: Type) -> Type {
        arithmetic(operator, from, to).unwrap_or_else(|| {
            let message = format!("`{}` does not take {} and {}", operator.symbol(), from.noun(), to.noun());
            self.issue("type", message, span);
            Type::Any
        })
    }

    fn membership(
        &mut self,
        (left, left_syntax): (Typed, SyntaxId),
        (right, right_syntax): (Typed, SyntaxId),
        span: Span,
    ) {
        self.refuse_interval(left.shape, self.span(left_syntax));
        match right.shape.kind {
            Type::List => {
                if !self.compares_null(span, left, right) {
                    self.check_items(left, left_syntax, right.shape.item(), span);
                    self.check_values(left.shape, right_syntax);
                }
            }
            Type::Map | Type::Any => {}
            kind => {
                let message = format!("`in` looks into a list or a map, this is {}", kind.noun());
                self.issue("type", message, self.span(right_syntax));
            }
        }
    }

    /// Checks what is looked for in a list.
    pub(super) fn check_items(&mut self, wanted: Typed, wanted_syntax: SyntaxId, item: Shape, span: Span) {
        if wanted.shape.kind.comparable(item.kind) {
            self.check_values(item, wanted_syntax);
        } else {
            let message = format!("{} is never {}", item.kind.noun(), wanted.shape.kind.noun());
            self.issue("type", message, span);
        }
    }

    /// A fact is never null: what nobody says is unknown.
    fn compares_null(&mut self, span: Span, left: Typed, right: Typed) -> bool {
        let null = |typed: Typed| matches!(typed.shape.kind, Type::Null);
        let reads = |one: Typed, other: Typed| null(one) && self.reads_facts(other.id);
        let found = reads(left, right) || reads(right, left);
        if found {
            let help = Some("ask with `has(…)` or `present(…)` whether it is there".to_owned());
            self.issue_with_help("null-comparison", "a fact is never null", span, help);
        }
        found
    }

    /// Notes literal texts that the fact they are compared with can never be.
    pub(super) fn check_values(&mut self, fact: Shape, literal: SyntaxId) {
        let syntax = self.syntax;
        let path = if fact.kind == Type::List { fact.item().path } else { fact.path };
        let Some(path) = path else { return };
        match &syntax.node(literal).kind {
            Kind::Literal(Literal::String(text)) => self.check_value(path, text, self.span(literal)),
            Kind::List(items) => {
                for item in syntax.children(*items) {
                    if let Some(text) = syntax.literal_text(*item) {
                        self.check_value(path, text, self.span(*item));
                    }
                }
            }
            Kind::Conditional(_, yes, no) => {
                for branch in [*yes, *no] {
                    if let Some(text) = syntax.literal_text(branch) {
                        self.check_value(path, text, self.span(branch));
                    }
                }
            }
            _ => {}
        }
    }

    fn check_value(&mut self, path: PathId, text: &Arc<str>, span: Span) {
        let info = self.names.vocabulary.info(path);
        let known = || info.values.iter().map(|value| &**value);
        if info.values.is_empty() || known().any(|value| value == &**text) {
            return;
        }
        let help = nearest(text, known()).map_or_else(
            || format!("it is one of {}", known().collect::<Vec<_>>().join(", ")),
            |value| format!("did you mean `{value}`?"),
        );
        let message = format!("`{}` is never `{text}`", info.path.trim_end_matches("[]"));
        self.issue_with_help("unknown-value", message, span, Some(help));
    }
}

fn interval_compares(from: Type, to: Type) -> bool {
    let fits = |kind: Type| kind == Type::Any || kind == Type::Interval || kind.is_number();
    (from == Type::Interval || to == Type::Interval) && fits(from) && fits(to)
}

fn ordered(from: Type, to: Type) -> bool {
    let has_order =
        |kind| matches!(kind, Type::Any | Type::Bool | Type::Int | Type::Double | Type::String | Type::Date);
    has_order(from) && has_order(to) && from.comparable(to)
}

/// What an operation gives; nothing where it does not take these.
fn arithmetic(operator: Binary, from: Type, to: Type) -> Option<Type> {
    let adds = matches!(operator, Binary::Add | Binary::Subtract);
    Some(match (from, to) {
        (Type::Int, Type::Int) => Type::Int,
        (Type::Int | Type::Double, Type::Int | Type::Double) if operator != Binary::Remainder => Type::Double,
        (Type::Any, Type::Int | Type::Any) | (Type::Int, Type::Any) => Type::Any,
        (Type::Any, Type::Double) | (Type::Double, Type::Any) if operator != Binary::Remainder => {
            Type::Double
        }
        (Type::Interval, Type::Interval | Type::Int | Type::Any)
        | (Type::Int | Type::Any, Type::Interval)
            if adds =>
        {
            Type::Interval
        }
        (Type::Date, Type::Int) if adds => Type::Date,
        (Type::Int, Type::Date) if operator == Binary::Add => Type::Date,
        (Type::Date, Type::Date) if operator == Binary::Subtract => Type::Int,
        (Type::Date, Type::Any) | (Type::Any, Type::Date) if adds => Type::Any,
        (Type::String, Type::String | Type::Any) | (Type::Any, Type::String) if operator == Binary::Add => {
            Type::String
        }
        (Type::List, Type::List | Type::Any) | (Type::Any, Type::List) if operator == Binary::Add => {
            Type::List
        }
        _ => return None,
    })
}
