//! The noise that was seen, and nothing else.

use crate::noise::law::{Law, Side};
use crate::numeric::coincidence::coincidence;
use crate::numeric::moments;
use crate::numeric::rank_index::{AT_A_TIME, RankIndex};
use crate::{Error, Result};
use rand::Rng;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The empirical distribution of `n` observed values: each has probability 1/n.
///
/// ```text
/// P(N <= x) = #{ i : values[i] <= x } / n
/// ```
///
/// The values are in the node's unit and kept **sorted**, so that neither results nor a saved model
/// depend on the order of the rows they came from. A value seen twice carries twice the
/// probability. Nothing lies beyond the smallest and largest value: use a parametric family where a
/// tail beyond the data matters.
///
/// Cost: sampling is O(1) per draw; `cdf` and `survival` are O(log n);
/// `quantile`, `median`, `mean` and `variance` O(1).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "EmpiricalValues")]
pub struct EmpiricalDistribution {
    /// Shared by all clones: a model, what it was made from and what is made of it hold the values once.
    #[serde(serialize_with = "as_list")]
    values: Arc<Vec<f64>>,
    #[serde(skip)]
    mean: f64,
    #[serde(skip)]
    variance: f64,
    #[serde(skip)]
    largest_atom: f64,
    #[serde(skip)]
    coincidence: f64,
    /// The table for many ranks at once, made when it is first needed: most distributions are never asked for many.
    #[serde(skip)]
    index: OnceLock<Box<RankIndex>>,
}

impl EmpiricalDistribution {
    /// The distribution of these values, in any order.
    ///
    /// # Errors
    /// When there are none, or one is not finite.
    pub fn new(mut values: Vec<f64>) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::Empty { what: "the list of values of empirical noise".to_owned(), expected: "value" });
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            let what = format!("the value at position {position} of empirical noise");
            return Err(Error::NonFiniteValue { what, found: values[position] });
        }
        values.sort_unstable_by(f64::total_cmp);
        let mean = moments::mean(&values);
        let variance = moments::root_mean_square(&values, mean).powi(2);
        let most = values.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
        let largest_atom = most as f64 / values.len() as f64;
        let coincidence = coincidence(&values, variance);
        Ok(Self { values: Arc::new(values), mean, variance, largest_atom, coincidence, index: OnceLock::new() })
    }

    /// The observed values in ascending order, in the node's unit. There is at least one.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The smallest observed value.
    pub fn smallest(&self) -> f64 {
        self.values[0]
    }

    /// The largest observed value.
    pub fn largest(&self) -> f64 {
        self.values[self.values.len() - 1]
    }

    /// The middle value, or the mean of the two middle ones.
    pub fn median(&self) -> f64 {
        let middle = self.values.len() / 2;
        if self.values.len() % 2 == 1 {
            self.values[middle]
        } else {
            f64::midpoint(self.values[middle - 1], self.values[middle])
        }
    }

    /// The mean of the observed values.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The share of the value that was seen most often.
    pub(in crate::noise) fn largest_atom(&self) -> f64 {
        self.largest_atom
    }

    /// How likely two draws of what the values were drawn from coincide.
    pub(in crate::noise) fn coincidence(&self) -> f64 {
        self.coincidence
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        let values = self.values();
        let count = values.len() as u64;
        let mut bytes = [0; 4 * AT_A_TIME];
        for slots in out.chunks_mut(AT_A_TIME) {
            let bytes = &mut bytes[..4 * slots.len()];
            rng.fill_bytes(bytes);
            let (words, _) = bytes.as_chunks::<4>();
            // A random word as a share of 2³², times n: the chance of a value is 1/n to within 2⁻³².
            for (slot, &word) in slots.iter_mut().zip(words) {
                *slot = values[((u64::from(u32::from_le_bytes(word)) * count) >> 32) as usize];
            }
        }
    }

    /// Σ P(N <= x) or Σ P(N >= x) over many x = bound(value).
    pub(in crate::noise) fn sum_of_shares(&self, side: Side, values: &[f64], bound: impl Fn(f64) -> f64) -> f64 {
        let mut xs = [0.0; AT_A_TIME];
        let count = values.chunks(AT_A_TIME).map(|values| {
            let xs = &mut xs[..values.len()];
            xs.iter_mut().zip(values).for_each(|(x, &value)| *x = bound(value));
            match side {
                Side::Lower => self.index().count_up_to(xs),
                Side::Upper => (values.len() * self.values.len()) as u64 - self.index().count_below(xs),
            }
        });
        count.sum::<u64>() as f64 / self.values.len() as f64
    }

    /// Replaces probabilities by quantiles without the care that [`quantile`](Law::quantile) takes of rounding: a point within
    /// 1e-16 of a bound between two values may get either.
    pub(in crate::noise) fn replace_by_quantiles(&self, points: &mut [f64]) {
        let (values, count) = (self.values(), self.values.len());
        for point in points {
            let rank = (*point * count as f64) as usize;
            *point = values[rank.min(count - 1)];
        }
    }

    fn index(&self) -> &RankIndex {
        self.index.get_or_init(|| Box::new(RankIndex::new(&self.values)))
    }

    /// A count as a share of all values.
    pub(in crate::noise) fn share(&self, count: usize) -> f64 {
        count as f64 / self.values.len() as f64
    }
}

