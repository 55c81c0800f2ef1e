//! The ids that belong to no pack, and their codes.

use super::{Builtin, Code};

const fn code(code: &'static str, means: &'static str) -> Code {
    Code { code, means }
}

/// The mistakes that any document with a schema can have.
pub(super) const FORM: &[Code] = &[
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

/// Why a file that is no manifest cannot be read, or not as a whole.
pub(super) const READ: &[Code] = &[
    code("syntax", "the file cannot be read from here on"),
    code("encoding", "the file is neither UTF-8 nor UTF-16 with a byte-order mark"),
    code("not-found", "the file does not exist"),
    code("permission", "the system does not let us read it"),
    code("not-a-file", "what was named is no file"),
    code("io", "the system failed to read it"),
    code("link-outside", "a link leads out of the repo, and is not followed"),
    code("limit-bytes", "the file is larger than files of its kind may be"),
    code("limit-depth", "values, or folders, are nested too deep"),
    code("limit-nodes", "the document has too many values"),
    code("limit-alias", "aliases, written out, come to too many values"),
];

/// All of them, by id.
pub const BUILTIN: &[Builtin] = &[
    Builtin {
        id: "baseline",
        summary: "A mistake in the baseline, or an entry that is out of date",
        severity: "error, and the exit status is 2; a warning or a note for what is out of date",
        why: "The baseline says which findings a repo started from. An entry that cannot be read excuses nothing, \
              and one for what is mended would let it come back.",
        help: "Correct the entry at the place shown, write the baseline anew with `tunelint baseline write`, or take \
               out what is mended with `tunelint baseline prune`.",
        excuse: "It cannot be waived.",
        has_form: true,
        is_read: true,
        own_codes: &[
            code("unknown-rule", "an entry is for a rule that there is not"),
            code("not-waivable", "an entry is for a rule whose findings cannot be excused"),
            code("renamed", "an entry names its rule by an id that the rule had before"),
            code("stale", "an entry is for a finding that is mended"),
            code("outdated", "an entry has another value than the finding has now"),
            code("empty", "the file holds no document"),
            code("second-document", "the file holds more than one document"),
        ],
    },
    Builtin {
        id: "config",
        summary: "A mistake in a config",
        severity: "error, and the exit status is 2; a warning for what has no effect, a note for what is only worth \
                   knowing",
        why: "A setting that is misspelt, or that something else overrules, changes nothing, while whoever wrote it \
              relies on it. What else the config says counts.",
        help: "Correct the setting at the place shown. `tunelint explain RULE --at PATH` shows what is in force for \
               a manifest.",
        excuse: "It cannot be waived.",
        has_form: true,
        is_read: true,
        own_codes: &[
            code(
                "two-configs",
                "a second config lies above the paths that are checked; only one governs a run",
            ),
            code("not-used", "a config below the paths that are checked governs nothing"),
            code("unknown-pack", "there is no such pack in this run"),
            code("unknown-parameter", "the pack has no such parameter"),
            code("unknown-rule", "the pack has no such rule"),
            code("renamed", "a rule is called by an id that it had before"),
            code("duplicate", "two entries are about the same rule"),
            code("no-effect", "an entry changes nothing"),
            code("no-match", "a glob matches nothing that is there"),
            code(
                "locked",
                "the organisation's config locks what is to be changed, and the change does not count",
            ),
            code("lock", "only an organisation's config can lock"),
            code("glob", "a path is no glob, or not one that counts here"),
            code("link", "the address of rule pages is no address"),
            code("no-pack", "a folder of policies holds no pack"),
            code("outside", "a folder of policies lies outside of the repo"),
            code("not-listed", "a folder of policies cannot be listed"),
            code("limit-folders", "more folders of policies are named than are read"),
            code("limit-globs", "more globs are named than are read"),
            code("empty", "the file holds no document"),
            code("second-document", "the file holds more than one document"),
        ],
    },
    Builtin {
        id: "coverage",
        summary: "Examples that do not show what a rule decides by",
        severity: "error",
        why: "A condition that no example hangs on can be wrong, or be left out, and every example still comes out \
              as it claims. `tunelint test --min-coverage` tells these conditions where fewer than asked for are \
              covered.",
        help: "Give an example that would come out otherwise if the condition did, and one for the other way; \
               `tunelint test --suggest` writes those it can find.",
        excuse: "Ask for less with --min-coverage.",
        has_form: false,
        is_read: false,
        own_codes: &[code("condition", "no example shows this condition decide both ways")],
    },
    Builtin {
        id: "declaration-differs-from-supplied",
        summary: "A manifest that says otherwise than the platform",
        severity: "warning",
        why: "A platform measures what a manifest estimates. Rules go by the declaration as long as there is one, so \
              one that is out of date decides them by a figure that is known to be wrong.",
        help: "Declare what is supplied, or have the file of facts corrected; both places are shown.",
        excuse: "A comment, a waiver or the baseline can excuse it, or --ignore declaration-differs-from-supplied.",
        has_form: false,
        is_read: false,
        own_codes: &[],
    },
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
        is_read: false,
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
        is_read: false,
        own_codes: &[],
    },
    Builtin {
        id: "facts",
        summary: "A mistake in a file of supplied facts",
        severity: "error, and the exit status is 2; a warning where suppliers disagree",
        why: "Rules are decided by what is supplied where nothing is declared. A value with a mistake, or one that \
              another contradicts, counts as unknown: it would decide them by accident.",
        help: "Correct the file of facts at the place shown; `tunelint schema facts` prints what it may say.",
        excuse: "It cannot be waived.",
        has_form: true,
        is_read: true,
        own_codes: &[
            code(
                "contradiction",
                "one file supplies two values for the same fact of a deployment; neither counts",
            ),
            code("disagreement", "two suppliers give a fact different values; it is unknown"),
            code("conflict", "an entry names a deployment and paths as well"),
            code("glob", "a path is no glob"),
            code("limit-entries", "more entries are about one deployment than count"),
            code("empty", "the file, or a list of paths, holds nothing"),
        ],
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
        is_read: true,
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
            code("boundary", "no two examples hold a threshold where it is"),
            code("invariant", "a fact that is null, of a wrong type or missing is not treated alike"),
            code("limit-test", "a rule has more conditions or examples than are tried out"),
            code("unknown-pack", "a pack extends one that is not in this run"),
            code("cyclic-extends", "packs extend each other in a circle"),
            code("duplicate-parameter", "a pack has a parameter that one it extends has already"),
            code("ambiguous-parameter", "two packs that are extended have a parameter of the same name"),
            code(
                "conflicting-default",
                "two packs give a parameter different defaults, and neither extends the other",
            ),
            code("not-run", "the rules of a pack do not run, because its pack.yaml cannot be used"),
            code("no-pack", "a rule belongs to no pack"),
            code("kind", "the file holds another kind of document than is looked for here"),
            code("link", "a link cannot be followed"),
            code("id", "a rule's name is not that of its file"),
            code("duplicate-rule", "two rules have the same id; the second is not used"),
            code("former-id", "an id that a rule had before is another rule's as well"),
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
        is_read: false,
        own_codes: &[
            code("unsupported-api-version", "a version of the manifest that this tunelint does not know"),
            code(
                "duplicate-identity",
                "the same namespace and name twice; in one file an error, in two a note",
            ),
        ],
    },
    Builtin {
        id: "supplied-deployment-not-found",
        summary: "Supplied facts about a deployment that is not there",
        severity: "warning",
        why: "Facts for a deployment that was renamed or removed decide nothing, and the deployment they were meant \
              for is judged without them.",
        help: "Correct the identity or the paths of the entry, or remove it. Facts for other repos belong into files \
               of their own.",
        excuse: "A comment, a waiver or the baseline can excuse it, or --ignore supplied-deployment-not-found.",
        has_form: false,
        is_read: false,
        own_codes: &[],
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
        is_read: false,
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
    Builtin {
        id: "waivers",
        summary: "A mistake in a waiver, or a waiver that excuses nothing any more",
        severity: "error, and the exit status is 2; a warning for what has expired or excuses nothing",
        why: "A waiver excuses a finding for a reason and until a day, in a comment beside the finding or in a \
              waivers file. One that is malformed, has expired, or fits nothing does not do what its readers \
              believe.",
        help: "Correct it at the place shown, have it approved anew, or remove it.",
        excuse: "It cannot be waived.",
        has_form: true,
        is_read: true,
        own_codes: &[
            code("syntax", "the file, or an ignore comment, cannot be read from here on"),
            code("required", "what has to be said is missing: a rule, a reason, a day"),
            code("reason", "the reason says nothing"),
            code("date", "a day is none, or not one that can be meant here"),
            code("approver", "the owner approves a waiver of their own"),
            code("approver-not-eligible", "CODEOWNERS does not name the approver for the manifest"),
            code("approver-unknown", "CODEOWNERS names a team, and nobody here knows who is in it"),
            code("glob", "a path is no glob"),
            code("unknown-rule", "there is no such rule"),
            code("renamed", "a rule is called by an id that it had before"),
            code("not-waivable", "findings of this rule cannot be excused"),
            code("forbidden", "the config forbids ignores in comments"),
            code("too-long", "it lasts longer than the config allows"),
            code("expired", "its day has passed"),
            code("ends-soon", "its day comes soon"),
            code("lapsed", "the value has become worse than the one it was granted for"),
            code("unused", "it excuses nothing"),
            code("duplicate", "another excuses the same"),
            code("unknown-deployment", "there is no such deployment"),
            code("unknown-path", "no manifest has such a path"),
            code("empty", "the file holds no document"),
        ],
    },
];
