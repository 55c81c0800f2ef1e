//! Random YAML: values written in every style there is, and texts made of YAML's own marks.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::cast_possible_wrap, reason = "seeds and indices are small")]

use std::fmt::Write;

use proptest::prelude::*;

/// A value, as a document should say it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    /// Entries with keys that differ.
    Map(Vec<(String, Tree)>),
}

/// Texts that a careless writer or reader takes for something else.
const HAZARDS: [&str; 48] = [
    "",
    " ",
    "no",
    "on",
    "yes",
    "null",
    "~",
    "12",
    "1e3",
    "0x1F",
    "true",
    ".inf",
    "a: b",
    "a:",
    "# c",
    "b # c",
    "- x",
    "-",
    "? y",
    "é✓😀",
    "it's",
    "\"q\"",
    "tab\there",
    "line\nbreak",
    "two\n\nbreaks",
    "trailing ",
    "  leading",
    "in\n  dented\nhere",
    "\n",
    "x\n",
    "x\n\n\n",
    "\nx",
    "x \n y",
    "*a",
    "&b",
    "!c",
    "%d",
    "@e",
    "`f",
    "[g",
    "{h",
    "a,b",
    "back\\slash",
    "\u{7}",
    "\u{85}",
    "\u{feff}",
    "---",
    "... x",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z][a-z0-9_.-]{0,8}",
        2 => "[a-z]{1,5}( [a-z]{1,5}){0,6}",
        3 => prop::sample::select(&HAZARDS[..]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn scalar() -> impl Strategy<Value = Tree> {
    prop_oneof![
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Bool),
        1 => any::<i64>().prop_map(Tree::Int),
        1 => (-1000_i64..1000).prop_map(Tree::Int),
        1 => any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Tree::Float),
        4 => text().prop_map(Tree::Text),
    ]
}

/// Any value up to a few levels.
pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    scalar().prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::List),
            prop::collection::vec((text(), inner), 0..6).prop_map(|mut entries| {
                let mut seen = std::collections::HashSet::new();
                entries.retain(|(key, _)| seen.insert(key.clone()));
                Tree::Map(entries)
            }),
        ]
    })
}

/// A document, and the value it says.
pub(crate) fn document() -> impl Strategy<Value = (String, Tree)> {
    (tree(), prop::collection::vec(any::<u8>(), 1..64)).prop_map(|(tree, choices)| {
        let mut writer = Writer { out: String::new(), choices, next: 0, anchored: Vec::new() };
        writer.document(&tree);
        (writer.out, tree)
    })
}

/// Text made of YAML's own marks: mostly broken, and broken in every way.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    const MARKS: [&str; 60] = [
        "a",
        "b: ",
        "c",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "  ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        ":",
        "'",
        "\"",
        "|\n  ",
        ">\n  ",
        "|+\n",
        ">-\n ",
        "|2\n",
        "&x ",
        "*x",
        "*x : ",
        "<<: ",
        "<<: *x\n",
        "# c\n",
        " # c\n",
        "---\n",
        "--- ",
        "...\n",
        "!!int ",
        "!!str ",
        "!y ",
        "! ",
        "\\n",
        "\\\n",
        "\\u00e9",
        "\\ud83d",
        "é",
        "😀",
        "\t",
        "? ",
        "~",
        "12",
        "1.5",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "\u{feff}",
        "\r\n",
        "\r",
        "-",
        "+",
        "\u{85}",
        "\0",
        "no",
        "a: 1\n",
        "  d: e\n",
    ];
    prop::collection::vec(prop::sample::select(&MARKS[..]), 0..40).prop_map(|marks| marks.concat())
}

/// A document with a few characters taken out, doubled, or put in.
pub(crate) fn damaged() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize), 1..4);
    (document(), edits).prop_map(|((text, _), edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (index, edit) in edits {
            let at = index.index(characters.len() + 1);
            match [' ', '\n', ':', '-', '\'', '"', ']', '}', '#', ','].get(edit) {
                Some(&character) => characters.insert(at, character),
                None if at < characters.len() && edit == 10 => drop(characters.remove(at)),
                None => characters.truncate(at),
            }
        }
        characters.into_iter().collect()
    })
}

