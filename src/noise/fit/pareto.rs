//! Maximum-likelihood estimates of a tail from its excesses.

use crate::noise::families::LARGEST_TAIL_SHAPE as LARGEST_SHAPE;

/// How many places of the profile likelihood are looked at before the best is refined: it may have two peaks.
const PLACES: i32 = 32;
/// The smallest place that is looked at, as a share of the largest.
const SMALLEST_PLACE: f64 = 1e-4;

/// An estimate of scale and shape, with the mean log likelihood of the excesses divided by their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) scale: f64,
    pub(super) shape: f64,
    pub(super) mean_log_likelihood: f64,
}

/// The exponential tail: its scale is the mean excess.
pub(super) fn exponential(mean: f64) -> Estimate {
    Estimate { scale: mean, shape: 0.0, mean_log_likelihood: -1.0 }
}

/// The generalised Pareto tail of shape between 0 and [`LARGEST_SHAPE`] under which the excesses, all above 0 and of
/// this mean, are most likely.
///
/// With θ = shape/scale, the likelihood is largest for shape(θ) = mean ln(1 + θy), which leaves one variable (S. D.
/// Grimshaw, "Computing maximum likelihood estimates for the generalized Pareto distribution", Technometrics 35,
/// 1993): the mean log likelihood is ln(θ/shape(θ)) - shape(θ) - 1. Where it still rises at the largest shape, the
/// scale is estimated for that shape. Costs some 100 logarithms per excess.
pub(super) fn generalised_pareto(excesses: &[f64], mean: f64) -> Estimate {
    let units: Vec<f64> = excesses.iter().map(|excess| excess / mean).collect();
    let count = units.len() as f64;
    let shape_at = |theta: f64| units.iter().map(|unit| (theta * unit).ln_1p()).sum::<f64>() / count;
    let profile = |theta: f64| {
        let shape = shape_at(theta);
        (theta / shape).ln() - shape - 1.0
    };
    let largest = place_of_largest_shape(shape_at);
    let ratio = SMALLEST_PLACE.powf(1.0 / f64::from(PLACES - 1));
    let place = |number: i32| largest * ratio.powi(number);
    let best = (0..PLACES).max_by(|&a, &b| profile(place(a)).total_cmp(&profile(place(b)))).unwrap_or(0);
    let theta = peak(place(best + 1), place((best - 1).max(0)), profile);
    let shape = shape_at(theta).min(LARGEST_SHAPE);
    let inside = Estimate { scale: mean * shape / theta, shape, mean_log_likelihood: profile(theta) };
    [inside, of_largest_shape(&units, mean), exponential(mean)]
        .into_iter()
        .reduce(|a, b| if b.mean_log_likelihood > a.mean_log_likelihood { b } else { a })
        .unwrap_or(inside)
}

/// The θ at which shape(θ), which never decreases, is the largest shape.
fn place_of_largest_shape(shape_at: impl Fn(f64) -> f64) -> f64 {
    let mut high = 1.0;
    while shape_at(high) < LARGEST_SHAPE && high < 1e300 {
        high *= 2.0;
    }
    // By concavity, shape(θ) <= ln(1 + θ) for a mean of 1.
    bisect(LARGEST_SHAPE.exp_m1().min(high), high, |theta| shape_at(theta) < LARGEST_SHAPE)
}

/// The most likely scale for the largest shape: mean (1 + shape)·y/(scale + shape·y) = 1, whose left side falls with the
/// scale.
fn of_largest_shape(units: &[f64], mean: f64) -> Estimate {
    let (shape, count) = (LARGEST_SHAPE, units.len() as f64);
    let left = |scale: f64| units.iter().map(|unit| (1.0 + shape) * unit / (scale + shape * unit)).sum::<f64>() / count;
    let mut low = 1.0 + shape;
    while left(low) < 1.0 && low > 1e-300 {
        low *= 0.5;
    }
    let scale = bisect(low, 1.0 + shape, |scale| left(scale) > 1.0);
    let logarithms = units.iter().map(|unit| (shape * unit / scale).ln_1p()).sum::<f64>() / count;
    let mean_log_likelihood = -scale.ln() - (1.0 + 1.0 / shape) * logarithms;
    Estimate { scale: mean * scale, shape, mean_log_likelihood }
}

