//! The shape of the code: what may import what, and who alone may touch a parser, a renderer or the file system.
//!
//! The tables are the rule and the code follows them; a new module has a row here before it compiles in CI.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test of the sources has to read them")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate and what it may import of ours. Data flows down the table, imports point up it.
const FLOW: &[(&str, &[&str])] = &[
    // Foundations.
    ("source", &[]),
    ("nearest", &[]),
    ("threads", &[]),
    ("globs", &[]),
    ("finding", &["source"]),
    ("document", &["source", "finding"]),
    // Flow.
    ("marker", &["source", "document"]),
    ("discover", &["source", "threads", "globs", "finding"]),
    ("read", &["source", "finding", "document", "marker", "discover"]),
    ("git", &[]),
    ("manifest", &["source", "nearest", "finding", "document"]),
    ("link", &["source", "finding", "document", "manifest"]),
    ("schema", &["source", "nearest", "finding", "document", "manifest"]),
    ("supplied", &["source", "nearest", "finding", "document", "manifest", "schema"]),
    ("policy", &["source", "nearest", "threads", "globs", "finding", "document", "manifest", "schema"]),
    ("config", &["source", "nearest", "globs", "finding", "document", "schema", "policy"]),
    (
        "workspace",
        &["source", "threads", "globs", "finding", "marker", "discover", "read", "git", "policy", "config"],
    ),
    (
        "exceptions",
        &["source", "nearest", "finding", "document", "link", "schema", "supplied", "policy", "config"],
    ),
    ("report", &["source", "finding", "manifest", "policy"]),
    ("changed", &["source", "finding", "manifest", "link", "report"]),
    ("impact", &["source", "finding", "discover", "manifest", "policy"]),
    ("trust", &["source", "finding", "policy", "config", "exceptions", "impact"]),
    (
        "pipeline",
        &[
            "source",
            "threads",
            "finding",
            "document",
            "marker",
            "discover",
            "read",
            "manifest",
            "link",
            "schema",
            "supplied",
            "policy",
            "exceptions",
            "report",
            "changed",
            "impact",
            "trust",
        ],
    ),
    ("audit", &["source", "finding", "git", "policy", "exceptions", "report"]),
    (
        "output",
        &["source", "threads", "finding", "document", "manifest", "policy", "report", "impact", "audit"],
    ),
    (
        "cli",
        &[
            "source",
            "nearest",
            "threads",
            "globs",
            "finding",
            "document",
            "marker",
            "discover",
            "read",
            "git",
            "manifest",
            "link",
            "schema",
            "supplied",
            "policy",
            "config",
            "workspace",
            "exceptions",
            "report",
            "changed",
            "impact",
            "trust",
            "pipeline",
            "audit",
            "output",
        ],
    ),
];

/// What only some files may mention: the path as code writes it, and the prefixes of the files below `src/`.
const OWNERS: &[(&str, &[&str])] = &[
    ("granit_parser", &["document/"]),
    ("jsonschema", &["schema/", "document/json.rs"]),
    ("miette", &["output/human/", "output/excerpt.rs", "output/testing/"]),
    ("quick_junit", &["output/junit.rs", "output/testing/"]),
    ("minijinja", &["output/audit/html/"]),
    ("ignore", &["discover"]),
    ("serde_saphyr", &["exceptions/", "cli/"]),
    ("walkdir", &["discover", "policy/", "schema/"]),
    ("globset", &["discover", "globs.rs", "supplied/", "exceptions/"]),
    ("clap", &["cli/"]),
    ("parquet", &["audit/dataset"]),
    ("std::fs", &["discover", "read.rs", "policy/library.rs", "audit/dataset", "cli/"]),
    ("std::env", &["main.rs", "discover", "cli/"]),
    ("std::net", &[]),
    ("std::process", &["main.rs", "git/", "cli/"]),
];

/// Lines of a file, its tests not counted, above which there are two things in it.
const MOST_LINES: usize = 600;

/// A source file of the crate.
struct File {
    /// Below `src/`, with forward slashes.
    path: String,
    /// Its text without comments and unit tests.
    code: String,
}

impl File {
    /// The top module that the file belongs to.
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }
}

