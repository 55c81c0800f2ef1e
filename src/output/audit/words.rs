//! What the formats say in the same words: the answer in one sentence, numbers, amounts, places.

use crate::audit::portfolio::{Amount, Counts, Entry, Point, Portfolio, SOON, Spot};
use crate::audit::record::{WaiverRow, WaiverState};
use crate::finding::ExceptionKind;
use crate::output::links::page_on_the_web;
use crate::policy::template::separated;

/// A number with thousands separators.
pub(super) fn number(count: u64) -> String {
    separated(&count.to_string())
}

/// `1 file`, `1,200 files`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

pub(super) fn deployments(count: u64) -> String {
    counted(count, "deployment", "deployments")
}

pub(super) fn repositories(count: u64) -> String {
    counted(count, "repository", "repositories")
}

pub(super) fn findings(count: u64) -> String {
    counted(count, "finding", "findings")
}

/// An amount in whole USD, with cents where it is below ten and has any.
pub(super) fn usd(amount: f64) -> String {
    if amount.abs() >= 1e15 {
        return format!("USD {amount:.2e}");
    }
    let cents = (amount * 100.0).round() / 100.0;
    if cents.abs() < 10.0 && cents.fract() != 0.0 {
        return format!("USD {cents:.2}");
    }
    let whole = format!("{:.0}", amount.round());
    format!("USD {}", separated(if whole == "-0" { "0" } else { &whole }))
}

/// An amount, or a dash where nobody declares one.
pub(super) fn amount(own: Amount) -> String {
    if own.deployments == 0 { "–".to_owned() } else { usd(own.usd) }
}

/// A share in whole percent; neither all nor nothing is rounded to.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let rounded = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    let share = match rounded {
        0 if part > 0 => 1,
        100 if part < whole => 99,
        other => other,
    };
    format!("{share} %")
}

/// A share of amountsin whole percent.
pub(super) fn share(part: f64, whole: f64) -> String {
    if whole <= 0.0 || part < 0.0 {
        return "–".to_owned();
    }
    // Shares of more than all there is come of negative amounts, and say nothing.
    let thousandths = (part / whole * 1000.0).round().clamp(0.0, 1000.0);
    #[expect(clippy::cast_sign_loss, reason = "it was clamped to what is not negative")]
    percent(thousandths as u64, 1000)
}

/// `+3`, `−3`, `±0`: a number against the one before.
pub(super) fn change(now: u64, before: u64) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Greater => format!("+{}", number(now - before)),
        std::cmp::Ordering::Less => format!("−{}", number(before - now)),
        std::cmp::Ordering::Equal => "±0".to_owned(),
    }
}

/// The answer in one sentence.
pub(super) fn headline(portfolio: &Portfolio) -> String {
    let now = &portfolio.now;
    let all = now.counts.deployments;
    if all == 0 {
        return format!("No LLM deployment was found in {}.", repositories(now.repos));
    }
    let has = if now.failing == 1 { "has" } else { "have" };
    let answer = match now.failing {
        0 if all == 1 => "The one deployment has no open error".to_owned(),
        0 => format!("None of {} has an open error", deployments(all)),
        failing if failing == all && all > 1 => format!("All {} have open errors", deployments(all)),
        failing => format!("{} of {} {has} open errors", number(failing), deployments(all)),
    };
    match portfolio.before() {
        Some(before) if before.repos > 0 => format!("{answer}, {}.", against(now, before)),
        _ => format!("{answer}."),
    }
}

/// How that was before.
fn against(now: &Point, before: &Point) -> String {
    let day = before.day;
    match now.failing.cmp(&before.failing) {
        std::cmp::Ordering::Less => {
            format!("{} fewer than on {day}", number(before.failing - now.failing))
        }
        std::cmp::Ordering::Equal => format!("as many as on {day}"),
        std::cmp::Ordering::Greater => {
            format!("{} more than on {day}", number(now.failing - before.failing))
        }
    }
}

/// `5 errors, 4 warnings, 1 note`, without those there are none of.
pub(super) fn severities(counts: &Counts) -> String {
    let all = [
        (counts.errors, "error", "errors"),
        (counts.warnings, "warning", "warnings"),
        (counts.notes, "note", "notes"),
    ];
    let told: Vec<String> = all
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(*count, one, many))
        .collect();
    if told.is_empty() { "no open findings".to_owned() } else { told.join(", ") }
}

