//! Additive noise: x = f(parents) + noise.

use std::sync::Arc;

use super::fit::{Fit, Kind, NodeData, TakenParents};
use super::known_formula::KnownFormula;
use super::noise_model::NoiseModel;
use super::sufficient::{LinearScales, Sufficient};
use crate::error::Result;
use crate::mechanism::fitted::Form;
use crate::mechanism::function::Link;
use crate::mechanism::learn::{
    Learned, LinearRegression, PolynomialRegression, Regressor, learn, learn_with_residuals,
};

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
    function: FunctionModel,
    noise: NoiseModel,
}

/// The deterministic part before fitting.
#[derive(Debug, Clone)]
enum FunctionModel {
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

    /// f learned by gradient-boosted trees on top of a linear regression. See [`BoostedTrees`](crate::mechanism::BoostedTrees).
    #[cfg(feature = "boosted-trees")]
    pub fn boosted_trees() -> Self {
        Self::new(crate::mechanism::learn::BoostedTrees::default())
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
        Self { function, noise: NoiseModel::EMPIRICAL }
    }
}

impl Kind for AdditiveNoiseModel {
    fn description(&self) -> &'static str {
        match self.function {
            FunctionModel::Learned(_) => "a regression with additive noise",
            FunctionModel::Known(_) => "a known formula with additive noise",
        }
    }

    fn parents(&self) -> TakenParents<'_> {
        match &self.function {
            FunctionModel::Learned(_) => TakenParents::AllOfNode,
            FunctionModel::Known(formula) => formula.taken_parents(),
        }
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let regressor = match &self.function {
            FunctionModel::Known(formula) => return Ok(Fit::form(Form::additive(formula.function().clone()))),
            FunctionModel::Learned(regressor) => regressor,
        };
        let data = self.needed(node, data)?;
        let regressor = &*data.regressor(regressor);
        // Nobody asks for the noises of the training rows where the noise is known.
        if self.noise.is_known() {
            return Ok(Fit::form(Form::additive(learn(regressor, node, data.parents, data.values)?)));
        }
        let Learned { function, residuals, .. } = learn_with_residuals(regressor, node, data.parents, data.values)?;
        Ok(Fit::with_noises(Form::additive(function), residuals))
    }

    fn sufficient(&self) -> Sufficient {
        match &self.function {
            FunctionModel::Known(_) => Sufficient::Sample,
            FunctionModel::Learned(regressor) => LinearScales::of(&**regressor, Link::Identity, false),
        }
    }

    fn fit_form(&self, node: &str, data: &NodeData<'_>) -> Result<Form> {
        Ok(Form::additive(match &self.function {
            FunctionModel::Known(formula) => formula.function().clone(),
            FunctionModel::Learned(regressor) => learn(&*data.regressor(regressor), node, data.parents, data.values)?,
        }))
    }
}
