//! The schemas made ready to validate, each once and only when it is asked for.

use std::borrow::Cow;
use std::sync::LazyLock;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use super::shape::{self, Shape};
use super::{BASELINE_SCHEMA, CONFIG_SCHEMA, FACTS_SCHEMA, PACK_SCHEMA, RULE_SCHEMA, WAIVERS_SCHEMA};
use crate::document::{NodeRef, TreeJson};
use crate::manifest::vocabulary::{TERSE_SCHEMA, manifest_schema};

/// The draft that the schemas are compiled under.
///
/// They are published as draft 2020-12, and what they use of it means the same in draft 7 (a test holds them to
/// that). The crate checks every schema against the meta-schema of its draft, and the one of draft 7 takes a
/// millisecond less to set up: half of what a run over one file took.
const DRAFT: Draft = Draft::Draft7;

/// A schema, its validator, and how findings by it are called.
pub(crate) struct Compiled {
    /// A table that tells valid documents, where there is one.
    pub(super) shape: Option<fn() -> &'static Shape>,
    /// Set up for the first document that needs it.
    pub(crate) validator: LazyLock<Validator<TreeJson>>,
    /// The schema with its words, read once there is something to say.
    worded: LazyLock<Cow<'static, Value>>,
    /// The rule of its findings.
    pub(crate) rule: &'static str,
    /// The kind of document in a sentence.
    pub(crate) noun: &'static str,
}

impl Compiled {
    /// Whether a document is valid.
    pub(crate) fn is_valid(&self, node: NodeRef<'_>) -> bool {
        self.shape.is_some_and(|shape| shape().admits(node) == Some(true))
            || self.validator.is_valid(node.into())
    }

    /// The schema with its words: what it says of each field.
    pub(crate) fn schema(&self) -> &Value {
        &self.worded
    }

    /// The native manifest.
    pub(crate) fn manifest() -> &'static Self {
        static MANIFEST: Compiled = Compiled {
            shape: Some(shape::manifest),
            validator: LazyLock::new(|| validator(&parse(TERSE_SCHEMA))),
            worded: LazyLock::new(|| Cow::Borrowed(manifest_schema())),
            rule: "schema",
            noun: "deployment",
        };
        &MANIFEST
    }

    /// A part of a manifest's spec: nothing is required, and `metadata` may stand beside.
    pub(crate) fn part_of_spec() -> &'static Self {
        static PART: Compiled = Compiled {
            shape: None,
            validator: LazyLock::new(|| validator(&part_of_spec(parse(TERSE_SCHEMA)))),
            worded: LazyLock::new(|| Cow::Owned(part_of_spec(manifest_schema().clone()))),
            rule: "policy",
            noun: "deployment",
        };
        &PART
    }

    /// A part of a manifest's spec that somebody else supplies: nothing is required.
    pub(crate) fn supplied_spec() -> &'static Self {
        static SUPPLIED: Compiled = Compiled {
            shape: None,
            validator: LazyLock::new(|| validator(&bare_part_of_spec(parse(TERSE_SCHEMA)))),
            worded: LazyLock::new(|| Cow::Owned(bare_part_of_spec(manifest_schema().clone()))),
            rule: "facts",
            noun: "deployment",
        };
        &SUPPLIED
    }

    /// A file of supplied facts.
    pub(crate) fn facts() -> &'static Self {
        static FACTS: Compiled = Compiled {
            shape: None,
            validator: LazyLock::new(|| validator(&parse(FACTS_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(FACTS_SCHEMA))),
            rule: "facts",
            noun: "facts file",
        };
        &FACTS
    }

    /// A rule file.
    pub(crate) fn rule() -> &'static Self {
        static RULE: Compiled = Compiled {
            shape: Some(shape::rule),
            validator: LazyLock::new(|| validator(&parse(RULE_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(RULE_SCHEMA))),
            rule: "policy",
            noun: "rule",
        };
        &RULE
    }

    /// A pack file.
    pub(crate) fn pack() -> &'static Self {
        static PACK: Compiled = Compiled {
            shape: Some(shape::pack),
            validator: LazyLock::new(|| validator(&parse(PACK_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(PACK_SCHEMA))),
            rule: "policy",
            noun: "pack",
        };
        &PACK
    }

    /// A config.
    pub(crate) fn config() -> &'static Self {
        static CONFIG: Compiled = Compiled {
            shape: Some(shape::config),
            validator: LazyLock::new(|| validator(&parse(CONFIG_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(CONFIG_SCHEMA))),
            rule: "config",
            noun: "config",
        };
        &CONFIG
    }

    /// A waivers file.
    pub(crate) fn waivers() -> &'static Self {
        static WAIVERS: Compiled = Compiled {
            shape: None,
            validator: LazyLock::new(|| validator(&parse(WAIVERS_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(WAIVERS_SCHEMA))),
            rule: "waivers",
            noun: "waivers file",
        };
        &WAIVERS
    }

    /// A baseline.
    pub(crate) fn baseline() -> &'static Self {
        static BASELINE: Compiled = Compiled {
            shape: None,
            validator: LazyLock::new(|| validator(&parse(BASELINE_SCHEMA))),
            worded: LazyLock::new(|| Cow::Owned(parse(BASELINE_SCHEMA))),
            rule: "baseline",
            noun: "baseline",
        };
        &BASELINE
    }
}

