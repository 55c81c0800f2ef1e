//! What makes the entries of a mapping out of what was written: equal keys and merges (`<<`).

use std::collections::{HashMap, HashSet};

use super::builder::{Builder, Merge};
use super::{Child, Kind, NodeId};
use crate::source::Span;

/// Up to this many entries are compared with each other; more are hashed.
const FEW: usize = 24;

/// Marks entries of the innermost mapping whose keys are equal, and tells of each but the first.
pub(super) fn mark_duplicates(builder: &mut Builder<'_>, first: usize) {
    for (earlier, later) in equal_keys(builder, first) {
        let Some(&original) = builder.pending.get(earlier) else { continue };
        if let Some(child) = builder.pending.get_mut(earlier) {
            child.duplicate = true;
        }
        let Some(child) = builder.pending.get_mut(later) else { continue };
        child.duplicate = true;
        child.shadowed = true;
        let child = *child;
        let message = format!("the key `{}` stands here a second time", shown(builder.str_of(child.key)));
        let related = Some((original.key_span, "it stood here first"));
        builder.problem_at(
            Some(child.key),
            "duplicate-key",
            message,
            "keep one of them",
            child.key_span,
            related,
        );
    }
}

/// Pairs of equal keys: the index of the first, and of a later one.
fn equal_keys(builder: &Builder<'_>, first: usize) -> Vec<(usize, usize)> {
    let own = builder.pending.get(first..).unwrap_or(&[]);
    let key = |child: &Child| builder.str_of(child.key);
    let mut pairs = Vec::new();
    if own.len() <= FEW {
        // A bit for each length and beginning of a key: where it is new, so is the key.
        let mut seen = 0_u64;
        for (later, child) in own.iter().enumerate() {
            let begins = u32::from(key(child).as_bytes().first().copied().unwrap_or_default());
            let bit = 1 << (child.key.len().wrapping_mul(5).wrapping_add(begins) % u64::BITS);
            if seen & bit == 0 {
                seen |= bit;
                continue;
            }
            let is_equal = |other: &Child| other.key.len() == child.key.len() && key(other) == key(child);
            if let Some(earlier) = own.iter().take(later).position(is_equal) {
                pairs.push((first + earlier, first + later));
            }
        }
        return pairs;
    }
    let mut seen = HashMap::with_capacity(own.len());
    for (later, child) in own.iter().enumerate() {
        let earlier = *seen.entry(key(child)).or_insert(later);
        if earlier != later {
            pairs.push((first + earlier, first + later));
        }
    }
    pairs
}

/// Appends what the merges of the innermost mapping bring to its own entries, and tells how many entries that
/// are; nothing if there would be more than `room`.
pub(super) fn merge(builder: &mut Builder<'_>, first: usize, merges: &[Merge], room: u32) -> Option<u32> {
    let mut sources = Vec::new();
    for (index, merge) in merges.iter().enumerate() {
        if let Some(original) = merges.first().filter(|_| index > 0) {
            second_merge(builder, merge, original);
        }
        if !collect(builder, merge, &mut sources) {
            let child = Child {
                value: merge.value,
                key: merge.key.text,
                key_span: merge.key.span,
                merged: None,
                duplicate: false,
                shadowed: false,
            };
            builder.pending.push(child);
        }
    }
    let mut added = Vec::new();
    let own = builder.pending.get(first..).unwrap_or(&[]);
    let mut taken: HashSet<&str> = own.iter().map(|child| builder.str_of(child.key)).collect();
    for (merge_key, source) in sources {
        let (Kind::Mapping(range), _) = builder.target(source) else { continue };
        for child in builder.children(range).iter().filter(|child| !child.shadowed) {
            if taken.insert(builder.str_of(child.key)) {
                added.push(Child { merged: Some(merge_key), ..*child });
                if added.len() > room as usize {
                    return None;
                }
            }
        }
    }
    let count = added.len() as u32;
    builder.pending.append(&mut added);
    Some(count)
}

/// Finds the mappings that a merge names, in order; tells of what is none, and whether anything can be merged.
fn collect(builder: &mut Builder<'_>, merge: &Merge, sources: &mut Vec<(Span, NodeId)>) -> bool {
    let (kind, span) = builder.target(merge.value);
    match kind {
        Kind::Mapping(_) => {
            sources.push((merge.key.span, merge.value));
            true
        }
        Kind::Sequence(range) => {
            let items: Vec<NodeId> = builder.children(range).iter().map(|child| child.value).collect();
            let mut mergeable = items.is_empty();
            for item in items {
                match builder.target(item) {
                    (Kind::Mapping(_), _) => {
                        mergeable = true;
                        sources.push((merge.key.span, item));
                    }
                    // A problem has been told already.
                    (Kind::Invalid, _) => {}
                    (_, span) => not_a_mapping(builder, span),
                }
            }
            mergeable
        }
        Kind::Invalid => false,
        _ => {
            not_a_mapping(builder, span);
            false
        }
    }
}

fn not_a_mapping(builder: &mut Builder<'_>, span: Span) {
    let message = "`<<` merges mappings, and this is none".to_owned();
    let help = "merge an alias of a mapping, or a list of them; quote the key if `<<` is meant as it stands";
    builder.problem_at(None, "merge", message, help, span, None);
}

fn second_merge(builder: &mut Builder<'_>, merge: &Merge, original: &Merge) {
    let message = "the key `<<` stands here a second time".to_owned();
    let help = "merge several mappings in one list: `<<: [*one, *two]`";
    let related = Some((original.key.span, "it stood here first"));
    builder.problem_at(None, "duplicate-key", message, help, merge.key.span, related);
}

/// A key as a message shows it: its beginning, where it is long.
fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    if key.chars().nth(LONGEST).is_none() {
        return key.to_owned();
    }
    key.chars().take(LONGEST).chain(['…']).collect()
}
