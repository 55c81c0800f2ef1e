//! Evidence that is not there: a manifest names a file of the repo, and the repo does not have it.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::finding::{Decisive, Finding, Label, Outcome, Scalar, Severity};
use crate::manifest::Deployment;
use crate::manifest::facts::{FactId, FactValue, Origin};
use crate::manifest::vocabulary::Vocabulary;
use crate::source::Source;

/// The rule's id.
pub const EVIDENCE_NOT_FOUND: &str = "evidence-not-found";

/// Facts that may name a file, and whether they always do.
const NAMING: [(&str, bool); 7] = [
    ("lifecycle.exitPlan", false),
    ("lifecycle.integrationTests", false),
    ("lifecycle.evaluation.suite", false),
    ("requirements.latency.benchmark", false),
    ("requirements.accuracy.evidence", false),
    ("artifacts[]", true),
    ("artifacts[].path", true),
];

/// What is in the repo, as far as evidence needs it.
pub trait Repository: Sync {
    /// Whether a relative path or glob that a manifest names leads to something.
    fn holds(&self, manifest: &Source, reference: &Path) -> bool;
}

/// Tells which evidence of a deployment is not in the repo.
pub fn missing_evidence(deployment: &Deployment, repository: &dyn Repository, findings: &mut Vec<Finding>) {
    for (id, text, reference) in named(deployment, repository) {
        if !repository.holds(&deployment.facts.source(id).source, reference) {
            findings.push(finding(deployment, id, text));
        }
    }
}

/// Whether a deployment names evidence that a repo, or a part of one, holds.
pub fn names_evidence_in(deployment: &Deployment, repository: &(impl Repository + ?Sized)) -> bool {
    named(deployment, repository)
        .any(|(id, _, reference)| repository.holds(&deployment.facts.source(id).source, reference))
}

/// The facts that name evidence, with what they say and the path that this is.
fn named<'a>(
    deployment: &'a Deployment,
    repository: &(impl Repository + ?Sized),
) -> impl Iterator<Item = (FactId, &'a str, &'a Path)> {
    // By path: nearly no fact names evidence, and every fact of every deployment is asked.
    static PATHS: LazyLock<Vec<Option<bool>>> = LazyLock::new(|| {
        let named = |path: &str| NAMING.iter().find(|(own, _)| *own == path).map(|&(_, always)| always);
        Vocabulary::native().iter().map(|(_, info)| named(&info.path)).collect()
    });
    let paths = PATHS.as_slice();
    deployment.facts.iter().filter_map(move |(id, fact)| {
        let always = (*paths.get(usize::from(fact.path.0))?)?;
        if deployment.facts.origin(id) != Origin::Declared {
            return None;
        }
        let FactValue::Text(text) = deployment.facts.value(id) else { return None };
        let source = &deployment.facts.source(id).source;
        let reference = reference(text, always, |folder| repository.holds(source, folder))?;
        Some((id, text, reference))
    })
}

/// The words that all findings of the rule share.
struct Words {
    rule: Arc<str>,
    label: Arc<str>,
    help: Arc<str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    rule: EVIDENCE_NOT_FOUND.into(),
    label: "no such file".into(),
    help: "correct the path (from the manifest's folder, or from one above it), or add the file".into(),
});

fn finding(deployment: &Deployment, id: FactId, text: &str) -> Finding {
    let vocabulary = Vocabulary::native();
    let path = vocabulary.path(deployment.facts.fact(id).path);
    let Words { rule, label, help } = &*WORDS;
    let mut finding = Finding::new(
        Arc::clone(rule),
        None,
        Outcome::Fail,
        Severity::Warning,
        format!("{path} names {text}, which is not in the repository"),
        Label::new(deployment.facts.place(id, vocabulary), Arc::clone(label)),
    )
    .with_help(Arc::clone(help));
    finding.deployment.clone_from(&deployment.identity);
    finding.deployment_id = Some(Arc::clone(&deployment.id));
    finding.decisive = vec![Decisive {
        path: path.into(),
        value: Scalar::Text(text.into()),
        op: None,
        threshold: None,
        parameter: None,
        parameter_source: None,
    }];
    finding
}

/// The relative path that a text is; nothing for URLs, references to registries, words and sentences.
///
/// A text that `always` names a file is a path unless it cannot be one. Of the others, `a/b` could as well be a
/// model in a registry: it is a path if it has a file's ending, or if `a` is a folder.
fn reference(text: &str, always: bool, is_here: impl Fn(&Path) -> bool) -> Option<&Path> {
    let placeholder = ["todo", "tbd", "n/a", "none"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let foreign =
        |character: char| character.is_whitespace() || matches!(character, ':' | '@' | '$' | '~' | '\\');
    if text.is_empty()
        || placeholder
        || text.starts_with('/')
        || text.contains("{{")
        || text.contains(foreign)
    {
        return None;
    }
    if always || text.starts_with("./") || text.starts_with("../") {
        return Some(Path::new(text));
    }
    let (first, below) = match text.split_once('/') {
        Some((first, below)) => (first, Some(below)),
        None => (text, None),
    };
    let looks_like_file = has_ending(text.rsplit('/').next().unwrap_or(text));
    let looks_like_host = below.is_some() && !first.starts_with('.') && first.contains('.');
    let is_path = match below {
        None => looks_like_file,
        Some(_) if looks_like_host => is_here(Path::new(first)),
        Some(below) => looks_like_file || below.is_empty() || is_here(Path::new(first)),
    };
    is_path.then_some(Path::new(text))
}

/// Whether a name ends like a file's: `report.md`, but neither `v1.2` nor `example.com`.
fn has_ending(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    !stem.is_empty()
        && (1..=8).contains(&ending.len())
        && ending.chars().all(|character| character.is_ascii_alphanumeric())
        && ending.starts_with(|character: char| character.is_ascii_alphabetic())
        && !["com", "org", "net", "io", "dev", "ai"].contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_paths_are_looked_for() {
        let is_path = |text| reference(text, false, |folder| folder == Path::new("evals")).is_some();
        for path in [
            "evals/report.md",
            "report.md",
            "./plan",
            "../docs/plan",
            ".github/tests.yaml",
            "evals/suite",
            "other/",
        ] {
            assert!(is_path(path), "{path}");
        }
        for other in [
            "",
            "n/a",
            "TODO",
            "documented",
            "see the wiki",
            "https://example.com/plan.md",
            "oci://registry/x.tar",
            "registry.example.com/models/bot.gguf",
            "acme/bot-tests",
            "acme/bot:v1.2",
            "v1.2",
            "example.com",
            "/absolute/plan.md",
            "${ROOT}/plan.md",
        ] {
            assert!(!is_path(other), "{other}");
        }
    }

    #[test]
    fn artifacts_are_paths_unless_they_cannot_be() {
        let is_path = |text| reference(text, true, |_| false).is_some();
        assert!(is_path("train"));
        assert!(is_path("gateway/*.yaml"));
        assert!(!is_path("https://example.com/a.yaml"));
    }
}
