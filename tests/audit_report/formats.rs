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

/// Keeps them in the folder that `TUNELINT_AUDIT_PAGES` names, if it names one, to be looked at.
#[test]
fn reports_of_many_repositories_stay_small() {
    let folder = std::env::var_os("TUNELINT_AUDIT_PAGES").map(std::path::PathBuf::from);
    for (name, portfolio) in [("acme", acme()), ("many", crate::many::many(300))] {
        for (format, extension) in
            [(AuditFormat::Html, "html"), (AuditFormat::Human, "txt"), (AuditFormat::Json, "json")]
        {
            let text = written(format, &portfolio, &Options::default());
            assert!((1_000..1_000_000).contains(&text.len()), "{name}.{extension}: {} bytes", text.len());
            if let Some(folder) = &folder {
                std::fs::write(folder.join(name).with_extension(extension), text).unwrap();
            }
        }
    }
}

#[test]
fn markdown() {
    insta::assert_snapshot!(shown(AuditFormat::Markdown, &Options::default()));
}