/// The place between `low` and `high`, both above 0, at which a condition that holds at `low` ceases to hold.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The place of the largest value between `low` and `high`, both above 0, by golden sections of their logarithms.
fn peak(low: f64, high: f64, value: impl Fn(f64) -> f64) -> f64 {
    const SECTION: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low.ln(), high.ln());
    let (mut a, mut b) = (high - SECTION * (high - low), low + SECTION * (high - low));
    let (mut at_a, mut at_b) = (value(a.exp()), value(b.exp()));
    for _ in 0..40 {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - SECTION * (high - low);
            at_a = value(a.exp());
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + SECTION * (high - low);
            at_b = value(b.exp());
        }
    }
    f64::midpoint(low, high).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    /// scale · ((1 - p)^(-shape) - 1)/shape at evenly spaced p.
    fn quantiles(shape: f64, scale: f64, count: usize) -> Vec<f64> {
        let share = |place: usize| (place as f64 + 0.5) / count as f64;
        (0..count).map(|place| scale * ((1.0 - share(place)).powf(-shape) - 1.0) / shape).collect()
    }

    fn fit(excesses: &[f64]) -> Estimate {
        generalised_pareto(excesses, excesses.iter().sum::<f64>() / excesses.len() as f64)
    }

    #[test]
    fn estimates_agree_with_scipy() {
        // scipy 1.15.3: minimize(lambda t: -genpareto.logpdf(y, t[0], scale=exp(t[1])).sum(), [0.2, log(scale)],
        // method='Nelder-Mead', options=dict(xatol=1e-12, fatol=1e-12)) of scipy.optimize, y = quantiles(...).
        for (shape, scale, count, expected_shape, expected_scale) in [
            (0.1, 2.0, 400, 0.09490659712223831, 2.008277271821794),
            (0.25, 1.0, 100, 0.23338977583723042, 1.0122733101848207),
            (0.4, 5.0, 1_000, 0.3983777231592567, 5.0056855791087225),
        ] {
            let found = fit(&quantiles(shape, scale, count));
            assert_close(found.shape, expected_shape, 1e-6);
            assert_close(found.scale, expected_scale, 1e-6);
        }
    }

    #[test]
    fn no_neighbouring_parameters_are_more_likely() {
        for true_shape in [0.05, 0.2, 0.35, 0.6, 0.9] {
            let excesses = quantiles(true_shape, 3.0, 200);
            let found = fit(&excesses);
            let log_likelihood = |shape: f64, scale: f64| -> f64 {
                excesses.iter().map(|y| -scale.ln() - (1.0 + 1.0 / shape) * (shape * y / scale).ln_1p()).sum()
            };
            let best = log_likelihood(found.shape, found.scale);
            for (shape_factor, scale_factor) in [(1.01, 1.0), (0.99, 1.0), (1.0, 1.01), (1.0, 0.99), (1.01, 0.99)] {
                let shape = found.shape * shape_factor;
                let allowed = shape <= LARGEST_SHAPE;
                assert!(!allowed || log_likelihood(shape, found.scale * scale_factor) < best, "{true_shape}");
            }
        }
    }

    #[test]
    fn light_tails_are_exponential_and_heavy_ones_bounded() {
        let light: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((fit(&light).shape, fit(&light).scale), (0.0, 50.5));
        assert_eq!(fit(&quantiles(2.0, 1.0, 500)).shape, LARGEST_SHAPE);
        assert_eq!(fit(&[2.0; 12]).shape, 0.0);
    }

    #[test]
    fn extreme_units_change_nothing_but_the_scale() {
        let excesses = quantiles(0.3, 1.0, 100);
        let plain = fit(&excesses);
        for unit in [1e-250, 1e250] {
            let scaled: Vec<f64> = excesses.iter().map(|excess| excess * unit).collect();
            let found = fit(&scaled);
            assert_close(found.shape, plain.shape, 1e-6);
            assert_close(found.scale / unit, plain.scale, 1e-6);
        }
    }
}
