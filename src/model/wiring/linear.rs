//! What is linear: the slope of a node in a parent, the effect of a noise on the target, and a node as a sum of noises.

use super::nodes::{WiredNode, Wiring};

impl WiredNode {
    /// By how much the node's value grows with that of a parent, given by its place in the mechanism's order, if that is
    /// the same everywhere, whatever the other parents and the noise.
    pub(crate) fn slope(&self, place: usize) -> Option<f64> {
        self.mechanism.slope(place, self.parents.len())
    }

    /// Whether the value is a weighted sum of the parents, plus a constant, plus the noise.
    pub(crate) fn is_linear(&self) -> bool {
        self.mechanism.adds_noise() && (0..self.parents.len()).all(|place| self.slope(place).is_some())
    }

    /// The value of a linear node where its parents and its noise are 0.
    fn intercept(&self) -> f64 {
        self.mechanism.evaluate(&vec![0.0; self.parents.len()], 0.0)
    }
}

impl Wiring {
    /// For each node its noise's total effect c on the target, if the target is rest + c · noise whatever the other
    /// noises are: the sum, over all paths to the target, of the products of the slopes along the path.
    pub(crate) fn noise_effects(&self) -> Vec<Option<f64>> {
        let noises = self.nodes().iter().zip(self.value_effects());
        noises.map(|(node, effect)| effect.filter(|&effect| effect == 0.0 || node.mechanism.adds_noise())).collect()
    }

    /// For each node by how much its value moves the target, if that is linear along every path.
    fn value_effects(&self) -> Vec<Option<f64>> {
        let mut effects = vec![Some(0.0); self.nodes().len()];
        effects[self.target()] = Some(1.0);
        for (child, node) in self.nodes().iter().enumerate().rev() {
            for (place, &parent) in node.parents.iter().enumerate() {
                let through_child = effects[child].zip(node.slope(place)).map(|(effect, slope)| effect * slope);
                effects[parent] = effects[parent].zip(through_child).map(|(sum, part)| sum + part);
            }
        }
        effects
    }

    /// For each node what it is a sum of, if it is linear in all noises that it depends on. Costs O(nodes · (nodes + edges)).
    pub(in crate::model) fn expansions(&self) -> Vec<Option<Expansion>> {
        self.expansions_with(|_| Some((1.0, 0.0)))
    }

    /// As [`expansions`](Self::expansions), where the value of a node is replaced by factor · value + shift; `altered` has
    /// both by the node's number, or nothing where the value is replaced by something else.
    pub(super) fn expansions_with(&self, altered: impl Fn(usize) -> Option<(f64, f64)>) -> Vec<Option<Expansion>> {
        let mut expansions: Vec<Option<Expansion>> = Vec::with_capacity(self.nodes().len());
        for number in 0..self.nodes().len() {
            let expansion = match altered(number) {
                None => None,
                // Whatever its mechanism is.
                Some((0.0, constant)) => Some(Expansion { constant, weights: Vec::new() }),
                Some((factor, shift)) => {
                    self.expand(number, &expansions).map(|expansion| expansion.altered(factor, shift))
                }
            };
            expansions.push(expansion);
        }
        expansions
    }

    fn expand(&self, number: usize, expansions: &[Option<Expansion>]) -> Option<Expansion> {
        let node = self.node(number);
        if !node.is_linear() {
            return None;
        }
        let mut constant = node.intercept();
        let mut weights = vec![0.0; number + 1];
        for (place, &parent) in node.parents.iter().enumerate() {
            let (slope, parent) = (node.slope(place)?, expansions[parent].as_ref()?);
            constant += slope * parent.constant;
            parent.weights.iter().for_each(|&(noise, weight)| weights[noise] += slope * weight);
        }
        weights[number] = 1.0;
        let weights = weights.into_iter().enumerate().filter(|&(_, weight)| weight != 0.0).collect();
        Some(Expansion { constant, weights })
    }
}

/// A node as a constant plus a weighted sum of noises.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expansion {
    /// In the node's unit.
    pub(crate) constant: f64,
    /// The numbers of the noises' nodes, ascending, and their weights, none of them 0.
    pub(crate) weights: Vec<(usize, f64)>,
}

impl Expansion {
    /// factor · value + shift; the bits of the value itself where nothing changes.
    fn altered(self, factor: f64, shift: f64) -> Self {
        if (factor, shift) == (1.0, 0.0) {
            return self;
        }
        let weights = self.weights.into_iter().map(|(noise, weight)| (noise, factor * weight)).collect();
        Self { constant: factor * self.constant + shift, weights }
    }
}
