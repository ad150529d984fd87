//! The average causal effect of one intervention against another.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::config::InterventionConfig;
use super::estimate::Estimate;
use super::plan::Plan;
use super::request::Intervention;
use super::sampled::blocks;
use super::target::{AskedTarget, check_mean, shown_target};
use crate::error::Result;
use crate::model::{Expansion, FittedModel, WiredNode};
use crate::numeric::moments::mean;
use crate::wording::{Visible, significant};

/// By how much a target's expected value differs between two interventions. `Display` says it in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Effect {
    /// The target.
    pub target: String,
    /// The level of a target that is a category: the effect is on its probability.
    pub level: Option<String>,
    /// E\[Y | do(first)\] − E\[Y | do(second)\], in the target's unit; for a category a difference of probabilities.
    pub value: f64,
    /// The standard error of the value, in the same unit; 0 in closed form. Far smaller than those of both expected values where
    /// most of what moves the target is the same under both interventions.
    pub std_error: f64,
    /// The expected value under the first intervention.
    pub first: Estimate,
    /// The expected value under the second.
    pub second: Estimate,
    /// How many samples the figures rest on; nothing where they are in closed form.
    pub samples: Option<usize>,
}

impl FittedModel {
    /// The average causal effect E\[Y | do(first)\] − E\[Y | do(second)\] on a target; the second may be
    /// [nothing](Intervention::new).
    ///
    /// In closed form where the target is linear in all noises under both interventions. Else both are simulated with the same
    /// noises, node by node, so that the error is that of the difference.
    ///
    /// # Errors
    /// As [`interventional_target`](Self::interventional_target).
    ///
    /// ```
    /// use etiology::intervention::{Intervention, InterventionConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let calls = KnownFormula::maximum(["db", "cache"]);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api"), ("cache", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("cache", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(calls).with_noise(NoiseDistribution::normal(0.2, 0.5)?))?
    ///     .without_fitting()?;
    /// let (off, usual) = (Intervention::new().set("db", 0.0), Intervention::new());
    /// let effect = model.average_causal_effect("api", &off, &usual, &InterventionConfig::default())?;
    /// // The maximum of the two takes 0.15 on average, and the cache alone 0.1.
    /// assert!((effect.value + 0.05).abs() < 1e-4 && effect.std_error < 1e-4);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "interventions_alternative")]
    #[doc(alias = "interventions_reference")]
    pub fn average_causal_effect(
        &self,
        target: &str,
        first: &Intervention,
        second: &Intervention,
        config: &InterventionConfig,
    ) -> Result<Effect> {
        config.check()?;
        let asked = AskedTarget::of(self, target, config)?;
        let plan = |intervention: &Intervention| Ok(Plan::of(self, intervention)?.up_to(asked.position));
        let (plans, level) = ([plan(first)?, plan(second)?], config.level.clone());
        let effect = |[difference, first, second]: [Estimate; 3], samples| {
            check_mean(target, difference.value)?;
            let Estimate { value, std_error } = difference;
            Ok(Effect { target: target.to_owned(), level, value, std_error, first, second, samples })
        };
        if let (Some(one), Some(other)) = (asked.expansion(&plans[0]), asked.expansion(&plans[1])) {
            return effect(difference_of_means((&plans[0], &one), (&plans[1], &other)).map(Estimate::exact), None);
        }
        let of_block = |targets: &[Vec<f64>]| {
            let [one, other] = [0, 1].map(|plan| asked.as_numbers(&targets[plan]));
            let differences: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one - other).collect();
            [mean(&differences), mean(&one), mean(&other)]
        };
        let found = blocks(self, &[&plans[0], &plans[1]], config, of_block)?;
        let figure = |place: usize| {
            let of_blocks = found.iter().map(|of_block| of_block[place]).collect::<Vec<_>>();
            asked.no_finer_than_draws(Estimate::of_blocks(&of_blocks), config.samples)
        };
        effect([figure(0), figure(1), figure(2)], Some(config.samples))
    }
}

/// The difference of the means of two sums of noises, and both means. What both have in common does not count, and so may have no
/// finite mean.
fn difference_of_means(one: (&Plan, &Expansion), other: (&Plan, &Expansion)) -> [f64; 3] {
    let terms = |(plan, expansion): (&Plan, &Expansion)| {
        let weights = expansion.weights.iter();
        let of_noise = weights.map(|&(number, weight)| {
            let node: &WiredNode = plan.wiring.node(number);
            (node.position, (weight, Arc::clone(&node.mechanism)))
        });
        of_noise.collect::<BTreeMap<_, _>>()
    };
    let (first, second) = (terms(one), terms(other));
    let mut sums = [one.1.constant - other.1.constant, one.1.constant, other.1.constant];
    for (place, sign, these, those) in [(1, 1.0, &first, &second), (2, -1.0, &second, &first)] {
        for (position, (weight, mechanism)) in these {
            let mean = weight * mechanism.noise().mean();
            sums[place] += mean;
            let is_same = |(other, shared): &(f64, Arc<_>)| Arc::ptr_eq(shared, mechanism) && other == weight;
            if !those.get(position).is_some_and(is_same) {
                sums[0] += sign * mean;
            }
        }
    }
    sums
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { first, second, value, std_error, .. } = self;
        let (target, difference) =
            (shown_target(&self.target, self.level.as_deref()), Estimate { value: *value, std_error: *std_error });
        write!(
            formatter,
            "{target} moves by {difference}, from {} to {}",
            significant(second.value),
            significant(first.value)
        )
    }
}
