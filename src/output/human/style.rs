//! The look: characters, colours and columns.

use std::fmt::Display;

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeStyles};

use crate::finding::Severity;
use crate::output::Options;
use crate::output::excerpt::{CONTEXT, Layout};
use crate::output::row::TAB;

/// The narrowest that anything is laid out for.
const NARROWEST: usize = 40;
/// The widest: no value needs more, and nobody reads longer lines.
const WIDEST: usize = 240;
/// The widest for sentences.
const WIDEST_PROSE: usize = 110;

/// How everything looks.
pub(in crate::output) struct Style {
    theme: GraphicalTheme,
    /// The severities' colours in bold; bold alone as `link`, faint as `linum`.
    strong: ThemeStyles,
    color: bool,
    width: usize,
    /// What stands where something was left out.
    pub(in crate::output) ellipsis: &'static str,
}

impl Style {
    pub(in crate::output) fn new(options: &Options) -> Self {
        let theme = match (options.unicode, options.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        let mut strong = ThemeStyles::none();
        if options.color {
            strong.error = theme.styles.error.bold();
            strong.warning = theme.styles.warning.bold();
            strong.advice = theme.styles.advice.bold();
            strong.link = strong.link.bold();
            strong.linum = strong.linum.dimmed();
        }
        Self {
            theme,
            strong,
            color: options.color,
            width: options.width.clamp(NARROWEST, WIDEST),
            ellipsis: if options.unicode { "…" } else { "..." },
        }
    }

    /// Columns there are for a sentence.
    pub(in crate::output) fn prose_width(&self) -> usize {
        self.width.min(WIDEST_PROSE)
    }

    /// How excerpts are laid out.
    pub(in crate::output) fn layout(&self) -> Layout {
        Layout { width: self.width, ellipsis: self.ellipsis }
    }

    /// In the colour of a severity.
    pub(in crate::output) fn severe<'a>(&self, severity: Severity, text: &'a str) -> impl Display + use<'a> {
        match severity {
            Severity::Error => self.strong.error.style(text),
            Severity::Warning => self.strong.warning.style(text),
            Severity::Note => self.strong.advice.style(text),
        }
    }

    /// The word before a note.
    pub(super) fn word<'a>(&self, text: &'a str) -> impl Display + use<'a> {
        self.theme.styles.help.style(text)
    }

    /// Standing out.
    pub(in crate::output) fn bold<'a>(&self, text: &'a str) -> impl Display + use<'a> {
        self.strong.link.style(text)
    }

    /// Standing back.
    pub(in crate::output) fn faint<'a>(&self, text: &'a str) -> impl Display + use<'a> {
        self.strong.linum.style(text)
    }

    /// What draws a finding of a severity whose underlined places are, in this order, primary or not.
    pub(in crate::output) fn handler(
        &self,
        severity: Severity,
        primaries: impl Iterator<Item = bool>,
    ) -> GraphicalReportHandler {
        let mut theme = self.theme.clone();
        if self.color {
            let primary = match severity {
                Severity::Error => self.strong.error,
                Severity::Warning => self.strong.warning,
                Severity::Note => self.strong.advice,
            };
            let secondary = ThemeStyles::none().link.blue();
            theme.styles.highlights =
                primaries.map(|is_primary| if is_primary { primary } else { secondary }).collect();
            if theme.styles.highlights.is_empty() {
                theme.styles.highlights.push(primary);
            }
        }
        GraphicalReportHandler::new_themed(theme)
            .with_context_lines(CONTEXT as usize)
            .tab_width(TAB)
            .with_wrap_lines(false)
            .with_links(false)
            .without_cause_chain()
    }
}
