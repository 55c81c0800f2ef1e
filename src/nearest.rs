//! The nearest known name to one that is not known.

/// The candidate most like a name, if any is like enough to be worth suggesting. Of equals the first.
pub fn nearest<T: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = T>) -> Option<T> {
    let lower = name.to_lowercase();
    let mut best: Option<(f64, T)> = None;
    for candidate in candidates {
        let score = strsim::jaro_winkler(&lower, &candidate.as_ref().to_lowercase());
        // Jaro-Winkler likes common prefixes too much for short words; a typo changes few letters.
        let near = score > 0.82
            || strsim::damerau_levenshtein(&lower, &candidate.as_ref().to_lowercase()) <= 2 && name.len() > 3;
        if near && best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let known = ["monthlyRequests", "tokensPerRequest", "domain", "pattern"];
        assert_eq!(nearest("montlyRequests", known), Some("monthlyRequests"));
        assert_eq!(nearest("domian", known), Some("domain"));
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest("colour", known), None);
    }
}
