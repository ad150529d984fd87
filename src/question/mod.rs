//! Questions, one room each.

pub(crate) mod attribution;