struct Writer {
    out: String,
    choices: Vec<u8>,
    next: usize,
    /// Values that have an anchor, by its number.
    anchored: Vec<Tree>,
}

impl Writer {
    fn choose(&mut self, options: u8) -> u8 {
        self.next += 1;
        // The cycle is shifted each time round, so that short seeds do not repeat themselves.
        let turn = (self.next / self.choices.len()) as u8;
        self.choices[self.next % self.choices.len()].wrapping_add(turn.wrapping_mul(31)) % options
    }

    fn one_of(&mut self, options: &[&str]) {
        let chosen = usize::from(self.choose(options.len() as u8));
        self.out += options[chosen];
    }

    fn document(&mut self, tree: &Tree) {
        if self.choose(3) == 0 {
            self.one_of(&["---\n", "# head\n---\n", "%YAML 1.2\n---\n"]);
        }
        self.node(tree, 0, false);
        self.end_line();
    }

    fn end_line(&mut self) {
        if !self.out.ends_with('\n') {
            if self.choose(4) == 0 {
                self.out += " # comment";
            }
            self.out.push('\n');
        }
    }

    /// Writes a value where the line already holds what comes before it; lines of its own are indented by
    /// `indent` at least.
    fn node(&mut self, tree: &Tree, indent: usize, flow: bool) {
        if let Some(anchor) = self.anchored.iter().position(|anchored| anchored == tree)
            && self.choose(2) == 0
        {
            let _ = write!(self.out, "*a{anchor} ");
            return;
        }
        let is_block = !flow && self.choose(3) > 0;
        if self.choose(6) == 0 {
            let _ = write!(self.out, "&a{} ", self.anchored.len());
            self.anchored.push(tree.clone());
        }
        match tree {
            Tree::List(items) if is_block && !items.is_empty() => self.block_list(items, indent),
            Tree::Map(entries) if is_block && !entries.is_empty() => self.block_map(entries, indent),
            Tree::List(items) => self.flow_list(items, indent),
            Tree::Map(entries) => self.flow_map(entries, indent),
            Tree::Text(text) => self.text(text, indent, flow, false),
            Tree::Null => self.one_of(&["null", "~", "Null"]),
            Tree::Bool(value) => {
                let upper = self.choose(2) == 0;
                let word = value.to_string();
                self.out += &if upper { word.to_uppercase() } else { word };
            }
            Tree::Int(number) => {
                let _ = write!(self.out, "{number}");
            }
            Tree::Float(number) => {
                let _ = write!(self.out, "{number:?}");
            }
        }
    }

    fn own_line(&mut self, indent: usize) {
        self.end_line();
        self.out += &" ".repeat(indent);
    }

    fn block_list(&mut self, items: &[Tree], indent: usize) {
        for item in items {
            self.own_line(indent);
            self.out += "- ";
            self.node(item, indent + 2, false);
        }
    }

    fn block_map(&mut self, entries: &[(String, Tree)], indent: usize) {
        let merged = self.merged(entries);
        let (own, merged) = entries.split_at(entries.len() - merged);
        if !merged.is_empty() {
            self.own_line(indent);
            self.out += "<<: ";
            self.flow_map(merged, indent + 1);
        }
        for (key, value) in own {
            self.own_line(indent);
            self.text(key, indent + 1, true, true);
            self.out += ": ";
            let step = 1 + usize::from(self.choose(3));
            self.node(value, indent + step, false);
        }
    }

    /// How many of the last entries come by a merge.
    fn merged(&mut self, entries: &[(String, Tree)]) -> usize {
        if self.choose(5) == 0 { usize::from(self.choose(4)).min(entries.len()) } else { 0 }
    }

    fn separate(&mut self, indent: usize) {
        match self.choose(4) {
            0 => self.own_line(indent + 1),
            1 => self.out.push(' '),
            _ => {}
        }
    }

