//! Charts as numbers that the template puts into SVG. They are drawn into a box of 100 by 40 and stretched to what room
//! there is, so that nothing but their shape is in it: every word stands beside it, at its own size.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use crate::audit::portfolio::{Counts, Point};
use crate::output::audit::words::{number, severities};
use crate::output::wrap::clip;

/// The box.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 40.0;
/// Bars of a chart.
const BARS: usize = 12;
/// Characters of a name beside a bar.
const NAME: usize = 60;

/// A chart over the days.
#[derive(Serialize)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// The same in words, for who does not see it.
    pub(super) description: String,
    pub(super) legend: Vec<Key>,
    pub(super) areas: Vec<Area>,
    pub(super) bars: Vec<Bar>,
    pub(super) top: String,
    pub(super) middle: String,
    pub(super) bottom: String,
    pub(super) first: String,
    pub(super) last: String,
}

#[derive(Serialize)]
pub(super) struct Key {
    class: &'static str,
    text: String,
}

#[derive(Serialize)]
pub(super) struct Area {
    class: &'static str,
    /// The corners of it.
    points: String,
    /// Its upper edge.
    edge: String,
}

#[derive(Serialize)]
pub(super) struct Bar {
    class: &'static str,
    x: String,
    y: String,
    width: String,
    height: String,
}

/// One of the numbers that are stacked.
pub(super) struct Series {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) value: fn(&Point) -> u64,
}

/// Numbers stacked over the days, the first at the bottom; those that are nothing on all days are left out.
pub(super) fn stacked(title: &'static str, trend: &[Point], series: &[Series]) -> Chart {
    let is_something = |own: &&Series| trend.iter().any(|point| (own.value)(point) > 0);
    let series: Vec<&Series> = series.iter().filter(is_something).collect();
    let all = |point: &Point| series.iter().map(|own| (own.value)(point)).sum::<u64>();
    let most = nice(trend.iter().map(all).max().unwrap_or(0));
    let mut below = vec![0_u64; trend.len()];
    let mut areas = Vec::new();
    for own in &series {
        let above: Vec<u64> =
            trend.iter().zip(&below).map(|(point, below)| below + (own.value)(point)).collect();
        let edge = corners(trend, &above, most);
        let under: Vec<String> = corners(trend, &below, most).into_iter().rev().collect();
        let points = edge.iter().chain(&under).cloned().collect::<Vec<_>>().join(" ");
        areas.push(Area { class: own.class, points, edge: edge.join(" ") });
        below = above;
    }
    let (first, last) = ends(trend);
    let told = |point: &Point| {
        let each: Vec<String> =
            series.iter().map(|own| format!("{} {}", number((own.value)(point)), own.word)).collect();
        format!("{}: {}", point.day, each.join(", "))
    };
    let key = |own: &&Series| {
        let now = trend.last().map_or(0, own.value);
        Key { class: own.class, text: format!("{} {}", number(now), own.word) }
    };
    Chart {
        title,
        description: both(trend).map(told).collect::<Vec<_>>().join("; "),
        legend: series.iter().rev().map(key).collect(),
        areas,
        bars: Vec::new(),
        top: number(most),
        middle: if most.is_multiple_of(2) { number(most / 2) } else { String::new() },
        bottom: "0".to_owned(),
        first,
        last,
    }
}

/// What was new and what was gone on each day, upwards and downwards.
pub(super) fn new_and_gone(trend: &[Point]) -> Chart {
    let days: Vec<(&Point, u64, u64)> =
        trend.iter().filter_map(|point| point.new_and_gone().map(|(new, gone)| (point, new, gone))).collect();
    let most = nice(days.iter().map(|(_, new, gone)| *new.max(gone)).max().unwrap_or(0));
    let step = WIDTH / ratio(days.len() as u64).max(1.0);
    let half = HEIGHT / 2.0;
    let mut bars = Vec::new();
    for (index, (_, new, gone)) in days.iter().enumerate() {
        let x = step * (ratio(index as u64) + 0.2);
        for (class, count, is_up) in [("error", *new, true), ("good", *gone, false)] {
            let height = half * ratio(count) / ratio(most);
            let y = if is_up { half - height } else { half };
            let (x, y, width) = (decimal(x), decimal(y), decimal(step * 0.6));
            bars.push(Bar { class, x, y, width, height: decimal(height) });
        }
    }
    let points: Vec<Point> = days.iter().map(|(point, ..)| **point).collect();
    let (first, last) = ends(&points);
    let (new, gone) = days.last().map_or((0, 0), |(_, new, gone)| (*new, *gone));
    let told: Vec<String> = days
        .iter()
        .map(|(point, new, gone)| format!("{}: {} new, {} gone", point.day, number(*new), number(*gone)))
        .collect();
    Chart {
        title: "New and gone",
        description: told.join("; "),
        legend: vec![
            Key { class: "error", text: format!("{} new", number(new)) },
            Key { class: "good", text: format!("{} gone", number(gone)) },
        ],
        areas: Vec::new(),
        bars,
        top: format!("{} new", number(most)),
        middle: "0".to_owned(),
        bottom: format!("{} gone", number(most)),
        first,
        last,
    }
}

