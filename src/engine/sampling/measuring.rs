//! What a coalition is worth, from samples of the target.

use super::pivot::Pivot;
use super::reach::Bounds;
use super::samples::{Changing, TargetSamples};
use super::unseen::{Averages, Carried};
use crate::error::Result;
use crate::numeric::kernels::{add_and_count, add_multiple, extremes, sums_of_deviations};
use crate::numeric::logarithms::ln_sum_exp;
use crate::numeric::points::{BLOCKS, rows_of_block};
use crate::score::{OutlierRegion, OutlierTest};
use crate::world::Measure;

/// A measure, taken from samples of the target.
#[derive(Clone)]
pub(crate) struct SampleMeasure {
    measure: Measure,
}

/// The estimate from all samples; one replicate per block; what all coalitions alike may not have seen; last, the mean itself,
/// which for a tail is the probability.
pub(crate) const OUTPUTS: usize = 1 + BLOCKS + 2;
/// Where among the outputs stands what may not have been seen.
pub(super) const UNSEEN: usize = 1 + BLOCKS;

/// Where probabilities that are averaged sum to less, their logarithms are summed instead if the floor is 0: single
/// ones may be too small for an `f64`.
const SMALL_SUM: f64 = 1e-250;

/// A noise to integrate. The target's samples have its observed value in its place.
pub(crate) struct FreePivot<'a> {
    pub(crate) pivot: &'a Pivot,
    pub(crate) observed: f64,
}

/// How far samples can go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// The most that a sample can be, where a full hit is 1.
    pub(crate) most: f64,
    /// Between these a sample is 0.
    pub(crate) ends: (f64, f64),
}

impl Extent {
    const UNKNOWN: Self = Self { most: 1.0, ends: (f64::INFINITY, f64::NEG_INFINITY) };
}

/// What the samples come to.
struct Sums {
    /// The sum of what is averaged, for each block, in units of exp(`ln_unit`).
    blocks: [f64; BLOCKS],
    /// 0 but for probabilities so small that their sum would lose its digits.
    ln_unit: f64,
    carried: Carried,
}

