//! What the tree says of a text.
use super::*;
use std::sync::Arc;

fn read(text: &str) -> Stream {
    parse(&Arc::from(text), &Limits::default())
}

fn only(text: &str) -> Document {
    let mut stream = read(text);
    assert!(stream.problems.is_empty(), "{:?}", stream.problems);
    assert_eq!((stream.documents.len(), stream.total), (1, 1));
    stream.documents.remove(0)
}

/// Code, the text under the span, and the pointer of each problem.
fn problems(text: &str) -> Vec<(&'static str, String, Option<String>)> {
    let stream = read(text);
    let shown =
        |problem: &Problem| (problem.code, problem.span.slice(text).to_owned(), problem.pointer.clone());
    stream.problems.iter().map(shown).collect()
}

/// The text of the value at a pointer, as it stands in the source.
fn under<'a>(document: &Document, text: &'a str, pointer: &str) -> &'a str {
    let (node, found) = document.resolve(pointer);
    assert!(found, "{pointer}");
    node.span().slice(text)
}

#[test]
fn every_kind_of_value_has_its_own_bytes() {
    let text = "a: plain text # c\nb: 'it''s'\nc: \"x\\ty\"\nd: [1, {e: 2}]\nf:\n  - g\n  -   h: i\n      j: k\n\n\nl: m\n";
    let document = only(text);
    for (pointer, bytes) in [
        ("/a", "plain text"),
        ("/b", "'it''s'"),
        ("/c", "\"x\\ty\""),
        ("/d", "[1, {e: 2}]"),
        ("/d/1", "{e: 2}"),
        ("/f", "- g\n  -   h: i\n      j: k"),
        ("/f/1", "h: i\n      j: k"),
        ("/l", "m"),
        ("", text.trim_end()),
    ] {
        assert_eq!(under(&document, text, pointer), bytes, "{pointer}");
    }
    assert_eq!(document.root().get("b").unwrap().as_str(), Some("it's"));
    assert_eq!(document.root().get("c").unwrap().as_str(), Some("x\ty"));
    let keys: Vec<_> = document.root().entries().map(|entry| entry.key_span().slice(text)).collect();
    assert_eq!(keys, ["a", "b", "c", "d", "f", "l"]);
}

#[test]
fn a_block_scalar_has_its_header_and_no_blank_lines_after_it() {
    let text = "a: |  # note | this\n\n  one\n   two\n\n\nb: &x >-\n  three\n\n  four\n# end\nc: |+\n  keep\n\n\nd: |2-\n   five\n     \n\ne: |\nf:\n  - |\n    six\n\n  - >+\n\n  - !!str |\n    | seven\n";
    let document = only(text);
    for (pointer, bytes, value) in [
        ("/a", "|  # note | this\n\n  one\n   two", "\none\n two\n"),
        ("/b", ">-\n  three\n\n  four", "three\nfour"),
        ("/c", "|+\n  keep\n\n\n", "keep\n\n\n"),
        ("/d", "|2-\n   five\n     ", " five\n   "),
        ("/e", "|", ""),
        ("/f/0", "|\n    six", "six\n"),
        ("/f/1", ">+\n\n", "\n"),
        ("/f/2", "|\n    | seven", "| seven\n"),
    ] {
        assert_eq!(under(&document, text, pointer), bytes, "{pointer}");
        assert_eq!(document.resolve(pointer).0.as_str(), Some(value), "{pointer}");
    }
}

#[test]
fn a_block_scalar_can_be_a_document() {
    for text in ["|\n  x\n", "# c\n\n>\n  x\n", "---\n|\n x\n", "--- |2\n  x\n", "a\n...\n|\n  x\n"] {
        let stream = read(text);
        assert!(stream.problems.is_empty(), "{text:?}");
        let root = stream.documents.last().unwrap().root();
        assert_eq!(
            (root.as_str(), root.span().slice(text)),
            (Some("x\n"), text[text.find(['|', '>']).unwrap()..].trim_end())
        );
    }
}

