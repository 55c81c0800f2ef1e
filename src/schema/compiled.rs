//! The schemas made ready to validate, each once and only when it is asked for.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use super::{PACK_SCHEMA, RULE_SCHEMA};
use crate::document::TreeJson;
use crate::manifest::vocabulary::MANIFEST_SCHEMA;

/// A schema, its validator, and how findings by it are called.
pub(crate) struct Compiled {
    pub(crate) schema: Value,
    pub(crate) validator: Validator<TreeJson>,
    /// The rule of its findings.
    pub(crate) rule: &'static str,
    /// The kind of document in a sentence.
    pub(crate) noun: &'static str,
}

impl Compiled {
    #[expect(clippy::expect_used, reason = "the schemas are embedded, and a test builds each of them")]
    fn new(schema: Value, rule: &'static str, noun: &'static str) -> Self {
        let validator =
            jsonschema::options_for::<TreeJson>().build(&schema).expect("an embedded schema is valid");
        Self { schema, validator, rule, noun }
    }

    /// The native manifest.
    pub(crate) fn manifest() -> &'static Self {
        static MANIFEST: OnceLock<Compiled> = OnceLock::new();
        MANIFEST.get_or_init(|| Self::new(parse(MANIFEST_SCHEMA), "schema", "deployment"))
    }

    /// A part of a manifest's spec: nothing is required, and `metadata` may stand beside.
    pub(crate) fn part_of_spec() -> &'static Self {
        static PART: OnceLock<Compiled> = OnceLock::new();
        PART.get_or_init(|| {
            let mut manifest = parse(MANIFEST_SCHEMA);
            let metadata = manifest["properties"]["metadata"].take();
            let mut spec = manifest["properties"]["spec"].take();
            spec["$schema"] = manifest["$schema"].take();
            spec["properties"]["metadata"] = metadata;
            drop_required(&mut spec);
            Self::new(spec, "policy", "deployment")
        })
    }

    /// A rule file.
    pub(crate) fn rule() -> &'static Self {
        static RULE: OnceLock<Compiled> = OnceLock::new();
        RULE.get_or_init(|| Self::new(parse(RULE_SCHEMA), "policy", "rule"))
    }

    /// A pack file.
    pub(crate) fn pack() -> &'static Self {
        static PACK: OnceLock<Compiled> = OnceLock::new();
        PACK.get_or_init(|| Self::new(parse(PACK_SCHEMA), "policy", "pack"))
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
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
