//! What of the rows each kind needs, where there are more than memory.

use crate::mechanism::function::Link;
use crate::mechanism::learn::{LinearRegression, Regressor};

/// What a mechanism can be fitted to without all rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sufficient {
    /// The rows themselves, and nothing less.
    Rows,
    /// A sample of the rows: nothing but the noise is fitted.
    Sample,
    /// The mean and the spread of the values, of a node without parents; a sample where the family of its noise needs more.
    Moments,
    /// Sums of squares and products of the node and its parents; a sample for noise that is not normal.
    Linear(LinearScales),
}

/// A linear regression, and the scales on which it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinearScales {
    pub(super) regression: LinearRegression,
    /// That of the node.
    pub(crate) link: Link,
    /// Whether parents count by their logarithms.
    pub(crate) log_parents: bool,
}

impl LinearScales {
    /// What a regression on these scales needs.
    pub(super) fn of(regressor: &dyn Regressor, link: Link, log_parents: bool) -> Sufficient {
        let linear = |regression| Sufficient::Linear(Self { regression, link, log_parents });
        regressor.as_linear().map_or(Sufficient::Rows, linear)
    }
}
