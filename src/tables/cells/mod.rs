//! What a single cell says: a number with or without a unit, a truth value, that it is missing, or text.

mod numeral;
mod token;
mod trim;
mod unit;
mod words;

pub(super) use numeral::{Decimal, Separators};
pub(super) use token::{Token, plain};
pub(super) use trim::trimmed;
pub(crate) use unit::unit_named;
pub(super) use unit::{Dimension, Unit, unit_in_header};
