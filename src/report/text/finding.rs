//! A finding of a model's evaluation as a sentence.

use std::fmt::{self, Write};

use crate::evaluation::ModelFinding;
use crate::wording::{Visible, p_value};

impl fmt::Display for ModelFinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        match self {
            Self::NoiseDependsOnParents { node, distance_correlation, adjusted_p_value } => write!(
                formatter,
                "The noise of `{node}` depends on its parents (distance correlation {distance_correlation:.2}, adjusted p = \
                 {}): its mechanism misses part of their effect, an edge points the wrong way, or a common \
                 cause is missing.",
                p_value(*adjusted_p_value)
            ),
            Self::NoiseMiscalibrated { node, distance, adjusted_p_value } => write!(
                formatter,
                "The noise of `{node}` is not distributed as the model says (off by up to {:.0} percentage points, adjusted \
                 p = {}): another distribution, an overfitted mechanism, or drift.",
                100.0 * distance,
                p_value(*adjusted_p_value)
            ),
            Self::ConstantNoiseVaries { node, largest } => write!(
                formatter,
                "`{node}` has no noise in the model, yet rows deviate by up to {largest:.3e}: its formula does not hold."
            ),
            Self::WorseThanMarginal { node, crps_ratio } => write!(
                formatter,
                "The mechanism of `{node}` predicts worse than its marginal distribution does ({crps_ratio:.2} times the CRPS)."
            ),
            Self::NoNoiseFound { node, rows } => {
                write!(formatter, "For `{node}` no noise gives the observed value in {rows} rows.")
            }
            Self::TooFewRows { node, rows } => {
                write!(formatter, "`{node}` could not be evaluated: only {rows} rows are complete.")
            }
            Self::IndependenceViolated { node, other, given, residual_correlation, adjusted_p_value } => {
                let given = given.iter().map(|parent| format!("`{parent}`")).collect::<Vec<_>>().join(", ");
                let given = if given.is_empty() { String::new() } else { format!(" given {given}") };
                write!(
                    formatter,
                    "`{node}` and `{other}` are not independent{given} (residual correlation {residual_correlation:.2}, \
                     adjusted p = {}): an edge or a common cause is missing, or an edge points the wrong way.",
                    p_value(*adjusted_p_value)
                )
            }
            Self::GraphNoBetterThanPermuted { p_value: share } => write!(
                formatter,
                "The graph fits the data no better than graphs with permuted nodes, of which {:.0} % violate no more \
                 independencies.",
                100.0 * share
            ),
        }
    }
}
