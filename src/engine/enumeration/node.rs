//! What one node does, given the values of its parents.

use crate::error::Result;
use crate::mechanism::{FittedMechanism, Interval};
use crate::model::WiredNode;
use crate::noise::NoiseDistribution;
use crate::score::OutlierTest;
use crate::world::{Event, Measure};

/// A noise with more different values than this is not listed.
const MOST_ATOMS: usize = 64;

/// Whether the values of a node can be listed, where those of its parents can.
pub(super) fn has_values(node: &WiredNode) -> bool {
    node.mechanism.classes().is_some() || atoms(node.mechanism.noise()).is_some()
}

/// A kept or drawn noise: values that it has, and with which probability.
pub(crate) type Atoms = Vec<(f64, f64)>;

/// The different values of a noise with their probabilities, if they can be listed.
pub(crate) fn atoms(noise: &NoiseDistribution) -> Option<Atoms> {
    match noise {
        NoiseDistribution::Constant(noise) => Some(vec![(noise.value(), 1.0)]),
        NoiseDistribution::Empirical(noise) => {
            let (all, mut atoms) = (noise.values(), Vec::new());
            for run in all.chunk_by(|a, b| a == b) {
                if atoms.len() == MOST_ATOMS {
                    return None;
                }
                atoms.push((run[0], run.len() as f64 / all.len() as f64));
            }
            Some(atoms)
        }
        _ => None,
    }
}

/// A node of the target in one event.
pub(super) struct Given<'e> {
    event: &'e Event<'e>,
    number: usize,
    mechanism: &'e FittedMechanism,
    /// The values of the noise where it is drawn, unless it is uniform and divided by classes.
    drawn: Option<Atoms>,
    observed: f64,
}

impl<'e> Given<'e> {
    pub(super) fn new(event: &'e Event<'e>, number: usize) -> Self {
        let mechanism = &*event.target().nodes()[number].mechanism;
        let drawn = if mechanism.classes().is_some() { None } else { atoms(mechanism.noise()) };
        Self { event, number, mechanism, drawn, observed: event.noises()[number] }
    }

    /// Values with their probabilities, given the parents, where the noise is drawn or as it was observed. Some may be listed twice.
    pub(super) fn values(&self, parents: &[f64], is_drawn: bool) -> Atoms {
        let Some(classes) = self.mechanism.classes() else {
            let value = |noise: f64| self.mechanism.evaluate(parents, noise);
            return match &self.drawn {
                Some(atoms) if is_drawn => atoms.iter().map(|&(noise, share)| (value(noise), share)).collect(),
                _ => vec![(value(self.observed), 1.0)],
            };
        };
        let Some(kept) = self.event.interval(self.number).filter(|_| !is_drawn) else {
            let shares = classes.probabilities(parents).into_iter();
            return shares.enumerate().map(|(code, share)| (code as f64, share)).collect();
        };
        let width = kept.high - kept.low;
        if width <= 0.0 {
            return vec![(classes.value(parents, kept.low), 1.0)];
        }
        let share = |Interval { low, high }: Interval| (high.min(kept.high) - low.max(kept.low)).max(0.0) / width;
        let codes = (0..classes.classes()).map(|code| code as f64);
        codes.map(|code| (code, share(classes.interval(parents, code)))).filter(|&(_, share)| share > 0.0).collect()
    }

    /// The mean of what is measured of the target, given its parents: of whether it is as extreme as observed, or of how far it is off.
    pub(super) fn mean(&self, parents: &[f64], is_drawn: bool) -> Result<f64> {
        let noise = self.mechanism.noise();
        let is_listed = !is_drawn || self.drawn.is_some() || self.mechanism.classes().is_some();
        let from = self.event.origin();
        match self.event.measure() {
            Measure::LogTail { test: OutlierTest::Region(region), .. } if !is_listed => {
                let value = self.mechanism.evaluate(parents, self.observed) - from;
                Ok(region.sum_of_probabilities(&[value], 1.0, self.observed, noise))
            }
            Measure::Mean { observed } if !is_listed => Ok(self.mechanism.evaluate(parents, noise.mean()) - observed),
            measure => {
                let mut mean = 0.0;
                for (value, share) in self.values(parents, is_drawn) {
                    mean += share
                        * match measure {
                            Measure::LogTail { test, .. } => test.count(&[value - from])? as f64,
                            Measure::Mean { observed } => value - observed,
                            Measure::ClassMean { class } => f64::from(u8::from(value == *class)) - 1.0,
                        };
                }
                Ok(mean)
            }
        }
    }
}
