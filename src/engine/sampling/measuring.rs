//! What a coalition is worth, from samples of the target.

use super::bank::{BLOCKS, rows_of_block};
use super::pivot::Pivot;
use super::samples::{Changing, TargetSamples};
use crate::error::Result;
use crate::numeric::kernels::{add_and_count, add_multiple, sums_of_deviations};
use crate::numeric::logarithms::ln_sum_exp;
use crate::score::OutlierTest;
use crate::world::Measure;

/// A measure, taken from samples of the target.
#[derive(Clone)]
pub(crate) struct SampleMeasure {
    measure: Measure,
}

/// The estimate from all samples; one replicate per block; last, the mean itself, which for a tail is the probability.
pub(crate) const OUTPUTS: usize = 1 + BLOCKS + 1;

/// A noise whose spread is below this share of the target's is integrated, but hardly smooths anything: a coalition's
/// probability then rests on as few samples as if hits were counted.
const SMOOTHING_SPREAD: f64 = 0.1;

/// Where probabilities that are averaged sum to less, their logarithms are summed instead if the floor is 0: single
/// ones may be too small for an `f64`.
const SMALL_SUM: f64 = 1e-250;

/// A noise to integrate. The target's samples have its observed value in its place.
pub(crate) struct FreePivot<'a> {
    pub(crate) pivot: &'a Pivot,
    pub(crate) observed: f64,
}

/// What the samples come to.
struct Sums {
    /// The sum of what is averaged, for each block, in units of exp(`ln_unit`).
    blocks: [f64; BLOCKS],
    /// 0 but for probabilities so small that their sum would lose its digits.
    ln_unit: f64,
    /// The variance of the samples, where it is asked for.
    variance: f64,
}

/// What is averaged over the samples, for each block and for all.
pub(crate) struct Averages {
    pub(crate) blocks: [f64; BLOCKS],
    pub(crate) all: f64,
    /// In units of exp(`ln_unit`), 0 but for probabilities so small that their mean would lose its digits.
    pub(crate) ln_unit: f64,
    /// Whether it is an average over many samples rather than a count of few.
    pub(crate) is_smooth: bool,
}

impl SampleMeasure {
    /// A measure of any samples.
    pub(crate) fn new(measure: &Measure) -> Self {
        Self { measure: measure.clone() }
    }

    /// A measure of samples between these bounds.
    pub(crate) fn within(measure: &Measure, bounds: (f64, f64)) -> Self {
        let measure = match measure.clone() {
            Measure::LogTail { test, floor } => Measure::LogTail { test: test.within(bounds), floor },
            mean @ Measure::Mean { .. } => mean,
        };
        Self { measure }
    }

    /// Writes the coalition's value and its replicates, see [`OUTPUTS`], from the target's samples and, where a
    /// noise with a known effect is free, that noise. The values are not finite if the probability is 0 and so
    /// is the floor.
    ///
    /// With the block means q_b and their mean q, the replicate of a block is the value to first order without the
    /// block, v + v'·(q − q_b)/(B − 1), the infinitesimal jackknife: unlike the logarithm of the rest itself it
    /// stays sensible when a block holds the only hit. The logarithm of an estimate is too low by Var(q)/2(q + ε)²
    /// on average (to second order, and at most ½); that is added.
    ///
    /// Where hits are counted and few, all blocks may agree on 0 and the replicates claim to be certain. So what one
    /// further hit would change is added to one of them or taken away, by `lot`, a number that differs from coalition
    /// to coalition: they miss their rare hits independently, and what they miss does not cancel. Points of a net need
    /// this no less, as a net of n points spreads none of them over events of a probability below 1/n. Where
    /// hits are many, one further changes next to nothing.
    pub(crate) fn measure(
        &self,
        target: TargetSamples<'_>,
        samples: usize,
        free: Option<&FreePivot<'_>>,
        lot: u64,
        outputs: &mut [f64],
    ) -> Result<()> {
        let sums = self.sums(target, samples, free)?;
        let size = |block: usize| rows_of_block(samples, block).len() as f64;
        let means = Averages {
            blocks: std::array::from_fn(|block| sums.blocks[block] / size(block)),
            all: sums.blocks.iter().sum::<f64>() / samples as f64,
            ln_unit: sums.ln_unit,
            is_smooth: free.is_some_and(|free| is_smooth(free.pivot.spread, sums.variance)),
        };
        self.conclude(&means, samples, lot, outputs);
        Ok(())
    }

    /// Writes what [`measure`](Measure::measure) does, from the means.
    pub(crate) fn conclude(&self, means: &Averages, samples: usize, lot: u64, outputs: &mut [f64]) {
        let (blocks, mean) = (BLOCKS as f64, means.all);
        let slope = self.measure.slope(mean);
        // Multiplied before they are squared: near the smallest probabilities a square alone would overflow.
        let squares: f64 = means.blocks.iter().map(|block| (slope * (block - mean)).powi(2)).sum();
        let bias = if self.measure.is_logarithm() { 0.5 * squares / (blocks * (blocks - 1.0)) } else { 0.0 };
        let unbiased = self.measure.value_of_mean(mean) + means.ln_unit;
        let value = unbiased + bias;
        outputs[0] = value;
        for (replicate, block) in outputs[1..].iter_mut().zip(means.blocks) {
            *replicate = value + slope * (mean - block) / (blocks - 1.0);
        }
        if self.measure.is_logarithm() && !means.is_smooth {
            let hit = 1.0 / samples as f64;
            let with_hit = if means.ln_unit == 0.0 {
                self.measure.value_of_mean(mean + hit)
            } else {
                ln_sum_exp(unbiased, hit.ln())
            };
            let unseen = with_hit - unbiased;
            let unit = unseen * (blocks / (blocks - 1.0)).sqrt();
            let place = 1 + (lot % BLOCKS as u64) as usize;
            outputs[place] += if (lot / BLOCKS as u64).is_multiple_of(2) { unit } else { -unit };
        }
        outputs[1 + BLOCKS] = mean * means.ln_unit.exp();
    }

