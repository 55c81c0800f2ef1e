//! What is said of supplied facts that differ: from what is declared, or from each other.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Entry, Supplier};
use crate::finding::{Clause, Decisive, Finding, Label, Outcome, Place, Scalar, Severity};
use crate::manifest::Deployment;
use crate::manifest::equality::equal;
use crate::manifest::facts::{FactId, FactSet, FactValue, Origin, Reach};
use crate::manifest::prose::{prose, shorten};
use crate::manifest::view::{Selected, View};
use crate::manifest::vocabulary::{PathId, Vocabulary};
use crate::source::Span;

/// The rule about what is declared otherwise than supplied.
pub const DECLARATION_DIFFERS: &str = "declaration-differs-from-supplied";

/// Tells where a deployment declares otherwise than `about` supplies. The facts of `about` have the sources from
/// `own` on.
pub(super) fn differences(
    deployment: &Deployment,
    view: &View<'_>,
    own: usize,
    about: &[&Entry],
    findings: &mut Vec<Finding>,
) {
    let facts = view.facts;
    // What is supplied for a place does not count where something is supplied for the deployment itself.
    let mut named: HashSet<PathId> = HashSet::new();
    for id in supplied(facts, own) {
        let (source, path) = (facts.source(id), facts.fact(id).path);
        if source.reach == Reach::Identity {
            named.insert(path);
        } else if named.contains(&path) {
            continue;
        }
        let Selected::One(declared) = view.get(path) else { continue };
        if facts.origin(declared) != Origin::Declared || equal(facts, declared, id) != Some(false) {
            continue;
        }
        if let Some(entry) = about.get(facts.source_index(id) - own) {
            findings.push(difference(deployment, view, declared, id, &entry.supplier));
        }
    }
}

/// The values that were supplied: those of the sources from an index on.
fn supplied(facts: &FactSet, own: usize) -> impl Iterator<Item = FactId> + '_ {
    let first = facts.iter().map(|(id, _)| id).find(|&id| facts.source_index(id) >= own);
    first.into_iter().flat_map(|first| facts.values_from(first))
}

fn difference(
    deployment: &Deployment,
    view: &View<'_>,
    declared: FactId,
    given: FactId,
    supplier: &Supplier,
) -> Finding {
    let (facts, vocabulary) = (view.facts, view.vocabulary);
    let path = vocabulary.path(facts.fact(declared).path);
    let words = |id| shorten(&prose(facts, id));
    let name = deployment.identity.as_deref().unwrap_or("this deployment");
    let message = format!(
        "{name} declares {path} as {}, and {} supplies {}",
        words(declared),
        supplier.name,
        words(given)
    );
    let primary = Label::new(facts.place(declared, vocabulary), format!("declared as {}", words(declared)));
    let day = supplier.as_of.as_deref().map(|day| format!(", as of {day}")).unwrap_or_default();
    let other = format!("supplied as {} by {}{day}", words(given), supplier.name);
    let source = supplier.words.as_deref().map(|words| format!(" ({})", shorten(words))).unwrap_or_default();
    let help =
        format!("declare what is supplied, or have it corrected{source}; until then the declaration counts");
    let mut finding =
        Finding::new(DECLARATION_DIFFERS, None, Outcome::Fail, Severity::Warning, message, primary)
            .with_label(Label::new(facts.place(given, vocabulary), other))
            .with_help(help);
    finding.deployment.clone_from(&deployment.identity);
    finding.deployment_id = Some(Arc::clone(&deployment.id));
    let value = |id| Decisive {
        path: path.to_owned().into(),
        value: facts.scalar(id),
        op: None,
        threshold: None,
        parameter: None,
        parameter_source: None,
    };
    finding.decisive = vec![value(declared), value(given)];
    if facts.children(given).all(|item| facts.value(item) != FactValue::Object) {
        let value: Scalar = facts.scalar(given);
        finding.passes_if = vec![Clause { path: path.to_owned().into(), op: "==", value }];
    }
    finding
}

