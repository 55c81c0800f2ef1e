//! A picture of terminal output: text with escape sequences to an SVG that reads the same on a light and a dark page.

use std::fmt::Write as _;

/// Width of a character cell, in the picture's units.
const CELL: f64 = 8.4;
/// Height of a line.
const LINE: f64 = 18.0;
/// Space between the card's edge and the text.
const MARGIN: f64 = 20.0;
/// Height of the bar that carries the command.
const BAR: f64 = 40.0;
/// The narrowest card, in columns.
const COLUMNS: usize = 80;

/// Colours of the card. All text colours have a contrast of at least 4.5 on the paper.
const PAPER: &str = "#ffffff";
const EDGE: &str = "#d0d7de";
const HEADER: &str = "#f6f8fa";
const INK: &str = "#1f2328";
const FAINT: &str = "#656d76";
/// Black, red, green, yellow, blue, magenta, cyan, white.
const ANSI: [&str; 8] = [INK, "#b8131f", "#116329", "#7d4e00", "#0550ae", "#8250df", "#0f6674", "#656d76"];

/// How a run of text looks.
#[expect(clippy::struct_excessive_bools, reason = "a terminal's style is a handful of switches")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Style {
    color: Option<usize>,
    bold: bool,
    faint: bool,
    italic: bool,
    underlined: bool,
}

/// A run of text in one style, and the column it begins in.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    column: usize,
    text: String,
    style: Style,
}

