//! The examples of a rule, as they stand in its policy file.

use std::sync::Arc;

use crate::document::{self, Document, Limits, NodeRef};

/// The kinds of examples by their keys, each with what such an example does.
const KINDS: [(&str, &str); 4] = [
    ("pass", "Passes"),
    ("fail", "Fails"),
    ("skip", "Does not apply"),
    ("undetermined", "Cannot be decided"),
];

/// The examples of one kind.
pub(super) struct Examples {
    /// Their key: `pass`, `fail`, `skip` or `undetermined`.
    pub(super) kind: &'static str,
    /// What they do.
    pub(super) heading: &'static str,
    /// Each as YAML, from the first column on.
    pub(super) texts: Vec<String>,
}

/// The kinds that a policy file has examples of, in the order of [`KINDS`].
pub(super) fn examples(text: &Arc<str>) -> Vec<Examples> {
    let stream = document::parse(text, &Limits::default());
    let Some(lists) =
        stream.documents.first().map(Document::root).and_then(|root| root.get("spec")?.get("examples"))
    else {
        return Vec::new();
    };
    KINDS
        .iter()
        .filter_map(|&(kind, heading)| {
            let list = lists.get(kind).filter(|list| !list.is_empty())?;
            Some(Examples { kind, heading, texts: list.items().map(unindented).collect() })
        })
        .collect()
}

/// The source text of a node, its lines brought back to the first column. The first line stands behind a dash; the
/// others keep their place relative to it.
fn unindented(example: NodeRef<'_>) -> String {
    let mut lines = example.source_text().lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    let indent = lines
        .clone()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    for line in lines {
        text.push('\n');
        text.push_str(line.get(indent..).unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_begins_in_the_first_column_and_keeps_its_shape() {
        let text: Arc<str> = "spec:\n  examples:\n    pass:\n      - a: 1\n        b:\n          c: 2\n      - {d: 3}\n    skip: []\n".into();
        let found = examples(&text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].heading), ("pass", "Passes"));
        assert_eq!(found[0].texts, ["a: 1\nb:\n  c: 2", "{d: 3}"]);
    }

    #[test]
    fn a_file_without_examples_has_none() {
        assert!(examples(&"spec: {}".into()).is_empty());
        assert!(examples(&"".into()).is_empty());
    }
}
