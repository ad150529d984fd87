//! The noise that was seen, with modelled tails.

mod excess;

pub use excess::FittedTail;
pub(in crate::noise) use excess::LARGEST_SHAPE;

use super::empirical::EmpiricalDistribution;
use crate::noise::check::invalid;
use crate::noise::law::{Law, Side};
use crate::numeric::logarithms::log_ratio;
use crate::numeric::rank_index::AT_A_TIME;
use crate::{Error, Result};
use rand::Rng;
use rand_distr::{Distribution, Exp1};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The observed values between two thresholds, and a modelled tail beyond either or both.
///
/// ```text
/// P(N >= x) = k/n · P(Y >= x - u),              x > u
/// P(N <= x) = #{ i : values[i] <= x } / n,      l <= x <= u
/// P(N <= x) = m/n · P(Z >= l - x),              x < l
/// ```
///
/// k of the n values lie above the threshold u, and m below l; Y and Z have a generalised Pareto or, for shape 0, an
/// exponential distribution, see [`FittedTail`]. A side without a tail keeps the observed values. The distribution
/// function is continuous at both thresholds (but for values there, which are atoms, as all between them are). All
/// values are kept, also those that the tails replace: they say where the training data end.
///
/// That excesses over a high threshold are nearly generalised Pareto distributed, for almost every distribution, is the
/// theorem of Pickands (Annals of Statistics 3, 1975) and of Balkema and de Haan (Annals of Probability 2, 1974); see S.
/// Coles, *An Introduction to Statistical Modeling of Extreme Values*, 2001, chapter 4.
///
/// Cost: that of an [`EmpiricalDistribution`], and an exponential and a logarithm for a value in a tail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TailedParts")]
pub struct TailedDistribution {
    observed: EmpiricalDistribution,
    lower: Option<FittedTail>,
    upper: Option<FittedTail>,
    #[serde(skip)]
    mean: f64,
    #[serde(skip)]
    variance: f64,
}

impl TailedDistribution {
    /// The observed values with these tails in place of the outermost.
    ///
    /// # Errors
    /// When a tail has no value or more than a quarter of them, or its threshold is not below (or above) all of them, or a
    /// quantile comes to no number.
    pub(in crate::noise) fn new(
        observed: EmpiricalDistribution,
        lower: Option<FittedTail>,
        upper: Option<FittedTail>,
    ) -> Result<Self> {
        let values = observed.values();
        let count = values.len();
        for exceedances in [lower, upper].into_iter().flatten().map(|tail| tail.exceedances()) {
            if exceedances == 0 || exceedances > count / 4 {
                let (name, requirement) = ("the number of values in a tail", "at least 1 and at most a quarter of all");
                return Err(Error::InvalidParameter { name, requirement, found: exceedances.to_string() });
            }
        }
        let gap = |inner: usize, outer: usize| (values[outer] - values[inner]).abs();
        let gaps = [
            lower.map(|tail| gap(tail.exceedances(), tail.exceedances() - 1)),
            upper.map(|tail| gap(count - tail.exceedances() - 1, count - tail.exceedances())),
        ];
        if gaps.contains(&Some(0.0)) {
            return Err(invalid("the distance of a tail's values from its threshold", "above 0", 0.0));
        }
        let mut noise = Self { observed, lower, upper, mean: 0.0, variance: 0.0 };
        noise.mean = noise.mean_of_parts();
        noise.variance = noise.variance_of_parts();
        noise.checked()
    }

    /// The distribution of the noise plus `shift`: these tails about values that are all `shift` further up.
    pub(in crate::noise) fn shifted_by(&self, shift: f64) -> Result<Self> {
        let values = self.observed.values().iter().map(|value| value + shift).collect();
        Self::new(EmpiricalDistribution::new(values)?, self.lower, self.upper)
    }

    /// The values that the distribution was fitted to, in ascending order and in the node's unit.
    pub fn observed(&self) -> &EmpiricalDistribution {
        &self.observed
    }

    /// The tail below [`lower_threshold`](Self::lower_threshold); `None` where it is not modelled.
    pub fn lower_tail(&self) -> Option<&FittedTail> {
        self.lower.as_ref()
    }

    /// The tail above [`upper_threshold`](Self::upper_threshold); `None` where it is not modelled.
    pub fn upper_tail(&self) -> Option<&FittedTail> {
        self.upper.as_ref()
    }

    /// The value below which the lower tail begins, or the smallest value where there is none; in the node's unit.
    pub fn lower_threshold(&self) -> f64 {
        self.observed.values()[self.below()]
    }

    /// The value above which the upper tail begins, or the largest value where there is none; in the node's unit.
    pub fn upper_threshold(&self) -> f64 {
        let values = self.observed.values();
        values[values.len() - 1 - self.above()]
    }

    /// The observed values that no tail replaces.
    pub(in crate::noise) fn body(&self) -> &[f64] {
        let values = self.observed.values();
        &values[self.below()..values.len() - self.above()]
    }

