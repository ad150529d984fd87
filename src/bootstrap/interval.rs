//! From resampled estimates to an interval.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::config::{BootstrapConfig, BootstrapMethod};
use super::result::BootstrapInterval;

/// With more rows, their number widens an interval by less than two in a thousand.
const MOST_FEW_ROWS: usize = 1_000;

/// A figure of an attribution with the standard error of its computation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    pub(super) std_error: f64,
}

/// What is known of one figure.
pub(super) struct Estimates {
    /// With all the effort that was asked for.
    pub(super) estimate: Figure,
    /// The figures of the rows as they are, with the effort and the seed of the resamples: what those are compared with.
    pub(super) like_resamples: Figure,
    pub(super) resampled: Vec<f64>,
    /// Without each group of rows, for every data set; none where the method has no use for them.
    pub(super) without_groups: Vec<Vec<f64>>,
    /// With more rows that are as extreme as the event, one for each node where few are.
    pub(super) with_more_rows: Vec<f64>,
    /// How many rows were resampled.
    pub(super) rows: usize,
}

impl Estimates {
    /// The interval: how far the resamples lie from what they are compared with, seen from the estimate, and beside that
    /// the error of the computation.
    ///
    /// Resamples share their random numbers, so most of their sampling error is the same in all of them, and is not seen in
    /// their spread. It must not be taken for what another sample of rows would have changed, or for bias.
    pub(super) fn interval(mut self, config: &BootstrapConfig) -> BootstrapInterval {
        self.resampled.sort_unstable_by(f64::total_cmp);
        let tail = config.tail();
        let (low, high) = match config.method {
            // From the smallest to the largest, as so few tell neither bias nor skewness.
            _ if self.resampled.len() < config.fewest_for_level() => (0.0, 1.0),
            BootstrapMethod::Percentile => (tail, 1.0 - tail),
            BootstrapMethod::BiasCorrected => self.corrected(tail),
        };
        let (estimate, error) = (self.estimate.value, self.computation_error());
        let (beside, widened) = (-Normal::standard().inverse_cdf(tail) * error, widened_for_few(self.rows, tail));
        // Never on the wrong side of the estimate: an interval holds what it is about.
        let reach = |distance: f64, unseen: f64| (widened * distance.max(0.0)).hypot(beside).hypot(unseen);
        let from_base = |probability: f64| quantile(&self.resampled, probability) - self.like_resamples.value;
        BootstrapInterval {
            estimate,
            lower: estimate - reach(-from_base(low), self.unseen(-1.0)),
            upper: estimate + reach(from_base(high), self.unseen(1.0)),
            std_error: deviation(&self.resampled).hypot(error),
        }
    }

    /// How far up (1) or down (−1) the figure may be for what lies beyond the rows: of each node by itself, hence the root of
    /// the sum of squares.
    fn unseen(&self, towards: f64) -> f64 {
        let base = self.like_resamples.value;
        let distances = self.with_more_rows.iter().map(|value| (towards * (value - base)).max(0.0));
        distances.fold(0.0, f64::hypot)
    }

    /// The standard error of where the interval lies, beside the choice of rows.
    ///
    /// Where the estimate was computed as the resamples were, it is their common error. Otherwise both have one, and what they
    /// are compared with has one; and the error is at least the difference that is seen.
    fn computation_error(&self) -> f64 {
        let (estimate, like_resamples) = (self.estimate, self.like_resamples);
        if estimate.value == like_resamples.value {
            return estimate.std_error;
        }
        let stated = estimate.std_error.hypot(self.error_of_comparison());
        stated.max((estimate.value - like_resamples.value).abs())
    }

    /// The standard error of the difference between resamples and what they are compared with: at most that of two banks
    /// that have nothing in common.
    fn error_of_comparison(&self) -> f64 {
        2.0_f64.sqrt() * self.like_resamples.std_error
    }

    /// The probabilities of the two quantiles (Efron 1987, equation 2.3).
    fn corrected(&self, tail: f64) -> (f64, f64) {
        let (normal, count) = (Normal::standard(), self.resampled.len() as f64);
        let share = self.share_below().clamp(1.0 / (count + 1.0), count / (count + 1.0));
        let (bias, acceleration) = (normal.inverse_cdf(share), self.acceleration());
        let probability = |tail: f64| {
            let shifted = bias + normal.inverse_cdf(tail);
            let slowed = 1.0 - acceleration * shifted;
            // Beyond its pole the correction has no meaning.
            if slowed > 0.0 { normal.cdf(bias + shifted / slowed) } else { tail }
        };
        (probability(tail), probability(1.0 - tail))
    }

