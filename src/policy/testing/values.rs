//! Values made up for facts: those of a threshold, those that meet a clause, those of a wrong type.

use super::conditions::FactName;
use super::thresholds::{Point, Via};
use super::tree::Tree;
use crate::finding::{Clause, Scalar};
use crate::manifest::vocabulary::{FactType, PathInfo, Vocabulary};

/// Items or characters that are made up at most.
const MOST_ITEMS: usize = 1000;

/// What a fact has to be for a compared number to be this. `before` is what it is now.
pub(super) fn at_point(fact: &FactName, via: Via, point: Point, before: Option<&Tree>) -> Option<Tree> {
    let written = point.written();
    let info = Vocabulary::native().info(fact.path);
    match via {
        Via::Text if info.kind == FactType::String => Some(Tree::text(&written)),
        Via::Itself | Via::Text => Some(Tree::Scalar(written.into())),
        Via::Billions => Some(Tree::text(&format!("{written}B"))),
        Via::Size => sized(info, usize::try_from(whole(point)?).ok()?, before),
        Via::Days => None,
    }
}

const fn whole(point: Point) -> Option<i64> {
    match point {
        Point::Whole(value) => Some(value),
        Point::Decimal(..) | Point::Day(_) => None,
    }
}

/// A text, a list or a map of so many characters, items or entries.
fn sized(info: &PathInfo, wanted: usize, before: Option<&Tree>) -> Option<Tree> {
    if wanted > MOST_ITEMS {
        return None;
    }
    Some(match info.kind {
        FactType::String if info.values.is_empty() => Tree::text(&"x".repeat(wanted)),
        FactType::List => {
            let mut items = match before {
                Some(Tree::List(items)) => items.clone(),
                _ => Vec::new(),
            };
            items.truncate(wanted);
            for index in items.len()..wanted {
                items.push(item(info, index));
            }
            Tree::List(items)
        }
        FactType::Map => {
            let mut entries = match before {
                Some(Tree::Map(entries)) => entries.clone(),
                _ => Vec::new(),
            };
            entries.truncate(wanted);
            for index in entries.len()..wanted {
                entries.push((format!("x{index}").into(), Tree::text("x")));
            }
            Tree::Map(entries)
        }
        _ => return None,
    })
}

/// An item that a list may have.
fn item(info: &PathInfo, index: usize) -> Tree {
    let vocabulary = Vocabulary::native();
    let values = info.children.first().map_or(&[][..], |child| &vocabulary.info(*child).values);
    match values.get(index.checked_rem(values.len()).unwrap_or(0)) {
        Some(value) => Tree::text(value),
        None => Tree::text(&format!("x{index}")),
    }
}

/// A value that the schema rejects for its type.
pub(super) fn of_wrong_type(fact: &FactName) -> Tree {
    match Vocabulary::native().info(fact.path).kind {
        FactType::String | FactType::Any => Tree::Scalar("true".into()),
        _ => Tree::text("wrong"),
    }
}

/// A fact that is no text, list or anything else by its absence.
pub(super) fn null() -> Tree {
    Tree::Scalar("null".into())
}

/// The example with a clause met; nothing where no value can be made up.
pub(super) fn meeting(tree: &Tree, clause: &Clause) -> Option<Tree> {
    let fact = named(&clause.path)?;
    let segments = fact.segments();
    let info = Vocabulary::native().info(fact.path);
    if clause.op == "absent" {
        return tree.without(&segments);
    }
    let value = meets(info, clause, tree.get(&segments))?;
    tree.with(&segments, value)
}

/// The fact that a clause speaks of.
fn named(path: &str) -> Option<FactName> {
    let vocabulary = Vocabulary::native();
    if let Some(path) = vocabulary.find(path) {
        return Some(FactName { path, key: None });
    }
    ["metadata.labels.", "metadata.annotations."].iter().find_map(|above| {
        let key = path.strip_prefix(above)?;
        Some(FactName { path: vocabulary.find(&format!("{above}*"))?, key: Some(key.into()) })
    })
}

fn meets(info: &PathInfo, clause: &Clause, before: Option<&Tree>) -> Option<Tree> {
    let value = &clause.value;
    match clause.op {
        "contains" if info.kind == FactType::List => {
            let mut items = list(before);
            items.push(scalar(value)?);
            Some(Tree::List(items))
        }
        "not-contains" if info.kind == FactType::List => {
            let unwanted = scalar(value)?;
            let mut items = list(before);
            items.retain(|item| *item != unwanted);
            Some(Tree::List(items))
        }
        "==" | ">=" | "<=" | "contains" => scalar(value),
        ">" => moved(value, true),
        "<" => moved(value, false),
        "!=" => other_than(info, std::slice::from_ref(value)),
        "in" => match value {
            Scalar::List(items) => items.first().and_then(scalar),
            _ => None,
        },
        "not-in" => match value {
            Scalar::List(items) => other_than(info, items),
            _ => None,
        },
        "present" => something(info),
        _ => None,
    }
}

fn list(before: Option<&Tree>) -> Vec<Tree> {
    match before {
        Some(Tree::List(items)) => items.clone(),
        _ => Vec::new(),
    }
}

/// Any value that the fact may have.
fn something(info: &PathInfo) -> Option<Tree> {
    if let Some(value) = info.values.first() {
        return Some(Tree::text(value));
    }
    Some(match info.kind {
        FactType::Bool => Tree::Scalar("true".into()),
        FactType::Integer | FactType::Number => Tree::Scalar("1".into()),
        FactType::String | FactType::Any => Tree::text("x"),
        FactType::List => Tree::List(vec![item(info, 0)]),
        FactType::Map => Tree::Map(vec![("x".into(), Tree::text("x"))]),
        FactType::Object => return None,
    })
}

/// A value that is none of these.
fn other_than(info: &PathInfo, values: &[Scalar]) -> Option<Tree> {
    let is_listed =
        |text: &str| values.iter().any(|value| matches!(value, Scalar::Text(own) if **own == *text));
    if !info.values.is_empty() {
        return info.values.iter().find(|value| !is_listed(value)).map(|value| Tree::text(value));
    }
    match values.first()? {
        Scalar::Bool(value) => Some(Tree::Scalar((!value).to_string().into())),
        Scalar::Text(_) => ["x", "y"].into_iter().find(|text| !is_listed(text)).map(Tree::text),
        number => moved(number, true),
    }
}

/// A number a little further, or back.
fn moved(value: &Scalar, up: bool) -> Option<Tree> {
    match value {
        Scalar::Int(value) => {
            let moved = value.checked_add(if up { 1 } else { -1 })?;
            Some(Tree::Scalar(moved.to_string().into()))
        }
        Scalar::Number(value) if up => Some(Tree::Scalar((value + 1.0).to_string().into())),
        // Half of it stays above zero, where many facts have to stay.
        Scalar::Number(value) if *value > 0.0 => Some(Tree::Scalar((value / 2.0).to_string().into())),
        Scalar::Number(value) => Some(Tree::Scalar((value - 1.0).to_string().into())),
        _ => None,
    }
}

fn scalar(value: &Scalar) -> Option<Tree> {
    Some(match value {
        Scalar::Null => return None,
        Scalar::Bool(value) => Tree::Scalar(value.to_string().into()),
        Scalar::Int(value) => Tree::Scalar(value.to_string().into()),
        Scalar::Number(value) => Tree::Scalar(value.to_string().into()),
        Scalar::Text(text) => Tree::text(text),
        Scalar::List(items) => Tree::List(items.iter().map(scalar).collect::<Option<_>>()?),
    })
}
