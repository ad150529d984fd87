//! Noise whose size depends on the parents: x = f(parents) + s(parents) · noise.

use std::sync::Arc;

use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::fitted::NodeFunction;
use super::function::{LinearFunction, ParentFunction};
use super::learning::{learn, residuals};
use super::regressor::{LinearRegression, Regressor};
use super::saved::{SavedLocationScale, SavedScale};
use super::unfitted::{Fit, NodeData, NoiseModel};
use crate::error::{Error, Result};
use crate::noise::NoiseFamily;
use crate::numeric::linalg::least_squares;
use crate::numeric::moments::root_mean_square;

/// Residuals smaller than this share of their root mean square count as that share: the logarithm of an accidental 0
/// would outweigh all others.
const SMALLEST_SHARE: f64 = 0.02;

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
/// its range. The noise has no unit and a mean square of 1 in training. Costs the regression and O(rows · parents²).
///
/// Source: Harvey, *Estimating regression models with multiplicative heteroscedasticity*, Econometrica 44, 1976, for the
/// scale; Immer et al., *On the identifiability and estimation of causal location-scale noise models*, ICML 2023, for the
/// causal model.
#[derive(Debug, Clone)]
pub struct LocationScaleModel {
    pub(super) regressor: Arc<dyn Regressor>,
    pub(super) noise: NoiseModel,
}

impl LocationScaleModel {
    /// With f learned by a regression.
    pub fn new(regressor: impl Regressor + 'static) -> Self {
        Self { regressor: Arc::new(regressor), noise: NoiseModel::Fit(NoiseFamily::Empirical) }
    }

    /// With f learned by ordinary least squares.
    pub fn linear() -> Self {
        Self::new(LinearRegression::ordinary())
    }

    /// Sets the standardised noise: a known distribution, or a family to fit. Without it the noise is empirical.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }

    /// The fitted functions, and the noises of the training rows.
    pub(super) fn fit(&self, node: &str, data: &NodeData<'_>) -> Result<Fit> {
        let location = learn(&*self.regressor, node, data.parents, data.values)?;
        let residuals = residuals(&*self.regressor, &location, node, data.parents, data.values)?;
        let in_node = |cause| Error::InNode { node: node.to_owned(), cause: Box::new(cause) };
        let (scale, noises) = ScaleFunction::fit(data.parents, &residuals).map_err(in_node)?;
        let function = LocationScaleFunction { location, scale };
        Ok(Fit { function: NodeFunction::LocationScale(function), noises: Some(noises) })
    }
}

/// f(parents) + s(parents) · noise
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedLocationScale")]
pub(crate) struct LocationScaleFunction {
    pub(super) location: ParentFunction,
    pub(super) scale: ScaleFunction,
}

/// exp(log_scale(parents)), the exponent kept between its bounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedScale")]
pub(super) struct ScaleFunction {
    pub(super) log_scale: LinearFunction,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

impl ScaleFunction {
    /// The scale of residuals, and what they are in units of it.
    fn fit(parents: ArrayView2<'_, f64>, residuals: &[f64]) -> Result<(Self, Vec<f64>)> {
        let size = root_mean_square(residuals, 0.0);
        if size == 0.0 {
            let log_scale = LinearFunction { intercept: 0.0, coefficients: vec![0.0; parents.ncols()] };
            return Ok((Self { log_scale, lowest: 0.0, highest: 0.0 }, residuals.to_vec()));
        }
        let logs: Vec<f64> =
            residuals.iter().map(|residual| (residual.abs() / size).max(SMALLEST_SHARE).ln()).collect();
        let fit = least_squares(parents, ArrayView1::from(&logs), 0.0)?;
        let mut log_scale = LinearFunction { intercept: fit.intercept, coefficients: fit.coefficients };
        let exponents: Vec<f64> = parents.rows().into_iter().map(|row| log_scale.value(&row.to_vec())).collect();
        let relative: Vec<f64> =
            residuals.iter().zip(&exponents).map(|(residual, exponent)| residual / size / exponent.exp()).collect();
        // The mean logarithm of |noise| says nothing of its mean square, which is to be 1.
        let shift = size.ln() + root_mean_square(&relative, 0.0).ln();
        log_scale.intercept += shift;
        let lowest = exponents.iter().copied().fold(f64::INFINITY, f64::min) + shift;
        let highest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max) + shift;
        let scale = Self { log_scale, lowest: lowest.clamp(-700.0, 700.0), highest: highest.clamp(-700.0, 700.0) };
        let noises = parents.rows().into_iter().zip(residuals);
        let noises = noises.map(|(row, residual)| residual / scale.value(&row.to_vec())).collect();
        Ok((scale, noises))
    }

    fn value(&self, parents: &[f64]) -> f64 {
        self.bounded(self.log_scale.value(parents))
    }

    /// The value at one row of columns: the same bits as [`value`](Self::value).
    pub(super) fn value_at(&self, parents: &[&[f64]], row: usize) -> f64 {
        self.bounded(self.log_scale.value_at(parents, row))
    }

    fn bounded(&self, exponent: f64) -> f64 {
        exponent.clamp(self.lowest, self.highest).exp()
    }
}

impl LocationScaleFunction {
    pub(super) fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        self.location.value(parents) + self.scale.value(parents) * noise
    }

    pub(super) fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (value - self.location.value(parents)) / self.scale.value(parents)
    }

    pub(super) fn fill(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        self.location.fill(parents, values);
        for (row, (value, noise)) in values.iter_mut().zip(noise).enumerate() {
            *value += self.scale.value_at(parents, row) * noise;
        }
    }
}
