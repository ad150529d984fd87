//! Post-nonlinear mechanisms: x = g(f(parents) + noise).

use std::sync::Arc;

use ndarray::{Array2, ArrayView1, CowArray, Ix2};
use serde::{Deserialize, Serialize};

use super::fitted::NodeFunction;
use super::function::ParentFunction;
use super::learning::{learn, residuals};
use super::link::Link;
use super::log_parents::{LogParents, logs_of};
use super::regressor::Regressor;
use super::unfitted::{Fit, NodeData, NoiseModel};
use crate::error::{Error, Result};
use crate::noise::NoiseFamily;

/// x = h⁻¹(f(parents) + noise): noise that is added on another scale, such as that of the logarithm, with f learned on
/// that scale.
///
/// h is the [`Link`]. With the log link, noise multiplies: x = exp(f(parents)) · exp(noise), as for latencies under
/// load; with the logarithms of the parents as well ([`with_log_parents`](Self::with_log_parents)), a linear f makes
/// powers of them. The noise is in units of the link, not of the node. Every training value, and the observed value of
/// an event, must lie in the link's domain.
///
/// Source: Zhang and Hyvärinen, *On the identifiability of the post-nonlinear causal model*, UAI 2009, with the outer
/// function given rather than learned.
///
/// ```
/// use etiology::{CausalGraph, Dataset, LinearRegression, PostNonlinearModel, StructuralCausalModel};
///
/// // latency = load² · noise
/// let load: Vec<f64> = (0..200).map(|row| 1.5 + f64::from(row).sin()).collect();
/// let latency: Vec<f64> =
///     load.iter().enumerate().map(|(row, load)| load * load * (0.1 * (2.3 * row as f64).sin()).exp()).collect();
/// let data = Dataset::from_columns([("load", load), ("latency", latency)])?;
///
/// let mechanism = PostNonlinearModel::log(LinearRegression::ordinary()).with_log_parents();
/// let model = StructuralCausalModel::new(CausalGraph::from_edges([("load", "latency")])?)
///     .with_mechanism("latency", mechanism)?
///     .assign_mechanisms(&data)?
///     .fit(&data)?;
/// let fitted = model.mechanism("latency")?;
/// // Without noise, twice the load takes four times as long.
/// let ratio = fitted.evaluate(&[2.0], 0.0) / fitted.evaluate(&[1.0], 0.0);
/// assert!((ratio - 4.0).abs() < 0.1);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PostNonlinearModel {
    pub(super) link: Link,
    pub(super) regressor: Arc<dyn Regressor>,
    pub(super) log_parents: bool,
    pub(super) noise: NoiseModel,
}

impl PostNonlinearModel {
    /// With this link, and f learned by a regression.
    pub fn new(link: Link, regressor: impl Regressor + 'static) -> Self {
        let noise = NoiseModel::Fit(NoiseFamily::Empirical);
        Self { link, regressor: Arc::new(regressor), log_parents: false, noise }
    }

    /// x = exp(f(parents) + noise), for a node whose values are above 0.
    pub fn log(regressor: impl Regressor + 'static) -> Self {
        Self::new(Link::Log, regressor)
    }

    /// x = exp(f(parents) + noise) − 1, for a node whose values are above −1.
    pub fn log1p(regressor: impl Regressor + 'static) -> Self {
        Self::new(Link::Log1p, regressor)
    }

    /// x = 1 / (1 + exp(−f(parents) − noise)), for a node whose values lie between 0 and 1.
    pub fn logit(regressor: impl Regressor + 'static) -> Self {
        Self::new(Link::Logit, regressor)
    }

    /// Makes f a function of the parents' logarithms. All must be above 0 in training; [`LogParents`] says what happens
    /// where simulated ones are not.
    #[must_use]
    pub fn with_log_parents(self) -> Self {
        Self { log_parents: true, ..self }
    }

    /// Sets the noise on the scale of the link: a known distribution, or a family to fit. Without it the noise is
    /// empirical.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }

    /// The fitted function, and the noises of the training rows.
    pub(super) fn fit(&self, node: &str, data: &NodeData<'_>) -> Result<Fit> {
        let linked = self.linked(node, data.values)?;
        let mut edges = None;
        let parents: CowArray<'_, f64, Ix2> = if self.log_parents {
            let (found, logs): (Vec<f64>, Array2<f64>) = logs_of(node, data.parents)?;
            edges = Some(found);
            logs.into()
        } else {
            data.parents.into()
        };
        let (parents, linked) = (parents.view(), ArrayView1::from(&linked));
        let mut function = learn(&*self.regressor, node, parents, linked)?;
        let noises = residuals(&*self.regressor, &function, node, parents, linked)?;
        if let Some(edges) = edges {
            function = ParentFunction::LogParents(LogParents { edges, function: Box::new(function) });
        }
        let function = PostNonlinearFunction { link: self.link, function };
        Ok(Fit { function: NodeFunction::PostNonlinear(function), noises: Some(noises) })
    }

    fn linked(&self, node: &str, values: ArrayView1<'_, f64>) -> Result<Vec<f64>> {
        let outside = |row: usize, found: f64| Error::OutsideDomain {
            what: format!("the value of node `{node}` in training row {row}"),
            requirement: self.link.requirement(),
            found,
        };
        let linked = values.iter().enumerate().map(|(row, &value)| {
            if self.link.contains(value) { Ok(self.link.apply(value)) } else { Err(outside(row, value)) }
        });
        linked.collect()
    }
}

/// h⁻¹(f(parents) + noise)
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostNonlinearFunction {
    pub(super) link: Link,
    pub(super) function: ParentFunction,
}

impl PostNonlinearFunction {
    pub(super) fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        self.link.invert(self.function.value(parents) + noise)
    }

    /// NaN for a value outside the link's domain.
    pub(super) fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        self.link.apply(value) - self.function.value(parents)
    }

    pub(super) fn fill(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        self.function.fill(parents, values);
        values.iter_mut().zip(noise).for_each(|(value, noise)| *value = self.link.invert(*value + noise));
    }
}
