//! Texts made to exhaust a reader: each costs one finding, little time and no stack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tunelint::document::{Limits, Problem, ProblemKind, Stream, parse};

/// Generous for an unoptimised build on a busy machine; what these texts are made for takes minutes or gigabytes.
const SOON: Duration = Duration::from_secs(20);

fn read(text: impl Into<Arc<str>>) -> Stream {
    let text = text.into();
    let begin = Instant::now();
    let stream = parse(&text, &Limits::default());
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    stream
}

/// The one problem of a text, followed by a document that is read all the same.
fn one_problem(text: &str) -> Problem {
    let mut stream = read(format!("{text}\n---\nafter: 1\n"));
    assert_eq!(stream.documents.len(), 1, "{:?}", stream.problems);
    assert_eq!((stream.documents[0].index, stream.total), (1, 2));
    assert_eq!(stream.problems.len(), 1);
    stream.problems.remove(0)
}

#[test]
fn a_long_text_weighs_by_its_length_wherever_an_alias_repeats_it() {
    let bomb = |uses: usize, text: usize| {
        let aliases = "*a, ".repeat(uses);
        format!("a: &a {}\nb: [{aliases}]\nc: &c {{k: *a, l: *a}}\nd: [{aliases}]\n", "x".repeat(text))
    };
    let codes = |text: &str| -> Vec<&str> {
        let stream = parse(&text.into(), &Limits::default());
        stream.problems.iter().map(|problem| problem.code).collect()
    };
    assert_eq!(codes(&bomb(6_000, 1 << 20)), ["limit-alias"]);
    assert_eq!(codes(&bomb(6_000, 100)), [""; 0]);
    // The same within a collection that an alias repeats.
    let inner = format!("a: &a {{t: {}}}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(6_000));
    assert_eq!(codes(&inner), ["limit-alias"]);
    // A long text alone is no repetition.
    assert_eq!(codes(&format!("a: {}\nb: &b\n  - {0}\n", "x".repeat(1 << 20))), [""; 0]);
}

#[test]
fn brackets_without_end_are_too_deep() {
    for text in [
        "[".repeat(100_000),
        "{".repeat(100_000),
        "[".repeat(100_000) + &"]".repeat(100_000),
        "{a: ".repeat(100_000) + &"}".repeat(100_000),
        "- ".to_owned() + &"[a, ".repeat(100_000),
        "a: ".to_owned() + &"[a: ".repeat(100_000),
    ] {
        let problem = one_problem(&text);
        assert_eq!(problem.code, "limit-depth", "{problem:?}");
        assert!(!problem.span.slice(&text).is_empty());
    }
}

#[test]
fn block_collections_without_end_are_too_deep() {
    let mappings: String = (0..3_000).map(|level| " ".repeat(level) + "a:\n").collect();
    assert_eq!(one_problem(&mappings).code, "limit-depth");
    assert_eq!(one_problem(&"- ".repeat(100_000)).code, "limit-depth");
    assert_eq!(one_problem(&"? ".repeat(100_000)).code, "limit-depth");
}

#[test]
fn depth_counts_block_and_flow_together_and_the_limit_itself_is_allowed() {
    let limits = Limits { depth: 4, ..Limits::default() };
    let codes = |text: &str| -> Vec<_> {
        parse(&Arc::from(text), &limits).problems.iter().map(|problem| problem.code).collect()
    };
    assert!(codes("a: {b: [{c: 1}]}").is_empty());
    assert_eq!(codes("a: {b: [{c: []}]}"), ["limit-depth"]);
    assert_eq!(codes("a:\n  b:\n    c:\n      - d: 1"), ["limit-depth"]);
}

#[test]
fn nodes_are_counted_with_what_merges_copy() {
    let limits = Limits { nodes: 100, ..Limits::default() };
    let codes = |text: &str| -> Vec<_> {
        parse(&Arc::from(text), &limits).problems.iter().map(|problem| problem.code).collect()
    };
    let list = |items: usize| format!("[{}]", vec!["x"; items].join(", "));
    assert!(codes(&list(99)).is_empty());
    assert_eq!(codes(&list(100)), ["limit-nodes"]);
    let fields: Vec<_> = (0..20).map(|index| format!("k{index}: 1")).collect();
    let merges = |times: usize| format!("- &a {{{}}}\n{}", fields.join(", "), "- <<: *a\n".repeat(times));
    assert!(codes(&merges(3)).is_empty());
    assert_eq!(codes(&merges(5)), ["limit-nodes"]);
}

#[test]
fn aliases_of_aliases_are_weighed_and_not_written_out() {
    let aliases = |level: usize| vec![format!("*a{level}"); 10].join(", ");
    let lines: Vec<_> =
        (1..40).map(|level| format!("a{level}: &a{level} [{}]", aliases(level - 1))).collect();
    let text = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}\n", lines.join("\n"));
    let problem = one_problem(&text);
    assert_eq!(problem.code, "limit-alias");
    assert_eq!(problem.span.slice(&text), "*a5", "where the weight passes ten million");
    let merges = text.replace(['[', ']'], "").replace("x, x, x, x, x, x, x, x, x, x", "{k: 1}");
    drop(read(merges));
}

