//! What exceptions of every kind ask of their words: days that there are, and reasons that say something.

use jiff::civil::Date;

/// A day written as `YYYY-MM-DD`; nothing for any other text, and for a day that no calendar has.
pub(super) fn date(text: &str) -> Option<Date> {
    let is_plain = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok().filter(|_| is_plain)
}

/// Whether a text gives a reason: it has letters, and does not stand for one that is still to be given.
pub(super) fn says_something(text: &str) -> bool {
    let word = text.trim().trim_end_matches(['.', ':', '…', '!']);
    let stands_in = ["todo", "tbd", "fixme", "n/a", "none", "why", "reason"];
    text.chars().any(char::is_alphanumeric) && !stands_in.iter().any(|own| word.eq_ignore_ascii_case(own))
}

/// Days from one day to another; negative where the other comes first.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        assert_eq!(date("2027-01-31"), Some(jiff::civil::date(2027, 1, 31)));
        for wrong in
            ["", "2027-02-30", "2027-1-31", "31-01-2027", "2027-01-31T00:00", "2027-00-10", "２027-01-31"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_placeholder_is_no_reason() {
        for reason in ["the pilot ends in January", "OPS-12", "x", "理由"] {
            assert!(says_something(reason), "{reason}");
        }
        for none in ["", "  ", "TODO", "tbd.", "...", "WHY", "-", "n/a"] {
            assert!(!says_something(none), "{none}");
        }
    }

    #[test]
    fn days_are_counted_across_years() {
        let (first, last) = (jiff::civil::date(2026, 11, 24), jiff::civil::date(2027, 11, 24));
        assert_eq!(days_between(first, last), 365);
        assert_eq!(days_between(last, first), -365);
    }
}