#[expect(clippy::expect_used, reason = "the schemas are embedded, and a test builds each of them")]
fn validator(schema: &Value) -> Validator<TreeJson> {
    jsonschema::options_for::<TreeJson>()
        .with_draft(DRAFT)
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .expect("an embedded schema is valid")
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The schema of a part of a spec with a `metadata` in it, made of that of the manifest.
fn part_of_spec(mut manifest: Value) -> Value {
    let mut metadata = manifest["properties"]["metadata"].take();
    drop_required(&mut metadata);
    let mut spec = bare_part_of_spec(manifest);
    spec["properties"]["metadata"] = metadata;
    spec
}

/// The schema of a part of a spec, made of that of the manifest.
fn bare_part_of_spec(mut manifest: Value) -> Value {
    let mut spec = manifest["properties"]["spec"].take();
    drop_required(&mut spec);
    spec
}

/// Removes what is required, but from conditions: there it tells whether they hold.
fn drop_required(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("required").is_some_and(Value::is_array) {
                members.remove("required");
            }
            members.iter_mut().filter(|(key, _)| *key != "if").for_each(|(_, member)| drop_required(member));
        }
        Value::Array(items) => items.iter_mut().for_each(drop_required),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::vocabulary::MANIFEST_SCHEMA;
    use crate::schema::tests::without_words;

    /// Keywords that mean the same in drafts 7 and 2020-12, as long as nothing but words stands beside a `$ref`.
    const SHARED: &[&str] = &[
        "$schema",
        "$id",
        "title",
        "description",
        "examples",
        "type",
        "enum",
        "const",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "oneOf",
        "pattern",
        "minimum",
        "if",
        "then",
    ];

    fn check(schema: &Value) {
        let Some(members) = schema.as_object() else { return };
        let is_reference = members.contains_key("$ref");
        for (keyword, value) in members {
            let is_words = matches!(keyword.as_str(), "title" | "description" | "examples");
            assert!(
                if is_reference {
                    is_words || keyword == "$ref"
                } else {
                    SHARED.contains(&keyword.as_str()) || keyword == "$defs"
                },
                "{keyword} may not mean the same in both drafts"
            );
            match keyword.as_str() {
                "properties" | "$defs" => value.as_object().unwrap().values().for_each(check),
                "oneOf" => value.as_array().unwrap().iter().for_each(check),
                "items" | "additionalProperties" | "if" | "then" => check(value),
                _ => {}
            }
        }
    }

    #[test]
    fn compiled_schemas_use_only_what_both_drafts_understand_alike() {
        for compiled in [
            Compiled::manifest(),
            Compiled::part_of_spec(),
            Compiled::supplied_spec(),
            Compiled::facts(),
            Compiled::rule(),
            Compiled::pack(),
            Compiled::config(),
            Compiled::rule(),
            Compiled::pack(),
            Compiled::waivers(),
            Compiled::baseline(),
        ] {
            check(compiled.schema());
            LazyLock::force(&compiled.validator);
        }
    }

    #[test]
    fn the_terse_schema_is_the_schema_without_its_words() {
        assert_eq!(parse(TERSE_SCHEMA), without_words(manifest_schema()));
        assert!(TERSE_SCHEMA.len() < MANIFEST_SCHEMA.len() / 2);
    }
}
