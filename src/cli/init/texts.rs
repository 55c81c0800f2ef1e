//! The texts of the other files that a repo begins with.

use super::yaml::modeline;
use crate::manifest::llm_deployment::API_VERSION;

/// What the config is called.
pub(super) const CONFIG: &str = "tunelint.yaml";
/// What pre-commit reads.
pub(super) const HOOKS: &str = ".pre-commit-config.yaml";
/// The workflow's path.
pub(super) const WORKFLOW: &str = ".github/workflows/tunelint.yaml";

/// The config, with everything that it can say.
pub(super) fn config() -> String {
    format!(
        "{}# How tunelint judges this repository. Everything below `spec` may be left out.\n\
         apiVersion: {API_VERSION}\n\
         kind: Config\n\
         spec:\n  \
           # Findings from here on make the exit status 1: error, warning, note or never.\n  \
           failOn: error\n\n  \
           # What is not looked at, as globs from this folder.\n  \
           # exclude:\n  \
           #   - third_party/**\n\n  \
           # Folders with packs of your own; `tunelint init --rule NAME` writes a first rule.\n  \
           # policies:\n  \
           #   - policies\n\n  \
           # Thresholds and severities of a pack; `tunelint explain RULE` shows those in force.\n  \
           # packs:\n  \
           #   customization-framework:\n  \
           #     parameters:\n  \
           #       minMonthlyRequests: 300000\n  \
           #     rules:\n  \
           #       prompting-without-retrieval: off  # off, note, warning or error\n\n  \
           # The same for some paths only.\n  \
           # overrides:\n  \
           #   - paths:\n  \
           #       - sandbox/**\n  \
           #     packs:\n  \
           #       customization-framework:\n  \
           #         rules:\n  \
           #           prompting-without-evaluation: note\n",
        modeline("config")
    )
}

/// The entry of a pre-commit config: the whole repo, since a finding can hang on more than the files of a commit.
pub(super) const HOOK: &str = concat!(
    "  - repo: ",
    env!("CARGO_PKG_REPOSITORY"),
    "\n    rev: v",
    env!("CARGO_PKG_VERSION"),
    "\n    hooks:\n      - id: tunelint-repo\n"
);

/// A pre-commit config that holds nothing else.
pub(super) fn hooks() -> String {
    format!("repos:\n{HOOK}")
}

/// A workflow that checks pull requests and the main branch.
pub(super) const WORKFLOW_TEXT: &str = concat!(
    "\
name: tunelint
on:
  pull_request:
  push:
    branches: [main]
permissions: {}
jobs:
  check:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd  # v6.0.2
        with:
          # A pull request is held to the config and the waivers of its base branch, which is in the history.
          fetch-depth: 0
          persist-credentials: false
      - name: Check the LLM deployments
        uses: tunelint/tunelint@v",
    env!("CARGO_PKG_VERSION"),
    "
        # On a runner that brings its own tunelint, nothing is downloaded:
        # with:
        #   binary: tools/tunelint
"
);
