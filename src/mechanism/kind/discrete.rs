//! Integer-valued nodes: x = round(f(parents)) + noise.

use std::sync::Arc;

use ndarray::ArrayView1;

use super::fit::{Fit, Kind, NodeData, TakenParents};
use super::noise_model::NoiseModel;
use crate::error::{Error, Result};
use crate::mechanism::fitted::Form;
use crate::mechanism::function::ParentFunction;
use crate::mechanism::learn::{Learned, LinearRegression, Regressor, learn_with_residuals};

/// x = round(f(parents)) + noise, with f learned by a regression and integer noise: counts of retries, items, errors.
///
/// Every training value must be an integer. The noise is the difference of two integers, so that simulated values are
/// integers too. An event's value need not be one; its noise then has the same fraction, which no training row had.
///
/// Source: Peters, Janzing and Schölkopf, *Causal inference on discrete data using additive noise models*, IEEE
/// Transactions on Pattern Analysis and Machine Intelligence 33, 2011.
#[derive(Debug, Clone)]
pub struct DiscreteAdditiveNoiseModel {
    regressor: Arc<dyn Regressor>,
    noise: NoiseModel,
}

impl DiscreteAdditiveNoiseModel {
    /// A model with f learned by a regression.
    pub fn new(regressor: impl Regressor + 'static) -> Self {
        Self { regressor: Arc::new(regressor), noise: NoiseModel::EMPIRICAL }
    }

    /// A model with f learned by ordinary least squares.
    pub fn linear() -> Self {
        Self::new(LinearRegression::ordinary())
    }

    /// Sets the noise. Without it the noise is empirical; a family with a density is possible, but its simulated values
    /// are no integers.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }
}

impl Kind for DiscreteAdditiveNoiseModel {
    fn description(&self) -> &'static str {
        "a rounded regression with integer noise"
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::AllOfNode
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let data = self.needed(node, data)?;
        let NodeData { parents, values, .. } = data;
        check_integers(node, *values)?;
        let regressor = Rounding(data.regressor(&self.regressor));
        let Learned { function, residuals, .. } = learn_with_residuals(&regressor, node, *parents, *values)?;
        Ok(Fit::with_noises(Form::additive(function), residuals))
    }
}

/// A regression whose predictions are rounded.
#[derive(Debug)]
struct Rounding(Arc<dyn Regressor>);

impl Regressor for Rounding {
    fn fit(&self, parents: ndarray::ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        Ok(ParentFunction::Rounded(Box::new(self.0.fit(parents, values)?)))
    }

    fn fit_leaving_one_out(
        &self,
        parents: ndarray::ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> Result<(ParentFunction, Option<Vec<f64>>)> {
        let (function, predicted) = self.0.fit_leaving_one_out(parents, values)?;
        let rounded = predicted.map(|predicted| predicted.into_iter().map(f64::round).collect());
        Ok((ParentFunction::Rounded(Box::new(function)), rounded))
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
