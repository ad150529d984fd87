//! The deterministic part of an additive mechanism: a function of the parents.

use std::fmt;
use std::sync::Arc;

/// intercept + Σᵢ coefficientᵢ · parentᵢ
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFunction {
    /// In the node's unit.
    pub intercept: f64,
    /// One per parent, in the node's unit over the parent's.
    pub coefficients: Vec<f64>,
}

/// A function of a node's parents, in the node's unit.
#[derive(Clone)]
#[non_exhaustive]
pub enum ParentFunction {
    /// A weighted sum.
    Linear(LinearFunction),
    /// The largest parent, as when parallel calls wait for the slowest.
    Maximum,
    /// Any function of the parents' values.
    Formula(Formula),
}

/// Any function of the parents' values.
pub type Formula = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync>;

impl ParentFunction {
    /// A function given as a closure of the parents' values.
    pub fn formula(function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Formula(Arc::new(function))
    }

    /// The function's value.
    pub fn value(&self, parents: &[f64]) -> f64 {
        match self {
            Self::Linear(LinearFunction { intercept, coefficients }) => coefficients
                .iter()
                .zip(parents)
                .fold(*intercept, |sum, (coefficient, parent)| sum + coefficient * parent),
            Self::Maximum => parents.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Formula(formula) => formula(parents),
        }
    }

    /// The function's values over columns: one slice per parent, each as long as `values`. The same bits
    /// as [`value`](Self::value) row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        match self {
            Self::Linear(LinearFunction { intercept, coefficients }) => {
                values.fill(*intercept);
                for (coefficient, parent) in coefficients.iter().zip(parents) {
                    values.iter_mut().zip(*parent).for_each(|(value, parent)| *value += coefficient * parent);
                }
            }
            Self::Maximum => {
                values.fill(f64::NEG_INFINITY);
                for parent in parents {
                    values.iter_mut().zip(*parent).for_each(|(value, &parent)| *value = value.max(parent));
                }
            }
            Self::Formula(formula) => {
                for_each_row(parents, values.len(), |row, parents| values[row] = formula(parents))
            }
        }
    }
}

/// Calls `visit` with each row's number and its parents' values.
pub(super) fn for_each_row(parents: &[&[f64]], rows: usize, mut visit: impl FnMut(usize, &[f64])) {
    let mut values = vec![0.0; parents.len()];
    for row in 0..rows {
        values.iter_mut().zip(parents).for_each(|(value, parent)| *value = parent[row]);
        visit(row, &values);
    }
}

impl fmt::Debug for ParentFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear(linear) => linear.fmt(formatter),
            Self::Maximum => formatter.write_str("Maximum"),
            Self::Formula(_) => formatter.write_str("Formula"),
        }
    }
}
