//! What samples have not seen: how much further a coalition's probability may be than its blocks tell.
//!
//! Where few samples carry an average, their spread says as little as the average: no hit among m has no spread at all, and the
//! sample that would have carried the most is missing in both. So what one further hit would add is part of the error.

use crate::numeric::points::BLOCKS;

/// With fewer effective samples than this, a further hit may be of another order of magnitude than those that were seen.
const FEW: f64 = 25.0;

/// How many average hits the largest comes to, where it is not known.
const LARGEST: f64 = 4.0;

/// A full hit more that would change the value by fewer nats than this, or by less than this share of the standard error, needs
/// no closer look.
const LITTLE: f64 = 2e-4;
const LITTLE_OF_ERROR: f64 = 0.25;

/// An average of m samples is thin where a full hit more would change the value by this many nats, or where its relative standard
/// error is larger than this.
const THIN_HIT: f64 = 1.0;
const THIN_SPREAD: f64 = 0.15;

/// What is averaged over the samples, none of it negative, for each block and for all.
pub(crate) struct Averages {
    pub(crate) blocks: [f64; BLOCKS],
    pub(crate) all: f64,
    /// In units of exp(`ln_unit`), 0 but for probabilities so small that their mean would lose its digits.
    pub(crate) ln_unit: f64,
    pub(crate) carried: Carried,
    /// A bound of the average of all samples that there can be, as far as it is needed.
    pub(crate) at_most: f64,
}

/// How many samples carry an average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Carried {
    /// None: there is nothing random in it.
    Exactly,
    /// As the blocks tell; with the largest, where that is known and a full hit is 1.
    ByBlocks { largest: Option<f64> },
    /// (Σ z)²/Σ z² samples z, and the largest of them, where a full hit is 1.
    BySamples { effective: f64, largest: f64 },
}

impl Averages {
    /// What a full hit would add to the average, or less, if it cannot.
    fn full_hit(&self, samples: usize) -> f64 {
        (1.0 / samples as f64).min(self.at_most)
    }

    /// The variance of the average, from blocks.
    pub(super) fn variance(&self) -> f64 {
        let blocks = BLOCKS as f64;
        let squares: f64 = self.blocks.iter().map(|block| (block - self.all).powi(2)).sum();
        squares / (blocks * (blocks - 1.0))
    }

    /// The same where the average of all samples that there can be, or what one further hit adds to it, is known to be no more than this:
    /// where that is 0, there is nothing random in it.
    pub(crate) fn with_bound(self, at_most: f64) -> Self {
        Self { at_most, carried: if at_most > 0.0 { self.carried } else { Carried::Exactly }, ..self }
    }

    /// Whether it makes a difference how large the largest sample is: how many carry the average, nets do not tell by the spread
    /// of their blocks, which may all have missed the same.
    pub(super) fn needs_largest(&self, size: f64, samples: usize) -> bool {
        let hit = self.full_hit(samples);
        hit > LITTLE * size && hit > LITTLE_OF_ERROR * self.variance().sqrt()
    }

    /// Whether samples that are drawn towards the event had better be asked: whether a hit more or less would make a
    /// difference, or the spread does, to something of this size (the probability and the floor).
    pub(super) fn is_thin(&self, size: f64, samples: usize) -> bool {
        if self.carried == Carried::Exactly {
            return false;
        }
        let size = size.max(f64::MIN_POSITIVE);
        self.full_hit(samples) / size > THIN_HIT || (self.variance().sqrt() / size) > THIN_SPREAD
    }

    /// The logarithm of what one further hit would add to the average; −∞ if nothing random is in it.
    ///
    /// It is never above the bound. With k effective samples, it is a full hit where none was seen, the largest that was seen (or four average ones, where that
    /// is not known) from [`FEW`] on, and between them on a logarithmic scale: the tail of what was averaged may go on as it
    /// began, and the fewer there are, the less is known of where it ends.
    pub(super) fn ln_further_hit(&self, samples: usize) -> f64 {
        let count = samples as f64;
        let most = self.full_hit(samples).ln();
        let (effective, largest) = match self.carried {
            Carried::Exactly => return f64::NEG_INFINITY,
            _ if self.all <= 0.0 => return most,
            Carried::BySamples { effective, largest } => (effective, largest),
            Carried::ByBlocks { largest } => {
                let effective = (self.all * self.all / self.variance()).min(count);
                // No more than if one sample had carried the largest block.
                let block = self.blocks.iter().copied().fold(0.0, f64::max) * count / BLOCKS as f64;
                (effective, largest.unwrap_or_else(|| block.min(LARGEST * self.all * count / effective)))
            }
        };
        let known = (effective / FEW).powi(2).min(1.0);
        (known * (self.ln_unit + largest.ln()).min(0.0) - count.ln()).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn averages(blocks: [f64; BLOCKS], carried: Carried) -> Averages {
        Averages { blocks, all: blocks.iter().sum::<f64>() / BLOCKS as f64, ln_unit: 0.0, carried, at_most: 1.0 }
    }

    #[test]
    fn without_a_hit_one_further_is_a_full_one() {
        assert_eq!(averages([0.0; BLOCKS], Carried::ByBlocks { largest: None }).ln_further_hit(64), -64_f64.ln());
    }

    #[test]
    fn a_further_hit_is_as_large_as_those_seen_where_many_were() {
        let carried = Carried::BySamples { effective: 400.0, largest: 1e-4 };
        let found = averages([1e-5; BLOCKS], carried).ln_further_hit(1024);
        assert!((found - (1e-4_f64 / 1024.0).ln()).abs() < 1e-12);
        // Of few, more than that and less than a full one.
        let carried = Carried::BySamples { effective: 5.0, largest: 1e-4 };
        let found = averages([1e-5; BLOCKS], carried).ln_further_hit(1024);
        assert!(found > (1e-2_f64 / 1024.0).ln() && found < -1024_f64.ln());
    }

    #[test]
    fn the_only_hit_is_seen_in_its_block() {
        let mut blocks = [0.0; BLOCKS];
        blocks[3] = 1.0 / 64.0;
        let one = averages(blocks, Carried::ByBlocks { largest: None });
        assert!((one.variance().sqrt() / one.all - 1.0).abs() < 1e-12);
        assert!((one.ln_further_hit(1024) + 1024_f64.ln()).abs() < 0.01);
        assert!(one.is_thin(one.all, 1024) && !one.is_thin(1.0, 1024));
    }

    #[test]
    fn a_further_hit_is_within_the_bound() {
        let none = averages([0.0; BLOCKS], Carried::ByBlocks { largest: None }).with_bound(1e-6);
        assert!((none.ln_further_hit(64) - 1e-6_f64.ln()).abs() < 1e-12 && !none.is_thin(1e-4, 64));
        let few = Carried::BySamples { effective: 5.0, largest: 1e-4 };
        let found = averages([1e-5; BLOCKS], few).with_bound(2e-7).ln_further_hit(1024);
        assert!((found - 2e-7_f64.ln()).abs() < 1e-12);
        let impossible = averages([0.0; BLOCKS], Carried::ByBlocks { largest: None }).with_bound(0.0);
        assert_eq!(impossible.carried, Carried::Exactly);
    }

    #[test]
    fn what_is_exact_lacks_nothing() {
        let exact = averages([1e-9; BLOCKS], Carried::Exactly);
        assert!(!exact.is_thin(1e-9, 64) && exact.ln_further_hit(64) == f64::NEG_INFINITY);
    }
}
