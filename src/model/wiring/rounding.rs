//! How exact the values of worlds are: what rounding of floating-point numbers does to the target.

use super::nodes::{WiredNode, Wiring};
use crate::mechanism::ParentFunction;

impl Wiring {
    /// By how much rounding in one evaluation of the graph can move the target, in the target's unit: what relative errors of
    /// one unit in the last place do at every node, carried along by the mechanisms themselves. Values and noises belong
    /// together.
    pub(crate) fn rounding_error(&self, values: &[f64], noises: &[f64]) -> f64 {
        let mut errors: Vec<f64> = Vec::with_capacity(self.nodes().len());
        for (number, node) in self.nodes().iter().enumerate() {
            let noise = noises[number];
            let of_noise = node.mechanism.evaluate(&node.parent_values(values), noise + f64::EPSILON * noise.abs());
            let own = f64::EPSILON * values[number].abs() + distance(of_noise, values[number]);
            errors.push(own_and_parents(node, own, (number, noise), values, &errors));
        }
        errors[self.target()]
    }

    /// As [`rounding_error`](Self::rounding_error), but only of what the observed values stand for: a root, and what is a weighted sum of
    /// parents counted from a number near them, is as exact as half a unit in the last place of the values, of which half again is
    /// about a standard deviation.
    pub(crate) fn rounding_error_of_observed(&self, values: &[f64], noises: &[f64]) -> f64 {
        let mut errors: Vec<f64> = Vec::with_capacity(self.nodes().len());
        for (number, node) in self.nodes().iter().enumerate() {
            let (noise, half) = (noises[number], 0.25 * f64::EPSILON * values[number].abs());
            let is_exact = matches!(node.mechanism.parent_function(), Some(ParentFunction::Centred(_)));
            errors.push(if node.mechanism.is_root() || is_exact {
                node.through_slopes(half, &errors)
            } else {
                own_and_parents(node, 4.0 * half + f64::EPSILON * noise.abs(), (number, noise), values, &errors)
            });
        }
        errors[self.target()]
    }

    /// As [`rounding_error`](Self::rounding_error), but only of what is computed in the worlds of an event, which differs where
    /// values are far from 0: a linear node is its observed value plus effects times deviations of noises from the observed
    /// ones, and a root is its noise. With `shifted` the target itself counts from its observed value.
    pub(crate) fn rounding_error_of_worlds(&self, values: &[f64], noises: &[f64], shifted: bool) -> f64 {
        let mut errors: Vec<f64> = Vec::with_capacity(self.nodes().len());
        for (number, node) in self.nodes().iter().enumerate() {
            if node.mechanism.is_root() {
                errors.push(0.0);
                continue;
            }
            let deviation = (noises[number] - node.mechanism.noise().median()).abs();
            let counted_from_0 = if shifted && number == self.target() { 0.0 } else { values[number].abs() };
            let own = f64::EPSILON * (counted_from_0 + node.spread + deviation);
            errors.push(if node.is_linear() {
                node.through_slopes(own, &errors)
            } else {
                own_and_parents(node, own, (number, noises[number]), values, &errors)
            });
        }
        errors[self.target()]
    }
}

impl WiredNode {
    /// The error of a linear node, from its own and those of its parents.
    fn through_slopes(&self, own: f64, errors: &[f64]) -> f64 {
        let places = self.parents.iter().enumerate();
        places.fold(own, |sum, (place, &parent)| sum + self.slope(place).unwrap_or(0.0).abs() * errors[parent])
    }
}

/// The error of a node, from its own and how far it is moved by those of its parents and a unit in the last place of each.
fn own_and_parents(node: &WiredNode, own: f64, (number, noise): (usize, f64), values: &[f64], errors: &[f64]) -> f64 {
    let mut parents = node.parent_values(values);
    let mut error = own;
    for (place, &parent) in node.parents.iter().enumerate() {
        parents[place] = values[parent] + (errors[parent] + f64::EPSILON * values[parent].abs());
        error += distance(node.mechanism.evaluate(&parents, noise), values[number]);
        parents[place] = values[parent];
    }
    error
}

/// 0 where it is not finite.
fn distance(a: f64, b: f64) -> f64 {
    let distance = (a - b).abs();
    if distance.is_finite() { distance } else { 0.0 }
}