#[test]
fn nothing_stands_right_after_its_colon() {
    let text = "a:\nb:   # c\nc: !!null\nd: {e, f: , g:, \"h\":}\ni:\n? j\n? k\n:\nl :\n";
    let document = only(text);
    let after = |pointer: &str| {
        let (node, found) = document.resolve(pointer);
        assert!(found && node.kind() == Kind::Null && node.span().is_empty(), "{pointer}");
        &text[..node.span().start as usize]
    };
    for (pointer, before) in [
        ("/a", "a:"),
        ("/b", "b:"),
        ("/c", "!!null"),
        ("/d/e", "{e"),
        ("/d/f", "f:"),
        ("/d/g", "g:"),
        ("/d/h", "\"h\":"),
        ("/i", "i:"),
        ("/j", "? j"),
        ("/k", "? k\n:"),
        ("/l", "l :"),
    ] {
        assert!(after(pointer).ends_with(before), "{pointer}: {:?}", after(pointer));
    }
}

#[test]
fn a_key_without_text_stands_after_its_question_mark() {
    let text = "? # c\n: a\n";
    let document = only(text);
    let entry = document.root().entries().next().unwrap();
    assert_eq!((entry.key(), entry.key_span()), ("", Span::new(1, 1)));
    let text = "a:\n- ?\n:\n";
    let stream = read(text);
    let inner = stream.documents[0].resolve("/a/0").0.entries().next().unwrap();
    assert_eq!((inner.key_span(), inner.value().span()), (Span::new(6, 6), Span::new(6, 6)));
}

#[test]
fn only_a_plain_scalar_is_a_number_or_a_truth_value() {
    let document = only(
        "[1, '1', \"true\", true, no, |-\n 12\n, ! 12, !!str 12, !!int '12']"
            .replace("|-\n 12\n, ", "")
            .as_str(),
    );
    let kinds: Vec<_> = document.root().items().map(|node| (node.kind(), node.as_str())).collect();
    assert_eq!(kinds[0].0, Kind::Int(1));
    assert_eq!(kinds[3].0, Kind::Bool(true));
    assert_eq!(kinds[7].0, Kind::Int(12));
    let texts: Vec<_> = kinds.iter().filter_map(|(_, text)| *text).collect();
    assert_eq!(texts, ["1", "true", "no", "12", "12"]);
}

#[test]
fn a_tag_that_contradicts_its_value_is_a_problem() {
    assert_eq!(
        problems("a: !!int abc\nb: !!map [x]\nc: !!seq x\nd: !!str {}\n"),
        [
            ("tag", "!!int".to_owned(), Some("/a".to_owned())),
            ("tag", "!!map".to_owned(), Some("/b".to_owned())),
            ("tag", "!!seq".to_owned(), Some("/c".to_owned())),
            ("tag", "!!str".to_owned(), Some("/d".to_owned())),
        ]
    );
    assert!(problems("a: !!int 3\nb: !!map {}\nc: ! [x]\nd: !!seq []\ne: !!null\n").is_empty());
}

#[test]
fn a_foreign_tag_makes_a_text_and_a_problem() {
    let text = "a: !vault 12\nb: !!timestamp 2026-01-01\nc: !x [1]\n!k d: e\n";
    let stream = read(text);
    let root = stream.documents[0].root();
    assert_eq!(root.get("a").unwrap().as_str(), Some("12"));
    assert!(root.get("a").unwrap().is_tagged() && root.get("c").unwrap().is_tagged());
    assert!(!root.get("d").unwrap().is_tagged());
    let spans: Vec<_> = problems(text).into_iter().map(|(code, span, _)| (code, span)).collect();
    assert_eq!(spans, ["!vault", "!!timestamp", "!x", "!k"].map(|tag| ("unknown-tag", tag.to_owned())));
}

#[test]
fn an_alias_is_its_anchors_value_at_its_own_place() {
    let text = "a: &x {b: 1}\nc: *x\n*y : 2\n".replace("*y : 2\n", "&k d: 3\ne: {*k : 4}\n");
    let document = only(&text);
    let alias = document.root().get("c").unwrap();
    assert_eq!(alias.span().slice(&text), "*x");
    assert_eq!(alias.anchor_span().unwrap().slice(&text), "{b: 1}");
    assert_eq!(alias.get("b").unwrap().kind(), Kind::Int(1));
    assert_ne!(alias.id(), alias.value_id());
    assert_eq!(document.resolve("/e/d").0.kind(), Kind::Int(4));
}

