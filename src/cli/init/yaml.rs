//! Values in the YAML that we write: quoted wherever a reader could take them for something else.

use crate::schema;

/// A text as a scalar on one line. `no`, `on`, `12:30:00` and `a: b` are texts for every reader of it, YAML 1.1 too.
pub(super) fn scalar(text: &str) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    match serde_saphyr::to_string_with_options(&text, options) {
        // Its line break and nothing else: a text may end in a blank of another kind.
        Ok(written) => written.trim_end_matches('\n').to_owned(),
        // JSON's texts are YAML's as well.
        Err(_) => serde_json::Value::from(text).to_string(),
    }
}

/// The comment that tells editors a file's schema.
pub(super) fn modeline(kind: &str) -> String {
    match schema::address(kind) {
        Some(address) => format!("# yaml-language-server: $schema={address}\n"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::document::{self, Limits, NodeRef};

    /// What our reader, and one of another make, take `key: SCALAR # comment` for.
    fn read_back(scalar: &str) -> (Option<String>, Option<String>) {
        let text: Arc<str> = format!("key: {scalar}  # comment\n").into();
        let stream = document::parse(&text, &Limits::default());
        let root = stream.documents.first().map(document::Document::root);
        let ours = root.and_then(|root| root.get("key")).and_then(NodeRef::as_str).map(str::to_owned);
        let other: Option<serde_yaml::Value> = serde_yaml::from_str(&text).ok();
        (ours, other.and_then(|value| value["key"].as_str().map(str::to_owned)))
    }

    #[test]
    fn what_looks_like_something_else_is_quoted() {
        for text in [
            "no",
            "on",
            "y",
            "~",
            "null",
            "12:30:00",
            "1e3",
            "0x10",
            ".5",
            "2026-11-24",
            "a: b",
            "a #b",
            "# x",
            "- a",
            "[x",
            "{x",
            "@org/team",
            "%x",
            "&a",
            "*a",
            "!t",
            "'",
            "\"",
            "`",
            "",
            " a ",
            "\u{a0}",
            "a\u{3000}",
            "?",
            ":",
            "a:",
            "<<",
            "=",
            "---",
        ] {
            let (ours, other) = read_back(&scalar(text));
            assert_eq!(ours.as_deref(), Some(text), "{}", scalar(text));
            assert_eq!(other.as_deref(), Some(text), "{}", scalar(text));
        }
        for text in
            ["team-support", "gpt-4.1-2025-04-14", "meta-llama/Llama-3.1-8B-Instruct", "group:default/x"]
        {
            assert_eq!(scalar(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_line_reads_back_as_it_was(text in "[^\r\n\u{85}\u{2028}\u{2029}\u{feff}]{0,120}") {
            let written = scalar(&text);
            prop_assert!(!written.contains('\n'), "{}", written);
            prop_assert_eq!(read_back(&written).0, Some(text), "{}", written);
        }
    }
}
