//! The reference of all rules is what the packs say, and what it says can be followed.

use std::collections::BTreeSet;

use super::document::Document;
use super::tunelint;

/// Where it stands.
const REFERENCE: &str = "policies/README.md";

#[test]
fn the_reference_is_what_the_packs_say() {
    let output = tunelint(&["rules", "--format", "markdown"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    Document::expect_file(REFERENCE, &String::from_utf8(output.stdout).unwrap());
}

#[test]
fn every_rule_and_every_built_in_id_has_a_section_under_its_own_name() {
    let reference = Document::read(REFERENCE);
    let list = tunelint(&["rules", "--format", "json"]).stdout;
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    let packs = list["packs"].as_array().unwrap();
    let ids = packs.iter().flat_map(|pack| pack["rules"].as_array().unwrap());
    let ids: Vec<&str> =
        ids.chain(list["builtIn"].as_array().unwrap()).map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(ids.len() > 40, "{ids:?}");
    for id in ids {
        assert!(reference.text.contains(&format!("\n### {id}\n")), "{id} has no section");
    }
}

#[test]
fn every_link_within_the_reference_leads_to_a_heading() {
    let reference = Document::read(REFERENCE).text;
    let outside = regex::Regex::new("(?ms)^```.*?^```$").unwrap().replace_all(&reference, "").into_owned();
    let headings: Vec<String> = outside
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect();
    let unique: BTreeSet<&String> = headings.iter().collect();
    assert_eq!(unique.len(), headings.len(), "two headings have the same anchor");
    let link = regex::Regex::new(r"\]\(#([^)]+)\)").unwrap();
    let mut links = 0;
    for found in link.captures_iter(&outside) {
        links += 1;
        assert!(headings.iter().any(|heading| *heading == found[1]), "no heading for #{}", &found[1]);
    }
    assert!(links > 39, "only {links} links");
}
