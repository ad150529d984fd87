//! What is asked of the target over several rows.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mechanism::{FittedMechanism, Form, LinearFunction, ParentFunction};
use crate::noise::NoiseDistribution;
use crate::wording::significant;

/// A statistic of the target over several rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowStatistic {
    /// The mean of the target over the rows, in its unit.
    Mean,
    /// The largest value of the target in any of the rows, in its unit.
    Maximum,
    /// In how many rows the target is above a value, which is in its unit.
    CountAbove(f64),
}

impl fmt::Display for RowStatistic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean => formatter.write_str("mean"),
            Self::Maximum => formatter.write_str("maximum"),
            Self::CountAbove(bound) => write!(formatter, "rows above {}", significant(*bound)),
        }
    }
}

impl RowStatistic {
    /// # Errors
    /// When the value that rows are counted above is no number.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::CountAbove(bound) if !bound.is_finite() => {
                let (name, requirement) = ("the value above which rows are counted", "finite");
                Err(Error::InvalidParameter { name, requirement, found: bound.to_string() })
            }
            Self::Mean | Self::Maximum | Self::CountAbove(_) => Ok(()),
        }
    }

    /// The statistic as a function of the target in each of so many rows, without a noise of its own.
    ///
    /// # Errors
    /// None, as a constant 0 is a distribution.
    pub(super) fn mechanism(self, rows: usize) -> Result<FittedMechanism> {
        let function = match self {
            Self::Mean => {
                let coefficients = vec![1.0 / rows as f64; rows];
                ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients })
            }
            Self::Maximum => ParentFunction::Maximum,
            Self::CountAbove(bound) => {
                ParentFunction::formula(move |values| values.iter().filter(|&&value| value > bound).count() as f64)
            }
        };
        Ok(FittedMechanism::new(Form::additive(function), NoiseDistribution::constant(0.0)?))
    }
}
