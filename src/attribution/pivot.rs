//! Noises that can be integrated instead of sampled.

use super::plan::Plan;
use crate::noise::NoiseDistribution;

/// A node whose noise enters the target as `effect · noise`, whatever the other noises are.
#[derive(Debug)]
pub(super) struct Pivot<'m> {
    pub(super) node: usize,
    pub(super) effect: f64,
    /// The standard deviation that it gives the target.
    pub(super) spread: f64,
    pub(super) noise: &'m NoiseDistribution,
}

/// All such nodes among those with the given effects, the one that moves the target most first.
///
/// Conditional Monte Carlo (Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): given all other
/// noises, the probability that the target is in the outlier region is one value of the pivot's distribution
/// function. Averaging those probabilities resolves tails that counting hits cannot, the better the more of the
/// target's spread the pivot explains.
pub(super) fn find_pivots<'m>(plan: &Plan<'m>, effects: &[Option<f64>]) -> Vec<Pivot<'m>> {
    let pivot = |(node, effect): (usize, &Option<f64>)| {
        let noise = plan.nodes[node].mechanism.noise();
        let effect = effect.filter(|&effect| effect != 0.0 && !noise.is_degenerate())?;
        Some(Pivot { node, effect, spread: effect.abs() * noise.variance().sqrt(), noise })
    };
    let mut pivots: Vec<Pivot<'m>> = effects.iter().enumerate().filter_map(pivot).collect();
    pivots.sort_by(|a, b| b.spread.total_cmp(&a.spread));
    pivots
}
