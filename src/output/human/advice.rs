//! What would make a rule pass, in words.

use crate::finding::{Clause, Scalar};
use crate::output::sanitize::visible;
use crate::policy::template::separated;

/// Values of a list that are shown.
const LIST_LIMIT: usize = 8;

/// `workload.monthlyRequests >= 500,000 and workload.domain == 'narrow'`, safe to show.
pub(in crate::output) fn clauses(clauses: &[Clause]) -> String {
    clauses.iter().map(clause).collect::<Vec<_>>().join(" and ")
}

fn clause(clause: &Clause) -> String {
    let path = visible(&clause.path);
    let value = || value(&clause.value);
    match clause.op {
        "present" => format!("{path} is declared"),
        "absent" => format!("{path} is not declared"),
        "not-in" => format!("{path} is not in {}", value()),
        "in" => format!("{path} is in {}", value()),
        "not-contains" => format!("{path} does not contain {}", value()),
        "contains" => format!("{path} contains {}", value()),
        "not-matches" => format!("{path} does not match {}", value()),
        "matches" => format!("{path} matches {}", value()),
        op => format!("{path} {op} {}", value()),
    }
}

fn value(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => separated(&value.to_string()),
        Scalar::Number(value) => separated(&value.to_string()),
        Scalar::Text(value) => format!("'{}'", visible(value)),
        Scalar::List(items) => {
            let mut shown: Vec<String> = items.iter().take(LIST_LIMIT).map(value).collect();
            if items.len() > LIST_LIMIT {
                shown.push(format!("{} more", items.len() - LIST_LIMIT));
            }
            format!("[{}]", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(op: &'static str, value: Scalar) -> String {
        clauses(&[Clause { path: "a.b".into(), op, value }])
    }

    #[test]
    fn every_comparison_reads_as_a_sentence() {
        assert_eq!(one(">=", Scalar::Int(500_000)), "a.b >= 500,000");
        assert_eq!(one("<=", Scalar::Number(0.1)), "a.b <= 0.1");
        assert_eq!(one("==", Scalar::Text("narrow\u{1b}".into())), r"a.b == 'narrow\x1b'");
        assert_eq!(one("present", Scalar::Null), "a.b is declared");
        assert_eq!(one("absent", Scalar::Null), "a.b is not declared");
        let list = Scalar::List(vec![Scalar::Text("x".into()), Scalar::Bool(true)]);
        assert_eq!(one("not-in", list), "a.b is not in ['x', true]");
        assert_eq!(one("contains", Scalar::Text("rag".into())), "a.b contains 'rag'");
        assert_eq!(one("not-matches", Scalar::Text("^v".into())), "a.b does not match '^v'");
    }

    #[test]
    fn clauses_are_joined() {
        let clause = |op| Clause { path: "a".into(), op, value: Scalar::Int(1) };
        assert_eq!(clauses(&[clause("<"), clause("!=")]), "a < 1 and a != 1");
    }
}