    fn flow_list(&mut self, items: &[Tree], indent: usize) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            self.out += if index > 0 { ", " } else { "" };
            self.separate(indent);
            self.node(item, indent + 1, true);
        }
        self.out.push(']');
    }

    fn flow_map(&mut self, entries: &[(String, Tree)], indent: usize) {
        self.out.push('{');
        for (index, (key, value)) in entries.iter().enumerate() {
            self.out += if index > 0 { ", " } else { "" };
            self.separate(indent);
            self.text(key, indent + 1, true, true);
            self.out += ": ";
            self.node(value, indent + 1, true);
        }
        self.out.push('}');
    }

    fn text(&mut self, text: &str, indent: usize, flow: bool, key: bool) {
        let style = self.choose(5);
        match style {
            0 if is_plain(text) => self.out += text,
            1 if is_printable(text) && !text.contains('\n') => {
                let _ = write!(self.out, "'{}'", text.replace('\'', "''"));
            }
            2 if !flow && is_printable(text) && is_block(text) => self.literal(text, indent.max(1)),
            3 if !flow && is_printable(text) && is_folded(text) => self.folded(text, indent.max(1)),
            _ => self.double(text, indent, key),
        }
    }

    fn double(&mut self, text: &str, indent: usize, key: bool) {
        self.out.push('"');
        let characters: Vec<char> = text.chars().collect();
        for (at, &character) in characters.iter().enumerate() {
            let beside = |at: usize| characters.get(at).is_some_and(|other| other.is_alphanumeric());
            let folds = character == ' ' && !key && at > 0 && beside(at - 1) && beside(at + 1);
            match character {
                '"' | '\\' => self.out.extend(['\\', character]),
                '\n' => self.out += "\\n",
                ' ' if folds && self.choose(3) == 0 => {
                    self.out.push('\n');
                    self.out += &" ".repeat(indent + 1);
                }
                _ if !is_printable(character.encode_utf8(&mut [0; 4])) || self.choose(20) == 0 => {
                    let mut units = [0; 2];
                    for unit in character.encode_utf16(&mut units) {
                        let _ = write!(self.out, "\\u{unit:04x}");
                    }
                }
                _ => self.out.push(character),
            }
        }
        self.out.push('"');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.header('|', text, indent);
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.out += &" ".repeat(indent);
            }
            self.out += line;
        }
        self.close_block();
    }

    /// Ends the last line of a block scalar, where no comment can stand.
    fn close_block(&mut self) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn folded(&mut self, text: &str, indent: usize) {
        self.header('>', text, indent);
        for line in text.split_inclusive('\n') {
            self.out += &" ".repeat(indent);
            for word in line.split_inclusive(' ') {
                self.out += word;
                if word.ends_with(' ') && self.choose(3) == 0 {
                    self.out.pop();
                    self.out.push('\n');
                    self.out += &" ".repeat(indent);
                }
            }
            if line.ends_with('\n') {
                self.out.push('\n');
            }
        }
        if text.ends_with('\n') {
            self.out.pop();
        }
        self.close_block();
    }

    fn header(&mut self, indicator: char, text: &str, indent: usize) {
        self.out.push(indicator);
        if text.starts_with([' ', '\n']) {
            // The indicator counts from the parent, whose indentation is not known here but where there is none.
            let _ = write!(self.out, "{indent}");
        }
        self.out += match (text.ends_with('\n'), text.ends_with("\n\n")) {
            (_, true) => "+",
            (true, _) => "",
            _ => "-",
        };
        self.out.push('\n');
    }
}

fn is_printable(text: &str) -> bool {
    text.chars().all(|character| {
        character == '\n'
            || character == '\t'
            || !(character.is_control() || "\u{feff}\u{2028}\u{2029}\u{fffe}\u{ffff}".contains(character))
    })
}

fn is_plain(text: &str) -> bool {
    let reserved = ["null", "true", "false"];
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || " _.-".contains(character))
        && !text.ends_with(' ')
        && !reserved.contains(&text)
}

fn is_block(text: &str) -> bool {
    !text.trim_matches('\n').is_empty()
        && !text.starts_with([' ', '\n'])
        && text.split('\n').all(|line| !line.starts_with('\t') && !line.trim().is_empty() || line.is_empty())
}

fn is_folded(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    !text.is_empty()
        && text
            .split('\n')
            .all(|line| !line.is_empty() && !line.starts_with([' ', '\t']) && !line.ends_with(' '))
        && !text.contains("  ")
        && !text.contains('\t')
}