    /// What the samples come to, block by block.
    fn sums(&self, target: TargetSamples<'_>, samples: usize, free: Option<&FreePivot<'_>>) -> Result<Sums> {
        // Only a region's hits are counted on the way of the last change.
        let target = if self.counts_region(free) { target } else { target.settled() };
        let mut sums = Sums { blocks: [0.0; BLOCKS], ln_unit: 0.0, variance: 0.0 };
        let (mut first, mut second) = (0.0, 0.0);
        match target {
            TargetSamples::Constant(value) => {
                let each = self.sum(&[value], free)?;
                let size = |block: usize| rows_of_block(samples, block).len() as f64;
                sums.blocks = std::array::from_fn(|block| each * size(block));
                if let Some((_, ln_probability)) = self.logarithms_of_small(&[value], &sums, free) {
                    sums.blocks = std::array::from_fn(size);
                    sums.ln_unit = ln_probability;
                }
            }
            TargetSamples::Column(values) => {
                // Differences to a value of the column lose no digits where the target is far from 0.
                let centre = values[0];
                for (block, sum) in sums.blocks.iter_mut().enumerate() {
                    let values = &values[rows_of_block(samples, block)];
                    *sum = self.sum(values, free)?;
                    if free.is_some() {
                        let (deviations, squares) = sums_of_deviations(values, centre);
                        first += deviations;
                        second += squares;
                    }
                }
                if let Some((logarithms, largest)) = self.logarithms_of_small(values, &sums, free) {
                    for (block, sum) in sums.blocks.iter_mut().enumerate() {
                        let logarithms = &logarithms[rows_of_block(samples, block)];
                        *sum = logarithms.iter().map(|ln_probability| (ln_probability - largest).exp()).sum();
                    }
                    sums.ln_unit = largest;
                }
            }
            TargetSamples::Changing(Changing { values, factor, term }) => {
                for (block, sum) in sums.blocks.iter_mut().enumerate() {
                    let rows = rows_of_block(samples, block);
                    *sum = self.sum_after(&mut values[rows.clone()], factor, &term[rows])?;
                }
            }
        }
        let count = samples as f64;
        sums.variance = second / count - (first / count).powi(2);
        Ok(sums)
    }

    /// The logarithms of what is averaged and the largest of them, where a noise is integrated without a floor, and their
    /// sum is small but not impossible.
    fn logarithms_of_small(
        &self,
        values: &[f64],
        sums: &Sums,
        free: Option<&FreePivot<'_>>,
    ) -> Option<(Vec<f64>, f64)> {
        let (Measure::LogTail { test: OutlierTest::Region(region), floor }, Some(FreePivot { pivot, observed })) =
            (&self.measure, free)
        else {
            return None;
        };
        if *floor > 0.0 || sums.blocks.iter().sum::<f64>() >= SMALL_SUM {
            return None;
        }
        let logarithm = |&value: &f64| region.ln_probability_at(value, pivot.effect, *observed, pivot.noise());
        let logarithms: Vec<f64> = values.iter().map(logarithm).collect();
        let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest.is_finite().then_some((logarithms, largest))
    }

    /// The number of hits among some samples, to which a multiple of a column is to be added.
    fn sum_after(&self, values: &mut [f64], factor: f64, term: &[f64]) -> Result<f64> {
        if let Some(upper) = self.only_upper_bound().filter(|_| factor.abs() == 1.0) {
            return Ok(add_and_count(values, factor, term, upper) as f64);
        }
        add_multiple(values, factor, term);
        self.sum(values, None)
    }

    /// The sum over some samples of what is averaged.
    fn sum(&self, values: &[f64], free: Option<&FreePivot<'_>>) -> Result<f64> {
        match (&self.measure, free) {
            (Measure::Mean { observed }, _) => Ok(sums_of_deviations(values, *observed).0),
            (Measure::LogTail { test: OutlierTest::Region(region), .. }, Some(FreePivot { pivot, observed })) => {
                Ok(region.sum_of_probabilities(values, pivot.effect, *observed, pivot.noise()))
            }
            (Measure::LogTail { test, .. }, _) => Ok(test.count(values)? as f64),
        }
    }

    /// Writes the value and replicates of the coalition of all, which gives the observation itself.
    pub(crate) fn measure_observation(&self, outputs: &mut [f64]) {
        let mean = match &self.measure {
            Measure::LogTail { .. } => 1.0,
            Measure::Mean { .. } => 0.0,
        };
        outputs.fill(self.measure.value_of_mean(mean));
        outputs[OUTPUTS - 1] = mean;
    }

    /// The bound of a region that is an upper tail.
    fn only_upper_bound(&self) -> Option<f64> {
        match &self.measure {
            Measure::LogTail { test: OutlierTest::Region(region), .. } if region.lower() == f64::NEG_INFINITY => {
                Some(region.upper())
            }
            _ => None,
        }
    }

    /// Whether the hits of a region are counted.
    fn counts_region(&self, free: Option<&FreePivot<'_>>) -> bool {
        free.is_none() && matches!(self.measure, Measure::LogTail { test: OutlierTest::Region(_), .. })
    }
}

/// Whether a probability is an average over many samples rather than a count of few: whether what is integrated, of this
/// standard deviation, has a share in the spread of the target, whose other part has this variance.
pub(crate) fn is_smooth(integrated: f64, variance_of_rest: f64) -> bool {
    integrated >= SMOOTHING_SPREAD * variance_of_rest.max(0.0).sqrt().hypot(integrated)
}
