//! What is printed.

use std::fmt::Display;

use clap::ValueEnum;
use serde::Serialize;

use crate::Result;

/// Forms of a result.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
}

impl Format {
    pub(crate) fn print<T: Display + Serialize>(self, result: &T, csv: impl FnOnce(&T) -> String) -> Result<()> {
        match self {
            Self::Table => print!("{result}"),
            Self::Json => println!("{}", serde_json::to_string_pretty(result)?),
            Self::Csv => print!("{}", csv(result)),
        }
        Ok(())
    }
}
