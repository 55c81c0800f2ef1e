//! Files that look like LLM deployments, for a run that found no manifest: where to begin.

use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Global;
use super::gather::Sources;
use crate::discover::{self, Found, LeftOut, Trouble, Visit};
use crate::read;
use crate::report::Candidate;

/// Endings of files that may look like one.
const ENDINGS: &[&str] = &["yaml", "yml", "json", "tf"];

/// Bytes of the largest file looked into.
const LIMIT: u64 = 1 << 20;

/// What gives a file away: names that stand in few files about anything else.
const MARKERS: &[&str] = &[
    "vllm/vllm-openai",
    "vllm serve",
    "vllm.entrypoints",
    "text-generation-inference",
    "text-generation-launcher",
    "lmsysorg/sglang",
    "sglang.launch_server",
    "ollama/ollama",
    "ghcr.io/ggml-org/llama.cpp",
    "nvcr.io/nim/",
    "litellm_params",
    "model_list:",
    "base_model:",
    "base_model_name_or_path",
    "model_name_or_path",
    "finetuning_type",
    "kaito.sh/",
    "kind: InferenceService",
    "kind: LLMInferenceService",
    "kind: RayService",
    "servingEngineSpec",
    "aigateway.envoyproxy.io",
    "aws_bedrock",
    "azurerm_cognitive_deployment",
    "OPENAI_API_KEY",
    "AZURE_OPENAI_",
    "ANTHROPIC_API_KEY",
];

/// Files that look like deployments, in any order.
pub(super) fn candidates(sources: &Sources, global: &Global, left_out: &LeftOut) -> Vec<Candidate> {
    let paths = sources.paths();
    if paths.is_empty() {
        return Vec::new();
    }
    let make = || Looker { buffer: Vec::new(), found: Vec::new() };
    let lookers = discover::discover(&paths, &sources.walk(global, left_out, ENDINGS), make);
    lookers.into_iter().flat_map(|looker| looker.found).collect()
}

struct Looker {
    buffer: Vec<u8>,
    found: Vec<Candidate>,
}

impl Visit for Looker {
    fn file(&mut self, found: Found<'_>) {
        let read: fn(&Path, u64, &mut Vec<u8>) -> _ = if found.named { read::named } else { read::walked };
        if read(found.file, LIMIT, &mut self.buffer).is_ok()
            && let Some(marker) = marker(&self.buffer)
        {
            self.found.push(Candidate { file: found.shown(), marker });
        }
    }

    fn trouble(&mut self, _: Trouble) {
        // Told by the run that looked for manifests.
    }
}

/// The first marker in a text.
fn marker(text: &[u8]) -> Option<&'static str> {
    // The kind that is built fastest: a run over one file looks for markers once.
    static MARKED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::NoncontiguousNFA));
        builder.build(MARKERS).ok()
    });
    let found = MARKED.as_ref()?.find(text)?;
    MARKERS.get(found.pattern().as_usize()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_marker_is_named() {
        assert_eq!(marker(b"image: vllm/vllm-openai:v0.6\nenv: OPENAI_API_KEY"), Some("vllm/vllm-openai"));
        assert_eq!(marker(b"kind: Deployment\nimage: nginx"), None);
        for own in MARKERS {
            assert_eq!(marker(own.as_bytes()), Some(*own));
        }
    }
}