/// The points of a small line without axes; nothing where there are no two.
pub(super) fn spark(trend: &[Point], value: fn(&Point) -> u64) -> Option<String> {
    if trend.len() < 2 {
        return None;
    }
    let values: Vec<u64> = trend.iter().map(value).collect();
    let most = values.iter().max().copied().unwrap_or(0).max(1);
    Some(corners(trend, &values, most).join(" "))
}

/// A bar for each line of a table.
#[derive(Serialize)]
pub(super) struct Bars {
    title: &'static str,
    legend: Vec<Key>,
    rows: Vec<Row>,
    more: Option<String>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    is_nameless: bool,
    parts: Vec<Bar>,
    count: String,
    description: String,
}

/// Open findings by severity, a bar a name; those that there is no room for are counted.
pub(super) fn severities_by<'a>(
    title: &'static str,
    none: &str,
    lines: impl Iterator<Item = (Option<&'a str>, Counts)>,
) -> Bars {
    let mut lines: Vec<(Option<&str>, Counts)> = lines.filter(|(_, counts)| counts.open() > 0).collect();
    let more = lines.len().saturating_sub(BARS);
    lines.truncate(BARS);
    let most = lines.iter().map(|(_, counts)| counts.open()).max().unwrap_or(1).max(1);
    let row = |(name, counts): &(Option<&str>, Counts)| {
        let mut x = 0.0;
        let all = [("error", counts.errors), ("warning", counts.warnings), ("note", counts.notes)];
        let part = |(class, count): (&'static str, u64)| {
            let width = WIDTH * ratio(count) / ratio(most);
            let bar = Bar { class, x: decimal(x), y: "0".into(), width: decimal(width), height: "10".into() };
            x += width;
            bar
        };
        let parts = all.into_iter().filter(|(_, count)| *count > 0).map(part).collect();
        let shown = clip(name.unwrap_or(none), NAME, "…").into_owned();
        Row {
            description: format!("{shown}: {}", severities(counts)),
            name: shown,
            is_nameless: name.is_none(),
            parts,
            count: number(counts.open()),
        }
    };
    let key = |class, text: &str| Key { class, text: text.to_owned() };
    Bars {
        title,
        legend: vec![key("error", "errors"), key("warning", "warnings"), key("note", "notes")],
        rows: lines.iter().map(row).collect(),
        more: (more > 0).then(|| format!("and {} more, in the table below", number(more as u64))),
    }
}

impl Bars {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Where values stand: by their day from left to right, upwards by how much of the most they are.
fn corners(trend: &[Point], values: &[u64], most: u64) -> Vec<String> {
    let begin = trend.first().map(|point| point.day);
    let days =
        |day: Date| begin.map_or(0.0, |begin| f64::from(begin.until(day).map_or(0, |span| span.get_days())));
    let all = trend.last().map_or(1.0, |point| days(point.day)).max(1.0);
    let mut corners = Vec::new();
    for (point, value) in trend.iter().zip(values) {
        let mut corner = decimal(WIDTH * days(point.day) / all);
        // Writing to a string cannot fail.
        let _ = write!(corner, ",{}", decimal(HEIGHT - HEIGHT * ratio(*value) / ratio(most)));
        corners.push(corner);
    }
    corners
}

/// The next of 1, 2, 4, 5, 8, 10, 20, 40, … that is not below a number.
fn nice(most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for step in [1, 2, 4, 5, 8] {
            let top = unit.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn ends(trend: &[Point]) -> (String, String) {
    let day = |point: Option<&Point>| point.map_or_else(String::new, |point| point.day.to_string());
    (if trend.len() > 1 { day(trend.first()) } else { String::new() }, day(trend.last()))
}

/// The first and the last day.
fn both(trend: &[Point]) -> impl Iterator<Item = &Point> {
    trend.first().into_iter().chain(trend.last().filter(|_| trend.len() > 1))
}

/// Enough of a number for a place in a chart.
fn decimal(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "a place in a chart is no more exact")]
fn ratio(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_a_round_number() {
        let given = [0, 1, 3, 6, 9, 11, 41, 990];
        assert_eq!(given.map(nice), [1, 1, 4, 8, 10, 20, 50, 1000]);
        assert_eq!(nice(u64::MAX), u64::MAX);
    }

    #[test]
    fn places_have_no_noise() {
        assert_eq!([0.1 + 0.2, 100.0, 0.0, -0.001, 12.5].map(decimal), ["0.3", "100", "0", "0", "12.5"]);
    }
}
