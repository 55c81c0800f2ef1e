//! A pack file as fields of `EmbeddedPack`.

use std::fmt::Write as _;
use std::io;

use super::node;

/// The words, the parameters and the checklists of a pack file as code.
///
/// # Errors
/// A file that is no pack, and a parameter whose default is no scalar.
pub(super) fn fields(text: &str) -> io::Result<String> {
    let document = node::read(text)?;
    let no_pack = || io::Error::other("a pack.yaml that is no pack");
    let (metadata, spec) = document.get("metadata").zip(document.get("spec")).ok_or_else(no_pack)?;
    let source = |key: &str| spec.get("source").and_then(|source| source.text(key)).unwrap_or_default();
    let mut code = format!(
        "words: PackWords {{ name: {:?}, title: {:?}, description: {:?}, version: {:?}, license: {:?}, \
         source: [{:?}, {:?}, {:?}, {:?}] }}, parameters: &[",
        metadata.text("name").ok_or_else(no_pack)?,
        spec.text("title").unwrap_or_default(),
        spec.text("description").unwrap_or_default(),
        spec.text("version").unwrap_or_default(),
        spec.text("license").unwrap_or_default(),
        source("title"),
        source("publisher"),
        source("retrieved"),
        source("reviewBy"),
    );
    for parameter in spec.get("parameters").into_iter().flat_map(node::Node::entries) {
        let said = |key: &str| parameter.value.text(key).unwrap_or_default();
        let Some(node::Node::Text(_, default)) = parameter.value.get("default") else {
            return Err(io::Error::other(format!("{} has no scalar as its default", parameter.key)));
        };
        let _ = write!(
            code,
            "EmbeddedParameter {{ name: {:?}, default: {:?}, unit: {:?}, description: {:?}, source: {:?}, \
             key: ({}, {}) }}, ",
            parameter.key,
            text.get(default.clone()).unwrap_or_default(),
            said("unit"),
            said("description"),
            said("source"),
            parameter.key_at.start,
            parameter.key_at.end
        );
    }
    code.push_str("], checklists: &[");
    for list in spec.get("checklists").into_iter().flat_map(node::Node::entries) {
        let _ = write!(code, "({:?}, &[", list.key);
        for signal in list.value.items() {
            let said = |key: &str| signal.text(key).unwrap_or_default();
            let (id, title, met) = (said("id"), said("title"), said("met"));
            let _ = write!(code, "EmbeddedSignal {{ id: {id:?}, title: {title:?}, met: {met:?} }}, ");
        }
        code.push_str("]), ");
    }
    code.push(']');
    Ok(code)
}