#[test]
fn an_alias_needs_a_finished_anchor_before_it() {
    assert_eq!(
        problems("a: &x\n  b: *x\nc: *y\nd: &y 1\n"),
        [
            ("recursive-alias", "*x".to_owned(), Some("/a/b".to_owned())),
            ("unknown-alias", "*y".to_owned(), Some("/c".to_owned())),
        ]
    );
    let stream = read("a: &x [*x]\n--- \nb: *x\n");
    assert_eq!(stream.documents[0].resolve("/a/0").0.kind(), Kind::Invalid);
    assert_eq!(stream.problems[1].code, "unknown-alias", "an anchor does not outlive its document");
}

#[test]
fn merged_entries_follow_own_ones_and_never_replace_them() {
    let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  c: 5\nw: {<<: {d: 6}, e: 7}\nv: {<<: *y}\n";
    let document = only(text);
    let entries = |pointer: &str| -> Vec<(String, Kind, Option<u32>)> {
        let (node, _) = document.resolve(pointer);
        let entry = |entry: Entry<'_>| {
            (entry.key().to_owned(), entry.value().kind(), entry.merged().map(|merged| merged.start))
        };
        node.entries().map(entry).collect()
    };
    let merge = |nth: usize| text.match_indices("<<").nth(nth).map(|(at, _)| at as u32);
    assert_eq!(
        entries("/z"),
        [
            ("c".to_owned(), Kind::Int(5), None),
            ("a".to_owned(), Kind::Int(1), merge(0)),
            ("b".to_owned(), Kind::Int(2), merge(0)),
        ]
    );
    assert_eq!(
        entries("/w"),
        [("e".to_owned(), Kind::Int(7), None), ("d".to_owned(), Kind::Int(6), merge(1))]
    );
    assert_eq!(entries("/v").len(), 2);
}

#[test]
fn what_cannot_be_merged_stays_and_is_told() {
    let text = "a: {<<: 1}\nb: {<<: [{c: 1}, 2]}\nd: {'<<': 3}\ne: {<<: {f: 1}, <<: {f: 2, g: 3}}\n";
    assert_eq!(
        problems(text),
        [
            ("merge", "1".to_owned(), Some("/a".to_owned())),
            ("merge", "2".to_owned(), Some("/b".to_owned())),
            ("duplicate-key", "<<".to_owned(), Some("/e".to_owned())),
        ]
    );
    let document = &read(text).documents[0];
    assert_eq!(document.resolve("/a/<<").0.kind(), Kind::Int(1));
    assert_eq!(document.resolve("/b").0.len(), 1);
    assert_eq!(document.resolve("/d/<<").0.kind(), Kind::Int(3));
    assert_eq!(document.resolve("/e/f").0.kind(), Kind::Int(1));
    assert_eq!(document.resolve("/e/g").0.kind(), Kind::Int(3));
}

#[test]
fn a_problem_in_what_is_merged_is_placed_where_the_merge_puts_it() {
    let text = "a:\n  <<: {b: {c: !x 1}}\n  d: 2\ne: [{<<: [{f: !y 1}]}]\n";
    let pointers: Vec<_> = problems(text).into_iter().map(|(.., pointer)| pointer.unwrap()).collect();
    assert_eq!(pointers, ["/a/b/c", "/e/0/f"]);
    assert!(pointers.iter().all(|pointer| read(text).documents[0].resolve(pointer).1));
}

