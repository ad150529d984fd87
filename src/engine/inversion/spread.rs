//! Where a sum of free noises can lie.

use std::ops::Add;

/// What a probability counts as 0: far below any floor for which Fourier inversion is used.
const NEGLIGIBLE: f64 = 1e-12;

/// What is known of a sum of independent noises, each less its mean; it adds up over the noises.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    /// How far below the mean the sum can reach.
    pub(super) below: f64,
    /// How far above.
    pub(super) above: f64,
    pub(super) variance: f64,
}

impl Add for Spread {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            below: self.below + other.below,
            above: self.above + other.above,
            variance: self.variance + other.variance,
        }
    }
}

/// The furthest that a single one of many noises reaches from its mean.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Furthest {
    pub(super) below: f64,
    pub(super) above: f64,
}

impl Furthest {
    pub(super) fn of(spreads: impl Iterator<Item = Spread>) -> Self {
        spreads.fold(Self::default(), |furthest, spread| Self {
            below: furthest.below.max(spread.below),
            above: furthest.above.max(spread.above),
        })
    }

    /// How far below and above its mean a sum of some of the noises lies, but for a negligible probability.
    pub(super) fn reach(self, sum: Spread) -> (f64, f64) {
        (sum.below.min(bernstein(sum.variance, self.below)), sum.above.min(bernstein(sum.variance, self.above)))
    }

    /// Whether a place, by how far it lies above the mean of a sum of some of the noises, is beyond the sum's [`reach`](Self::reach).
    pub(super) fn is_out_of_reach(self, sum: Spread, place: f64) -> bool {
        let (most, furthest) = if place > 0.0 { (sum.above, self.above) } else { (sum.below, self.below) };
        let distance = place.abs();
        distance > most || exceeds_bernstein(distance, sum.variance, furthest)
    }
}

/// Whether a distance is larger than [`bernstein`]'s, which takes a root for many sums.
fn exceeds_bernstein(distance: f64, variance: f64, furthest: f64) -> bool {
    let nats = -NEGLIGIBLE.ln();
    distance * distance > 2.0 * nats * (variance + distance * furthest / 3.0)
}

/// The distance from its mean that a sum of independent terms, none of which exceeds its own mean by more than
/// `furthest`, exceeds with negligible probability: Bernstein's inequality, P{S − E S ≥ x} ≤ exp(−x²/2/(V + x·b/3)).
fn bernstein(variance: f64, furthest: f64) -> f64 {
    let nats = -NEGLIGIBLE.ln();
    let linear = nats * furthest / 3.0;
    linear + (linear * linear + 2.0 * nats * variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_solves_bernsteins_inequality() {
        for (variance, furthest) in [(1.0, 0.0), (2.0, 0.5), (0.1, 30.0)] {
            let x = bernstein(variance, furthest);
            let nats = x * x / 2.0 / (variance + x * furthest / 3.0);
            assert!((nats + NEGLIGIBLE.ln()).abs() < 1e-9, "{nats}");
            assert!(exceeds_bernstein(1.000001 * x, variance, furthest));
            assert!(!exceeds_bernstein(0.999999 * x, variance, furthest));
        }
    }

    #[test]
    fn a_few_noises_reach_as_far_as_their_ranges_and_many_less_far() {
        let one = Spread { below: 2.0, above: 3.0, variance: 1.0 };
        let furthest = Furthest::of([one].into_iter());
        assert_eq!(furthest.reach(one + one), (4.0, 6.0));
        let many = Spread { below: 2000.0, above: 3000.0, variance: 1000.0 };
        let (below, above) = furthest.reach(many);
        assert!(below < 400.0 && above < 400.0);
    }
}
