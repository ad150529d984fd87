//! Which tails to model, and how far in they begin.

use super::pareto::{self, Estimate};
use crate::Result;
use crate::noise::check::invalid;
use crate::noise::families::FittedTail;
use crate::numeric::moments;
use serde::{Deserialize, Serialize};

/// The fewest excesses that make a tail.
const FEWEST_FOR_A_TAIL: usize = 10;
/// The fewest excesses that a shape is estimated from.
const FEWEST_FOR_A_SHAPE: usize = 30;
/// The largest share of the values that lies in one tail, as one in so many.
const LARGEST_SHARE: usize = 4;
/// How much more likely, in nats, a generalised Pareto tail must make all excesses than an exponential one: what
/// Akaike's criterion asks of one more parameter.
const NATS_FOR_A_SHAPE: f64 = 1.0;
/// A value that more than one in so many rows share with the smallest (or largest) is an edge, not a place in a tail.
const EDGE_SHARE: usize = 100;
/// The fewest equal values that make an edge.
const FEWEST_AT_AN_EDGE: usize = 3;
/// The probability that a tail may leave beyond 0 where all values lie on one side of it.
const NEGLIGIBLE_BEYOND_ZERO: f64 = 1e-9;

/// How one tail of a [`TailedDistribution`](crate::noise::TailedDistribution) is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Tail {
    /// No tail: no value beyond the data is possible, as in an empirical distribution.
    None,
    /// An exponential tail: the scale is the mean excess over the threshold.
    Exponential,
    /// A generalised Pareto tail with a shape from 0 to 0.45, both by maximum likelihood; exponential where there are fewer than
    /// 30 excesses.
    #[doc(alias = "GPD")]
    GeneralisedPareto,
    /// A generalised Pareto tail where that makes the excesses more likely than an exponential tail by more than 1 nat
    /// (Akaike's criterion), else exponential. None where the data have a natural edge on this side: where 1 % of the
    /// values, and 3, equal the outermost one, or where no value is negative (or none positive) and the tail would leave
    /// more than 1e-9 of probability beyond 0. A latency has no lower tail below 0 unless it is asked for.
    #[default]
    Automatic,
}

/// The tails that [`NoiseFamily::Tailed`](crate::NoiseFamily::Tailed) fits.
///
/// ```
/// use etiology::NoiseFamily;
/// use etiology::noise::{Tail, TailConfig};
///
/// let values: Vec<f64> = (1..1000).map(|i| -(f64::from(i) / 1000.0).ln()).collect();
/// let upper_only = TailConfig::default().with_lower(Tail::None).with_upper(Tail::Exponential);
/// let noise = NoiseFamily::Tailed(upper_only).fit(&values, "the noise of node `db`")?;
/// assert!((noise.log_survival(1000.0) + 1000.0).abs() < 50.0);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TailConfig {
    /// The tail below the data. Default: [`Tail::Automatic`].
    pub lower: Tail,
    /// The tail above the data. Default: [`Tail::Automatic`].
    pub upper: Tail,
    /// The share of the values in each modelled tail, above 0 and at most ¼. Default: 0.1, the rule of W. H. DuMouchel
    /// (Annals of Statistics 11, 1983). At least 10 values, if that is no more than a quarter of them; so there are no
    /// tails with fewer than 40 rows, nor where ties leave fewer than 10 values beyond any threshold.
    pub fraction: f64,
}

impl Default for TailConfig {
    fn default() -> Self {
        Self { lower: Tail::Automatic, upper: Tail::Automatic, fraction: 0.1 }
    }
}

impl TailConfig {
    /// Sets the tail below the data.
    #[must_use]
    pub fn with_lower(self, lower: Tail) -> Self {
        Self { lower, ..self }
    }

    /// Sets the tail above the data.
    #[must_use]
    pub fn with_upper(self, upper: Tail) -> Self {
        Self { upper, ..self }
    }

    /// Sets the share of the values in each modelled tail.
    #[must_use]
    pub fn with_fraction(self, fraction: f64) -> Self {
        Self { fraction, ..self }
    }

    /// The lower and the upper tail of ascending values.
    pub(super) fn fit(&self, ascending: &[f64]) -> Result<[Option<FittedTail>; 2]> {
        if !(self.fraction > 0.0 && self.fraction <= 1.0 / LARGEST_SHARE as f64) {
            return Err(invalid("the share of the values in a tail", "above 0 and at most 1/4", self.fraction));
        }
        let mirrored: Vec<f64> = ascending.iter().rev().map(|value| -value).collect();
        Ok([self.fit_upper(&mirrored, self.lower)?, self.fit_upper(ascending, self.upper)?])
    }

