//! Coalitions by samples of all noises but, where the target is linear in one, that one, which is integrated.

mod bank;
mod block_maxima;
mod columns;
mod jackknife;
mod levels;
mod measuring;
mod pivot;
mod reach;
mod samples;
mod tilted;
mod unseen;
mod walk;
mod worlds;

use std::sync::Arc;

pub(crate) use bank::{Bank, Shelf};
pub(super) use jackknife::variance_of_bank;
pub(super) use levels::Levels;
pub(super) use measuring::{Extent, FreePivot, OUTPUTS, SampleMeasure};
pub(super) use pivot::{Pivot, find_pivots};
pub(super) use reach::{Bounds, OuterParts, Reach};
pub(super) use samples::{Samples, TargetSamples};
pub(super) use unseen::{Averages, Carried};

use super::effort::Effort;
use super::{Ask, Budget, Engine, EngineName, Opened};
use crate::error::Result;
use crate::shapley::ShapleyMethod;
use crate::target::Target;
use crate::world::{Event, Sought};
use worlds::SampledWorlds;

/// Any target.
#[derive(Debug)]
pub(super) struct Sampling {
    /// The noises that are integrated, in order of preference.
    pivots: Vec<Pivot>,
    /// Whether samples may be drawn towards the event.
    tilts: bool,
    /// Whether nothing is done but to count hits.
    counts: bool,
    shelf: Arc<Shelf>,
}

impl Sampling {
    /// With hits counted, if need be even where a noise could be integrated.
    pub(super) fn prepare(target: &Target, sought: Sought, counting: bool, shelf: Arc<Shelf>) -> Self {
        // Only probabilities of regions are averaged over a distribution function.
        let integrates = !counting && matches!(sought, Sought::Region { .. });
        let pivots = if integrates { find_pivots(target) } else { Vec::new() };
        Self { pivots, tilts: !counting && sought != Sought::Mean, counts: counting, shelf }
    }

    /// What it does, in words.
    pub(super) fn why(&self, target: &Target) -> String {
        match self.pivots.first() {
            Some(pivot) => format!(
                "all noises are sampled but one, usually that of `{}`, which is integrated",
                target.node_name(pivot.node)
            ),
            None => "all noises are sampled".to_owned(),
        }
    }
}

impl Engine for Sampling {
    fn name(&self) -> EngineName {
        EngineName::Sampling
    }

    fn draws_samples(&self) -> bool {
        true
    }

    fn method(&self, players: &[usize], effort: &Effort) -> Option<ShapleyMethod> {
        Some(effort.method_of_samples(players.len()))
    }

    fn work(&self, target: &Target, effort: &Effort) -> Option<f64> {
        let players = target.nodes().len();
        // Too many players to enumerate may still be few enough once those that never vary are left out.
        let coalitions = match effort.shapley_method.permutations(players).unwrap_or(None) {
            None => 2_f64.powi(i32::try_from(players).unwrap_or(i32::MAX)),
            Some(permutations) => permutations as f64 * players as f64,
        };
        Some(effort.samples as f64 * coalitions)
    }

    fn open<'e>(&'e self, event: &'e Event<'e>, budget: Budget, ask: Ask<'_>) -> Result<Opened<'e>> {
        let bank = self.shelf.bank(event.target(), budget.samples, |_| true);
        let is_single = matches!(ask, Ask::One(_));
        let levels = if self.counts || is_single { None } else { Levels::of_many_players(event, &bank) };
        let samples = Samples::new(event, bank, |_| true);
        let shelf = self.tilts.then_some(&*self.shelf);
        Ok(Opened::Worlds(Box::new(SampledWorlds::new(event, &self.pivots, (samples, levels), shelf))))
    }
}
