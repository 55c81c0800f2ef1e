//! The plain reader against the general one: whenever it reads a text at all, both read the same.
#![allow(clippy::disallowed_methods, reason = "the texts are files of the project")]

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

use super::read;
use crate::document::{Limits, parse};

#[path = "../../../tests/yaml_text/mod.rs"]
mod yaml_text;

/// Asserts that the plain reader gives nothing or what the general one gives; tells whether it gives something.
fn compare(text: &str, limits: &Limits) -> bool {
    let text: Arc<str> = text.into();
    let Some(plain) = read(&text, limits) else { return false };
    let general = parse::read(&text, limits);
    // Written out, so that not-a-number equals itself and the two zeros differ.
    assert_eq!(format!("{plain:?}"), format!("{general:?}"), "{text:?}");
    true
}

/// The same with and without comments.
fn reads(text: &str) -> bool {
    let limits = Limits::default();
    compare(text, &Limits { comments: false, ..limits.clone() }) | compare(text, &limits)
}

#[test]
fn what_manifests_are_written_in_is_read() {
    for text in [
        "a: b",
        "a: b\n",
        "a: b\r\nc:\r\n  d: e # f\r\n",
        "# head\n\na: b  # c\n# d\n  # e\nf: 1\n\n# g\n\n",
        "a:\nb: # c\nc:\n  d:\n  e:\nf:\n",
        "a:\n  - b\n  - c: d\n    e: f\n  -   g: h\n      i:\n        - j\n",
        "a:\n- b\n- c:\n  - d\n  e: f\n- g\nh: i\n",
        "- a\n- b: c\n- - d\n  - e\n-  - f: g\n     h: i\n",
        "  a: b\n  c: d\n",
        "a: [b, 'c', \"d\", [e, {f: g}], {}, [ ], { h: [1, 2.5, true, ~, null] }] # i\nj: {k: l, m: {n: o}}\n",
        "- [a, b]\n- {c: d}\n- [[a], [b]]\n",
        "a: 'it''s'\n'b''c': d\n\"e f\": \"g # h: i\"\n'': ''\n",
        "a: http://b/c#d\ne: f, g [h] {i} j\nk: -5\nl: --m\n-n: o\np: 1:30\nq: =\n",
        "a: 12\nb: 0x1F\nc: 1e400\nd: .nan\ne: -.inf\nf: no\n12: g\n~: h\ntrue: i\n",
        "a b c: d   e  f  \ng: é✓😀\u{a0}\né: h\n",
        "---\na: b\n",
        "# a\n---  # b\n# c\nd: e\n# f\n---\n# g\nh:\n  i:\n# j\n",
        "a: b\n---\n- c\n---\n  d: e\n",
        "a: {b: x:y, c: d#e, f: -1, g: \"h: i, j\"}\n",
        "a: >-\n  b\nc: |\n    d\n    e\nf: >\n  g\n  h\n\n  i\n\n\nj: |-\n  k\n   l\n",
        "- >-\n  a\n  b: c\n- - |\n   d\n  - e: >\n      f\n    g: |-\n        h # i\n",
        "a:\n- |\n  b\n- >-\n b\nc: >-  # d\n  # e\n  f  \n# g\n  # h\n",
        "a: >\r\n  b\r\n  c\r\nd: |-\r\n  e\r\n",
        "a: >\n  b\n   c\n  d\n\n   e\n\n  f\n  é\n---\ng: |\n  h",
    ] {
        assert!(reads(text), "{text:?}");
    }
}