/// Two distributions are equal if their values are: all else follows from these.
impl PartialEq for EmpiricalDistribution {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Law for EmpiricalDistribution {
    fn family_name(&self) -> &'static str {
        "empirical"
    }

    fn cdf(&self, x: f64) -> f64 {
        self.share(self.values.partition_point(|&value| value <= x))
    }

    fn survival(&self, x: f64) -> f64 {
        self.share(self.values.len() - self.values.partition_point(|&value| value < x))
    }

    fn quantile(&self, p: f64) -> f64 {
        // `p * n` may round to either side of a whole number. Comparing with the very quotients that `cdf`
        // returns makes quantile(cdf(x)) = x hold exactly for every stored x.
        let mut rank = ((p * self.values.len() as f64).ceil() as usize).clamp(1, self.values.len());
        while rank > 1 && self.share(rank - 1) >= p {
            rank -= 1;
        }
        while self.share(rank) < p {
            rank += 1;
        }
        self.values[rank - 1]
    }

    fn median(&self) -> f64 {
        self.median()
    }

    fn mean(&self) -> f64 {
        self.mean()
    }

    fn variance(&self) -> f64 {
        self.variance
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        (-self.share(self.values.len() - self.values.partition_point(|&value| value <= x))).ln_1p()
    }

    fn ln_survival(&self, x: f64) -> f64 {
        (-self.share(self.values.partition_point(|&value| value < x))).ln_1p()
    }
}

fn as_list<S: Serializer>(values: &Arc<Vec<f64>>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    values.as_slice().serialize(serializer)
}

/// The values of empirical noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmpiricalValues {
    values: Vec<f64>,
}

impl TryFrom<EmpiricalValues> for EmpiricalDistribution {
    type Error = Error;

    fn try_from(saved: EmpiricalValues) -> Result<Self> {
        Self::new(saved.values)
    }
}

