//! Functionals of samples in independent blocks: the figure of all samples, and one for every block, of which the spread is that of the
//! former but for their number.
//!
//! The functional of a block by itself would do where it is a mean, and nearly so. Of a divergence it is far too large, as few samples
//! differ by chance; a quantile of all samples may hang on a single one, and then is no more exact than that of a block. So each has
//! figures that are means over the blocks to first order.

use super::of_samples::{SampleFunctional, quantile, sorted};
use crate::numeric::points::{BLOCKS, rows_of_block};
use crate::question::change::functional::Functional;

/// What there are: the figure of all samples, that of every block, and what the figure of all may be off by besides what the spread says.
pub(super) const FIGURES: usize = 2 + BLOCKS;
/// Which part of the difference between a distance that is too large and one that is too small counts as error of their mean.
const OF_DIFFERENCE: f64 = 0.25;
/// A density is looked at within so many standard deviations of a share of samples.
const REACH: f64 = 3.0;

impl SampleFunctional<'_> {
    /// Writes the [figures](FIGURES) of samples, or of their divergence from the old ones. Both are of one length.
    pub(super) fn write_figures(&self, old: &[f64], samples: &[f64], figures: &mut [f64]) {
        figures[1 + BLOCKS] = 0.0;
        match self.functional() {
            Functional::Quantile(p) => of_quantile(*p, samples, figures),
            Functional::KullbackLeibler | Functional::JensenShannon => self.of_divergence(old, samples, figures),
            Functional::Wasserstein => of_distance(old, samples, figures),
            _ => {
                figures[0] = self.of(old, samples);
                for (block, figure) in figures[1..=BLOCKS].iter_mut().enumerate() {
                    let rows = rows_of_block(samples.len(), block);
                    *figure = self.of(&old[rows.clone()], &samples[rows]);
                }
            }
        }
    }

    /// The jackknife over blocks, of which each is left out of the counts: their number times the divergence of all less the others times that of the
    /// others. The mean of that has lost the bias that is in proportion to 1/samples.
    fn of_divergence(&self, old: &[f64], samples: &[f64], figures: &mut [f64]) {
        let count = |samples: &[f64]| -> Vec<Vec<f64>> {
            (0..BLOCKS).map(|block| self.counts(&samples[rows_of_block(samples.len(), block)])).collect()
        };
        let sides = [count(old), count(samples)];
        let of_all = sides.each_ref().map(|blocks| {
            let bins = 0..blocks[0].len();
            bins.map(|bin| blocks.iter().map(|counts| counts[bin]).sum()).collect::<Vec<f64>>()
        });
        let divergence = self.of_counts(&of_all);
        let rows = samples.len() as f64;
        figures[0] = 0.0;
        for block in 0..BLOCKS {
            let of_block = rows_of_block(samples.len(), block).len() as f64;
            let others = [0, 1].map(|side| {
                let pairs = of_all[side].iter().zip(&sides[side][block]);
                pairs.map(|(all, of_block)| all - of_block).collect::<Vec<f64>>()
            });
            let change = divergence - self.of_counts(&others);
            figures[1 + block] = divergence + (rows / of_block - 1.0) * change;
            figures[0] += figures[1 + block] * of_block / rows;
        }
    }
}

/// A quantile q, and q + (p − F(q))/f of every block's share F(q) below it, with the density f of all samples: what a quantile is to first
/// order.
fn of_quantile(p: f64, samples: &[f64], figures: &mut [f64]) {
    let sorted = sorted(samples);
    let at = |share: f64| quantile(&sorted, share);
    let value = at(p);
    let reach = (REACH * (p * (1.0 - p) / samples.len() as f64).sqrt()).min(0.5 * p).min(0.5 * (1.0 - p));
    let value_by_share = (at(p + reach) - at(p - reach)) / (2.0 * reach);
    figures[0] = value;
    for (block, figure) in figures[1..=BLOCKS].iter_mut().enumerate() {
        let rows = rows_of_block(samples.len(), block);
        let count = rows.len() as f64;
        let below = samples[rows].iter().filter(|&&sample| sample <= value).count() as f64;
        *figure = value + (p - below / count) * value_by_share;
    }
}

