//! What a report can hold beside the findings of packs: the ids of what is wrong with a document, or with the repo,
//! each with its page. No policy file says these; this table is where they are described.

mod table;

use std::io;

use serde::Serialize;

use super::{INDENT, Page};
use crate::output::Options;
use table::{FORM, READ};

pub use table::BUILTIN;

/// An id that belongs to no pack.
#[derive(Debug)]
pub struct Builtin {
    /// What a finding has for its rule.
    pub id: &'static str,
    /// What is bad, in a few words.
    pub summary: &'static str,
    /// How bad it is.
    pub severity: &'static str,
    /// Why it is told.
    pub why: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// How to be rid of it without doing that.
    pub excuse: &'static str,
    /// Whether it is about documents that have a schema, and can be any of [`FORM`] too.
    has_form: bool,
    /// Whether it is about files of its own, and can be any of [`READ`] too.
    is_read: bool,
    /// The codes of its own that say which mistake it is.
    own_codes: &'static [Code],
}

impl Builtin {
    /// The codes that say which mistake it is.
    pub fn codes(&self) -> impl Iterator<Item = &'static Code> {
        let shared = [(self.has_form, FORM), (self.is_read, READ)];
        let shared = shared.into_iter().filter(|(has, _)| *has).flat_map(|(_, codes)| codes);
        let is_own = |shared: &&Code| self.own_codes.iter().any(|own| own.code == shared.code);
        self.own_codes.iter().chain(shared.filter(move |shared| !is_own(shared)))
    }
}

/// Which mistake a finding without a rule is.
#[derive(Debug, Serialize)]
pub struct Code {
    /// The word in brackets behind the id.
    pub code: &'static str,
    /// What it says.
    pub means: &'static str,
}

/// The pages that a name leads to: an id (`schema`), one with a code (`schema[enum]`), or a code alone.
pub fn builtin_of(name: &str) -> Vec<(&'static Builtin, Option<&'static Code>)> {
    let by_id = |id: &str| BUILTIN.iter().find(|own| own.id == id);
    if let Some(about) = by_id(name) {
        return vec![(about, None)];
    }
    if let Some((id, wanted)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        let code = |own: &'static Builtin| own.codes().find(|own| own.code == wanted);
        return by_id(id).and_then(|own| Some((own, Some(code(own)?)))).into_iter().collect();
    }
    // A mistake of form is the same in any document, and so is a file that cannot be read: one page is enough.
    let form = |own: &Builtin| if own.id == "schema" { FORM } else { &[] };
    let code = |own: &'static Builtin| own.own_codes.iter().chain(form(own)).find(|own| own.code == name);
    BUILTIN.iter().filter_map(|own| Some((own, Some(code(own)?)))).collect()
}

/// The page of an id that belongs to no pack; with a code, what that one says comes first.
///
/// # Errors
/// Only those of the writer.
pub fn explain_builtin(
    about: &Builtin,
    code: Option<&Code>,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(options, out);
    let id = match code {
        Some(code) => format!("{}[{}]", about.id, code.code),
        None => about.id.to_owned(),
    };
    let name = page.style.bold(&id);
    writeln!(page.out, "{name}")?;
    page.paragraph(0, about.summary)?;
    if let Some(code) = code {
        page.paragraph(0, &format!("Here: {}.", code.means))?;
    }
    writeln!(page.out)?;
    page.hanging(0, &format!("{:<14}", "Pack"), "none: built in")?;
    page.hanging(0, &format!("{:<14}", "Severity"), about.severity)?;
    page.heading("Why")?;
    page.paragraph(INDENT, about.why)?;
    page.heading("What to do")?;
    page.paragraph(INDENT, about.help)?;
    page.heading("How to be excused from it")?;
    page.paragraph(INDENT, about.excuse)?;
    if code.is_none() && about.codes().next().is_some() {
        page.heading("Codes")?;
        let widest = about.codes().map(|own| own.code.len()).max().unwrap_or(0);
        for own in about.codes() {
            page.hanging(INDENT, &format!("{:<widest$}  ", own.code), own.means)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_by_its_id_by_a_code_and_by_both() {
        let ids = |name: &str| -> Vec<String> {
            builtin_of(name)
                .iter()
                .map(|(own, code)| format!("{} {}", own.id, code.map_or("-", |code| code.code)))
                .collect()
        };
        assert_eq!(ids("schema"), ["schema -"]);
        assert_eq!(ids("schema[enum]"), ["schema enum"]);
        assert_eq!(ids("enum"), ["schema enum"]);
        assert_eq!(ids("policy[enum]"), ["policy enum"]);
        assert_eq!(ids("config[not-found]"), ["config not-found"]);
        assert_eq!(ids("syntax"), ["document syntax", "policy syntax", "waivers syntax"]);
        assert!(ids("schema[nothing]").is_empty() && ids("nothing").is_empty() && ids("").is_empty());
    }

    #[test]
    fn ids_and_codes_are_told_once() {
        assert!(BUILTIN.is_sorted_by_key(|own| own.id));
        for own in BUILTIN {
            let mut codes: Vec<_> = own.codes().map(|own| own.code).collect();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), own.codes().count(), "{}", own.id);
        }
    }
}
