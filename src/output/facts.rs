//! What the manifests say: facts with their places, for `tunelint facts`.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_document;
use super::sanitize::visible;
use super::wire::SpanV1;
use crate::finding::Scalar;
use crate::manifest::Deployment;
use crate::manifest::facts::{Confidence, FactId, FactSet, FactValue, Origin};
use crate::manifest::vocabulary::{ROOT, Vocabulary};

/// Names the shape of the JSON.
const SCHEMA: &str = "tunelint.dev/facts/v1";

/// One fact as it is printed.
struct Printed {
    id: FactId,
    /// The path as policies write it, with the key of a map's entry: `metadata.labels['team']`.
    path: String,
}

/// The facts of a deployment that say something: scalars, and lists of scalars as a whole. What is declared comes
/// first, what other sources say after it, source by source.
fn printed(facts: &FactSet) -> Vec<Printed> {
    let mut printed = Vec::new();
    let roots: Vec<FactId> = facts.iter().filter(|(_, fact)| fact.path == ROOT).map(|(id, _)| id).collect();
    let (own, others) = roots.split_at(roots.len().min(1));
    for &root in own {
        descend(facts, root, &mut printed);
    }
    // `metadata` lies beside the root.
    let metadata = Vocabulary::native().find("metadata");
    if let Some((metadata, _)) = facts.iter().find(|(_, fact)| Some(fact.path) == metadata) {
        descend(facts, metadata, &mut printed);
    }
    for &root in others {
        descend(facts, root, &mut printed);
    }
    printed
}

fn descend(facts: &FactSet, id: FactId, printed: &mut Vec<Printed>) {
    let is_leaf = match facts.value(id) {
        FactValue::Object => false,
        FactValue::List => {
            facts.children(id).all(|item| !matches!(facts.value(item), FactValue::Object | FactValue::List))
        }
        _ => true,
    };
    if is_leaf {
        printed.push(Printed { id, path: path(facts, id) });
        return;
    }
    for child in facts.children(id).collect::<Vec<_>>() {
        descend(facts, child, printed);
    }
}

fn path(facts: &FactSet, id: FactId) -> String {
    let path = Vocabulary::native().path(facts.fact(id).path);
    match (facts.map_key(id), path.strip_suffix(".*")) {
        (Some(key), Some(map)) => format!("{map}['{key}']"),
        _ => path.to_owned(),
    }
}

/// Writes the facts for people: a block a deployment, a line a fact.
///
/// # Errors
/// Only those of the writer.
pub fn human(deployments: &[Deployment], out: &mut dyn Write) -> io::Result<()> {
    for (index, deployment) in deployments.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let name = deployment.identity.as_deref().unwrap_or("(no valid name)");
        writeln!(out, "{}  {}", visible(name), visible(&deployment.source.path))?;
        let facts = printed(&deployment.facts);
        let widest = facts.iter().map(|fact| fact.path.chars().count()).max().unwrap_or(0);
        let mut file = &deployment.source.path;
        for fact in &facts {
            let source = deployment.facts.source(fact.id);
            if source.source.path != *file {
                file = &source.source.path;
                writeln!(out, "  from {} ({})", visible(file), word(source.origin))?;
            }
            let (start, _) = source.source.lines.positions(deployment.facts.fact(fact.id).span);
            let value = match deployment.facts.value(fact.id) {
                FactValue::Rejected => "(rejected by the schema)".to_owned(),
                _ => serde_json::to_string(&deployment.facts.scalar(fact.id)).unwrap_or_default(),
            };
            let place = format!("{}:{}", start.line, start.column);
            writeln!(out, "  {place:>8}  {:<widest$}  {}", visible(&fact.path), visible(&value))?;
        }
    }
    Ok(())
}

/// The word for where facts come from.
const fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Declared => "declared",
        Origin::Supplied => "supplied",
        Origin::Observed => "observed",
        Origin::Derived => "derived",
        Origin::Default => "default",
    }
}

/// Writes the facts as one JSON document (`tunelint.dev/facts/v1`).
///
/// # Errors
/// Only those of the writer.
pub fn json(deployments: &[Deployment], out: &mut dyn Write) -> io::Result<()> {
    let deployments = deployments.iter().map(DeploymentV1::new).collect();
    write_document(&FactsV1 { schema: SCHEMA, deployments, artifacts: [] }, out)
}

#[derive(Serialize)]
struct FactsV1<'a> {
    schema: &'static str,
    deployments: Vec<DeploymentV1<'a>>,
    /// Foreign manifests and what each of them shows; none are read as yet.
    artifacts: [(); 0],
}

#[derive(Serialize)]
struct DeploymentV1<'a> {
    name: Option<&'a str>,
    file: &'a str,
    facts: Vec<FactV1<'a>>,
    /// Files of the deployment's foreign manifests.
    artifacts: Vec<&'a str>,
}

impl<'a> DeploymentV1<'a> {
    fn new(deployment: &'a Deployment) -> Self {
        let fact = |Printed { id, path }| {
            let own = deployment.facts.fact(id);
            let source = &deployment.facts.source(id).source;
            FactV1 {
                path,
                value: deployment.facts.scalar(id),
                origin: deployment.facts.origin(id),
                confidence: own.confidence,
                file: &source.path,
                span: SpanV1::of(source, own.span),
            }
        };
        Self {
            name: deployment.identity.as_deref(),
            file: &deployment.source.path,
            facts: printed(&deployment.facts).into_iter().map(fact).collect(),
            artifacts: Vec::new(),
        }
    }
}

#[derive(Serialize)]
struct FactV1<'a> {
    path: String,
    value: Scalar,
    origin: Origin,
    confidence: Confidence,
    file: &'a str,
    span: SpanV1,
}