    fn fit_upper(&self, ascending: &[f64], tail: Tail) -> Result<Option<FittedTail>> {
        let asked = (self.fraction * ascending.len() as f64).ceil() as usize;
        let automatic = tail == Tail::Automatic;
        if tail == Tail::None || automatic && has_edge(ascending) {
            return Ok(None);
        }
        let Some(exceedances) = exceedances(ascending, asked.max(FEWEST_FOR_A_TAIL)) else { return Ok(None) };
        let (body, beyond) = ascending.split_at(ascending.len() - exceedances);
        let threshold = body.last().copied().unwrap_or_default();
        let excesses: Vec<f64> = beyond.iter().map(|value| value - threshold).collect();
        let estimate = estimate(&excesses, tail);
        let fitted = FittedTail::new(exceedances, estimate.scale, estimate.shape)?;
        let share = exceedances as f64 / ascending.len() as f64;
        let one_sided = ascending.last().is_some_and(|&largest| largest <= 0.0);
        let crosses_zero = one_sided && share * fitted.survival(-threshold) > NEGLIGIBLE_BEYOND_ZERO;
        Ok((!(automatic && crosses_zero)).then_some(fitted))
    }
}

fn estimate(excesses: &[f64], tail: Tail) -> Estimate {
    let mean = moments::mean(excesses);
    let exponential = pareto::exponential(mean);
    if tail == Tail::Exponential || excesses.len() < FEWEST_FOR_A_SHAPE {
        return exponential;
    }
    let pareto = pareto::generalised_pareto(excesses, mean);
    let gained = excesses.len() as f64 * (pareto.mean_log_likelihood - exponential.mean_log_likelihood);
    if tail == Tail::GeneralisedPareto || gained > NATS_FOR_A_SHAPE { pareto } else { exponential }
}

/// Whether too many values equal the largest one.
fn has_edge(ascending: &[f64]) -> bool {
    let Some(&largest) = ascending.last() else { return true };
    let at_edge = ascending.len() - ascending.partition_point(|&value| value < largest);
    at_edge >= FEWEST_AT_AN_EDGE && at_edge * EDGE_SHARE >= ascending.len()
}

