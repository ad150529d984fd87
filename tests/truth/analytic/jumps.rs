//! Fourier inversion of noises whose density jumps, of scales far apart: every figure within the error that is stated.

use super::fourier::{Sum, upper};
use etiology::NoiseDistribution;

/// What rounding leaves of the truths below.
const ROUNDING: f64 = 1e-9;

/// w·r + n with exponential r and n of mean 1.
struct TwoExponentials {
    w: f64,
    observed: [f64; 2],
}

impl TwoExponentials {
    fn sum(&self) -> Sum {
        let noises =
            vec![NoiseDistribution::exponential(self.w).unwrap(), NoiseDistribution::exponential(1.0).unwrap()];
        Sum { noises, observed: vec![self.w * self.observed[0], self.observed[1]] }
    }

    fn survival(&self, free: &[usize], x: f64) -> f64 {
        match free {
            [0] => (-x / self.w).exp(),
            [1] => (-x).exp(),
            _ => ((-x).exp() - self.w * (-x / self.w).exp()) / (1.0 - self.w),
        }
    }

    /// The share of figures beyond the error stated is 0, and no error is large.
    fn check(&self, floor: f64) {
        let survival = |free: &[usize], x: f64| self.survival(free, x);
        check_sum(&self.sum(), floor, survival, &format!("w = {}, observed {:?}", self.w, self.observed));
    }
}

fn check_sum(sum: &Sum, floor: f64, survival: impl Fn(&[usize], f64) -> f64 + Sync, case: &str) {
    let truth = sum.truth(floor, survival);
    let attribution = sum.attribute(&upper(floor));
    assert_eq!(attribution.samples, None, "{case}, floor {floor}");
    for (node, exact) in &truth {
        let found = attribution.contribution(node).unwrap();
        assert!(found.std_error < 0.02, "{case}, floor {floor}: {found:?}");
        let missed = (found.value - exact).abs();
        assert!(missed <= found.std_error + ROUNDING, "{case}, floor {floor}: {found:?}, but the truth is {exact}");
    }
    let score: f64 = truth.iter().map(|(_, value)| value).sum();
    let missed = (attribution.score.value - score).abs();
    assert!(
        missed <= attribution.score.std_error + ROUNDING,
        "{case}, floor {floor}: {:?}, not {score}",
        attribution.score
    );
}

#[test]
fn a_small_exponential_noise_beside_a_large_one_does_not_make_the_event_likelier() {
    // The two truncations of the series agreed here by accident, on 8.8549.
    let case = TwoExponentials { w: 0.004_395_4, observed: [8.0, 12.0] };
    case.check(1e-4);
    let score = case.sum().attribute(&upper(1e-4)).score;
    assert!((score.value - 9.1526).abs() < 1e-4, "{score:?}");
}

#[test]
fn an_event_above_the_floor_is_not_called_saturated() {
    let case = TwoExponentials { w: 0.0843, observed: [8.062, 12.455] };
    case.check(1e-4);
    let score = case.sum().attribute(&upper(1e-6)).score;
    assert!(!score.saturated, "{score:?}");
    // P = 2.16e-6
    assert!((score.value + (2.16e-6_f64 + 1e-6).ln()).abs() < 2e-3, "{score:?}");
}

#[test]
fn exponential_noises_of_any_scales_are_within_the_error_stated() {
    for power in 0..12 {
        let w = 0.7 * 10_f64.powf(-0.5 * f64::from(power));
        for observed in [[8.0, 12.0], [0.5, 3.0], [6.0, 0.01], [0.02, 1e-4], [15.0, 2.0], [1e-3, 18.0]] {
            for floor in [1e-3, 1e-6, 1e-9] {
                TwoExponentials { w, observed }.check(floor);
            }
        }
    }
}

#[test]
fn normal_and_exponential_noises_of_any_scales_are_within_the_error_stated() {
    let normal = NoiseDistribution::normal(0.0, 1.0).unwrap();
    for power in -2..10 {
        let sigma = 10_f64.powf(-0.5 * f64::from(power));
        let noises = vec![NoiseDistribution::normal(0.0, sigma).unwrap(), NoiseDistribution::exponential(1.0).unwrap()];
        let survival = |free: &[usize], x: f64| match free {
            [0] => normal.survival(x / sigma),
            [1] => (-x.max(0.0)).exp(),
            // Of an exponentially modified normal variable.
            _ => normal.survival(x / sigma) + (0.5 * sigma * sigma - x + normal.log_cdf(x / sigma - sigma)).exp(),
        };
        for z in [[3.0, 0.3], [-1.0, 9.0], [5.0, 2.0], [-2.0, 0.001]] {
            let sum = Sum { noises: noises.clone(), observed: vec![sigma * z[0], z[1]] };
            for floor in [1e-3, 1e-6] {
                check_sum(&sum, floor, survival, &format!("sigma = {sigma}, {z:?}"));
            }
        }
    }
}

#[test]
fn narrow_uniform_noises_at_the_jump_of_an_exponential_one_are_within_the_error_stated() {
    for power in 0..9 {
        let width = 10_f64.powf(-0.75 * f64::from(power));
        let noises =
            vec![NoiseDistribution::uniform(0.0, width).unwrap(), NoiseDistribution::exponential(1.0).unwrap()];
        // ∫ min(1, e^(−(x − u))) du/width over (0, width)
        let both = |x: f64| {
            let certain = (width - x).clamp(0.0, width);
            let upto = width - certain;
            (certain + (-x).exp() * upto.exp_m1()) / width
        };
        let survival = |free: &[usize], x: f64| match free {
            [0] => (1.0 - x / width).clamp(0.0, 1.0),
            [1] => (-x.max(0.0)).exp(),
            _ => both(x),
        };
        for (share, n) in [(0.3, 1e-7), (0.99, 4.0), (0.5, 0.2 * width), (0.999, 11.0)] {
            let sum = Sum { noises: noises.clone(), observed: vec![share * width, n] };
            check_sum(&sum, 1e-4, survival, &format!("width = {width}, {share}, {n}"));
        }
    }
}
