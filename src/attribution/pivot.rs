//! Noises that can be integrated instead of sampled.

use std::sync::Arc;

use super::plan::Plan;
use crate::mechanism::FittedMechanism;
use crate::noise::NoiseDistribution;

/// A node whose noise enters the target as `effect · noise`, whatever the other noises are.
#[derive(Debug)]
pub(super) struct Pivot {
    pub(super) node: usize,
    pub(super) effect: f64,
    /// The standard deviation that it gives the target.
    pub(super) spread: f64,
    mechanism: Arc<FittedMechanism>,
}

impl Pivot {
    pub(super) fn noise(&self) -> &NoiseDistribution {
        self.mechanism.noise()
    }
}

/// All such nodes among those with the given effects, the one that moves the target most first.
///
/// Conditional Monte Carlo (Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): given all other
/// noises, the probability that the target is in the outlier region is one value of the pivot's distribution
/// function. Averaging those probabilities resolves tails that counting hits cannot, the better the more of the
/// target's spread the pivot explains.
pub(super) fn find_pivots(plan: &Plan, effects: &[Option<f64>]) -> Vec<Pivot> {
    let pivot = |(node, effect): (usize, &Option<f64>)| {
        let mechanism = &plan.nodes[node].mechanism;
        let noise = mechanism.noise();
        let effect = effect.filter(|&effect| effect != 0.0 && !noise.is_degenerate())?;
        let spread = effect.abs() * noise.variance().sqrt();
        Some(Pivot { node, effect, spread, mechanism: Arc::clone(mechanism) })
    };
    let mut pivots: Vec<Pivot> = effects.iter().enumerate().filter_map(pivot).collect();
    pivots.sort_by(|a, b| b.spread.total_cmp(&a.spread));
    pivots
}