#[test]
fn imports_point_up_the_flow() {
    let mut wrong = Vec::new();
    for file in sources() {
        let module = file.module();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = FLOW.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: the module `{module}` has no row in FLOW", file.path));
            continue;
        };
        for import in imports(&file.code) {
            if import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{module}` imports `{import}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_points_up() {
    for (index, (module, allowed)) in FLOW.iter().enumerate() {
        for import in *allowed {
            let above = FLOW[..index].iter().any(|(name, _)| name == import);
            assert!(above, "`{module}` may import `{import}`, which does not stand above it");
        }
    }
}

#[test]
fn what_has_an_owner_is_touched_by_nobody_else() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (path, owners) in OWNERS {
            if !owners.iter().any(|owner| file.path.starts_with(owner)) && mentions(&file.code, path) {
                wrong.push(format!("{} mentions `{path}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_small_and_have_a_subject() {
    let mut wrong = Vec::new();
    for file in sources() {
        let name = file.path.rsplit('/').next().unwrap();
        if matches!(name, "utils.rs" | "util.rs" | "helpers.rs" | "misc.rs" | "common.rs") {
            wrong.push(format!("{}: name the file after what is in it", file.path));
        }
        let text = fs::read_to_string(root().join("src").join(&file.path)).unwrap();
        let lines = without_tests(&text).lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{}: {lines} lines, above {MOST_LINES}", file.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rules_id_is_its_file_stem() {
    let mut rules = 0;
    for path in files_below(&root().join("policies"), "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        let value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if stem != "pack" {
            rules += 1;
            assert_eq!(value["metadata"]["name"].as_str(), Some(stem), "{}", path.display());
        }
    }
    assert!(rules > 0, "no rule was found");
}

#[test]
fn imports_are_read_from_groups_and_paths() {
    let code = without_comments(
        "use crate::{finding::{Label, Place}, source};\nfn f() -> crate::report::Exit { x } // crate::cli\n",
    );
    let expected = ["finding", "report", "source"].map(str::to_owned);
    assert_eq!(imports(&code), BTreeSet::from(expected));
}

#[test]
fn a_mention_is_a_whole_path() {
    assert!(mentions("use ignore::WalkBuilder;", "ignore"));
    assert!(mentions("use ignore;", "ignore"));
    assert!(mentions("let text = std::fs::read(path);", "std::fs"));
    assert!(mentions("use std::{fmt, fs};", "std::fs"));
    assert!(!mentions("self.ignore(); tunelint_ignore::x(); let ignore = 1;", "ignore"));
    assert!(!mentions("use std::{fmt, io};", "std::fs"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<File> {
    let source = root().join("src");
    let files: Vec<File> = files_below(&source, "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
            File { path: relative, code: without_comments(without_tests(&text)) }
        })
        .filter(|file| !file.path.ends_with("/tests.rs") && !file.path.contains("/tests/"))
        .collect();
    assert!(!files.is_empty(), "no source was found");
    files
}

/// Files with an extension below a folder, sorted.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// The text before its unit tests, which close every file that has some.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests").map_or(text, |at| &text[..at])
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| match line.find("//") {
        // In a text (`"https://"`), the slashes begin no comment.
        Some(at) if line[..at].matches('"').count().is_multiple_of(2) => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The modules of ours that a text names: the first segments after `crate::`.
fn imports(code: &str) -> BTreeSet<String> {
    first_segments(code, "crate")
}

/// The segments that follow `root::` in a text, also those in a group.
fn first_segments(code: &str, root: &str) -> BTreeSet<String> {
    let path = format!("{root}::");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(&path) {
        if code[..at].chars().next_back().is_some_and(|before| is_word(before) || before == ':') {
            continue;
        }
        let rest = &code[at + path.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest).to_owned());
            continue;
        };
        let mut depth = 0_u32;
        let mut begins = true;
        for (index, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && is_word(character) => {
                    found.insert(word(&group[index..]).to_owned());
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether code names a path: `ignore::…`, `use ignore;`, `std::fs` alone or in a group.
fn mentions(code: &str, path: &str) -> bool {
    match path.split_once("::") {
        Some((root, segment)) => first_segments(code, root).contains(segment),
        None => !first_segments(code, path).is_empty() || code.contains(&format!("use {path};")),
    }
}

fn word(text: &str) -> &str {
    text.find(|character| !is_word(character)).map_or(text, |end| &text[..end])
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
