//! Rules may speak of every fact, entries of labels and annotations among them.

use crate::common::{Tree, manifest};
use crate::texts::{check, of_rule, pack, places, rule, told};

/// A good manifest with annotations.
fn annotated(tree: &Tree, annotations: &str) {
    let text =
        manifest("good").replacen("  name: good", &format!("  name: good\n  annotations: {annotations}"), 1);
    tree.write("good.yaml", text);
}

const CENTRE: &str = "metadata.annotations['example.com/cost-centre']";

/// What a rule with this requirement says of a deployment with these annotations: outcome, and its places.
fn says(require: &str, annotations: &str) -> Option<(String, Vec<String>)> {
    let tree = Tree::new();
    annotated(&tree, annotations);
    tree.write("policies/pack.yaml", pack("own", ""));
    let require = format!("\"{}\"", require.replace('"', "\\\""));
    tree.write("policies/of-a-key.yaml", rule("of-a-key", &require));
    let outcome = check(&tree);
    assert_eq!(told(&tree, &outcome), [""; 0]);
    let findings = of_rule(&outcome, "of-a-key");
    assert!(findings.len() < 2);
    let finding = findings.first()?;
    Some((finding["outcome"].as_str().unwrap().to_owned(), places(&tree, finding)))
}

#[test]
fn a_key_with_dots_and_slashes_is_read_and_pointed_at() {
    let annotations = "{example.com/cost-centre: CC-7, other: x}";
    let at = "good.yaml `CC-7` example.com/cost-centre is CC-7";
    for (require, holds) in [
        (format!("{CENTRE} == 'CC-7'"), true),
        (format!("{CENTRE} == 'CC-8'"), false),
        (format!("{CENTRE}.matches('^CC-[0-9]+$')"), true),
        (format!("!has({CENTRE})"), false),
        (format!("present({CENTRE})"), true),
        (format!("{CENTRE} in ['CC-1', 'CC-2']"), false),
        ("'example.com/cost-centre' in metadata.annotations".to_owned(), true),
        (format!("{CENTRE}.orValue('CC-8') == 'CC-8'"), false),
    ] {
        let said = says(&require, annotations);
        match said {
            None => assert!(holds, "{require}"),
            Some((outcome, places)) => {
                assert!(!holds && outcome == "fail", "{require}: {outcome}");
                assert_eq!(places, [at], "{require}");
            }
        }
    }
}

#[test]
fn a_key_that_is_missing_is_told_by_its_name_where_it_would_stand() {
    let missing = vec![
        "good.yaml `annotations` metadata.annotations['example.com/cost-centre'] is not declared".to_owned(),
    ];
    for (require, outcome) in [
        (format!("{CENTRE} == 'CC-7'"), "undetermined"),
        (format!("has({CENTRE})"), "fail"),
        (format!("present({CENTRE})"), "fail"),
        (format!("{CENTRE}.orValue('none') != 'none'"), "fail"),
    ] {
        let said = says(&require, "{other: x}");
        assert_eq!(said, Some((outcome.to_owned(), missing.clone())), "{require}");
    }
    assert_eq!(says(&format!("{CENTRE}.orValue('none') == 'none'"), "{other: x}"), None);
    assert_eq!(says(&format!("!({CENTRE}.orValue('none') != 'none')"), "{}"), None);
}

#[test]
fn the_keys_of_a_map_are_walked() {
    let require = "metadata.annotations.all(key, key.startsWith('example.com/'))";
    assert_eq!(says(require, "{example.com/a: x, example.com/b: y}"), None);
    let (outcome, places) = says(require, "{example.com/a: x, b: y}").unwrap();
    assert_eq!((outcome.as_str(), places), ("fail", vec!["good.yaml `y` b is y".to_owned()]));
}