impl Sums {
    fn averages(&self, samples: usize) -> Averages {
        let size = |block: usize| rows_of_block(samples, block).len() as f64;
        Averages {
            blocks: std::array::from_fn(|block| self.blocks[block] / size(block)),
            all: self.blocks.iter().sum::<f64>() / samples as f64,
            ln_unit: self.ln_unit,
            carried: self.carried,
            at_most: 1.0,
        }
    }
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
            mean => mean,
        };
        Self { measure }
    }

    /// What the target's samples average to and, where a noise with a known effect is free, that noise.
    pub(crate) fn averages(
        &self,
        target: TargetSamples<'_>,
        samples: usize,
        free: Option<&FreePivot<'_>>,
    ) -> Result<Averages> {
        Ok(self.sums(target, samples, free)?.averages(samples))
    }

    /// The averages of samples that count with these weights.
    pub(crate) fn weighted_averages(
        &self,
        target: TargetSamples<'_>,
        weights: &[f64],
        free: Option<&FreePivot<'_>>,
    ) -> Result<Averages> {
        let samples = weights.len();
        let values = match target.settled() {
            TargetSamples::Column(values) => values,
            constant => return self.averages(constant, samples, free),
        };
        let mut terms = self.each(values, free)?;
        terms.iter_mut().zip(weights).for_each(|(term, weight)| *term *= weight);
        let mut sums = Sums { blocks: [0.0; BLOCKS], ln_unit: 0.0, carried: Carried::ByBlocks { largest: None } };
        let add = |sums: &mut Sums, terms: &[f64]| {
            let rows = |block: usize| &terms[rows_of_block(samples, block)];
            sums.blocks = std::array::from_fn(|block| rows(block).iter().sum());
        };
        add(&mut sums, &terms);
        if let Some((logarithms, largest)) = self.logarithms_of_small(values, &sums, free) {
            terms = logarithms.iter().zip(weights).map(|(ln, weight)| weight * (ln - largest).exp()).collect();
            add(&mut sums, &terms);
            sums.ln_unit = largest;
        }
        sums.carried = carried_by(&terms);
        Ok(sums.averages(samples))
    }

    /// Whether so few samples carry an average that others, drawn towards the event, had better be asked.
    pub(crate) fn is_thin(&self, means: &Averages, samples: usize) -> bool {
        match &self.measure {
            Measure::LogTail { floor, .. } => means.is_thin(means.all * means.ln_unit.exp() + floor, samples),
            Measure::Mean { .. } | Measure::ClassMean { .. } => false,
        }
    }

    /// The averages with a bound on what the samples have not seen, where that matters to the error. `reached` finds how far the target goes
    /// with the noises that the samples are drawn of, and what that comes to; `chance` a bound of the probability that it goes beyond ends.
    pub(crate) fn bounded(
        &self,
        means: Averages,
        samples: usize,
        reached: impl FnOnce() -> (Bounds, Extent),
        chance: impl FnOnce((f64, f64)) -> f64,
    ) -> Averages {
        let Some((_, floor)) = self.measure.region() else { return means };
        let is_needed =
            |means: &Averages| means.carried != Carried::Exactly && means.needs_largest(means.all + floor, samples);
        if !is_needed(&means) {
            return means;
        }
        let (bounds, Extent { most, ends }) = reached();
        let hit = most / samples as f64;
        let means = means.with_bound(hit + bounds.beyond);
        // What was seen is likely already, and the probability is no less.
        if means.all >= hit || !is_needed(&means) {
            return means;
        }
        let of_all = most * chance(ends);
        means.with_bound(of_all.min(hit) + bounds.beyond)
    }

    /// How far samples of the target between bounds can go, with a noise that is integrated, if there is one.
    pub(crate) fn extent(&self, bounds: Bounds, free: Option<&FreePivot<'_>>) -> Extent {
        let Some((region, _)) = self.measure.region() else { return Extent::UNKNOWN };
        if region.is_everything() {
            return Extent::UNKNOWN;
        }
        let Some(FreePivot { pivot, observed }) = free else {
            let reaches = bounds.low <= region.lower() || bounds.high >= region.upper();
            return Extent { most: f64::from(u8::from(reaches)), ends: (region.lower(), region.upper()) };
        };
        let at = |value: f64, side: OutlierRegion| {
            side.sum_of_probabilities(&[value], pivot.effect, *observed, pivot.noise())
        };
        // It grows towards either side.
        let of_lower = at(bounds.low, OutlierRegion::lower_tail(region.lower()));
        let of_upper = at(bounds.high, OutlierRegion::upper_tail(region.upper()));
        let (smallest, largest) = pivot.noise().range();
        let moves = [smallest, largest].map(|end| pivot.effect * (end - observed));
        let ends = (region.lower() - moves[0].min(moves[1]), region.upper() - moves[0].max(moves[1]));
        Extent { most: (of_lower + of_upper).min(1.0), ends }
    }

    /// Writes the coalition's value and its replicates, see [`OUTPUTS`], from the means. The values are not finite if the
    /// probability is 0 and so is the floor.
    ///
    /// With the block means q_b and their mean q, the replicate of a block is the value to first order without the
    /// block, v + v'·(q − q_b)/(B − 1), the infinitesimal jackknife: unlike the logarithm of the rest itself it
    /// stays sensible when a block holds the only hit. The logarithm of an estimate is too low by Var(q)/2(q + ε)²
    /// on average (to second order, and at most ½); that is added.
    ///
    /// Where samples are few that carry the mean, all blocks may agree on 0 and the replicates claim to be certain. What one
    /// further hit would change is an error, too. Coalitions may have missed the same hits or different ones: so half of its
    /// square stands in an output of its own, which is of one sign in all coalitions, and half is added to each of
    /// the replicates or taken away, by the bits of `lot`, a number that differs from coalition to coalition. Points of a net need this no less,
    /// as a net of n points spreads none of them over events of a probability below 1/n. Where hits are many, one further
    /// changes next to nothing.
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
        let unseen = self.unseen(means, samples, unbiased) * std::f64::consts::FRAC_1_SQRT_2;
        outputs[UNSEEN] = unseen;
        // The replicates' squares then come to that of `unseen`.
        let unit = unseen / (blocks - 1.0).sqrt();
        for (place, replicate) in outputs[1..=BLOCKS].iter_mut().enumerate() {
            *replicate += if lot >> place & 1 == 0 { unit } else { -unit };
        }
        outputs[OUTPUTS - 1] = mean * means.ln_unit.exp();
    }

    /// By how much one further hit would raise the value, in nats; never above that of a certain event.
    fn unseen(&self, means: &Averages, samples: usize, value: f64) -> f64 {
        if !self.measure.is_logarithm() || !value.is_finite() {
            return 0.0;
        }
        let further = means.ln_further_hit(samples);
        let with_hit = if means.ln_unit == 0.0 {
            self.measure.value_of_mean(means.all + further.exp())
        } else {
            ln_sum_exp(value, further)
        };
        // Near certainty rather what one hit less would take away.
        let missed = if means.all > 0.5 && means.carried != Carried::Exactly {
            self.measure.slope(means.all) / samples as f64
        } else {
            0.0
        };
        (with_hit.min(0.0) - value).max(missed)
    }

    /// What the samples come to, block by block.
    fn sums(&self, target: TargetSamples<'_>, samples: usize, free: Option<&FreePivot<'_>>) -> Result<Sums> {
        // Only a region's hits are counted on the way of the last change.
        let target = if self.counts_region(free) { target } else { target.settled() };
        let mut sums = Sums { blocks: [0.0; BLOCKS], ln_unit: 0.0, carried: Carried::ByBlocks { largest: None } };
        match target {
            TargetSamples::Constant(value) => {
                let each = self.sum(&[value], free)?;
                let size = |block: usize| rows_of_block(samples, block).len() as f64;
                sums.blocks = std::array::from_fn(|block| each * size(block));
                if let Some((_, ln_probability)) = self.logarithms_of_small(&[value], &sums, free) {
                    sums.blocks = std::array::from_fn(size);
                    sums.ln_unit = ln_probability;
                }
                sums.carried = Carried::Exactly;
            }
            TargetSamples::Column(values) => {
                for (block, sum) in sums.blocks.iter_mut().enumerate() {
                    *sum = self.sum(&values[rows_of_block(samples, block)], free)?;
                }
                if self.needs_largest(&sums, samples) {
                    sums.carried = Carried::ByBlocks { largest: Some(self.largest(values, free)?) };
                }
                if let Some((logarithms, largest)) = self.logarithms_of_small(values, &sums, free) {
                    for (block, sum) in sums.blocks.iter_mut().enumerate() {
                        let logarithms = &logarithms[rows_of_block(samples, block)];
                        *sum = logarithms.iter().map(|ln_probability| (ln_probability - largest).exp()).sum();
                    }
                    sums.ln_unit = largest;
                    sums.carried = Carried::ByBlocks { largest: Some(1.0) };
                }
            }
            TargetSamples::Changing(Changing { values, factor, term }) => {
                for (block, sum) in sums.blocks.iter_mut().enumerate() {
                    let rows = rows_of_block(samples, block);
                    *sum = self.sum_after(&mut values[rows.clone()], factor, &term[rows])?;
                }
                sums.carried = Carried::ByBlocks { largest: Some(1.0) };
            }
        }
        Ok(sums)
    }

    fn needs_largest(&self, sums: &Sums, samples: usize) -> bool {
        match &self.measure {
            Measure::LogTail { floor, .. } => {
                let means = sums.averages(samples);
                means.all > 0.0 && means.needs_largest(means.all + floor, samples)
            }
            Measure::Mean { .. } | Measure::ClassMean { .. } => false,
        }
    }

    /// The largest of what is averaged: at an end of the values, as the probability to reach a region grows towards it.
    fn largest(&self, values: &[f64], free: Option<&FreePivot<'_>>) -> Result<f64> {
        if free.is_none() {
            return Ok(1.0);
        }
        let (low, high) = extremes(values);
        Ok(self.sum(&[low], free)?.max(self.sum(&[high], free)?))
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
            (Measure::ClassMean { class }, _) => {
                Ok(OutlierTest::Class(*class).count(values)? as f64 - values.len() as f64)
            }
            (Measure::LogTail { test: OutlierTest::Region(region), .. }, Some(FreePivot { pivot, observed })) => {
                Ok(region.sum_of_probabilities(values, pivot.effect, *observed, pivot.noise()))
            }
            (Measure::LogTail { test, .. }, _) => Ok(test.count(values)? as f64),
        }
    }

    /// What is averaged, for each sample of a tail.
    fn each(&self, values: &[f64], free: Option<&FreePivot<'_>>) -> Result<Vec<f64>> {
        match (&self.measure, free) {
            (Measure::LogTail { test: OutlierTest::Region(region), .. }, Some(FreePivot { pivot, observed })) => {
                let probability = |value: &f64| {
                    region.sum_of_probabilities(std::slice::from_ref(value), pivot.effect, *observed, pivot.noise())
                };
                Ok(values.iter().map(probability).collect())
            }
            (Measure::LogTail { test, .. }, _) => {
                values.iter().map(|value| Ok(test.count(std::slice::from_ref(value))? as f64)).collect()
            }
            (Measure::Mean { observed }, _) => Ok(values.iter().map(|value| value - observed).collect()),
            (Measure::ClassMean { class }, _) => {
                Ok(values.iter().map(|value| f64::from(u8::from(value == class)) - 1.0).collect())
            }
        }
    }

    /// Writes the value and replicates of the coalition of all, which gives the observation itself.
    pub(crate) fn measure_observation(&self, outputs: &mut [f64]) {
        let mean = match &self.measure {
            Measure::LogTail { .. } => 1.0,
            Measure::Mean { .. } | Measure::ClassMean { .. } => 0.0,
        };
        outputs.fill(self.measure.value_of_mean(mean));
        outputs[UNSEEN] = 0.0;
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

/// How many of some terms carry their sum.
fn carried_by(terms: &[f64]) -> Carried {
    let largest = terms.iter().copied().fold(0.0, f64::max);
    // In units of the largest, as squares of the smallest numbers are 0.
    let (sum, squares) = terms.iter().fold((0.0, 0.0), |(sum, squares), term| {
        let share = term / largest;
        (sum + share, squares + share * share)
    });
    let effective = if largest > 0.0 { sum * sum / squares } else { 0.0 };
    Carried::BySamples { effective, largest }
}
