//! A rule as a value of `EmbeddedRule`: what a process would else read of its file each time it starts.

use std::io;

use super::node::{self, Node};

/// The rule of a policy file as code.
///
/// # Errors
/// A file that is no rule.
pub(super) fn rule(pack: &str, id: &str, text: &str, include: &str) -> io::Result<String> {
    let document = node::read(text)?;
    let no_rule = || io::Error::other(format!("{id} of {pack} is no rule"));
    let (metadata, spec) = document.get("metadata").zip(document.get("spec")).ok_or_else(no_rule)?;
    let (when, require) = (spec.text("when"), spec.text("require").ok_or_else(no_rule)?);
    Ok(format!(
        "EmbeddedRule {{ pack: {pack:?}, id: {id:?}, text: include_str!({include:?}), strategies: &{:?}, \
         when: {when:?}, require: {require:?}, words: Words {{ id: {:?}, formerly: Cow::Borrowed(&{:?}), \
         summary: {:?}, severity: Cow::Borrowed(&{:?}), undetermined: {:?}, waivable: {}, precision: {:?}, \
         tags: Cow::Borrowed(&{:?}), guide: Cow::Borrowed(&{:?}), why: {:?}, help: {:?} }}, message: {:?} }},\n",
        when.map_or(&[][..], strategies),
        metadata.text("name").ok_or_else(no_rule)?,
        metadata.texts("formerly"),
        spec.text("summary").unwrap_or_default(),
        severity(spec),
        spec.text("undetermined"),
        spec.text("waivable") != Some("false"),
        spec.text("precision"),
        spec.texts("tags"),
        spec.texts("guide"),
        spec.text("why").unwrap_or_default(),
        spec.text("help").unwrap_or_default(),
        spec.text("message").unwrap_or_default(),
    ))
}

/// The severity at each stage; one for all is that of `default`.
fn severity(spec: &Node) -> Vec<(&str, &str)> {
    if let Some(word) = spec.text("severity") {
        return vec![("default", word)];
    }
    let by_stage = spec.get("severity").into_iter().flat_map(Node::entries);
    by_stage.filter_map(|entry| Some((entry.key.as_str(), entry.value.as_text()?))).collect()
}

/// Strategies that the first conjunct of a `when` names; none where it says nothing of the kind.
fn strategies(when: &str) -> &'static [&'static str] {
    match when.split("&&").next().unwrap_or_default().trim() {
        "customization.strategy == 'fine-tuning'" => &["fine-tuning"],
        "customization.strategy == 'prompting'" => &["prompting"],
        "customization.strategy == 'hybrid'" => &["hybrid"],
        "customization.strategy in ['fine-tuning', 'hybrid']" => &["fine-tuning", "hybrid"],
        "customization.strategy in ['prompting', 'hybrid']" => &["prompting", "hybrid"],
        "customization.strategy in ['fine-tuning', 'prompting']" => &["fine-tuning", "prompting"],
        _ => &[],
    }
}
