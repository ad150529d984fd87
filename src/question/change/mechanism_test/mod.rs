//! Whether a mechanism is the same in two tables: the seam behind which any test may stand.
//!
//! The hypothesis is that a node's value does not depend on which table a row is of, given its parents.

mod residuals;
mod rows;

pub(super) use rows::{Column, MechanismRows};

/// The p-value of the hypothesis that the mechanism is the same in both tables, for one node alone.
pub(super) fn p_value(rows: &MechanismRows) -> f64 {
    residuals::p_value(rows)
}
