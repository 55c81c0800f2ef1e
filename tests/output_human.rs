//! What people see.

mod output_support;

use output_support::{findings, nothing_found, report, written};
use tunelint::output::{Format, Options};

fn human(width: usize, color: bool) -> String {
    written(Format::Human, &report(findings()), &Options { width, color, ..Options::default() })
}

#[test]
fn shown_at_80_columns() {
    insta::assert_snapshot!(human(80, false));
}

#[test]
fn shown_at_200_columns() {
    insta::assert_snapshot!(human(200, false));
}

#[test]
fn shown_at_80_columns_in_colour() {
    insta::assert_snapshot!(human(80, true).replace('\u{1b}', "␛"));
}

#[test]
fn nothing_found_names_candidates() {
    insta::assert_snapshot!(written(Format::Human, &nothing_found(), &Options::default()));
}
