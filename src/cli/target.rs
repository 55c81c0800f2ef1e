//! What `--format` names: a format, and a file if it is not to go to standard output.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use super::Error;

/// One report to write.
#[derive(Clone, Debug)]
pub(super) struct Target<F> {
    pub(super) format: F,
    /// Standard output where there is none.
    pub(super) file: Option<PathBuf>,
}

impl<F: FromStr<Err: Display>> FromStr for Target<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("name a file after `=`".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse().map_err(|error: F::Err| error.to_string())?, file })
    }
}

/// Refuses two reports on standard output.
pub(super) fn refuse_to_share<F>(targets: &[Target<F>]) -> Result<(), Error> {
    if targets.iter().filter(|target| target.file.is_none()).count() < 2 {
        return Ok(());
    }
    Err(Error::Usage(
        "two reports cannot share standard output; write one to a file, as in --format json=report.json"
            .to_owned(),
    ))
}
