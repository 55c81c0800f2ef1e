//! The nearest known word: what was probably meant by a key or a value that nobody knows.

use serde_json::Value;

/// Longest word that is compared: nobody mistypes a known key into a page of text, and the comparison is
/// quadratic.
const LONGEST: usize = 64;

/// The word of `known` that `given` was probably meant to be, or nothing where none is near enough.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if given.is_empty() || given.len() > LONGEST {
        return None;
    }
    let folded = fold(given);
    if let Some(same) = known.clone().find(|word| fold(word) == folded) {
        return Some(same);
    }
    known
        .clone()
        .map(|word| (strsim::osa_distance(&folded, &fold(word)), word))
        .filter(|(distance, word)| *distance <= tolerance(word))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
        .or_else(|| abbreviated(&folded, known))
}

/// How many edits still leave a word recognisable.
fn tolerance(word: &str) -> usize {
    (word.chars().count() / 3).max(1)
}

/// The one word that `given` begins, or whose initials it is: `prod`, `poc`.
fn abbreviated<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let begins = known.clone().filter(|word| given.len() > 2 && fold(word).starts_with(given));
    let initials = known.filter(|word| {
        given.len() > 1 && word.split('-').filter_map(|part| part.chars().next()).eq(given.chars())
    });
    only(begins).or_else(|| only(initials))
}

fn only<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words.next().filter(|_| words.next().is_none())
}

/// A word without what people vary: case, hyphens, underscores, blanks.
fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

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

    fn near(given: &str, known: &[&'static str]) -> Option<&'static str> {
        nearest(given, known.iter().copied())
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["none", "standard", "strict"];
        assert_eq!(near("strickt", &known), Some("strict"));
        assert_eq!(near("Standard", &known), Some("standard"));
        assert_eq!(near("standrad", &known), Some("standard"));
        assert_eq!(near("high", &known), None);
        assert_eq!(near("", &known), None);
    }

    #[test]
    fn punctuation_and_abbreviations_are_seen_through() {
        let stages = ["proof-of-concept", "pilot", "production"];
        assert_eq!(near("prod", &stages), Some("production"));
        assert_eq!(near("poc", &stages), Some("proof-of-concept"));
        assert_eq!(near("proofOfConcept", &stages), Some("proof-of-concept"));
        assert_eq!(near("p", &stages), None);
        let hosts = ["on-premises", "private-cloud", "public-cloud"];
        assert_eq!(near("on_prem", &hosts), Some("on-premises"));
        assert_eq!(near("pc", &hosts), None, "two words have these initials");
    }

    #[test]
    fn a_page_of_text_is_not_compared() {
        assert_eq!(near(&"strict".repeat(1000), &["strict"]), None);
    }

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
