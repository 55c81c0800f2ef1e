//! Where waivers stand, as the rows of an audit tell it.

use crate::common::{Tree, manifest};
use crate::support::{audit, rows, word};

const RULE: &str = "fine-tuning-below-volume";

/// An entry of a waivers file.
fn entry(rule: &str, deployment: &str, expires: &str, more: &str) -> String {
    format!(
        "    - {{rule: {rule}, deployment: {deployment}, reason: agreed, owner: team-x, approvedBy: lead, \
         expires: {expires}{more}}}\n"
    )
}

#[test]
fn each_waiver_stands_where_what_it_excuses_and_what_is_told_of_it_put_it() {
    let tree = Tree::new();
    for name in ["excused", "worse"] {
        let tuned = manifest(name).replace("prompting", "fine-tuning");
        tree.write(format!("repo/{name}.yaml"), tuned + "  workload: {monthlyRequests: 1000}\n");
    }
    tree.write("repo/good.yaml", manifest("good"));
    let (later, before) = ("2027-01-31", "2026-10-31");
    let entries = [
        (entry(RULE, "excused", later, ""), "in-use"),
        (entry(RULE, "worse", later, ", value: 2000"), "lapsed"),
        // It is told of as a second one as well.
        (entry(RULE, "worse", later, ", value: 2000"), "lapsed"),
        (entry(RULE, "worse", before, ""), "expired"),
        (entry(RULE, "good", later, ""), "unused"),
        (entry("schema", "good", later, ""), "rejected"),
    ];
    let text: String = entries.iter().map(|(entry, _)| entry.as_str()).collect();
    let head = "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n";
    tree.write("repo/.tunelint/waivers.yaml", format!("{head}{text}"));
    let words = ["repo", "--dataset=kept", "--fail-on=never", "--select", RULE];
    audit(&tree, "", &words);
    let rows = rows(&tree.path("kept"), "waivers");
    let states: Vec<&str> = rows.iter().map(|row| word(row, "state")).collect();
    assert_eq!(states, entries.each_ref().map(|(_, state)| *state));
}
