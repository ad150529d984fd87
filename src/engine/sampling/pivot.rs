//! Noises that can be integrated instead of sampled.

use std::sync::Arc;

use crate::mechanism::FittedMechanism;
use crate::noise::NoiseDistribution;
use crate::target::Target;

/// A node whose noise enters the target as `effect · noise`, whatever the other noises are.
#[derive(Debug)]
pub(crate) struct Pivot {
    pub(crate) node: usize,
    pub(crate) effect: f64,
    /// The standard deviation that it gives the target.
    pub(crate) spread: f64,
    mechanism: Arc<FittedMechanism>,
}

impl Pivot {
    pub(crate) fn noise(&self) -> &NoiseDistribution {
        self.mechanism.noise()
    }
}

/// All nodes whose noise the target is linear in, the one that moves the target most first.
///
/// Conditional Monte Carlo (Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): given all other
/// noises, the probability that the target is in the outlier region is one value of the pivot's distribution
/// function. Averaging those probabilities resolves tails that counting hits cannot, the better the more of the
/// target's spread the pivot explains.
pub(crate) fn find_pivots(target: &Target) -> Vec<Pivot> {
    let pivot = |(node, effect): (usize, &Option<f64>)| {
        let mechanism = &target.nodes()[node].mechanism;
        let noise = mechanism.noise();
        let effect = effect.filter(|&effect| effect != 0.0 && !noise.is_degenerate())?;
        let spread = effect.abs() * noise.variance().sqrt();
        Some(Pivot { node, effect, spread, mechanism: Arc::clone(mechanism) })
    };
    let mut pivots: Vec<Pivot> = target.effects().iter().enumerate().filter_map(pivot).collect();
    pivots.sort_by(|a, b| b.spread.total_cmp(&a.spread));
    pivots
}
