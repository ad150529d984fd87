//! Noises whose mean lies so far from 0 that it leaves them few digits.

use super::distribution::NoiseDistribution;

/// A mean that is more than this many standard deviations from 0 is far from it: products with it, and their sines, lose half of
/// the 16 digits.
const FAR: f64 = 1e6;

impl NoiseDistribution {
    /// The noise less its mean but for rounding, where that lies far from 0; nothing elsewhere.
    pub(crate) fn counted_from_mean(&self) -> Option<Self> {
        let mean = self.mean();
        let is_far = mean.abs() > FAR * self.variance().sqrt() && !self.is_degenerate();
        if is_far { self.clone().shifted_by(-mean).ok() } else { None }
    }

    /// E N − origin, also where the mean has no digits for it.
    pub(crate) fn mean_from(&self, origin: f64) -> f64 {
        let of_near = self.counted_from_mean().map_or(0.0, |near| near.mean());
        (self.mean() - origin) + of_near
    }

    /// The size of the numbers that rounding of [`mean_from`](Self::mean_from) is in proportion to: a difference of numbers far from 0
    /// is exact if they are near to each other.
    pub(crate) fn size_of_shift(&self, origin: f64) -> f64 {
        let mean = self.mean();
        // Sterbenz: they differ by a factor of 2 at most.
        let is_exact = (0.5..=2.0).contains(&(origin / mean));
        match self.counted_from_mean() {
            Some(near) if is_exact => (mean - origin).abs() + near.mean().abs(),
            _ => mean.abs() + origin.abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_took_from_a_mean_is_added_again() {
        // Between 10^15 and 2^50 numbers are 1/8 apart, so the mean of these, a third of it above, is none of them.
        let offset = 1e15;
        let values = [0.0, 0.125, 0.0].map(|value| offset + value);
        let noise = NoiseDistribution::empirical(&values).unwrap();
        assert!((noise.mean_from(offset) - 0.125 / 3.0).abs() < 1e-15);
        assert!(NoiseDistribution::normal(5.0, 1.0).unwrap().counted_from_mean().is_none());
    }
}
