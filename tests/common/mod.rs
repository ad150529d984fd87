//! What several test files need.

pub(crate) mod linear_gaussian;
