//! The page on datasets: its queries are the files beside it, and its tables are the columns that are written.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tunelint::audit::Header;
use tunelint::audit::dataset::{Table, columns};

use super::document::Document;
use super::root;

/// Where it stands.
const PAGE: &str = "schemas/audit/README.md";
/// The folder of its queries.
const QUERIES: &str = "schemas/audit/queries";

#[test]
fn the_columns_described_are_those_written() {
    let page = Document::read(PAGE);
    for table in Table::ALL {
        let mut expected = "| column | type | null | meaning |\n|---|---|---|---|\n".to_owned();
        for column in columns(table) {
            let null = if column.nullable { "yes" } else { "" };
            writeln!(expected, "| `{}` | {} | {null} | {} |", column.name, column.kind, column.meaning)
                .unwrap();
        }
        page.expect_block(table.name(), &expected);
    }
}

#[test]
fn the_fields_of_the_head_described_are_those_written() {
    let text = r#"{"schema": "", "tool": {"name": "", "version": ""}, "today": "2026-11-24", "snapshots": [],
        "show_passed": false, "packs": [], "repos": [], "missing": [], "complete": true}"#;
    let head: Header = serde_json::from_str(text).unwrap();
    let written = serde_json::to_value(head).unwrap();
    let page = Document::read(PAGE);
    let described: BTreeSet<String> = page.first_cells("| field | meaning |").into_iter().collect();
    assert_eq!(described, written.as_object().unwrap().keys().cloned().collect());
}

#[test]
fn columns_have_names_of_their_own_and_meanings_that_fit_into_a_table() {
    for table in Table::ALL {
        let columns = columns(table);
        let names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), columns.len(), "{}", table.name());
        for column in columns {
            assert!(
                column.name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()),
                "{}",
                column.name
            );
            assert!(
                column.meaning.ends_with('.') && !column.meaning.contains(['|', '\n']),
                "{}",
                column.meaning
            );
        }
    }
}

#[test]
fn the_queries_shown_are_the_files_and_none_is_left_out() {
    let page = Document::read(PAGE);
    let mut shown = BTreeSet::from(["duckdb.sql".to_owned(), "spark.sql".to_owned()]);
    for (block, name) in [
        ("below-volume", "below-volume.sql"),
        ("strict-compliance", "strict-compliance.sql"),
        ("waivers-query", "waivers.sql"),
        ("open-findings", "open-findings.sql"),
        ("trend", "trend.sql"),
    ] {
        let query = Document::read(&format!("{QUERIES}/{name}"));
        page.expect_block(block, &format!("```sql\n{}```\n", query.text));
        shown.insert(name.to_owned());
    }
    let files = std::fs::read_dir(root().join(QUERIES)).unwrap();
    let files: BTreeSet<String> =
        files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, shown);
}

#[test]
fn every_rule_that_a_query_names_is_there() {
    let rule = regex::Regex::new("'((?:fine-tuning|prompting|hybrid)-[a-z-]+)'").unwrap();
    let mut found = 0;
    for name in ["below-volume", "strict-compliance"] {
        let query = Document::read(&format!("{QUERIES}/{name}.sql")).text;
        for id in rule.captures_iter(&query) {
            found += 1;
            let file = root().join(format!("policies/customization-framework/{}.yaml", &id[1]));
            assert!(file.exists(), "{name}.sql names {}", &id[1]);
        }
    }
    assert_eq!(found, 4);
}
