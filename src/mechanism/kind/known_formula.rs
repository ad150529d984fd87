//! Formulas known from subject-matter expertise.

use super::fit::TakenParents;
use crate::error::{Error, Result};
use crate::mechanism::function::{LinearFunction, ParentFunction, SumOfMaxima};

/// A known function of named parents, such as the sum of sequential calls.
///
/// The parents are named so that a formula cannot silently meet them in another order: they must be exactly
/// the node's parents in the graph.
#[derive(Debug, Clone)]
#[doc(alias = "create_causal_model_from_equations")]
pub struct KnownFormula {
    parents: Vec<String>,
    function: ParentFunction,
}

impl KnownFormula {
    /// Σᵢ weightᵢ · parentᵢ: sequential calls have weights of 1.
    ///
    /// # Errors
    /// When a weight is not finite.
    #[doc(alias = "LinearRegressionWithFixedParameter")]
    #[doc(alias = "create_linear_regressor_with_given_parameters")]
    pub fn weighted_sum<N: Into<String>>(terms: impl IntoIterator<Item = (N, f64)>) -> Result<Self> {
        let (parents, coefficients): (Vec<String>, Vec<f64>) =
            terms.into_iter().map(|(parent, weight)| (parent.into(), weight)).unzip();
        for (parent, &weight) in parents.iter().zip(&coefficients) {
            check_finite(weight, || format!("the weight of parent `{parent}`"))?;
        }
        Ok(Self { parents, function: ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients }) })
    }

    /// Σᵢ parentᵢ: a service that calls others one after another.
    pub fn sum<N: Into<String>>(parents: impl IntoIterator<Item = N>) -> Self {
        let parents: Vec<String> = parents.into_iter().map(Into::into).collect();
        let coefficients = vec![1.0; parents.len()];
        Self { parents, function: ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients }) }
    }

    /// maxᵢ parentᵢ: a service that calls others in parallel and waits for the slowest.
    pub fn maximum<N: Into<String>>(parents: impl IntoIterator<Item = N>) -> Self {
        Self { parents: parents.into_iter().map(Into::into).collect(), function: ParentFunction::Maximum }
    }

    /// Σ over groups ( max over the group ): a service that calls the services of a group in parallel and one group after the
    /// other. A group of one is simply added.
    ///
    /// # Errors
    /// When a group is empty.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, KnownFormula};
    ///
    /// // Asks `auth` first, then two others at once.
    /// let calls = KnownFormula::sum_of_maxima([vec!["auth"], vec!["catalog", "cart"]])?;
    /// let website = AdditiveNoiseModel::known(calls);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn sum_of_maxima<N: Into<String>>(
        groups: impl IntoIterator<Item = impl IntoIterator<Item = N>>,
    ) -> Result<Self> {
        let groups: Vec<Vec<String>> =
            groups.into_iter().map(|group| group.into_iter().map(Into::into).collect()).collect();
        let sizes = groups.iter().map(Vec::len).collect::<Vec<usize>>();
        let function = SumOfMaxima::try_from(sizes)?;
        let parents = groups.into_iter().flatten();
        // By their own names, of which more is known.
        Ok(match function.group_sizes() {
            sizes if sizes.iter().all(|&size| size == 1) => Self::sum(parents),
            [_] => Self::maximum(parents),
            _ => Self { parents: parents.collect(), function: ParentFunction::SumOfMaxima(function) },
        })
    }

    /// Any function of the parents, whose values it gets in the order named here.
    ///
    /// It must be pure: the same values must always give the same result.
    pub fn new<N: Into<String>>(
        parents: impl IntoIterator<Item = N>,
        function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { parents: parents.into_iter().map(Into::into).collect(), function: ParentFunction::formula(function) }
    }

    pub(super) fn function(&self) -> &ParentFunction {
        &self.function
    }

    /// A maximum of no parents makes no sense.
    pub(super) fn taken_parents(&self) -> TakenParents<'_> {
        let fewest = usize::from(matches!(self.function, ParentFunction::Maximum));
        TakenParents::Named { names: &self.parents, fewest }
    }
}

fn check_finite(value: f64, what: impl Fn() -> String) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(Error::NonFiniteValue { what: what(), found: value }) }
}
