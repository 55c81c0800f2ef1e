//! Places as SARIF tells them: a file from the root of the repository, a region on one line, columns in UTF-16.

use serde::Serialize;

use super::Text;
use crate::finding::{Label, Place};
use crate::output::links::{Links, encoded};
use crate::source::{Source, Span};

/// The base that relative paths are relative to.
pub(super) const ROOT: &str = "SRCROOT";

/// A location.
#[derive(Serialize)]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// Lines and columns from one, the end exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Location {
    /// Where a label points. `end` is where the part of it on its first line ends, where that is known.
    pub(super) fn new(label: &Label, id: Option<usize>, end: Option<u32>, links: Links<'_>) -> Self {
        let message = (!label.message.is_empty()).then(|| Text::new(&*label.message));
        Self { message, ..Self::of(&label.place, id, end, links) }
    }

    /// A place without words.
    pub(super) fn of(place: &Place, id: Option<usize>, end: Option<u32>, links: Links<'_>) -> Self {
        let artifact_location = ArtifactLocation::new(&links.rooted(&place.source.path));
        let physical = PhysicalLocation { artifact_location, region: Region::new(place, end) };
        Self { id, physical, message: None }
    }
}

impl ArtifactLocation {
    fn new(path: &str) -> Self {
        if path.starts_with('/') {
            return Self { uri: format!("file://{}", encoded(path)), uri_base_id: None };
        }
        Self { uri: encoded(path), uri_base_id: Some(ROOT) }
    }
}

impl Region {
    /// The part of a place on its first line: an alert is shown in a pull request only where all of its lines were
    /// changed. A file without a place stands for its first line, and what covers nothing for one column.
    fn new(place: &Place, end: Option<u32>) -> Self {
        let lines = &place.source.lines;
        let span = place.span.unwrap_or_default();
        let start = lines.position(span.start);
        let end = lines.position(end.unwrap_or_else(|| first_line_end(&place.source, span, None)));
        let start_column = lines.utf16_column(start);
        Self {
            start_line: start.line,
            start_column,
            end_line: start.line,
            end_column: lines.utf16_column(end).max(start_column + 1),
        }
    }
}

/// Where the part of a span on its first line ends, the line break not counted. Without the text a break is taken
/// for a single byte.
pub(super) fn first_line_end(source: &Source, span: Span, text: Option<&str>) -> u32 {
    let line = source.lines.position(span.start).line;
    let last = source.lines.line_count();
    let Some(whole) = source.lines.line_span(line).filter(|_| line < last) else {
        return span.end.min(source.lines.text_len());
    };
    let content = match text {
        Some(text) => whole.start + whole.slice(text).trim_end_matches(['\n', '\r']).len() as u32,
        None => whole.end.saturating_sub(1),
    };
    span.end.min(content).max(span.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_several_lines_ends_with_its_first() {
        let text = "a: |\r\n  x\r\n  y\r\nb: 1\n";
        let source = Source::in_memory("a.yaml", text);
        assert_eq!(first_line_end(&source, Span::new(3, 14), Some(text)), 4);
        assert_eq!(first_line_end(&source, Span::new(3, 14), None), 5);
        assert_eq!(first_line_end(&source, Span::new(16, 20), Some(text)), 20);
        assert_eq!(first_line_end(&source, Span::new(16, 21), Some(text)), 20);
        assert_eq!(first_line_end(&source, Span::new(4, 6), Some(text)), 4);
    }

    #[test]
    fn a_region_always_covers_a_column_of_one_line() {
        let source = Source::in_memory("a.yaml", "k: '🙂v'\n");
        let region = |place: &Place| {
            let region = Region::new(place, None);
            assert_eq!(region.start_line, region.end_line);
            (region.start_line, region.start_column, region.end_column)
        };
        assert_eq!(region(&Place::whole(&source)), (1, 1, 2));
        assert_eq!(region(&Place::at(&source, None, Span::new(8, 9))), (1, 7, 8));
        assert_eq!(region(&Place::at(&source, None, Span::new(9, 9))), (1, 8, 9));
        assert_eq!(region(&Place::at(&source, None, Span::new(3, 10))), (1, 4, 9));
    }

    #[test]
    fn paths_become_relative_references_and_absolute_ones_file_uris() {
        let uri = |path: &str| {
            let location = ArtifactLocation::new(path);
            (location.uri, location.uri_base_id)
        };
        assert_eq!(uri("a b/ü#%.yaml"), ("a%20b/%C3%BC%23%25.yaml".into(), Some(ROOT)));
        assert_eq!(uri("builtin:p/r.yaml"), ("builtin%3Ap/r.yaml".into(), Some(ROOT)));
        assert_eq!(uri("/srv/x.yaml"), ("file:///srv/x.yaml".into(), None));
    }
}
