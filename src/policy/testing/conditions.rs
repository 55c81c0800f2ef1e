//! The atomic conditions of an expression, and the facts that it reads.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::facts::Origin;
use crate::manifest::vocabulary::{FactType, PathId, Vocabulary};
use crate::policy::expression::ast::{Binary, Comprehension, Expr, ExprId, ExprKind, Function, Literal};
use crate::policy::expression::{beneath, each_child};

/// Where a walk is: at what is true or false by itself, or inside of what is compared or computed.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    Truth,
    Inside,
}

/// What `&&`, `||`, `!` and ternaries join, also in the conditions of macros, in the order of the text. Conditions
/// that read no fact are the same for every deployment: no example can turn them, and they are left out.
pub(super) fn atomic(expr: &Expr) -> Vec<ExprId> {
    let mut found = Vec::new();
    let mut open = vec![(expr.root, Stand::Truth)];
    while let Some((at, stand)) = open.pop() {
        let node = expr.node(at);
        let mut all = |stand| each_child(expr, at, |child| open.push((child, stand)));
        match &node.kind {
            ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Not(_) => all(Stand::Truth),
            ExprKind::Conditional(..) if stand == Stand::Truth => all(Stand::Truth),
            ExprKind::Conditional(test, yes, no) => {
                open.extend([(*test, Stand::Truth), (*yes, Stand::Inside), (*no, Stand::Inside)]);
            }
            ExprKind::Comprehension { kind, over, condition, transform, .. } => {
                open.push((*over, Stand::Inside));
                open.extend(transform.map(|transform| (transform, Stand::Inside)));
                open.extend(condition.map(|condition| (condition, Stand::Truth)));
                let decides = matches!(kind, Comprehension::Filter | Comprehension::Map)
                    || condition.is_some_and(|condition| expr.node(condition).reads_facts);
                if stand == Stand::Truth && !decides && node.reads_facts {
                    found.push(at);
                }
            }
            _ => {
                if stand == Stand::Truth && node.reads_facts {
                    found.push(at);
                }
                all(Stand::Inside);
            }
        }
    }
    found.sort_by_key(|at| (expr.node(*at).span.start, expr.node(*at).span.end));
    found
}

/// A fact that an expression reads: a plain path, or an entry of a map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FactName {
    pub(super) path: PathId,
    pub(super) key: Option<Box<str>>,
}

impl FactName {
    /// The fact that a node is, if it is one that a manifest can state.
    pub(super) fn of(expr: &Expr, at: ExprId) -> Option<Self> {
        match &expr.node(at).kind {
            ExprKind::Fact(path) | ExprKind::OriginFact(Origin::Declared, path) => {
                Some(Self { path: *path, key: None })
            }
            ExprKind::Member { operand, key, path: Some(path), .. } => {
                let above = Self::of(expr, *operand)?;
                let is_map = Vocabulary::native().info(above.path).kind == FactType::Map;
                is_map.then(|| Self { path: *path, key: Some((&**key).into()) })
            }
            _ => None,
        }
    }

    /// Its keys from spec on.
    pub(super) fn segments(&self) -> Vec<&str> {
        let path = Vocabulary::native().path(self.path);
        let own = path.split('.').map(|segment| match (segment, &self.key) {
            ("*", Some(key)) => &**key,
            (segment, _) => segment,
        });
        own.collect()
    }

    /// As a sentence names it.
    pub(super) fn shown(&self) -> String {
        let path = Vocabulary::native().path(self.path);
        match (&self.key, path.strip_suffix(".*")) {
            (Some(key), Some(above)) => format!("{above}['{key}']"),
            _ => path.to_owned(),
        }
    }
}

/// The entry of a map that `'key' in map` asks for.
fn asked_entry(expr: &Expr, key: ExprId, map: ExprId) -> Option<FactName> {
    let ExprKind::Literal(Literal::String(key)) = &expr.node(key).kind else { return None };
    let above = FactName::of(expr, map)?;
    let info = Vocabulary::native().info(above.path);
    let entry = info.children.first().filter(|_| info.kind == FactType::Map)?;
    Some(FactName { path: *entry, key: Some((&**key).into()) })
}