    /// How many values lie in the lower tail.
    fn below(&self) -> usize {
        self.lower.map_or(0, |tail| tail.exceedances())
    }

    /// How many values lie in the upper tail.
    fn above(&self) -> usize {
        self.upper.map_or(0, |tail| tail.exceedances())
    }

    /// Whether a tail is heavier than exponential.
    pub(in crate::noise) fn has_heavy_tail(&self) -> bool {
        [self.lower, self.upper].into_iter().flatten().any(|tail| tail.shape() > 0.0)
    }

    /// The share of the value that is seen most often among those that no tail replaces.
    pub(in crate::noise) fn largest_atom(&self) -> f64 {
        let most = self.body().chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
        self.observed.share(most)
    }

    /// The tails as the sign of their side, their threshold, and themselves.
    pub(in crate::noise) fn tails(&self) -> impl Iterator<Item = (f64, f64, FittedTail)> {
        let lower = self.lower.map(|tail| (-1.0, self.lower_threshold(), tail));
        let upper = self.upper.map(|tail| (1.0, self.upper_threshold(), tail));
        lower.into_iter().chain(upper)
    }

    /// The probability of a tail.
    pub(in crate::noise) fn share_of(&self, tail: &FittedTail) -> f64 {
        self.observed.share(tail.exceedances())
    }

    /// The tail that x lies in, and how far. What is asked of either side of the distribution goes through here, so that
    /// all answers agree on where tails begin.
    fn place(&self, x: f64) -> Place {
        match (self.lower, self.upper) {
            (_, Some(tail)) if x > self.upper_threshold() => Place::Above(tail, x - self.upper_threshold()),
            (Some(tail), _) if x < self.lower_threshold() => Place::Below(tail, self.lower_threshold() - x),
            _ => Place::Body,
        }
    }

    fn mean_of_parts(&self) -> f64 {
        let (centre, count) = (self.observed.mean(), self.observed.values().len() as f64);
        // Divided before they are added, so that no sum overflows.
        let body: f64 = self.body().iter().map(|value| (value - centre) / count).sum();
        let of_tail = |(sign, threshold, tail): (f64, f64, FittedTail)| {
            self.share_of(&tail) * (threshold - centre) + sign * self.share_of(&tail) * tail.mean()
        };
        centre + body + self.tails().map(of_tail).sum::<f64>()
    }

    fn variance_of_parts(&self) -> f64 {
        let mean = self.mean;
        let tails = || {
            self.tails().map(move |(sign, threshold, tail)| {
                (tail.exceedances() as f64, threshold - mean + sign * tail.mean(), tail.std_dev())
            })
        };
        let body = || self.body().iter().map(|value| value - mean);
        // In units of the largest deviation, so that no square overflows or vanishes.
        let unit = tails().flat_map(|(_, distance, spread)| [distance, spread]).chain(body());
        let unit = unit.map(f64::abs).fold(0.0, f64::max);
        if unit == 0.0 {
            return 0.0;
        }
        let squares: f64 = body().map(|distance| (distance / unit).powi(2)).sum();
        let of_tails =
            tails().map(|(count, distance, spread)| count * ((distance / unit).powi(2) + (spread / unit).powi(2)));
        let mean_square = (squares + of_tails.sum::<f64>()) / self.observed.values().len() as f64;
        (unit * mean_square.sqrt()).powi(2)
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        self.observed.sample_into(rng, out);
        // A draw from among the values of a tail says only that it lies there.
        for (sign, threshold, tail) in self.tails() {
            for slot in out.iter_mut().filter(|slot| sign * (**slot - threshold) > 0.0) {
                *slot = threshold + sign * tail.at(Exp1.sample(rng));
            }
        }
    }

    /// Replaces probabilities by quantiles, where a point within 1e-16 of a bound between two values may get either.
    pub(in crate::noise) fn replace_by_quantiles(&self, points: &mut [f64]) {
        let values = self.observed.values();
        let (below, above) = (self.below(), values.len() - self.above());
        for point in points {
            let rank = (*point * values.len() as f64) as usize;
            *point = if rank < below || rank >= above { self.quantile(*point) } else { values[rank] };
        }
    }

