//! The nearest known name: what was probably meant by a word that nobody knows.

/// Longest word that is compared, in bytes: nobody mistypes a known name into a page of text, and the comparison
/// is quadratic.
const LONGEST: usize = 128;

/// The one of `known` that `given` was probably meant to be, or nothing where none is near enough. Of equals the
/// first.
///
/// The same word in another case or punctuation comes first, then the fewest slips, then what `given` abbreviates.
pub fn nearest<T: AsRef<str>>(given: &str, known: impl IntoIterator<Item = T>) -> Option<T> {
    if given.is_empty() || given.len() > LONGEST {
        return None;
    }
    let given = fold(given);
    let mut known: Vec<(String, T)> = known.into_iter().map(|word| (fold(word.as_ref()), word)).collect();
    let slips = known.iter().enumerate().filter_map(|(index, (word, _))| Some((slips(&given, word)?, index)));
    let found = slips.min().map(|(_, index)| index).or_else(|| abbreviated(&given, &known))?;
    Some(known.swap_remove(found).1)
}

/// How many slips of the finger lie between two words, case and punctuation aside; nothing where they are too many
/// for the one to be meant by the other.
pub fn distance(given: &str, word: &str) -> Option<usize> {
    (given.len() <= LONGEST).then(|| slips(&fold(given), &fold(word)))?
}

/// A word without what people vary: case, hyphens, underscores, blanks, dots.
pub fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

fn slips(given: &str, word: &str) -> Option<usize> {
    // A third of its letters wrong still leaves a word recognisable.
    let tolerance = (word.chars().count() / 3).max(1);
    Some(strsim::osa_distance(given, word)).filter(|distance| *distance <= tolerance)
}

/// The one word that `given` begins, or whose initials it is: `prod`, `poc`.
fn abbreviated<T: AsRef<str>>(given: &str, known: &[(String, T)]) -> Option<usize> {
    let letters = given.chars().count();
    let begins = only(known, |folded, _| letters > 2 && folded.starts_with(given));
    begins.or_else(|| {
        only(known, |_, word| {
            letters > 1 && word.split('-').filter_map(|part| part.chars().next()).eq(given.chars())
        })
    })
}

/// The place of the one word that fits.
fn only<T: AsRef<str>>(known: &[(String, T)], fits: impl Fn(&str, &str) -> bool) -> Option<usize> {
    let fits = |(folded, word): &(String, T)| fits(folded, word.as_ref());
    let first = known.iter().position(fits)?;
    (!known[first + 1..].iter().any(fits)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["none", "standard", "strict"];
        assert_eq!(nearest("strickt", known), Some("strict"));
        assert_eq!(nearest("Standard", known), Some("standard"));
        assert_eq!(nearest("standrad", known), Some("standard"));
        assert_eq!(nearest("high", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn a_word_unlike_any_finds_none() {
        let known = ["monthlyRequests", "tokensPerRequest", "domain", "pattern"];
        assert_eq!(nearest("montlyRequests", known), Some("monthlyRequests"));
        assert_eq!(nearest("domian", known), Some("domain"));
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn punctuation_and_abbreviations_are_seen_through() {
        let stages = ["proof-of-concept", "pilot", "production"];
        assert_eq!(nearest("prod", stages), Some("production"));
        assert_eq!(nearest("poc", stages), Some("proof-of-concept"));
        assert_eq!(nearest("proofOfConcept", stages), Some("proof-of-concept"));
        assert_eq!(nearest("p", stages), None);
        let hosts = ["on-premises", "private-cloud", "public-cloud"];
        assert_eq!(nearest("on_prem", hosts), Some("on-premises"));
        assert_eq!(nearest("pc", hosts), None, "two words have these initials");
        let strategies = ["prompting", "fine-tuning"];
        assert_eq!(nearest("fine_tuning", strategies), Some("fine-tuning"));
        assert_eq!(nearest("prompt", strategies), Some("prompting"));
    }

    #[test]
    fn of_equals_the_first_is_found() {
        assert_eq!(nearest("ab", ["ac", "ad"]), Some("ac"));
    }

    #[test]
    fn a_page_of_text_is_not_compared() {
        assert_eq!(nearest(&"strict".repeat(1000), ["strict"]), None);
        assert_eq!(distance(&"strict".repeat(1000), "strict"), None);
    }
}
