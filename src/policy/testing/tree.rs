//! An example as a tree that can be changed and written as policies write it.

use crate::document::{Kind, NodeRef};

/// Nodes of an example that can be worked with: aliases are written out, and they may multiply.
const MOST_NODES: usize = 10_000;
/// Columns of a policy file.
const COLUMNS: usize = 120;

/// A value of an example.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// As it is written.
    Scalar(Box<str>),
    /// A list.
    List(Vec<Tree>),
    /// An object, in the order of its keys.
    Map(Vec<(Box<str>, Tree)>),
}

impl Tree {
    /// An object without fields.
    pub(super) const EMPTY: Self = Self::Map(Vec::new());

    /// A text, in quotes where it needs some.
    pub(super) fn text(text: &str) -> Self {
        Self::Scalar(quoted(text, is_plain_text(text)))
    }

    /// The tree of a node; nothing for one that is too large.
    pub(super) fn of(node: NodeRef<'_>) -> Option<Self> {
        Self::read(node, &mut MOST_NODES.clone())
    }

    fn read(node: NodeRef<'_>, left: &mut usize) -> Option<Self> {
        *left = left.checked_sub(1)?;
        Some(match node.kind() {
            Kind::Sequence(_) => {
                Self::List(node.items().map(|item| Self::read(item, left)).collect::<Option<_>>()?)
            }
            Kind::Mapping(_) => Self::Map(
                node.entries()
                    .map(|entry| Some((entry.key().into(), Self::read(entry.value(), left)?)))
                    .collect::<Option<_>>()?,
            ),
            Kind::String(_) => Self::Scalar(as_written(node)),
            Kind::Null | Kind::Invalid | Kind::Alias(_) => Self::Scalar("null".into()),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Self::Scalar(node.source_text().into()),
        })
    }

    /// The value at a path.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, key| match tree {
            Self::Map(entries) => entries.iter().find(|(own, _)| **own == **key).map(|(_, value)| value),
            _ => None,
        })
    }

    /// The same with another value at a path, the objects above it made where there are none. Nothing where
    /// something else than an object is above it.
    pub(super) fn with(&self, path: &[&str], value: Self) -> Option<Self> {
        let mut tree = self.clone();
        *tree.slot(path)? = value;
        Some(tree)
    }

    /// The same without the value at a path; the objects above it are there, if empty.
    pub(super) fn without(&self, path: &[&str]) -> Option<Self> {
        let (last, above) = path.split_last()?;
        let mut tree = self.clone();
        let above = if above.is_empty() { &mut tree } else { tree.slot(above)? };
        let Self::Map(entries) = above else { return None };
        entries.retain(|(key, _)| **key != **last);
        Some(tree)
    }

    /// The same without the value at a path, and without the objects above it that are empty then. Nothing where
    /// there is no such value.
    pub(super) fn pruned(&self, path: &[&str]) -> Option<Self> {
        self.get(path)?;
        let mut tree = self.without(path)?;
        for end in (1..path.len()).rev() {
            let above = path.get(..end)?;
            if tree.get(above) != Some(&Self::EMPTY) {
                break;
            }
            tree = tree.without(above)?;
        }
        Some(tree)
    }

    /// Where the value at a path stands, made if it does not.
    fn slot(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |tree, key| {
            let Self::Map(entries) = tree else { return None };
            let found = entries.iter().position(|(own, _)| **own == **key);
            let at = found.unwrap_or_else(|| {
                entries.push(((*key).into(), Self::EMPTY));
                entries.len() - 1
            });
            entries.get_mut(at).map(|(_, value)| value)
        })
    }

    /// On one line.
    pub(super) fn flow(&self) -> String {
        let mut out = String::new();
        self.push_flow(&mut out);
        out
    }

    fn push_flow(&self, out: &mut String) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    item.push_flow(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    out.push_str(&key_text(key));
                    out.push_str(": ");
                    value.push_flow(out);
                }
                out.push('}');
            }
        }
    }

    /// As an item of a list that is indented so far: on one line where that fits, else a line for each field.
    pub(super) fn item(&self, indent: usize) -> String {
        let mut out = format!("{:indent$}- ", "");
        match self {
            Self::Map(entries) if !entries.is_empty() && indent + 2 + self.flow().len() > COLUMNS => {
                let mut fields = String::new();
                push_fields(entries, indent + 2, &mut fields);
                out.push_str(fields.trim_start());
            }
            _ => {
                self.push_flow(&mut out);
                out.push('\n');
            }
        }
        out
    }
}

