//! Where things are found: files from the root of the repository, their lines on a forge, a rule's page. Nothing
//! here asks the system; whoever runs tunelint says where the repository lies.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Options;
use crate::report::RuleRecord;

/// Where the rules are described, for this version.
const RULES: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v", env!("CARGO_PKG_VERSION"), "/policies/README.md#{rule}");

/// The project's home.
pub(super) const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Links as the options want them.
#[derive(Clone, Copy)]
pub(super) struct Links<'a> {
    options: &'a Options,
}

impl<'a> Links<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self { options }
    }

    /// A path of a report, from the root of the repository.
    pub(super) fn rooted(self, path: &str) -> Cow<'_, str> {
        match self.options.folder.as_deref() {
            None | Some("") => Cow::Borrowed(path),
            Some(_) if path.starts_with('/') || self.is_elsewhere(path) => Cow::Borrowed(path),
            Some(folder) => Cow::Owned(below(folder, path)),
        }
    }

    /// Whether a path is that of no file in the work tree.
    fn is_elsewhere(self, path: &str) -> bool {
        let revision = self.options.elsewhere.as_deref();
        path.starts_with("builtin:") || revision.is_some_and(|revision| path.starts_with(revision))
    }

    /// A line of a file on the forge; nothing where the forge or the file's place in the repository is not known.
    pub(super) fn line(self, path: &str, line: Option<u32>) -> Option<String> {
        let base = self.options.link_base.as_deref()?;
        if self.is_elsewhere(path) {
            return None;
        }
        page(base, &self.rooted(path), line)
    }

    /// Where a rule is described: where the organisation says, in the repository for a rule of its own, or on the
    /// project's pages.
    pub(super) fn rule(self, rule: &RuleRecord) -> String {
        if self.options.help_uri.is_none()
            && let Some(file) = rule.file.as_deref().filter(|file| !file.starts_with("builtin:"))
            && let Some(link) = self.line(file, None)
        {
            return link;
        }
        let template = self.options.help_uri.as_deref().unwrap_or(RULES);
        let link = template
            .replace("{rule}", &encoded(&rule.id))
            .replace("{pack}", &encoded(rule.pack.as_deref().unwrap_or("tunelint")));
        address(&link)
    }
}

/// A line of a file of a repository whose pages are below `base`; nothing where the file is none of the repository's.
fn page(base: &str, path: &str, line: Option<u32>) -> Option<String> {
    if path.starts_with(['/', '<']) || path.starts_with("../") {
        return None;
    }
    let mut page = format!("{}/{}", address(base.trim_end_matches('/')), encoded(path));
    if let Some(line) = line {
        // Writing to a string cannot fail.
        let _ = write!(page, "#L{line}");
    }
    Some(page)
}

/// The same below an address of which nobody knows who wrote it: nothing where that is none of the web.
pub(super) fn page_on_the_web(base: &str, path: &str, line: Option<u32>) -> Option<String> {
    let lower = base.get(..8).unwrap_or(base).to_ascii_lowercase();
    let is_of_the_web = lower.starts_with("https://") || lower.starts_with("http://");
    if is_of_the_web && !path.starts_with("builtin:") { page(base, path, line) } else { None }
}

/// A path below a folder, with each `..` of it taken back as far as there is something to take back.
fn below(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            ("." | "", _) => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path as a relative reference of a URI: everything but letters, digits, `-`, `.`, `_`, `~` and `/` encoded.
pub(super) fn encoded(path: &str) -> String {
    percent(path, |byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte))
}

/// An address as it was given, with what no address may hold, and what ends one in Markdown or HTML, encoded.
fn address(given: &str) -> String {
    percent(given, |byte| byte.is_ascii_alphanumeric() || b"-._~/:?#@!$&*+,;=%".contains(&byte))
}

fn percent(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::built_in_rule;

    fn options(folder: &str, link_base: &str) -> Options {
        Options {
            folder: Some(folder.to_owned()),
            link_base: (!link_base.is_empty()).then(|| link_base.to_owned()),
            ..Options::default()
        }
    }

    #[test]
    fn paths_are_told_from_the_root_of_the_repository() {
        let options = options("infra/llm", "");
        let links = Links::new(&options);
        assert_eq!(links.rooted("deploy/bot.yaml"), "infra/llm/deploy/bot.yaml");
        assert_eq!(links.rooted("../web/bot.yaml"), "infra/web/bot.yaml");
        assert_eq!(links.rooted("../../../out.yaml"), "../out.yaml");
        assert_eq!(links.rooted("/etc/bot.yaml"), "/etc/bot.yaml");
        assert_eq!(links.rooted("builtin:pack/rule.yaml"), "builtin:pack/rule.yaml");
        let none = Options::default();
        assert_eq!(Links::new(&none).rooted("../bot.yaml"), "../bot.yaml");
    }

    #[test]
    fn lines_are_linked_where_the_forge_is_known() {
        let mut options = options("a", "https://example.com/o/r/blob/abc/");
        options.elsewhere = Some("main:".to_owned());
        let links = Links::new(&options);
        assert_eq!(
            links.line("b c/é).yaml", Some(3)).unwrap(),
            "https://example.com/o/r/blob/abc/a/b%20c/%C3%A9%29.yaml#L3"
        );
        for elsewhere in ["../../b.yaml", "/b.yaml", "builtin:p/r.yaml", "main:a.yaml"] {
            assert_eq!(links.line(elsewhere, Some(1)), None, "{elsewhere}");
        }
        assert_eq!(links.rooted("main:../a.yaml"), "main:../a.yaml");
        assert_eq!(Links::new(&Options::default()).line("b.yaml", Some(3)), None);
    }

    #[test]
    fn only_addresses_of_the_web_are_linked_unlooked_at() {
        let own = |base| page_on_the_web(base, "a b.yaml", Some(2));
        assert_eq!(own("https://x.test/blob/1/").unwrap(), "https://x.test/blob/1/a%20b.yaml#L2");
        assert_eq!(own("HTTP://x.test").unwrap(), "HTTP://x.test/a%20b.yaml#L2");
        assert_eq!(own("https://x.test/\"><b>").unwrap(), "https://x.test/%22%3E%3Cb%3E/a%20b.yaml#L2");
        for base in ["javascript:alert(1)", "data:text/html,x", "//x.test", "ftp://x", "", "é"] {
            assert_eq!(own(base), None, "{base}");
        }
        assert_eq!(page_on_the_web("https://x.test", "../a.yaml", None), None);
        assert_eq!(page_on_the_web("https://x.test", "builtin:p/r.yaml", None), None);
    }

    #[test]
    fn a_rules_page_is_where_the_organisation_says_or_on_our_pages() {
        let mut rule = built_in_rule("schema").unwrap();
        let page = Links::new(&Options::default()).rule(&rule);
        assert!(page.starts_with(HOME) && page.ends_with("/policies/README.md#schema"), "{page}");
        let own = Options {
            help_uri: Some("https://intranet/rules?of={pack}&is={rule}\n".into()),
            ..Options::default()
        };
        assert_eq!(Links::new(&own).rule(&rule), "https://intranet/rules?of=tunelint&is=schema%0A");
        rule.file = Some("policies/own/rule.yaml".into());
        let forge = options("", "https://example.com/blob/1");
        assert_eq!(Links::new(&forge).rule(&rule), "https://example.com/blob/1/policies/own/rule.yaml");
    }
}
