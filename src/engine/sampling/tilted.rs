//! A second bank, for one event: noises are often drawn as far out as they were observed.
//!
//! The first part of each block, half of it, is drawn as usual. In the rest each noise is, independently of the others, with
//! probability ½ drawn as usual, with ¼ from where its tail begins to be as improbable as twice the observed value's, and with
//! ¼ from anywhere between the middle and the observed value, so that the logarithm of its tail probability is uniform. So
//! whichever noises made the event, some samples repeat that, and whatever would have sufficed lies between. A sample counts
//! with the ratio of its density as usual to that of the mixture, which the first part keeps below 2: an average is right
//! whatever was observed (importance sampling by a defensive mixture: T. Hesterberg, *Weighted average importance sampling and
//! defensive mixture distributions*, Technometrics 37, 1995).
//!
//! Noises are drawn by their tail probabilities t, which are uniform as usual, so the ratio of densities is a formula in t that
//! is the same for all families, with atoms or without.

use std::sync::Arc;

use super::bank::Bank;
use crate::noise::{NoiseDistribution, Side};
use crate::numeric::points::{BLOCKS, rows_of_block};
use crate::world::Event;

/// The share of the noises in the second part of a block that is drawn from the observed value's tail.
const SHARE_OF_TAIL: f64 = 0.25;
/// The share that is drawn from all that lies before it.
const SHARE_BEFORE: f64 = 0.25;

/// How much more probable the tail is than that of the observed value.
const WIDER: f64 = 2.0;

/// The smallest tail probability that is told apart from 0.
const SMALLEST: f64 = 1e-300;

/// The tail probability of values that are impossible: with a noise there, the event is not to be repeated anyway.
const BEYOND: f64 = 1e-12;

/// The noises of one event, drawn towards those observed, with the ratios of densities.
pub(super) struct TiltedBank {
    bank: Arc<Bank>,
    /// For each node that is drawn and each sample the density of the second part's draws, where that of usual ones is 1.
    ratios: Vec<Vec<f64>>,
}

impl TiltedBank {
    /// Draws the noises of the nodes that are not kept in every world. `fill_uniform` gives a node's column of numbers that
    /// are uniform in (0, 1). Costs O(nodes · samples).
    pub(super) fn draw(event: &Event<'_>, samples: usize, fill_uniform: impl Fn(usize, &mut [f64])) -> Self {
        let target = event.target();
        let mut columns = vec![Vec::new(); target.nodes().len()];
        let mut ratios = columns.clone();
        for node in event.switched().chain(event.always_drawn().iter().copied()) {
            let mut column = vec![0.0; samples];
            fill_uniform(node, &mut column);
            let noise = target.noise(node);
            let tail = Tail::of(noise, event.noises()[node]);
            ratios[node] = tail.draw(noise, &mut column);
            columns[node] = column;
        }
        Self { bank: Arc::new(Bank::of_columns(columns, samples)), ratios }
    }

    pub(super) fn bank(&self) -> Arc<Bank> {
        Arc::clone(&self.bank)
    }

    /// Whether the noise of a node is drawn in any world.
    pub(super) fn draws(&self, node: usize) -> bool {
        !self.ratios[node].is_empty()
    }

    /// With how much weight every sample counts where these nodes are drawn: the ratio of densities, which averages to 1. The
    /// product of the densities is kept from the last time, as far as its factors are the same.
    pub(super) fn weigh<'w>(&self, drawn: impl Iterator<Item = usize>, weights: &'w mut Weights) -> &'w [f64] {
        let samples = self.bank.samples();
        let Weights { factors, densities, weights, drawn: now } = weights;
        now.clear();
        now.resize(self.ratios.len(), false);
        drawn.for_each(|node| now[node] = true);
        let goes_on = densities.len() == samples && factors.iter().zip(&*now).all(|(&before, &now)| now || !before);
        if !goes_on {
            densities.clear();
            densities.resize(samples, 1.0);
            factors.clear();
            factors.resize(now.len(), false);
        }
        for (node, (factor, &now)) in factors.iter_mut().zip(&*now).enumerate() {
            if now && !std::mem::replace(factor, true) {
                densities.iter_mut().zip(&self.ratios[node]).for_each(|(density, ratio)| *density *= ratio);
            }
        }
        weights.resize(samples, 1.0);
        for block in 0..BLOCKS {
            let rows = rows_of_block(samples, block);
            let usual = usual_rows(rows.len()) as f64 / rows.len() as f64;
            let pairs = weights[rows.clone()].iter_mut().zip(&densities[rows]);
            pairs.for_each(|(weight, density)| *weight = 1.0 / (usual + (1.0 - usual) * density));
        }
        weights
    }
}

/// The weights of the samples for the coalition that they were last asked for.
#[derive(Default)]
pub(super) struct Weights {
    /// For each node whether its density is a factor of those of the samples.
    factors: Vec<bool>,
    densities: Vec<f64>,
    weights: Vec<f64>,
    /// Room for the nodes that are drawn.
    drawn: Vec<bool>,
}

/// How many of a block's samples are drawn as usual.
fn usual_rows(size: usize) -> usize {
    size.div_ceil(2)
}