#[test]
fn equal_keys_are_told_at_the_later_one_and_marked() {
    let text = "a: 1\nb: {c/d: 1, \"c/d\": 2, c/d: 3}\na: 2\n";
    let stream = read(text);
    let shown: Vec<_> = problems(text);
    assert_eq!(
        shown,
        [
            ("duplicate-key", "\"c/d\"".to_owned(), Some("/b/c~1d".to_owned())),
            ("duplicate-key", "c/d".to_owned(), Some("/b/c~1d".to_owned())),
            ("duplicate-key", "a".to_owned(), Some("/a".to_owned())),
        ]
    );
    assert_eq!(stream.problems[2].related[0].0, Span::new(0, 1));
    let marks: Vec<_> = stream.documents[0].root().entries().map(Entry::is_duplicate).collect();
    assert_eq!(marks, [true, false, true]);
    assert_eq!(stream.documents[0].root().get("a").unwrap().kind(), Kind::Int(1));
}

#[test]
fn equal_keys_are_found_in_large_mappings_too() {
    let lines: Vec<_> = (0..100_000).map(|index| format!("k{index}: 1")).collect();
    let text = lines.join("\n") + "\nk7: 2\n";
    assert_eq!(problems(&text), [("duplicate-key", "k7".to_owned(), Some("/k7".to_owned()))]);
}

#[test]
fn a_collection_as_a_key_keeps_its_text() {
    let text = "? [a, {b: c}]\n: d\n&x {e: f} : g\nh: {*x : i}\n";
    let text = text.replace("&x {e: f} : g\n", "? &x {e: f}\n: g\n");
    let stream = read(&text);
    let codes: Vec<_> = problems(&text);
    assert_eq!(
        codes,
        [
            ("complex-key", "[a, {b: c}]".to_owned(), Some(String::new())),
            ("complex-key", "{e: f}".to_owned(), Some(String::new())),
            ("complex-key", "*x".to_owned(), Some("/h".to_owned())),
        ]
    );
    let keys: Vec<_> = stream.documents[0].root().entries().map(Entry::key).collect();
    assert_eq!(keys, ["[a, {b: c}]", "{e: f}", "h"]);
}

#[test]
fn a_broken_document_loses_none_of_the_others() {
    let text = "a: 1\n---\nb: [\n---\nc: 2\n...\n%YAML 9\n---\nlost: 1\n---\nd: 3\n--- \"open\n---\ne: 4\n";
    let stream = read(text);
    let read: Vec<_> = stream.documents.iter().map(|document| document.index).collect();
    let broken: Vec<_> = stream.problems.iter().map(|problem| (problem.document, problem.code)).collect();
    assert_eq!(read, [0, 2, 4, 6]);
    assert_eq!(broken, [(1, "syntax"), (3, "syntax"), (5, "syntax")]);
    assert_eq!(stream.total, 7);
}

#[test]
fn text_after_the_end_of_a_document_breaks_that_document() {
    for text in ["a: 1\n]\n---\nb: 2\n", "{a: 1}\nx\n---\nb: 2\n", "a: 1\n... x\n---\nb: 2\n"] {
        let stream = read(text);
        assert_eq!(stream.problems.len(), 1, "{text}");
        assert_eq!((stream.problems[0].document, stream.total), (0, 2), "{text}");
        assert_eq!(stream.documents.len(), 1, "{text}");
        assert_eq!(stream.documents[0].index, 1, "{text}");
    }
}

#[test]
fn an_empty_text_holds_no_document_and_a_marker_holds_an_empty_one() {
    for text in ["", "\n\n", "# only a comment\n", "\u{feff}", "...\n"] {
        let stream = read(text);
        assert_eq!((stream.documents.len(), stream.total, stream.problems.len()), (0, 0, 0), "{text:?}");
    }
    assert_eq!(only("---\n").root().kind(), Kind::Null);
    assert_eq!(read("---\n---\n").total, 2);
}

#[test]
fn comments_belong_to_the_document_around_them() {
    let text = "# head\n---\na: 1 # right\n# end\n---\n# two\nb: '# no'\n...\n# after\n";
    let stream = read(text);
    let comments = |index: usize| -> Vec<_> {
        stream.documents[index].comments.iter().map(|comment| comment.span.slice(text)).collect()
    };
    assert_eq!(comments(0), ["# head", "# right", "# end"]);
    assert_eq!(comments(1), ["# two", "# after"]);
}

