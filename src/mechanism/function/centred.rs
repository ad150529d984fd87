//! Weighted sums of parents that lie far from 0.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::linear::LinearFunction;
use super::saved::{check_arity, finite};
use super::words::{Names, figure, weighted_sum};
use crate::error::{Error, Result};

/// level + Σᵢ coefficientᵢ · (parentᵢ − centreᵢ)
///
/// A weighted sum as a [`LinearFunction`] is one, for parents whose values are many times further from 0 than from each other, such as
/// points in time in microseconds since 1970. There an intercept and the products with the parents are numbers so large that
/// their sum has no digits left; the difference of a parent from a centre within a factor of 2 is exact (Sterbenz). Regressions
/// return it where it is needed.
///
/// `Display` writes it down with four digits, as `0.012 + 1.003·(parent0 - 1.7e15)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedCentred")]
pub struct CentredFunction {
    level: f64,
    coefficients: Vec<f64>,
    centres: Vec<f64>,
}

impl CentredFunction {
    /// The function with this value at the centres, in the node's unit, and a coefficient, in the node's unit over the
    /// parent's, and a centre, in the parent's unit, for each parent.
    ///
    /// # Errors
    /// When a number is not finite, or there is not a centre for each coefficient.
    ///
    /// ```
    /// use etiology::mechanism::{CentredFunction, ParentFunction};
    ///
    /// let start = 1.7e15 + 1.0;
    /// let latency = CentredFunction::new(0.25, vec![1e-3], vec![1.7e15])?;
    /// assert_eq!(ParentFunction::Centred(latency).value(&[start]), 0.251);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn new(level: f64, coefficients: Vec<f64>, centres: Vec<f64>) -> Result<Self> {
        finite("the level of a centred function", [level])?;
        finite("a coefficient of a centred function", coefficients.iter().copied())?;
        finite("a centre of a centred function", centres.iter().copied())?;
        check_arity("the number of centres of a centred function", Some(centres.len()), coefficients.len())?;
        Ok(Self { level, coefficients, centres })
    }

    /// The value where all parents are at their centres, in the node's unit.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// One per parent, in the node's unit over the parent's.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// One per parent, in its unit.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// The value where all parents are 0, as far as that has digits.
    pub(super) fn intercept(&self) -> f64 {
        self.value_of(&vec![0.0; self.centres.len()])
    }

    pub(super) fn value_of(&self, parents: &[f64]) -> f64 {
        let terms = self.coefficients.iter().zip(&self.centres).zip(parents);
        terms.fold(self.level, |sum, ((coefficient, centre), parent)| sum + coefficient * (parent - centre))
    }

    /// The values over columns: the same bits as [`value_of`](Self::value_of) row by row.
    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        values.fill(self.level);
        for ((coefficient, centre), parent) in self.coefficients.iter().zip(&self.centres).zip(parents) {
            values.iter_mut().zip(*parent).for_each(|(value, parent)| *value += coefficient * (parent - centre));
        }
    }

    pub(super) fn describe(&self, names: &Names) -> String {
        let shifted = |place: usize, centre: f64| match centre {
            0.0 => names.at(place),
            centre if centre < 0.0 => format!("({} + {})", names.at(place), figure(-centre)),
            centre => format!("({} - {})", names.at(place), figure(centre)),
        };
        let terms = self.coefficients.iter().zip(&self.centres).enumerate();
        weighted_sum(self.level, terms.map(|(place, (&coefficient, &centre))| (coefficient, shifted(place, centre))))
    }
}

impl From<&CentredFunction> for LinearFunction {
    /// This function written with its intercept, in which digits are lost.
    fn from(centred: &CentredFunction) -> Self {
        Self { intercept: centred.intercept(), coefficients: centred.coefficients.clone() }
    }
}

impl fmt::Display for CentredFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe(&Names::default()))
    }
}

/// What a saved function may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedCentred {
    level: f64,
    coefficients: Vec<f64>,
    centres: Vec<f64>,
}

impl TryFrom<SavedCentred> for CentredFunction {
    type Error = Error;

    fn try_from(SavedCentred { level, coefficients, centres }: SavedCentred) -> Result<Self> {
        Self::new(level, coefficients, centres)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_bits_of_rows() {
        let function = CentredFunction::new(0.1, vec![0.3, -1.7], vec![1e15, -2.0]).unwrap();
        let column = |offset: f64, step: f64| (0..50).map(move |row| offset + (f64::from(row) * step).sin());
        let (a, b) = (column(1e15, 7.0).collect::<Vec<_>>(), column(-2.0, 1.9).collect::<Vec<_>>());
        let mut values = vec![f64::NAN; 50];
        function.fill(&[&a, &b], &mut values);
        for (row, value) in values.into_iter().enumerate() {
            assert_eq!(value, function.value_of(&[a[row], b[row]]));
        }
        assert_eq!(function.to_string(), "0.1 + 0.3·(parent0 - 1e15) - 1.7·(parent1 + 2)");
    }

    #[test]
    fn a_damaged_one_is_found_on_loading() {
        let load = serde_json::from_str::<CentredFunction>;
        assert!(load(r#"{"level":1,"coefficients":[1],"centres":[2]}"#).is_ok());
        assert!(load(r#"{"level":1,"coefficients":[1],"centres":[]}"#).is_err());
        assert!(CentredFunction::new(0.0, vec![f64::NAN], vec![0.0]).is_err());
    }
}
