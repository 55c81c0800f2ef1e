//! The texts of an audit of many repositories, where it runs by itself: on Kubernetes or on GitHub.

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;

use super::plan::Planned;
use super::yaml::modeline;
use crate::discover::shown;
use crate::manifest::llm_deployment::API_VERSION;
use crate::output::sanitize::visible;

/// Where an audit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Platform {
    /// An Indexed Job, and one that merges what it wrote
    Kubernetes,
    /// A workflow with a matrix of shards, and a job that merges what they wrote
    Github,
}

/// What stands for our version in the texts.
const VERSION: &str = "TUNELINT_VERSION";

/// The files to write, and what to do then.
pub(super) fn files(platform: Platform, folder: &Path) -> (Vec<Planned>, String) {
    let text = |template: &str| template.replace(VERSION, env!("CARGO_PKG_VERSION"));
    let mut next = String::new();
    let plan = match platform {
        Platform::Kubernetes => {
            let name = "audit/kubernetes.yaml";
            let file = folder.join(name);
            let _ = write!(
                next,
                "\nNext: put in the image and the volumes that its first lines speak of, then begin.\n  kubectl apply \
                 --filename {}\n",
                visible(&shown(&file))
            );
            vec![Planned::new(name, text(include_str!("audit/kubernetes.yaml")))]
        }
        Platform::Github => {
            next.push_str(
                "\nNext: write down what the organisation holds its repositories to, commit, and give the workflow its \
                 token.\n  gh secret set AUDIT_TOKEN\n  gh workflow run tunelint-audit.yaml\n",
            );
            let workflow = text(include_str!("audit/github.yaml"));
            vec![
                Planned::new("audit/organisation.yaml", organisation()),
                Planned::new(".github/workflows/tunelint-audit.yaml", workflow),
            ]
        }
    };
    (plan, next)
}

/// An organisation's config that says nothing yet.
fn organisation() -> String {
    format!(
        "{}# What the organisation holds its repositories to. Each repository's own config applies over it, but for what is\n\
         # locked here.\n\
         apiVersion: {API_VERSION}\n\
         kind: Config\n\
         spec:\n  \
           # The most days that a waiver may hold for.\n  \
           maxWaiverDays: 365\n\n  \
           # packs:\n  \
           #   customization-framework:\n  \
           #     parameters:\n  \
           #       minMonthlyRequests: {{value: 400000, locked: true, reason: What serving costs us}}\n  \
           #     rules:\n  \
           #       regulated-fine-tuning-off-private-hosting: {{locked: true}}\n",
        modeline("config")
    )
}
