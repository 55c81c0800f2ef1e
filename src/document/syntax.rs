//! What the parser's errors mean, in words that say what was expected and what to do.

use granit_parser::ErrorKind;

use super::extent::{character, line_end};
use super::failure::Failure;
use crate::source::Span;

/// The failure for a parser error at an offset. `bracket` is the innermost bracket that is still open, `cursor`
/// the end of the last token that was read.
pub(super) fn failure(
    text: &str,
    kind: &ErrorKind,
    at: usize,
    bracket: Option<Span>,
    cursor: u32,
) -> Failure {
    let quote = match kind {
        ErrorKind::InvalidQuotedScalarIndent => open_quote(text, cursor as usize, at),
        _ => None,
    };
    if let Some(opening) = quote.map(|quote| quote.start as usize) {
        // Where the text or the document ends, no line is to blame, but the quote.
        let rest = text.get(at..).unwrap_or("");
        let never_closed = if rest.trim().is_empty() {
            Some(ErrorKind::UnclosedQuotedScalar)
        } else if rest.starts_with("---") || rest.starts_with("...") {
            Some(ErrorKind::DocumentIndicatorInQuotedScalar)
        } else {
            None
        };
        if let Some(kind) = never_closed {
            return failure(text, &kind, opening, bracket, cursor);
        }
    }
    let (message, help) = words(kind, bracket.is_some());
    let span = match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            Span::new(at as u32, line_end(text.as_bytes(), at) as u32)
        }
        // A plain text that holds the character may be placed as a whole.
        ErrorKind::UnexpectedCharacter { character: found } => {
            let further = text.get(at..).and_then(|tail| tail.find(*found)).unwrap_or(0);
            character(text, at + further)
        }
        _ => character(text, at),
    };
    let bracket = bracket.filter(|bracket| concerns_bracket(kind) && bracket.start != span.start);
    let quote = quote.map(|quote| (quote, "the quote that is open here".to_owned()));
    let related = quote.or(bracket.map(|bracket| (bracket, "the bracket that is open here".to_owned())));
    Failure {
        code: "syntax",
        message,
        help: Some(help.to_owned()),
        span,
        related: related.into_iter().collect(),
    }
}

/// The quote between two offsets that opens a text and does not close it again.
fn open_quote(text: &str, from: usize, until: usize) -> Option<Span> {
    let bytes = text.as_bytes().get(..until)?;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let begins = at == from || bytes.get(at - 1).is_some_and(|before| b" \t\r\n[{,:".contains(before));
        match byte {
            b'#' if begins => at = line_end(bytes, at),
            b'"' | b'\'' if begins => match closing_quote(bytes, at, byte) {
                Some(closing) => at = closing + 1,
                None => return Some(Span::new(at as u32, at as u32 + 1)),
            },
            _ => at += 1,
        }
    }
    None
}

fn closing_quote(bytes: &[u8], opening: usize, quote: u8) -> Option<usize> {
    let mut at = opening + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// Whether an error is about indentation that some readers do not ask for.
pub(super) fn is_indentation(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::TabInIndentation
    )
}

fn concerns_bracket(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::UnexpectedEof
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::ExpectedNodeContent
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::BlockEntryInFlowCollection
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::MappingValueNotAllowed
            | ErrorKind::MappingKeyNotAllowed
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey
    )
}

/// The claim and the advice.
fn words(kind: &ErrorKind, in_brackets: bool) -> (String, &'static str) {
    let (message, help) = match kind {
        ErrorKind::UnclosedFlowCollection { open } => {
            return (format!("the bracket `{open}` is never closed"), "close it");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (
                format!("`{close}` closes a bracket that was opened as `{open}`"),
                "use the matching bracket",
            );
        }
        ErrorKind::UnexpectedCharacter { character } => return unexpected(*character),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent if in_brackets => (
            "inside brackets, this line is not indented deeper than the key they belong to",
            "indent it by at least one space more than the key, the closing bracket too; or close the bracket before",
        ),
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::FlowMappingValueAdjacentCollection
        | ErrorKind::ExpectedNodeContent
            if in_brackets =>
        {
            ("inside brackets, a value, a comma or the closing bracket was expected here", IN_BRACKETS)
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this closing bracket has no opening one", "remove it, or quote the text that it belongs to")
        }
        ErrorKind::UnclosedQuotedScalar => (
            "the quote that opens here is never closed",
            "close it; inside single quotes, a quote is written twice",
        ),
        ErrorKind::DocumentIndicatorInQuotedScalar => (
            "the quote that opens here is not closed before the next `---` or `...`",
            "close it, or indent the line that begins with the marker",
        ),
        other => return more_words(other),
    };
    (message.to_owned(), help)
}

