//! Functionals of normal distributions, in closed form.

use std::f64::consts::{LN_2, PI, SQRT_2};

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::erf::erf;

use super::functional::Functional;

/// How many standard deviations an integral over a normal density reaches.
const REACH: f64 = 10.0;
/// Steps of such an integral for each standard deviation of the narrower density. The trapezoidal rule's error falls exponentially with them.
const STEPS: f64 = 12.0;
/// Most steps to either side.
const MOST_STEPS: f64 = 100_000.0;

/// A normal distribution, or a constant where nothing varies. Means are counted from that of the old model, which loses no digits where
/// the target is far from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NormalLaw {
    pub(super) mean: f64,
    pub(super) std_dev: f64,
}

impl Functional {
    /// The functional of a normal distribution, or its divergence from the `old` one, counted from `origin`: less the origin where it is a
    /// place. Nothing for a closure.
    pub(super) fn of_normal(&self, old: NormalLaw, law: NormalLaw, origin: f64) -> Option<f64> {
        let NormalLaw { mean, std_dev } = law;
        Some(match *self {
            Self::Mean => mean,
            Self::Variance => std_dev * std_dev,
            Self::Quantile(p) => mean + std_dev * Normal::standard().inverse_cdf(p),
            Self::AboveThreshold(threshold) => law.survival(threshold - origin),
            Self::KullbackLeibler => kullback_leibler(old, law),
            Self::JensenShannon => jensen_shannon(old, law),
            Self::Wasserstein => wasserstein(old, law),
            Self::Custom(_) => return None,
        })
    }
}

impl NormalLaw {
    /// P{X > x}
    fn survival(self, x: f64) -> f64 {
        if self.std_dev == 0.0 {
            f64::from(self.mean > x)
        } else {
            Normal::standard().sf((x - self.mean) / self.std_dev)
        }
    }
}

/// ½ (ln(v/v₀) + (v₀ + (m₀ − m)²)/v − 1), infinite where one of the two is constant and the other is not the same.
fn kullback_leibler(old: NormalLaw, law: NormalLaw) -> f64 {
    if old.std_dev == 0.0 || law.std_dev == 0.0 {
        return if old == law { 0.0 } else { f64::INFINITY };
    }
    let (ratio, shift) = (old.std_dev / law.std_dev, (old.mean - law.mean) / law.std_dev);
    // ratio² − 1 − ln ratio², without cancellation where both are alike.
    let excess = ratio * ratio - 1.0;
    0.5 * (excess - excess.ln_1p() + shift * shift)
}

/// |a + bZ| on average, with the means' and the standard deviations' differences a and b: the quantiles of both are a + bz apart.
fn wasserstein(old: NormalLaw, law: NormalLaw) -> f64 {
    let (shift, spread) = (law.mean - old.mean, (law.std_dev - old.std_dev).abs());
    if spread == 0.0 {
        return shift.abs();
    }
    let z = shift / spread;
    spread * (2.0 / PI).sqrt() * (-0.5 * z * z).exp() + shift * erf(z / SQRT_2)
}

fn jensen_shannon(old: NormalLaw, law: NormalLaw) -> f64 {
    if old == law {
        return 0.0;
    }
    if old.std_dev == 0.0 || law.std_dev == 0.0 {
        return LN_2;
    }
    0.5 * (to_mixture(old, law) + to_mixture(law, old))
}

/// KL(P ‖ (P + Q)/2) = E_P ln(2p/(p + q)), over the standardised P.
fn to_mixture(p: NormalLaw, q: NormalLaw) -> f64 {
    let (ratio, shift) = (p.std_dev / q.std_dev, (p.mean - q.mean) / q.std_dev);
    let steps = (REACH * STEPS * ratio.max(1.0)).min(MOST_STEPS).ceil();
    let step = REACH / steps;
    let term = |number: i64| {
        let z = step * number as f64;
        let y = shift + ratio * z;
        // ln q/p, of which both signs may be large.
        let log_ratio = ratio.ln() + 0.5 * (z * z - y * y);
        let log_mixture =
            if log_ratio > 0.0 { log_ratio + (-log_ratio).exp().ln_1p() } else { log_ratio.exp().ln_1p() };
        (-0.5 * z * z).exp() * (LN_2 - log_mixture)
    };
    let steps = steps as i64;
    (-steps..=steps).map(term).sum::<f64>() * step / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(mean: f64, std_dev: f64) -> NormalLaw {
        NormalLaw { mean, std_dev }
    }

    /// By a fine sum over both densities.
    fn integrated(old: NormalLaw, new: NormalLaw, term: impl Fn(f64, f64) -> f64) -> f64 {
        let density = |law: NormalLaw, x: f64| {
            (-0.5 * ((x - law.mean) / law.std_dev).powi(2)).exp() / law.std_dev / (2.0 * PI).sqrt()
        };
        let step = 1e-3;
        (-30_000..30_000).map(|at| f64::from(at) * step).map(|x| term(density(old, x), density(new, x)) * step).sum()
    }

    #[test]
    fn divergences_are_their_integrals() {
        let half = |p: f64, q: f64| if p > 0.0 { p * (2.0 * p / (p + q)).ln() } else { 0.0 };
        for (old, new) in
            [(law(0.0, 1.0), law(0.7, 1.0)), (law(0.3, 2.0), law(-1.0, 0.5)), (law(0.0, 1.0), law(4.0, 1.5))]
        {
            let kl = integrated(old, new, |p, q| if p > 0.0 && q > 0.0 { p * (p / q).ln() } else { 0.0 });
            assert!((Functional::KullbackLeibler.of_normal(old, new, 0.0).unwrap() - kl).abs() < 1e-7);
            let js = integrated(old, new, |p, q| 0.5 * (half(p, q) + half(q, p)));
            assert!((Functional::JensenShannon.of_normal(old, new, 0.0).unwrap() - js).abs() < 1e-9);
        }
    }

    #[test]
    fn the_way_between_two_is_the_mean_distance_of_quantiles() {
        let normal = Normal::standard();
        for (old, new) in
            [(law(0.0, 1.0), law(0.7, 1.0)), (law(0.3, 2.0), law(-1.0, 0.5)), (law(0.0, 1.0), law(0.1, 1.5))]
        {
            let count = 200_000;
            let z = |at: i32| normal.inverse_cdf((f64::from(at) + 0.5) / f64::from(count));
            let distance = |z: f64| (new.mean - old.mean + (new.std_dev - old.std_dev) * z).abs();
            let expected = (0..count).map(|at| distance(z(at))).sum::<f64>() / f64::from(count);
            let found = Functional::Wasserstein.of_normal(old, new, 0.0).unwrap();
            assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
        }
    }

    #[test]
    fn constants_are_the_same_or_infinitely_far() {
        let (one, other, normal) = (law(0.0, 0.0), law(1.0, 0.0), law(0.0, 1.0));
        let of = |functional: Functional, a, b| functional.of_normal(a, b, 0.0).unwrap();
        assert_eq!(of(Functional::KullbackLeibler, one, one), 0.0);
        assert_eq!(of(Functional::KullbackLeibler, one, other), f64::INFINITY);
        assert_eq!(of(Functional::KullbackLeibler, normal, one), f64::INFINITY);
        assert_eq!(of(Functional::JensenShannon, one, other), LN_2);
        assert_eq!(of(Functional::Wasserstein, one, other), 1.0);
        assert_eq!(of(Functional::AboveThreshold(0.5), one, other), 1.0);
    }
}