    /// The share of resamples below what they are compared with, ties counted half. A resample above or below by no more than
    /// the error of the comparison is partly both: else a shift that all have in common, which is nothing but sampling error,
    /// would be taken for bias, and the interval would shrink to the outermost resamples.
    fn share_below(&self) -> f64 {
        let (base, error) = (self.like_resamples.value, self.error_of_comparison());
        let below = |value: f64| match error > 0.0 {
            true => Normal::standard().cdf((base - value) / error),
            false => f64::from(u8::from(value < base) + u8::from(value <= base)) / 2.0,
        };
        self.resampled.iter().map(|&value| below(value)).sum::<f64>() / self.resampled.len() as f64
    }

    /// A sixth of the skewness of what each group of rows does to the estimate (Efron 1987, equation 6.6). Those of several data
    /// sets, each counted from its own mean, add up (Davison and Hinkley, *Bootstrap Methods and their Application*, 1997,
    /// section 5.4).
    ///
    /// Where groups vary by more than resamples do, that is by sampling error, which has no skewness to correct for.
    fn acceleration(&self) -> f64 {
        let moment = |groups: &[f64], power: i32| {
            let mean = groups.iter().sum::<f64>() / groups.len() as f64;
            groups.iter().map(|value| (mean - value).powi(power)).sum::<f64>()
        };
        let sets = || self.without_groups.iter().filter(|groups| groups.len() > 1);
        let squares: f64 = sets().map(|groups| moment(groups, 2)).sum();
        if squares <= 0.0 || squares.is_nan() {
            return 0.0;
        }
        let cubes: f64 = sets().map(|groups| moment(groups, 3)).sum();
        let of_groups = |groups: &Vec<f64>| (groups.len() as f64 - 1.0) / groups.len() as f64 * moment(groups, 2);
        let genuine = (deviation(&self.resampled).powi(2) / sets().map(of_groups).sum::<f64>()).min(1.0);
        cubes / (6.0 * squares.powf(1.5)) * genuine.powf(1.5)
    }
}

/// By how much resamples of few rows lie closer together than samples of so many do: √(n/(n − 1)), as their variance is
/// divided by n, and the ratio of Student's quantile to the normal one, as they do not show how well they know it (Hesterberg,
/// "What Teachers Should Know About the Bootstrap", The American Statistician 69, 2015, section 3.3).
fn widened_for_few(rows: usize, tail: f64) -> f64 {
    if rows > MOST_FEW_ROWS {
        return 1.0;
    }
    let (count, others) = (rows as f64, rows.saturating_sub(1).max(1) as f64);
    let student = StudentsT::new(0.0, 1.0, others).map_or(1.0, |student| student.inverse_cdf(tail));
    (count / others).sqrt() * student / Normal::standard().inverse_cdf(tail)
}

/// The quantile at the place p·(n + 1), as a new value lies between two neighbours of n others with probability 1/(n + 1).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let last = sorted.len() - 1;
    let place = (probability * (sorted.len() as f64 + 1.0) - 1.0).clamp(0.0, last as f64);
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + place.fract() * (above - below)
}

fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform() -> Vec<f64> {
        (1..1000).map(|value| f64::from(value) / 1000.0).collect()
    }

    /// So many rows that their number makes no difference.
    const MANY: usize = MOST_FEW_ROWS + 1;

    fn exact(value: f64) -> Figure {
        Figure { value, std_error: 0.0 }
    }

    /// Without any error of sampling.
    fn interval(
        estimate: f64,
        resampled: Vec<f64>,
        without_groups: &[f64],
        config: &BootstrapConfig,
    ) -> BootstrapInterval {
        let (estimate, without_groups) = (exact(estimate), vec![without_groups.to_vec()]);
        Estimates {
            estimate,
            like_resamples: estimate,
            resampled,
            without_groups,
            with_more_rows: Vec::new(),
            rows: MANY,
        }
        .interval(config)
    }

    fn config(method: BootstrapMethod) -> BootstrapConfig {
        BootstrapConfig::default().with_method(method).with_level(0.9)
    }

    #[test]
    fn percentiles_are_those_of_the_resamples() {
        let interval = interval(0.5, uniform(), &[], &config(BootstrapMethod::Percentile));
        assert!((interval.lower - 0.05).abs() < 1e-12 && (interval.upper - 0.95).abs() < 1e-12, "{interval:?}");
        assert!((interval.std_error - (1.0 / 12.0_f64).sqrt()).abs() < 1e-3);
    }

    #[test]
    fn without_bias_and_skewness_the_correction_does_nothing() {
        let interval = interval(0.5, uniform(), &[0.0, 0.5, 1.0], &config(BootstrapMethod::BiasCorrected));
        assert!((interval.lower - 0.05).abs() < 1e-9 && (interval.upper - 0.95).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn the_correction_is_that_of_the_formula() {
        let estimate = exact(0.6005);
        // Their variance by the jackknife is below that of the resamples, so that their skewness counts in full.
        let without_groups = vec![vec![0.0, 0.0, 0.0, 0.1]];
        let estimates = Estimates {
            estimate,
            like_resamples: estimate,
            resampled: uniform(),
            without_groups,
            with_more_rows: Vec::new(),
            rows: MANY,
        };
        // The deviations from the mean are 0.025 three times and −0.075.
        let (cubes, squares): (f64, f64) = (3.0 * 0.025_f64.powi(3) - 0.075_f64.powi(3), 0.0075);
        let acceleration = cubes / (6.0 * squares.powf(1.5));
        assert!((estimates.acceleration() - acceleration).abs() < 1e-12 && acceleration < -0.09);
        let normal = Normal::standard();
        let bias = normal.inverse_cdf(600.0 / 999.0);
        let by_hand = |z: f64| normal.cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
        let (low, high) = estimates.corrected(0.05);
        assert!((low - by_hand(-1.644_853_627)).abs() < 1e-9 && (high - by_hand(1.644_853_627)).abs() < 1e-9);
    }

    #[test]
    fn a_shift_that_all_resamples_have_in_common_is_not_taken_for_bias() {
        // The estimate is 1. With the resamples' effort it is 1.4 ± 0.3, and resamples lie around 2.2 with a standard deviation
        // of 0.1: all on one side.
        let normal = Normal::standard();
        let resampled: Vec<f64> =
            (1..200).map(|rank| 2.2 + 0.1 * normal.inverse_cdf(f64::from(rank) / 200.0)).collect();
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            let estimates = Estimates {
                estimate: Figure { value: 1.0, std_error: 0.01 },
                like_resamples: Figure { value: 1.4, std_error: 0.3 },
                resampled: resampled.clone(),
                without_groups: vec![vec![1.3, 1.5, 1.4, 1.4]],
                with_more_rows: Vec::new(),
                rows: MANY,
            };
            let interval = estimates.interval(&BootstrapConfig::default().with_method(method));
            // √(0.01² + 2 · 0.3²) = 0.4244, of which 1.96 stand below; and above what the resamples are off beside.
            assert!((interval.lower - (1.0 - 1.96 * 0.4244)).abs() < 1e-3, "{method:?}: {interval:?}");
            assert!(interval.upper > 1.0 + 0.8 && interval.upper < 1.0 + 1.5, "{method:?}: {interval:?}");
            assert!((interval.std_error - 0.1_f64.hypot(0.4244)).abs() < 2e-3, "{method:?}: {interval:?}");
        }
    }

    #[test]
    fn an_error_that_is_seen_counts_though_none_is_stated() {
        let estimates = Estimates {
            estimate: exact(3.0),
            like_resamples: exact(2.5),
            resampled: vec![2.5; 100],
            without_groups: vec![vec![2.5; 20]],
            with_more_rows: Vec::new(),
            rows: MANY,
        };
        let interval = estimates.interval(&BootstrapConfig::default());
        assert!(
            (interval.lower - (3.0 - 1.96 * 0.5)).abs() < 1e-3 && (interval.upper - (3.0 + 1.96 * 0.5)).abs() < 1e-3
        );
    }

    #[test]
    fn an_interval_holds_its_estimate() {
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            for offset in [-2.0, 2.0] {
                let resampled: Vec<f64> = uniform().iter().map(|value| value + offset).collect();
                let interval = interval(0.5, resampled, &[1.0, 2.0, 4.0], &config(method));
                assert!(interval.lower <= 0.5 && 0.5 <= interval.upper, "{method:?}: {interval:?}");
            }
        }
    }

    #[test]
    fn too_few_resamples_give_all_they_have() {
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            let config = BootstrapConfig::default().with_method(method);
            let resampled: Vec<f64> = (1..=10).map(f64::from).collect();
            // All of them above the estimate, which would correct the upper end down to the third.
            let interval = interval(0.5, resampled, &[1.0, 2.0, 4.0], &config);
            assert_eq!((interval.lower, interval.upper), (0.5, 10.0));
        }
    }

    #[test]
    fn a_figure_that_never_changes_has_an_interval_without_width() {
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            let interval = interval(0.0, vec![0.0; 50], &[0.0; 20], &config(method));
            assert_eq!((interval.lower, interval.upper, interval.std_error), (0.0, 0.0, 0.0));
        }
    }

    #[test]
    fn few_rows_make_the_interval_wider() {
        // Student's quantiles from a table: 3.182446, 2.262157 and 2.009575 against 1.959964.
        for (rows, expected) in [(4, 1.874_918), (10, 1.216_616), (50, 1.035_722), (1_001, 1.0)] {
            let found = widened_for_few(rows, 0.025);
            assert!((found - expected).abs() < 1e-5, "{rows}: {found} instead of {expected}");
        }
    }
}
