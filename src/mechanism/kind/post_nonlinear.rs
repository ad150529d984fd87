//! Post-nonlinear mechanisms: x = g(f(parents) + noise).

use std::sync::Arc;

use ndarray::ArrayView1;

use super::fit::{Fit, Kind, NodeData, TakenParents, check_numbers};
use super::noise_model::NoiseModel;
use super::sufficient::{LinearScales, Sufficient};
use crate::error::{Error, Result};
use crate::mechanism::fitted::Form;
use crate::mechanism::function::{Link, LogParents, Logarithms, ParentFunction};
use crate::mechanism::learn::{Learned, Regressor, learn_with_residuals};

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
/// use etiology::{CausalGraph, Dataset, StructuralCausalModel};
/// use etiology::mechanism::{LinearRegression, PostNonlinearModel};
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
    link: Link,
    regressor: Arc<dyn Regressor>,
    log_parents: bool,
    noise: NoiseModel,
}

impl PostNonlinearModel {
    /// A model with this link, and f learned by a regression.
    pub fn new(link: Link, regressor: impl Regressor + 'static) -> Self {
        Self { link, regressor: Arc::new(regressor), log_parents: false, noise: NoiseModel::EMPIRICAL }
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

impl Kind for PostNonlinearModel {
    fn description(&self) -> &'static str {
        "a regression on the scale of a link"
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::AllOfNode
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let data = self.needed(node, data)?;
        let NodeData { parents, values, parent_levels, .. } = data;
        let linked = self.linked(node, *values)?;
        let linked = ArrayView1::from(&linked);
        let regressor = &*data.regressor(&self.regressor);
        if !self.log_parents {
            let Learned { function, residuals, .. } = learn_with_residuals(regressor, node, *parents, linked)?;
            return Ok(Fit::with_noises(Form::of(Some(function), None, self.link), residuals));
        }
        check_numbers(node, self.description(), parent_levels)?;
        let (logarithms, logs) = Logarithms::fit(node, *parents)?;
        let Learned { function, residuals, .. } = learn_with_residuals(regressor, node, logs.view(), linked)?;
        let function = ParentFunction::LogParents(LogParents::new(logarithms, function));
        Ok(Fit::with_noises(Form::of(Some(function), None, self.link), residuals))
    }

    fn sufficient(&self) -> Sufficient {
        LinearScales::of(&*self.regressor, self.link, self.log_parents)
    }
}
