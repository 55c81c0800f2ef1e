//! From mistakes to findings: what is said, and where it points.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::Value;

use super::locate::{Located, locate, tokens};
use super::mistake::{Mistake, Wrong, below};
use super::suggest::Meant;
use super::words::{described, expected, kind_name, shorten, shown, with_article};
use super::{advice, shape, suggest};
use crate::document::{Entry, NodeRef};
use crate::finding::{Finding, Label, Place};
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// What is validated, and how it is spoken of.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// `schema` or `policy`.
    pub(crate) rule: &'static str,
    /// The document's kind in a sentence: `deployment`, `rule`, `pack`.
    pub(crate) noun: &'static str,
    /// The node that was validated.
    pub(crate) root: NodeRef<'a>,
    /// The schema it was validated by.
    pub(crate) schema: &'a Value,
    /// Pointer to the node in its document.
    pub(crate) base: &'a str,
    /// The source of the document.
    pub(crate) source: &'a Arc<Source>,
}

/// The wording of one finding.
pub(crate) struct Wording {
    /// The claim.
    pub(crate) message: String,
    /// The words at the primary label.
    pub(crate) label: String,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Subject<'_> {
    /// The finding of a mistake.
    pub(crate) fn finding(&self, mistake: &Mistake<'_>) -> Finding {
        let at = locate(self.root, &mistake.pointer);
        let (pointer, span) = self.place(mistake, &at);
        let wording = self.wording(mistake, &at);
        let primary = Label::new(self.label_place(span).with_pointer(pointer), wording.label);
        let mut finding = Finding::invalid(self.rule, mistake.wrong.code(), wording.message, primary);
        finding.help = wording.help.map(Into::into);
        self.detours(finding, mistake, &at)
    }

    fn label_place(&self, span: Span) -> Place {
        Place::at(self.source, Some(self.root.document().index), span)
    }

    fn place(&self, mistake: &Mistake<'_>, at: &Located<'_>) -> (String, Span) {
        let pointer = format!("{}{}", self.base, mistake.pointer);
        match &mistake.wrong {
            Wrong::UnknownKey(key) => {
                let entry = at.node.entry(key);
                let span = entry.map_or(at.heading(), Entry::key_span);
                (below(&pointer, key), span)
            }
            Wrong::Missing(key) => {
                let (path, _) = lacking(mistake.schema, key);
                let place = path.iter().fold(pointer, |pointer, key| below(&pointer, key));
                (place, at.heading())
            }
            // Where nothing is written, the key is all there is to see.
            Wrong::Null if at.node.span().is_empty() => (pointer, at.key.unwrap_or(at.node.span())),
            _ => (pointer, at.node.span()),
        }
    }

    /// Labels for the other places that a reader has to know of: the anchor, the alias, the merge, the condition.
    fn detours(&self, mut finding: Finding, mistake: &Mistake<'_>, at: &Located<'_>) -> Finding {
        let mut merged = at.merged;
        if let Wrong::UnknownKey(key) = &mistake.wrong {
            merged = at.node.entry(key).and_then(Entry::merged).or(merged);
        }
        if mistake.wrong.rejects()
            && let Some(anchor) = at.node.anchor_span()
        {
            finding = finding.with_label(Label::new(self.label_place(anchor), "the value stands here"));
        }
        if let Some(alias) = at.through {
            finding = finding.with_label(Label::new(self.label_place(alias), "used here"));
        }
        if let Some(merge) = merged {
            finding = finding.with_label(Label::new(self.label_place(merge), "merged in here"));
        }
        if let Wrong::Forbidden(condition) = &mistake.wrong
            && let Some((key, _)) = discriminator(condition)
        {
            let above = mistake.pointer.rsplit_once('/').map_or("", |(above, _)| above);
            let decides = locate(self.root, &below(above, key));
            if decides.exists {
                let label = Label::new(self.label_place(decides.node.span()), "this decides");
                finding = finding.with_label(label);
            }
        }
        finding
    }

