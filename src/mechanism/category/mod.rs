//! Categories among the parents of a mechanism: how their levels become columns of numbers.

mod encoding;

pub(crate) use encoding::{Encoding, Encodings};
