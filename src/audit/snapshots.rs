//! The days that a trend looks at.

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};

use crate::git::Commit;

/// How far the days of a trend lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Seven days.
    Week,
    /// The same day of each month, or its last one where it has no such day.
    Month,
}

impl Every {
    fn times(self, number: i32) -> Span {
        match self {
            Self::Week => number.weeks(),
            Self::Month => number.months(),
        }
    }
}

/// Most days of a trend: five years of weeks.
pub const MOST: u16 = 260;

/// A day, and as many before it as are asked for; the earliest first.
pub fn snapshots(today: Date, history: u16, every: Every) -> Vec<Date> {
    let before = (1..=i32::from(history.min(MOST))).rev();
    let before = before.filter_map(|number| today.checked_sub(every.times(number)).ok());
    before.chain([today]).collect()
}

/// The commit that a first-parent history, the latest first, had come to at the end of a day (UTC).
pub fn at_end_of(history: &[Commit], day: Date) -> Option<&Commit> {
    let next = TimeZone::UTC.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok()?;
    history.iter().find(|commit| commit.time < next)
}

/// A time as rows have it: `2026-11-24T16:00:00Z`.
pub fn time(of: Timestamp) -> String {
    of.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn commit(id: &str, time: &str) -> Commit {
        Commit { id: id.to_owned(), time: time.parse().unwrap() }
    }

    #[test]
    fn days_end_with_today_and_lie_a_week_or_a_month_apart() {
        let today = date(2026, 3, 31);
        assert_eq!(snapshots(today, 0, Every::Week), [today]);
        assert_eq!(snapshots(today, 2, Every::Week), [date(2026, 3, 17), date(2026, 3, 24), today]);
        assert_eq!(snapshots(today, 2, Every::Month), [date(2026, 1, 31), date(2026, 2, 28), today]);
    }

    #[test]
    fn a_day_has_what_was_committed_before_it_ended() {
        let history = [
            commit("c", "2026-03-02T00:00:00Z"),
            commit("b", "2026-03-01T23:59:59Z"),
            commit("a", "2026-02-01T12:00:00Z"),
        ];
        let at = |day| at_end_of(&history, day).map(|commit| commit.id.as_str());
        assert_eq!(at(date(2026, 3, 2)), Some("c"));
        assert_eq!(at(date(2026, 3, 1)), Some("b"));
        assert_eq!(at(date(2026, 2, 28)), Some("a"));
        assert_eq!(at(date(2026, 1, 31)), None);
    }

    #[test]
    fn a_time_is_told_in_utc_to_the_second() {
        assert_eq!(time("2026-03-01T23:59:59+02:00".parse().unwrap()), "2026-03-01T21:59:59Z");
    }
}
