//! The public conformance suite of CEL, where it is at hand: what our language shares with CEL gives the suite's
//! values. `CEL_SPEC` names a checkout of the repository google/cel-spec.
#![allow(clippy::disallowed_methods, reason = "the suite lies outside the project and is read as it is")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod judge;
mod suite;
mod support;
mod textproto;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Of the supported cases so many in a hundred must give the suite's value, deviations counted against us.
const GOAL: usize = 95;

#[test]
fn the_suite_agrees_wherever_we_have_that_part_of_the_language() {
    let Some(folder) = std::env::var_os("CEL_SPEC") else {
        println!("skipped: CEL_SPEC does not name a checkout of cel-spec");
        return;
    };
    let cases = suite::cases(Path::new(&folder));
    let mut unsupported: BTreeMap<&str, usize> = BTreeMap::new();
    let mut deviating: BTreeMap<&str, usize> = BTreeMap::new();
    let mut passed = 0;
    let mut wrong = Vec::new();
    for case in &cases {
        if let Some(reason) = support::unsupported(case) {
            *unsupported.entry(reason).or_default() += 1;
            continue;
        }
        match (judge::judge(case), support::deviation(&case.id)) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(reason)) => *deviating.entry(reason).or_default() += 1,
            (Err(reason), None) => wrong.push(format!("{}: {}: {reason}", case.id, case.expr)),
            (Ok(()), Some(_)) => wrong.push(format!("{}: deviates no more", case.id)),
        }
    }
    let supported = cases.len() - unsupported.values().sum::<usize>();
    println!("{} cases: {supported} supported, {passed} passed", cases.len());
    for (reason, count) in &deviating {
        println!("  {count:4} deviate: {reason}");
    }
    for (reason, count) in &unsupported {
        println!("  {count:4} not supported: {reason}");
    }
    let listed = support::DEVIATIONS.iter().flat_map(|(_, ids)| *ids);
    let known: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    wrong.extend(listed.filter(|id| !known.contains(*id)).map(|id| format!("{id}: no case of the suite")));
    assert!(cases.len() > 2000, "the folder holds {} cases", cases.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(passed * 100 >= supported * GOAL, "{passed} of {supported} pass");
}
