//! CODEOWNERS: whom a repository names for a file. It shows who may approve, not who did.

use std::sync::Arc;

use globset::{Glob, GlobBuilder};

use super::places::Globs;
use crate::finding::{Label, Place};
use crate::source::{Source, Span};

/// Where GitHub looks for the file, in its order.
pub const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// A CODEOWNERS file.
#[derive(Debug)]
pub struct CodeOwners {
    /// The file.
    pub source: Arc<Source>,
    lines: Vec<Line>,
    globs: Globs,
}

#[derive(Debug)]
struct Line {
    span: Span,
    owners: Vec<Box<str>>,
}

/// How somebody stands to a file.
#[derive(Debug)]
pub(super) enum Standing {
    /// They are one of those named for it.
    Eligible,
    /// Teams are named, and whether they are in one is not known here.
    Unknown(Label),
    /// Others are named.
    NotNamed(Label),
    /// Nobody is named.
    NobodyNamed,
}

impl CodeOwners {
    /// Reads the file. What cannot be made sense of is passed over, as GitHub does.
    pub fn read(source: &Arc<Source>, text: &str) -> Self {
        let mut owners = Self { source: Arc::clone(source), lines: Vec::new(), globs: Globs::default() };
        let mut start = 0;
        for line in text.split_inclusive(['\n', '\r']) {
            owners.line(line, start);
            start += line.len() as u32;
        }
        owners.globs.build();
        owners
    }

    fn line(&mut self, line: &str, start: u32) {
        let indent = line.len() - line.trim_start().len();
        let code = line.split_inclusive(char::is_whitespace).take_while(|word| !word.starts_with('#'));
        let code = line.get(..code.map(str::len).sum()).unwrap_or(line).trim();
        let (pattern, rest) = pattern(code);
        if pattern.is_empty() {
            return;
        }
        let number = self.lines.len();
        for glob in globs(&pattern) {
            self.globs.add(&glob, number);
        }
        let start = start + indent as u32;
        let span = Span::new(start, start + code.len() as u32);
        self.lines.push(Line { span, owners: rest.split_whitespace().map(Into::into).collect() });
    }

    /// Those that are named for a file, by its path from the top.
    pub fn named_for(&self, path: &str) -> &[Box<str>] {
        self.line_for(path).map(|line| &*line.owners).unwrap_or_default()
    }

    /// The last line that fits is the one that counts.
    fn line_for(&self, path: &str) -> Option<&Line> {
        self.globs.fitting(path).into_iter().max().and_then(|number| self.lines.get(number))
    }

    /// How somebody stands to a file, by its path from the top.
    pub(super) fn standing(&self, who: &str, path: &str) -> Standing {
        let line = self.line_for(path);
        let Some(line) = line.filter(|line| !line.owners.is_empty()) else { return Standing::NobodyNamed };
        if line.owners.iter().any(|owner| is_same(owner, who)) {
            return Standing::Eligible;
        }
        let place = Place::at(&self.source, None, line.span);
        let label = Label::new(place, format!("the line for {path}"));
        let has_teams = line.owners.iter().any(|owner| owner.contains('/'));
        if has_teams && !who.contains('/') { Standing::Unknown(label) } else { Standing::NotNamed(label) }
    }
}

/// Whether two names are those of one person or team: case and a leading `@` do not count.
pub(super) fn is_same(left: &str, right: &str) -> bool {
    let plain = |name: &str| name.trim().trim_start_matches('@').to_lowercase();
    plain(left) == plain(right)
}

/// The pattern that a line begins with, its escapes taken back, and the rest of the line.
fn pattern(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => pattern.extend(characters.next().map(|(_, escaped)| escaped)),
            blank if blank.is_whitespace() => return (pattern, line.get(at..).unwrap_or("")),
            plain => pattern.push(plain),
        }
    }
    (pattern, "")
}

/// The globs that a pattern stands for: the path itself, and all below it where it may be a folder.
fn globs(pattern: &str) -> Vec<Glob> {
    let is_folder = pattern.ends_with('/');
    let plain = pattern.trim_matches('/');
    let is_anchored = pattern.starts_with('/') || plain.contains('/');
    let mut escaped = String::new();
    for character in plain.chars() {
        if matches!(character, '[' | ']' | '{' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    let base = if is_anchored { escaped } else { format!("**/{escaped}") };
    let below = if plain.is_empty() { "**".to_owned() } else { format!("{base}/**") };
    // `docs/*` is for the files of the folder, and for nothing deeper.
    let is_shallow = plain.contains('/') && plain.ends_with("/*");
    let mut all = Vec::new();
    if !is_folder {
        all.push(base);
    }
    if !is_shallow {
        all.push(below);
    }
    let build =
        |text: String| GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build().ok();
    all.into_iter().filter_map(build).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(text: &str, who: &str, path: &str) -> &'static str {
        let owners = CodeOwners::read(&Source::in_memory("CODEOWNERS", text), text);
        match owners.standing(who, path) {
            Standing::Eligible => "eligible",
            Standing::Unknown(_) => "unknown",
            Standing::NotNamed(_) => "not named",
            Standing::NobodyNamed => "nobody named",
        }
    }

    #[test]
    fn the_last_line_that_fits_counts() {
        let text = "# who\n*   @org/platform\n/deploy/ @alice bob@example.com # prod\ndeploy/staging/\n";
        assert_eq!(stands(text, "@org/platform", "a.yaml"), "eligible");
        assert_eq!(stands(text, "Alice", "deploy/prod/a.yaml"), "eligible");
        assert_eq!(stands(text, "bob@example.com", "deploy/a.yaml"), "eligible");
        assert_eq!(stands(text, "#", "deploy/a.yaml"), "not named");
        assert_eq!(stands(text, "@carol", "deploy/a.yaml"), "not named");
        assert_eq!(stands(text, "@carol", "a.yaml"), "unknown");
        assert_eq!(stands(text, "@org/other", "a.yaml"), "not named");
        assert_eq!(stands(text, "@alice", "deploy/staging/a.yaml"), "nobody named");
    }

    #[test]
    fn patterns_mean_what_they_mean_to_github() {
        for (pattern, fits, fits_not) in [
            ("*.yaml", "deploy/a.yaml", "a.yml"),
            ("docs/*", "docs/a.yaml", "docs/b/a.yaml"),
            ("apps/", "x/apps/y/a.yaml", "apps"),
            ("/apps/", "apps/a.yaml", "x/apps/a.yaml"),
            ("**/logs", "x/logs/a.yaml", "x/log/a.yaml"),
            ("deploy", "deploy/x/a.yaml", "deployed/a.yaml"),
            ("my\\ folder/", "my folder/a.yaml", "my/a.yaml"),
            ("a[1].yaml", "a[1].yaml", "a1.yaml"),
        ] {
            let text = format!("{pattern} @alice\n");
            assert_eq!(stands(&text, "alice", fits), "eligible", "{pattern}");
            assert_ne!(stands(&text, "alice", fits_not), "eligible", "{pattern}");
        }
    }
}