#[test]
fn merges_of_merges_stay_within_the_limit() {
    let fields: Vec<_> = (0..1_000).map(|index| format!("k{index}: 1")).collect();
    let merges: Vec<_> = (0..10_000).map(|index| format!("m{index}: {{<<: *a}}")).collect();
    let text = format!("base: &a {{{}}}\n{}\n", fields.join(", "), merges.join("\n"));
    assert_eq!(one_problem(&text).code, "limit-nodes");
}

#[test]
fn a_scalar_of_fifty_megabytes_is_one_node() {
    let long = "x".repeat(50 << 20);
    for (text, is_text) in [
        (long.clone(), true),
        (format!("a: '{long}'"), true),
        (format!("a: |\n  {long}\n"), true),
        ("9".repeat(1 << 20), false),
    ] {
        let stream = read(text);
        assert!(stream.problems.is_empty(), "{:?}", stream.problems[0].code);
        let root = stream.documents[0].root();
        let value = root.get("a").unwrap_or(root);
        assert_eq!(value.as_str().map(str::len).is_some_and(|len| len >= 50 << 20), is_text);
    }
}

#[test]
fn problems_without_number_are_cut_off() {
    let stream = read("- !x a\n".repeat(100_000));
    assert_eq!(stream.problems.len(), 1_001);
    assert_eq!(stream.problems[1_000].code, "limit-findings");
    assert_eq!(stream.documents.len(), 1);
    let stream = read("--- ]\n".repeat(100_000));
    assert_eq!((stream.problems.len(), stream.total), (10_001, 100_000));
    let last = stream.problems.last().unwrap();
    assert_eq!((last.code, last.kind), ("limit-findings", ProblemKind::Unreadable));
}

#[test]
fn many_of_anything_takes_time_in_proportion() {
    for text in [
        "---\n".repeat(100_000),
        "# c\n".repeat(500_000),
        "a: 1 # c\n".to_owned() + &"# e\n".repeat(500_000),
        "- &a x\n".repeat(100_000),
        "- &a x\n- *a\n".repeat(100_000),
        "- *a\n".repeat(100_000),
        "\n".repeat(2_000_000),
        "- |\n".to_owned() + &"\n".repeat(2_000_000),
        "- |\n\n".repeat(100_000),
        "a: \"".to_owned() + &"\\n".repeat(1_000_000) + "\"",
        "a: '".to_owned() + &"\n\n  x".repeat(300_000) + "'",
        "a: x".to_owned() + &"\n\n  x".repeat(300_000),
        "[".to_owned() + &"a: 1, ".repeat(200_000) + "]",
        "{".to_owned() + &"a: 1, ".repeat(100_000) + "}",
        "{".to_owned() + &"a ".repeat(500_000) + "}",
        "a".repeat(1 << 20) + ": 1",
        "? ".to_owned() + &"a\n  ".repeat(300_000),
        "%FOO bar\n".repeat(100_000),
        "'".repeat(1 << 20),
        "\"".repeat(1 << 20),
        "? \n".repeat(100_000),
        ":\n".repeat(100_000),
        "- - -\n".repeat(100_000),
        "!a ".repeat(200_000),
        "&a ".repeat(200_000),
        "...\n".repeat(200_000),
        "a: b: ".repeat(200_000),
        "\t".repeat(1 << 20),
        "\0".repeat(1 << 20),
        "--- \0\n".repeat(100_000),
        "[\n---\n".repeat(50_000),
        "--- {a: \n}\n".repeat(50_000),
        "---\na: {\n}\n".repeat(50_000),
        "---\na: [\n".repeat(50_000),
        "...\n'x\n".repeat(100_000),
        "--- \"\n\"\n".repeat(50_000),
        "[".to_owned() + &"? ,".repeat(200_000) + "]",
        "a: '\nb: '\n".repeat(50_000),
    ] {
        let shown: String = text.chars().take(20).collect();
        let begin = Instant::now();
        drop(read(text));
        println!("{shown:?}: {:?}", begin.elapsed());
    }
}
