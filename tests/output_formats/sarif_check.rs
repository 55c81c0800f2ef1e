//! What is wrong with a SARIF log, by the standard's structure and by the limits of GitHub's code scanning. Written
//! out by hand, so that it holds where the standard's schema is not at hand.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// A pattern that is compiled once.
macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).unwrap());
    };
}

pattern!(ADDRESS, r"^https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+$");
pattern!(LINE_HASH, r"^[0-9a-f]{1,16}:[1-9][0-9]*$");
pattern!(RELATIVE, r"^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*$");
pattern!(LINK, r"(?s)\\.|\[((?:\\.|[^\[\]\\])+)\]\((\d+)\)");
pattern!(ESCAPE, r"\\([\[\]\\])");

/// Everything that is wrong; empty: nothing.
pub(crate) fn mistakes(log: &Value) -> Vec<String> {
    let mut check = Check { wrong: Vec::new() };
    check.equal(log, "/version", "2.1.0");
    check.that(log["$schema"].as_str().is_some_and(|own| own.contains("sarif-schema-2.1.0")), "$schema");
    let runs = list(log, "/runs");
    check.that(runs.len() == 1, "there is one run");
    for run in runs {
        check.run(run);
    }
    check.wrong
}

struct Check {
    wrong: Vec<String>,
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Check {
    fn that(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.wrong.push(what.into());
        }
    }

    fn equal(&mut self, value: &Value, pointer: &str, expected: &str) {
        self.that(text(value, pointer) == expected, format!("{pointer} is {expected}"));
    }

    fn run(&mut self, run: &Value) {
        self.equal(run, "/tool/driver/name", "tunelint");
        self.equal(run, "/columnKind", "utf16CodeUnits");
        self.that(run.pointer("/originalUriBaseIds/SRCROOT").is_some(), "SRCROOT is declared");
        let rules = list(run, "/tool/driver/rules");
        self.that(rules.len() <= 25_000, "rules");
        for rule in rules {
            self.rule(rule);
        }
        let ids: BTreeSet<&str> = rules.iter().map(|rule| text(rule, "/id")).collect();
        self.that(ids.len() == rules.len(), "rule ids are unique");
        let results = list(run, "/results");
        self.that(run["results"].is_array() && results.len() <= 25_000, "results");
        let told = results.iter().filter(|result| result["suppressions"].is_array()).count();
        self.that(told == 0 || told == results.len(), "suppressions are told of all results or of none");
        for result in results {
            self.result(result, rules);
        }
        let fingerprints: BTreeSet<&str> = results
            .iter()
            .map(|result| text(result, "/partialFingerprints/tunelintFingerprint~1v1"))
            .collect();
        self.that(fingerprints.len() == results.len(), "own fingerprints are unique");
        let levels: Vec<_> = results.iter().map(|result| text(result, "/level")).collect();
        let order = |level: &&str| ["error", "warning", "note"].iter().position(|own| own == level);
        self.that(levels.is_sorted_by_key(order), "the worst come first");
        let invocations = list(run, "/invocations");
        self.that(invocations.len() == 1, "there is one invocation");
        for invocation in invocations {
            let exit = invocation["exitCode"].as_u64();
            self.that(matches!(exit, Some(0..=2)), "exitCode");
            self.that(
                invocation["executionSuccessful"].as_bool() == Some(exit != Some(2)),
                "executionSuccessful",
            );
        }
    }