const IN_BRACKETS: &str = "add what is missing; text that holds `,`, `:`, `[` or `{` needs quotes";

fn more_words(kind: &ErrorKind) -> (String, &'static str) {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::InvalidColonPlacement => (
            "no key and no `:` can stand here",
            "quote the text if the colon is part of it; put a nested key on a line of its own, indented deeper",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "a key was expected here, with a `:` after it on the same line",
            "add `: ` and a value, or indent the line so that it continues the one before",
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => (
            "this line fits neither the mapping before it nor one around it",
            "align it with the keys that it belongs to",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "a `- ` was expected here, as before the other items",
            "align the line with the items that it belongs to",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::PlainScalarStartsWithDashFlowIndicator => (
            "no `-` item can stand here",
            "begin the list on a line of its own; quote the text if the dash is part of it",
        ),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab cannot indent", "use spaces"),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => (
            "an escape that does not exist stands in this double-quoted text",
            "write `\\\\` for a backslash, or use single quotes, which know no escapes",
        ),
        ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => (
            "half of a surrogate pair stands in this double-quoted text",
            "write both halves, `\\ud83d\\ude00`, or the character itself",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "nothing but a comment or a `:` can follow a quoted text",
            "quote the whole text; inside double quotes write `\\\"`, inside single quotes `''`",
        ),
        ErrorKind::InvalidQuotedScalarIndent => (
            "a quoted text goes on in this line, which is not indented deeper than the key it belongs to",
            "close the quote before, or indent the line by at least one space more than the key",
        ),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "after `|` or `>` only an indentation from 1 to 9, `+` or `-`, and a comment can follow",
            "begin the text on the next line",
        ),
        ErrorKind::InvalidBlockScalarIndent => {
            ("a line of this text is indented less than its first line", "indent all of its lines alike")
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => (
            "a comment cannot stand here",
            "put a space before the `#`, and no comment between the lines of one text; or quote the text",
        ),
        ErrorKind::ExpectedDocumentStart | ErrorKind::InvalidDocumentEnd => (
            "the document has ended before this text",
            "begin the next document with `---`, or make the text part of the value",
        ),
        ErrorKind::MissingDocumentEndBeforeDirective => {
            ("the document before a `%` line has to be ended", "put `...` on the line before")
        }
        ErrorKind::BomInsideDocument => ("a byte-order mark stands inside a document", "remove it"),
        ErrorKind::MissingAnchorOrAliasName => {
            ("a name was expected after `&` or `*`", "name the anchor, or quote the text")
        }
        other => return rare_words(other),
    };
    (message.to_owned(), help)
}

fn rare_words(kind: &ErrorKind) -> (String, &'static str) {
    let (message, help) = match kind {
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::DirectiveDisallowed
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::DirectiveByteLimitExceeded { .. }
        | ErrorKind::TooManyReservedDirectiveParams { .. }
        | ErrorKind::YamlVersionTooLong
        | ErrorKind::MissingYamlVersion
        | ErrorKind::ExpectedTagDirectiveBang
        | ErrorKind::InvalidTagDirectiveTerminator => (
            "this `%` line is no directive that can be read",
            "remove it; YAML 1.2 needs none, and `%YAML` and `%TAG` may stand once each before `---`",
        ),
        ErrorKind::UndeclaredTagHandle => (
            "no `%TAG` line declares the handle of this tag",
            "remove the tag, or quote the text if it begins with `!`",
        ),
        ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => {
            ("this tag cannot be read", "remove it, or quote the text if it begins with `!`")
        }
        ErrorKind::ExpectedNodeContent | ErrorKind::UnexpectedEndOfPlainScalar => {
            ("a value was expected here", "add it, or quote the text")
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping => ("the document ends too early", "complete it"),
        ErrorKind::ExpectedWhitespace | ErrorKind::InvalidMappingValueWhitespace => {
            ("a space was expected here", "add one, or quote the text")
        }
        other => {
            return (
                format!("this is no YAML that can be read: {other}"),
                "quote the text if it is meant as it stands",
            );
        }
    };
    (message.to_owned(), help)
}

fn unexpected(character: char) -> (String, &'static str) {
    if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') {
        let message = format!("the character U+{:04X} cannot stand in YAML", u32::from(character));
        return (message, "remove it, or write it as an escape inside double quotes");
    }
    let message = format!("no value can begin with `{character}`");
    (message, "quote the text")
}