fn push_fields(entries: &[(Box<str>, Tree)], indent: usize, out: &mut String) {
    for (key, value) in entries {
        let begin = format!("{:indent$}{}:", "", key_text(key));
        let flow = value.flow();
        out.push_str(&begin);
        match value {
            Tree::Map(fields) if !fields.is_empty() && begin.len() + 1 + flow.len() > COLUMNS => {
                out.push('\n');
                push_fields(fields, indent + 2, out);
            }
            Tree::List(items) if !items.is_empty() && begin.len() + 1 + flow.len() > COLUMNS => {
                out.push('\n');
                for item in items {
                    out.push_str(&item.item(indent + 2));
                }
            }
            _ => {
                out.push(' ');
                out.push_str(&flow);
                out.push('\n');
            }
        }
    }
}

/// A text as its source wrote it, unless that means something else on one line.
fn as_written(node: NodeRef<'_>) -> Box<str> {
    let (raw, text) = (node.source_text(), node.as_str().unwrap_or_default());
    let is_quoted = raw.starts_with(['"', '\'']) && raw.len() > 1 && !raw.contains(['\n', '\r']);
    if is_quoted && !node.is_tagged() { raw.into() } else { quoted(text, raw == text && is_safe(text)) }
}

fn key_text(key: &str) -> Box<str> {
    quoted(key, is_safe(key))
}

fn quoted(text: &str, as_it_is: bool) -> Box<str> {
    if as_it_is { text.into() } else { serde_json::Value::from(text).to_string().into() }
}

/// Whether a text means itself where it stands without quotes on a line of YAML.
fn is_safe(text: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || "_-./@ +".contains(character);
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || "_./".contains(first))
        && !text.ends_with(' ')
        && text.chars().all(word)
}

/// Whether it is no number, truth value or null, either.
fn is_plain_text(text: &str) -> bool {
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic()) && is_safe(text);
    let lower = text.to_ascii_lowercase();
    is_word && !["true", "false", "null", "yes", "no", "on", "off"].contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::{self, Limits};

    fn tree(text: &str) -> Tree {
        let text: Arc<str> = text.into();
        Tree::of(document::parse(&text, &Limits::default()).documents[0].root()).unwrap()
    }

    #[test]
    fn an_example_is_written_as_it_was() {
        for text in [
            "{a: {b: 0.10, c: '', d: [x, 'y, z']}, e: 2e6, f: null, g: {}, h: []}",
            "{model: {base: gpt-4o-2024-08-06, revision: '?'}}",
            "{a: \"tab\\t\", metadata: {annotations: {acme.example/x: '1'}}}",
        ] {
            assert_eq!(tree(text).flow(), text);
        }
        assert_eq!(
            tree("a: |\n  two\n  lines\nb: one, two\nc: ~\n").flow(),
            "{a: \"two\\nlines\\n\", b: \"one, two\", c: null}"
        );
    }

    #[test]
    fn values_are_set_and_taken_away_with_what_is_above_them() {
        let before = tree("{a: {b: 1}}");
        assert_eq!(before.with(&["a", "b"], Tree::text("x")).unwrap().flow(), "{a: {b: x}}");
        assert_eq!(
            before.with(&["a", "c", "d"], Tree::text("true")).unwrap().flow(),
            "{a: {b: 1, c: {d: \"true\"}}}"
        );
        assert_eq!(before.without(&["a", "b"]).unwrap().flow(), "{a: {}}");
        assert_eq!(before.without(&["z", "y"]).unwrap().flow(), "{a: {b: 1}, z: {}}");
        assert_eq!(before.with(&["a", "b", "c"], Tree::text("x")), None);
        assert_eq!(before.get(&["a", "b"]), Some(&Tree::Scalar("1".into())));
    }

    #[test]
    fn what_does_not_fit_on_a_line_has_a_line_for_each_field() {
        let long = "x".repeat(60);
        let tree = tree(&format!("{{a: {long}, b: {{c: {long}, d: [{long}, {long}]}}}}"));
        let expected = format!(
            "      - a: {long}\n        b:\n          c: {long}\n          d:\n            - {long}\n            - {long}\n"
        );
        assert_eq!(tree.item(6), expected);
    }

    #[test]
    fn an_example_that_aliases_blow_up_is_not_worked_with() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..5 {
            let above = vec![format!("*a{}", level - 1); 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{above}]\n");
        }
        let text: Arc<str> = text.into();
        assert_eq!(Tree::of(document::parse(&text, &Limits::default()).documents[0].root()), None);
    }
}
