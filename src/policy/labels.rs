//! The labels of a finding: what the requirement read, then what made the rule apply, each in a few words.

use std::borrow::Cow;
use std::sync::Arc;

use super::eval::{self, Input, Read, Standing, Stood};
use super::judge::Bench;
use super::pack::{Condition, Parameter, Rule};
use super::template::{prose, scalar_prose, separated, shorten_from, write_prose};
use crate::document::push_token;
use crate::finding::{Label, Place, Scalar};
use crate::manifest::facts::{FactId, FactValue, Origin};
use crate::manifest::vocabulary::{PathTexts, Vocabulary};

/// A comparison that a fact stood in, with the condition that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'a> {
    pub(super) stood: Stood,
    condition: &'a Condition,
}

impl<'a> Comparison<'a> {
    /// That of a read of a condition. The atoms of signals lie in their own expressions, and what a signal says stands
    /// in its label.
    pub(super) fn of(read: &Read, condition: Option<&'a Condition>) -> Option<Self> {
        let atom = read.atom.filter(|_| read.signal.is_none())?;
        let condition = condition?;
        Some(Self { stood: eval::stood(&condition.expr, atom)?, condition })
    }

    /// The value of the other side.
    pub(super) fn threshold(&self, input: Input<'_>) -> Option<Scalar> {
        self.stood.threshold(&self.condition.expr, input)
    }
}

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

    /// Labels of all that decided: what the requirement read, then what made the rule apply.
    pub(super) fn labels(&self, rule: &Rule, reads: &[Read], applied: &[Read]) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::with_capacity(reads.len() + applied.len());
        let mut thresholds: Vec<u16> = Vec::new();
        for (index, read) in reads.iter().chain(applied).enumerate() {
            if reads.iter().chain(applied).take(index).any(|before| is_of_the_same(before, read)) {
                continue;
            }
            let condition = if index < reads.len() {
                Some(&rule.conditions.require)
            } else {
                rule.conditions.when.as_ref()
            };
            let comparison = Comparison::of(read, condition);
            if let Some(parameter) = comparison.and_then(|comparison| comparison.stood.parameter)
                && !thresholds.contains(&parameter)
            {
                thresholds.push(parameter);
            }
            self.label(read, comparison, &mut labels);
        }
        for index in thresholds {
            if let Some(Parameter { name, raw, place: Some(place), .. }) = self.settings.parameter(index) {
                labels.push(Label::new(place.clone(), format!("{name} is set to {} here", separated(raw))));
            }
        }
        labels
    }

    fn label(&self, read: &Read, comparison: Option<Comparison<'_>>, labels: &mut Vec<Label>) {
        let facts = self.view.facts;
        let vocabulary = self.view.vocabulary;
        let path = path_of(read);
        let short = read.key.as_deref().unwrap_or_else(|| vocabulary.name(read.path));
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
        let mut message = self.words.borrow_mut();
        message.clear();
        message.push_str(short);
        message.push_str(match facts.value(id) {
            FactValue::Object if is_supplied => " is supplied",
            FactValue::Object => " is declared",
            _ if is_supplied => " is supplied as ",
            _ => " is ",
        });
        if facts.value(id) != FactValue::Object {
            let start = message.len();
            write_prose(&mut message, facts, id);
            shorten_from(&mut message, start);
        }
        let label = Label::new(facts.place(id, self.view.vocabulary), message.as_str());
        made.push((id, label.clone()));
        label
    }

    /// How a value stands to its threshold, in words; nothing where the value says it all.
    fn relation(&self, id: FactId, comparison: Comparison<'_>) -> Option<String> {
        if !matches!(comparison.stood.op, "<" | "<=" | ">" | ">=") {
            return None;
        }
        let threshold = comparison.threshold(self.input)?;
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
        let word = match value.zip(number(&threshold)).map(|(value, limit)| value.total_cmp(&limit)) {
            Some(std::cmp::Ordering::Less) => "below",
            Some(std::cmp::Ordering::Equal) => "just at",
            Some(std::cmp::Ordering::Greater) => "above",
            None => "against",
        };
        Some(match comparison.stood.parameter.and_then(|index| self.settings.parameter(index)) {
            Some(parameter) => format!(", {word} {} ({})", separated(&parameter.raw), parameter.name),
            None => format!(", {word} {}", scalar_prose(&threshold)),
        })
    }

    /// Where a missing fact would stand: the nearest existing key above it, and the pointer it would have.
    fn missing(&self, read: &Read, path: &str) -> (Place, Arc<str>) {
        static MESSAGES: PathTexts = PathTexts::new();
        let facts = self.view.facts;
        let vocabulary = self.view.vocabulary;
        let message = || format!("{path} is not declared");
        let message = match &read.key {
            None => MESSAGES.get(read.path, message),
            Some(_) => message().into(),
        };
        let Some(near) = read.fact.or_else(|| self.view.nearest(read.path)) else {
            let mut label = self.whole();
            label.place.pointer = None;
            return (label.place, message);
        };
        let fact = facts.fact(near);
        let source = facts.source(near);
        let place = Place::at(&source.source, Some(source.document), fact.key);
        if let (None, Some(pointer)) = (&read.key, facts.shared_pointer_below(near, read.path, vocabulary)) {
            return (place.with_pointer(pointer), message);
        }
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
        (place.with_pointer(pointer), message)
    }
}

/// Whether two reads are of the same fact, or miss the same.
fn is_of_the_same(one: &Read, other: &Read) -> bool {
    one.fact == other.fact
        && match (&one.key, &other.key) {
            (None, None) => one.path == other.path,
            _ => path_of(one) == path_of(other),
        }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
