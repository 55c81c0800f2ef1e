//! The path of a fact that was probably meant.

use crate::manifest::vocabulary::Vocabulary;
use crate::nearest::distance;

/// The path nearest to an unknown one, by the whole or by its last segment; a parameter of that name otherwise.
pub(in crate::policy) fn path<'a>(
    wanted: &str,
    vocabulary: &'a Vocabulary,
    parameters: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let last = last_segment(wanted);
    let facts = vocabulary.iter().filter_map(|(_, info)| {
        // Items and values of maps are written otherwise.
        if info.path.is_empty() || info.path.contains(['[', '*']) {
            return None;
        }
        let by_whole = distance(wanted, &info.path);
        let by_last = distance(last, last_segment(&info.path)).map(|distance| distance + 1);
        Some((by_whole.into_iter().chain(by_last).min()?, info.path.to_string()))
    });
    let parameters = parameters
        .into_iter()
        .filter_map(|parameter| Some((distance(last, parameter)? + 1, format!("params.{parameter}"))));
    facts.chain(parameters).min_by_key(|(distance, _)| *distance).map(|(_, path)| path)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