/// Tells where one file says two things of one deployment; `facts` are those of all its entries about it.
pub(super) fn contradictions(
    facts: &FactSet,
    supplier: &Supplier,
    identity: &str,
    findings: &mut Vec<Finding>,
) {
    let vocabulary = Vocabulary::native();
    for (one, other) in disputes(&View::new(facts, vocabulary)) {
        let path = vocabulary.path(facts.fact(one).path);
        let words = |id| shorten(&prose(facts, id));
        let label = |id| Label::new(facts.place(id, vocabulary), format!("{} here", words(id)));
        let message = format!(
            "{} supplies two values of {path} for {}: {} and {}",
            supplier.name,
            shorten(identity),
            words(one),
            words(other)
        );
        findings.push(
            Finding::invalid("facts", "contradiction", message, label(other))
                .with_label(label(one))
                .with_help("keep one of them; as long as there are two, neither counts"),
        );
    }
}

/// Where facts that count for as much disagree. That one of them is not valid has been told.
fn disputes<'v>(view: &'v View<'_>) -> impl Iterator<Item = (FactId, FactId)> + 'v {
    let known = |id| view.facts.value(id) != FactValue::Rejected;
    view.disagreements().filter(move |&(one, other)| known(one) && known(other))
}

/// Two values: their files and bytes.
type Pair = [(Arc<str>, Span); 2];

/// Tells where suppliers disagree, each pair of values once: two globs can meet at any number of deployments.
#[derive(Debug, Default)]
pub(super) struct Disagreements {
    told: HashSet<Pair>,
}

impl Disagreements {
    pub(super) fn tell(
        &mut self,
        deployment: &Deployment,
        view: &View<'_>,
        own: usize,
        about: &[&Entry],
        findings: &mut Vec<Finding>,
    ) {
        let (facts, vocabulary) = (view.facts, view.vocabulary);
        for (one, other) in disputes(view) {
            let supplier = |id| Some(&about.get(facts.source_index(id).checked_sub(own)?)?.supplier);
            let (Some(first), Some(second)) = (supplier(one), supplier(other)) else { continue };
            let is_told =
                facts.source(one).reach == Reach::Identity && Arc::ptr_eq(&first.source, &second.source);
            let place = |id| (Arc::clone(&facts.source(id).source.path), facts.fact(id).span);
            if is_told || !self.told.insert([place(one), place(other)]) {
                continue;
            }
            let path = vocabulary.path(facts.fact(one).path);
            let words = |id| shorten(&prose(facts, id));
            let name = deployment.identity.as_deref().unwrap_or("a deployment");
            let message = format!(
                "{path} of {name} is supplied as {} by {} and as {} by {}",
                words(one),
                first.name,
                words(other),
                second.name
            );
            let label = |id| Label::new(facts.place(id, vocabulary), format!("{} here", words(id)));
            findings.push(
                Finding::invalid("facts", "disagreement", message, label(other))
                    .with_severity(Severity::Warning)
                    .with_label(label(one))
                    .with_help("supply it for the deployment by its identity, or declare it; until then it is unknown"),
            );
        }
    }
}

/// The finding that more entries are about a deployment than count.
pub(super) fn crowded(deployment: &Deployment, about: &[&Entry], most: usize) -> Finding {
    let name = deployment.identity.as_deref().unwrap_or("a deployment");
    let message = format!("{} entries are about {name}, and no more than {most} count", about.len());
    let place = match about.get(most) {
        Some(Entry { supplier, facts, .. }) => {
            let span = facts.iter().next().map_or(Span::default(), |(_, fact)| fact.key);
            Place::at(&supplier.source, Some(supplier.document), span)
        }
        None => Place::whole(&deployment.source),
    };
    Finding::invalid("facts", "limit-entries", message, Label::new(place, "the first that does not count"))
        .with_help("join entries with the same facts into one with several paths")
}
