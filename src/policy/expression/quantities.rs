//! Texts that stand for quantities: counts of parameters, days. Read when an expression is checked, where they are
//! literals, and when it runs.

use jiff::civil::Date;

/// A count of parameters as a number of billions: `7B` is 7, `350M` is 0.35, `1.5T` is 1500.
pub(in crate::policy) fn billions(text: &str) -> Option<f64> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit());
    let number: f64 = digits.parse().ok().filter(|number: &f64| is_number && number.is_finite())?;
    match unit {
        "M" => Some(number / 1000.0),
        "B" => Some(number),
        "T" => Some(number * 1000.0).filter(|number| number.is_finite()),
        _ => None,
    }
}

/// A day as `2026-01-31`.
pub(in crate::policy) fn date(text: &str) -> Option<Date> {
    // The parser takes times of day as well; they mean nothing here.
    (text.len() == 10).then(|| text.parse().ok())?
}
