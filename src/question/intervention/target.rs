//! What a target is like in a system in which somebody acts.

use std::fmt::{self, Write};

use serde::Serialize;

use super::config::InterventionConfig;
use super::estimate::Estimate;
use super::plan::Plan;
use super::request::Intervention;
use super::sampled::blocks;
use crate::error::{Error, Result, list_names};
use crate::model::{Expansion, FittedModel};
use crate::numeric::moments::{mean, root_mean_square};
use crate::wording::{Visible, visible_name};

/// What a target is like under an intervention. `Display` says it in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InterventionalTarget {
    /// The target.
    pub target: String,
    /// The level of a target that is a category: the figures are those of a number that is 1 for this level and else 0.
    pub level: Option<String>,
    /// The expected value, in the target's unit; for a category the probability of the level.
    pub mean: Estimate,
    /// The standard deviation, in the target's unit; infinite where a noise's tail is that heavy.
    pub std_dev: Estimate,
    /// How many samples the figures rest on; nothing where they are in closed form.
    pub samples: Option<usize>,
}

/// The target of a question as a number, by its position in the graph and, for a category, the code of the level.
pub(super) struct AskedTarget {
    pub(super) position: usize,
    code: Option<f64>,
}

impl AskedTarget {
    /// # Errors
    /// When there is no such node, or it is a category and no level of its is named, or a number and one is.
    pub(super) fn of(model: &FittedModel, target: &str, config: &InterventionConfig) -> Result<Self> {
        let position = model.graph().position(target)?;
        let refuse = |requirement: &'static str, found: String| {
            Err(Error::InvalidParameter { name: "the level whose probability is asked", requirement, found })
        };
        let code = match (model.levels(target)?, &config.level) {
            (None, None) => None,
            (None, Some(level)) => return refuse("none where the target is a number", format!("`{level}`")),
            (Some(levels), None) => {
                return refuse(
                    "one of the target's, which is a category",
                    format!("none of {}", list_names(levels.names())),
                );
            }
            (Some(levels), Some(level)) => match levels.code(level) {
                code if code == levels.unseen() => {
                    return refuse(
                        "one of the target's",
                        format!("`{level}`, not one of {}", list_names(levels.names())),
                    );
                }
                code => Some(code),
            },
        };
        Ok(Self { position, code })
    }

    /// The target as a sum of noises, if it is a number and linear in all that it depends on.
    pub(super) fn expansion(&self, plan: &Plan) -> Option<Expansion> {
        let expand = || plan.wiring.altered_expansion(plan.wiring.target(), &plan.alterations);
        if self.code.is_none() { expand() } else { None }
    }

    /// A mean of numbers that are 0 or 1, or of their differences, with an error of what one of so many samples counts for. One without a fraction is
    /// no mean of both.
    pub(super) fn no_finer_than_draws(&self, mean: Estimate, samples: usize) -> Estimate {
        if self.code.is_some() && mean.value.fract() != 0.0 { mean.no_finer_than(1.0 / samples as f64) } else { mean }
    }

    /// Makes the values numbers: 1 for the level that is asked about.
    pub(super) fn as_numbers(&self, values: &[f64]) -> Vec<f64> {
        match self.code {
            None => values.to_vec(),
            Some(code) => values.iter().map(|&value| f64::from(u8::from(value == code))).collect(),
        }
    }
}

/// The means of noises and the variance, of a sum of noises.
fn moments(plan: &Plan, Expansion { constant, weights }: &Expansion) -> (f64, f64) {
    let noise = |number: usize| plan.wiring.node(number).mechanism.noise();
    let mean = weights.iter().fold(*constant, |sum, &(number, weight)| sum + weight * noise(number).mean());
    let variance = weights.iter().map(|&(number, weight)| weight * weight * noise(number).variance()).sum();
    (mean, variance)
}

impl FittedModel {
    /// The expected value and the standard deviation of a target under an intervention.
    ///
    /// In closed form where the target is linear in all noises that still reach it; else from samples, whose error is that of
    /// 16 independent scrambled nets. Of a target that is a category `config.level` says which level's probability is asked.
    ///
    /// # Errors
    /// When a configuration is out of range; when the target or a node of the intervention is not there; when what is done does
    /// not suit a node; when a mechanism returns NaN or an infinity, or the target has no finite mean.
    ///
    /// ```
    /// use etiology::intervention::{Intervention, InterventionConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let api = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.2, 0.01)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api)?
    ///     .without_fitting()?;
    /// let faster = Intervention::new().scale("db", 0.5);
    /// let api = model.interventional_target("api", &faster, &InterventionConfig::default())?;
    /// assert!((api.mean.value - 0.25).abs() < 1e-12 && api.samples.is_none());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "interventional_samples")]
    pub fn interventional_target(
        &self,
        target: &str,
        intervention: &Intervention,
        config: &InterventionConfig,
    ) -> Result<InterventionalTarget> {
        config.check()?;
        let asked = AskedTarget::of(self, target, config)?;
        let plan = Plan::of(self, intervention)?.up_to(asked.position);
        let (mean, std_dev, samples) = match asked.expansion(&plan) {
            Some(expansion) => {
                let (mean, variance) = moments(&plan, &expansion);
                (Estimate::exact(mean), Estimate::exact(variance.sqrt()), None)
            }
            None => {
                let (mean, std_dev) = self.sampled_moments(&asked, &plan, config)?;
                (mean, std_dev, Some(config.samples))
            }
        };
        check_mean(target, mean.value)?;
        Ok(InterventionalTarget { target: target.to_owned(), level: config.level.clone(), mean, std_dev, samples })
    }

    fn sampled_moments(
        &self,
        asked: &AskedTarget,
        plan: &Plan,
        config: &InterventionConfig,
    ) -> Result<(Estimate, Estimate)> {
        let of_block = |targets: &[Vec<f64>]| {
            let values = asked.as_numbers(&targets[0]);
            let centre = mean(&values);
            (centre, root_mean_square(&values, centre))
        };
        let found = blocks(self, &[plan], config, of_block)?;
        let centre = Estimate::of_blocks(&found.iter().map(|(centre, _)| *centre).collect::<Vec<_>>());
        let centre = asked.no_finer_than_draws(centre, config.samples);
        // About the common mean, so that the spread of the blocks' own is part of it.
        let squares = found.iter().map(|(mean, spread)| spread * spread + (mean - centre.value).powi(2));
        let variance = Estimate::of_tailed_blocks(&squares.collect::<Vec<_>>());
        let value = variance.value.sqrt();
        let std_error = if value > 0.0 { variance.std_error / (2.0 * value) } else { 0.0 };
        Ok((centre, Estimate { value, std_error }))
    }
}

/// # Errors
/// When a mean is not finite, as that of a noise with a heavy tail may be.
pub(super) fn check_mean(target: &str, found: f64) -> Result<()> {
    if found.is_finite() {
        return Ok(());
    }
    Err(Error::NonFiniteValue { what: format!("the expected value of `{target}` under the intervention"), found })
}

/// A target and its level, for people.
pub(super) fn shown_target(target: &str, level: Option<&str>) -> String {
    match level {
        None => format!("`{}`", visible_name(target)),
        Some(level) => format!("P(`{}` = `{}`)", visible_name(target), visible_name(level)),
    }
}

impl fmt::Display for InterventionalTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let target = shown_target(&self.target, self.level.as_deref());
        write!(formatter, "{target}: mean {}, standard deviation {}", self.mean, self.std_dev)
    }
}
