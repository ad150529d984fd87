//! How unusual noises and values are, of categories as well, whose codes have no sides.

use super::abduction::Recovered;
use super::nodes::{WiredNode, Wiring};
use crate::data::{Levels, place};
use crate::error::{Error, Result, list_names};
use crate::noise::NoiseDistribution;
use crate::score::OutlierTest;

/// By how much probabilities may differ that are the same but for rounding, relative to their size.
const ROUNDING: f64 = 1e-9;

impl Wiring {
    /// # Errors
    /// When a node's mechanism does not know the levels of its parents, or takes codes for numbers.
    pub(crate) fn check_levels(&self, node: &WiredNode) -> Result<()> {
        let parents: Vec<Option<&Levels>> =
            node.parents.iter().map(|&parent| self.node(parent).levels.as_deref()).collect();
        if node.mechanism.fits_levels(node.levels.as_deref(), &parents) {
            return Ok(());
        }
        let categories = node.parents.iter().map(|&parent| self.node(parent)).filter(|parent| parent.levels.is_some());
        let names: Vec<&str> = categories.map(|parent| parent.name.as_str()).collect();
        Err(Error::MechanismMismatch {
            node: node.name.clone(),
            expected: "takes numbers".to_owned(),
            found: format!(
                "of its parents, {} are categories: take a regression, or a formula of your own that knows their codes",
                list_names(&names)
            ),
        })
    }

    /// The logarithm of how unusual the noise of a node is, in nats: of its tail, to its side and doubled; for a category of the classes
    /// that are no likelier than its own, given its parents.
    pub(crate) fn ln_noise_tail(&self, recovered: &Recovered, number: usize) -> f64 {
        let node = self.node(number);
        if node.levels.is_none() {
            return node.mechanism.noise().log_two_sided_tail(self.evident_noise(recovered, number));
        }
        let parents = node.parent_values(&recovered.values);
        node.noise_tail(&parents, recovered.values[number], recovered.noises[number]).ln()
    }
}

impl WiredNode {
    /// How unusual a noise is, which gives the value to these parents: the probability of what is as unusual.
    pub(crate) fn noise_tail(&self, parents: &[f64], value: f64, noise: f64) -> f64 {
        let distribution = self.mechanism.noise();
        match (&self.levels, self.mechanism.classes()) {
            (None, _) => distribution.two_sided_tail(noise),
            (Some(_), Some(classes)) => no_likelier(&classes.probabilities(parents), value),
            (Some(_), None) => self.value_tail(distribution, noise),
        }
    }

    /// How unusual a value is, whatever the parents, by what is normal for the node.
    pub(crate) fn value_tail(&self, reference: &NoiseDistribution, value: f64) -> f64 {
        let Some(levels) = &self.levels else { return reference.two_sided_tail(value) };
        let shares: Vec<f64> = (0..levels.len()).map(|code| share(reference, code as f64)).collect();
        no_likelier(&shares, value)
    }

    /// The values at least as extreme as a category's: its class alone.
    pub(crate) fn class_test(&self, value: f64) -> Option<OutlierTest> {
        self.levels.is_some().then_some(OutlierTest::Class(value))
    }
}

/// The probability of the classes that are no likelier than this one; 0 for what is none.
fn no_likelier(probabilities: &[f64], class: f64) -> f64 {
    let Some(&own) = probabilities.get(place(class)) else { return 0.0 };
    let most = own * (1.0 + ROUNDING);
    probabilities.iter().filter(|&&probability| probability <= most).sum::<f64>().min(1.0)
}

/// The probability of a value.
fn share(distribution: &NoiseDistribution, value: f64) -> f64 {
    (distribution.cdf(value) + distribution.survival(value) - 1.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_as_unusual_as_all_that_are_no_likelier() {
        let probabilities = [0.5, 0.2, 0.2, 0.1];
        let found = [0.0, 1.0, 2.0, 3.0, 4.0].map(|class| no_likelier(&probabilities, class));
        for (found, expected) in found.into_iter().zip([1.0, 0.5, 0.5, 0.1, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        let reference = NoiseDistribution::empirical(&[0.0, 0.0, 1.0, 2.0]).unwrap();
        assert_eq!([0.0, 1.0, 3.0].map(|value| share(&reference, value)), [0.5, 0.25, 0.0]);
    }
}