/// How many values to model: those above a threshold that leaves no more than asked for; or, where ties leave too few,
/// those from that value on.
fn exceedances(ascending: &[f64], asked: usize) -> Option<usize> {
    let count = ascending.len();
    let most = count / LARGEST_SHARE;
    let &threshold = ascending.get(count.checked_sub(asked + 1)?).filter(|_| asked <= most)?;
    let above = count - ascending.partition_point(|&value| value <= threshold);
    let from = count - ascending.partition_point(|&value| value < threshold);
    let enough = if above < FEWEST_FOR_A_TAIL { from } else { above };
    (enough <= most).then_some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::NoiseDistribution;
    use crate::noise::testing::draws;

    fn tails(values: &[f64], config: TailConfig) -> [Option<FittedTail>; 2] {
        let mut ascending = values.to_vec();
        ascending.sort_by(f64::total_cmp);
        config.fit(&ascending).unwrap()
    }

    fn upper(values: &[f64], tail: Tail) -> Option<FittedTail> {
        tails(values, TailConfig::default().with_upper(tail))[1]
    }

    #[test]
    fn a_tenth_of_many_rows_and_ten_of_few() {
        for (rows, expected) in
            [(39, None), (40, Some(10)), (99, Some(10)), (100, Some(10)), (300, Some(30)), (5_000, Some(500))]
        {
            let values = draws(&NoiseDistribution::normal(0.0, 1.0).unwrap(), rows, 1);
            for tail in tails(&values, TailConfig::default()) {
                assert_eq!(tail.map(|tail| tail.exceedances()), expected, "{rows} rows");
            }
        }
    }

    #[test]
    fn few_excesses_give_no_shape() {
        let heavy = NoiseDistribution::log_normal(0.0, 2.0).unwrap();
        let few = upper(&draws(&heavy, 290, 2), Tail::GeneralisedPareto).unwrap();
        assert_eq!((few.exceedances(), few.shape()), (29, 0.0));
        let many = upper(&draws(&heavy, 300, 2), Tail::GeneralisedPareto).unwrap();
        assert!(many.exceedances() == 30 && many.shape() > 0.1);
    }

    #[test]
    fn the_shape_is_chosen_by_likelihood() {
        let exponential = draws(&NoiseDistribution::exponential(1.0).unwrap(), 5_000, 3);
        assert_eq!(upper(&exponential, Tail::Automatic).unwrap().shape(), 0.0);
        let normal = draws(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 5_000, 3);
        assert_eq!(upper(&normal, Tail::GeneralisedPareto).unwrap().shape(), 0.0);
        let heavy = draws(&NoiseDistribution::log_normal(0.0, 1.5).unwrap(), 5_000, 3);
        let automatic = upper(&heavy, Tail::Automatic).unwrap();
        assert!(automatic.shape() > 0.2, "{automatic:?}");
        assert_eq!(upper(&heavy, Tail::GeneralisedPareto), Some(automatic));
        assert_eq!(upper(&heavy, Tail::Exponential).unwrap().shape(), 0.0);
        assert_eq!(upper(&heavy, Tail::None), None);
    }

    #[test]
    fn a_known_pareto_tail_is_recovered() {
        // Of shape 0.25 from 1 on: by inversion of evenly spaced probabilities.
        let value = |place: u32| (f64::from(place) / 20_001.0).powf(-0.25);
        let values: Vec<f64> = (1..=20_000).map(value).collect();
        let found = upper(&values, Tail::Automatic).unwrap();
        // The excesses over u of such a tail have the scale shape · u.
        let expected_scale = 0.25 * 0.1_f64.powf(-0.25);
        assert!((found.shape() - 0.25).abs() < 0.01, "{found:?}");
        assert!((found.scale() / expected_scale - 1.0).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn natural_edges_get_no_automatic_tail() {
        let normal = draws(&NoiseDistribution::normal(5.0, 1.0).unwrap(), 1_000, 4);
        let [lower, above] = tails(&normal, TailConfig::default());
        // All are positive, and an exponential tail from 3.7 on leaves 1e-5 or so below 0.
        assert!(lower.is_none() && above.is_some());
        let far_from_zero: Vec<f64> = normal.iter().map(|value| value + 95.0).collect();
        assert!(tails(&far_from_zero, TailConfig::default()).iter().all(Option::is_some));
        let negative: Vec<f64> = normal.iter().map(|value| -value).collect();
        let [lower, above] = tails(&negative, TailConfig::default());
        assert!(lower.is_some() && above.is_none());
        let asked = TailConfig::default().with_lower(Tail::Exponential);
        assert!(tails(&normal, asked)[0].is_some());
        let censored: Vec<f64> = normal.iter().map(|value| value.min(6.5)).collect();
        assert_eq!(upper(&censored, Tail::Automatic), None);
        // Two equal values of a thousand are an accident.
        let mut repeated = far_from_zero;
        repeated.sort_by(f64::total_cmp);
        repeated[998] = repeated[999];
        assert!(upper(&repeated, Tail::Automatic).is_some());
    }

    #[test]
    fn thresholds_move_inwards_for_ties_and_no_further_than_a_quarter() {
        let mut values: Vec<f64> = (0..80).map(|i| f64::from(i) / 80.0).collect();
        values.extend([1.0; 8]);
        values.extend((2..=13).map(f64::from));
        // A tenth of 100 lie above 3.
        assert_eq!(upper(&values, Tail::Exponential).unwrap().exceedances(), 10);
        // Two thirds of the values are one, and the rest are too few above it.
        let mut ties = vec![0.0; 100];
        ties.extend([1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(upper(&ties, Tail::Exponential), None);
        ties.extend([1.5, 2.5, 3.5, 4.5, 5.5]);
        assert_eq!(upper(&ties, Tail::Exponential).unwrap().exceedances(), 10);
        let mut stepped: Vec<f64> = (0..90).map(|i| f64::from(i) / 90.0).collect();
        stepped.extend([2.0; 6]);
        stepped.extend([3.0, 4.0, 5.0, 6.0]);
        // Four above 2 are too few: the ties at 2 join them.
        assert_eq!(upper(&stepped, Tail::Exponential).unwrap().exceedances(), 10);
    }

    #[test]
    fn shares_outside_the_range_are_refused() {
        for fraction in [0.0, -0.1, 0.26, f64::NAN, f64::INFINITY] {
            let error = TailConfig::default().with_fraction(fraction).fit(&[1.0, 2.0]).unwrap_err();
            assert!(error.to_string().contains("share of the values in a tail"), "{error}");
        }
    }
}
