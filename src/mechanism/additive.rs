//! Additive noise: x = f(parents) + noise.

use std::sync::Arc;

use super::formula::KnownFormula;
use super::polynomial_regression::PolynomialRegression;
use super::regressor::{LinearRegression, Regressor};
use super::unfitted::NoiseModel;
use crate::noise::NoiseFamily;

/// x = f(parents) + noise, with f learned or known, and the noise fitted to the residuals or known.
///
/// ```
/// use etiology::{AdditiveNoiseModel, KnownFormula, NoiseDistribution, NoiseFamily};
///
/// // Learned: least squares, and the residuals themselves as the noise.
/// let learned = AdditiveNoiseModel::linear();
/// // A known formula, with noise of a known family but unknown parameters.
/// let mixed = AdditiveNoiseModel::known(KnownFormula::sum(["api", "auth"])).with_noise(NoiseFamily::gamma());
/// // Wholly known.
/// let known = AdditiveNoiseModel::known(KnownFormula::maximum(["cache", "search"]))
///     .with_noise(NoiseDistribution::half_normal(0.1, 0.05)?);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AdditiveNoiseModel {
    pub(super) function: FunctionModel,
    pub(super) noise: NoiseModel,
}

/// The deterministic part before fitting.
#[derive(Debug, Clone)]
pub(super) enum FunctionModel {
    Learned(Arc<dyn Regressor>),
    Known(KnownFormula),
}

impl AdditiveNoiseModel {
    /// f learned by a regression.
    pub fn new(regressor: impl Regressor + 'static) -> Self {
        Self::with_function(FunctionModel::Learned(Arc::new(regressor)))
    }

    /// f learned by ordinary least squares.
    pub fn linear() -> Self {
        Self::new(LinearRegression::ordinary())
    }

    /// f a polynomial of degree 1 to 3, as cross-validation chooses. See [`PolynomialRegression`].
    pub fn polynomial() -> Self {
        Self::new(PolynomialRegression::up_to_cubic())
    }

    /// f learned by gradient-boosted trees on top of a linear regression. See [`BoostedTrees`](crate::BoostedTrees).
    #[cfg(feature = "boosted-trees")]
    pub fn boosted_trees() -> Self {
        Self::new(super::boosted_trees::BoostedTrees::default())
    }

    /// f known.
    pub fn known(formula: KnownFormula) -> Self {
        Self::with_function(FunctionModel::Known(formula))
    }

    /// Sets the noise: a known distribution, or a family to fit to the residuals. Without it the noise is
    /// the empirical distribution of the residuals.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }

    fn with_function(function: FunctionModel) -> Self {
        Self { function, noise: NoiseModel::Fit(NoiseFamily::Empirical) }
    }
}
