//! Coalitions whose value is known in closed form, because the target is linear in all noises.
//!
//! Then the target is the observed value plus Σ_{j ∉ T} cⱼ (Nⱼ − nⱼ), with the total effects cⱼ: kept noises
//! cancel, and no intercept is left. Its mean is known for any noises, its whole distribution for normal ones.

use super::plan::Plan;
use crate::error::{Error, Result, list_names};
use crate::numeric::logarithms::ln_sum_exp;
use crate::numeric::normal_tail::ln_normal_survival;
use crate::score::OutlierRegion;
use crate::shapley::{Coalition, Game};

/// How each noise of a plan moves a target that is linear in all of them.
#[derive(Debug)]
pub(super) struct LinearTarget {
    /// The total effect of each node's noise.
    effects: Vec<f64>,
    /// Whether all noises are normal or constant.
    normal: bool,
}

impl LinearTarget {
    /// From the effects of all noises; nothing if the target is not linear in one of them.
    pub(super) fn find(plan: &Plan, effects: &[Option<f64>]) -> Option<Self> {
        let effects = effects.iter().copied().collect::<Option<Vec<f64>>>()?;
        let mut noises = plan.nodes.iter().zip(&effects);
        let normal = noises.all(|(node, &effect)| effect == 0.0 || node.mechanism.noise().is_normal_or_constant());
        Some(Self { effects, normal })
    }

    /// The total effect of each node's noise.
    pub(super) fn effects(&self) -> &[f64] {
        &self.effects
    }

    /// Whether the target's distribution is normal, whatever noises are kept.
    pub(super) fn is_normal(&self) -> bool {
        self.normal
    }

    /// The mean and the variance that each of these nodes adds to the target when its noise is free, relative to the
    /// observed noise.
    pub(super) fn free_moments(&self, plan: &Plan, noises: &[f64], nodes: &[usize]) -> Vec<Moments> {
        let moments = |&node: &usize| {
            let (effect, noise) = (self.effects[node], plan.nodes[node].mechanism.noise());
            let deviation = effect * (noise.mean() - noises[node]);
            Moments { mean: deviation, variance: effect * effect * noise.variance() }
        };
        nodes.iter().map(moments).collect()
    }
}

/// What a free noise adds to the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    mean: f64,
    variance: f64,
}

/// What is asked of the target.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question {
    /// ln((q + ε)/(1 + ε)) for a normal target observed at `observed`.
    LogTail { observed: f64, region: OutlierRegion, floor: f64 },
    /// The mean, less the observed value.
    Mean,
}

/// The noise game in closed form, without samples. A coalition costs O(players).
pub(super) struct ClosedForm<'a> {
    pub(super) plan: &'a Plan,
    /// The node of every player.
    pub(super) players: &'a [usize],
    pub(super) moments: Vec<Moments>,
    /// Of each noise that no coalition keeps.
    pub(super) always_free: Vec<Moments>,
    pub(super) question: Question,
}

impl Game for ClosedForm<'_> {
    type Scratch = ();

    fn players(&self) -> usize {
        self.players.len()
    }

    /// The value and, last, the probability.
    fn outputs(&self) -> usize {
        2
    }

    fn scratch(&self) {}

    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        let (mut mean, mut variance) = (0.0, 0.0);
        let free = self.moments.iter().enumerate().filter(|(player, _)| !coalition.contains(*player));
        for moments in free.map(|(_, moments)| moments).chain(&self.always_free) {
            mean += moments.mean;
            variance += moments.variance;
        }
        let nothing_free = self.always_free.is_empty() && coalition.len() == self.players.len();
        (values[0], values[1]) = match self.question {
            Question::Mean => (mean, 1.0),
            Question::LogTail { .. } if nothing_free => (0.0, 1.0),
            Question::LogTail { observed, region, floor } => {
                let ln_probability = ln_normal_probability(region, observed + mean, variance.sqrt());
                let smoothed = ln_sum_exp(ln_probability, floor.ln()) - floor.ln_1p();
                (smoothed, ln_probability.exp())
            }
        };
        if values[0].is_finite() { Ok(()) } else { Err(self.impossible(coalition)) }
    }
}

impl ClosedForm<'_> {
    fn impossible(&self, coalition: &Coalition) -> Error {
        let kept: Vec<&str> =
            coalition.iter().map(|player| self.plan.nodes[self.players[player]].name.as_str()).collect();
        Error::ImpossibleCoalition { kept: list_names(&kept) }
    }
}

/// ln P{mean + std_dev · Z in the region}
fn ln_normal_probability(region: OutlierRegion, mean: f64, std_dev: f64) -> f64 {
    if region.contains(mean) && std_dev == 0.0 || region.is_everything() {
        return 0.0;
    }
    let above = ln_normal_survival((region.upper() - mean) / std_dev);
    let below = ln_normal_survival((mean - region.lower()) / std_dev);
    ln_sum_exp(above, below)
}
