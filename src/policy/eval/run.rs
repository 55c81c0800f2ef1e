//! One evaluation: the walk over the nodes, the reads it collects, the fuel it burns.

use std::rc::Rc;

use super::place::Override;
use super::value::Value;
use super::{FUEL, Fault, Input, Read, Standing, Truth};
use crate::policy::expression::ast::{Binary, Expr, ExprId, ExprKind};
use crate::source::Span;

/// An evaluation under way.
pub(super) struct Run<'a> {
    pub(super) expr: &'a Expr,
    pub(super) input: Input<'a>,
    /// What decides the node being evaluated, as far as it is known; operands drop theirs when they do not.
    pub(super) reads: Vec<Read>,
    /// Variables of macros, those of the running expression from `base` on.
    pub(super) slots: Vec<Value<'a>>,
    pub(super) base: usize,
    /// The innermost test around the node being evaluated.
    pub(super) atom: Option<ExprId>,
    /// The signal of a checklist being evaluated.
    pub(super) signal: Option<(u16, u16)>,
    /// Signals that came out unknown, until their interval is compared.
    pub(super) open_signals: Vec<(u16, u16)>,
    /// Values that stand in for facts, where it is asked what would be if.
    pub(super) overrides: &'a [Override<'a>],
    /// Operators whose left operand is being evaluated, each with the test around it.
    spine: Vec<(ExprId, Option<ExprId>)>,
    /// How many left operands of operators are being evaluated by recursion.
    floors: u32,
    /// Steps left.
    pub(super) fuel: u32,
}

/// Left operands that are evaluated by recursion, which is quicker than without.
const MAX_FLOORS: u32 = 16;

impl<'a> Run<'a> {
    pub(super) fn new(expr: &'a Expr, input: Input<'a>) -> Self {
        Self::onto(expr, input, Vec::new())
    }

    /// One that adds to what was read before.
    pub(super) fn onto(expr: &'a Expr, input: Input<'a>, reads: Vec<Read>) -> Self {
        Self {
            expr,
            input,
            reads,
            slots: match expr.slots {
                0 => Vec::new(),
                slots => vec![Value::Unknown { firm: true }; slots as usize],
            },
            base: 0,
            atom: None,
            signal: None,
            open_signals: Vec::new(),
            overrides: &[],
            spine: Vec::new(),
            floors: 0,
            fuel: FUEL,
        }
    }

    /// What a condition came to.
    pub(super) fn truth_of(&self, value: Value<'a>) -> Truth {
        match value {
            _ if self.fuel == 0 => {
                Truth::Error(Fault { message: exhausted(), span: self.span(self.expr.root) })
            }
            Value::Bool(true) => Truth::True,
            Value::Bool(false) => Truth::False,
            Value::Unknown { .. } => Truth::Unknown,
            Value::Error(fault) => Truth::Error(*fault),
            other => Truth::Error(Fault {
                message: format!("a condition is a truth value, this is {}", other.noun(self.input.view)),
                span: self.span(self.expr.root),
            }),
        }
    }

    /// Whether there is fuel for so many steps; they are burnt.
    pub(super) const fn spend(&mut self, steps: usize) -> bool {
        let steps = if steps > FUEL as usize { FUEL } else { steps as u32 };
        self.fuel = self.fuel.saturating_sub(steps);
        self.fuel > 0
    }

