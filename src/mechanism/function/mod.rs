//! What a fitted function of the parents is: how it is evaluated, row by row and over columns, how it is written down for
//! people, and, beside each type, what of it is saved and how that is checked on loading.

mod centred;
mod changed;
mod columns;
mod linear;
mod link;
mod logarithms;
mod polynomial;
mod range;
mod saved;
mod scale;
mod sum_of_maxima;
mod trees;
mod words;

use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::category::Encodings;
use crate::data::Levels;
use crate::error::{Error, Result};
use crate::numeric::kernels::{fill_largest, larger};
use saved::nested;

pub use centred::CentredFunction;
pub use columns::Formula;
pub use linear::LinearFunction;
pub use link::Link;
pub use polynomial::PolynomialFunction;
pub use sum_of_maxima::SumOfMaxima;
pub use trees::TreeEnsemble;

pub(crate) use changed::Change;
pub(crate) use columns::{Columns, for_each_row};
pub(crate) use logarithms::Logarithms;
pub(crate) use polynomial::{ParentRange, PolynomialTerm};
pub(crate) use range::{ANY, Range, weighted_sum};
pub(crate) use saved::check_arity;
pub(crate) use scale::ScaleFunction;
#[cfg(any(feature = "boosted-trees", test))]
pub(crate) use trees::RegressionTree;
pub(crate) use words::Names;

/// A function of a node's parents, in the node's unit or, of a post-nonlinear model, on the scale of its link.
///
/// All but [`Formula`](Self::Formula) are data and can be saved. `Display` writes the function down with four digits, as
/// `0.012 + 1.003·parent0` or `max(parent0, parent1)`.
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
    /// A weighted sum of parents that lie far from 0.
    Centred(CentredFunction),
    /// A function of parents some of which are categories.
    Levels(LevelParents),
    // Last, as binary files count only the variants that can be read.
    /// Any function of the parents' values.
    #[serde(skip_deserializing, serialize_with = "refuse_formula")]
    Formula(Formula),
}

fn refuse_formula<S: Serializer>(_: &Formula, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("a formula given as a closure cannot be saved; only functions that are data can"))
}

impl ParentFunction {
    /// A function given as a closure of the parents' values.
    pub fn formula(function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Formula(Formula::new(function))
    }

    /// The function's value.
    pub fn value(&self, parents: &[f64]) -> f64 {
        match self {
            Self::Linear(linear) => linear.value(parents),
            Self::Maximum => parents.iter().copied().fold(f64::NEG_INFINITY, larger),
            Self::Polynomial(polynomial) => polynomial.value(parents),
            Self::Trees(trees) => trees.value(parents),
            Self::LogParents(function) => function.value(parents),
            Self::Rounded(function) => function.value(parents).round(),
            Self::SumOfMaxima(groups) => groups.value(parents),
            Self::Centred(centred) => centred.value_of(parents),
            Self::Levels(function) => function.value(parents),
            Self::Formula(formula) => formula.value(parents),
        }
    }