#[test]
fn what_may_mean_something_else_is_left_to_the_general_reader() {
    for text in [
        "",
        "# only a comment\n",
        "a",
        "[a]\n",
        "{a: b}\n",
        "'a'\n",
        "\u{feff}a: b\n",
        "a: b\rc: d\n",
        "a: b\r",
        "a:\tb\n",
        "a: b\u{7f}\n",
        "a: b\u{85}\n",
        "a: b # \u{1}\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "<<: {a: b}\n",
        "? a\n: b\n",
        "a: |\n",
        "a: |\nb: c\n",
        "a: |\n\n  b\n",
        "a: |+\n  b\n",
        "a: |2\n  b\n",
        "a: |-2\n  b\n",
        "a: >b\n  c\n",
        "a: >- b\n  c\n",
        "a: |\n b\n   \n",
        "a: |\n  b\n c: d\n",
        "a: [>-\n  b]\n",
        "- |\nb\n",
        "--- |\n  b\n",
        ">-\n  b\n",
        "a: b\n  c\n",
        "a:\n  b\n",
        "a: 'b\n  c'\n",
        "a: \"b\\nc\"\n",
        "a: [b,\n  c]\n",
        "a: {b: c\n",
        "a: [b, c,]\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: {b: }\n",
        "a: {\"b\":c}\n",
        "a: {[b]: c}\n",
        "a: [[b]: c]\n",
        "a: [-, b]\n",
        "a: [b # c]\n",
        "a: b: c\n",
        "a: b:\n",
        "a : b\n",
        "a:b\n",
        "a: 'b'c\n",
        "a: 'b'#c\n",
        "a: [b]c\n",
        "a: [b]#c\n",
        "a: [b]: c\n",
        "a: - b\n",
        "a: -\n",
        "-\n- a\n",
        "- # a\n  b\n",
        "- -\n",
        "a:\n- b\n c: d\n",
        "a:\n    b: c\n  d: e\n",
        "a: b\n c: d\n",
        "  a: b\nc: d\n",
        "- a\nb: c\n",
        "a: b\n- c\n",
        "a: b\na: c\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\n...\n",
        "---\n---\na: b\n",
        "a: b\n---\n",
        "--- a: b\n",
        "---a: b\n",
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "a: , b\n",
    ] {
        let text: Arc<str> = text.into();
        assert!(read(&text, &Limits::default()).is_none(), "{text:?}");
    }
}

#[test]
fn what_is_over_a_limit_is_left_to_the_general_reader() {
    let text: Arc<str> = "a: {b: [c, d]}\n".into();
    let limits = Limits::default();
    assert!(read(&text, &Limits { nodes: 5, depth: 3, expanded: 5, ..limits.clone() }).is_some());
    assert!(read(&text, &Limits { nodes: 4, ..limits.clone() }).is_none());
    assert!(read(&text, &Limits { depth: 2, ..limits.clone() }).is_none());
    assert!(read(&text, &Limits { expanded: 4, ..limits.clone() }).is_none());
    for long in ["a".repeat(20_000) + ": b", format!("a: [{}b]", "b, ".repeat(9_000))] {
        assert!(read(&long.into(), &limits).is_none());
    }
    let nested = |levels: usize| format!("a: {}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(reads(&nested(64)) && !reads(&nested(65)));
}

#[test]
fn large_texts_are_looked_over_to_their_ends() {
    let lines = |count: usize| "list:\n".to_owned() + &"- key: é value\n".repeat(count);
    for count in [4_000, 4_200, 9_000] {
        let large = lines(count);
        assert!(reads(&large) && reads(large.trim_end()));
        for odd in ["a: b\tc", "a: b\u{85}", "a: \u{feff}", "a: b\rc: d", "a: b\r", "a: b # \u{7f}\n"] {
            assert!(!reads(&(large.clone() + odd)), "{odd:?}");
        }
    }
    assert!(!reads(&format!("a: {}\n", "b".repeat(100_000))));
}

/// Every YAML file of the project: manifests, rules, and what stands beside them in a repo.
static FILES: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<_> = ["tests/repos", "tests/data", "tests/packs", "policies"]
        .into_iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)))
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.extension().is_some_and(|found| found == "yaml" || found == "yml"))
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            Some((path, text))
        })
        .collect();
    found.sort();
    found
});

/// What in a text may keep it from being plain.
fn is_exotic(text: &str) -> bool {
    let marks = ["|+", ">+", "&", "*", "<<", "!", "\\", "\t", "{{", "\u{feff}", "\n...", "%"];
    marks.iter().any(|mark| text.contains(mark))
        || !parse::read(&text.into(), &Limits::default()).problems.is_empty()
}

#[test]
fn manifests_are_read_unless_something_exotic_is_in_them() {
    let mut manifests = 0;
    let mut left = Vec::new();
    for (path, text) in FILES.iter().filter(|(_, text)| text.contains("LLMDeployment")) {
        manifests += 1;
        if !reads(text) && !is_exotic(text) {
            left.push(path.display().to_string());
        }
    }
    println!("{} of {manifests} manifests left", left.len());
    assert!(left.is_empty(), "{left:#?}");
    assert!(manifests > 15, "{manifests}");
}

