//! What is measured of an observation: its outlier region, with room for rounding, or its distance to the mean.

use std::sync::Arc;

use super::super::config::{AttributionQuestion, Quantity};
use crate::error::Result;
use crate::model::{Recovered, WiredNode};
use crate::noise::NoiseDistribution;
use crate::score::FeatureMap;
use crate::target::Target;
use crate::world::{Event, Measure};

/// By how many rounding errors a sample may miss the region's bound and still count as on it. It matters: where the free noises
/// have atoms, or no effect, a coalition's samples equal the observation up to rounding, and whether they count as "at least as
/// extreme" must not depend on the last bit.
const ROUNDING_ERRORS: f64 = 64.0;
/// The share of the target's spread that rounding may make up and need not be looked at closely.
const NEGLIGIBLE: f64 = 1e-9;

/// What is measured of a target where it has recovered the noises of an observation.
#[derive(Clone)]
pub(in crate::question::attribution) struct Measured {
    measure: Measure,
    /// How far rounding can move the target, in its unit.
    slack: f64,
    /// What the target's value is counted from, if it is not 0.
    counted_from: Option<f64>,
    /// The nodes that are given, by number.
    context: Arc<[usize]>,
}

impl Measured {
    /// The observation as an event of the target that recovered its noises.
    pub(in crate::question::attribution) fn event(self, target: &Target, recovered: Recovered) -> Event<'_> {
        let event = Event::of_noises(target, recovered, self.measure, self.slack, &self.context);
        match self.counted_from {
            Some(observed) => event.counted_from(observed),
            None => event,
        }
    }
}

/// What is asked of a target, whatever the observation.
pub(in crate::question::attribution) struct AskedOf<'a> {
    pub(in crate::question::attribution) question: &'a AttributionQuestion,
    pub(in crate::question::attribution) floor: f64,
    /// What is normal for the target, in the context if there is one.
    pub(in crate::question::attribution) reference: &'a NoiseDistribution,
    /// The nodes that are given, by number.
    pub(in crate::question::attribution) context: &'a Arc<[usize]>,
}

impl AskedOf<'_> {
    /// What is measured where `target`, with the mechanisms of the model or with others, has recovered these noises.
    ///
    /// # Errors
    /// When the feature map is not finite at the observed value.
    pub(in crate::question::attribution) fn measured(
        &self,
        target: &Target,
        recovered: &Recovered,
    ) -> Result<Measured> {
        let node = target.wiring().node(target.number());
        let observed = recovered.values[target.number()];
        let slack = rounding_slack(target, recovered);
        let context = Arc::clone(self.context);
        let is_class = node.levels.is_some() && !matches!(self.question.feature_map, FeatureMap::Custom(_));
        if self.question.quantity == Quantity::MeanDeviation && is_class {
            return Ok(Measured {
                measure: Measure::ClassMean { class: observed },
                slack,
                counted_from: None,
                context,
            });
        }
        if self.question.quantity == Quantity::MeanDeviation {
            return Ok(Measured { measure: Measure::Mean { observed }, slack, counted_from: None, context });
        }
        let floor = self.floor;
        if let Some(test) = node.class_test(observed).filter(|_| is_class) {
            return Ok(Measured { measure: Measure::LogTail { test, floor }, slack, counted_from: None, context });
        }
        let test = self.question.feature_map.outlier_test(self.reference, observed)?;
        // A value that was measured stands for all that are rounded to it.
        let half_step = node.half_step(observed);
        if slack <= NEGLIGIBLE * node.spread() {
            let measure = Measure::LogTail { test: test.widened(slack + half_step), floor };
            return Ok(Measured { measure, slack, counted_from: None, context });
        }
        let from_observed = test.is_region() && node.mechanism.adds_noise() && !node.mechanism.is_root();
        let computed = slack.min(slack_far_from_0(target, recovered, from_observed));
        let test = if from_observed { test.shifted_by(-observed) } else { test };
        // What was observed is itself rounded, which no way of computing makes good.
        let slack = computed + target.wiring().rounding_error_of_observed(&recovered.values, &recovered.noises);
        let measure = Measure::LogTail { test: test.widened(computed + half_step), floor };
        Ok(Measured { measure, slack, counted_from: from_observed.then_some(observed), context })
    }
}

/// How far rounding can move a target value that ought to equal the observed one, in the target's unit.
fn rounding_slack(target: &Target, recovered: &Recovered) -> f64 {
    let wiring = target.wiring();
    let missed = (wiring.target_value(&recovered.noises) - recovered.values[target.number()]).abs();
    ROUNDING_ERRORS * wiring.rounding_error(&recovered.values, &recovered.noises) + 4.0 * missed
}

/// The rounding slack where values lie far from 0, so that what the last bit of any of them could do is more than a small share
/// of the target's spread. There it counts that worlds are computed as deviations from the event, which are small and have all
/// their digits.
fn slack_far_from_0(target: &Target, recovered: &Recovered, from_observed: bool) -> f64 {
    let wiring = target.wiring();
    let (values, noises) = (&recovered.values, &recovered.noises);
    let is_exact = |node: &WiredNode| node.mechanism.adds_noise();
    let missed = (wiring.target_value(noises) - values[target.number()]).abs();
    let missed = if wiring.nodes().iter().all(is_exact) { 0.0 } else { 4.0 * missed };
    ROUNDING_ERRORS * wiring.rounding_error_of_worlds(values, noises, from_observed) + missed
}