#[test]
fn a_pointer_leads_to_its_value_or_to_the_nearest_above() {
    let text = "a: {b/c: [1, {d: 2}]}\ne: 3\n";
    let document = only(text);
    let place = |pointer: &str| {
        let place = document.pointer_place(pointer);
        (place.value.slice(text), place.key.map(|key| key.slice(text)), place.exists)
    };
    assert_eq!(place("/a/b~1c/1/d"), ("2", Some("d"), true));
    assert_eq!(place("/a/b~1c/0"), ("1", None, true));
    assert_eq!(place("/a/b~1c/2/x"), ("[1, {d: 2}]", Some("b/c"), false));
    assert_eq!(place("/a/b~1c/1/x/y"), ("{d: 2}", None, false));
    assert_eq!(place("/x"), (text.trim_end(), None, false));
    assert_eq!(place(""), (text.trim_end(), None, true));
    assert_eq!(document.key_span_at("/e").map(|key| key.slice(text)), Some("e"));
    assert_eq!(document.key_span_at("/e/f"), None);
}

#[test]
fn json_is_read_as_it_is_written() {
    let text = "{\r\n\t\"a\":1,\"b\" : [ \"x\\/y\", \"\\ud83d\\ude00\\u00e9\\b\\f\", -1.5e+3, 1E400, true,null ],\n\t\"c\":\n\t\t{\"\":{}},\"<<\":{\"d\":1}\n}\n";
    let document = only(text);
    let kind = |pointer: &str| document.resolve(pointer).0.kind();
    assert_eq!(kind("/a"), Kind::Int(1));
    assert_eq!(document.resolve("/b/0").0.as_str(), Some("x/y"));
    assert_eq!(document.resolve("/b/1").0.as_str(), Some("😀é\u{8}\u{c}"));
    assert_eq!(kind("/b/2"), Kind::Float(-1500.0));
    assert_eq!(kind("/b/3"), Kind::Float(f64::INFINITY));
    assert_eq!((kind("/b/4"), kind("/b/5")), (Kind::Bool(true), Kind::Null));
    assert_eq!(document.resolve("/c/").0.len(), 0);
    assert_eq!(kind("/<</d"), Kind::Int(1));
    let key = "k".repeat(50_000);
    for text in [format!("{{\"{key}\":1}}"), format!("[[{{\"a\": {{\"{key}\": 1}} }}]]"), format!("{key}: 1")]
    {
        only(&text);
    }
}

/// The problem of a text that cannot be read: its message, the text under its span, and what it relates to.
fn syntax(text: &str) -> (String, String, Vec<String>) {
    let stream = read(text);
    assert_eq!(stream.problems.len(), 1, "{text:?}: {:?}", stream.problems);
    let problem = &stream.problems[0];
    assert_eq!((problem.kind, problem.code), (ProblemKind::Unreadable, "syntax"), "{text:?}");
    assert!(problem.help.is_some(), "{text:?}");
    let related = problem.related.iter().map(|(span, _)| span.slice(text).to_owned()).collect();
    (problem.message.clone(), problem.span.slice(text).to_owned(), related)
}

#[test]
fn characters_that_no_yaml_can_hold_are_a_problem_wherever_they_stand() {
    for bad in ['\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{80}', '\u{9f}', '\u{fffe}', '\u{ffff}'] {
        for text in [
            "a: @",
            "a: x@y",
            "a: '@'",
            "a: \"x@\"",
            "a: |\n  x@\n",
            "# @\na: 1",
            "@",
            "x@: 1",
            "[a, @]",
            "a: 1 # @",
        ] {
            let text = text.replace('@', &bad.to_string());
            let (message, place, _) = syntax(&text);
            assert_eq!(place, bad.to_string(), "{text:?}");
            assert!(message.contains("cannot stand in YAML"), "{text:?}: {message}");
        }
    }
}

#[test]
fn half_of_a_surrogate_pair_is_a_problem() {
    for escape in ["\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\n", "\\ud83d\\ud83d"] {
        let (message, ..) = syntax(&format!("{{\"a\": \"{escape}\"}}"));
        assert!(message.contains("surrogate"), "{escape}: {message}");
    }
}