    /// Whether the fuel is gone: whatever the value, it counts for nothing.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.fuel == 0
    }

    pub(super) fn span(&self, id: ExprId) -> Span {
        self.expr.node(id).span
    }

    pub(super) fn fault(&self, at: ExprId, message: impl Into<String>) -> Value<'a> {
        Value::Error(Box::new(Fault { message: message.into(), span: self.span(at) }))
    }

    pub(super) fn exhausted(&self, at: ExprId) -> Value<'a> {
        self.fault(at, exhausted())
    }

    /// Evaluates a node. Reads of what decided it are added to [`Self::reads`].
    pub(super) fn eval(&mut self, at: ExprId) -> Value<'a> {
        if !self.spend(1) {
            return self.exhausted(at);
        }
        let expr = self.expr;
        match &expr.node(at).kind {
            ExprKind::Literal(literal) => Value::of_literal(literal),
            ExprKind::Parameter(index) => match self.input.parameters.get(*index as usize) {
                Some(scalar) => Value::of_scalar(scalar),
                None => self.fault(at, "this parameter has no value"),
            },
            ExprKind::Today => Value::Date(self.input.today),
            ExprKind::Fact(_)
            | ExprKind::OriginFact(..)
            | ExprKind::Variable(_)
            | ExprKind::Member { .. }
            | ExprKind::Index { .. } => {
                let located = self.locate(at);
                self.read(located)
            }
            ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Binary(..) => self.chain(at),
            ExprKind::Not(operand) => match self.eval(*operand) {
                Value::Bool(value) => Value::Bool(!value),
                value if !value.is_known() => value,
                value => self.not_a_truth(*operand, &value),
            },
            ExprKind::Negate(operand) => self.negate(at, *operand),
            ExprKind::Conditional(condition, yes, no) => self.conditional(*condition, *yes, *no),
            ExprKind::Call(function, operands) => {
                let outer = self.atom;
                if function.is_test() {
                    self.atom = Some(at);
                }
                let value = self.call(at, function, expr.operands(*operands));
                self.atom = outer;
                value
            }
            ExprKind::Has(operand) => {
                let outer = self.atom.replace(at);
                let value = self.has(*operand);
                self.atom = outer;
                value
            }
            ExprKind::Comprehension { kind, over, variable, condition, transform } => {
                self.comprehension(at, *kind, *over, *variable, *condition, *transform)
            }
            ExprKind::List(items) => self.list(expr.operands(*items)),
            ExprKind::Map(entries) => self.map(at, expr.operands(*entries)),
            ExprKind::Observations(path) => self.observations(*path),
            ExprKind::Checklist(index) => self.checklist(at, *index),
        }
    }

    /// A tower of operators along their left operands. It can be as tall as an expression is long: only its first
    /// floors are recursion.
    fn chain(&mut self, top: ExprId) -> Value<'a> {
        if let Some(tested) = self.tests_fact(top) {
            return tested;
        }
        if self.floors >= MAX_FLOORS {
            return self.tall_chain(top);
        }
        let (ExprKind::And(left, _) | ExprKind::Or(left, _) | ExprKind::Binary(_, left, _)) =
            self.expr.node(top).kind
        else {
            return self.fault(top, "this is no operator");
        };
        let start = self.reads.len();
        let outer = self.atom;
        self.enter(top);
        self.floors += 1;
        let value = self.eval(left);
        self.floors -= 1;
        let value = self.join(top, start, value);
        self.atom = outer;
        value
    }

    /// Notes the test that an operator is.
    fn enter(&mut self, at: ExprId) {
        if let ExprKind::Binary(operator, ..) = self.expr.node(at).kind
            && operator.is_test()
        {
            self.atom = Some(at);
        }
    }

    /// An operator whose left operand is evaluated, with its reads from `start` on.
    fn join(&mut self, at: ExprId, start: usize, value: Value<'a>) -> Value<'a> {
        match self.expr.node(at).kind {
            ExprKind::And(left, right) => self.logic(start, value, left, right, false),
            ExprKind::Or(left, right) => self.logic(start, value, left, right, true),
            ExprKind::Binary(operator, _, right) => self.binary(at, operator, start, value, right),
            _ => value,
        }
    }

    fn tall_chain(&mut self, top: ExprId) -> Value<'a> {
        let expr = self.expr;
        let floor = self.spine.len();
        let outer = self.atom;
        let mut at = top;
        loop {
            let (ExprKind::And(left, _) | ExprKind::Or(left, _) | ExprKind::Binary(_, left, _)) =
                expr.node(at).kind
            else {
                break;
            };
            self.spine.push((at, self.atom));
            self.enter(at);
            at = left;
        }
        let start = self.reads.len();
        let mut value = self.eval(at);
        while self.spine.len() > floor {
            let Some((at, atom)) = self.spine.pop() else { break };
            if !self.spend(1) {
                value = self.exhausted(at);
            }
            self.atom = atom;
            self.enter(at);
            value = self.join(at, start, value);
        }
        self.atom = outer;
        value
    }

    /// `&&` and `||`: the first absorbing operand decides alone.
    fn logic(
        &mut self,
        start: usize,
        left: Value<'a>,
        left_id: ExprId,
        right_id: ExprId,
        absorbing: bool,
    ) -> Value<'a> {
        if matches!(left, Value::Bool(value) if value == absorbing) {
            return left;
        }
        let middle = self.reads.len();
        let right = self.eval(right_id);
        if matches!(right, Value::Bool(value) if value == absorbing) {
            self.reads.drain(start..middle);
            return right;
        }
        // Neither absorbs, and so both are the other truth value.
        if matches!((&left, &right), (Value::Bool(_), Value::Bool(_))) {
            return right;
        }
        let left = self.truth(left_id, left);
        let right = self.truth(right_id, right);
        match self.settle(start, middle, left, right) {
            Ok(_) => Value::Bool(!absorbing),
            Err(value) => value,
        }
    }

    /// A value where a truth value is demanded.
    pub(super) fn truth(&self, at: ExprId, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Bool(_) | Value::Unknown { .. } | Value::Error(_) => value,
            other => self.not_a_truth(at, &other),
        }
    }

    fn not_a_truth(&self, at: ExprId, value: &Value<'a>) -> Value<'a> {
        self.fault(at, format!("this is {}, not a truth value", value.noun(self.input.view)))
    }

    /// Two operands that are both needed: unknown outranks error, and only the reads of what decided are kept.
    /// Those of the left one begin at `start`, those of the right one at `middle`.
    pub(super) fn settle(
        &mut self,
        start: usize,
        middle: usize,
        left: Value<'a>,
        right: Value<'a>,
    ) -> Result<(Value<'a>, Value<'a>), Value<'a>> {
        if left.is_known() && right.is_known() {
            return Ok((left, right));
        }
        match (left, right) {
            (Value::Unknown { firm }, Value::Unknown { firm: other }) => {
                Err(Value::Unknown { firm: firm || other })
            }
            (left @ Value::Unknown { .. }, _) => {
                self.reads.truncate(middle);
                Err(left)
            }
            (_, right @ Value::Unknown { .. }) => {
                self.reads.drain(start..middle);
                Err(right)
            }
            (left @ Value::Error(_), right) => {
                if right.is_known() {
                    self.reads.truncate(middle);
                }
                Err(left)
            }
            (_, right @ Value::Error(_)) => {
                self.reads.drain(start..middle);
                Err(right)
            }
            known => Ok(known),
        }
    }

    fn conditional(&mut self, condition: ExprId, yes: ExprId, no: ExprId) -> Value<'a> {
        let start = self.reads.len();
        let test = self.eval(condition);
        match self.truth(condition, test) {
            Value::Bool(true) => self.eval(yes),
            Value::Bool(false) => self.eval(no),
            unknown @ Value::Unknown { .. } => {
                let middle = self.reads.len();
                let one = self.eval(yes);
                let other = if one.is_known() { self.eval(no) } else { Value::Unknown { firm: true } };
                if other.is_known() && self.equal(&one, &other) == Some(true) {
                    // Whatever the condition, it is this.
                    self.reads.drain(start..middle);
                    return one;
                }
                self.reads.truncate(middle);
                unknown
            }
            value => value,
        }
    }

    /// A list keeps its unknown items: they matter only where they are looked at.
    fn list(&mut self, items: &'a [ExprId]) -> Value<'a> {
        let start = self.reads.len();
        let mut values = Vec::with_capacity(items.len());
        let mut failed = None;
        let mut unknown = None;
        for item in items {
            let at = self.reads.len();
            match self.eval(*item) {
                value @ Value::Error(_) if failed.is_none() => failed = Some((value, at, self.reads.len())),
                Value::Error(_) => {}
                value => {
                    if let Value::Unknown { firm } = value {
                        unknown = Some(unknown.unwrap_or(false) || firm);
                    }
                    values.push(value);
                }
            }
        }
        match (failed, unknown) {
            (None, _) => Value::List(Rc::from(values)),
            (Some((failed, from, to)), None) => {
                self.reads.truncate(to);
                self.reads.drain(start..from);
                failed
            }
            (Some(_), Some(firm)) => {
                let mut own = self.reads.split_off(start);
                own.retain(|read| read.standing != Standing::Known);
                self.reads.append(&mut own);
                Value::Unknown { firm }
            }
        }
    }

    fn map(&mut self, at: ExprId, entries: &'a [ExprId]) -> Value<'a> {
        let start = self.reads.len();
        let mut values: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len() / 2);
        for pair in entries.chunks_exact(2) {
            let &[key_id, value_id] = pair else { continue };
            let before = self.reads.len();
            let key = self.eval(key_id);
            let middle = self.reads.len();
            let value = self.eval(value_id);
            match (&key, &value) {
                (Value::Unknown { .. } | Value::Error(_), _) => {
                    self.reads.truncate(middle);
                    self.reads.drain(start..before);
                    return key;
                }
                (_, Value::Error(_)) => {
                    self.reads.drain(start..middle);
                    return value;
                }
                (Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Made(_), _) => {}
                _ => {
                    let noun = key.noun(self.input.view);
                    return self.fault(key_id, format!("{noun} cannot be the key of a map"));
                }
            }
            for (known, _) in &values {
                if self.equal(known, &key) == Some(true) {
                    return self.fault(at, "a key stands in this map twice");
                }
            }
            values.push((key, value));
        }
        Value::Map(Rc::from(values))
    }
}

