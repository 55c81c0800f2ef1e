//! The labels of a finding: what the requirement read, then what made the rule apply, each in a few words.

use std::borrow::Cow;

use super::eval::{self, Read, Standing};
use super::judge::Bench;
use super::pack::{Condition, Parameter, Rule};
use super::template::{prose, scalar_prose, separated, shorten};
use crate::document::push_token;
use crate::finding::{Label, Place, Scalar};
use crate::manifest::facts::{FactId, FactValue, Origin};
use crate::manifest::vocabulary::Vocabulary;

/// A comparison that a fact stood in: its operator, the other side, the parameter which that side is.
pub(super) type Comparison = (&'static str, Option<Scalar>, Option<u16>);

/// The path that a read is of, as policies write it.
pub(super) fn path_of(read: &Read) -> Cow<'static, str> {
    Vocabulary::native().written(read.path, read.key.as_deref())
}

impl Bench<'_> {
    pub(super) fn whole(&self) -> Label {
        let place =
            Place::at(&self.deployment.source, Some(self.deployment.document), self.deployment.anchor)
                .with_pointer("/metadata/name");
        Label::new(place, "this deployment")
    }

    /// The comparison that a read of a condition stood in. The atoms of signals lie in their own expressions, and
    /// what a signal says stands in its label.
    pub(super) fn comparison(&self, read: &Read, condition: Option<&Condition>) -> Option<Comparison> {
        let atom = read.atom.filter(|_| read.signal.is_none())?;
        eval::comparison(&condition?.expr, atom, self.input)
    }

    /// Labels of all that decided: what the requirement read, then what made the rule apply.
    pub(super) fn labels(&self, rule: &Rule, reads: &[Read], applied: &[Read]) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        let mut seen: Vec<(Cow<'static, str>, Option<FactId>)> = Vec::new();
        let mut thresholds: Vec<u16> = Vec::new();
        for (index, read) in reads.iter().chain(applied).enumerate() {
            let key = (path_of(read), read.fact);
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let condition = if index < reads.len() {
                Some(&rule.conditions.require)
            } else {
                rule.conditions.when.as_ref()
            };
            let comparison = self.comparison(read, condition);
            if let Some((_, _, Some(parameter))) = comparison
                && !thresholds.contains(&parameter)
            {
                thresholds.push(parameter);
            }
            self.label(read, comparison.as_ref(), &mut labels);
        }
        for index in thresholds {
            if let Some(Parameter { name, raw, place: Some(place), .. }) = self.settings.parameter(index) {
                labels.push(Label::new(place.clone(), format!("{name} is set to {} here", separated(raw))));
            }
        }
        labels
    }

    fn label(&self, read: &Read, comparison: Option<&Comparison>, labels: &mut Vec<Label>) {
        let facts = self.view.facts;
        let vocabulary = self.view.vocabulary;
        let path = path_of(read);
        let last = || path.rsplit('.').next().unwrap_or(&path).trim_end_matches("[]");
        let short = read.key.as_deref().unwrap_or_else(last);
        let signal = read.signal.and_then(|(list, item)| {
            self.pack
                .checklists
                .get(list as usize)
                .and_then(|list| Some((list, list.items.get(item as usize)?)))
        });
        match (read.standing, read.fact) {
            (Standing::Missing, _) | (_, None) => {
                let (place, message) = self.missing(read, &path);
                labels.push(Label::new(place, message));
            }
            (Standing::Rejected, Some(id)) => {
                labels.push(Label::new(
                    facts.place(id, vocabulary),
                    format!("{short} is not valid, so it is unknown"),
                ));
            }
            (Standing::Disagree, Some(held)) => {
                for other in self.view.peers(held) {
                    labels.push(Label::new(
                        facts.place(other, vocabulary),
                        format!("{short} is {} here", prose(facts, other)),
                    ));
                }
            }
            (Standing::Known, Some(id)) => {
                let mut label = self.known(id, short);
                if let Some(relation) = comparison.and_then(|comparison| self.relation(id, comparison)) {
                    label.message = format!("{}{relation}", label.message).into();
                } else if let Some((list, signal)) = signal {
                    let title = lower_first(&signal.title);
                    label.message = format!("{}: for {}, {title}", label.message, list.name).into();
                }
                labels.push(label);
                let source = facts.source(id);
                if let Some(anchor) = facts.anchor(id) {
                    let place = Place::at(&source.source, Some(source.document), anchor);
                    labels.push(Label::new(place, format!("{short} comes from this anchor")));
                }
                if let Some(merge) = facts.merged(id) {
                    let place = Place::at(&source.source, Some(source.document), merge);
                    labels.push(Label::new(place, format!("{short} is merged in here")));
                }
            }
        }
    }

    /// The label of a fact that has a value. Most rules read the same few facts: their labels are made once.
    fn known(&self, id: FactId, short: &str) -> Label {
        let mut made = self.made.borrow_mut();
        if let Some((_, label)) = made.iter().find(|(of, _)| *of == id) {
            return label.clone();
        }
        let facts = self.view.facts;
        let is_supplied = facts.origin(id) == Origin::Supplied;
        let message = match facts.value(id) {
            FactValue::Object if is_supplied => format!("{short} is supplied"),
            FactValue::Object => format!("{short} is declared"),
            _ if is_supplied => format!("{short} is supplied as {}", shorten(&prose(facts, id))),
            _ => format!("{short} is {}", shorten(&prose(facts, id))),
        };
        let label = Label::new(facts.place(id, self.view.vocabulary), message);
        made.push((id, label.clone()));
        label
    }

    /// How a value stands to its threshold, in words; nothing where the value says it all.
    fn relation(&self, id: FactId, (op, threshold, parameter): &Comparison) -> Option<String> {
        let threshold = threshold.as_ref()?;
        if !matches!(*op, "<" | "<=" | ">" | ">=") {
            return None;
        }
        let number = |scalar: &Scalar| match scalar {
            #[expect(
                clippy::cast_precision_loss,
                reason = "for a word in a label; the rule itself compares exactly"
            )]
            Scalar::Int(value) => Some(*value as f64),
            Scalar::Number(value) => Some(*value),
            _ => None,
        };
        let value = number(&self.view.facts.scalar(id));
        let word = match value.zip(number(threshold)).map(|(value, limit)| value.total_cmp(&limit)) {
            Some(std::cmp::Ordering::Less) => "below",
            Some(std::cmp::Ordering::Equal) => "just at",
            Some(std::cmp::Ordering::Greater) => "above",
            None => "against",
        };
        Some(match parameter.and_then(|index| self.settings.parameter(index)) {
            Some(parameter) => format!(", {word} {} ({})", separated(&parameter.raw), parameter.name),
            None => format!(", {word} {}", scalar_prose(threshold)),
        })
    }

    /// Where a missing fact would stand: the nearest existing key above it, and the pointer it would have.
    fn missing(&self, read: &Read, path: &str) -> (Place, String) {
        let facts = self.view.facts;
        let vocabulary = self.view.vocabulary;
        let message = format!("{path} is not declared");
        let Some(near) = read.fact.or_else(|| self.view.nearest(read.path)) else {
            let mut label = self.whole();
            label.place.pointer = None;
            return (label.place, message);
        };
        let fact = facts.fact(near);
        let source = facts.source(near);
        let mut pointer = facts.pointer(near, vocabulary);
        if let Some(key) = &read.key {
            push_token(&mut pointer, key);
        } else {
            let above = vocabulary.path(fact.path);
            let below = vocabulary.path(read.path);
            let rest = below.strip_prefix(above).unwrap_or(below).trim_start_matches('.');
            for token in rest.split('.').filter(|token| !token.is_empty()) {
                push_token(&mut pointer, token);
            }
        }
        (Place::at(&source.source, Some(source.document), fact.key).with_pointer(pointer), message)
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