    /// By how much the function's value moves when the parent at this place moves by 1, where that is the same everywhere,
    /// in the node's unit over the parent's; `parents` says how many there are. `None` where it depends on the values, or
    /// is not known to be constant.
    ///
    /// It is the coefficient of a weighted sum, and 1 for the maximum of a single parent, and for a parent that is alone in
    /// its group of a sum of maxima.
    ///
    /// ```
    /// use etiology::mechanism::{ParentFunction, SumOfMaxima};
    ///
    /// // parent0 + max(parent1, parent2)
    /// let calls = ParentFunction::SumOfMaxima(SumOfMaxima::try_from(vec![1, 2])?);
    /// assert_eq!(calls.slope(0, 3), Some(1.0));
    /// assert_eq!(calls.slope(1, 3), None);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn slope(&self, place: usize, parents: usize) -> Option<f64> {
        match self {
            Self::Linear(linear) => linear.coefficients.get(place).copied(),
            Self::Centred(centred) => centred.coefficients().get(place).copied(),
            Self::Maximum if parents == 1 && place == 0 => Some(1.0),
            Self::SumOfMaxima(groups) if groups.is_alone(place) => Some(1.0),
            Self::Levels(LevelParents { encodings, function }) => {
                function.slope(encodings.column_of_number(place)?, encodings.columns())
            }
            _ => None,
        }
    }

    /// The function as a weighted sum of so many parents, if it is one: every parent has a [`slope`](Self::slope).
    /// `None` otherwise, and where it does not take so many parents.
    ///
    /// ```
    /// use etiology::mechanism::ParentFunction;
    ///
    /// let linear = ParentFunction::Maximum.as_linear(1).expect("the maximum of one parent is that parent");
    /// assert_eq!((linear.intercept, linear.coefficients), (0.0, vec![1.0]));
    /// assert_eq!(ParentFunction::Maximum.as_linear(2), None);
    /// ```
    pub fn as_linear(&self, parents: usize) -> Option<LinearFunction> {
        let intercept = match self {
            Self::Linear(linear) => linear.intercept,
            Self::Centred(centred) => centred.intercept(),
            Self::Maximum | Self::SumOfMaxima(_) => 0.0,
            _ => return None,
        };
        if !self.takes_parents(parents) {
            return None;
        }
        let coefficients = (0..parents).map(|place| self.slope(place, parents)).collect::<Option<Vec<f64>>>()?;
        Some(LinearFunction { intercept, coefficients })
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
            Self::Centred(centred) => Some(centred.coefficients().len()),
            Self::Levels(function) => Some(function.encodings.parents()),
            Self::Maximum | Self::Formula(_) => None,
        }
    }

    /// Whether a closure is part of it.
    pub(crate) fn holds_formula(&self) -> bool {
        match self {
            Self::LogParents(LogParents { function, .. })
            | Self::Levels(LevelParents { function, .. })
            | Self::Rounded(function) => function.holds_formula(),
            Self::Formula(_) => true,
            Self::Linear(_)
            | Self::Maximum
            | Self::Polynomial(_)
            | Self::Trees(_)
            | Self::SumOfMaxima(_)
            | Self::Centred(_) => false,
        }
    }

    /// Whether it knows the levels of these parents, as far as it tells levels apart.
    pub(crate) fn fits_levels(&self, parents: &[Option<&Levels>]) -> bool {
        match self {
            Self::Levels(LevelParents { encodings, .. }) => encodings.fit_levels(parents),
            Self::Rounded(function) => function.fits_levels(parents),
            Self::Formula(_) => true,
            // The codes of two levels are 0 and 1, and what a function ignores may be anything.
            _ => parents.iter().enumerate().all(|(place, levels)| {
                levels.is_none_or(|levels| levels.len() <= 2) || self.slope(place, parents.len()) == Some(0.0)
            }),
        }
    }

    /// Whether it can take so many parents: a maximum needs one.
    pub(crate) fn takes_parents(&self, parents: usize) -> bool {
        match self {
            Self::Maximum => parents > 0,
            Self::LogParents(function) => function.parents() == parents && function.function.takes_parents(parents),
            Self::Rounded(function) => function.takes_parents(parents),
            Self::Levels(LevelParents { encodings, function }) => {
                encodings.parents() == parents && function.takes_parents(encodings.columns())
            }
            _ => self.arity().is_none_or(|arity| arity == parents),
        }
    }

    /// The function's values over columns: one slice per parent, each as long as `values`. The same bits
    /// as [`value`](Self::value) row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        match self {
            Self::Linear(linear) => linear.fill(parents, values),
            Self::Maximum => fill_largest(parents, values),
            Self::Polynomial(polynomial) => polynomial.fill(parents, values),
            Self::Trees(trees) => trees.fill(parents, values),
            Self::LogParents(function) => function.fill(parents, values),
            Self::Rounded(function) => {
                function.fill(parents, values);
                values.iter_mut().for_each(|value| *value = value.round());
            }
            Self::SumOfMaxima(groups) => groups.fill(parents, values),
            Self::Centred(centred) => centred.fill(parents, values),
            Self::Levels(function) => function.fill(parents, values),
            Self::Formula(formula) => formula.fill(parents, values),
        }
    }

    pub(crate) fn describe(&self, names: &Names) -> String {
        match self {
            Self::Linear(linear) => linear.describe(names),
            Self::Maximum => format!("max({})", names.all(None)),
            Self::Polynomial(polynomial) => polynomial.describe(names),
            Self::Trees(trees) => trees.describe(names),
            Self::LogParents(LogParents { logarithms, function }) => {
                function.describe(&names.within("ln", logarithms.parents()))
            }
            Self::Rounded(function) => format!("round({})", function.describe(names)),
            Self::SumOfMaxima(groups) => groups.describe(names),
            Self::Centred(centred) => centred.describe(names),
            Self::Levels(function) => function.describe(names),
            Self::Formula(_) => format!("formula({})", names.all(None)),
        }
    }
}

impl fmt::Display for ParentFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe(&Names::default()))
    }
}

