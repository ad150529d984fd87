//! Integer-valued nodes: x = round(f(parents)) + noise.

use std::sync::Arc;

use ndarray::ArrayView1;

use super::fitted::NodeFunction;
use super::function::ParentFunction;
use super::learning::{learn, residuals};
use super::regressor::{LinearRegression, Regressor};
use super::unfitted::{Fit, NodeData, NoiseModel};
use crate::error::{Error, Result};
use crate::noise::NoiseFamily;

/// x = round(f(parents)) + noise, with f learned by a regression and integer noise: counts of retries, items, errors.
///
/// Every training value must be an integer. The noise is the difference of two integers, so that simulated values are
/// integers too. An event's value need not be one; its noise then has the same fraction, which no training row had.
///
/// Source: Peters, Janzing and Schölkopf, *Causal inference on discrete data using additive noise models*, IEEE
/// Transactions on Pattern Analysis and Machine Intelligence 33, 2011.
#[derive(Debug, Clone)]
pub struct DiscreteAdditiveNoiseModel {
    pub(super) regressor: Arc<dyn Regressor>,
    pub(super) noise: NoiseModel,
}

impl DiscreteAdditiveNoiseModel {
    /// With f learned by a regression.
    pub fn new(regressor: impl Regressor + 'static) -> Self {
        Self { regressor: Arc::new(regressor), noise: NoiseModel::Fit(NoiseFamily::Empirical) }
    }

    /// With f learned by ordinary least squares.
    pub fn linear() -> Self {
        Self::new(LinearRegression::ordinary())
    }

    /// Sets the noise. Without it the noise is empirical; a family with a density is possible, but its simulated values
    /// are no integers.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }

    /// The fitted function, and the noises of the training rows.
    pub(super) fn fit(&self, node: &str, data: &NodeData<'_>) -> Result<Fit> {
        check_integers(node, data.values)?;
        let regressor = Rounding(Arc::clone(&self.regressor));
        let function = learn(&regressor, node, data.parents, data.values)?;
        let noises = residuals(&regressor, &function, node, data.parents, data.values)?;
        Ok(Fit { function: NodeFunction::Additive(function), noises: Some(noises) })
    }
}

/// A regression whose predictions are rounded.
#[derive(Debug)]
struct Rounding(Arc<dyn Regressor>);

impl Regressor for Rounding {
    fn fit(&self, parents: ndarray::ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        Ok(ParentFunction::Rounded(Box::new(self.0.fit(parents, values)?)))
    }

    fn min_rows(&self, parents: usize) -> usize {
        self.0.min_rows(parents)
    }

    fn is_flexible(&self) -> bool {
        self.0.is_flexible()
    }
}

fn check_integers(node: &str, values: ArrayView1<'_, f64>) -> Result<()> {
    match values.iter().enumerate().find(|(_, value)| value.fract() != 0.0) {
        None => Ok(()),
        Some((row, &found)) => Err(Error::OutsideDomain {
            what: format!("the value of node `{node}` in training row {row}"),
            requirement: "an integer for discrete noise",
            found,
        }),
    }
}