    fn rule(&mut self, rule: &Value) {
        let id = text(rule, "/id");
        for (pointer, most) in [
            ("/id", 255),
            ("/name", 255),
            ("/shortDescription/text", 1024),
            ("/fullDescription/text", 1024),
            ("/help/text", usize::MAX),
            ("/help/markdown", usize::MAX),
        ] {
            let own = text(rule, pointer);
            self.that(!own.is_empty() && utf16(own) <= most, format!("{id}: {pointer}"));
        }
        let uri = text(rule, "/helpUri");
        self.that(ADDRESS.is_match(uri), format!("{id}: helpUri {uri}"));
        let level = text(rule, "/defaultConfiguration/level");
        self.that(["error", "warning", "note"].contains(&level), format!("{id}: level {level}"));
        let severity = text(rule, "/properties/problem.severity");
        self.that(
            ["error", "warning", "recommendation"].contains(&severity),
            format!("{id}: problem.severity"),
        );
        let precision = text(rule, "/properties/precision");
        self.that(["very-high", "high", "medium", "low"].contains(&precision), format!("{id}: precision"));
        let tags: BTreeSet<&str> = list(rule, "/properties/tags").iter().filter_map(Value::as_str).collect();
        self.that(rule["properties"]["tags"].is_array() && tags.len() <= 10, format!("{id}: tags"));
        self.that(tags.len() == list(rule, "/properties/tags").len(), format!("{id}: tags are unique"));
        let is_security = rule.pointer("/properties/security-severity").is_some();
        self.that(is_security == tags.contains("data-protection"), format!("{id}: security-severity"));
        self.that(is_security == tags.contains("security"), format!("{id}: the tag security"));
    }

    fn result(&mut self, result: &Value, rules: &[Value]) {
        let id = text(result, "/ruleId");
        let rule = rules.get(number(result, "/ruleIndex") as usize);
        self.that(rule.is_some_and(|rule| text(rule, "/id") == id), format!("{id}: ruleIndex"));
        self.that(result["ruleIndex"].is_u64(), format!("{id}: ruleIndex is there"));
        let level = text(result, "/level");
        self.that(["error", "warning", "note"].contains(&level), format!("{id}: level {level}"));
        self.that(list(result, "/locations").len() == 1, format!("{id}: locations"));
        for location in list(result, "/locations").iter().chain(list(result, "/relatedLocations")) {
            self.location(id, location);
        }
        let hash = result.pointer("/partialFingerprints/primaryLocationLineHash");
        self.that(
            hash.is_none_or(|hash| hash.as_str().is_some_and(|hash| LINE_HASH.is_match(hash))),
            format!("{id}: primaryLocationLineHash"),
        );
        self.links(id, result);
        for suppression in list(result, "/suppressions") {
            let kind = text(suppression, "/kind");
            self.that(["inSource", "external"].contains(&kind), format!("{id}: suppression {kind}"));
            self.equal(suppression, "/status", "accepted");
            self.that(!text(suppression, "/justification").is_empty(), format!("{id}: justification"));
        }
    }

    fn location(&mut self, id: &str, location: &Value) {
        let at = |name: &str| number(location, &format!("/physicalLocation/region/{name}"));
        let (line, column) = (at("startLine"), at("startColumn"));
        self.that(line >= 1 && at("endLine") == line, format!("{id}: the region is on one line"));
        self.that(column >= 1 && at("endColumn") > column, format!("{id}: the region covers something"));
        let uri = text(location, "/physicalLocation/artifactLocation/uri");
        let base = text(location, "/physicalLocation/artifactLocation/uriBaseId");
        if base.is_empty() {
            self.that(uri.starts_with("file:///"), format!("{id}: {uri} is absolute"));
        } else {
            self.that(
                base == "SRCROOT" && RELATIVE.is_match(uri) && !uri.starts_with('/'),
                format!("{id}: {uri}"),
            );
        }
    }

    /// Every link of the message leads to a related location, and every one of these is linked.
    fn links(&mut self, id: &str, result: &Value) {
        let known: Vec<u64> =
            list(result, "/relatedLocations").iter().map(|location| number(location, "/id")).collect();
        let linked: Vec<u64> =
            links(text(result, "/message/text")).into_iter().map(|(_, target)| target).collect();
        self.that(known == linked, format!("{id}: links {linked:?} of {known:?}"));
    }
}

/// The embedded links of a message, as the standard reads them: their words, unescaped, and their targets.
pub(crate) fn links(message: &str) -> Vec<(String, u64)> {
    LINK.captures_iter(message)
        .filter_map(|found| Some((unescaped(found.get(1)?.as_str()), found[2].parse().ok()?)))
        .collect()
}

/// A text without its escapes.
pub(crate) fn unescaped(text: &str) -> String {
    ESCAPE.replace_all(text, "$1").into_owned()
}
