//! The deterministic part of a mechanism: a function of the parents.

use std::fmt;
use std::sync::Arc;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::log_parents::LogParents;
use super::polynomial_function::PolynomialFunction;
use super::saved::{SavedLinear, nested};
use super::sum_of_maxima::SumOfMaxima;
use super::tree_ensemble::TreeEnsemble;

/// intercept + Σᵢ coefficientᵢ · parentᵢ
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedLinear")]
pub struct LinearFunction {
    /// In the node's unit.
    pub intercept: f64,
    /// One per parent, in the node's unit over the parent's.
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
    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        values.fill(self.intercept);
        for (coefficient, parent) in self.coefficients.iter().zip(parents) {
            values.iter_mut().zip(*parent).for_each(|(value, parent)| *value += coefficient * parent);
        }
    }
}

/// A function of a node's parents, in the node's unit or, of a post-nonlinear model, on the scale of its link.
///
/// All but [`Formula`](Self::Formula) are data and can be saved.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ParentFunction {
    /// A weighted sum.
    Linear(LinearFunction),
    /// The largest parent, as when parallel calls wait for the slowest.
    Maximum,
    /// A polynomial, continued outside the training range.
    Polynomial(PolynomialFunction),
    /// A weighted sum corrected by regression trees.
    Trees(TreeEnsemble),
    /// A function of the parents' logarithms.
    LogParents(LogParents),
    /// The nearest integer to another function's value; halves are rounded away from 0.
    Rounded(#[serde(deserialize_with = "nested")] Box<ParentFunction>),
    /// A sum over groups of parents of the largest of each.
    SumOfMaxima(SumOfMaxima),
    // Last, as binary files count only the variants that can be read.
    /// Any function of the parents' values.
    #[serde(skip_deserializing, serialize_with = "refuse_formula")]
    Formula(Formula),
}

/// Any function of the parents' values.
pub type Formula = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync>;

fn refuse_formula<S: Serializer>(_: &Formula, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("a formula given as a closure cannot be saved; only functions that are data can"))
}

impl ParentFunction {
    /// A function given as a closure of the parents' values.
    pub fn formula(function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Formula(Arc::new(function))
    }

    /// The function's value.
    pub fn value(&self, parents: &[f64]) -> f64 {
        match self {
            Self::Linear(linear) => linear.value(parents),
            Self::Maximum => parents.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Polynomial(polynomial) => polynomial.value(parents),
            Self::Trees(trees) => trees.value(parents),
            Self::LogParents(function) => function.value(parents),
            Self::Rounded(function) => function.value(parents).round(),
            Self::SumOfMaxima(groups) => groups.value(parents),
            Self::Formula(formula) => formula(parents),
        }
    }

    /// How many parents the function takes, where that is fixed.
    pub(crate) fn arity(&self) -> Option<usize> {
        match self {
            Self::Linear(linear) => Some(linear.coefficients.len()),
            Self::Polynomial(polynomial) => Some(polynomial.parents()),
            Self::Trees(trees) => Some(trees.parents()),
            Self::LogParents(function) => Some(function.parents()),
            Self::Rounded(function) => function.arity(),
            Self::SumOfMaxima(groups) => Some(groups.parents()),
            Self::Maximum | Self::Formula(_) => None,
        }
    }

    /// Whether a closure is part of it.
    pub(super) fn holds_formula(&self) -> bool {
        match self {
            Self::LogParents(function) => function.function.holds_formula(),
            Self::Rounded(function) => function.holds_formula(),
            Self::Formula(_) => true,
            Self::Linear(_) | Self::Maximum | Self::Polynomial(_) | Self::Trees(_) | Self::SumOfMaxima(_) => false,
        }
    }

    /// Whether it can take so many parents: a maximum needs one.
    pub(super) fn takes_parents(&self, parents: usize) -> bool {
        match self {
            Self::Maximum => parents > 0,
            Self::LogParents(function) => function.parents() == parents && function.function.takes_parents(parents),
            Self::Rounded(function) => function.takes_parents(parents),
            _ => self.arity().is_none_or(|arity| arity == parents),
        }
    }

    /// The function's values over columns: one slice per parent, each as long as `values`. The same bits
    /// as [`value`](Self::value) row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        match self {
            Self::Linear(linear) => linear.fill(parents, values),
            Self::Maximum => {
                values.fill(f64::NEG_INFINITY);
                for parent in parents {
                    values.iter_mut().zip(*parent).for_each(|(value, &parent)| *value = value.max(parent));
                }
            }
            Self::Polynomial(polynomial) => polynomial.fill(parents, values),
            Self::Trees(trees) => trees.fill(parents, values),
            Self::LogParents(function) => function.fill(parents, values),
            Self::Rounded(function) => {
                function.fill(parents, values);
                values.iter_mut().for_each(|value| *value = value.round());
            }
            Self::SumOfMaxima(groups) => groups.fill(parents, values),
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
            Self::Polynomial(polynomial) => polynomial.fmt(formatter),
            Self::Trees(trees) => trees.fmt(formatter),
            Self::LogParents(function) => function.fmt(formatter),
            Self::Rounded(function) => formatter.debug_tuple("Rounded").field(function).finish(),
            Self::SumOfMaxima(groups) => groups.fmt(formatter),
            Self::Formula(_) => formatter.write_str("Formula"),
        }
    }
}
