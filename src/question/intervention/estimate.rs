//! Figures with the errors of their computation.

use std::fmt;

use serde::Serialize;

use crate::numeric::moments::mean;
use crate::numeric::points::{error_of_blocks, error_of_tailed_blocks};
use crate::wording::significant;

/// By the rule of three: what has happened in none of the blocks may have been as likely as 3 in all, and 1.96 errors are to hold that.
const OF_DRAW: f64 = 3.0 / 1.96;

/// A figure with the standard error of its computation, in the same unit; 0 in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its standard error: what other samples would have changed. Nothing of how well the model is known is in it.
    pub std_error: f64,
}

impl Estimate {
    /// The mean of figures of as many independent blocks, with its error.
    pub(super) fn of_blocks(figures: &[f64]) -> Self {
        Self { value: mean(figures), std_error: error_of_blocks(figures) }
    }

    /// As [`of_blocks`](Self::of_blocks), of figures such as squares, which a tail may carry.
    pub(super) fn of_tailed_blocks(figures: &[f64]) -> Self {
        Self { value: mean(figures), std_error: error_of_tailed_blocks(figures) }
    }

    /// With an error of what one draw counts for: where draws make up few steps, all blocks may have as many of each, and yet be off by a
    /// part of a draw.
    pub(super) fn no_finer_than(self, draw: f64) -> Self {
        Self { std_error: self.std_error.hypot(OF_DRAW * draw), ..self }
    }

    /// A figure in closed form.
    pub(super) fn exact(value: f64) -> Self {
        Self { value, std_error: 0.0 }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&significant(self.value))?;
        if self.std_error == 0.0 { Ok(()) } else { write!(formatter, " ± {}", significant(self.std_error)) }
    }
}
