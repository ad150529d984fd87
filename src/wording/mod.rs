//! How numbers are said to people, wherever a sentence or a table has one.

mod chance;
mod number;

pub(crate) use chance::{chance, one_in, share_of_rows};
pub(crate) use number::{error_in_nats, fixed, p_value, significant};
