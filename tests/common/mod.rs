//! What several test files need.

pub mod linear_gaussian;
