//! Manifests at random, and what they say: each fact absent, given, or rejected in one of the ways there are.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::facts::{FIELDS, Facts};
use super::truth::Given;

/// A manifest, and what a reader who knows the schema takes from it.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) yaml: String,
    pub(crate) facts: Facts,
}

/// How much a team declares: everything, most of it, little.
#[derive(Clone, Copy, Debug)]
enum Care {
    Full,
    Usual,
    Sparse,
}

/// What stands at the place of one fact. The strategy never comes twice: the catalogue leaves open whether the
/// method is then rejected with it.
#[derive(Clone, Debug)]
enum Entry {
    Absent,
    Allowed(prop::sample::Index),
    Rejected(prop::sample::Index),
    /// Two allowed values under the same key.
    Twice(prop::sample::Index, prop::sample::Index),
}

const STRATEGY: &str = "customization.strategy";

fn entry(care: Care) -> impl Strategy<Value = Entry> {
    let (absent, allowed, rejected, twice) = match care {
        Care::Full => (1, 96, 2, 1),
        Care::Usual => (15, 75, 8, 2),
        Care::Sparse => (60, 33, 6, 1),
    };
    let index = any::<prop::sample::Index>;
    prop_oneof![
        absent => Just(Entry::Absent),
        allowed => index().prop_map(Entry::Allowed),
        rejected => index().prop_map(Entry::Rejected),
        twice => (index(), index()).prop_map(|(first, second)| Entry::Twice(first, second)),
    ]
}

/// Objects that can be broken as a whole, and what then stands there.
const OBJECTS: [&str; 14] = [
    "",
    "customization",
    "model",
    "hosting",
    "hosting.operations",
    "workload",
    "requirements",
    "requirements.accuracy",
    "requirements.compliance",
    "requirements.latency",
    "budget",
    "lifecycle",
    "lifecycle.retraining",
    "lifecycle.evaluation",
];
const NO_OBJECT: [&str; 5] = ["null", "oops", "[]", "7", "[{strategy: fine-tuning}]"];

/// What is wrong around the facts, or only unusual: none of it changes one of them.
const HEADS: [&str; 6] = [
    "metadata: {name: support-bot}\n",
    "metadata: {name: support-bot, namespace: customer-experience, labels: {team: a}}\n",
    "metadata: {name: Not_A_Label}\n",
    "metadata: {name: support-bot, unknown: 1}\n",
    "metadata: {}\n",
    "",
];
const COMPANIONS: [&str; 5] = [
    "  owner: team-customer-experience\n",
    "",
    "  owner: 7\n",
    "  owner: team-customer-experience\n  unknownKey: {stage: production}\n",
    "  artifacts: [train/axolotl.yaml]\n",
];

/// Manifests of every kind.
pub(crate) fn manifests() -> impl Strategy<Value = Manifest> {
    let care = prop_oneof![Just(Care::Full), Just(Care::Usual), Just(Care::Sparse)];
    let entries = care.prop_flat_map(|care| prop::collection::vec(entry(care), FIELDS.len()));
    let damage = prop_oneof![
        12 => Just(None),
        2 => (prop::sample::select(&OBJECTS[..]), prop::sample::select(&NO_OBJECT[..]))
            .prop_map(|(object, instead)| Some((object, Some(instead)))),
        // The object twice, the second time empty.
        1 => prop::sample::select(&OBJECTS[1..]).prop_map(|object| Some((object, None))),
    ];
    let head = prop_oneof![6 => Just(HEADS[0]), 5 => prop::sample::select(&HEADS[..])];
    let companion = prop_oneof![6 => Just(COMPANIONS[0]), 5 => prop::sample::select(&COMPANIONS[..])];
    (entries, damage, head, companion)
        .prop_map(|(entries, damage, head, companion)| manifest(&entries, damage, head, companion))
}

/// An object that is broken: what stands there instead, or nothing where it stands there twice.
type Damage = (&'static str, Option<&'static str>);