/// The tail of a noise that its observed value lies in.
struct Tail {
    side: Side,
    /// The probability of values at least as far out.
    probability: f64,
}

impl Tail {
    fn of(noise: &NoiseDistribution, observed: f64) -> Self {
        let (low, high) = noise.range();
        let reachable = observed.clamp(low, high);
        let (below, above) = (noise.log_cdf(reachable), noise.log_survival(reachable));
        let (side, ln_probability) = if above <= below { (Side::Upper, above) } else { (Side::Lower, below) };
        let probability = if ln_probability == f64::NEG_INFINITY { BEYOND } else { ln_probability.exp().max(SMALLEST) };
        Self { side, probability: probability.min(0.5) }
    }

    /// Turns uniform numbers into noises, and returns the ratios of densities.
    fn draw(&self, noise: &NoiseDistribution, column: &mut [f64]) -> Vec<f64> {
        let mut ratios = vec![1.0; column.len()];
        for block in 0..BLOCKS {
            let rows = rows_of_block(column.len(), block);
            let usual = usual_rows(rows.len());
            for (row, place) in rows.enumerate() {
                let uniform = column[place];
                let tail = if row < usual { uniform } else { self.tilted(uniform) }.max(SMALLEST);
                ratios[place] = self.density(tail);
                column[place] = noise.quantile_from(self.side, tail);
            }
        }
        ratios
    }

    /// The tail probability of a noise in the second part of a block, from a uniform number.
    fn tilted(&self, uniform: f64) -> f64 {
        if uniform < SHARE_OF_TAIL {
            WIDER * self.probability * uniform / SHARE_OF_TAIL
        } else if uniform < SHARE_OF_TAIL + SHARE_BEFORE {
            self.probability.powf((uniform - SHARE_OF_TAIL) / SHARE_BEFORE)
        } else {
            (uniform - SHARE_OF_TAIL - SHARE_BEFORE) / (1.0 - SHARE_OF_TAIL - SHARE_BEFORE)
        }
    }

    /// The density of [`tilted`](Self::tilted) at a tail probability.
    fn density(&self, tail: f64) -> f64 {
        let wide = WIDER * self.probability;
        let in_tail = if tail <= wide { SHARE_OF_TAIL / wide } else { 0.0 };
        let before = if tail >= self.probability { SHARE_BEFORE / (tail * -self.probability.ln()) } else { 0.0 };
        1.0 - SHARE_OF_TAIL - SHARE_BEFORE + in_tail + before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ f(t)·density(t) dt over (0, 1) is the mean of f over draws, whatever the observed value.
    #[test]
    fn weights_undo_the_tilt_for_every_family_and_side() {
        let noises = [
            NoiseDistribution::normal(1.0, 2.0),
            NoiseDistribution::exponential(3.0),
            NoiseDistribution::uniform(-1.0, 1.0),
            NoiseDistribution::gamma(2.0, 1.0),
            NoiseDistribution::half_normal(0.0, 1.0),
            NoiseDistribution::log_normal(0.0, 1.0),
            NoiseDistribution::empirical(&[0.0, 0.0, 1.0, 2.0, 5.0]),
        ];
        for noise in noises.map(Result::unwrap) {
            for observed in [-4.0, 0.0, 0.3, 2.0, 9.0] {
                let tail = Tail::of(&noise, observed);
                let samples = 1 << 14;
                let mut column: Vec<f64> = (0..samples).map(|place| (place as f64 + 0.5) / samples as f64).collect();
                // Each block goes through all of (0, 1) in either part.
                let rows = samples / BLOCKS;
                let uniform = |place: usize| ((place % (rows / 2)) as f64 + 0.5) / (rows / 2) as f64;
                column.iter_mut().enumerate().for_each(|(place, value)| *value = uniform(place));
                let ratios = tail.draw(&noise, &mut column);
                let weight = |ratio: &f64| 2.0 / (1.0 + ratio);
                let total: f64 = ratios.iter().map(weight).sum();
                assert!((total / samples as f64 - 1.0).abs() < 0.01, "{noise} at {observed}: {total}");
                for bound in [0.5, 1.5, 4.0] {
                    let hits = column.iter().zip(&ratios).filter(|(value, _)| **value >= bound);
                    let found: f64 = hits.map(|(_, ratio)| weight(ratio)).sum::<f64>() / samples as f64;
                    let expected = noise.survival(bound);
                    assert!((found - expected).abs() < 0.01, "{noise} at {observed}: {found} for {expected}");
                }
                assert!(column.iter().all(|value| value.is_finite()), "{noise} at {observed}");
            }
        }
    }

    #[test]
    fn half_of_the_tilted_draws_are_far_out_however_far_that_is() {
        let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
        for observed in [5.0, 20.0, -36.0] {
            let tail = Tail::of(&noise, observed);
            let drawn = |uniform: f64| noise.quantile_from(tail.side, tail.tilted(uniform));
            // In the first quarter at least as far as where the tail is twice as heavy.
            for uniform in [0.01, 0.1, 0.24] {
                let reached = drawn(uniform) / observed;
                assert!((0.95..1.2).contains(&reached), "{reached} of {observed}");
            }
        }
    }
}
