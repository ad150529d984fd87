//! A target prepared for sampling.

use std::sync::OnceLock;

use super::bank::Bank;
use super::config::{AttributionConfig, Estimator, Quantity};
use super::estimates::Estimates;
use super::game::SampledGame;
use super::measure::Measure;
use super::pivot::{Pivot, find_pivots};
use super::plan::Plan;
use super::precision::LARGEST_GROWTH;
use super::program::Program;
use super::roles::Roles;
use super::samples::Samples;
use crate::error::Result;
use crate::model::Recovered;
use crate::score::FeatureMap;
use crate::shapley::{ShapleyConfig, shapley_values};

/// The program and the noise banks that all events share.
#[derive(Debug)]
pub(super) struct Sampler {
    program: Program,
    /// The noises that are integrated, in order of preference.
    pivots: Vec<Pivot>,
    config: AttributionConfig,
    /// Banks of the configured number of samples times 2⁰, 2¹, …, drawn when they are first needed.
    banks: [OnceLock<Bank>; LARGEST_GROWTH],
}

impl Sampler {
    pub(super) fn new(plan: &Plan, effects: &[Option<f64>], config: &AttributionConfig) -> Self {
        // Only probabilities of regions are averaged over a distribution function.
        let integrates = config.estimator != Estimator::Counting
            && config.quantity == Quantity::ItScore
            && !matches!(config.feature_map, FeatureMap::Custom(_));
        Self {
            program: Program::compile(plan),
            pivots: if integrates { find_pivots(plan, effects) } else { Vec::new() },
            config: config.clone(),
            banks: [const { OnceLock::new() }; LARGEST_GROWTH],
        }
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// The noises that can be integrated, in order of preference.
    pub(super) fn pivots(&self) -> &[Pivot] {
        &self.pivots
    }

    pub(super) fn estimate(
        &self,
        plan: &Plan,
        recovered: &Recovered,
        roles: &Roles,
        measure: Measure,
        growth: usize,
        shapley: &ShapleyConfig,
    ) -> Result<Estimates> {
        let game = self.game(plan, recovered, roles, measure, growth);
        Ok(Estimates::new(&shapley_values(&game, shapley)?, &roles.always_free))
    }

    /// The game of one event, with the configured number of samples times 2^growth.
    pub(super) fn game<'g>(
        &'g self,
        plan: &'g Plan,
        recovered: &'g Recovered,
        Roles { players, always_free, .. }: &'g Roles,
        measure: Measure,
        growth: usize,
    ) -> SampledGame<'g> {
        let bank = self.banks[growth].get_or_init(|| {
            let config = self.config.clone().with_samples(self.config.samples << growth);
            Bank::draw(plan, &config, |_| true)
        });
        let samples = Samples::new(plan, &self.program, bank, &recovered.values, &recovered.noises);
        let measure = measure.within(samples.target_range());
        SampledGame { players, always_free, pivots: &self.pivots, noises: &recovered.noises, samples, measure }
    }
}
