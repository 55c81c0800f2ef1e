//! Where a path leads in the facts, and what reading it gives.

use std::rc::Rc;

use super::run::Run;
use super::value::{Value, key_of};
use super::{Read, Standing};
use crate::manifest::facts::{FactId, FactValue, Origin};
use crate::manifest::view::Selected;
use crate::manifest::vocabulary::PathId;
use crate::policy::expression::ast::{ExprId, ExprKind};

/// A value that stands in for a fact; none for its absence.
#[derive(Clone, Debug)]
pub(super) struct Override<'a> {
    pub(super) path: PathId,
    pub(super) key: Option<&'a str>,
    pub(super) value: Option<Value<'a>>,
}

/// A place in the facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    path: PathId,
    fact: Option<FactId>,
    key: Option<&'a str>,
    standing: Standing,
    /// Whether absence says something.
    told: bool,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub(super) enum Located<'a> {
    Place(Place<'a>),
    Value(Value<'a>),
}

/// One step below something.
#[derive(Clone, Debug)]
enum Step<'a> {
    Key(&'a str, Option<PathId>),
    Value(Value<'a>),
}

impl Place<'_> {
    /// The fact, where its value is known.
    pub(super) fn known(&self) -> Option<FactId> {
        self.fact.filter(|_| self.standing == Standing::Known)
    }
}

impl<'a> Run<'a> {
    /// Where a node leads, without reading it.
    pub(super) fn locate(&mut self, at: ExprId) -> Located<'a> {
        let expr = self.expr;
        match &expr.node(at).kind {
            ExprKind::Fact(path) => self.overridden(*path, None).unwrap_or_else(|| self.fact(*path, None)),
            ExprKind::OriginFact(origin, path) => self.fact(*path, Some(*origin)),
            ExprKind::Variable(slot) => match self.slots.get(self.base + *slot as usize) {
                Some(Value::Fact(id)) => Located::Place(self.place(*id, None)),
                Some(value) => Located::Value(value.clone()),
                None => Located::Value(Value::Unknown { firm: true }),
            },
            ExprKind::Member { operand, key, path, .. } => {
                if let Some(located) = path.and_then(|path| self.overridden(path, Some(key))) {
                    return located;
                }
                if !self.spend(1) {
                    return Located::Value(self.exhausted(at));
                }
                let base = self.locate(*operand);
                self.step(at, base, &Step::Key(key, *path))
            }
            ExprKind::Index { operand, index, .. } => {
                if !self.spend(1) {
                    return Located::Value(self.exhausted(at));
                }
                let start = self.reads.len();
                let base = self.locate(*operand);
                let known = match &base {
                    Located::Place(place) => place.standing == Standing::Known,
                    Located::Value(value) => value.is_known(),
                };
                if !known {
                    return self.step(at, base, &Step::Value(Value::Null));
                }
                let middle = self.reads.len();
                let index = self.eval(*index);
                if !index.is_known() {
                    self.reads.drain(start..middle);
                    return Located::Value(index);
                }
                let located = self.step(at, base, &Step::Value(index));
                if matches!(&located, Located::Place(place) if place.known().is_none()) {
                    self.reads.truncate(start);
                }
                located
            }
            _ => Located::Value(self.eval(at)),
        }
    }

    #[inline]
    fn overridden(&self, path: PathId, key: Option<&str>) -> Option<Located<'a>> {
        let found = self.overrides.iter().find(|one| one.path == path && one.key == key)?;
        Some(match &found.value {
            Some(value) => Located::Value(value.clone()),
            None => Located::Place(self.absent(path, None, found.key)),
        })
    }

    fn absent(&self, path: PathId, fact: Option<FactId>, key: Option<&'a str>) -> Place<'a> {
        Place { path, fact, key, standing: Standing::Missing, told: self.input.view.facts.declared }
    }

    fn place(&self, id: FactId, key: Option<&'a str>) -> Place<'a> {
        let facts = self.input.view.facts;
        let rejected = facts.value(id) == FactValue::Rejected;
        let standing = if rejected { Standing::Rejected } else { Standing::Known };
        Place { path: facts.fact(id).path, fact: Some(id), key, standing, told: true }
    }

    fn fact(&self, path: PathId, origin: Option<Origin>) -> Located<'a> {
        let view = self.input.view;
        let select = |path| match origin {
            None => view.get(path),
            Some(origin) => view.with_origin(path, origin),
        };
        Located::Place(match select(path) {
            Selected::One(id) => self.place(id, None),
            Selected::Disagree(id) => {
                Place { path, fact: Some(id), key: None, standing: Standing::Disagree, told: true }
            }
            Selected::Missing => {
                let mut place = self.absent(path, None, None);
                place.told |= origin == Some(Origin::Declared);
                // Beneath what the schema rejected everything is.
                let mut above = view.vocabulary.info(path).parent;
                loop {
                    if let Selected::One(id) = select(above) {
                        if view.facts.value(id) == FactValue::Rejected {
                            place.fact = Some(id);
                            place.standing = Standing::Rejected;
                        }
                        break;
                    }
                    let next = view.vocabulary.info(above).parent;
                    if next == above {
                        break;
                    }
                    above = next;
                }
                place
            }
        })
    }

    fn step(&mut self, at: ExprId, base: Located<'a>, step: &Step<'a>) -> Located<'a> {
        let place = match base {
            Located::Place(place) => place,
            Located::Value(Value::Fact(id)) => self.place(id, None),
            Located::Value(value) => return Located::Value(self.step_into(at, value, step)),
        };
        let view = self.input.view;
        let (key, path) = match step {
            Step::Key(key, path) => (Some(*key), *path),
            Step::Value(Value::Text(key)) => (Some(*key), view.vocabulary.child(place.path, key)),
            Step::Value(_) => (None, view.vocabulary.child(place.path, "[]")),
        };
        let Some(id) = place.fact.filter(|_| place.standing == Standing::Known) else {
            return Located::Place(Place { path: path.unwrap_or(place.path), key, ..place });
        };
        let found = match (view.facts.value(id), step) {
            (FactValue::Object, Step::Key(key, _)) => view.facts.member(id, key, view.vocabulary),
            (FactValue::Object, Step::Value(value)) => {
                value.text().and_then(|key| view.facts.member(id, key, view.vocabulary))
            }
            (FactValue::List, Step::Value(value)) => {
                position(value).and_then(|index| view.facts.children(id).nth(index))
            }
            _ => None,
        };
        match found {
            Some(member) => {
                let key = view.facts.map_key(member);
                Located::Place(self.place(member, key))
            }
            None => Located::Place(self.absent(path.unwrap_or(place.path), Some(id), key)),
        }
    }

    /// A member or an item of what the expression itself made: there, what is missing is a mistake, unless the
    /// expression asks for it with `?`.
    fn step_into(&mut self, at: ExprId, value: Value<'a>, step: &Step<'a>) -> Value<'a> {
        if !value.is_known() {
            return value;
        }
        let view = self.input.view;
        let wanted = match step {
            Step::Key(key, _) => Value::Text(key),
            Step::Value(value) => value.clone(),
        };
        let found = match &value {
            Value::List(items) => position(&wanted).and_then(|index| items.get(index)).cloned(),
            Value::Scalars(items) => {
                position(&wanted).and_then(|index| items.get(index)).map(Value::of_scalar)
            }
            Value::Map(entries) => {
                entries.iter().find(|(key, _)| self.equal(key, &wanted) == Some(true)).map(|(_, v)| v.clone())
            }
            _ => {
                let message = format!("{} has no members", value.noun(view));
                return self.fault(at, message);
            }
        };
        let optional = matches!(
            self.expr.node(at).kind,
            ExprKind::Member { optional: true, .. } | ExprKind::Index { optional: true, .. }
        );
        found.unwrap_or_else(|| match wanted.text() {
            _ if optional => Value::Unknown { firm: false },
            Some(key) => self.fault(at, format!("there is no `{key}` in it")),
            None => self.fault(at, "there is no such item in it"),
        })
    }

    /// The value of a place, noted as read.
    pub(super) fn read(&mut self, located: Located<'a>) -> Value<'a> {
        match located {
            Located::Value(value) => value,
            Located::Place(place) => {
                self.note(place);
                self.value(place)
            }
        }
    }

    fn value(&self, place: Place<'a>) -> Value<'a> {
        match (place.standing, place.fact) {
            (Standing::Known, Some(id)) => Value::of_fact(id, self.input.view),
            // In a deployment that nobody declared, absence is no evidence and defaults do not apply.
            (Standing::Missing, _) => Value::Unknown { firm: !self.input.view.facts.declared },
            _ => Value::Unknown { firm: true },
        }
    }

    fn note(&mut self, place: Place<'a>) {
        self.reads.push(Read {
            path: place.path,
            fact: place.fact,
            key: place.key.map(Into::into),
            standing: place.standing,
            atom: self.atom,
            signal: self.signal,
        });
    }

    /// Notes a fact as read that no node reads: an item of a list.
    pub(super) fn note_fact(&mut self, id: FactId) {
        let place = self.place(id, self.input.view.facts.map_key(id));
        self.note(place);
    }

    /// `has(x)`: whether something stands there that the schema did not reject.
    pub(super) fn has(&mut self, operand: ExprId) -> Value<'a> {
        if let ExprKind::Member { operand: base, key, path, .. } = &self.expr.node(operand).kind
            && path.is_none()
        {
            let base = self.locate(*base);
            if let Located::Value(Value::Map(entries)) = &base {
                let wanted = Value::Text(key);
                return Value::Bool(entries.iter().any(|(key, _)| self.equal(key, &wanted) == Some(true)));
            }
            let located = self.step(operand, base, &Step::Key(key, None));
            return self.is_there(located);
        }
        let located = self.locate(operand);
        self.is_there(located)
    }

    fn is_there(&mut self, located: Located<'a>) -> Value<'a> {
        match located {
            Located::Value(value) if value.is_known() => Value::Bool(true),
            Located::Value(Value::Unknown { firm: false }) => Value::Bool(false),
            Located::Value(value) => value,
            Located::Place(place) => {
                self.note(place);
                match place.standing {
                    Standing::Known | Standing::Disagree => Value::Bool(true),
                    Standing::Rejected => Value::Bool(false),
                    Standing::Missing if place.told => Value::Bool(false),
                    Standing::Missing => Value::Unknown { firm: true },
                }
            }
        }
    }

    /// `present(x)`: whether something stands there that says something.
    pub(super) fn present(&mut self, operand: ExprId) -> Value<'a> {
        let located = self.locate(operand);
        let place = match located {
            Located::Place(place) => place,
            Located::Value(value) if value.is_known() => return Value::Bool(self.says_something(&value)),
            Located::Value(value) => return value,
        };
        let there = self.is_there(Located::Place(place));
        let (Value::Bool(true), Some(id)) = (&there, place.fact) else { return there };
        let view = self.input.view;
        let says = |run: &mut Self, id| {
            let value = Value::of_fact(id, view);
            value.is_known() && run.says_something(&value)
        };
        Value::Bool(match place.standing {
            Standing::Disagree => view.all(place.path).any(|id| says(self, id)),
            _ => says(self, id),
        })
    }

    /// Whether a value is neither empty nor a placeholder.
    pub(super) fn says_something(&mut self, value: &Value<'a>) -> bool {
        if let Some(text) = value.text() {
            self.spend(text.len() / 64);
            return !is_placeholder(text);
        }
        !matches!(value, Value::Null) && value.length(self.input.view) != Some(0)
    }

    /// `observations('x')`: what is observed, each a fact of its own.
    pub(super) fn observations(&mut self, path: PathId) -> Value<'a> {
        let view = self.input.view;
        self.spend(view.facts.len() / 16);
        let ids: Vec<FactId> =
            view.all(path).filter(|id| view.facts.origin(*id) == Origin::Observed).collect();
        if ids.is_empty() {
            let place = self.absent(path, None, None);
            self.note(place);
        }
        for id in &ids {
            self.note_fact(*id);
        }
        Value::List(ids.into_iter().map(Value::Fact).collect::<Rc<[_]>>())
    }

    /// Whether a map, or an object of the facts, has a key.
    pub(super) fn has_key(&mut self, map: &Value<'a>, key: &Value<'a>) -> bool {
        let view = self.input.view;
        match map {
            Value::Map(entries) => entries.iter().any(|(known, _)| self.equal(known, key) == Some(true)),
            Value::Fact(id) => key.text().is_some_and(|key| {
                view.facts.children(*id).any(|member| self.spend(1) && key_of(member, view) == key)
            }),
            _ => false,
        }
    }
}

/// An index of a list: a whole number that is none below zero.
fn position(value: &Value<'_>) -> Option<usize> {
    match value {
        Value::Int(index) => usize::try_from(*index).ok(),
        _ => None,
    }
}

/// A text that stands where a value should be.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || ["todo", "tbd", "n/a", "none", "-", "?"]
            .iter()
            .any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_in_any_case_with_blanks_around() {
        for text in ["", "  ", "todo", "TODO", " Tbd ", "n/a", "N/A", "None", "-", "?"] {
            assert!(is_placeholder(text), "{text:?}");
        }
        for text in ["todo: ask", "na", "--", "none yet", "x"] {
            assert!(!is_placeholder(text), "{text:?}");
        }
    }
}