/// `2 new and 1 gone since 2026-10-24`; nothing where there is nothing to compare with.
pub(super) fn new_and_gone(portfolio: &Portfolio) -> Option<String> {
    let own = portfolio.comparison.as_ref()?;
    let (new, gone) = (number(own.new_findings()), number(own.gone));
    Some(format!("{new} new and {gone} gone since {}", own.against.day()))
}

/// How many repositories were audited, of those that were asked for.
pub(super) fn audited(portfolio: &Portfolio) -> String {
    let (audited, asked) = (portfolio.now.repos, portfolio.asked);
    if audited == asked {
        return repositories(asked);
    }
    format!("{} of {}", number(audited), repositories(asked))
}

/// What a team, a stage, … is called.
pub(super) fn name<'a>(name: Option<&'a str>, none: &'a str) -> &'a str {
    name.unwrap_or(none)
}

/// `in 7 days`, `today`, `3 days ago`.
pub(super) fn days(days: i32) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("in {} days", number(u64::from(days.unsigned_abs()))),
        _ => format!("{} days ago", number(u64::from(days.unsigned_abs()))),
    }
}

/// The word for where a waiver stands.
pub(super) const fn state(state: WaiverState) -> &'static str {
    match state {
        WaiverState::InUse => "in use",
        WaiverState::Unused => "unused",
        WaiverState::Lapsed => "lapsed",
        WaiverState::Expired => "expired",
        WaiverState::Rejected => "rejected",
    }
}

/// The states of waivers, those there are none of left out.
pub(super) fn waiver_counts(own: &Portfolio) -> String {
    let ledger = &own.ledger;
    let all = [
        (ledger.in_use, "in use".to_owned()),
        (ledger.soon, format!("of them within {SOON} days of their end")),
        (ledger.expired, "expired".to_owned()),
        (ledger.lapsed, "lapsed".to_owned()),
        (ledger.rejected, "rejected".to_owned()),
        (ledger.unused, "unused".to_owned()),
    ];
    let told: Vec<String> = all
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(*count)))
        .collect();
    told.join(", ")
}

/// The word for what kind of exception it is.
pub(super) const fn kind(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::Inline => "comment",
        ExceptionKind::Waiver => "waiver",
        ExceptionKind::Baseline => "baseline",
    }
}

/// What a waiver is for: the deployment, else the paths, else its own file.
pub(super) fn target(waiver: &WaiverRow) -> &str {
    waiver.deployment.as_deref().or(waiver.path.as_deref()).unwrap_or(&waiver.file)
}

/// File and line.
pub(super) fn place(file: &str, line: Option<u32>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}

/// The page of a place, where its forge is known.
pub(super) fn page(spot: &Spot) -> Option<String> {
    page_on_the_web(spot.web.as_deref()?, &spot.file, spot.line)
}

/// The page of a waiver.
pub(super) fn page_of_entry(entry: &Entry) -> Option<String> {
    page_on_the_web(entry.web.as_deref()?, &entry.waiver.file, entry.waiver.line)
}

/// What something is called that could not be looked into.
pub(super) fn passed_over(code: &str, count: u64) -> String {
    match code {
        "submodule" => counted(count, "submodule", "submodules"),
        "lfs-pointer" => counted(count, "file kept elsewhere (LFS)", "files kept elsewhere (LFS)"),
        "shallow" => counted(count, "shallow history", "shallow histories"),
        other => format!("{} {other}", number(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_unless_they_are_small() {
        let cases = [
            (0.0, "USD 0"),
            (-0.2e-9, "USD 0"),
            (0.1 + 0.2, "USD 0.30"),
            (9.0, "USD 9"),
            (9.999, "USD 10"),
            (1_234_567.5, "USD 1,234,568"),
            (-1_234.0, "USD -1,234"),
            (2e300, "USD 2.00e300"),
        ];
        for (given, expected) in cases {
            assert_eq!(usd(given), expected);
        }
    }

    #[test]
    fn a_share_is_all_or_nothing_only_where_it_is() {
        assert_eq!(percent(0, 3), "0 %");
        assert_eq!(percent(1, 3), "33 %");
        assert_eq!(percent(2, 3), "67 %");
        assert_eq!(percent(1, 1000), "1 %");
        assert_eq!(percent(999, 1000), "99 %");
        assert_eq!(percent(3, 3), "100 %");
        assert_eq!(percent(0, 0), "–");
    }

    #[test]
    fn days_are_told_from_today() {
        let told: Vec<String> = [-2, -1, 0, 1, 1200].into_iter().map(days).collect();
        assert_eq!(told, ["2 days ago", "yesterday", "today", "tomorrow", "in 1,200 days"]);
    }
}