/// The facts that expressions read, each with whether it has a default anywhere, sorted.
pub(super) fn facts_of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> BTreeMap<FactName, bool> {
    let mut facts = BTreeMap::new();
    for expr in exprs {
        let all = beneath(expr, expr.root);
        let mut defaulted = BTreeSet::new();
        let mut stepped_over = BTreeSet::new();
        for at in &all {
            match &expr.node(*at).kind {
                ExprKind::Call(Function::OrValue, operands) => {
                    let operand = expr.operands(*operands).first();
                    defaulted.extend(operand.into_iter().flat_map(|operand| beneath(expr, *operand)));
                }
                // Whether there is an entry of that name is asked of the entry.
                ExprKind::Binary(Binary::In, key, map) => {
                    facts.extend(asked_entry(expr, *key, *map).map(|entry| (entry, false)));
                }
                // Of a map an entry is read, and not the whole.
                ExprKind::Member { operand, .. } if FactName::of(expr, *at).is_some() => {
                    stepped_over.insert(*operand);
                }
                _ => {}
            }
        }
        for at in all.into_iter().filter(|at| !stepped_over.contains(at)) {
            if let Some(fact) = FactName::of(expr, at) {
                *facts.entry(fact).or_default() |= defaulted.contains(&at);
            }
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::expression::{Names, Type, Unread, compile};

    fn compiled(text: &str) -> Expr {
        let parameters = [("low".into(), Type::Int)];
        let names = Names {
            vocabulary: Vocabulary::native(),
            parameters: &parameters,
            checklists: &[],
            unread: Unread::NONE,
        };
        compile(text, Type::Bool, names).unwrap()
    }

    #[test]
    fn conditions_are_what_connectives_and_macros_join() {
        let conditions = |text: &str| {
            let expr = compiled(text);
            atomic(&expr).into_iter().map(|at| expr.source(at).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            conditions("stage == 'pilot' && !(has(budget.trainingUsd) || budget.initialUsd > 0)"),
            ["stage == 'pilot'", "has(budget.trainingUsd)", "budget.initialUsd > 0"]
        );
        assert_eq!(
            conditions("(stage == 'pilot' ? budget.initialUsd : budget.trainingUsd) > params.low"),
            ["(stage == 'pilot' ? budget.initialUsd : budget.trainingUsd) > params.low", "stage == 'pilot'"]
        );
        assert_eq!(
            conditions("customization.techniques.exists(t, t == 'rag' || t.size() > params.low)"),
            ["t == 'rag'", "t.size() > params.low"]
        );
        assert_eq!(
            conditions("size(customization.techniques.filter(t, t != 'rag')) > 1"),
            ["size(customization.techniques.filter(t, t != 'rag')) > 1", "t != 'rag'"]
        );
        assert_eq!(conditions("true || params.low > 3 || owner == 'x'"), ["owner == 'x'"]);
        assert_eq!(conditions("customization.techniques.exists(t, true)").len(), 1);
    }

    #[test]
    fn facts_are_paths_and_entries_of_maps_with_their_defaults() {
        let facts = |text: &str| {
            let facts = facts_of([&compiled(text)]);
            facts.into_iter().map(|(fact, has_default)| (fact.shown(), has_default)).collect::<Vec<_>>()
        };
        assert_eq!(
            facts("metadata.labels['team'] == 'x' && owner.orValue('y') == 'y' && owner != 'z'"),
            [("owner".to_owned(), true), ("metadata.labels['team']".to_owned(), false)]
        );
        assert_eq!(
            facts("'team' in metadata.labels"),
            [("metadata.labels".to_owned(), false), ("metadata.labels['team']".to_owned(), false)]
        );
        assert_eq!(facts("'rag' in customization.techniques").len(), 1);
    }

    #[test]
    fn an_entry_is_named_by_its_keys_whatever_is_in_them() {
        let facts = facts_of([&compiled("has(metadata.annotations['acme.example/review'])")]);
        let segments: Vec<_> = facts.keys().map(FactName::segments).collect();
        assert_eq!(segments, [["metadata", "annotations", "acme.example/review"]]);
    }
}
