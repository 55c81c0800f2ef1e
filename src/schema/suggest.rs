//! What was probably meant by a key that its object does not know.

use serde_json::Value;

use crate::nearest::{fold, nearest};

/// What a key that its object does not know was probably meant to be.
#[derive(Debug, PartialEq)]
pub(crate) enum Meant {
    /// Another key of the same object.
    Sibling(String),
    /// A key of other objects: each by the path of the object and the key's name, the nearest to the top first.
    Elsewhere(Vec<(String, String)>),
    /// Nothing near.
    Nothing,
}

/// What `key` was probably meant to be in an object of the schema `object`, a part of the schema `whole`.
pub(crate) fn meant(whole: &Value, object: &Value, key: &str) -> Meant {
    let known = object["properties"].as_object();
    let near = nearest(key, known.into_iter().flatten().map(|(name, _)| name.as_str()));
    // A slip of one letter is likelier than a field in the wrong place, and that likelier than two slips.
    if let Some(near) = near
        && (fold(near) == fold(key) || strsim::osa_distance(near, key) < 2)
    {
        return Meant::Sibling(near.to_owned());
    }
    match (elsewhere(whole, key), near) {
        (places, _) if !places.is_empty() => Meant::Elsewhere(places),
        (_, Some(near)) => Meant::Sibling(near.to_owned()),
        _ => Meant::Nothing,
    }
}

/// Objects of a schema that know a key (in whatever case and punctuation), by the path of the object; the
/// shortest paths first.
fn elsewhere(schema: &Value, key: &str) -> Vec<(String, String)> {
    let folded = fold(key);
    let mut found = Vec::new();
    visit(schema, "", &mut |path, name| {
        if fold(name) == folded {
            found.push((path.to_owned(), name.to_owned()));
        }
    });
    found.sort_by_key(|(path, _)| path.split('.').count());
    found
}

fn visit(schema: &Value, path: &str, found: &mut impl FnMut(&str, &str)) {
    for (name, child) in schema["properties"].as_object().into_iter().flatten() {
        found(path, name);
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        visit(child, &below, found);
    }
    if schema["items"].is_object() {
        visit(&schema["items"], &format!("{path}[]"), found);
    }
    if schema["additionalProperties"].is_object() {
        visit(&schema["additionalProperties"], &format!("{path}.*"), found);
    }
    for branch in schema["oneOf"].as_array().into_iter().flatten() {
        visit(branch, path, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_where_it_belongs_nearest_to_the_top_first() {
        let schema = serde_json::json!({"properties": {
            "spec": {"properties": {
                "owner": {},
                "hosting": {"properties": {"operations": {"properties": {"owner": {}}}}},
            }},
        }});
        let places = |paths: &[&str]| {
            Meant::Elsewhere(paths.iter().map(|path| ((*path).to_owned(), "owner".to_owned())).collect())
        };
        assert_eq!(meant(&schema, &schema, "Owner"), places(&["spec", "spec.hosting.operations"]));
        let spec = &schema["properties"]["spec"];
        assert_eq!(meant(&schema, spec, "owners"), Meant::Sibling("owner".to_owned()));
        assert_eq!(meant(&schema, spec, "hostng"), Meant::Sibling("hosting".to_owned()));
        assert_eq!(meant(&schema, spec, "colour"), Meant::Nothing);
    }
}
