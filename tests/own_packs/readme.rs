//! The README's pack of one's own, written down and run.

use crate::common::{Tree, manifest};
use crate::texts::{of_rule, places};

/// The YAML blocks of the README that begin with the name of their file.
fn files() -> Vec<(String, String)> {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```\n").next());
    blocks
        .filter_map(|block| {
            let name =
                block.lines().next()?.strip_prefix("# ").filter(|name| name.starts_with("policies/"))?;
            Some((name.to_owned(), block.to_owned()))
        })
        .collect()
}

#[test]
fn the_readmes_own_rule_passes_its_examples_and_finds_something() {
    let tree = Tree::new();
    let files = files();
    assert_eq!(files.len(), 2, "{files:?}");
    for (name, text) in files {
        tree.write(name, text);
    }
    let outcome = tree.run(&["test", "policies"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.stdout.starts_with(
            "2 conditions decided both ways (100 %)\n1 rule, 3 examples, 1 threshold: no mistakes"
        ),
        "{outcome:?}"
    );
    tree.write("bot.yaml", format!("{}  workload: {{monthlyRequests: 300000}}\n", manifest("bot")));
    let outcome = tree.check(&["--policies", "policies", "bot.yaml"]);
    let findings = of_rule(&outcome, "volume-without-capacity-plan");
    assert_eq!(findings.len(), 1);
    assert_eq!(
        places(&tree, &findings[0]),
        [
            "bot.yaml `metadata` metadata.annotations['example.com/capacity-plan'] is not declared",
            "bot.yaml `300000` monthlyRequests is 300,000, just at 300,000 (minMonthlyRequests)",
            "policies/pack.yaml `300000` minMonthlyRequests is set to 300,000 here",
        ]
    );
}
