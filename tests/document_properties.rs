//! What holds for every text, however broken: nothing panics, every span lies in the text and says what its value
//! says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod yaml_text;

use std::sync::Arc;

use proptest::prelude::*;
use tunelint::document::{Document, Kind, Limits, NodeRef, ProblemKind, Segment, Stream, View, parse};
use tunelint::source::Span;
use yaml_text::{Tree, damaged, document, soup};

fn read(text: &str) -> Stream {
    parse(&Arc::from(text), &Limits::default())
}

fn assert_inside(text: &str, span: Span) {
    assert!(
        span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} is no part of {text:?}"
    );
}

/// Checks all that holds for the stream of any text.
fn check(text: &str) {
    let stream = read(text);
    assert!(stream.documents.windows(2).all(|pair| pair[0].index < pair[1].index), "{text:?}");
    for problem in &stream.problems {
        assert_inside(text, problem.span);
        problem.related.iter().for_each(|(span, _)| assert_inside(text, *span));
        assert!(problem.document < stream.total, "{text:?}: {problem:?}");
        let document = stream.documents.iter().find(|document| document.index == problem.document);
        assert_eq!(document.is_none(), problem.kind == ProblemKind::Unreadable, "{text:?}: {problem:?}");
        // What stands below a key that another one hides cannot be found by its pointer.
        let may_be_hidden =
            text.contains("<<") || stream.problems.iter().any(|problem| problem.code == "duplicate-key");
        if let (Some(document), Some(pointer), false) = (document, &problem.pointer, may_be_hidden) {
            assert!(document.resolve(pointer).1, "{text:?}: {problem:?}");
        }
    }
    for document in &stream.documents {
        assert!(document.index < stream.total);
        for comment in &document.comments {
            assert_inside(text, comment.span);
            assert!(comment.span.slice(text).starts_with('#'), "{text:?}");
        }
        check_node(document, document.root());
    }
}

fn check_node(document: &Document, node: NodeRef<'_>) {
    let text = document.text();
    let span = node.span();
    assert_inside(text, span);
    if let Some(anchored) = node.anchor_span() {
        assert!(anchored.start < span.start && span.slice(text).starts_with('*'), "{text:?}: {node:?}");
        return;
    }
    let mut end = span.start;
    let mut place = |child: Span| {
        assert_inside(text, child);
        assert!(end <= child.start && child.end <= span.end, "{text:?}: {child:?} in {node:?}");
        end = child.end;
    };
    for item in node.items() {
        place(item.span());
    }
    for entry in node.entries().filter(|entry| entry.merged().is_none()) {
        // An unmergeable `<<` follows the other entries.
        if entry.key() == "<<" {
            continue;
        }
        place(entry.key_span());
        place(entry.value().span());
    }
    node.items().for_each(|item| check_node(document, item));
    node.entries()
        .filter(|entry| entry.merged().is_none())
        .for_each(|entry| check_node(document, entry.value()));
    if !node.is_sequence() && !node.is_mapping() {
        check_view(node);
        check_slice(node);
    }
}

/// The view of a scalar covers its value without gaps, forward, and inside its source.
fn check_view(node: NodeRef<'_>) {
    let text = node.document().text();
    let view = View::of_scalar(node);
    let value = node.as_str().unwrap_or(node.source_text());
    let (mut inner, mut outer) = (0, node.span().start);
    for &Segment { inner: start, inner_len, outer: from, outer_len, pieces } in view.segments() {
        assert!(start == inner && from >= outer && pieces > 0, "{text:?}: {node:?} {view:?}");
        (inner, outer) = (start + inner_len, from + outer_len);
    }
    assert_eq!(inner as usize, value.len(), "{text:?}: {node:?} {view:?}");
    // The last line break of a block scalar is part of its value, but not of its span.
    let after = text.get(node.span().end as usize..).unwrap_or("");
    let line_break =
        ["\r\n", "\n", "\r"].into_iter().find(|line_break| after.starts_with(line_break)).unwrap_or("");
    let is_block = node.source_text().starts_with(['|', '>']);
    let end = node.span().end as usize + if is_block { line_break.len() } else { 0 };
    assert!(outer as usize <= end, "{text:?}: {node:?} {view:?}");
    for (at, character) in value.char_indices() {
        let source = view.outer(Span::new(at as u32, (at + character.len_utf8()) as u32));
        assert_inside(text, source);
        let source = source.slice(text);
        let as_it_stands = source.chars().eq([character]);
        let is_escape = source.starts_with('\\') || source == "''";
        let is_break = character.is_whitespace() && source.chars().all(|blank| "\n\r\t \\".contains(blank));
        assert!(as_it_stands || is_escape || is_break, "{text:?}: {character:?} is no {source:?}");
    }
}

/// The source of a scalar says its value by itself.
fn check_slice(node: NodeRef<'_>) {
    let source = node.source_text();
    if source.is_empty() || node.is_tagged() || node.kind() == Kind::Invalid {
        return;
    }
    let stands_alone = |source: &str| {
        let stream = read(&format!(" {source}"));
        let [document] = &stream.documents[..] else { return false };
        // A core tag before the source may have made a text of it.
        let again = document.root();
        again.as_str().unwrap_or(again.source_text()) == node.as_str().unwrap_or(node.source_text())
    };
    let is_block = source.starts_with(['|', '>']);
    let indented = |indent: usize| source.replace(&format!("\n{}", " ".repeat(indent)), "\n");
    assert!(
        stands_alone(source) || is_block && (1..60).any(|indent| stands_alone(&indented(indent))),
        "{:?}: {source:?} by itself is not {:?}",
        node.document().text(),
        node.as_str()
    );
}

/// The tree as a value.
fn tree(node: NodeRef<'_>) -> Tree {
    match node.kind() {
        Kind::Null => Tree::Null,
        Kind::Bool(value) => Tree::Bool(value),
        Kind::Int(number) => Tree::Int(number),
        Kind::Float(number) => Tree::Float(number),
        Kind::String(_) => Tree::Text(node.as_str().unwrap().to_owned()),
        Kind::Sequence(_) => Tree::List(node.items().map(tree).collect()),
        Kind::Mapping(_) => {
            Tree::Map(node.entries().map(|entry| (entry.key().to_owned(), tree(entry.value()))).collect())
        }
        Kind::Alias(_) | Kind::Invalid => panic!("{node:?} has no value"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_read_as_it_was_written((text, value) in document()) {
        let stream = read(&text);
        prop_assert!(stream.problems.is_empty(), "{text:?}: {:?}", stream.problems);
        prop_assert_eq!(stream.documents.len(), 1);
        prop_assert_eq!(tree(stream.documents[0].root()), value, "{:?}", text);
        check(&text);
    }

    #[test]
    fn any_text_of_yamls_marks_is_safe(text in soup()) {
        check(&text);
    }

    #[test]
    fn a_damaged_document_is_safe(text in damaged()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_safe(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_view_is_total(
        lengths in prop::collection::vec((0_u32..9, 0_u32..9), 0..6),
        start in any::<u32>(),
        end in any::<u32>(),
    ) {
        let (mut inner, mut outer) = (0, 7);
        let mut segments = Vec::new();
        for (inner_len, outer_len) in lengths {
            segments.push(Segment::whole(inner, inner_len, Span::new(outer, outer + outer_len)));
            inner += inner_len;
            outer += outer_len + 1;
        }
        let is_empty = segments.is_empty();
        let span = View::new(segments).outer(Span::new(start, end));
        prop_assert!(span.start <= span.end && (is_empty || span.end <= outer));
    }
}