/// Draws `output`, the terminal output of `command`, as a card; `description` is what a screen reader says.
pub(crate) fn draw(command: &str, output: &str, description: &str) -> String {
    let lines = parse(output);
    let columns = lines.iter().flatten().map(|run| run.column + run.text.chars().count()).max().unwrap_or(0);
    let width = times(columns.max(COLUMNS), CELL, 2.0 * MARGIN).ceil();
    let height = times(lines.len(), LINE, BAR + 2.0 * MARGIN - 6.0).ceil();
    let mut svg = String::new();
    let mut put = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    put(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title description">"#
    ));
    put(format!(r#"<title id="title">{}</title>"#, escape(command)));
    put(format!(r#"<desc id="description">{}</desc>"#, escape(description)));
    put(format!(
        r#"<rect x=".5" y=".5" width="{}" height="{}" rx="9" fill="{PAPER}" stroke="{EDGE}"/>"#,
        width - 1.0,
        height - 1.0
    ));
    put(format!(
        r#"<path d="M1 {BAR}V10a9 9 0 0 1 9-9H{}a9 9 0 0 1 9 9V{BAR}Z" fill="{HEADER}"/><path d="M1 {BAR}H{}" stroke="{EDGE}"/>"#,
        width - 10.0,
        width - 1.0
    ));
    put(format!(
        r#"<g font-family="ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="14" fill="{INK}" xml:space="preserve" style="white-space:pre">"#
    ));
    put(text(MARGIN, 25.0, "$", &format!(r#" fill="{FAINT}""#)));
    put(text(times(2, CELL, MARGIN), 25.0, command, r#" font-weight="600""#));
    for (index, line) in lines.iter().enumerate() {
        let y = times(index, LINE, BAR + MARGIN + 8.0);
        for run in line {
            put(draw_run(run, y));
        }
    }
    put("</g>\n</svg>".to_owned());
    svg
}

/// One run; the rules that frame an excerpt are drawn, because glyphs of a font leave gaps between lines.
fn draw_run(run: &Run, y: f64) -> String {
    let mut attributes = String::new();
    let style = &run.style;
    let color = if style.faint { Some(FAINT) } else { style.color.map(|color| ANSI[color]) };
    if let Some(color) = color {
        let _ = write!(attributes, r#" fill="{color}""#);
    }
    if style.bold {
        attributes.push_str(r#" font-weight="600""#);
    }
    if style.italic {
        attributes.push_str(r#" font-style="italic""#);
    }
    if style.underlined {
        attributes.push_str(r#" text-decoration="underline""#);
    }
    let mut drawn = String::new();
    let mut plain = String::new();
    let mut begins = run.column;
    for (offset, character) in run.text.chars().enumerate() {
        let column = run.column + offset;
        if let Some(path) = rule(character, column, y) {
            flush(&mut drawn, &mut plain, begins, y, &attributes);
            let stroke = color.unwrap_or(FAINT);
            let _ = write!(drawn, r#"<path d="{path}" fill="none" stroke="{stroke}" stroke-width="1.3"/>"#);
            begins = column + 1;
        } else {
            plain.push(character);
        }
    }
    flush(&mut drawn, &mut plain, begins, y, &attributes);
    drawn
}

/// Writes what has gathered in `plain`, which begins in a column, and empties it.
fn flush(drawn: &mut String, plain: &mut String, begins: usize, y: f64, attributes: &str) {
    let shown = plain.trim_start();
    let column = begins + (plain.chars().count() - shown.chars().count());
    if !shown.is_empty() {
        drawn.push_str(&text(times(column, CELL, MARGIN), y, shown.trim_end(), attributes));
    }
    plain.clear();
}

/// So many cells or lines and an offset, in the picture's units.
fn times(count: usize, unit: f64, offset: f64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) * unit + offset
}

/// A text element that keeps to the grid whatever font is found.
fn text(x: f64, y: f64, content: &str, attributes: &str) -> String {
    let length = times(content.chars().count(), CELL, 0.0);
    format!(
        r#"<text x="{x:.1}" y="{y:.1}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs"{attributes}>{}</text>"#,
        escape(content)
    )
}

/// The path of a box-drawing character in its cell.
fn rule(character: char, column: usize, baseline: f64) -> Option<String> {
    let (left, top) = (times(column, CELL, MARGIN), baseline - 13.0);
    let (middle, centre) = (left + CELL / 2.0, top + LINE / 2.0);
    let (right, bottom) = (left + CELL, top + LINE);
    Some(match character {
        '│' => format!("M{middle:.1} {top:.1}V{bottom:.1}"),
        '─' => format!("M{left:.1} {centre:.1}H{right:.1}"),
        '┬' => format!("M{left:.1} {centre:.1}H{right:.1}M{middle:.1} {centre:.1}V{bottom:.1}"),
        '├' => format!("M{middle:.1} {top:.1}V{bottom:.1}M{middle:.1} {centre:.1}H{right:.1}"),
        '╭' => format!("M{middle:.1} {bottom:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1}"),
        '╰' => format!("M{middle:.1} {top:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1}"),
        _ => return None,
    })
}

/// Splits output into lines of runs. Escape sequences other than colours and weights draw nothing.
fn parse(output: &str) -> Vec<Vec<Run>> {
    let mut style = Style::default();
    output.trim_end().lines().map(|line| parse_line(line, &mut style)).collect()
}

fn parse_line(line: &str, style: &mut Style) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(sequence.len());
            if sequence[end..].starts_with('m') {
                restyle(style, &sequence[..end]);
            }
            rest = sequence.get(end + 1..).unwrap_or("");
            continue;
        }
        if let Some(sequence) = rest.strip_prefix("\u{1b}]") {
            let terminators = [("\u{1b}\\", 2), ("\u{7}", 1)];
            let end = terminators.iter().filter_map(|(end, length)| Some(sequence.find(end)? + length)).min();
            rest = &sequence[end.unwrap_or(sequence.len())..];
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.style == *style => run.text.push(character),
            _ => runs.push(Run { column, text: character.to_string(), style: style.clone() }),
        }
        column += 1;
        rest = &rest[character.len_utf8()..];
    }
    runs
}

/// Applies the codes of one sequence; a colour beyond the first sixteen keeps the colour there was.
fn restyle(style: &mut Style, codes: &str) {
    let mut codes = codes.split(';').map(|code| code.parse::<usize>().unwrap_or(0));
    while let Some(code) = codes.next() {
        match code {
            0 => *style = Style::default(),
            1 => style.bold = true,
            2 => style.faint = true,
            3 => style.italic = true,
            4 => style.underlined = true,
            22 => (style.bold, style.faint) = (false, false),
            23 => style.italic = false,
            24 => style.underlined = false,
            30..=37 => style.color = Some(code - 30),
            90..=97 => style.color = Some(code - 90),
            38 | 48 => {
                let operands = if codes.next() == Some(2) { 3 } else { 1 };
                codes.by_ref().take(operands).for_each(drop);
            }
            39 => style.color = None,
            _ => {}
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_last_until_they_are_taken_back() {
        let runs = parse("\u{1b}[31;1merror\u{1b}[0m: \u{1b}[2mplain\u{1b}[22m x").remove(0);
        let texts: Vec<_> = runs.iter().map(|run| (run.column, run.text.as_str())).collect();
        assert_eq!(texts, [(0, "error"), (5, ": "), (7, "plain"), (12, " x")]);
        assert_eq!(runs[0].style, Style { color: Some(1), bold: true, ..Style::default() });
        assert_eq!(runs[1].style, Style::default());
        assert!(runs[2].style.faint);
    }

    #[test]
    fn links_and_wide_colours_draw_nothing() {
        let runs =
            parse("\u{1b}]8;;file:///x\u{1b}\\a\u{1b}]8;;\u{7}\u{1b}[38;5;4mb\u{1b}[38;2;1;2;3mc\u{1b}[K")
                .remove(0);
        assert_eq!(runs, [Run { column: 0, text: "abc".to_owned(), style: Style::default() }]);
    }

    #[test]
    fn an_unfinished_sequence_ends_the_line() {
        assert_eq!(parse("a\u{1b}[31")[0][0].text, "a");
        assert_eq!(parse("a\u{1b}]8;;")[0][0].text, "a");
    }

    #[test]
    fn text_is_escaped_and_keeps_to_the_grid() {
        let svg = draw("x <y>", "  a < b & c", "what it shows");
        assert!(svg.contains("<title id=\"title\">x &lt;y&gt;</title>"), "{svg}");
        assert!(svg.contains(r#"x="36.8""#) && svg.contains(">a &lt; b &amp; c</text>"), "{svg}");
    }

    #[test]
    fn rules_are_lines_without_gaps() {
        let svg = draw("x", "│\n│", "two rules");
        let ends = svg.contains("M24.2 55.0V73.0") && svg.contains("M24.2 73.0V91.0");
        assert!(ends, "{svg}");
    }
}
