//! What may be a node's mechanism, in the order of simplicity.

use super::rows::Rows;
use crate::mechanism::kind::{
    AdditiveNoiseModel, CausalMechanism, DiscreteAdditiveNoiseModel, KnownFormula, LocationScaleModel,
    PostNonlinearModel,
};
use crate::mechanism::learn::{LinearRegression, PolynomialRegression};

/// Rows that each term of a polynomial must have, and each coefficient of other candidates than the linear one.
const ROWS_PER_TERM: usize = 5;
/// With fewer rows per parent, a penalty may help a linear regression.
const ROWS_PER_PARENT_WITHOUT_PENALTY: usize = 20;
const RIDGE: f64 = 0.05;
/// Fewer rows hold nothing that trees could find reliably.
#[cfg(feature = "boosted-trees")]
const FEWEST_ROWS_FOR_TREES: usize = 200;
/// What trees add to a linear function counts as so many coefficients: the leaves of one of depth 3.
#[cfg(feature = "boosted-trees")]
const TERMS_OF_TREES: usize = 8;

/// A mechanism to compare, with its name in the report.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) name: &'static str,
    pub(super) mechanism: CausalMechanism,
    /// How many coefficients its function of the parents has.
    pub(super) terms: usize,
    /// Looked at only if simpler ones leave something to explain.
    pub(super) costly: bool,
}

/// All that the rows allow, the simplest first; the first is linear.
pub(super) fn candidates(rows: &Rows, parents: &[&str]) -> Vec<Candidate> {
    let mut all = Vec::new();
    // A category counts as the indicators of its levels.
    let columns: usize =
        rows.parent_levels().iter().map(|levels| levels.as_ref().map_or(1, |levels| levels.len() - 1)).sum();
    let (terms, has_category) = (columns + 1, rows.has_category_among_parents());
    let mut add = |name, mechanism: CausalMechanism| all.push(Candidate { name, mechanism, terms, costly: false });
    let linear = LinearRegression::ordinary();
    add("linear", AdditiveNoiseModel::linear().into());
    if rows.count() < ROWS_PER_PARENT_WITHOUT_PENALTY * columns
        && let Ok(ridge) = LinearRegression::ridge(RIDGE)
    {
        add("ridge", AdditiveNoiseModel::new(ridge).into());
    }
    // The data do not say of a parent that never moved that it is a summand.
    if parents.len() >= 2 && !has_category && !rows.has_constant_parent() {
        add("sum of parents", AdditiveNoiseModel::known(KnownFormula::sum(parents.iter().copied())).into());
        add("maximum of parents", AdditiveNoiseModel::known(KnownFormula::maximum(parents.iter().copied())).into());
    }
    if rows.are_integers() {
        add("discrete linear", DiscreteAdditiveNoiseModel::linear().into());
    }
    if rows.count() < ROWS_PER_TERM * (columns + 2) {
        return all;
    }
    // An exponential of a parent explodes outside the training range, a power of it does not.
    if rows.smallest() > 0.0 && rows.parents_are_positive() {
        add("power law", PostNonlinearModel::log(linear).with_log_parents().into());
    } else if rows.smallest() > 0.0 {
        add("log-linear", PostNonlinearModel::log(linear).into());
    } else if rows.smallest() >= 0.0 {
        add("log1p-linear", PostNonlinearModel::log1p(linear).into());
    }
    if !has_category {
        add("linear, noise of varying size", LocationScaleModel::linear().into());
    }
    all.extend(polynomials(rows, columns));
    #[cfg(feature = "boosted-trees")]
    if rows.count() >= FEWEST_ROWS_FOR_TREES {
        let mechanism = AdditiveNoiseModel::boosted_trees().into();
        all.push(Candidate { name: "linear + boosted trees", mechanism, terms: terms + TERMS_OF_TREES, costly: true });
    }
    all
}

fn polynomials(rows: &Rows, parents: usize) -> Vec<Candidate> {
    let affordable = |regression: &PolynomialRegression| regression.terms(parents) * ROWS_PER_TERM <= rows.count();
    let polynomial = |(name, degree)| {
        let regression = PolynomialRegression::new(degree).ok().filter(affordable)?;
        let (terms, costly) = (regression.terms(parents), degree > 2);
        Some(Candidate { name, mechanism: AdditiveNoiseModel::new(regression).into(), terms, costly })
    };
    [("quadratic", 2), ("cubic", 3)].into_iter().filter_map(polynomial).collect()
}
