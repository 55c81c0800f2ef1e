//! The text of the first manifest.

use super::answers::Answers;
use super::yaml::{modeline, scalar};
use crate::manifest::llm_deployment::{API_VERSION, KIND};

/// The manifest, with what is assumed marked as such; `artifact` is a file that it is taken to describe.
pub(super) fn manifest(answers: &Answers, artifact: Option<&str>) -> String {
    let Answers { name, owner, stage, strategy, hosting, model, monthly_requests } = answers;
    let [name_, owner, stage, strategy, hosting, model] =
        [name, owner, stage, strategy, hosting, model].map(|text| scalar(text));
    let artifacts = artifact.map_or_else(String::new, |file| {
        format!("  artifacts:  # other files of this deployment\n    - {}\n", scalar(file))
    });
    format!(
        "{modeline}# What a team says about one deployment of a language model. `tunelint check` holds it against the\n\
         # policies, `tunelint schema manifest` prints all that can be said.\n\
         apiVersion: {API_VERSION}\n\
         kind: {KIND}\n\
         metadata:\n  \
           name: {name_}\n\
         spec:\n  \
           owner: {owner}\n  \
           stage: {stage}  # proof-of-concept, pilot or production\n  \
           customization:\n    \
             strategy: {strategy}  # prompting, fine-tuning or hybrid\n  \
           model:\n    \
             base: {model}  # pinned by a date in its name, or by `revision`\n  \
           hosting:\n    \
             kind: {hosting}  # on-premises, private-cloud, public-cloud or vendor-api\n  \
           workload:\n    \
             monthlyRequests: {monthly_requests}  # once it has settled, not today\n  \
           # Assumed, until you say how it is. Rules hang on each of these.\n  \
           requirements:\n    \
             accuracy:\n      \
               tolerance: moderate  # strict, moderate or relaxed\n    \
             compliance:\n      \
               level: none  # none, standard or strict\n    \
             dataSensitivity: internal  # public, internal, confidential or restricted\n    \
             consistency: tolerant  # strict or tolerant\n\
         {artifacts}  \
           # What rules ask for later, with the stage and the strategy:\n  \
           # lifecycle:\n  \
           #   evaluation:\n  \
           #     suite: evals/{name}.yaml\n  \
           # budget:\n  \
           #   promptEngineeringAnnualUsd: 20000\n",
        modeline = modeline("manifest"),
    )
}
