//! What a report can hold beside the findings of packs: the ids of what is wrong with a document, or with the repo,
//! each with its page. No policy file says these; this table is where they are described.

use std::io;

use serde::Serialize;

use super::{INDENT, Page};
use crate::output::Options;

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
    /// The codes of its own that say which mistake it is.
    own_codes: &'static [Code],
}

impl Builtin {
    /// The codes that say which mistake it is.
    pub fn codes(&self) -> impl Iterator<Item = &'static Code> {
        self.own_codes.iter().chain(if self.has_form { FORM } else { &[] })
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

const fn code(code: &'static str, means: &'static str) -> Code {
    Code { code, means }
}

/// The mistakes that any document with a schema can have.
const FORM: &[Code] = &[
    code("unknown-key", "no such key here; the nearest known one is named"),
    code("required", "a key is missing that has to be there"),
    code("forbidden-key", "a key contradicts another one, as a tuning method does a prompting strategy"),
    code("type", "the value, or an operand of an expression, is of another type"),
    code("enum", "the value is none of those allowed"),
    code("pattern", "the text is not of the form it has to be"),
    code("minimum", "the number is too small"),
    code("null", "the value is empty, which is no value: leave the key out"),
    code("not-finite", "the number is infinite, none at all, or too large"),
    code("schema", "the value breaks the schema in another way"),
    code("tag", "a tag makes the value another one than it looks like"),
    code("unknown-tag", "a tag that means nothing here"),
    code("duplicate-key", "a key stands twice in the same map; neither value counts"),
    code("complex-key", "a key is no text"),
    code("merge", "a merge key (<<) brings what cannot be merged"),
    code("unknown-alias", "an alias without an anchor"),
    code("recursive-alias", "an alias that contains itself"),
    code("limit-findings", "the document has more mistakes than are told; those are the first"),
];

/// All of them, by id.
pub const BUILTIN: &[Builtin] = &[
    Builtin {
        id: "document",
        summary: "A file that cannot be read, or not as a whole",
        severity: "error; a warning where only an ignore file is at fault",
        why: "What cannot be read cannot be checked, and a clean report would be silent about it. Files that were \
              named, and files that hold a mark of ours, are therefore told when they cannot be parsed; any other \
              file is counted as skipped. What else the file holds is checked all the same.",
        help: "Correct the file at the place shown. A limit can be raised for bytes (--max-file-size); the others \
               are far above what people write, and what runs into them was mostly generated.",
        excuse: "It cannot be waived. Leave a file out with .tunelintignore.",
        has_form: false,
        own_codes: &[
            code("syntax", "the text is neither YAML nor JSON from here on"),
            code("encoding", "the file is neither UTF-8 nor UTF-16 with a byte-order mark"),
            code("limit-bytes", "the file is larger than --max-file-size"),
            code("limit-depth", "values are nested too deep"),
            code("limit-nodes", "the document has too many values"),
            code("limit-alias", "aliases, written out, come to too many values"),
            code("limit-findings", "the file has more mistakes than are told; those are the first"),
            code("not-found", "a file or folder that was named does not exist"),
            code("permission", "the system does not let us read it"),
            code("not-a-file", "what was named is neither a file nor a folder"),
            code("io", "the system failed to read it"),
            code("link-outside", "a link leads out of the folders that are checked, and is not followed"),
            code("link", "a link cannot be followed"),
            code("walk", "the system failed to list a folder"),
            code("ignore-file", "a line of an ignore file is no pattern"),
            code("no-manifest", "no manifest was found, and --require-manifests asks for one"),
        ],
    },
    Builtin {
        id: "evidence-not-found",
        summary: "Evidence that a manifest names and the repository does not hold",
        severity: "warning",
        why: "A suite, a benchmark or an exit plan that is named makes rules pass. If the file is not there, they \
              passed on somebody's word. Looked up are relative paths in lifecycle.exitPlan, \
              lifecycle.integrationTests, lifecycle.evaluation.suite, requirements.latency.benchmark, \
              requirements.accuracy.evidence and artifacts; an URL, the address of a registry and a sentence are \
              left alone. That the file exists is all that is seen: not what stands in it.",
        help: "Correct the path, which counts from the manifest's folder or from one above it, or add the file.",
        excuse: "Switch it off with --ignore evidence-not-found.",
        has_form: false,
        own_codes: &[],
    },
    Builtin {
        id: "policy",
        summary: "A mistake in a policy file",
        severity: "error, and the exit status is 2; a warning for what only looks unfinished",
        why: "A rule with a mistake does not run: a typo in the name of a fact would otherwise be a rule that never \
              speaks. Policies are read and checked before any manifest, and the other rules run.",
        help: "Correct the policy at the place shown; `tunelint test FOLDER` checks a folder of policies alone.",
        excuse: "It cannot be waived.",
        has_form: true,
        own_codes: &[
            code("syntax", "an expression, or the file itself, cannot be read from here on"),
            code("unknown-fact", "no manifest has a fact of this path"),
            code("unknown-value", "the fact can never have the value that it is compared with"),
            code("unknown-function", "the language has no such function"),
            code("unknown-parameter", "the pack has no such parameter"),
            code("unknown-checklist", "the pack has no such checklist"),
            code("unknown-placeholder", "a message names what is neither a fact nor a parameter"),
            code("null-comparison", "a fact is never null: ask has() or present()"),
            code("shadowed-name", "a variable has the name of a fact"),
            code("regex", "a pattern is no regular expression, or too large a one"),
            code("limit-expression", "an expression is too long or nested too deep"),
            code("evaluation", "an expression failed on a manifest, by a type that could not be seen before"),
            code("example", "an example does not come out as it claims"),
            code("missing-examples", "a rule has no example that passes, or none that fails"),
            code("unused-parameter", "no rule reads a parameter"),
            code("field-order", "fields do not stand in the order that all policies have"),
            code("id", "a rule's name is not that of its file"),
            code("duplicate-rule", "two rules of a pack have the same id"),
            code("duplicate-pack", "two packs have the same name"),
            code("empty", "the file holds no document"),
            code("second-document", "the file holds more than one document"),
        ],
    },
    Builtin {
        id: "schema",
        summary: "A document of ours that says something it may not say",
        severity: "error; a note for the same deployment in two files",
        why: "A key that nobody knows, or a value of the wrong type, was meant to say something. It counts as not \
              declared, never as its default: rules that need it are undetermined, and the other facts of the \
              document are judged as they stand.",
        help: "Correct the value at the place shown. `tunelint schema manifest` prints what is allowed, for an editor \
               too.",
        excuse: "It cannot be waived.",
        has_form: true,
        own_codes: &[
            code("unsupported-api-version", "a version of the manifest that this tunelint does not know"),
            code(
                "duplicate-identity",
                "the same namespace and name twice; in one file an error, in two a note",
            ),
        ],
    },
    Builtin {
        id: "trust",
        summary: "A change of the policy that the change itself is judged by",
        severity: "warning where it lets something pass, else a note",
        why: "With --trust, config, packs, waivers, baseline and CODEOWNERS are those of a revision that was reviewed, \
              and of comments only those that it has count. What the work tree says instead has no effect, so that a \
              change cannot excuse itself; but whoever reviews it has to see it, and what would come of it.",
        help: "Review it as what it is, a change of policy. It counts once the revision that is trusted has it. \
               `tunelint impact --against REF` tells what it does to each deployment.",
        excuse: "It cannot be waived.",
        has_form: false,
        own_codes: &[
            code("config-changed", "the config is new, gone, or says something else"),
            code("policy-changed", "a pack is new, gone, or has other rules"),
            code("waiver-added", "a waiver that the revision does not have"),
            code("waiver-changed", "a waiver that says something else than at the revision"),
            code("waiver-removed", "a waiver that only the revision has"),
            code("baseline-changed", "the baseline has other entries than at the revision"),
            code("owners-changed", "CODEOWNERS says something else than at the revision"),
            code("ignore-added", "a comment that the revision does not have on this deployment"),
            code(
                "ignore-file-changed",
                "an ignore file is not the one of the revision; it counts all the same",
            ),
        ],
    },
];

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
    // A mistake of form is the same in any document: one page is enough.
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
        assert_eq!(ids("syntax"), ["document syntax", "policy syntax"]);
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
