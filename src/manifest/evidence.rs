//! Which facts name files of the repo: what the rule evidence-not-found looks up.

use super::facts::{FactId, FactSet, FactValue};
use super::vocabulary::{PathId, Vocabulary};

/// Facts that point at evidence; of artifacts, both forms.
const PATHS: &[&str] = &[
    "lifecycle.exitPlan",
    "requirements.latency.benchmark",
    "lifecycle.integrationTests",
    "lifecycle.evaluation.suite",
    "requirements.accuracy.evidence",
    "artifacts[]",
    "artifacts[].path",
];

/// What people write where they have nothing to point at yet.
const PLACEHOLDERS: &[&str] = &["todo", "tbd", "n/a", "none", "-", "?"];

/// A fact that names a file, or files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence<'f> {
    /// The fact.
    pub fact: FactId,
    /// The path as it is written, relative to the manifest, without a fragment (`#section`).
    pub path: &'f str,
    /// Whether it is a glob (artifacts may be).
    pub is_glob: bool,
}

/// Facts that name files by a relative path. URLs, registry references, absolute paths, templates, free text with
/// blanks and placeholders are left alone.
pub fn evidence_paths<'f>(facts: &'f FactSet, vocabulary: &Vocabulary) -> impl Iterator<Item = Evidence<'f>> {
    let paths: Vec<(PathId, bool)> = PATHS
        .iter()
        .filter_map(|path| Some((vocabulary.find(path)?, path.starts_with("artifacts"))))
        .collect();
    facts.iter().filter_map(move |(id, fact)| {
        let (_, may_glob) = *paths.iter().find(|(path, _)| *path == fact.path)?;
        let FactValue::Text(text) = facts.value(id) else { return None };
        let path = relative_path(text)?;
        Some(Evidence { fact: id, path, is_glob: may_glob && path.contains(['*', '?', '[', '{']) })
    })
}

fn relative_path(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_free = text.contains(char::is_whitespace) || text.contains("${") || text.contains("{{");
    if text.is_empty()
        || is_free
        || text.starts_with('/')
        || PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word))
    {
        return None;
    }
    // A scheme, a drive or a host with a port has a colon there; a host has a dot within.
    let (first, is_nested) = text.split_once('/').map_or((text, false), |(first, _)| (first, true));
    let is_host = is_nested && first.trim_start_matches('.').contains('.');
    if first.contains(':') || is_host {
        return None;
    }
    let path = text.split_once('#').map_or(text, |(path, _)| path);
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::relative_path;

    #[test]
    fn relative_paths_are_looked_up() {
        for path in ["docs/exit-plan.md", "./bench.md", "../evals/a.yaml", ".github/evals.yml", "report.md"] {
            assert_eq!(relative_path(path), Some(path));
        }
        assert_eq!(relative_path(" docs/exit.md#plan "), Some("docs/exit.md"));
    }

    #[test]
    fn what_is_no_file_of_the_repo_is_left_alone() {
        for text in [
            "https://example.com/x.md",
            "s3://bucket/x",
            "registry.example.com/x:tag",
            "localhost:5000/x",
            "models:/support-bot/1",
            "C:\\x.md",
            "/etc/plan.md",
            "see the wiki",
            "${DOCS}/plan.md",
            "{{ docs }}",
            "TBD",
            "n/a",
            "-",
            "",
            "#plan",
        ] {
            assert_eq!(relative_path(text), None, "{text}");
        }
    }
}