    fn wording(&self, mistake: &Mistake<'_>, at: &Located<'_>) -> Wording {
        let leaf = self.name(mistake);
        let schema = mistake.schema;
        match &mistake.wrong {
            Wrong::UnknownKey(key) => self.unknown_key(mistake, key),
            Wrong::Missing(key) => {
                let (path, needs) = lacking(schema, key);
                let pointer = path.iter().fold(mistake.pointer.clone(), |pointer, key| below(&pointer, key));
                Wording {
                    message: format!("{} is missing", self.path(&pointer)),
                    label: format!("{} belongs here", path.join(".")),
                    help: Some(needs),
                }
            }
            Wrong::Forbidden(condition) => {
                let when = discriminator(condition)
                    .map(|(key, value)| format!(" where {key} is {value}"))
                    .unwrap_or_default();
                Wording {
                    message: format!("{leaf} has no place{when}"),
                    label: format!("not{when}"),
                    help: Some(format!("remove {leaf}, or correct what contradicts it")),
                }
            }
            Wrong::Null => Wording {
                message: format!("{leaf} has no value"),
                label: "no value".to_owned(),
                help: Some(format!(
                    "remove the {} or give a value",
                    if at.key.is_some() { "key" } else { "item" }
                )),
            },
            Wrong::NotFinite => Wording {
                message: format!(
                    "{leaf} has to be {}, and {} is not finite",
                    expected(schema),
                    shown(at.node)
                ),
                label: "not a finite number".to_owned(),
                help: Some("write a number that can be compared, or remove the key".to_owned()),
            },
            Wrong::Type | Wrong::Opaque => Wording {
                message: format!("{leaf} has to be {}, and this is {}", expected(schema), described(at.node)),
                label: kind_name(at.node).to_owned(),
                help: advice::for_type(schema, at.node),
            },
            Wrong::Value => self.wrong_value(schema, at.node, &leaf),
            Wrong::Form => wrong_form(schema, at.node),
            Wrong::TooSmall => too_small(schema, at.node, &leaf),
            Wrong::Other(keyword) => Wording {
                message: format!("{leaf} is not what the schema wants ({keyword})"),
                label: keyword.clone(),
                help: schema["description"].as_str().map(str::to_owned),
            },
        }
    }

    fn unknown_key(&self, mistake: &Mistake<'_>, key: &str) -> Wording {
        let pointer = below(&mistake.pointer, key);
        let path = self.path(&pointer);
        // Beside the fields of spec, `kind` alone would read as the document's.
        let above = if self.is_manifest() && mistake.pointer == "/spec" { "spec." } else { "" };
        let help = match suggest::meant(self.schema, mistake.schema, key) {
            Meant::Sibling(near) => Some(format!("did you mean \"{near}\"?")),
            Meant::Elsewhere(places) => {
                let name = places.first().map_or(key, |(_, name)| name);
                let places: Vec<_> = places.iter().take(2).map(|(path, _)| under(path)).collect();
                Some(format!("{name} belongs {}", places.join(" or ")))
            }
            Meant::Nothing => advice::fields(mistake.schema),
        };
        Wording {
            message: format!("\"{above}{}\" is not a field of a {}", shorten(&path), self.noun),
            label: "unknown field".to_owned(),
            help,
        }
    }

    /// Whether the paths of the document are those of a whole manifest.
    fn is_manifest(&self) -> bool {
        self.rule == "schema"
    }

