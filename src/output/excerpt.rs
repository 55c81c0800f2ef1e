//! The source code that miette draws: the few lines around what a finding points at, out of however many files.
//!
//! Stock miette walks each file from its start for each span. Here the line table finds the lines, only they are
//! read, cut to the width and made safe, and the windows so made lie one after another in an address space of their
//! own. miette then draws one box a window, be they of one file or of several, and sees nothing else.

use std::fmt::Write as _;

use miette::{LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};

use super::row::{Cut, Row};
use super::sanitize::visible;
use super::wrap::{char_columns, clip, columns, wrap};
use crate::finding::{Label, Place};
use crate::source::{Position, Source, Span};

/// Lines shown before and after a marked one, also what miette is asked to show.
pub(super) const CONTEXT: u32 = 1;
/// Columns kept for the words of a label, where its place allows it.
const WORDS: usize = 20;
/// Columns below which words are rather given room by beginning further left.
const COMFORT: usize = 44;
/// Columns underlined up to the stem of the words in that case.
const STEM: usize = 5;
/// Characters of a label that are shown.
const LABEL_LIMIT: usize = 400;
/// Columns of what miette draws to the left of a row besides the line number, and between a stem and its words.
const FRAME: usize = 4;

/// How excerpts are laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns of the terminal.
    pub(super) width: usize,
    /// What stands where something was left out.
    pub(super) ellipsis: &'static str,
}

/// Windows of sources, with what is marked in them.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    windows: Vec<Window>,
    marks: Vec<Mark>,
}

/// Consecutive lines of one source.
#[derive(Debug)]
struct Window {
    /// The source's path, safe to show.
    name: String,
    /// Line of the first row, from one.
    line: u32,
    /// Offset of the first byte among all windows.
    base: usize,
    /// The rows, a line feed after each.
    text: String,
    rows: usize,
}

/// What is underlined: on one row, and disjoint from every other.
#[derive(Debug)]
struct Mark {
    /// Offset among all windows.
    offset: usize,
    len: usize,
    /// Where it is in its source.
    position: Position,
    words: Option<String>,
    primary: bool,
}

/// A label as it lies in its source: on its first line, up to where the next begins.
#[derive(Debug)]
struct Spot {
    line: u32,
    start: usize,
    end: usize,
    /// Each text once, in the order of the labels.
    words: Vec<String>,
    primary: bool,
}

/// A row with the spots on it.
struct Segment {
    line: u32,
    row: Row,
    spots: Vec<Spot>,
}

/// Rows near enough to each other to be shown as one window.
#[derive(Default)]
struct Run {
    segments: Vec<Segment>,
    /// Whether it begins with another part of the line that the run before ends with; then that line needs no
    /// context again.
    continues: bool,
    /// Whether it ends with a part of the line that the run after begins with.
    continued: bool,
}

impl Run {
    fn is_primary(&self) -> bool {
        self.segments.iter().flat_map(|segment| &segment.spots).any(|spot| spot.primary)
    }
}

impl Excerpt {
    /// Adds what `labels` point at in a source whose text is `text`; each comes with whether it is the primary one.
    /// Labels without a span are left to the caller.
    pub(super) fn add(&mut self, source: &Source, text: &str, labels: &[(&Label, bool)], layout: Layout) {
        let spots = spots(source, text, labels, layout);
        let Some(last) = spots.last() else { return };
        let gutter = (last.line + CONTEXT).checked_ilog10().unwrap_or(0) as usize + 1 + FRAME;
        let room = layout.width.saturating_sub(gutter).max(WORDS);
        let cut = Cut { columns: room, words: WORDS, ellipsis: layout.ellipsis };
        let mut runs = runs(segments(source, text, spots, cut));
        // What a finding points at first is shown first, the rest as it comes in the file.
        if let Some(first) = runs.iter().position(Run::is_primary) {
            runs[..=first].rotate_right(1);
        }
        let name = visible(&source.path);
        for run in &runs {
            self.push_run(source, text, run, &name, cut);
        }
    }

