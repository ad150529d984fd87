//! What a test of two samples takes and says.

use std::fmt;

use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

/// In what sense two samples differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Aspect {
    /// The values are higher or lower, by as much everywhere.
    Level,
    /// The values depend on the given columns to another degree.
    Slope,
    /// The values depend on the squares of the given columns to another degree.
    Curvature,
    /// The values scatter more or less.
    Spread,
    /// The scatter depends on the given columns to another degree.
    SpreadSlope,
    /// The distribution of the scatter has another form: skewed, or with other tails.
    Shape,
    /// The shares of the levels of a category differ.
    Shares,
}

impl Aspect {
    /// What the aspect counts for in the combined p-value: changes of the level are the most common, and bends rare.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Level | Self::Shares => 12.0,
            Self::Slope | Self::Spread => 4.0,
            Self::Shape => 2.0,
            Self::Curvature | Self::SpreadSlope => 1.5,
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Level => "level",
            Self::Slope => "slope",
            Self::Curvature => "curvature",
            Self::Spread => "spread",
            Self::SpreadSlope => "slope of the spread",
            Self::Shape => "shape",
            Self::Shares => "shares",
        })
    }
}

/// What one aspect of the values says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectTest {
    /// In what sense the samples were compared.
    pub aspect: Aspect,
    /// The statistic, about χ² if they do not differ.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// The probability of so much if they do not differ.
    pub p_value: f64,
}

/// The outcome of a test of whether values, given other columns, are distributed alike in two samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TwoSampleTest {
    /// The probability of so large differences if values given the columns are distributed alike, over all aspects.
    pub p_value: f64,
    /// What each aspect says, before the correction for their number that `p_value` has.
    pub aspects: Vec<AspectTest>,
    /// The numbers of rows of both samples.
    pub rows: [usize; 2],
}

/// A column of values, and the columns that are given with it.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'d> {
    /// One value per row; of a category the codes of its levels, from 0.
    pub values: ArrayView1<'d, f64>,
    /// Rows × columns; no columns for a plain test of two samples.
    pub given: ArrayView2<'d, f64>,
}
