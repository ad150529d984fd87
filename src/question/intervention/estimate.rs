//! Figures with the errors of their computation.

use std::fmt;

use serde::Serialize;

use crate::numeric::moments::mean;
use crate::numeric::points::WIDENED;
use crate::wording::significant;

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
        let (value, count) = (mean(figures), figures.len() as f64);
        let squares: f64 = figures.iter().map(|figure| (figure - value).powi(2)).sum();
        Self { value, std_error: WIDENED * (squares / (count - 1.0) / count).sqrt() }
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
