//! The nearest known name.

use crate::manifest::vocabulary::Vocabulary;

/// Longer names are not looked up: the distance costs their product.
const MAX_LENGTH: usize = 128;

/// The candidate nearest to a name, if it is near enough to be meant; of equals the first.
pub(super) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(wanted)?;
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&wanted, &plain(candidate)?)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The path nearest to an unknown one, by the whole or by its last segment; a parameter of that name otherwise.
pub(super) fn path<'a>(
    wanted: &str,
    vocabulary: &'a Vocabulary,
    parameters: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let whole = plain(wanted)?;
    let last = plain(last_segment(wanted))?;
    let facts = vocabulary.iter().filter_map(|(_, info)| {
        // Items and values of maps are written otherwise.
        if info.path.is_empty() || info.path.contains(['[', '*']) {
            return None;
        }
        let by_whole = distance(&whole, &plain(&info.path)?);
        let by_last = distance(&last, &plain(last_segment(&info.path))?).map(|distance| distance + 1);
        Some((by_whole.into_iter().chain(by_last).min()?, info.path.to_string()))
    });
    let parameters = parameters.into_iter().filter_map(|parameter| {
        Some((distance(&last, &plain(parameter)?)? + 1, format!("params.{parameter}")))
    });
    facts.chain(parameters).min_by_key(|(distance, _)| *distance).map(|(_, path)| path)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Case and word separators aside: `monthly_requests` means `monthlyRequests`.
fn plain(name: &str) -> Option<String> {
    (name.len() <= MAX_LENGTH)
        .then(|| name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect())
}

fn distance(wanted: &str, candidate: &str) -> Option<usize> {
    let distance = strsim::damerau_levenshtein(wanted, candidate);
    (distance <= (wanted.chars().count() / 4).max(1)).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        assert_eq!(nearest("prompt", ["prompting", "fine-tuning"]), None);
        assert_eq!(nearest("promptin", ["prompting", "fine-tuning"]), Some("prompting"));
        assert_eq!(nearest("fine_tuning", ["prompting", "fine-tuning"]), Some("fine-tuning"));
    }

    #[test]
    fn of_equals_the_first_is_found() {
        assert_eq!(nearest("ab", ["ac", "ad"]), Some("ac"));
    }

    #[test]
    fn a_name_of_any_length_is_harmless() {
        assert_eq!(nearest(&"x".repeat(100_000), ["xx"]), None);
    }
}
