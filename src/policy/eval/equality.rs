//! Equality and membership, where items may be unknown.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::operators::order;
use super::run::Run;
use super::value::Value;
use super::{Read, Standing};
use crate::policy::expression::ast::ExprId;

impl<'a> Run<'a> {
    /// Whether an item is in a list, or a key in a map. Unknown items matter only where no known one matches.
    pub(super) fn is_in(
        &mut self,
        at: ExprId,
        start: usize,
        wanted: &Value<'a>,
        list: &Value<'a>,
    ) -> Value<'a> {
        let view = self.input.view;
        if list.length(view).is_none() {
            let noun = list.noun(view);
            return self.fault(at, format!("{noun} has no items to look for"));
        }
        if !list.is_list(view) {
            return Value::Bool(self.has_key(list, wanted));
        }
        let mut found = Some(false);
        list.each(view, |item| {
            if !self.spend(1) {
                return ControlFlow::Break(());
            }
            match self.equal(wanted, &item.resolved(view)) {
                Some(true) => found = Some(true),
                Some(false) => {}
                None => found = None,
            }
            if found == Some(true) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match found {
            Some(found) => Value::Bool(found),
            None => self.unknown_items(start, wanted, list),
        }
    }

    /// Unknown for the sake of items: those are what decided, not the list.
    pub(super) fn unknown_items(&mut self, start: usize, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let view = self.input.view;
        let mut unknown: Vec<Read> = self.reads.drain(start..).collect();
        unknown.retain(|read| read.standing != Standing::Known);
        self.reads.append(&mut unknown);
        for side in [left, right] {
            side.each(view, |item| {
                if let Value::Fact(id) = item
                    && matches!(Value::of_fact(id, view), Value::Unknown { .. })
                {
                    self.note_fact(id);
                }
                if self.spend(1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        Value::Unknown { firm: true }
    }

    /// Whether two values are equal; nothing where unknown items keep that from being known.
    pub(super) fn equal(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if !self.spend(1) {
            return None;
        }
        match (left, right) {
            (Value::Unknown { .. } | Value::Error(_), _) | (_, Value::Unknown { .. } | Value::Error(_)) => {
                None
            }
            (Value::Null, Value::Null) => Some(true),
            (Value::Text(_) | Value::Made(_), Value::Text(_) | Value::Made(_)) => {
                self.burn_texts(left, right);
                Some(left.text() == right.text())
            }
            (
                Value::List(_) | Value::Scalars(_) | Value::Fact(_),
                Value::List(_) | Value::Scalars(_) | Value::Fact(_),
            ) if left.is_list(view) && right.is_list(view) => self.equal_lists(left, right),
            (Value::Map(_) | Value::Fact(_), Value::Map(_) | Value::Fact(_))
                if !left.is_list(view) && !right.is_list(view) =>
            {
                self.equal_maps(left, right)
            }
            _ => Some(order(left, right) == Some(Ordering::Equal)),
        }
    }

    fn equal_lists(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if left.length(view) != right.length(view) {
            return Some(false);
        }
        let mut others = Vec::new();
        right.each(view, |item| {
            others.push(item.resolved(view));
            if self.spend(1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let mut others = others.iter();
        let mut equal = Some(true);
        left.each(view, |item| {
            let same = others.next().and_then(|other| self.equal(&item.resolved(view), other));
            self.both(&mut equal, same)
        });
        equal
    }

    /// Joins one comparison to those before it: one difference settles it, an unknown one leaves it open.
    fn both(&self, equal: &mut Option<bool>, same: Option<bool>) -> ControlFlow<()> {
        match same {
            Some(true) => {}
            Some(false) => *equal = Some(false),
            None => *equal = None,
        }
        if same == Some(false) || self.is_exhausted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn equal_maps(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if left.length(view) != right.length(view) {
            return Some(false);
        }
        let mut equal = Some(true);
        left.each(view, |key| {
            let same = match (self.entry(left, &key), self.entry(right, &key)) {
                (Some(one), Some(other)) => self.equal(&one, &other),
                _ => Some(false),
            };
            self.both(&mut equal, same)
        });
        equal
    }

    /// The value under a key of a map or an object.
    fn entry(&mut self, map: &Value<'a>, key: &Value<'a>) -> Option<Value<'a>> {
        let view = self.input.view;
        match map {
            Value::Map(entries) => entries
                .iter()
                .find(|(known, _)| self.equal(known, key) == Some(true))
                .map(|(_, value)| value.clone().resolved(view)),
            Value::Fact(id) => {
                self.spend(1);
                let member = view.facts.member(*id, key.text()?, view.vocabulary)?;
                Some(Value::of_fact(member, view))
            }
            _ => None,
        }
    }
}
