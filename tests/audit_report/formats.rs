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
