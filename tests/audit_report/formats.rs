//! Each format on a portfolio made by hand.

use tunelint::output::Options;
use tunelint::output::audit::AuditFormat;

use crate::acme::{acme, written};

fn shown(format: AuditFormat, options: &Options) -> String {
    written(format, &acme(), options)
}

#[test]
fn brief() {
    insta::assert_snapshot!(shown(AuditFormat::Brief, &Options::default()));
}

#[test]
fn human_at_80_columns() {
    insta::assert_snapshot!(shown(AuditFormat::Human, &Options::default()));
}

#[test]
fn human_at_200_columns_in_colour() {
    let options = Options { width: 200, color: true, ..Options::default() };
    insta::assert_snapshot!(shown(AuditFormat::Human, &options));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown(AuditFormat::Json, &Options::default()));
}

#[test]
fn html() {
    insta::assert_snapshot!(shown(AuditFormat::Html, &Options::default()));
}

/// Writes the pages into the folder that `TUNELINT_AUDIT_PAGES` names, to be looked at.
#[test]
#[ignore = "writes files, for eyes"]
fn pages_to_look_at() {
    let folder = std::path::PathBuf::from(std::env::var_os("TUNELINT_AUDIT_PAGES").unwrap());
    for (name, portfolio) in [("acme", acme()), ("many", crate::many::many(300))] {
        for (format, extension) in
            [(AuditFormat::Html, "html"), (AuditFormat::Human, "txt"), (AuditFormat::Json, "json")]
        {
            let text = written(format, &portfolio, &Options::default());
            std::fs::write(folder.join(name).with_extension(extension), text).unwrap();
        }
    }
}

#[test]
fn markdown() {
    insta::assert_snapshot!(shown(AuditFormat::Markdown, &Options::default()));
}