impl fmt::Debug for ParentFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear(linear) => fmt::Debug::fmt(linear, formatter),
            Self::Maximum => formatter.write_str("Maximum"),
            Self::Polynomial(polynomial) => fmt::Debug::fmt(polynomial, formatter),
            Self::Trees(trees) => fmt::Debug::fmt(trees, formatter),
            Self::LogParents(function) => fmt::Debug::fmt(function, formatter),
            Self::Rounded(function) => formatter.debug_tuple("Rounded").field(function).finish(),
            Self::SumOfMaxima(groups) => fmt::Debug::fmt(groups, formatter),
            Self::Centred(centred) => fmt::Debug::fmt(centred, formatter),
            Self::Levels(function) => fmt::Debug::fmt(function, formatter),
            Self::Formula(formula) => fmt::Debug::fmt(formula, formatter),
        }
    }
}

/// A function of the parents' logarithms: with a linear one and a log link, effects multiply as powers of the parents.
///
/// Every parent must be above 0 in training. Where it comes out smaller than a tenth of its smallest training value, as
/// simulated values may, even negative ones, the logarithm is continued by its tangent there, so that the function is
/// finite, smooth and increasing in it for any value.
// Here, as it holds a function of any kind and is one: two files would need each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedLogParents")]
pub struct LogParents {
    #[serde(rename = "edges")]
    logarithms: Logarithms,
    function: Box<ParentFunction>,
}

impl LogParents {
    pub(crate) fn new(logarithms: Logarithms, function: ParentFunction) -> Self {
        Self { logarithms, function: Box::new(function) }
    }

    /// The function of the logarithms.
    pub fn function(&self) -> &ParentFunction {
        &self.function
    }

    /// How many parents it takes.
    pub fn parents(&self) -> usize {
        self.logarithms.parents()
    }

    fn value(&self, parents: &[f64]) -> f64 {
        self.function.value(&self.logarithms.row(parents))
    }

    fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        let logs = self.logarithms.columns(parents);
        let logs: Vec<&[f64]> = logs.iter().map(Vec::as_slice).collect();
        self.function.fill(&logs, values);
    }
}

/// What a saved function of logarithms may hold, before its parts are checked against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLogParents {
    edges: Logarithms,
    #[serde(deserialize_with = "nested")]
    function: Box<ParentFunction>,
}

impl TryFrom<SavedLogParents> for LogParents {
    type Error = Error;

    fn try_from(SavedLogParents { edges, function }: SavedLogParents) -> Result<Self> {
        check_arity("the number of parents of a saved function of logarithms", function.arity(), edges.parents())?;
        Ok(Self { logarithms: edges, function })
    }
}

/// A function of parents some of which are categories: their levels become columns of 0 and 1 that another function takes, or,
/// where they are many, what each adds to it, shrunken towards the average.
///
/// A level that training did not have counts as the average of those it had.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedLevelParents")]
pub struct LevelParents {
    encodings: Encodings,
    function: Box<ParentFunction>,
}

impl LevelParents {
    pub(crate) fn new(encodings: Encodings, function: ParentFunction) -> Self {
        Self { encodings, function: Box::new(function) }
    }

    /// The function of the columns: numbers as they are, and for each category a column for every level but the first.
    pub fn function(&self) -> &ParentFunction {
        &self.function
    }

    fn value(&self, parents: &[f64]) -> f64 {
        let (row, added) = self.encodings.row(parents);
        self.function.value(&row) + added
    }

    fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        let (columns, added) = self.encodings.fill(parents, values.len());
        self.function.fill(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>(), values);
        values.iter_mut().zip(added).for_each(|(value, added)| *value += added);
    }

    fn describe(&self, names: &Names) -> String {
        let (columns, added) = self.encodings.names(|parent| names.at(parent));
        [self.function.describe(&Names::new(&columns))].into_iter().chain(added).collect::<Vec<_>>().join(" + ")
    }
}

/// What a saved function of categories may hold, before its parts are checked against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLevelParents {
    encodings: Encodings,
    #[serde(deserialize_with = "nested")]
    function: Box<ParentFunction>,
}

impl TryFrom<SavedLevelParents> for LevelParents {
    type Error = Error;

    fn try_from(SavedLevelParents { encodings, function }: SavedLevelParents) -> Result<Self> {
        check_arity("the number of columns of a saved function of categories", function.arity(), encodings.columns())?;
        Ok(Self { encodings, function })
    }
}

#[cfg(test)]
mod tests;