fn exhausted() -> String {
    format!("the evaluation takes more than {FUEL} steps")
}

impl Binary {
    /// Whether it compares: what a fact that decided is said to have stood in.
    pub(super) const fn is_test(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
                | Self::In
        )
    }
}

/// Drops repeated reads from an index on; the first of each stays.
pub(super) fn dedupe(reads: &mut Vec<Read>, from: usize) {
    if reads.len() < from + 2 {
        return;
    }
    // Most expressions read a few facts. Long lists are told apart by sorting.
    if reads.len() - from <= 32 {
        let mut kept = from;
        for at in from..reads.len() {
            if !reads[from..kept].contains(&reads[at]) {
                reads.swap(kept, at);
                kept += 1;
            }
        }
        reads.truncate(kept);
        return;
    }
    let mut order: Vec<usize> = (from..reads.len()).collect();
    order
        .sort_by(|&left, &right| sort_key(&reads[left]).cmp(&sort_key(&reads[right])).then(left.cmp(&right)));
    let mut keep = vec![true; reads.len()];
    for pair in order.windows(2) {
        if let &[first, second] = pair
            && reads[first] == reads[second]
        {
            keep[second] = false;
        }
    }
    let mut keep = keep.into_iter();
    reads.retain(|_| keep.next().unwrap_or(true));
}

type SortKey<'r> = (u16, Option<u32>, Option<&'r str>, Option<u32>, Option<(u16, u16)>);

fn sort_key(read: &Read) -> SortKey<'_> {
    let atom = read.atom.map(|atom| atom.0);
    (read.path.0, read.fact.map(|fact| fact.0), read.key.as_deref(), atom, read.signal)
}