    /// Σ P(N <= x) or Σ P(N >= x) over many x = bound(value).
    pub(in crate::noise) fn sum_of_tails(&self, side: Side, values: &[f64], bound: impl Fn(f64) -> f64) -> f64 {
        let (low, high) = (self.lower_threshold(), self.upper_threshold());
        // Where the observed values count nothing.
        let nowhere = if side == Side::Upper { f64::INFINITY } else { f64::NEG_INFINITY };
        let (mut below, mut above, mut in_body) = (Beyond::default(), Beyond::default(), 0.0);
        let mut xs = [0.0; AT_A_TIME];
        for values in values.chunks(AT_A_TIME) {
            let xs = &mut xs[..values.len()];
            xs.iter_mut().zip(values).for_each(|(x, &value)| *x = bound(value));
            let mut inside = xs.len();
            for x in xs.iter_mut() {
                match (self.lower, self.upper) {
                    (_, Some(tail)) if *x > high => above.add(tail.survival(*x - high)),
                    (Some(tail), _) if *x < low => below.add(tail.survival(low - *x)),
                    _ => continue,
                }
                *x = nowhere;
                inside -= 1;
            }
            if inside > 0 {
                in_body += self.observed.sum_of_shares(side, xs, |x| x);
            }
        }
        let [below_share, above_share] = [self.below(), self.above()].map(|count| self.observed.share(count));
        let (below_part, above_part) = (below_share * below.survivals, above_share * above.survivals);
        in_body
            + match side {
                Side::Lower => below_part + (above.count - above_part),
                Side::Upper => (below.count - below_part) + above_part,
            }
    }
}

/// How many values lie in a tail, and the probabilities of that tail further out than each.
#[derive(Default)]
struct Beyond {
    count: f64,
    survivals: f64,
}

impl Beyond {
    fn add(&mut self, survival: f64) {
        self.count += 1.0;
        self.survivals += survival;
    }
}

/// The place of a value: in a tail, that far from its threshold, or in between.
enum Place {
    Below(FittedTail, f64),
    Body,
    Above(FittedTail, f64),
}

impl Law for TailedDistribution {
    fn family_name(&self) -> &'static str {
        "tailed"
    }

    fn cdf(&self, x: f64) -> f64 {
        match self.place(x) {
            Place::Below(tail, distance) => self.share_of(&tail) * tail.survival(distance),
            Place::Body => self.observed.cdf(x),
            // Rounding must not take it below the distribution function at the threshold.
            Place::Above(tail, distance) => (1.0 - self.share_of(&tail) * tail.survival(distance))
                .max(self.observed.share(self.observed.values().len() - tail.exceedances())),
        }
    }

    fn survival(&self, x: f64) -> f64 {
        match self.place(x) {
            Place::Below(tail, distance) => (1.0 - self.share_of(&tail) * tail.survival(distance))
                .max(self.observed.share(self.observed.values().len() - tail.exceedances())),
            Place::Body => self.observed.survival(x),
            Place::Above(tail, distance) => self.share_of(&tail) * tail.survival(distance),
        }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        match self.place(x) {
            Place::Below(tail, distance) => self.share_of(&tail).ln() + tail.ln_survival(distance),
            Place::Body => self.observed.ln_cdf(x),
            Place::Above(tail, distance) => (-self.share_of(&tail) * tail.survival(distance)).ln_1p(),
        }
    }

    fn ln_survival(&self, x: f64) -> f64 {
        match self.place(x) {
            Place::Below(tail, distance) => (-self.share_of(&tail) * tail.survival(distance)).ln_1p(),
            Place::Body => self.observed.ln_survival(x),
            Place::Above(tail, distance) => self.share_of(&tail).ln() + tail.ln_survival(distance),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        if let Some(tail) = self.lower.filter(|tail| p <= self.share_of(tail)) {
            return self.lower_threshold() - tail.at(log_ratio(self.share_of(&tail), p));
        }
        if let Some(tail) = self.upper {
            let inside = self.observed.share(self.observed.values().len() - tail.exceedances());
            if p > inside {
                return self.upper_threshold() + tail.at(log_ratio(self.share_of(&tail), 1.0 - p));
            }
        }
        self.observed.quantile(p)
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        match self.upper.filter(|tail| p < self.share_of(tail)) {
            Some(tail) => self.upper_threshold() + tail.at(log_ratio(self.share_of(&tail), p)),
            None => self.quantile((1.0 - p).min(1.0 - f64::EPSILON / 2.0)),
        }
    }

    /// The median of the observed values, since tails hold a quarter of them at most.
    fn median(&self) -> f64 {
        self.observed.median()
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.variance
    }
}

/// The parts of tailed noise as a file holds them, each checked for itself but not yet against the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TailedParts {
    observed: EmpiricalDistribution,
    lower: Option<FittedTail>,
    upper: Option<FittedTail>,
}

impl TryFrom<TailedParts> for TailedDistribution {
    type Error = Error;

    fn try_from(saved: TailedParts) -> Result<Self> {
        Self::new(saved.observed, saved.lower, saved.upper)
    }
}

impl fmt::Display for TailedDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.observed.values().len();
        write!(f, "tailed({values} values from {} to {}", self.observed.smallest(), self.observed.largest())?;
        for (sign, threshold, tail) in self.tails() {
            let side = if sign > 0.0 { "above" } else { "below" };
            let (exceedances, scale, shape) = (tail.exceedances(), tail.scale(), tail.shape());
            write!(f, ", {exceedances} {side} {threshold} as a tail of scale {scale} and shape {shape}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests;