    /// Whether nothing is shown.
    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// What miette is to underline, by offset.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.marks.iter().map(|mark| {
            let (words, span) = (mark.words.clone(), SourceSpan::from((mark.offset, mark.len)));
            if mark.primary {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })
    }

    /// Of each of them whether it is the primary one.
    pub(super) fn primaries(&self) -> impl Iterator<Item = bool> + '_ {
        self.marks.iter().map(|mark| mark.primary)
    }

    /// Adds a window.
    fn push_run(&mut self, source: &Source, text: &str, run: &Run, name: &str, cut: Cut) {
        let Some(first) = run.segments.first() else { return };
        // The next line to show.
        let mut line = if run.continues { first.line } else { first.line.saturating_sub(CONTEXT).max(1) };
        self.open(name, line);
        for segment in &run.segments {
            for before in line..segment.line {
                self.push_context(source, text, before, cut);
            }
            let base = self.push_row(&segment.row.text);
            self.push_marks(source, segment, base, cut.columns);
            line = segment.line + 1;
        }
        if !run.continued {
            for after in (line..).take(CONTEXT as usize) {
                self.push_context(source, text, after, cut);
            }
        }
    }

    fn open(&mut self, name: &str, line: u32) {
        // One byte that belongs to no window lies between two, so that no span can touch both.
        let base = self.windows.last().map_or(0, |window| window.base + window.text.len() + 1);
        self.windows.push(Window { name: name.to_owned(), line, base, text: String::new(), rows: 0 });
    }

    /// Appends a row to the last window; its offset among all windows.
    fn push_row(&mut self, row: &str) -> usize {
        let Some(window) = self.windows.last_mut() else { return 0 };
        let offset = window.base + window.text.len();
        window.text.push_str(row);
        window.text.push('\n');
        window.rows += 1;
        offset
    }

    fn push_context(&mut self, source: &Source, text: &str, line: u32, cut: Cut) {
        let Some(content) = content(source, text, line) else { return };
        // What follows the last line break of a file is no line to people.
        if !(content.is_empty() && line == source.lines.line_count()) {
            let row = Row::new(text, content.clone(), content.start, cut);
            self.push_row(&row.text);
        }
    }

    /// Marks the spots of a row that begins at `base`.
    fn push_marks(&mut self, source: &Source, segment: &Segment, base: usize, room: usize) {
        let row = &segment.row;
        for (index, spot) in segment.spots.iter().enumerate() {
            let (start, end) = (row.place(spot.start), row.place(spot.end));
            let position = source.lines.position(spot.start as u32);
            let column = row.columns_before(spot.start);
            let wide = row.columns_before(spot.end).saturating_sub(column);
            let underlined = row.text.get(start..end).unwrap_or("");
            let longest = spot.words.iter().map(|words| columns(words)).max().unwrap_or(0);
            let after_stem = |stem: usize| room.saturating_sub(column + stem + FRAME);
            let mark = |from: usize, until: usize, words| Mark {
                offset: base + from,
                len: until.saturating_sub(from),
                position,
                words,
                primary: spot.primary,
            };
            // miette puts the stem of the words in the middle. Under a long value there would be no room for them,
            // so its start is a mark of its own; only in last place, or the stem of the rest would cross others.
            let is_last = index + 1 == segment.spots.len();
            if is_last && wide > STEM && after_stem(wide / 2) < longest.min(COMFORT) {
                let stem_end = start + bytes_of_columns(underlined, STEM);
                self.marks.push(mark(start, stem_end, broken(&spot.words, after_stem(STEM / 2))));
                self.marks.push(mark(stem_end, end, None));
            } else {
                self.marks.push(mark(start, end, broken(&spot.words, after_stem(wide / 2))));
            }
        }
    }
}

/// The words of a mark, broken to the columns there are.
fn broken(words: &[String], room: usize) -> Option<String> {
    let lines: Vec<&str> = words.iter().flat_map(|words| wrap(words, room.max(WORDS / 2))).collect();
    Some(lines.join("\n")).filter(|lines| !lines.is_empty())
}

/// Bytes of the first characters that fill so many columns.
fn bytes_of_columns(text: &str, wanted: usize) -> usize {
    let mut used = 0;
    text.char_indices()
        .find(|&(_, character)| {
            let full = used >= wanted;
            used += char_columns(character);
            full
        })
        .map_or(text.len(), |(at, _)| at)
}

/// The bytes of a line without its break, and without a byte-order mark.
fn content(source: &Source, text: &str, line: u32) -> Option<std::ops::Range<usize>> {
    let span = source.lines.line_span(line)?;
    let shown = span.slice(text).trim_end_matches(['\r', '\n']);
    let start = span.start as usize;
    let bom = if start == 0 && shown.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Some(start + bom..start + shown.len())
}

