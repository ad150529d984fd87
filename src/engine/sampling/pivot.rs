//! Noises that can be integrated instead of sampled.

use std::sync::Arc;

use crate::mechanism::FittedMechanism;
use crate::noise::NoiseDistribution;
use crate::numeric::ranks::sort_by;
use crate::score::OutlierRegion;
use crate::target::Target;
use crate::world::Event;

/// A noise is worth exchanging for the usual one where that, with all others at their medians, reaches the region with a
/// probability below 1/20.
const LN_EASY: f64 = -2.995_732_273_553_991;

/// How many noises are looked at besides the usual one.
const MOST_CANDIDATES: usize = 16;

/// A node whose noise enters the target as `effect · noise`, whatever the other noises are.
#[derive(Debug)]
pub(crate) struct Pivot {
    pub(crate) node: usize,
    pub(crate) effect: f64,
    /// The standard deviation that it gives the target.
    pub(crate) spread: f64,
    mechanism: Arc<FittedMechanism>,
}

impl Pivot {
    pub(crate) fn noise(&self) -> &NoiseDistribution {
        self.mechanism.noise()
    }
}

/// All nodes whose noise the target is linear in, the one that moves the target most first.
///
/// Conditional Monte Carlo (Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): given all other
/// noises, the probability that the target is in the outlier region is one value of the pivot's distribution
/// function. Averaging those probabilities resolves tails that counting hits cannot, the better the more of the
/// target's spread the pivot explains.
pub(crate) fn find_pivots(target: &Target) -> Vec<Pivot> {
    let pivot = |(node, effect): (usize, &Option<f64>)| {
        let mechanism = &target.nodes()[node].mechanism;
        let noise = mechanism.noise();
        let effect = effect.filter(|&effect| effect != 0.0 && !noise.is_degenerate())?;
        let spread = effect.abs() * noise.std_dev();
        Some(Pivot { node, effect, spread, mechanism: Arc::clone(mechanism) })
    };
    let mut pivots: Vec<Pivot> = target.effects().iter().enumerate().filter_map(pivot).collect();
    sort_by(&mut pivots, &|a, b| b.spread.total_cmp(&a.spread));
    pivots
}

/// Which of the free noises is integrated in a coalition of one event.
///
/// Usually the one that moves the target most, as it smooths most. But where the region is out of its reach, as a noise that has
/// a bounded side may have that side towards the region, an average over its distribution function is a count of hits: then the
/// one that reaches the region most easily is taken.
pub(super) struct PivotChoice<'e> {
    pivots: &'e [Pivot],
    region: Option<OutlierRegion>,
    observed: f64,
    noises: &'e [f64],
    /// What each noise adds to the target at its median instead of its observed value.
    usual: Vec<f64>,
}

impl<'e> PivotChoice<'e> {
    pub(super) fn new(event: &'e Event<'_>, pivots: &'e [Pivot]) -> Self {
        let (noises, region) = (event.noises(), event.measure().region().map(|(region, _)| region));
        let usual = pivots.iter().map(|pivot| pivot.effect * (pivot.noise().median() - noises[pivot.node])).collect();
        Self { pivots, region, observed: event.observed(), noises, usual }
    }

    pub(super) fn choose(&self, is_free: impl Fn(usize) -> bool) -> Option<&'e Pivot> {
        let is_free = |(pivot, _): &(&Pivot, &f64)| is_free(pivot.node);
        let mut free = self.pivots.iter().zip(&self.usual).filter(is_free);
        let first = free.next()?;
        let Some(region) = self.region else { return Some(first.0) };
        let sum = first.1 + free.clone().map(|(_, usual)| usual).sum::<f64>();
        let reach = |(pivot, usual): (&Pivot, &f64)| {
            let value = self.observed + (sum - usual);
            region.ln_probability_at(value, pivot.effect, self.noises[pivot.node], pivot.noise()).min(LN_EASY)
        };
        let mut best = (first.0, reach(first));
        for candidate in free.take(MOST_CANDIDATES) {
            if best.1 == LN_EASY {
                break;
            }
            let reached = reach(candidate);
            if reached > best.1 {
                best = (candidate.0, reached);
            }
        }
        Some(best.0)
    }
}
