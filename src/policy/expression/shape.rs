//! What is known of a part of an expression before it runs.

use super::Type;
use super::ast::{ExprId, Literal};
use crate::manifest::vocabulary::{FactType, PathId, Vocabulary};

/// A resolved node with what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    pub(super) id: ExprId,
    pub(super) shape: Shape,
}

/// Type, the path of the fact that it is, and the same of a list's items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: Type,
    pub(super) path: Option<PathId>,
    item: (Type, Option<PathId>),
}

impl Shape {
    /// Nothing is known.
    pub(super) const ANY: Self = Self::of(Type::Any);

    pub(super) const fn of(kind: Type) -> Self {
        Self { kind, path: None, item: (Type::Any, None) }
    }

    pub(super) fn of_fact(path: PathId, vocabulary: &Vocabulary) -> Self {
        let kind = |path| Type::of_fact(vocabulary.info(path).kind);
        let item = match kind(path) {
            Type::List => {
                let items = vocabulary.child(path, "[]");
                (items.map_or(Type::Any, kind), items)
            }
            _ => (Type::Any, None),
        };
        Self { kind: kind(path), path: Some(path), item }
    }

    /// A list whose items have these shapes.
    pub(super) fn list_of(items: impl IntoIterator<Item = Self>) -> Self {
        let mut items = items.into_iter();
        let item = items.next().map_or((Type::Any, None), |first| {
            items.fold((first.kind, first.path), |(kind, path), next| {
                (kind.or(next.kind), path.filter(|_| path == next.path))
            })
        });
        Self { kind: Type::List, path: None, item }
    }

    /// A list with these items, whatever it is a fact of.
    pub(super) fn list_with(item: Self) -> Self {
        Self { kind: Type::List, path: None, item: (item.kind, item.path) }
    }

    /// An item of it. Items of items are not known.
    pub(super) fn item(self) -> Self {
        Self { kind: self.item.0, path: self.item.1, item: (Type::Any, None) }
    }
}

impl Type {
    pub(super) const fn of_fact(kind: FactType) -> Self {
        match kind {
            FactType::Bool => Self::Bool,
            FactType::Integer => Self::Int,
            FactType::Number => Self::Double,
            FactType::String => Self::String,
            FactType::Object | FactType::Map => Self::Map,
            FactType::List => Self::List,
            FactType::Any => Self::Any,
        }
    }

    pub(super) const fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(_) => Self::Bool,
            Literal::Int(_) => Self::Int,
            Literal::Double(_) => Self::Double,
            Literal::String(_) => Self::String,
        }
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Double)
    }

    /// What something is that is one of two.
    pub(super) fn or(self, other: Self) -> Self {
        if self == other {
            self
        } else if self.is_number() && other.is_number() {
            Self::Double
        } else {
            Self::Any
        }
    }

    /// Whether values of the two can be equal.
    pub(super) fn comparable(self, other: Self) -> bool {
        self == other
            || self == Self::Any
            || other == Self::Any
            || self == Self::Null
            || other == Self::Null
            || (self.is_number() && other.is_number())
    }

    /// What messages call it.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Bool => "a truth value",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::String => "a text",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Date => "a date",
            Self::Interval => "a checklist",
        }
    }
}
