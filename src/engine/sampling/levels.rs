//! Fewer samples where they do.

use super::bank::Bank;
use super::samples::Samples;
use crate::world::Event;

/// With no more players all coalitions are visited, and with few functions or none a sample costs little.
const MANY_PLAYERS: usize = 12;

/// What share of the samples is looked at first, and which is the next.
const FEW: usize = 16;
const SOME: usize = 4;
/// Fewer samples tell little of their error, and are not worth it if they are not far fewer than all.
const FEWEST: usize = 256;
const FEWEST_TIMES: usize = 8;

/// A coalition may be off by so much of the error of the coalition of nobody, which is the largest or nearly so.
pub(super) const TOLERATED: f64 = 0.5;

/// Samples of an event that are a few of each block of all its samples.
///
/// How exactly m samples tell a probability q is about √((1 − q)/qm) in nats. All coalitions have the same samples, though q is near 1 where
/// most noises are kept and may be a thousandth where few are. The error that is stated is that of the latter; so coalitions are visited
/// with a share of the samples where its error is small beside that. As the share is one of each block, blocks are as independent as
/// before, and the jackknife over them sees all of it; the first 2ᵏ points of a net are a net.
pub(crate) struct Levels<'e> {
    pub(crate) few: Samples<'e>,
    pub(crate) some: Samples<'e>,
}

/// With how many samples a coalition is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Few,
    Some,
    All,
}

impl<'e> Levels<'e> {
    /// The levels of an event whose coalitions are visited one by one, if they are worth it.
    pub(super) fn of_many_players(event: &'e Event<'e>, bank: &Bank) -> Option<Self> {
        let pays = event.player_count() > MANY_PLAYERS && !event.target().program().functions.is_empty();
        if pays { Self::of(event, bank, |_| true) } else { None }
    }

    /// The levels of an event, with the noises of the nodes that are `drawn` at all, if there are enough samples.
    pub(crate) fn of(event: &'e Event<'e>, bank: &Bank, drawn: impl Fn(usize) -> bool) -> Option<Self> {
        let all = bank.samples();
        let few = (all / FEW).max(FEWEST);
        if few * FEWEST_TIMES > all {
            return None;
        }
        let part = |samples: usize| Samples::new(event, bank.part(samples, &drawn), &drawn);
        Some(Self { few: part(few), some: part(all / SOME) })
    }

    /// Where few samples have this error.
    pub(super) fn needed(&self, error: f64, tolerated: f64) -> Level {
        // What is not a number needs all.
        let of_some = error * (self.few.count() as f64 / self.some.count() as f64).sqrt();
        if error <= tolerated {
            Level::Few
        } else if of_some <= tolerated {
            Level::Some
        } else {
            Level::All
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Observation;
    use crate::graph::CausalGraph;
    use crate::mechanism::{AdditiveNoiseModel, KnownFormula};
    use crate::model::StructuralCausalModel;
    use crate::noise::NoiseDistribution;
    use crate::question::attribution::AttributionConfig;
    use crate::score::FeatureMap;

    /// The largest of 15 exponential times reaches what one of them was observed to be with probability 1 where that one is kept, and
    /// otherwise with 1 − F^k, where k are drawn: a game with a closed form, whose probabilities have all sizes.
    #[test]
    fn values_by_parts_of_the_samples_are_as_exact_as_they_say() {
        let (others, floor) = (14, 1e-3);
        let names: Vec<String> = (0..=others).map(|node| format!("n{node}")).collect();
        let graph = CausalGraph::from_edges(names.iter().map(|name| (name.as_str(), "target"))).unwrap();
        let mut model = StructuralCausalModel::new(graph);
        for name in &names {
            model = model.with_mechanism(name, NoiseDistribution::exponential(1.0).unwrap()).unwrap();
        }
        let largest = AdditiveNoiseModel::known(KnownFormula::maximum(names.clone()));
        let exactly = largest.with_noise(NoiseDistribution::constant(0.0).unwrap());
        let model = model.with_mechanism("target", exactly).unwrap().without_fitting().unwrap();
        let mut worst = 0.0_f64;
        for (seed, time) in (0..12).zip([2.0, 4.0, 6.0].into_iter().cycle()) {
            let values = names.iter().map(|name| (name.as_str(), if name == "n0" { time } else { 0.5 }));
            let event = Observation::from_pairs(values.chain([("target", time)])).unwrap();
            let below = 1.0 - (-time).exp();
            let worth = |drawn: i32| ((1.0 - below.powi(drawn) + floor) / (1.0 + floor)).ln();
            let expected = -(1..=others + 1).map(worth).sum::<f64>() / f64::from(others + 1);
            let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(floor);
            let found = model.attribute_outlier("target", &event, &config.with_samples(4_096).with_seed(seed)).unwrap();
            let culprit = found.contribution("n0").unwrap();
            assert!((found.score.value + worth(others + 1)).abs() < 4.0 * found.score.std_error + 1e-9);
            let other = found.contribution("n5").unwrap();
            let share = (-worth(others + 1) - expected) / f64::from(others);
            assert!((other.value - share).abs() < 4.0 * other.std_error, "{other:?} instead of {share}");
            worst = worst.max((culprit.value - expected).abs() / culprit.std_error);
        }
        assert!(worst < 4.0, "off by {worst} standard errors");
    }
}
