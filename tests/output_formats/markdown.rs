//! Markdown, read by a parser.

use pulldown_cmark::{Event, Options as Extensions, Parser, Tag, TagEnd};
use tunelint::output::{Format, Options};
use tunelint::report::Report;

use crate::output_support::{findings, nothing_found, report, written};

/// Where the pages of files are.
const PAGES: &str = "https://github.com/acme/platform/blob/0123456789abcdef";

/// What a parser makes of a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The title.
    pub(crate) title: String,
    /// Rows of the tables without their heads: the texts of the cells.
    pub(crate) rows: Vec<Vec<String>>,
    /// Items of the lists.
    pub(crate) items: Vec<String>,
    /// Where links lead.
    pub(crate) links: Vec<String>,
    /// Headings below the title.
    pub(crate) sections: Vec<String>,
    /// The last paragraph.
    pub(crate) last: String,
}

/// The HTML that we write; nothing else may come to be HTML.
const OURS: &[&str] = &["<code>", "</code>", "<br>", "<details>", "</details>", "<!-- tunelint -->"];

/// Reads a page, in which nothing may be but what we put there.
pub(crate) fn read(page: &str) -> Page {
    assert!(page.starts_with("<!-- tunelint -->\n"));
    let extensions = Extensions::ENABLE_TABLES
        | Extensions::ENABLE_STRIKETHROUGH
        | Extensions::ENABLE_FOOTNOTES
        | Extensions::ENABLE_TASKLISTS
        | Extensions::ENABLE_MATH
        | Extensions::ENABLE_GFM;
    let mut read = Page::default();
    let mut text = String::new();
    let mut in_head = false;
    for event in Parser::new_ext(page, extensions) {
        match event {
            Event::Text(piece) => text.push_str(&piece),
            Event::SoftBreak => text.push(' '),
            Event::InlineHtml(tag) => {
                assert!(OURS.contains(&&*tag), "{tag}");
                if &*tag == "<br>" {
                    text.push('\n');
                }
            }
            Event::Html(block) => {
                for line in block.lines().filter(|line| !line.is_empty()) {
                    let is_summary =
                        line.starts_with("<summary>What the ") && line.ends_with(" for</summary>");
                    assert!(is_summary || OURS.contains(&line), "{line}");
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => read.links.push(dest_url.into_string()),
            Event::Start(Tag::TableHead) => in_head = true,
            Event::End(TagEnd::TableHead) => in_head = false,
            Event::Start(Tag::TableRow) => read.rows.push(Vec::new()),
            Event::Start(Tag::TableCell | Tag::Paragraph | Tag::Item | Tag::Heading { .. }) => text.clear(),
            Event::End(TagEnd::TableCell) => {
                if !in_head {
                    read.rows.last_mut().unwrap().push(std::mem::take(&mut text));
                }
            }
            Event::End(TagEnd::Heading(pulldown_cmark::HeadingLevel::H2)) => {
                read.title = std::mem::take(&mut text);
            }
            Event::End(TagEnd::Heading(pulldown_cmark::HeadingLevel::H3)) => {
                read.sections.push(std::mem::take(&mut text));
            }
            Event::End(TagEnd::Paragraph) => read.last = std::mem::take(&mut text),
            Event::End(TagEnd::Item) => read.items.push(std::mem::take(&mut text)),
            Event::Start(Tag::Table(_) | Tag::List(None) | Tag::HtmlBlock | Tag::Strong)
            | Event::End(
                TagEnd::Table
                | TagEnd::TableRow
                | TagEnd::List(false)
                | TagEnd::HtmlBlock
                | TagEnd::Link
                | TagEnd::Strong,
            ) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(read.rows.iter().all(|row| row.len() == 3), "a cell was split");
    read
}

pub(crate) fn page(report: &Report) -> String {
    let options = Options { link_base: Some(PAGES.to_owned()), ..Options::default() };
    written(Format::Markdown, report, &options)
}

#[test]
fn every_open_finding_is_a_row_the_worst_first() {
    let all = report(findings());
    let open = all.findings.iter().filter(|finding| finding.is_open_problem()).count();
    let page = read(&page(&all));
    assert_eq!(page.title, "tunelint: 5 errors, 13 warnings, 2 notes");
    assert_eq!(page.sections, ["5 errors", "13 warnings", "2 notes"]);
    assert_eq!(page.rows.len(), open);
    assert_eq!(
        page.rows[0],
        [
            "fine-tuning-below-volume\nsupport-bot fine-tunes for 120,000 requests a month, below 500,000",
            "deploy/support-bot.yaml:17\nwith line 10, tunelint.yaml:3",
            "passes if workload.monthlyRequests >= 500,000"
        ]
    );
    assert!(page.links.contains(&format!("{PAGES}/deploy/support-bot.yaml#L17")));
    assert!(page.last.starts_with("60 files, 15 manifests: 5 errors, 13 warnings, 2 notes"), "{}", page.last);
    assert!(page.rows.iter().any(|row| row[2] == "declare budget.initialUsd"));
}

#[test]
fn what_the_rules_ask_for_stands_once_below_their_table_with_the_guides_sections() {
    let page = read(&page(&report(findings())));
    let of_volume: Vec<_> =
        page.items.iter().filter(|item| item.starts_with("fine-tuning-below-volume")).collect();
    assert_eq!(of_volume.len(), 1);
    assert!(of_volume[0].contains("\nPrompt a hosted model until the volume is there"));
    assert!(of_volume[0].ends_with("\nGuide: Decision Thresholds for Enterprises"));
    assert!(page.links.iter().any(|link| link.ends_with("/policies/README.md#fine-tuning-below-volume")));
}

#[test]
fn without_a_forge_places_are_plain_paths() {
    let page = read(&written(Format::Markdown, &report(findings()), &Options::default()));
    assert!(page.links.iter().all(|link| link.contains("/policies/README.md#")));
    assert!(page.rows[0][1].starts_with("deploy/support-bot.yaml:17\n"));
}

#[test]
fn no_findings_and_no_manifests_are_told() {
    let page = read(&page(&nothing_found()));
    assert_eq!(page.title, "tunelint: no findings");
    assert_eq!(page.items, ["gateway/litellm.yaml (model_list)", r"serve/vllm\x1b.yaml (vllm/vllm-openai)"]);
    assert_eq!(page.last, "60 files, 0 manifests: no findings");
}

#[test]
fn a_page_for_a_comment_is_cut_to_what_a_comment_takes() {
    let mut all = findings();
    for _ in 0..6 {
        all.extend(all.clone());
    }
    let report = report(all);
    let options = Options { markdown_bytes: 65_000, ..Options::default() };
    let shown = written(Format::Markdown, &report, &options);
    assert!(shown.len() <= 65_000);
    let page = read(&shown);
    let open = report.findings.iter().filter(|finding| finding.is_open_problem()).count();
    assert!(shown.contains("**Left out for want of room: "));
    assert!(page.rows.len() < open);
}
