//! The page, read as a browser reads it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use tunelint::audit::portfolio;
use tunelint::audit::record::RepoState;
use tunelint::output::Options;
use tunelint::output::audit::AuditFormat;

use crate::acme::{DAYS, acme, acme_with, fold, written};
use crate::many::many;
use crate::rows::{Repo, header};

/// An element: its name and its attributes.
type Element = (String, BTreeMap<String, String>);

#[derive(Default)]
struct Elements {
    begun: RefCell<Vec<Element>>,
    text: RefCell<String>,
    mistakes: RefCell<Vec<String>>,
    open: RefCell<Vec<String>>,
}

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let name = tag.name.to_string();
                if tag.kind == TagKind::EndTag {
                    let open = self.open.borrow_mut().pop();
                    if open.as_ref() != Some(&name) {
                        self.mistakes.borrow_mut().push(format!("line {line}: {open:?} is ended by {name}"));
                    }
                    return TokenSinkResult::Continue;
                }
                if !tag.self_closing && !["meta", "br"].contains(&&*name) {
                    self.open.borrow_mut().push(name.clone());
                }
                let attributes =
                    tag.attrs.iter().map(|own| (own.name.local.to_string(), own.value.to_string())).collect();
                self.begun.borrow_mut().push((name.clone(), attributes));
                match &*name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "title" if self.open.borrow().len() == 3 => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                }
            }
            Token::CharacterTokens(text) => {
                self.text.borrow_mut().push_str(&text);
                TokenSinkResult::Continue
            }
            Token::ParseError(error) => {
                self.mistakes.borrow_mut().push(format!("line {line}: {error}"));
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

fn read(page: &str) -> Elements {
    let tokenizer =
        Tokenizer::new(Elements::default(), TokenizerOpts { exact_errors: true, ..Default::default() });
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink
}

fn page() -> String {
    written(AuditFormat::Html, &acme(), &Options::default())
}

/// The names of elements with those of their attributes, counted.
fn shape(elements: &Elements) -> BTreeMap<String, u32> {
    let mut shape = BTreeMap::new();
    for (name, attributes) in elements.begun.borrow().iter() {
        let names: Vec<&str> = attributes.keys().map(String::as_str).collect();
        *shape.entry(format!("{name} {}", names.join(" "))).or_default() += 1;
    }
    shape
}

#[test]
fn the_page_is_well_formed() {
    for portfolio in [acme(), many(20)] {
        let elements = read(&written(AuditFormat::Html, &portfolio, &Options::default()));
        assert_eq!(elements.mistakes.borrow()[..], [""; 0]);
        assert_eq!(elements.open.borrow()[..], [""; 0]);
    }
}

#[test]
fn the_words_of_strangers_add_no_element_and_no_attribute() {
    let harmless = read(&written(AuditFormat::Html, &acme_with("harmless"), &Options::default()));
    let attacked = read(&page());
    assert_eq!(shape(&harmless), shape(&attacked));
    assert!(attacked.text.borrow().contains(r"</script><img src=x onerror=alert(1)>\x1b[2J\u{202e}|"));
    assert!(attacked.text.borrow().contains("{{ 7*7 }}"));
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let page = page();
    let elements = read(&page);
    let known = BTreeSet::from([
        "a",
        "body",
        "caption",
        "dd",
        "desc",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "head",
        "header",
        "html",
        "li",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "path",
        "polygon",
        "polyline",
        "rect",
        "script",
        "section",
        "small",
        "span",
        "style",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]);
    for (name, attributes) in elements.begun.borrow().iter() {
        assert!(known.contains(&**name), "{name}");
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on") && attribute != "style", "{name} {attribute}");
            let is_known = match &**attribute {
                "src" | "srcset" | "data" | "action" | "background" | "poster" | "xlink:href" => false,
                "href" => {
                    name == "a" && (value.starts_with('#') || value.starts_with("https://github.com/acme/"))
                }
                _ => true,
            };
            assert!(is_known, "{name} {attribute}={value}");
        }
    }
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(!style.contains("url(") && !style.contains("@import"));
    let policy = elements
        .begun
        .borrow()
        .iter()
        .find_map(|(_, own)| own.get("content").cloned().filter(|own| own.contains("default-src")))
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn contents_and_descriptions_lead_somewhere() {
    let elements = read(&page());
    let begun = elements.begun.borrow();
    let ids: Vec<&String> = begun.iter().filter_map(|(_, own)| own.get("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is there twice");
    for (_, attributes) in begun.iter() {
        let hash = attributes.get("href").and_then(|own| own.strip_prefix('#')).into_iter();
        let named = attributes.get("aria-labelledby").into_iter().flat_map(|own| own.split(' '));
        for id in hash.chain(named) {
            assert!(ids.iter().any(|own| *own == id), "{id}");
        }
    }
}

#[test]
fn every_chart_has_a_text_and_every_column_a_scope() {
    let elements = read(&page());
    let begun = elements.begun.borrow();
    for (name, attributes) in begun.iter() {
        match &**name {
            "svg" => assert!(
                attributes.contains_key("aria-hidden")
                    || attributes.get("role").is_some_and(|role| role == "img")
                        && (attributes.contains_key("aria-label")
                            || attributes.contains_key("aria-labelledby"))
            ),
            "th" => assert!(["col", "row"].contains(&&*attributes["scope"])),
            _ => {}
        }
    }
    assert!(begun.iter().any(|(name, _)| name == "svg"));
}

#[test]
fn a_long_table_is_cut_and_says_so() {
    let page = written(AuditFormat::Html, &many(520), &Options::default());
    assert!(page.contains("20 more are left out; the dataset holds them all."));
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[test]
fn alerts_without_room_are_not_counted_by_their_lines() {
    let names: Vec<String> = (0..40).map(|number| format!("repo-{number:02}")).collect();
    let header = header(&names.iter().map(String::as_str).collect::<Vec<_>>(), &DAYS[2..]);
    let failed = |name: &String| Repo::of_state(name, DAYS[2], RepoState::Failed, Some("it is gone"));
    let rows: Vec<_> = names.iter().map(failed).collect();
    let portfolio = fold(&header, &rows, portfolio::Options::default());
    let page = written(AuditFormat::Html, &portfolio, &Options::default());
    assert!(page.contains("repo-05: it is gone") && !page.contains("repo-06: it is gone"), "{page}");
    assert!(page.contains("and more, below") && !page.contains("and 5 more"), "{page}");
}

#[test]
fn an_audit_of_nothing_is_a_page() {
    let mut header = crate::acme::acme_header("x");
    (header.repos, header.snapshots, header.packs) = (Vec::new(), Vec::new(), Vec::new());
    let nothing = fold(&header, &[], portfolio::Options::default());
    for format in tunelint::output::audit::AUDIT_FORMATS {
        let text = written(format.format, &nothing, &Options::default());
        assert!(!text.contains("NaN") && !text.contains("inf"), "{}", format.name);
    }
    let elements = read(&written(AuditFormat::Html, &nothing, &Options::default()));
    assert_eq!(elements.mistakes.borrow()[..], [""; 0]);
}