    /// Whether the mistake that a key is missing is the same as that one of `unknown` is unknown: it was meant.
    pub(crate) fn is_meant(&self, missing: &Mistake<'_>, unknown: &[&Mistake<'_>]) -> bool {
        let Wrong::Missing(key) = &missing.wrong else { return false };
        let dotted = |pointer: &str| tokens(pointer).collect::<Vec<_>>().join(".");
        let (path, _) = lacking(missing.schema, key);
        let place = path.iter().fold(missing.pointer.clone(), |pointer, key| below(&pointer, key));
        let (object, field) = (dotted(&below(&missing.pointer, key)), dotted(&place));
        unknown.iter().any(|unknown| {
            let Wrong::UnknownKey(given) = &unknown.wrong else { return false };
            match suggest::meant(self.schema, unknown.schema, given) {
                Meant::Sibling(name) => name == *key && unknown.pointer == missing.pointer,
                Meant::Elsewhere(places) => places.iter().any(|(path, name)| {
                    let known = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    known == object || known == field
                }),
                Meant::Nothing => false,
            }
        })
    }

    fn wrong_value(&self, schema: &Value, node: NodeRef<'_>, leaf: &str) -> Wording {
        let given = node.as_str().unwrap_or(node.source_text());
        let label = "not a known value".to_owned();
        if let Some(only) = schema["const"].as_str() {
            return Wording {
                message: format!("{} is not the {leaf} of a {}; it is {only}", shown(node), self.noun),
                label,
                help: Some(match nearest(given, std::iter::once(only)) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("write {leaf}: {only}"),
                }),
            };
        }
        let known = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Wording {
            message: format!(
                "{} is not {}; one of {}",
                shown(node),
                with_article(schema["title"].as_str().unwrap_or("known value")),
                known.clone().collect::<Vec<_>>().join(", ")
            ),
            label,
            help: nearest(given, known).map(|near| format!("did you mean \"{near}\"?")),
        }
    }

    /// A pointer as policies write the path: `hosting.kind`, `techniques[1]`, `metadata.name`.
    fn path(&self, pointer: &str) -> String {
        let root = self.root;
        let mut path = String::new();
        let mut above = String::new();
        for (depth, token) in tokens(pointer).enumerate() {
            let is_item = locate(root, &above).node.is_sequence();
            above = below(&above, &token);
            if depth == 0 && token == "spec" && self.is_manifest() && pointer != "/spec" {
                continue;
            }
            if is_item {
                path = format!("{path}[{token}]");
            } else {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&token);
            }
        }
        path
    }

    /// What a sentence calls a value: the end of its path (`kind`, `techniques[1]`), but all of it for a value of a
    /// map, whose key says little alone.
    fn name(&self, mistake: &Mistake<'_>) -> String {
        let path = self.path(&mistake.pointer);
        match path.rsplit_once('.') {
            _ if path.is_empty() => format!("a {}", self.noun),
            Some((_, leaf)) if !mistake.in_map => shorten(leaf),
            _ => shorten(&path),
        }
    }
}

fn under(path: &str) -> String {
    if path.is_empty() { "at the top level".to_owned() } else { format!("under {path}") }
}

/// What is missing where a key is, down to the one field where there is but one, and what to write.
fn lacking(schema: &Value, key: &str) -> (Vec<String>, String) {
    let mut path = vec![key.to_owned()];
    let mut at = &schema["properties"][key];
    loop {
        let needs: Vec<_> = required(at).collect();
        match needs.as_slice() {
            [] => break,
            [one] => {
                path.push((*one).to_owned());
                at = &at["properties"][*one];
            }
            several => {
                let each = several.iter().map(|key| lacking(at, key).0.join("."));
                return (path, format!("it needs {}", each.collect::<Vec<_>>().join(", ")));
            }
        }
    }
    let last = path.last().map_or(key, String::as_str);
    let help = match (&at["enum"], &at["examples"][0]) {
        (Value::Array(known), _) => {
            let known: Vec<_> = known.iter().filter_map(Value::as_str).collect();
            format!("add {last}, one of {}", known.join(", "))
        }
        (_, Value::String(example)) => format!("add {last}, for example {last}: {example}"),
        _ => format!("add {last}"),
    };
    (path, help)
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The key and the value that an `if` asks for.
fn discriminator(schema: &Value) -> Option<(&str, &str)> {
    let (key, condition) = schema["if"]["properties"].as_object()?.iter().next()?;
    Some((key, condition["const"].as_str()?))
}

fn wrong_form(schema: &Value, node: NodeRef<'_>) -> Wording {
    let given = node.as_str().unwrap_or_default();
    let title = schema["title"].as_str().unwrap_or("value of this form");
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let compiled = LazyLock::new(|| Regex::new(pattern).ok());
    let is_fit = |form: &String| {
        shape::matches(pattern, form).unwrap_or_else(|| {
            compiled.as_ref().is_some_and(|compiled| !pattern.is_empty() && compiled.is_match(form))
        })
    };
    let fits = advice::forms(given).into_iter().find(is_fit);
    let help = match (fits, schema["examples"][0].as_str()) {
        (Some(form), _) => Some(format!("did you mean \"{form}\"?")),
        (None, Some(example)) => Some(format!("write it like {example}")),
        (None, None) => None,
    };
    Wording {
        message: format!("{} does not have the form of {}", shown(node), with_article(title)),
        label: "not of this form".to_owned(),
        help,
    }
}

fn too_small(schema: &Value, node: NodeRef<'_>, leaf: &str) -> Wording {
    let least = format!("at least {}", schema["minimum"]);
    Wording {
        message: format!("{leaf} has to be {least}, and this is {}", described(node)),
        label: format!("not {least}"),
        help: None,
    }
}
