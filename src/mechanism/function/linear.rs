//! Weighted sums.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::saved::finite;
use super::words::{Names, weighted_sum};
use crate::error::{Error, Result};

/// intercept + Σᵢ coefficientᵢ · parentᵢ
///
/// `Display` writes it down with four digits, as `0.012 + 1.003·parent0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedLinear")]
pub struct LinearFunction {
    /// The value where all parents are 0, in the node's unit.
    pub intercept: f64,
    /// One per parent, in the node's unit over the parent's.
    #[doc(alias = "coef_")]
    pub coefficients: Vec<f64>,
}

impl LinearFunction {
    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        self.coefficients
            .iter()
            .zip(parents)
            .fold(self.intercept, |sum, (coefficient, parent)| sum + coefficient * parent)
    }

    /// The value at one row of columns: the same bits as [`value`](Self::value).
    pub(super) fn value_at(&self, parents: &[&[f64]], row: usize) -> f64 {
        self.coefficients
            .iter()
            .zip(parents)
            .fold(self.intercept, |sum, (coefficient, parent)| sum + coefficient * parent[row])
    }

    /// The values over columns: the same bits as [`value`](Self::value) row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        values.fill(self.intercept);
        for (coefficient, parent) in self.coefficients.iter().zip(parents) {
            values.iter_mut().zip(*parent).for_each(|(value, parent)| *value += coefficient * parent);
        }
    }

    /// The function written down with the names of its parents, without those that it ignores.
    pub(crate) fn describe_terms(&self, names: &[String]) -> String {
        let terms = self.coefficients.iter().zip(names).filter(|(coefficient, _)| **coefficient != 0.0);
        weighted_sum(self.intercept, terms.map(|(&coefficient, name)| (coefficient, name.clone())))
    }

    pub(super) fn describe(&self, names: &Names) -> String {
        let terms = self.coefficients.iter().enumerate().map(|(place, &coefficient)| (coefficient, names.at(place)));
        weighted_sum(self.intercept, terms)
    }
}

impl fmt::Display for LinearFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe(&Names::default()))
    }
}

/// What a saved linear function may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLinear {
    intercept: f64,
    coefficients: Vec<f64>,
}

impl TryFrom<SavedLinear> for LinearFunction {
    type Error = Error;

    fn try_from(SavedLinear { intercept, coefficients }: SavedLinear) -> Result<Self> {
        finite("the intercept of a saved linear function", [intercept])?;
        finite("a coefficient of a saved linear function", coefficients.iter().copied())?;
        Ok(Self { intercept, coefficients })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_bits_of_rows() {
        let function = LinearFunction { intercept: 0.1, coefficients: vec![0.3, -1.7] };
        let column = |step: f64| (0..50).map(|row| (f64::from(row) * step).sin()).collect::<Vec<f64>>();
        let (a, b) = (column(0.7), column(1.9));
        let mut values = vec![f64::NAN; 50];
        function.fill(&[&a, &b], &mut values);
        for row in 0..50 {
            let value = function.value(&[a[row], b[row]]);
            assert_eq!(values[row].to_bits(), value.to_bits());
            assert_eq!(function.value_at(&[&a, &b], row).to_bits(), value.to_bits());
        }
    }

    #[test]
    fn it_is_written_as_a_sum() {
        let function = LinearFunction { intercept: 0.012, coefficients: vec![1.003, -2.0] };
        assert_eq!(function.to_string(), "0.012 + 1.003·parent0 - 2·parent1");
        assert_eq!(function.describe(&Names::new(&["www", "db"])), "0.012 + 1.003·www - 2·db");
    }

    #[test]
    fn nan_from_a_binary_format_is_refused() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(LinearFunction::try_from(SavedLinear { intercept: bad, coefficients: vec![] }).is_err());
            assert!(LinearFunction::try_from(SavedLinear { intercept: 0.0, coefficients: vec![bad] }).is_err());
        }
    }
}