fn manifest(entries: &[Entry], damage: Option<Damage>, head: &str, companion: &str) -> Manifest {
    let mut facts = Facts::default();
    let mut root = Object::default();
    for (field, entry) in FIELDS.iter().zip(entries) {
        let broken = damage.is_some_and(|(object, _)| is_below(field.path, object));
        let given = match entry {
            _ if broken => Given::Rejected,
            Entry::Absent => Given::Absent,
            Entry::Allowed(index) => Given::Value(index.get(field.allowed).1),
            Entry::Twice(index, _) if field.path == STRATEGY => Given::Value(index.get(field.allowed).1),
            Entry::Rejected(_) | Entry::Twice(..) => Given::Rejected,
        };
        (field.set)(&mut facts, given);
        match entry {
            Entry::Absent => {}
            Entry::Allowed(index) => root.insert(field.path, index.get(field.allowed).0),
            Entry::Rejected(index) => root.insert(field.path, index.get::<&'static str>(field.rejected)),
            Entry::Twice(first, second) => {
                root.insert(field.path, first.get(field.allowed).0);
                if field.path != STRATEGY {
                    root.insert(field.path, second.get(field.allowed).0);
                }
            }
        }
    }
    // A tuning method contradicts prompting: the schema rejects it, and nothing but it.
    if facts.strategy == Given::Value("prompting") && facts.method != Given::Absent {
        facts.method = Given::Rejected;
    }
    let mut yaml = format!("apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\n{head}");
    if let Some(("", Some(instead))) = damage {
        line(&mut yaml, "", "spec", instead);
    } else {
        let mut spec = companion.to_owned();
        root.write(&mut spec, "", "  ", damage);
        line(&mut yaml, "", "spec", if spec.is_empty() { "{}" } else { "" });
        yaml.push_str(&spec);
    }
    Manifest { yaml, facts }
}

fn line(out: &mut String, indent: &str, key: &str, value: &str) {
    let separator = if value.is_empty() { ":" } else { ": " };
    out.extend([indent, key, separator, value, "\n"]);
}

fn is_below(path: &str, object: &str) -> bool {
    object.is_empty() || path.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}

/// An object to be written: what stands at each key, in YAML; more than one text where the key comes twice.
#[derive(Default)]
struct Object {
    values: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Object {
    fn insert(&mut self, path: &'static str, yaml: &'static str) {
        self.values.entry(path).or_default().push(yaml);
    }

    fn get(&self, path: &str) -> Option<&Vec<&'static str>> {
        self.values.get(path)
    }

    /// Writes what lies below `prefix`, in the order of the manifest.
    fn write(&self, out: &mut String, prefix: &str, indent: &str, damage: Option<Damage>) {
        let mut written: Vec<&str> = Vec::new();
        for path in FIELDS.iter().map(|field| field.path).filter(|path| is_below(path, prefix)) {
            let start = if prefix.is_empty() { 0 } else { prefix.len() + 1 };
            let end = path[start..].find('.').map_or(path.len(), |dot| start + dot);
            let (child, key) = (&path[..end], &path[start..end]);
            if written.contains(&child) {
                continue;
            }
            written.push(child);
            if child == path {
                for yaml in self.get(path).into_iter().flatten() {
                    line(out, indent, key, yaml);
                }
                continue;
            }
            match damage.filter(|&(object, _)| object == child) {
                Some((_, Some(instead))) => line(out, indent, key, instead),
                Some((_, None)) => {
                    self.write_object(out, child, key, indent, damage);
                    line(out, indent, key, "{}");
                }
                None if self.has_below(child)
                    || damage.is_some_and(|(object, _)| is_below(object, child)) =>
                {
                    self.write_object(out, child, key, indent, damage);
                }
                None => {}
            }
        }
    }

    fn write_object(&self, out: &mut String, path: &str, key: &str, indent: &str, damage: Option<Damage>) {
        let mut body = String::new();
        self.write(&mut body, path, &format!("{indent}  "), damage);
        line(out, indent, key, if body.is_empty() { "{}" } else { "" });
        out.push_str(&body);
    }

    fn has_below(&self, object: &str) -> bool {
        self.values.keys().any(|path| is_below(path, object))
    }
}
