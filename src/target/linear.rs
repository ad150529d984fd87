//! Which noises the target is linear in, and by how much they move it.

use super::ancestry::Ancestry;

/// For each node of the ancestry its noise's total effect c, if the target is rest + c · noise whatever the other
/// noises are: the sum, over all paths to the target, of the products of the coefficients along the path.
pub(super) fn noise_effects(ancestry: &Ancestry) -> Vec<Option<f64>> {
    let values = value_effects(ancestry);
    let noises = ancestry.nodes.iter().zip(values);
    noises.map(|(node, effect)| effect.filter(|&effect| effect == 0.0 || node.mechanism.adds_noise())).collect()
}

/// For each node by how much its value moves the target, if that is linear along every path.
fn value_effects(ancestry: &Ancestry) -> Vec<Option<f64>> {
    let mut effects = vec![Some(0.0); ancestry.nodes.len()];
    effects[ancestry.target()] = Some(1.0);
    for (child, node) in ancestry.nodes.iter().enumerate().rev() {
        for (place, &parent) in node.parents.iter().enumerate() {
            let through_child = effects[child].zip(node.coefficient(place)).map(|(effect, factor)| effect * factor);
            effects[parent] = effects[parent].zip(through_child).map(|(sum, part)| sum + part);
        }
    }
    effects
}
