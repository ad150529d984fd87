//! Functionals of samples, each equally likely.

use std::f64::consts::LN_2;

use crate::data::place;
use crate::numeric::moments::{mean, root_mean_square};
use crate::question::change::functional::Functional;

/// Most bins that a density is estimated in.
const MOST_BINS: usize = 64;
/// Fewest.
const FEWEST_BINS: usize = 4;
/// Fewest samples beyond the outermost edges.
const FEWEST_IN_TAILS: usize = 16;
/// What is added to the count of every bin, so that no probability is 0 (R. Krichevsky and V. Trofimov, *The performance of universal
/// encoding*, IEEE Transactions on Information Theory 27, 1981).
const ADDED: f64 = 0.5;

/// A functional made ready for samples: with bins, where it is a divergence of densities.
#[derive(Debug, Clone)]
pub(in crate::question::change) struct SampleFunctional<'f> {
    functional: &'f Functional,
    bins: Bins,
}

/// Into which a density is cut.
#[derive(Debug, Clone)]
enum Bins {
    /// The upper ends of all bins but the last, ascending.
    Edges(Vec<f64>),
    /// The classes of a category.
    Classes(usize),
}

impl<'f> SampleFunctional<'f> {
    /// With bins that each hold as much of both samples together. `classes` is the number of levels if the target is a category.
    pub(in crate::question::change) fn new(
        functional: &'f Functional,
        old: &[f64],
        new: &[f64],
        classes: Option<usize>,
    ) -> Self {
        let needs_bins = matches!(functional, Functional::KullbackLeibler | Functional::JensenShannon);
        let bins = match classes {
            Some(classes) => Bins::Classes(classes + 1),
            None if needs_bins => Bins::Edges(edges(old, new)),
            None => Bins::Edges(Vec::new()),
        };
        Self { functional, bins }
    }

    /// The functional that was made ready.
    pub(in crate::question::change) fn functional(&self) -> &'f Functional {
        self.functional
    }

    /// The functional of samples, or their divergence from the old ones.
    pub(in crate::question::change) fn of(&self, old: &[f64], samples: &[f64]) -> f64 {
        match self.functional {
            Functional::Mean => mean(samples),
            Functional::Variance => root_mean_square(samples, mean(samples)).powi(2),
            Functional::Quantile(p) => quantile(&sorted(samples), *p),
            Functional::AboveThreshold(threshold) => {
                samples.iter().filter(|&sample| sample > threshold).count() as f64 / samples.len() as f64
            }
            Functional::KullbackLeibler | Functional::JensenShannon => {
                self.of_counts(&[self.counts(old), self.counts(samples)])
            }
            Functional::Wasserstein => wasserstein(old, samples),
            Functional::Custom(function) => function(samples),
        }
    }

    /// How many samples are in every bin.
    pub(super) fn counts(&self, samples: &[f64]) -> Vec<f64> {
        self.bins.counts(samples)
    }

    /// The divergence, Jensen and Shannon's if that is the functional, of the second of two lists of counts from the first.
    pub(super) fn of_counts(&self, counts: &[Vec<f64>; 2]) -> f64 {
        let [p, q] = counts.each_ref().map(|counts| shares(counts));
        let pairs = p.iter().zip(&q);
        if matches!(self.functional, Functional::JensenShannon) {
            let half = |p: f64, q: f64| p * (LN_2 + (p / (p + q)).ln());
            return pairs.map(|(&p, &q)| 0.5 * (half(p, q) + half(q, p))).sum();
        }
        pairs.map(|(p, q)| p * (p / q).ln()).sum()
    }

    /// By how much the divergence of so many independent samples from so many others is too large on average, where both are of the same
    /// distribution: (bins − 1)/2 · (1/n + 1/m) for that of Kullback and Leibler, and a quarter of it for the other. 0 for other functionals.
    pub(in crate::question::change) fn bias(&self, old: usize, new: usize) -> f64 {
        let of_counts = 0.5 * self.bins.free() * (1.0 / old as f64 + 1.0 / new as f64);
        match self.functional {
            Functional::KullbackLeibler => of_counts,
            Functional::JensenShannon => 0.25 * of_counts,
            _ => 0.0,
        }
    }
}

impl Bins {
    /// How many shares are free, as they sum to 1.
    fn free(&self) -> f64 {
        match self {
            Self::Edges(edges) => edges.len() as f64,
            Self::Classes(classes) => classes.saturating_sub(1) as f64,
        }
    }