#[test]
fn every_file_of_the_project_is_read_alike() {
    let read = FILES.iter().filter(|(_, text)| reads(text)).count();
    println!("{read} of {} files", FILES.len());
}

/// The same of any folder: `PLAIN_READER_TEXTS` names it.
#[test]
fn every_file_of_a_folder_is_read_alike() {
    let Some(folder) = std::env::var_os("PLAIN_READER_TEXTS") else {
        println!("skipped: PLAIN_READER_TEXTS names no folder");
        return;
    };
    let (mut read, mut texts) = (0, 0);
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        if let Ok(text) = std::fs::read_to_string(entry.path()) {
            texts += 1;
            read += usize::from(reads(&text));
        }
    }
    println!("{read} of {texts} texts read, all alike");
    assert!(texts > 0);
}

/// What a mutation puts into a text.
const MARKS: [&str; 64] = [
    " ",
    "  ",
    "    ",
    "\n",
    "\n\n",
    "\n ",
    "\n  ",
    "\n    ",
    "\r",
    "\r\n",
    "\t",
    ":",
    ": ",
    ":\n",
    " :",
    "::",
    "-",
    "- ",
    "-\n",
    "\n- ",
    "\n-\n",
    "- - ",
    "--",
    "---",
    "\n---\n",
    "\n--- ",
    "\n...\n",
    ".",
    "#",
    " #",
    "# ",
    "\n#",
    "\n  # c\n",
    ",",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "[]",
    "{}",
    "{a: b}",
    "[a, b]",
    "'",
    "\"",
    "''",
    "\"\"",
    "\\",
    "?",
    "? ",
    "&a ",
    "*a",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    "<<: ",
    "~",
    "1",
    "\u{e9}",
    "\u{85}",
    "\u{feff}",
];