impl fmt::Display for EmpiricalDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "empirical({} values from {} to {})", self.values.len(), self.smallest(), self.largest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::testing::{ALPHA, generator, two_sided_z};
    use crate::numeric::testing::assert_close;

    fn noise(values: &[f64]) -> EmpiricalDistribution {
        EmpiricalDistribution::new(values.to_vec()).unwrap()
    }

    #[test]
    fn values_are_sorted_whatever_the_order_of_rows() {
        assert_eq!(noise(&[3.0, 1.0, 2.0]), noise(&[2.0, 3.0, 1.0]));
        assert_eq!(noise(&[3.0, 1.0, 2.0]).values(), [1.0, 2.0, 3.0]);
        assert_eq!(noise(&[3.0, 1.0, 2.0]).smallest(), 1.0);
        assert_eq!(noise(&[3.0, 1.0, 2.0]).largest(), 3.0);
    }

    #[test]
    fn clones_hold_the_values_once() {
        let noise = noise(&[3.0, 1.0, 2.0]);
        assert!(std::ptr::eq(noise.values(), noise.clone().values()));
    }

    #[test]
    fn atoms_count_in_both_tails() {
        let noise = noise(&[1.0, 2.0, 2.0, 5.0]);
        for (x, cdf, survival) in [
            (0.0, 0.0, 1.0),
            (1.0, 0.25, 1.0),
            (1.5, 0.25, 0.75),
            (2.0, 0.75, 0.75),
            (5.0, 1.0, 0.25),
            (6.0, 1.0, 0.0),
            (f64::INFINITY, 1.0, 0.0),
            (f64::NEG_INFINITY, 0.0, 1.0),
        ] {
            assert_eq!((noise.cdf(x), noise.survival(x)), (cdf, survival), "at {x}");
        }
    }

    #[test]
    fn signed_zeros_are_one_atom() {
        let noise = noise(&[0.0, -0.0]);
        assert_eq!((noise.cdf(0.0), noise.survival(0.0)), (1.0, 1.0));
        assert_eq!((noise.cdf(-0.0), noise.survival(-0.0)), (1.0, 1.0));
    }

    #[test]
    fn quantile_is_the_smallest_value_that_reaches_the_probability() {
        let noise = noise(&[1.0, 2.0, 2.0, 5.0]);
        for (p, expected) in
            [(0.0, 1.0), (0.25, 1.0), (0.2500001, 2.0), (0.5, 2.0), (0.75, 2.0), (0.7500001, 5.0), (1.0, 5.0)]
        {
            assert_eq!(noise.quantile(p), expected, "p = {p}");
        }
    }

    #[test]
    fn quantile_inverts_cdf_exactly_for_every_count() {
        for count in 1..200_usize {
            let values: Vec<f64> = (0..count).map(|i| i as f64).collect();
            let noise = noise(&values);
            for &value in &values {
                assert_eq!(noise.quantile(noise.cdf(value)), value, "{count} values");
            }
        }
    }

    #[test]
    fn moments_and_median_are_those_of_the_values() {
        // numpy 2: np.mean, np.var (1/n) and np.median of [1, 2, 2, 5] are 2.5, 2.25 and 2.
        let even = noise(&[5.0, 2.0, 1.0, 2.0]);
        assert_eq!((even.mean(), even.median()), (2.5, 2.0));
        assert_close(even.variance(), 2.25, 1e-15);
        assert_eq!(noise(&[1.0, 2.0]).median(), 1.5);
        assert_eq!(noise(&[1.0, 7.0, 100.0]).median(), 7.0);
        assert_eq!(noise(&[f64::MAX, f64::MAX]).median(), f64::MAX);
    }

    #[test]
    fn every_stored_value_is_drawn_equally_often() {
        let noise = noise(&[1.0, 2.0, 2.0, 5.0]);
        let mut draws = vec![0.0; 40_000];
        noise.sample_into(&mut generator(1), &mut draws);
        for (value, probability) in [(1.0, 0.25), (2.0, 0.5), (5.0, 0.25)] {
            let count = draws.iter().filter(|&&draw| draw == value).count() as f64;
            let expected = probability * draws.len() as f64;
            let deviation = (count - expected).abs() / (expected * (1.0 - probability)).sqrt();
            assert!(deviation < two_sided_z(ALPHA), "{value} drawn {count} times, z = {deviation}");
        }
    }

    #[test]
    fn empty_and_non_finite_values_are_refused() {
        assert!(matches!(EmpiricalDistribution::new(vec![]), Err(Error::Empty { .. })));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = EmpiricalDistribution::new(vec![0.0, bad]).unwrap_err();
            assert!(matches!(error, Error::NonFiniteValue { .. }), "{error}");
            assert!(error.to_string().contains("position 1"), "{error}");
        }
    }
}