/// ∫ s·(F − G) with the sign s of the difference of both. From the same samples it makes a distance of what differs by chance. In a block's F
/// and G with the sign of the difference in all others, it takes off what is wrong by chance. The mean of the two has the smallest bias.
fn of_distance(old: &[f64], samples: &[f64], figures: &mut [f64]) {
    let mut steps: Vec<(f64, usize, i64)> = Vec::with_capacity(2 * samples.len());
    for block in 0..BLOCKS {
        let rows = rows_of_block(samples.len(), block);
        steps.extend(old[rows.clone()].iter().map(|&value| (value, block, 1)));
        steps.extend(samples[rows].iter().map(|&value| (value, block, -1)));
    }
    steps.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let (mut all, mut of_blocks) = (0_i64, [0_i64; BLOCKS]);
    let (mut too_large, mut too_small) = (0.0, 0.0);
    let mut sums = [0.0; BLOCKS];
    for pair in steps.windows(2) {
        let (value, block, step) = pair[0];
        all += step;
        of_blocks[block] += step;
        let width = pair[1].0 - value;
        if width > 0.0 {
            too_large += width * all.abs() as f64;
            for (block, own) in of_blocks.into_iter().enumerate() {
                let crossed = (all - own).signum() * own;
                too_small += width * crossed as f64;
                sums[block] += 0.5 * width * (crossed + all.signum() * own) as f64;
            }
        }
    }
    let rows = samples.len();
    figures[0] = sums.iter().sum::<f64>() / rows as f64;
    for (block, sum) in sums.into_iter().enumerate() {
        figures[1 + block] = sum / rows_of_block(rows, block).len() as f64;
    }
    figures[1 + BLOCKS] = OF_DIFFERENCE * (too_large - too_small) / rows as f64;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(functional: &Functional, old: &[f64], new: &[f64]) -> Vec<f64> {
        let mut figures = vec![f64::NAN; FIGURES];
        SampleFunctional::new(functional, old, new, None).write_figures(old, new, &mut figures);
        figures
    }

    fn waves(rows: i32, factor: f64) -> Vec<f64> {
        (0..rows).map(|row| factor * (f64::from(row) * 0.7).sin() + 0.1 * (f64::from(row) * 1.9).cos()).collect()
    }

    #[test]
    fn the_figure_of_all_is_the_mean_over_blocks_and_that_of_the_samples_but_for_bias() {
        let (old, new) = (waves(4_096, 1.0), waves(4_096, 1.5));
        for functional in [
            Functional::Mean,
            Functional::Quantile(0.8),
            Functional::KullbackLeibler,
            Functional::JensenShannon,
            Functional::Wasserstein,
        ] {
            let found = figures(&functional, &old, &new);
            let mean = found[1..=BLOCKS].iter().sum::<f64>() / BLOCKS as f64;
            let plain = SampleFunctional::new(&functional, &old, &new, None).of(&old, &new);
            assert!((found[0] - mean).abs() < 1e-3 * found[0].abs() + 1e-3, "{functional}: {found:?}");
            assert!((found[0] - plain).abs() < 0.05 * plain.abs() + 1e-9, "{functional}: {plain} {found:?}");
        }
    }

    #[test]
    fn the_same_samples_do_not_diverge_in_any_block() {
        let old = waves(1_000, 1.0);
        for functional in [Functional::KullbackLeibler, Functional::JensenShannon, Functional::Wasserstein] {
            assert!(figures(&functional, &old, &old).iter().all(|&figure| figure == 0.0), "{functional}");
        }
    }

    #[test]
    fn a_quantile_within_equal_values_has_no_spread() {
        let old: Vec<f64> = (0..1_000).map(|row| f64::from(row % 4)).collect();
        assert!(figures(&Functional::Quantile(0.4), &old, &old)[..=BLOCKS].iter().all(|&figure| figure == 1.0));
    }
}
