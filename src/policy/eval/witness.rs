//! Whether clauses keep their promise: values that meet them are put in the place of the facts, and the condition
//! is asked again.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::clauses::Part;
use super::operators::order;
use super::place::Override;
use super::run::Run;
use super::value::Value;
use super::{FUEL, Input};
use crate::manifest::vocabulary::FactType;
use crate::policy::expression::ast::Expr;

/// More clauses than a reader could act on are not given.
const MAX_PARTS: usize = 32;

/// Whether the condition holds once the clauses do. Of a fact with a fixed set of values each that meets its clauses
/// has to do; of any other one that does. Clauses for which no value can be made up (a regular expression) are
/// believed.
pub(super) fn confirms(parts: &[Part<'_>], expr: &Expr, input: Input<'_>) -> bool {
    if parts.len() > MAX_PARTS {
        return false;
    }
    if parts.iter().any(is_beyond_us) {
        return true;
    }
    let mut overrides: Vec<Override<'_>> = Vec::new();
    let mut others: Vec<(usize, Option<Value<'_>>)> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let is_same = |other: &Part<'_>| (other.path, other.key) == (part.path, part.key);
        if parts.iter().take(index).any(is_same) {
            continue;
        }
        let own: Vec<&Part<'_>> = parts.iter().filter(|other| is_same(other)).collect();
        let mut fitting = candidates(&own, expr, input)
            .into_iter()
            .filter(|value| meets_all(value.as_ref(), &own, expr, input));
        let Some(value) = fitting.next() else { return false };
        if !input.view.vocabulary.info(part.path).values.is_empty() {
            others.extend(fitting.map(|value| (overrides.len(), value)));
        }
        overrides.push(Override { path: part.path, key: part.key, value });
    }
    let mut fuel = FUEL;
    holds(&overrides, expr, input, &mut fuel)
        && others.into_iter().all(|(index, value)| {
            let mut changed = overrides.clone();
            if let Some(entry) = changed.get_mut(index) {
                entry.value = value;
            }
            holds(&changed, expr, input, &mut fuel)
        })
}

fn holds(overrides: &[Override<'_>], expr: &Expr, input: Input<'_>, fuel: &mut u32) -> bool {
    let mut run = Run::new(expr, input);
    run.overrides = overrides;
    run.fuel = *fuel;
    let value = run.eval(expr.root);
    *fuel = run.fuel;
    matches!(value, Value::Bool(true)) && !run.is_exhausted()
}

fn is_beyond_us(part: &Part<'_>) -> bool {
    let is_text = part.value.text().is_some();
    match part.op {
        "matches" | "not-matches" => true,
        "<" | ">" => is_text || matches!(part.value, Value::Date(_)),
        _ => false,
    }
}

/// Values that might do, the likeliest first.
fn candidates<'a>(parts: &[&Part<'a>], expr: &'a Expr, input: Input<'a>) -> Vec<Option<Value<'a>>> {
    let mut values = Vec::new();
    let Some(first) = parts.first() else { return values };
    let info = input.view.vocabulary.info(first.path);
    if parts.iter().any(|part| part.op == "absent") {
        values.push(None);
    }
    if info.kind == FactType::List {
        values.push(Some(list(parts, expr, input)));
    }
    for part in parts {
        around(&part.value, &mut values);
        part.value.each(input.view, |item| {
            let item = item.resolved(input.view);
            around(&item, &mut values);
            ControlFlow::Continue(())
        });
        if part.op == "not-contains"
            && let Some(text) = part.value.text()
        {
            values.push(Some(Value::Text(if text == "x" { "y" } else { "x" })));
        }
    }
    if !info.values.is_empty() {
        values.retain(Option::is_none);
        values.extend(info.values.iter().map(|text| Some(Value::Text(text))));
        return values;
    }
    values.push(Some(match info.kind {
        FactType::Bool => Value::Bool(true),
        FactType::Integer => Value::Int(1),
        FactType::Number => Value::Double(1.0),
        FactType::Object | FactType::Map => Value::Map(Rc::from([(Value::Text("x"), Value::Text("x"))])),
        FactType::String | FactType::Any | FactType::List => Value::Text("x"),
    }));
    values
}

/// A value and its neighbours.
fn around<'a>(value: &Value<'a>, values: &mut Vec<Option<Value<'a>>>) {
    values.push(Some(value.clone()));
    match value {
        Value::Int(int) => {
            for step in [1, -1] {
                values.extend(int.checked_add(step).map(|next| Some(Value::Int(next))));
            }
        }
        Value::Double(double) => {
            for step in [1.0, -1.0, 0.01, -0.01] {
                values.push(Some(Value::Double(double + step)));
            }
        }
        Value::Text(_) | Value::Made(_) => {
            let other = format!("{}x", value.text().unwrap_or(""));
            values.push(Some(Value::Made(Rc::from(other))));
        }
        _ => {}
    }
}

/// The list as it is, with what it has to contain and without what it must not.
fn list<'a>(parts: &[&Part<'a>], expr: &'a Expr, input: Input<'a>) -> Value<'a> {
    let mut run = Run::new(expr, input);
    let mut items: Vec<Value<'a>> = Vec::new();
    if let Some(id) = parts.first().and_then(|part| input.view.one(part.path)) {
        Value::Fact(id).each(input.view, |item| {
            items.push(item.resolved(input.view));
            ControlFlow::Continue(())
        });
    }
    for part in parts {
        match part.op {
            "contains" => items.push(part.value.clone()),
            "not-contains" => items.retain(|item| run.equal(item, &part.value) != Some(true)),
            "present" if items.is_empty() => items.push(Value::Text("x")),
            _ => {}
        }
    }
    Value::List(Rc::from(items))
}

fn meets_all<'a>(value: Option<&Value<'a>>, parts: &[&Part<'a>], expr: &'a Expr, input: Input<'a>) -> bool {
    let mut run = Run::new(expr, input);
    parts.iter().all(|part| meets(value, part, &mut run))
}

/// Whether a value, or the lack of one, meets a clause.
pub(super) fn meets<'a>(value: Option<&Value<'a>>, part: &Part<'a>, run: &mut Run<'a>) -> bool {
    let view = run.input.view;
    let Some(value) = value else { return part.op == "absent" };
    let other = &part.value;
    let order = order(value, other);
    let is_within = |run: &mut Run<'a>, list: &Value<'a>, item: &Value<'a>| {
        if let (Some(text), Some(part)) = (list.text(), item.text()) {
            return Some(text.contains(part));
        }
        let mut found = false;
        let is_list = list.each(view, |one| {
            found |= run.equal(&one.resolved(view), item) == Some(true);
            ControlFlow::Continue(())
        });
        is_list.then_some(found)
    };
    match part.op {
        "==" => run.equal(value, other) == Some(true),
        "!=" => run.equal(value, other) == Some(false),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        "in" => is_within(run, other, value) == Some(true),
        "not-in" => is_within(run, other, value) == Some(false),
        "contains" => is_within(run, value, other) == Some(true),
        "not-contains" => is_within(run, value, other) == Some(false),
        "present" => run.says_something(value),
        _ => false,
    }
}
