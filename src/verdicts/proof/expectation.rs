//! What a mechanism expects of a node given its parents, with the error of the fit.

use super::result::{Likely, Range};
use crate::model::{FittedModel, WiredNode};

/// The ends of a range of 90 %.
const ENDS: [f64; 2] = [0.05, 0.95];
/// By how many values a distribution is shown where it has no closed form.
const POINTS: usize = 32;

/// A node given its parents: one set of their values or, where some are missing, several equally likely ones.
pub(super) struct Expectation<'w> {
    pub(super) node: &'w WiredNode,
    pub(super) sets: Vec<Given>,
}

/// Values of the parents, in the mechanism's order, and how well the mechanism is known there.
pub(super) struct Given {
    pub(super) parents: Vec<f64>,
    /// By what the distribution of a recovered noise is wider than that of the noise: √(w² + h), h being the leverage of the parents and w
    /// what the disagreement of plausible mechanisms makes of the noise. Infinite where nothing is known.
    width: f64,
}

impl Given {
    pub(super) fn new(model: &FittedModel, node: &WiredNode, parents: Vec<f64>) -> Self {
        let widening = model.widening_at(node.position, &parents);
        let width = (widening * widening + model.leverage_at(node.position, &parents)).sqrt();
        Self { parents, width }
    }

    /// Twice the smaller tail of a noise recovered here.
    pub(super) fn tail_of_noise(&self, node: &WiredNode, noise: f64) -> f64 {
        let [below, above] = self.tails_of_noise(node, noise);
        (2.0 * below.min(above)).min(1.0)
    }

    /// The probability of a noise of at most this, and of at least this.
    fn tails_of_noise(&self, node: &WiredNode, noise: f64) -> [f64; 2] {
        if !self.width.is_finite() {
            return [1.0; 2];
        }
        let noises = node.mechanism.noise();
        let median = noises.median();
        let unwidened = median + (noise - median) / self.width;
        // Outside of a link's domain: impossible.
        if unwidened.is_nan() { [0.0; 2] } else { [noises.cdf(unwidened), noises.survival(unwidened)] }
    }

    /// The value that the node has with this noise, as far from its median as the error of the fit makes it.
    fn widened(&self, node: &WiredNode, noise: f64) -> f64 {
        let median = node.mechanism.noise().median();
        node.mechanism.evaluate(&self.parents, median + (noise - median) * self.width)
    }

    fn quantile(node: &WiredNode, p: f64) -> f64 {
        node.mechanism.noise().quantile(p).unwrap_or(f64::NAN)
    }

    fn mean(&self, node: &WiredNode) -> f64 {
        let noises = node.mechanism.noise();
        if node.mechanism.adds_noise() {
            let mean = noises.mean();
            let centre = if mean.is_finite() { mean } else { noises.median() };
            return node.mechanism.evaluate(&self.parents, centre);
        }
        let at = |point: usize| (point as f64 + 0.5) / POINTS as f64;
        let values = (0..POINTS).map(|point| node.mechanism.evaluate(&self.parents, Self::quantile(node, at(point))));
        values.sum::<f64>() / POINTS as f64
    }

    fn ends(&self, node: &WiredNode) -> Option<[f64; 2]> {
        let mut ends = ENDS.map(|p| self.widened(node, Self::quantile(node, p)));
        ends.sort_by(f64::total_cmp);
        ends.iter().all(|end| end.is_finite()).then_some(ends)
    }
}

impl Expectation<'_> {
    /// The probability of a value as unusual: twice the smaller tail or, for a category, that of the levels that are no likelier.
    pub(super) fn tail(&self, value: f64) -> f64 {
        if self.node.levels.is_some() {
            let tail = |given: &Given| {
                let noise = self.node.mechanism.estimate_noise(&given.parents, value);
                self.node.noise_tail(&given.parents, value, noise)
            };
            return self.average(tail);
        }
        let [mut below, mut above] = [0.0; 2];
        for given in &self.sets {
            let noise = self.node.mechanism.estimate_noise(&given.parents, value);
            let [lower, upper] = given.tails_of_noise(self.node, noise);
            below += lower;
            above += upper;
        }
        (2.0 * f64::min(below, above) / self.sets.len() as f64).min(1.0)
    }

    /// Mean and range; of a category the probability of the level with this code.
    pub(super) fn likely(&self, model: &FittedModel, observed: f64) -> Likely {
        if self.node.levels.is_some() {
            return Likely { value: self.probability(model, observed), range: None };
        }
        Likely { value: self.mean(), range: self.range() }
    }

    pub(super) fn mean(&self) -> f64 {
        self.average(|given| given.mean(self.node))
    }

    /// The range of 90 %; nothing where the mechanism was never shown such parents.
    pub(super) fn range(&self) -> Option<Range> {
        if let [only] = self.sets.as_slice() {
            return only.ends(self.node).map(|[low, high]| Range { low, high });
        }
        let at = |point: usize| (point as f64 + 0.5) / POINTS as f64;
        let of_set = |given: &Given| -> Vec<f64> {
            (0..POINTS).map(|point| given.widened(self.node, Given::quantile(self.node, at(point)))).collect()
        };
        let mut points: Vec<f64> = self.sets.iter().flat_map(of_set).collect();
        points.sort_by(f64::total_cmp);
        let [low, high] = ENDS.map(|p| points[((points.len() - 1) as f64 * p).round() as usize]);
        (low.is_finite() && high.is_finite()).then_some(Range { low, high })
    }

    /// What the node has if it behaves normally: what is expected of it; of a category the likeliest level.
    pub(super) fn normal_value(&self, model: &FittedModel) -> f64 {
        let Some(levels) = &self.node.levels else { return self.mean() };
        let probabilities: Vec<f64> = (0..levels.len()).map(|code| self.probability(model, code as f64)).collect();
        let best = (1..probabilities.len())
            .fold(0, |best, code| if probabilities[code] > probabilities[best] { code } else { best });
        best as f64
    }

    /// The probability of a category's level.
    pub(super) fn probability(&self, model: &FittedModel, code: f64) -> f64 {
        let reference = model.reference_at(self.node.position);
        self.average(|given| match self.node.mechanism.class_probabilities(&given.parents) {
            Some(probabilities) => probabilities.get(code as usize).copied().unwrap_or(0.0),
            None => (reference.cdf(code) + reference.survival(code) - 1.0).max(0.0),
        })
    }

    fn average(&self, of: impl Fn(&Given) -> f64) -> f64 {
        self.sets.iter().map(of).sum::<f64>() / self.sets.len() as f64
    }
}
