//! The command `tunelint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tunelint::cli::run(std::env::args_os()))
}
