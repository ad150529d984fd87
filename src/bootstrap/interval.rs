//! From resampled estimates to an interval.

use statrs::distribution::{ContinuousCDF, Normal};

use super::config::{BootstrapConfig, BootstrapMethod};
use super::result::BootstrapInterval;

/// The interval of one figure, from its estimates in all resamples and, for the corrected method, without each group of
/// rows.
pub(super) fn interval(
    estimate: f64,
    mut resampled: Vec<f64>,
    without_groups: &[f64],
    config: &BootstrapConfig,
) -> BootstrapInterval {
    resampled.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - config.level) / 2.0;
    let (low, high) = match config.method {
        // From the smallest to the largest, as so few tell neither bias nor skewness.
        _ if resampled.len() < config.fewest_for_level() => (0.0, 1.0),
        BootstrapMethod::Percentile => (tail, 1.0 - tail),
        BootstrapMethod::BiasCorrected => corrected(estimate, &resampled, acceleration(without_groups), tail),
    };
    let (lower, upper) = (quantile(&resampled, low), quantile(&resampled, high));
    BootstrapInterval { estimate, lower, upper, std_error: deviation(&resampled) }
}

/// The probabilities of the two quantiles (Efron 1987, equation 2.3; ties count half).
fn corrected(estimate: f64, sorted: &[f64], acceleration: f64, tail: f64) -> (f64, f64) {
    let normal = Normal::standard();
    let count = sorted.len() as f64;
    let below = sorted.partition_point(|&value| value < estimate) as f64;
    let up_to = sorted.partition_point(|&value| value <= estimate) as f64;
    let share = f64::midpoint(below, up_to) / count;
    let bias = normal.inverse_cdf(share.clamp(1.0 / (count + 1.0), count / (count + 1.0)));
    let probability = |tail: f64| {
        let shifted = bias + normal.inverse_cdf(tail);
        let slowed = 1.0 - acceleration * shifted;
        // Beyond its pole the correction has no meaning.
        if slowed > 0.0 { normal.cdf(bias + shifted / slowed) } else { tail }
    };
    (probability(tail), probability(1.0 - tail))
}

/// A sixth of the skewness of what each group of rows does to the estimate (Efron 1987, equation 6.6).
fn acceleration(without_groups: &[f64]) -> f64 {
    let count = without_groups.len() as f64;
    let mean = without_groups.iter().sum::<f64>() / count;
    let moment = |power: i32| without_groups.iter().map(|value| (mean - value).powi(power)).sum::<f64>();
    let scale = moment(2).powf(1.5);
    if scale > 0.0 { moment(3) / (6.0 * scale) } else { 0.0 }
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

    #[test]
    fn percentiles_are_those_of_the_resamples() {
        let interval = interval(
            0.5,
            uniform(),
            &[],
            &BootstrapConfig::default().with_method(BootstrapMethod::Percentile).with_level(0.9),
        );
        assert!((interval.lower - 0.05).abs() < 1e-12 && (interval.upper - 0.95).abs() < 1e-12, "{interval:?}");
        assert!((interval.std_error - (1.0 / 12.0_f64).sqrt()).abs() < 1e-3);
    }

    #[test]
    fn without_bias_and_skewness_the_correction_does_nothing() {
        let config = BootstrapConfig::default().with_method(BootstrapMethod::BiasCorrected).with_level(0.9);
        let interval = interval(0.5, uniform(), &[1.0, 2.0, 3.0], &config);
        assert!((interval.lower - 0.05).abs() < 1e-9 && (interval.upper - 0.95).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn the_correction_is_that_of_the_formula() {
        // With z0 = Φ⁻¹(0.6006) = 0.2549: Φ(0.2549 − 1.3900/(1 + 0.05·1.3900)) and Φ(0.2549 + 1.8998/(1 − 0.05·1.8998)).
        let (low, high) = corrected(0.6005, &uniform(), 0.05, 0.05);
        let normal = Normal::standard();
        let bias = normal.inverse_cdf(600.0 / 999.0);
        let by_hand = |z: f64| normal.cdf(bias + (bias + z) / (1.0 - 0.05 * (bias + z)));
        assert!((low - by_hand(-1.644_853_627)).abs() < 1e-9 && (high - by_hand(1.644_853_627)).abs() < 1e-9);
        assert!((low - 0.1481).abs() < 5e-4 && (high - 0.9907).abs() < 5e-4, "{low} {high}");
    }

    #[test]
    fn too_few_resamples_give_all_they_have() {
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            let config = BootstrapConfig::default().with_method(method);
            let resampled: Vec<f64> = (1..=10).map(f64::from).collect();
            // All of them above the estimate, which would correct the upper end down to the third.
            let interval = interval(0.5, resampled, &[1.0, 2.0, 4.0], &config);
            assert_eq!((interval.lower, interval.upper), (1.0, 10.0));
        }
    }

    #[test]
    fn a_figure_that_never_changes_has_an_interval_without_width() {
        for method in [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected] {
            let config = BootstrapConfig::default().with_method(method);
            let interval = interval(0.0, vec![0.0; 50], &[0.0; 20], &config);
            assert_eq!((interval.lower, interval.upper, interval.std_error), (0.0, 0.0, 0.0));
        }
    }
}