#[test]
fn an_open_bracket_or_quote_is_pointed_at() {
    for (text, place, related) in [
        ("a: [1, 2\nb: 3\n", "b", Some("[")),
        ("a: {b: 1\n", "{", None),
        ("a: [1, {b: 2]\n", "{", None),
        ("a: 'ok' # it's\nb: \"x\nc: 1\n", "c", Some("\"")),
        ("a: \"x\n  b: 1\n", "\"x", None),
        ("a: 'x\n---\n", "'x", None),
        ("a: [b c: d: e]\n", ":", Some("[")),
    ] {
        let (message, found, others) = syntax(text);
        assert_eq!(
            (found.as_str(), others.first().map(String::as_str)),
            (place, related),
            "{text:?}: {message}"
        );
    }
}

#[test]
fn a_mistake_is_named_in_plain_words_at_its_place() {
    for (text, place, words) in [
        ("a: b: c\n", ":", "no key and no `:` can stand here"),
        ("a:\n\t- b\n", "-", "a tab cannot indent"),
        ("a: @x\n", "@", "no value can begin with `@`"),
        ("a:\n    b: 1\n  c: 2\n", "c", "fits neither"),
        ("a: \"\\q\"\n", "\"", "an escape that does not exist"),
        ("a: 'b' c\n", "c", "nothing but a comment"),
        ("a: %x\n", "%", "no value can begin with `%`"),
        ("a: - b\n", "-", "no `-` item can stand here"),
        ("a: ]\n", "]", "no opening one"),
        ("- a\nb: 1\n", "b", "a `- ` was expected here"),
        ("a: 1\nb\n", "b", "a key was expected"),
        ("{a: 1}\nb\n", "b", "the document has ended"),
        ("a: !x!y z\n", "!", "no `%TAG` line declares"),
        ("a: |x\n  y\n", "|", "after `|` or `>`"),
        ("a: &\n", "&", "a name was expected"),
    ] {
        let (message, found, _) = syntax(text);
        assert!(message.contains(words), "{text:?}: {message}");
        assert_eq!(found, place, "{text:?}: {message}");
    }
}

#[test]
fn a_document_whose_indentation_most_readers_accept_is_read_and_told() {
    let text = "a: [\n  1,\n  2\n]\n---\nb: \"x\n y\nz\"\nc: !x 1\n---\nd: [1, 2\ne: 3\n---\nf: 4\n";
    let stream = read(text);
    let indices: Vec<_> = stream.documents.iter().map(|document| document.index).collect();
    assert_eq!((indices.as_slice(), stream.total), (&[0, 1, 3][..], 4));
    assert_eq!(stream.documents[0].resolve("/a/1").0.kind(), Kind::Int(2));
    assert_eq!(stream.documents[0].resolve("/a").0.span().slice(text), "[\n  1,\n  2\n]");
    assert_eq!(stream.documents[1].resolve("/b").0.as_str(), Some("x y z"));
    let problems: Vec<_> =
        stream.problems.iter().map(|problem| (problem.document, problem.kind, problem.code)).collect();
    assert_eq!(
        problems,
        [
            (0, ProblemKind::Invalid, "indentation"),
            (1, ProblemKind::Invalid, "indentation"),
            (1, ProblemKind::Invalid, "unknown-tag"),
            (2, ProblemKind::Unreadable, "syntax"),
        ]
    );
    assert_eq!(stream.problems[0].span.slice(text), "]");
}

#[test]
fn a_document_is_the_same_without_its_comments() {
    let text: Arc<str> = "# above\na: 1 # beside\n# between\nb: [x, # inside\n y]\n".into();
    let with = parse(&text, &Limits::default());
    let without = parse(&text, &Limits { comments: false, ..Limits::default() });
    assert_eq!(with.documents[0].comments.len(), 4);
    assert!(without.documents[0].comments.is_empty());
    let spans = |stream: &Stream| -> Vec<_> {
        stream.documents[0].root().entries().map(|entry| (entry.key_span(), entry.value().span())).collect()
    };
    assert_eq!(spans(&with), spans(&without));
}
