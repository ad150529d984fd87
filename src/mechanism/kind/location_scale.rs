//! Noise whose size depends on the parents: x = f(parents) + s(parents) · noise.

use std::sync::Arc;

use super::fit::{Fit, Kind, NodeData, TakenParents, check_numbers};
use super::noise_model::NoiseModel;
use crate::error::{Error, Result};
use crate::mechanism::fitted::Form;
use crate::mechanism::function::Link;
use crate::mechanism::learn::{Learned, LinearRegression, Regressor, fit_scale, learn_with_residuals};
use crate::numeric::linalg::select_rows;

/// x = f(parents) + s(parents) · noise, with s > 0: noise that grows with load.
///
/// f is learned by a regression, and
///
/// ```text
/// s(parents) = exp(a + Σⱼ bⱼ · parentⱼ)
/// ```
///
/// by least squares of ln|residual| on the parents, residuals below 2 % of their root mean square counting as that. The
/// exponent is kept within what it came to in training, so that s neither vanishes nor explodes for a parent far outside
/// its range, and s is never smaller than the root mean square of the residuals in the tenth of the rows (at least 20) where the
/// exponent is smallest. The noise has no unit and a mean square of about 1 in training. Costs the regression and O(rows · parents²).
///
/// Source: Harvey, *Estimating regression models with multiplicative heteroscedasticity*, Econometrica 44, 1976, for the
/// scale; Immer et al., *On the identifiability and estimation of causal location-scale noise models*, ICML 2023, for the
/// causal model.
#[derive(Debug, Clone)]
pub struct LocationScaleModel {
    regressor: Arc<dyn Regressor>,
    noise: NoiseModel,
}

impl LocationScaleModel {
    /// A model with f learned by a regression.
    pub fn new(regressor: impl Regressor + 'static) -> Self {
        Self { regressor: Arc::new(regressor), noise: NoiseModel::EMPIRICAL }
    }

    /// A model with f learned by ordinary least squares.
    pub fn linear() -> Self {
        Self::new(LinearRegression::ordinary())
    }

    /// Sets the standardised noise: a known distribution, or a family to fit. Without it the noise is empirical.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }
}

impl Kind for LocationScaleModel {
    fn description(&self) -> &'static str {
        "a regression with noise of varying size"
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::AllOfNode
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let NodeData { parents, values, parent_levels, .. } = self.needed(node, data)?;
        check_numbers(node, self.description(), parent_levels)?;
        let Learned { function: location, residuals, rows } =
            learn_with_residuals(&*self.regressor, node, *parents, *values)?;
        let parents = select_rows(*parents, &rows);
        let in_node = |cause| Error::InNode { node: node.to_owned(), cause: Box::new(cause) };
        let (scale, noises) = fit_scale(parents.view(), &residuals).map_err(in_node)?;
        Ok(Fit::with_noises(Form::of(Some(location), Some(scale), Link::Identity), noises))
    }
}
