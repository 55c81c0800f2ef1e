//! Packs of many rules, the same ones each time: what a large company might hold its deployments against.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What a rule asks for, and whether of tuned, prompted or hybrid deployments; every shape is one that packs have.
const SHAPES: [(&str, &str); 12] = [
    ("customization.strategy == 'fine-tuning'", "workload.monthlyRequests >= params.floor"),
    ("customization.strategy == 'prompting'", "requirements.consistency != 'strict' || has(model.revision)"),
    (
        "customization.strategy in ['fine-tuning', 'hybrid']",
        "present(lifecycle.registry) || stage != 'production'",
    ),
    ("customization.strategy == 'hybrid'", "customization.method != 'full'"),
    (
        "customization.strategy == 'fine-tuning' && stage == 'production'",
        "budget.recurringMonthlyUsd > params.floor && owner != ''",
    ),
    (
        "customization.strategy == 'prompting' && stage == 'pilot'",
        "owner.startsWith('team-') || owner.contains('@')",
    ),
    (
        "customization.strategy == 'hybrid' && has(requirements.compliance.frameworks)",
        "requirements.compliance.frameworks.all(framework, framework in params.known)",
    ),
    (
        "customization.strategy == 'fine-tuning' && has(budget.pricePer1kTokensUsd)",
        "workload.monthlyRequests * workload.tokensPerRequest / 1000.0 * budget.pricePer1kTokensUsd >= params.floor",
    ),
    (
        "customization.strategy == 'prompting'",
        "metadata.annotations['example.com/cost-centre'].orValue('CC-1').matches('^CC-[0-9]+$')",
    ),
    ("customization.strategy == 'hybrid'", "hosting.kind != 'vendor-api' || present(lifecycle.exitPlan)"),
    (
        "customization.strategy in ['prompting', 'hybrid']",
        "requirements.dataSensitivity.orValue('public') != 'restricted' || hosting.kind == 'on-premises'",
    ),
    (
        "customization.strategy in ['fine-tuning', 'hybrid']",
        "!('serving' in lifecycle.expertise) || stage != 'pilot'",
    ),
];

/// Which rules a pack has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mix {
    /// Of every strategy in turn.
    Mixed,
    /// So many that tuned deployments can meet; all others speak of hybrids.
    Meeting(usize),
}

/// Writes a pack of `count` rules into a folder.
pub(crate) fn write(folder: &Path, count: usize, mix: Mix) {
    fs::create_dir_all(folder).unwrap();
    let pack = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: many}\nspec:\n  title: Many rules\n  \
                version: 1.0.0\n  license: MIT\n  parameters:\n    floor: {default: 0, description: The least}\n    \
                known: {default: [soc2, hipaa, iso27001, pci-dss, gdpr], description: Frameworks}\n";
    fs::write(folder.join("pack.yaml"), pack).unwrap();
    for number in 0..count {
        let name = format!("rule-{number:03}");
        fs::write(folder.join(format!("{name}.yaml")), rule(&name, number, mix)).unwrap();
    }
}

fn rule(name: &str, number: usize, mix: Mix) -> String {
    let mut shape = SHAPES[number % SHAPES.len()];
    if let Mix::Meeting(met) = mix {
        let strategy = if number < met { "fine-tuning" } else { "hybrid" };
        let when = if number < met { SHAPES[0].0 } else { SHAPES[3].0 };
        assert!(when.contains(strategy));
        shape.0 = when;
    }
    let (when, require) = shape;
    let mut text = String::new();
    write!(
        text,
        "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {{name: {name}}}\nspec:\n  summary: Standard {number} \
         of the handbook is not kept\n  severity: warning\n  waivable: true\n  precision: high\n  tags: [handbook]\n  \
         why: >-\n    The handbook asks for it in its section {number}, for reasons that it states at some length and \
         that a reader of\n    this rule can look up there when they doubt it.\n  when: >-\n    {when}\n  require: >-\n    \
         {require}\n  message: >-\n    {{metadata.name}} does not keep standard {number} of the handbook in its stage \
         {{stage}}\n  help: Read the handbook, and change the deployment or ask for a waiver.\n  examples:\n    pass:\n      \
         - {{customization: {{strategy: prompting}}, workload: {{monthlyRequests: {number}}}}}\n      - customization: \
         {{strategy: hybrid}}\n        requirements: {{compliance: {{level: standard}}}}\n    fail:\n      - \
         {{customization: {{strategy: fine-tuning}}, workload: {{monthlyRequests: 1}}}}\n    skip:\n      - {{stage: \
         pilot}}\n"
    )
    .unwrap();
    text
}
