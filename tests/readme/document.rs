//! A document of the project: its blocks, tables, commands and links; and the parts of it that are generated.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use regex::Regex;

/// A text file of the repository.
pub(crate) struct Document {
    path: PathBuf,
    /// Its text, with LF for line breaks.
    pub(crate) text: String,
}

impl Document {
    /// Reads a file by its path below the root.
    pub(crate) fn read(name: &str) -> Self {
        let path = super::root().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { path, text: text.replace("\r\n", "\n") }
    }

    /// Asserts that what stands between `<!-- name:begin -->` and `<!-- name:end -->` is `expected`, or writes it
    /// there if that was asked for.
    pub(crate) fn expect_block(&self, name: &str, expected: &str) {
        if self.text[self.block(name)] != *expected && blessing() {
            let _turn = TURN.lock().unwrap();
            // Another test may have written its block meanwhile.
            let text = fs::read_to_string(&self.path).unwrap();
            let mut current = Self { path: self.path.clone(), text };
            current.text.replace_range(current.block(name), expected);
            fs::write(&current.path, &current.text).unwrap();
            return;
        }
        assert_eq!(&self.text[self.block(name)], expected, "TUNELINT_BLESS=1 rewrites the block `{name}`");
    }

    /// What stands between the marks of a block.
    pub(crate) fn block_text(&self, name: &str) -> &str {
        &self.text[self.block(name)]
    }

    /// The bytes between the marks of a block.
    fn block(&self, name: &str) -> Range<usize> {
        let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
        let start = self.text.find(&begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
        let stop = start + self.text[start..].find(&end).unwrap_or_else(|| panic!("no {end}"));
        start..stop
    }

    /// Asserts that a file holds `expected`, or writes it if that was asked for.
    pub(crate) fn expect_file(name: &str, expected: &str) {
        let path = super::root().join(name);
        let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if found != expected && blessing() {
            fs::write(&path, expected).unwrap();
            return;
        }
        assert!(found == expected, "{name} is not what is drawn now; TUNELINT_BLESS=1 rewrites it");
    }

    /// The first line of a shell block that begins with some words.
    pub(crate) fn shell_command(&self, begins: &str) -> Option<&str> {
        let mut inside = false;
        self.text.lines().find(|line| {
            match *line {
                "```sh" => inside = true,
                "```" => inside = false,
                _ => return inside && line.starts_with(begins),
            }
            false
        })
    }

    /// The commands in the first column of the table of commands.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.first_cells("| command |")
    }

    /// The code in the first column of the table whose header begins so.
    pub(crate) fn first_cells(&self, header: &str) -> Vec<String> {
        self.text
            .lines()
            .skip_while(|line| !line.starts_with(header))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .filter_map(|line| line.split('`').nth(1).map(str::to_owned))
            .collect()
    }

    /// The text on one line: a phrase may stand across a line break.
    pub(crate) fn flowing(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// One test at a time rewrites a file.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn blessing() -> bool {
    std::env::var_os("TUNELINT_BLESS").is_some_and(|value| value == "1")
}

/// Relative links of a Markdown text, without their anchors.
pub(crate) fn links(markdown: &str) -> Vec<String> {
    let link = Regex::new(r"\]\(([^()\s]+)\)").unwrap();
    let targets = link.captures_iter(markdown).map(|found| found[1].to_owned());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// Output with every duration put to the same, so that it can be compared.
pub(crate) fn tidy(output: &str) -> String {
    let duration = Regex::new(r"\b\d+(\.\d+)? ?(ns|µs|ms|s)\b").unwrap();
    duration.replace_all(&output.replace("\r\n", "\n"), "20 ms").into_owned()
}

/// The first findings of an output, as many whole ones as fit into `lines` (one at least), and its last paragraph.
pub(crate) fn excerpt(output: &str, lines: usize) -> String {
    let paragraphs: Vec<&str> = output.trim_end().split("\n\n").collect();
    let Some((last, findings)) = paragraphs.split_last() else { return String::new() };
    let height = |paragraph: &str| paragraph.lines().count() + 1;
    let mut left = lines.saturating_sub(height(last) + 2);
    let mut shown = String::new();
    let mut count = 0;
    for finding in findings {
        if count > 0 && height(finding) > left {
            break;
        }
        left = left.saturating_sub(height(finding));
        shown.push_str(finding);
        shown.push_str("\n\n");
        count += 1;
    }
    if count < findings.len() {
        shown.push_str("…\n\n");
    }
    shown + last + "\n"
}

#[test]
fn an_excerpt_keeps_whole_findings_and_the_summary() {
    let output = "one\n  a\n\ntwo\n  b\n\nthree\n\n3 findings\n";
    assert_eq!(excerpt(output, 99), output);
    assert_eq!(excerpt(output, 8), "one\n  a\n\n…\n\n3 findings\n");
    assert_eq!(excerpt(output, 1), "one\n  a\n\n…\n\n3 findings\n");
}

#[test]
fn durations_are_put_to_the_same() {
    assert_eq!(tidy("56 files in 0.03 s, 12ms\r\n"), "56 files in 20 ms, 20 ms\n");
    assert_eq!(tidy("p95Ms: 400, 5s5, 3 stages"), "p95Ms: 400, 5s5, 3 stages");
}

#[test]
fn links_are_those_within_the_repository() {
    assert_eq!(links("[a](b.md#c) ![d](e.svg) [f](https://g) [h](#i) `x](y)`"), ["b.md", "e.svg", "y"]);
}
