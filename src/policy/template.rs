//! Messages with placeholders: `{workload.monthlyRequests}` requests a month, below `{params.minMonthlyRequests}`.

use super::pack::Parameter;
use super::settings::PackSettings;
use crate::finding::Scalar;
pub use crate::manifest::prose::{prose, scalar_prose, separated, shorten, shorten_from, write_prose};
use crate::manifest::view::View;
use crate::manifest::vocabulary::PathId;
use crate::source::Span;

/// A parsed message.
#[derive(Clone, Debug, Default)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Box<str>),
    Fact(PathId),
    /// A member of a map: `{metadata.labels.team}`.
    Member(PathId, Box<str>),
    Parameter(u16),
}

/// A placeholder that names nothing, with its bytes in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Misplaced {
    /// What stands between the braces.
    pub name: String,
    /// The bytes of it, without the braces.
    pub span: Span,
}

impl Template {
    /// Reads a message; `{{` and `}}` stand for braces. Facts are found by `find_fact`, parameters by their index in
    /// `parameters`. Unknown placeholders are told, and stand in the message as they are.
    pub fn parse(
        text: &str,
        view: &crate::manifest::vocabulary::Vocabulary,
        parameters: &[&str],
    ) -> (Self, Vec<Misplaced>) {
        // A text before and after each placeholder.
        let mut parts = Vec::with_capacity(8);
        let mut misplaced = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = memchr::memchr2(b'{', b'}', rest.as_bytes()) {
            plain.push_str(&rest[..at]);
            let tail = &rest[at..];
            if tail.starts_with("{{") || tail.starts_with("}}") {
                plain.push_str(&tail[..1]);
                rest = &tail[2..];
                continue;
            }
            let Some(close) = tail.find('}').filter(|_| tail.starts_with('{')) else {
                let start = (text.len() - tail.len()) as u32;
                misplaced.push(Misplaced { name: tail[..1].to_owned(), span: Span::new(start, start + 1) });
                plain.push_str(&tail[..1]);
                rest = &tail[1..];
                continue;
            };
            let name = &tail[1..close];
            if let Some(part) = placeholder(name.trim(), view, parameters) {
                parts.push(Part::Text(std::mem::take(&mut plain).into()));
                parts.push(part);
            } else {
                let start = (text.len() - tail.len()) as u32 + 1;
                misplaced.push(Misplaced {
                    name: name.to_owned(),
                    span: Span::new(start, start + name.len() as u32),
                });
                plain.push_str(&tail[..=close]);
            }
            rest = &tail[close + 1..];
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain.into()));
        (Self { parts }, misplaced)
    }

    /// Indices of the parameters that the message names.
    pub fn parameters(&self) -> impl Iterator<Item = u16> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Parameter(index) => Some(*index),
            _ => None,
        })
    }

    /// The message for one deployment. A number stands as its source wrote it, with thousands separators; a missing
    /// or rejected fact as `an unknown …`.
    pub fn render(&self, view: &View<'_>, settings: &PackSettings) -> String {
        let mut out = String::new();
        self.render_onto(&mut out, view, settings);
        out
    }

    /// The same, after what is in a text already.
    pub fn render_onto(&self, out: &mut String, view: &View<'_>, settings: &PackSettings) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Fact(path) => match view.one(*path) {
                    Some(id) => write_prose(out, view.facts, id),
                    None => unknown(out, view.vocabulary.path(*path)),
                },
                Part::Member(path, key) => {
                    let member = view.one(*path).and_then(|map| view.facts.member(map, key, view.vocabulary));
                    match member {
                        Some(id) => write_prose(out, view.facts, id),
                        None => unknown(out, key),
                    }
                }
                Part::Parameter(index) => {
                    if let Some(parameter) = settings.parameter(*index) {
                        out.push_str(&parameter_prose(parameter));
                    }
                }
            }
        }
    }
}

/// The value of a parameter in a sentence, a number as its source wrote it.
pub fn parameter_prose(parameter: &Parameter) -> String {
    match &parameter.value {
        Scalar::Int(_) | Scalar::Number(_) => separated(&parameter.raw),
        other => scalar_prose(other),
    }
}

fn unknown(out: &mut String, name: &str) {
    out.push_str("an unknown ");
    out.push_str(name);
}

fn placeholder(
    name: &str,
    vocabulary: &crate::manifest::vocabulary::Vocabulary,
    parameters: &[&str],
) -> Option<Part> {
    if let Some(parameter) = name.strip_prefix("params.") {
        let index = parameters.iter().position(|own| *own == parameter)?;
        return Some(Part::Parameter(index as u16));
    }
    if name.is_empty() || name.contains('[') && name.contains("[]") || name.ends_with('*') {
        return None;
    }
    if let Some(path) = vocabulary.find(name) {
        return Some(Part::Fact(path));
    }
    ["metadata.labels", "metadata.annotations"].iter().find_map(|map| {
        let key = name.strip_prefix(map)?;
        let key = key
            .strip_prefix('.')
            .or_else(|| key.strip_prefix("['").and_then(|key| key.strip_suffix("']")))?;
        Some(Part::Member(vocabulary.find(map)?, key.into()))
    })
}
