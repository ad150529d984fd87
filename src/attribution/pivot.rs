//! Noises that can be integrated instead of sampled.

use super::plan::Plan;
use crate::mechanism::{LinearFunction, ParentFunction};
use crate::noise::NoiseDistribution;

/// A node whose noise enters the target as `effect · noise`, whatever the other noises are.
#[derive(Debug)]
pub(super) struct Pivot<'m> {
    pub(super) node: usize,
    pub(super) effect: f64,
    pub(super) noise: &'m NoiseDistribution,
}

/// All such nodes, the one that moves the target most first.
///
/// Conditional Monte Carlo (Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): given all other
/// noises, the probability that the target is in the outlier region is one value of the pivot's distribution
/// function. Averaging those probabilities resolves tails that counting hits cannot, the better the more of the
/// target's spread the pivot explains.
pub(super) fn find_pivots<'m>(plan: &Plan<'m>) -> Vec<Pivot<'m>> {
    let effects = effects_of_values(plan);
    let pivot = |node: usize| {
        let mechanism = plan.nodes[node].mechanism;
        let effect = effects[node].filter(|&effect| effect != 0.0 && mechanism.adds_noise())?;
        (!mechanism.noise().is_degenerate()).then(|| Pivot { node, effect, noise: mechanism.noise() })
    };
    let mut pivots: Vec<Pivot<'m>> = (0..plan.nodes.len()).filter_map(pivot).collect();
    let spread = |pivot: &Pivot<'_>| pivot.effect.abs() * pivot.noise.variance().sqrt();
    pivots.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    pivots
}

/// For each node by how much its value moves the target, if that is linear along every path.
fn effects_of_values(plan: &Plan<'_>) -> Vec<Option<f64>> {
    let mut effects = vec![Some(0.0); plan.nodes.len()];
    effects[plan.target()] = Some(1.0);
    for (child, node) in plan.nodes.iter().enumerate().rev() {
        for (place, &parent) in node.parents.iter().enumerate() {
            let through_child = match node.mechanism.parent_function() {
                Some(ParentFunction::Linear(LinearFunction { coefficients, .. })) => {
                    effects[child].map(|effect| effect * coefficients[place])
                }
                // The maximum of one parent is that parent.
                Some(ParentFunction::Maximum) if node.parents.len() == 1 => effects[child],
                _ => None,
            };
            effects[parent] = effects[parent].zip(through_child).map(|(sum, part)| sum + part);
        }
    }
    effects
}
