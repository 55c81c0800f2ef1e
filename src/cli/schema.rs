//! `tunelint schema KIND`: prints a JSON Schema as it is embedded.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Error, terminal};
use crate::report::Exit;
use crate::schema::SCHEMAS;

/// Options of `schema`.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// What to print the schema of
    #[arg(value_name = "KIND", value_parser = kinds())]
    kind: &'static str,
}

fn kinds() -> impl TypedValueParser<Value = &'static str> {
    PossibleValuesParser::new(SCHEMAS.iter().map(|(kind, _)| *kind))
        .map(|given| SCHEMAS.iter().find(|(kind, _)| *kind == given).map_or("", |(_, text)| *text))
}

impl Schema {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        terminal::print(self.kind.as_bytes())?;
        Ok(Exit::Clean)
    }
}
