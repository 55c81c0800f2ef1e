//! The texts of a first rule of one's own, and of the pack it lies in.

use super::yaml::modeline;
use crate::manifest::llm_deployment::API_VERSION;

/// The pack's name, and its folder's.
const PACK: &str = "own";

/// The folder of the pack, from the folder of the repo.
pub(super) const FOLDER: &str = "policies/own";

/// Whether a rule may be called so: words in lower case, joined by hyphens.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|own| own.is_ascii_lowercase() || own.is_ascii_digit())
        })
}

/// The pack.
pub(super) fn pack() -> String {
    format!(
        "{}apiVersion: {API_VERSION}\n\
         kind: Pack\n\
         metadata: {{name: {PACK}}}\n\
         spec:\n  \
           title: Rules of our own\n  \
           version: 0.1.0\n  \
           license: LicenseRef-internal\n  \
           parameters:\n    \
             maxPilotRequests:  # params.maxPilotRequests in rules; a repo's config can set another value\n      \
               default: 10000\n      \
               unit: requests/month\n      \
               description: Most requests a month that anything short of production may expect\n      \
               source: Write here who decided it, and when\n",
        modeline("pack")
    )
}

/// A rule that works as it stands, to be written over. A pack that was there before may not have our parameter: the
/// rule then has the number itself.
pub(super) fn rule(name: &str, has_parameter: bool) -> String {
    let (threshold, shown) = if has_parameter {
        ("params.maxPilotRequests", "{params.maxPilotRequests}")
    } else {
        ("10000", "10,000")
    };
    format!(
        "{modeline}# An example that works, to be written over: `tunelint test policies` runs the examples at its end, and\n\
         # `tunelint schema manifest` prints the facts that rules can speak of.\n\
         apiVersion: {API_VERSION}\n\
         kind: Rule\n\
         metadata: {{name: {name}}}  # the file's name, too: name the bad pattern\n\
         spec:\n  \
           summary: More requests than anything short of production may have\n  \
           severity: error  # error, warning or note\n  \
           waivable: true\n  \
           precision: high\n  \
           tags: [volume]\n  \
           why: >-\n    \
             What is not in production is not watched, backed up or on call. Traffic that people rely on belongs\n    \
             where it is.\n  \
           # Of which deployments the rule speaks. A missing fact here keeps it silent.\n  \
           when: stage != 'production'\n  \
           # What has to hold. A missing fact here is told: the rule cannot be decided without it.\n  \
           require: workload.monthlyRequests <= {threshold}\n  \
           message: >-\n    \
             {{metadata.name}} expects {{workload.monthlyRequests}} requests a month before production, more than\n    \
             {shown}\n  \
           help: Bring it into production, or keep its traffic small until it is there.\n  \
           examples:\n    \
             pass:\n      \
               - {{stage: pilot, workload: {{monthlyRequests: 10000}}}}\n    \
             fail:\n      \
               - {{stage: pilot, workload: {{monthlyRequests: 10001}}}}\n      \
               - {{stage: proof-of-concept, workload: {{monthlyRequests: 2000000}}}}\n    \
             skip:\n      \
               - {{stage: production, workload: {{monthlyRequests: 10001}}}}\n    \
             undetermined:\n      \
               - {{stage: pilot, workload: {{domain: narrow}}}}\n",
        modeline = modeline("policy"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_words_joined_by_hyphens() {
        assert!(is_id("pilot-too-large") && is_id("a1"));
        for wrong in ["", "-a", "a-", "a--b", "A", "1a", "a_b", "a/b", "../a", "a b"] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }
}
