//! Macros over lists and the keys of maps, and checklists.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::Read;
use super::place::Located;
use super::run::{Run, dedupe};
use super::value::Value;
use crate::manifest::facts::FactId;
use crate::policy::expression::ast::{Comprehension, ExprId};

/// What a macro has come to so far. Unknown outranks error, error outranks what is known.
enum Verdict<'a> {
    Known,
    Error(Value<'a>),
    Unknown { firm: bool },
}

/// A macro under way: where the reads of its list begin, and those of its items.
#[derive(Clone, Copy)]
struct Frame {
    list: usize,
    items: usize,
    slot: usize,
}

impl<'a> Run<'a> {
    pub(super) fn comprehension(
        &mut self,
        at: ExprId,
        kind: Comprehension,
        over: ExprId,
        variable: u16,
        condition: Option<ExprId>,
        transform: Option<ExprId>,
    ) -> Value<'a> {
        let list = self.reads.len();
        let items = self.eval(over);
        if !items.is_known() {
            return items;
        }
        let view = self.input.view;
        if items.length(view).is_none() {
            return self.fault(over, format!("{} has no items to look at", items.noun(view)));
        }
        let slot = self.base + variable as usize;
        let frame = Frame { list, items: self.reads.len(), slot };
        let value = match (kind, condition) {
            (Comprehension::All, Some(condition)) => self.quantify(frame, &items, condition, false),
            (Comprehension::Exists, Some(condition)) => self.quantify(frame, &items, condition, true),
            (Comprehension::ExistsOne, Some(condition)) => self.exists_one(frame, &items, condition),
            _ => self.collect(frame, &items, condition, transform),
        };
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Value::Unknown { firm: true };
        }
        if self.is_exhausted() { self.exhausted(at) } else { value }
    }

    /// Evaluates a condition with an item in the variable's slot.
    fn try_item(&mut self, frame: Frame, item: &Value<'a>, condition: ExprId) -> Value<'a> {
        if let Some(slot) = self.slots.get_mut(frame.slot) {
            *slot = item.clone();
        }
        let value = self.eval(condition);
        self.truth(condition, value)
    }

    /// `exists` and `all`: the first absorbing item is the witness and decides alone.
    fn quantify(&mut self, frame: Frame, items: &Value<'a>, condition: ExprId, absorbing: bool) -> Value<'a> {
        let mut verdict = Verdict::Known;
        let mut witnessed = false;
        items.each(self.input.view, |item| {
            let start = self.reads.len();
            let value = self.try_item(frame, &item, condition);
            if matches!(value, Value::Bool(value) if value == absorbing) {
                self.reads.drain(frame.items..start);
                self.keep_witness(frame, items, &item);
                witnessed = true;
                return ControlFlow::Break(());
            }
            self.weigh(frame, &mut verdict, start, &item, value);
            if self.is_exhausted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if witnessed { Value::Bool(absorbing) } else { self.verdict(frame, verdict, Value::Bool(!absorbing)) }
    }

    /// The witness's reads stand for the list; where there are none, the item itself does.
    fn keep_witness(&mut self, frame: Frame, items: &Value<'a>, item: &Value<'a>) {
        if self.reads.len() == frame.items
            && let Some(id) = self.fact_of(items, item)
        {
            self.note_fact(id);
        }
        if self.reads.len() > frame.items {
            self.reads.drain(frame.list..frame.items);
        }
    }

    /// The fact that an item is; for the key of a map, its entry.
    fn fact_of(&self, items: &Value<'a>, item: &Value<'a>) -> Option<FactId> {
        match (items, item) {
            (_, Value::Fact(id)) => Some(*id),
            (Value::Fact(map), Value::Text(key)) => {
                self.input.view.facts.member(*map, key, self.input.view.vocabulary)
            }
            _ => None,
        }
    }

    /// Adds an item that did not decide, keeping only the reads of what ranks highest.
    fn weigh(
        &mut self,
        frame: Frame,
        verdict: &mut Verdict<'a>,
        start: usize,
        item: &Value<'a>,
        value: Value<'a>,
    ) {
        match (value, &mut *verdict) {
            (Value::Unknown { firm }, Verdict::Unknown { firm: held }) => *held |= firm,
            (Value::Unknown { firm }, _) => {
                self.reads.drain(frame.items..start);
                *verdict = Verdict::Unknown { firm };
            }
            (value @ Value::Error(_), Verdict::Known) => {
                self.reads.drain(frame.items..start);
                *verdict = Verdict::Error(value);
            }
            (Value::Error(_), Verdict::Error(_)) => {}
            (_, Verdict::Known) => self.keep_compared(frame, start, item),
            _ => self.reads.truncate(start),
        }
    }

    /// The list stands for its items: of their reads only what they were compared with is kept.
    fn keep_compared(&mut self, frame: Frame, start: usize, item: &Value<'a>) {
        if self.reads.len() == start {
            return;
        }
        if let Value::Fact(above) = item {
            let facts = self.input.view.facts;
            let mut position = 0;
            self.reads.retain(|read| {
                position += 1;
                position <= start || !read.fact.is_some_and(|fact| facts.is_within(fact, *above))
            });
        }
        if self.reads.len() > start {
            self.spend(self.reads.len() - frame.items);
            dedupe(&mut self.reads, frame.items);
        }
    }

    fn verdict(&mut self, frame: Frame, verdict: Verdict<'a>, known: Value<'a>) -> Value<'a> {
        let value = match verdict {
            Verdict::Known => return known,
            Verdict::Error(value) => value,
            Verdict::Unknown { firm } => Value::Unknown { firm },
        };
        if self.reads.len() > frame.items {
            self.reads.drain(frame.list..frame.items);
        }
        value
    }

    /// `exists_one`: absorbs nothing, since every item counts.
    fn exists_one(&mut self, frame: Frame, items: &Value<'a>, condition: ExprId) -> Value<'a> {
        let mut verdict = Verdict::Known;
        let mut witnesses: Vec<Read> = Vec::new();
        let mut count = 0;
        items.each(self.input.view, |item| {
            let start = self.reads.len();
            let value = self.try_item(frame, &item, condition);
            if let Value::Bool(true) = value {
                count += 1;
                if self.reads.len() == start
                    && let Some(id) = self.fact_of(items, &item)
                {
                    self.note_fact(id);
                }
                witnesses.extend(self.reads.drain(start..));
            } else {
                self.weigh(frame, &mut verdict, start, &item, value);
            }
            if self.is_exhausted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if matches!(verdict, Verdict::Known) && !witnesses.is_empty() {
            self.reads.truncate(frame.list);
            self.reads.append(&mut witnesses);
        }
        self.verdict(frame, verdict, Value::Bool(count == 1))
    }

    /// `filter` and `map`. A condition that is not known leaves the whole list unknown; what an item is mapped to
    /// may be.
    fn collect(
        &mut self,
        frame: Frame,
        items: &Value<'a>,
        condition: Option<ExprId>,
        transform: Option<ExprId>,
    ) -> Value<'a> {
        let mut verdict = Verdict::Known;
        let mut made = Vec::new();
        items.each(self.input.view, |item| {
            let start = self.reads.len();
            let test = match condition {
                Some(condition) => self.try_item(frame, &item, condition),
                None => Value::Bool(true),
            };
            let keep = matches!(test, Value::Bool(true));
            self.weigh(frame, &mut verdict, start, &item, test);
            if keep {
                match transform {
                    Some(transform) => self.make(frame, &mut verdict, &item, transform, &mut made),
                    None => made.push(item),
                }
            }
            if self.is_exhausted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.verdict(frame, verdict, Value::List(Rc::from(made)))
    }

    fn make(
        &mut self,
        frame: Frame,
        verdict: &mut Verdict<'a>,
        item: &Value<'a>,
        transform: ExprId,
        made: &mut Vec<Value<'a>>,
    ) {
        if let Some(slot) = self.slots.get_mut(frame.slot) {
            *slot = item.clone();
        }
        let start = self.reads.len();
        // A fact stays the fact it is, so that what is asked of the new list still points at it.
        let value = match self.locate(transform) {
            Located::Place(place) => match place.known() {
                Some(id) => Value::Fact(id),
                None => self.read(Located::Place(place)),
            },
            Located::Value(value) => value,
        };
        match value {
            error @ Value::Error(_) => self.weigh(frame, verdict, start, item, error),
            Value::Unknown { .. } if matches!(verdict, Verdict::Known) => made.push(value),
            value => {
                self.weigh(frame, verdict, start, item, Value::Null);
                made.push(value);
            }
        }
    }

    /// `checklist('name')`: how many signals are met, at least and at most.
    pub(super) fn checklist(&mut self, at: ExprId, index: u16) -> Value<'a> {
        if self.signal.is_some() {
            return self.fault(at, "a signal of a checklist cannot ask a checklist");
        }
        let Some(signals) = self.input.checklists.get(index as usize) else {
            return self.fault(at, "this checklist has no signals");
        };
        let (outer_expr, outer_atom, outer_base) = (self.expr, self.atom.take(), self.base);
        let begin = self.reads.len();
        let (mut met, mut possible, mut any_firm) = (0, 0, false);
        let mut failed = None;
        for (position, signal) in signals.iter().enumerate() {
            let start = self.reads.len();
            self.expr = signal;
            self.signal = Some((index, position as u16));
            self.base = self.slots.len();
            self.slots.resize(self.base + signal.slots as usize, Value::Unknown { firm: true });
            let value = self.eval(signal.root);
            let value = self.truth(signal.root, value);
            self.slots.truncate(self.base);
            match value {
                Value::Bool(true) => met += 1,
                Value::Unknown { firm } => {
                    possible += 1;
                    any_firm |= firm;
                    self.open_signals.extend(self.signal);
                }
                Value::Error(fault) => {
                    self.reads.drain(begin..start);
                    failed = Some(fault.message);
                    break;
                }
                _ => self.reads.truncate(start),
            }
        }
        self.expr = outer_expr;
        self.atom = outer_atom;
        self.base = outer_base;
        self.signal = None;
        match failed {
            Some(message) => {
                self.fault(at, format!("a signal of this checklist cannot be evaluated: {message}"))
            }
            None => Value::Interval { low: met, high: met + possible, firm: any_firm },
        }
    }
}
