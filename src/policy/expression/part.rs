//! Expressions made of others: a part by itself, and the whole with one condition taken as settled. What the tests of
//! policies ask "what was this?" and "what if?" with.

use super::ast::{Comprehension, Expr, ExprId, ExprKind, ExprNode, Literal};

/// Visits what a node is made of, in the order of the text.
pub(in crate::policy) fn each_child(expr: &Expr, at: ExprId, mut visit: impl FnMut(ExprId)) {
    match &expr.node(at).kind {
        ExprKind::Literal(_)
        | ExprKind::Fact(_)
        | ExprKind::OriginFact(..)
        | ExprKind::Observations(_)
        | ExprKind::Parameter(_)
        | ExprKind::Today
        | ExprKind::Variable(_)
        | ExprKind::Checklist(_) => {}
        ExprKind::List(operands) | ExprKind::Map(operands) | ExprKind::Call(_, operands) => {
            expr.operands(*operands).iter().copied().for_each(visit);
        }
        ExprKind::Member { operand, .. }
        | ExprKind::Not(operand)
        | ExprKind::Negate(operand)
        | ExprKind::Has(operand) => visit(*operand),
        ExprKind::Index { operand: left, index: right, .. }
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Binary(_, left, right) => {
            visit(*left);
            visit(*right);
        }
        ExprKind::Conditional(test, yes, no) => [*test, *yes, *no].into_iter().for_each(visit),
        ExprKind::Comprehension { over, condition, transform, .. } => {
            visit(*over);
            [*condition, *transform].into_iter().flatten().for_each(visit);
        }
    }
}

/// A node and all beneath it, each once, in no order that matters.
pub(in crate::policy) fn beneath(expr: &Expr, at: ExprId) -> Vec<ExprId> {
    let mut found = vec![at];
    let mut next = 0;
    while let Some(&node) = found.get(next) {
        each_child(expr, node, |child| found.push(child));
        next += 1;
    }
    found
}

/// The macros around a node whose variable it may read, the innermost first.
fn macros_around(expr: &Expr, at: ExprId) -> Vec<ExprId> {
    let mut around = Vec::new();
    let mut current = at;
    // Operands come before what uses them: one pass upwards meets everything above.
    for index in at.0 + 1..expr.nodes.len() as u32 {
        let above = ExprId(index);
        let mut is_above = false;
        each_child(expr, above, |child| is_above |= child == current);
        if !is_above {
            continue;
        }
        if let ExprKind::Comprehension { over, .. } = expr.node(above).kind
            && over != current
        {
            around.push(above);
        }
        current = above;
    }
    around
}

/// A part of an expression by itself. Inside of macros it is the list of what it is for each of their items: every
/// macro around it becomes a `map`.
pub(in crate::policy) fn part(expr: &Expr, at: ExprId) -> Expr {
    let mut alone = copy(expr);
    alone.root = at;
    for around in macros_around(expr, at) {
        let ExprKind::Comprehension { over, variable, condition, transform, .. } = expr.node(around).kind
        else {
            continue;
        };
        // What a `map` makes of an item it makes only of those that its condition lets in.
        let kept = condition.filter(|_| transform.is_some_and(|made| beneath(expr, made).contains(&at)));
        let kind = ExprKind::Comprehension {
            kind: Comprehension::Map,
            over,
            variable,
            condition: kept,
            transform: Some(alone.root),
        };
        if let Some(node) = alone.nodes.get_mut(around.0 as usize) {
            node.kind = kind;
        }
        alone.root = around;
    }
    alone
}

/// A part that reads no fact and no variable, by itself wherever it stands.
pub(in crate::policy) fn constant(expr: &Expr, at: ExprId) -> Expr {
    Expr { root: at, ..copy(expr) }
}

/// The whole with one condition taken as settled, whatever the facts.
pub(in crate::policy) fn assumed(expr: &Expr, at: ExprId, value: bool) -> Expr {
    let mut changed = copy(expr);
    if let Some(node) = changed.nodes.get_mut(at.0 as usize) {
        node.kind = ExprKind::Literal(Literal::Bool(value));
    }
    changed
}

/// What holds where the whole does not.
pub(in crate::policy) fn negated(expr: &Expr) -> Expr {
    let mut changed = copy(expr);
    let node = ExprNode { kind: ExprKind::Not(expr.root), ..expr.node(expr.root).clone() };
    changed.root = ExprId(changed.nodes.len() as u32);
    changed.nodes.push(node);
    changed
}

fn copy(expr: &Expr) -> Expr {
    Expr {
        text: expr.text.clone(),
        nodes: expr.nodes.clone(),
        operands: expr.operands.clone(),
        root: expr.root,
        slots: expr.slots,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::finding::Scalar;
    use crate::policy::eval;
    use crate::policy::expression::fixture::{compiled, facts, with_facts};

    fn node(expr: &Expr, text: &str) -> ExprId {
        (0..expr.nodes.len() as u32).map(ExprId).find(|id| expr.source(*id) == text).unwrap()
    }

    fn value(expr: &Expr) -> Option<Scalar> {
        let techniques = json!({"customization": {"techniques": ["rag", "templates"]}, "stage": "pilot"});
        with_facts(&facts(&techniques, true), |input| eval::value_of(expr, input)).unwrap()
    }

    #[test]
    fn a_part_is_evaluated_by_itself_and_in_macros_for_each_item() {
        let expr = compiled("stage == 'pilot' && customization.techniques.exists(t, t == 'templates')");
        assert_eq!(value(&part(&expr, node(&expr, "stage"))), Some(Scalar::Text("pilot".into())));
        let each = [Scalar::Bool(false), Scalar::Bool(true)];
        assert_eq!(value(&part(&expr, node(&expr, "t == 'templates'"))), Some(Scalar::List(each.to_vec())));
    }

    #[test]
    fn in_macros_of_macros_a_part_has_a_list_for_each_item() {
        let expr = compiled("customization.techniques.all(t, ['r', 'e'].exists(c, t.contains(c)))");
        let [yes, no] = [true, false].map(Scalar::Bool);
        let expected = [[yes.clone(), no.clone()], [no, yes]].map(|row| Scalar::List(row.to_vec()));
        assert_eq!(value(&part(&expr, node(&expr, "t.contains(c)"))), Some(Scalar::List(expected.to_vec())));
    }

    #[test]
    fn what_a_map_makes_it_makes_only_of_what_it_lets_in() {
        let expr = compiled("'TEMPLATES' in customization.techniques.map(t, t != 'rag', t + '')");
        let expected = Scalar::List(vec![Scalar::Text("templates".into())]);
        assert_eq!(value(&part(&expr, node(&expr, "t + ''"))), Some(expected));
    }

    #[test]
    fn a_condition_can_be_taken_as_settled_and_the_whole_be_negated() {
        let expr = compiled("stage == 'pilot' && owner == 'x'");
        let settled = assumed(&expr, node(&expr, "owner == 'x'"), true);
        assert_eq!(value(&settled), Some(Scalar::Bool(true)));
        assert_eq!(value(&negated(&settled)), Some(Scalar::Bool(false)));
        assert_eq!(value(&negated(&negated(&settled))), Some(Scalar::Bool(true)));
    }
}