    fn counts(&self, samples: &[f64]) -> Vec<f64> {
        let mut counts = match self {
            Self::Edges(edges) => vec![0.0; edges.len() + 1],
            Self::Classes(classes) => vec![0.0; *classes],
        };
        for &sample in samples {
            let bin = match self {
                Self::Edges(edges) => edges.partition_point(|&edge| edge < sample),
                Self::Classes(classes) => place(sample).min(classes - 1),
            };
            counts[bin] += 1.0;
        }
        counts
    }
}

fn shares(counts: &[f64]) -> Vec<f64> {
    let sum = counts.iter().sum::<f64>() + ADDED * counts.len() as f64;
    counts.iter().map(|count| (count + ADDED) / sum).collect()
}

/// As many bins as the root of the smaller sample, which each hold as much of both; fewer where values repeat. The outermost are halved
/// again and again, as a divergence often comes from the tails: within a bin of them, densities differ the most.
fn edges(old: &[f64], new: &[f64]) -> Vec<f64> {
    let bins = (old.len().min(new.len()) as f64).sqrt() as usize;
    let bins = bins.clamp(FEWEST_BINS, MOST_BINS);
    let [old, new] = [old, new].map(sorted);
    // Of either sample half of the edges, however different their sizes are.
    let of_one = |sorted: &[f64]| -> Vec<f64> {
        let mut edges: Vec<f64> = (0..bins / 2).map(|half| sorted[sorted.len() * (2 * half + 1) / bins]).collect();
        let mut beyond = sorted.len() / bins / 2;
        while beyond >= FEWEST_IN_TAILS {
            edges.extend([sorted[beyond], sorted[sorted.len() - 1 - beyond]]);
            beyond /= 2;
        }
        edges
    };
    let mut edges = [of_one(&old), of_one(&new)].concat();
    edges.sort_unstable_by(f64::total_cmp);
    edges.dedup();
    edges
}

pub(super) fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quantile of samples in ascending order, interpolated between the two next to p·(n − 1), counted from 0.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = (place as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + place.fract() * (sorted[above] - sorted[below])
}

/// ∫ |F − G|, over the values of both.
fn wasserstein(old: &[f64], new: &[f64]) -> f64 {
    let [old, new] = [old, new].map(sorted);
    if old.len() == new.len() {
        return old.iter().zip(&new).map(|(old, new)| (new - old).abs()).sum::<f64>() / old.len() as f64;
    }
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    let mut last = f64::NAN;
    while i < old.len() || j < new.len() {
        let next = match (old.get(i), new.get(j)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&a), None) => a,
            (None, Some(&b)) => b,
            (None, None) => break,
        };
        if i + j > 0 {
            sum += (next - last) * (i as f64 / old.len() as f64 - j as f64 / new.len() as f64).abs();
        }
        while old.get(i).is_some_and(|&value| value <= next) {
            i += 1;
        }
        while new.get(j).is_some_and(|&value| value <= next) {
            j += 1;
        }
        last = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_samples_is_the_area_between_their_distributions() {
        assert_eq!(wasserstein(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]), 5.0);
        // F − G is 1/2 on (0, 1) and on (1, 2).
        assert!((wasserstein(&[0.0, 2.0], &[1.0, 1.0, 1.0]) - 1.0).abs() < 1e-15);
        assert!((wasserstein(&[0.0], &[0.0, 1.0, 2.0]) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        let samples = [1.0, 2.0, 3.0, 10.0];
        for (p, expected) in [(0.5, 2.5), (0.95, 8.95), (1.0 / 3.0, 2.0), (0.01, 1.03)] {
            assert!((quantile(&samples, p) - expected).abs() < 1e-12, "{p}");
        }
        assert_eq!(quantile(&[4.0], 0.3), 4.0);
    }

    #[test]
    fn the_same_samples_do_not_diverge() {
        let samples: Vec<f64> = (0..1000).map(|row| (f64::from(row) * 0.7).sin()).collect();
        for functional in [Functional::KullbackLeibler, Functional::JensenShannon, Functional::Wasserstein] {
            let ready = SampleFunctional::new(&functional, &samples, &samples, None);
            assert_eq!(ready.of(&samples, &samples), 0.0, "{functional}");
        }
    }
}
