//! The message of a result: the claim, which is the alert's title; the other places, linked; what would make it pass.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::finding::Finding;
use crate::output::human::clauses;
use crate::output::wrap::clip;

/// Characters of a claim, of a link's words, and of what would make a rule pass.
const CLAIM: usize = 1000;
const LINK: usize = 160;
const CLAUSES: usize = 600;
/// Places that are linked.
pub(super) const LINKED: usize = 20;

/// The text; the place of the `n`th secondary label is the one with the id `n + 1`.
pub(super) fn message(finding: &Finding) -> String {
    let claim = clip(&finding.message, CLAIM, "…");
    let mut text = literal(&claim).into_owned();
    if !claim.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    let linked = finding.secondary.iter().take(LINKED).enumerate();
    for (index, label) in linked {
        text.push_str(if index == 0 { " See " } else { ", " });
        let words = clip(&label.message, LINK, "…");
        let words = if words.trim().is_empty() { Cow::Borrowed("here") } else { words };
        // Writing to a string cannot fail.
        let _ = write!(text, "[{}]({})", escaped(&words), index + 1);
    }
    let more = finding.secondary.len().saturating_sub(LINKED);
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if !finding.secondary.is_empty() {
        text.push('.');
    }
    if !finding.passes_if.is_empty() {
        let clauses = clauses(&finding.passes_if);
        let _ = write!(text, " Passes if {}.", literal(&clip(&clauses, CLAUSES, "…")));
    }
    text
}

/// A text that holds no link. Brackets are escaped, and then backslashes too; a text without brackets has nothing
/// that could be taken for a link, and stays as it is for the readers that know no escapes.
fn literal(text: &str) -> Cow<'_, str> {
    if text.contains(['[', ']']) { Cow::Owned(escaped(text)) } else { Cow::Borrowed(text) }
}

/// A text as the words of a link.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if matches!(character, '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Clause, Label, Place, Scalar};
    use crate::source::Source;

    fn finding(claim: &str, labels: &[&str]) -> Finding {
        let source = Source::in_memory("a.yaml", "");
        let label = |words: &str| Label::new(Place::whole(&source), words);
        let mut finding = Finding::invalid("schema", "type", claim, label(""));
        finding.secondary = labels.iter().map(|words| label(words)).collect();
        finding
    }

    #[test]
    fn other_places_are_linked_after_the_claim() {
        let mut finding = finding("it is so", &["here", "", "x[0]"]);
        finding.passes_if = vec![Clause { path: "a".into(), op: "==", value: Scalar::Int(1) }];
        assert_eq!(message(&finding), r"it is so. See [here](1), [here](2), [x\[0\]](3). Passes if a == 1.");
        assert_eq!(message(&self::finding("Is it?", &[])), "Is it?");
        assert_eq!(message(&self::finding("so", &[r"a\"])), r"so. See [a\\](1).");
        let many = self::finding("many", &["x"; 23]);
        assert!(message(&many).ends_with("[x](20) and 3 more."));
    }

    #[test]
    fn a_value_makes_no_link_of_its_own() {
        assert_eq!(message(&finding(r"\[x](1)", &[])), r"\\\[x\](1).");
        assert_eq!(message(&finding(r"a\b", &[])), r"a\b.");
    }
}
