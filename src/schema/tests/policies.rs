//! Rule and pack files: held to their schemas, and to the order of their fields.

use super::*;

fn said_of_policy(text: &str, kind: PolicyKind) -> String {
    let parsed = Parsed::new(text);
    let findings = validate_policy(parsed.document(), &parsed.source, kind);
    assert!(findings.iter().all(|finding| &*finding.rule == "policy"));
    parsed.shown(&findings)
}

#[test]
fn policy_files_are_told_of_in_the_same_way() {
    assert_eq!(said_of_policy(RULE, PolicyKind::Rule), "");
    assert_eq!(said_of_policy(PACK, PolicyKind::Pack), "");
    let rules = [
        (
            "  require: present(owner)",
            "  requires: present(owner)",
            "unknown-key at «requires» (/spec/requires): \"spec.requires\" is not a field of a rule | did you mean \"require\"?",
        ),
        (
            "{production: error, default: warning}",
            "{production: error}",
            "required at «severity» (/spec/severity/default): spec.severity.default is missing | add default, one of error, warning, note",
        ),
        (
            "{production: error, default: warning}",
            "critical",
            "enum at «critical» (/spec/severity): \"critical\" is not a severity; one of error, warning, note | -",
        ),
        (
            "some-rule",
            "Some Rule",
            "pattern at «Some Rule» (/metadata/name): \"Some Rule\" does not have the form of a rule id | did you mean \"some-rule\"?",
        ),
    ];
    for (from, to, expected) in rules {
        assert_eq!(said_of_policy(&RULE.replace(from, to), PolicyKind::Rule), expected);
    }
    let packs = [
        (
            "default: 5",
            "default: true",
            "type at «true» (/spec/parameters/least/default): default has to be a number or a text or a list, and this is a truth value (true) | put it in quotes: \"true\"",
        ),
        (
            "version: 1.0.0",
            "version: 1.0",
            "type at «1.0» (/spec/version): version has to be a text, and this is 1.0 | put it in quotes: \"1.0\"",
        ),
        (
            "2026-11-24",
            "2026-11-31-x",
            "pattern at «2026-11-31-x» (/spec/source/retrieved): \"2026-11-31-x\" does not have the form of a date of retrieval | write it like 2026-11-24",
        ),
        (
            ", description: Names",
            "",
            "required at «names» (/spec/parameters/names/description): spec.parameters.names.description is missing | add description, for example description: Steady monthly volume from which tuning begins to repay itself",
        ),
    ];
    for (from, to, expected) in packs {
        assert_eq!(said_of_policy(&PACK.replace(from, to), PolicyKind::Pack), expected);
    }
}

#[test]
fn the_order_of_policy_fields_is_fixed() {
    let said = |text: &str, kind| {
        let parsed = Parsed::new(text);
        let findings = check_order(parsed.document(), &parsed.source, kind);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
        parsed.shown(&findings)
    };
    assert_eq!(said(RULE, PolicyKind::Rule), "");
    assert_eq!(said(PACK, PolicyKind::Pack), "");
    let swapped =
        RULE.replace("  why: It is\n  when: stage == 'pilot'\n", "  when: stage == 'pilot'\n  why: It is\n");
    assert_eq!(
        said(&swapped, PolicyKind::Rule),
        "field-order at «why» (/spec/why): why comes before when in a policy file | move why up\n  «when»: why goes before this"
    );
    let swapped = PACK.replace("kind: Pack\n", "").replace("metadata:", "kind: Pack\nmetadata:");
    assert_eq!(said(&swapped, PolicyKind::Pack), "");
    let swapped =
        PACK.replace("{title: A guide, retrieved: 2026-11-24}", "{retrieved: 2026-11-24, title: A guide}");
    assert_eq!(
        said(&swapped, PolicyKind::Pack),
        "field-order at «title» (/spec/source/title): title comes before retrieved in a policy file | move title up\n  «retrieved»: title goes before this"
    );
}