/// Labels as disjoint spots, by place.
fn spots(source: &Source, text: &str, labels: &[(&Label, bool)], layout: Layout) -> Vec<Spot> {
    let mut spots: Vec<Spot> = labels
        .iter()
        .filter_map(|&(label, primary)| {
            let (line, start, end) = on_first_line(source, text, label.place.span?)?;
            let words = visible(&clip(&label.message, LABEL_LIMIT, layout.ellipsis)).trim().to_owned();
            let words = if words.is_empty() { Vec::new() } else { vec![words] };
            Some(Spot { line, start, end, words, primary })
        })
        .collect();
    spots.sort_by_key(|spot| spot.start);
    let mut disjoint: Vec<Spot> = Vec::with_capacity(spots.len());
    for spot in spots {
        match disjoint.last_mut() {
            Some(last) if last.start == spot.start => {
                last.end = last.end.max(spot.end);
                last.primary |= spot.primary;
                let more: Vec<String> =
                    spot.words.into_iter().filter(|own| !last.words.contains(own)).collect();
                last.words.extend(more);
            }
            Some(last) => {
                last.end = last.end.min(spot.start);
                disjoint.push(spot);
            }
            None => disjoint.push(spot),
        }
    }
    disjoint
}

/// The line that a span begins on, and the part of the span on that line.
fn on_first_line(source: &Source, text: &str, span: Span) -> Option<(u32, usize, usize)> {
    let boundary = |offset: u32| {
        let mut offset = offset as usize;
        while offset > 0 && !text.is_char_boundary(offset.min(text.len())) {
            offset -= 1;
        }
        offset
    };
    let line = source.lines.position(span.start).line;
    let content = content(source, text, line)?;
    let start = boundary(span.start).clamp(content.start, content.end);
    let end = boundary(span.end).clamp(start, content.end);
    Some((line, start, end))
}

/// Spots on rows: several on one where they fit together.
fn segments(source: &Source, text: &str, spots: Vec<Spot>, cut: Cut) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for spot in spots {
        match segments.last_mut() {
            Some(last) if last.line == spot.line && fits(&last.row, &spot, cut) => last.spots.push(spot),
            _ => {
                let Some(content) = content(source, text, spot.line) else { continue };
                let row = Row::new(text, content, spot.start, cut);
                segments.push(Segment { line: spot.line, row, spots: vec![spot] });
            }
        }
    }
    segments
}

/// Rows as runs, by line.
fn runs(segments: Vec<Segment>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for segment in segments {
        let line = segment.line;
        match runs.last_mut().and_then(|run| Some((run.segments.last()?.line, run))) {
            Some((previous, run)) if previous < line && line - previous <= 2 * CONTEXT + 1 => {
                run.segments.push(segment);
            }
            Some((previous, run)) if previous == line => {
                run.continued = true;
                runs.push(Run { segments: vec![segment], continues: true, continued: false });
            }
            _ => runs.push(Run { segments: vec![segment], ..Run::default() }),
        }
    }
    runs
}

/// Whether a spot can be seen on a row, with room for its words.
fn fits(row: &Row, spot: &Spot, cut: Cut) -> bool {
    let seen = spot.end.min(spot.start + STEM) <= row.shown.end;
    seen && row.columns_before(spot.start) + cut.words <= cut.columns
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        _context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let index = self.windows.partition_point(|window| window.base <= span.offset());
        let window = index.checked_sub(1).and_then(|index| self.windows.get(index));
        let window = window.ok_or(MietteError::OutOfBounds)?;
        // A span of two windows is refused, and miette then draws two boxes.
        if span.offset() + span.len() > window.base + window.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let whole = SourceSpan::from((window.base, window.text.len()));
        let (mut line, mut column) = (window.line as usize - 1, 0);
        // Without context it is not the text that is asked for, but the place, to put it at the head of the box.
        if context_lines_before == 0
            && let Some(mark) = self.marks.iter().find(|mark| mark.offset == span.offset())
        {
            line = mark.position.line as usize - 1;
            column = mark.position.column as usize - 1;
        }
        Ok(Box::new(Contents { window, whole, line, column }))
    }
}

/// A window as miette reads it.
struct Contents<'a> {
    window: &'a Window,
    whole: SourceSpan,
    line: usize,
    column: usize,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.window.text.as_bytes()
    }

    fn span(&self) -> &SourceSpan {
        &self.whole
    }

    fn name(&self) -> Option<&str> {
        Some(&self.window.name)
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.window.rows
    }
}

/// Where a place is, for those of which there is no text to show: `file:line:column`, safe to show.
pub(super) fn address(place: &Place) -> String {
    let source = &place.source;
    let mut shown = visible(&source.path).into_owned();
    if let Some(span) = place.span {
        let at = source.lines.position(span.start);
        // Writing to a string cannot fail.
        let _ = write!(shown, ":{}:{}", at.line, at.column);
    }
    shown
}