#[derive(Clone, Debug)]
enum Edit {
    /// Puts a mark in.
    Insert(Index, &'static str),
    /// Puts a mark in at the end or the beginning of what a line says.
    InsertAtEdge(Index, bool, &'static str),
    /// Takes out some characters.
    Remove(Index, usize),
    /// Changes a character.
    Replace(Index, char),
    /// Takes a line out.
    RemoveLine(Index),
    /// Puts a copy of a line elsewhere.
    CopyLine(Index, Index),
    /// Changes the indentation of some lines.
    Indent(Index, usize, isize),
    /// Ends the text early.
    Cut(Index),
    /// Ends its lines as Windows does.
    Return,
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    prop_oneof![
        6 => (index(), select(&MARKS[..])).prop_map(|(at, mark)| Edit::Insert(at, mark)),
        6 => (index(), any::<bool>(), select(&MARKS[..]))
            .prop_map(|(line, end, mark)| Edit::InsertAtEdge(line, end, mark)),
        3 => (index(), 1..4_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        2 => (index(), prop_oneof![prop::char::range(' ', '\u{7f}'), any::<char>()])
            .prop_map(|(at, character)| Edit::Replace(at, character)),
        3 => index().prop_map(Edit::RemoveLine),
        3 => (index(), index()).prop_map(|(from, to)| Edit::CopyLine(from, to)),
        5 => (index(), 1..5_usize, -4..5_isize).prop_map(|(line, count, by)| Edit::Indent(line, count, by)),
        1 => index().prop_map(Edit::Cut),
        1 => Just(Edit::Return),
    ]
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        match self {
            Self::Insert(at, mark) => {
                let at = at.index(characters.len() + 1);
                characters.splice(at..at, mark.chars());
            }
            Self::Remove(at, count) => {
                let at = at.index(characters.len() + 1);
                characters.drain(at..(at + count).min(characters.len()));
            }
            Self::Replace(at, character) => {
                let at = at.index(characters.len() + 1);
                characters.splice(at..(at + 1).min(characters.len()), [*character]);
            }
            Self::Cut(at) => characters.truncate(at.index(characters.len() + 1)),
            Self::Return => return text.replace('\n', "\r\n"),
            Self::InsertAtEdge(line, end, mark) => {
                let line = line.get(&lines).clone();
                let at = if *end { line.len() } else { line.len() - line.trim_start().len() };
                let edited = format!("{}{mark}{}", &line[..at], &line[at..]);
                return text.replacen(&line, &edited, 1);
            }
            Self::RemoveLine(line) => {
                lines.remove(line.index(lines.len()));
                return lines.join("\n");
            }
            Self::CopyLine(from, to) => {
                let line = from.get(&lines).clone();
                lines.insert(to.index(lines.len() + 1), line);
                return lines.join("\n");
            }
            Self::Indent(first, count, by) => {
                let first = first.index(lines.len());
                for line in lines.iter_mut().skip(first).take(*count) {
                    let indent = line.len() - line.trim_start_matches(' ').len();
                    let indented = " ".repeat(indent.saturating_add_signed(*by));
                    *line = indented + line.trim_start_matches(' ');
                }
                return lines.join("\n");
            }
        }
        characters.into_iter().collect()
    }
}

/// A stretch of lines of a file, short ones more often: what is rare in a manifest is then not too rare.
fn excerpt() -> impl Strategy<Value = String> {
    (select(&FILES[..]), any::<Index>(), prop_oneof![3 => 1..12_usize, 1 => 12..60_usize]).prop_map(
        |((_, text), first, count)| {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let first = first.index(lines.len().max(1));
            lines.iter().skip(first).take(count).copied().collect()
        },
    )
}

/// Texts of the marks and words that the plain reader knows, so that many of them are read.
fn assembled() -> impl Strategy<Value = String> {
    const PARTS: [&str; 50] = [
        "a: b\n",
        "c:\n",
        "d: 1\n",
        "- e\n",
        "- f: g\n",
        "- h:\n",
        "- - i\n",
        "-   j: k\n",
        "# l\n",
        "m: n # o\n",
        "p: [q, r]\n",
        "s: {t: u}\n",
        "- [v, {w: x}]\n",
        "y: 'z'\n",
        "\"a b\": \"c\"\n",
        "d: 'e''f'\n",
        "\n",
        " \n",
        "  ",
        "  ",
        "  ",
        "    ",
        " ",
        "---\n",
        "\r\n",
        "g",
        ":",
        " ",
        "-",
        "- ",
        "#",
        ",",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "h i: j k\n",
        "l:  m  \n",
        "n: -1\n",
        "- -o\n",
        "p:q: r\n",
        "null",
        "q: |\n",
        "r: >-\n",
        "- |-\n",
        "    s t\n",
        "  u\n",
        " >\n",
    ];
    prop::collection::vec(select(&PARTS[..]), 1..24).prop_map(|parts| parts.concat())
}

/// Runs the property for as many cases as `PROPTEST_CASES` says; tells the share of texts that were read.
fn hold(texts: impl Strategy<Value = String>, least: f64) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let (tried, read) = (Cell::new(0_u32), Cell::new(0_u32));
    TestRunner::new(config)
        .run(&texts, |text| {
            tried.set(tried.get() + 1);
            read.set(read.get() + u32::from(reads(&text)));
            Ok(())
        })
        .unwrap();
    let share = f64::from(read.get()) / f64::from(tried.get());
    println!("{} of {} texts read, all alike", read.get(), tried.get());
    assert!(share >= least, "only {share} of the texts are read: the property says little");
}

#[test]
fn damaged_files_are_read_alike() {
    let edits = prop::collection::vec(edit(), 1..4);
    hold(
        (excerpt(), edits).prop_map(|(text, edits)| edits.iter().fold(text, |text, edit| edit.apply(&text))),
        0.05,
    );
}

#[test]
fn assembled_texts_are_read_alike() {
    hold(assembled(), 0.005);
}

/// A collection in brackets, up to two characters of it put in or taken out.
fn bracketed() -> impl Strategy<Value = String> {
    let scalar = select(
        &["a", "b c", "'d'", "'e''f'", "\"g, h\"", "1", "-2", "x:y", "z#", "~", "true", "''", "\"\"", "é"][..],
    );
    let comma = select(&[", ", ",", " , ", ",  "][..]);
    let inside = scalar.clone().prop_map(str::to_owned).prop_recursive(4, 24, 4, move |inner| {
        let entry = (scalar.clone(), select(&[": ", ":  ", ":"][..]), inner.clone());
        prop_oneof![
            (prop::collection::vec(inner, 0..4), comma.clone())
                .prop_map(|(items, comma)| format!("[{}]", items.join(comma))),
            (prop::collection::vec(entry, 0..4), comma.clone()).prop_map(|(entries, comma)| {
                let entries: Vec<_> =
                    entries.iter().map(|(key, colon, value)| format!("{key}{colon}{value}")).collect();
                format!("{{{}}}", entries.join(comma))
            }),
        ]
    });
    let insert = (any::<Index>(), select(&MARKS[..])).prop_map(|(at, mark)| Edit::Insert(at, mark));
    let remove = any::<Index>().prop_map(|at| Edit::Remove(at, 1));
    let edits = prop::collection::vec(prop_oneof![insert, remove], 0..3);
    (inside, edits, select(&["a: ", "- ", "- - ", "a:\n  - b: "][..])).prop_map(|(inside, edits, before)| {
        let inside = edits.iter().fold(inside, |inside, edit| edit.apply(&inside));
        format!("{before}{inside}\nk: l\n")
    })
}

#[test]
fn texts_in_brackets_are_read_alike() {
    hold(bracketed().prop_map(|text| text.replace("\nk: l", "")), 0.1);
    hold(bracketed(), 0.02);
}

/// Block scalars among other entries, now and then damaged.
fn blocks() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        12 => select(&["|", "|-", ">", ">-", "> ", ">- # c"][..]),
        1 => select(&["|+", ">+", "|2", ">-1", "|#", "> x", ">--"][..]),
    ];
    let words = select(
        &["a", "b c", "d: e", "# f", "- g", "h  ", "---", "'i", "{j}", "é", "|", ">-", "k # l", "\u{3000}"][..],
    );
    // By how much a line stands deeper than the first, and what it says.
    let line = prop_oneof![
        12 => words.clone().prop_map(|words| (0_isize, words)),
        3 => Just((-9, "")),
        2 => (1_isize..3, words.clone()),
        1 => (-3_isize..2, prop_oneof![words.clone(), Just("")]),
    ];
    // What stands before the header on its line, and in which column the collection around it.
    let place =
        select(&[("", 0), ("", 0), ("- ", 1), ("- - ", 3), ("- m: ", 3), ("\n  n: # o\n    p: ", 4)][..]);
    let below = prop_oneof![
        12 => select(&["", "\n", "# q\n", "\n\n  # r\n", "s#: t\n"][..]),
        1 => select(&["u\n", " v: w\n", "---\n", "- x\n", "...\n"][..]),
    ];
    let one = (place, header, 1_usize..4, words, prop::collection::vec(line, 0..5), below).prop_map(
        |((before, column), header, depth, first, lines, below)| {
            // The items of a key stand deeper by one here.
            let before = if before.starts_with('-') { format!("\n {before}") } else { before.to_owned() };
            let mut text = format!("{before}{header}\n{}{first}\n", " ".repeat(column + depth));
            for (by, words) in lines {
                text += &" ".repeat((column + depth).saturating_add_signed(by));
                text += words;
                text.push('\n');
            }
            text + below
        },
    );
    let ending = select(&["", "", "cut", "return"][..]);
    (prop::collection::vec(one, 1..4), ending).prop_map(|(all, ending)| {
        let numbered =
            |(at, one): (usize, &String)| format!("k{at}: {}", one.replace("s#:", &format!("s{at}:")));
        let text = all.iter().enumerate().map(numbered).collect::<Vec<_>>().concat();
        match ending {
            "cut" => text.trim_end_matches('\n').to_owned(),
            "return" => text.replace('\n', "\r\n"),
            _ => text,
        }
    })
}

#[test]
fn block_scalars_are_read_alike() {
    hold(blocks(), 0.1);
}

#[test]
fn documents_in_every_style_are_read_alike() {
    hold(yaml_text::document().prop_map(|(text, _)| text), 0.0);
    hold(yaml_text::damaged(), 0.0);
    hold(yaml_text::soup(), 0.0);
}
