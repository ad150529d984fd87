//! Noise with modelled tails: the laws of probability.

use etiology::noise::{Tail, TailConfig};
use etiology::{NoiseDistribution, NoiseFamily};
use proptest::prelude::*;

use super::config;

/// Values with and without ties, in any unit, and how to model their tails.
fn tailed_cases() -> impl Strategy<Value = (Vec<f64>, TailConfig)> {
    let tail =
        prop_oneof![Just(Tail::None), Just(Tail::Exponential), Just(Tail::GeneralisedPareto), Just(Tail::Automatic)];
    let value =
        prop_oneof![4 => -1.0..1.0_f64, 1 => (-3..3_i32).prop_map(f64::from), 1 => (0.0..8.0_f64).prop_map(f64::exp)];
    let values = prop::collection::vec(value, 1..400);
    (values, tail.clone(), tail, 0.01..0.25_f64, -20..20_i32, any::<bool>()).prop_map(
        |(values, lower, upper, fraction, exponent, negated)| {
            let unit = if negated { -10_f64.powi(exponent) } else { 10_f64.powi(exponent) };
            let values = values.into_iter().map(|value| value * unit).collect();
            (values, TailConfig::default().with_lower(lower).with_upper(upper).with_fraction(fraction))
        },
    )
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn tailed_noise_keeps_the_laws_of_probability((values, tails) in tailed_cases()) {
        let noise = NoiseFamily::Tailed(tails).fit(&values, "the values").unwrap();
        let NoiseDistribution::Tailed(parts) = &noise else { panic!("not tailed") };
        let (low, high) = (parts.lower_threshold(), parts.upper_threshold());
        prop_assert!(low <= high && noise.mean().is_finite() && noise.variance() >= 0.0, "{}", noise);
        prop_assert_eq!(noise.quantile(0.0).unwrap().is_infinite(), parts.lower_tail().is_some());
        prop_assert_eq!(noise.quantile(1.0).unwrap().is_infinite(), parts.upper_tail().is_some());
        let spread = noise.variance().sqrt();
        let steps = (-40..=40).map(|step| high.midpoint(low) + f64::from(step) * 0.2 * spread);
        let mut places: Vec<f64> = values.iter().copied().chain(steps).chain([low, high]).collect();
        places.sort_by(f64::total_cmp);
        for pair in places.windows(2) {
            prop_assert!(noise.cdf(pair[0]) <= noise.cdf(pair[1]), "{} at {:?}", noise, pair);
            prop_assert!(noise.survival(pair[0]) >= noise.survival(pair[1]), "{} at {:?}", noise, pair);
        }
        for &x in &places {
            // Both sides share the atom at x, and nothing else.
            let in_body = low <= x && x <= high;
            let atoms = if in_body { values.iter().filter(|&&value| value == x).count() } else { 0 };
            let expected = 1.0 + atoms as f64 / values.len() as f64;
            prop_assert!((noise.cdf(x) + noise.survival(x) - expected).abs() < 1e-13, "{} at {}", noise, x);
            prop_assert!((noise.log_cdf(x).exp() - noise.cdf(x)).abs() < 1e-13, "{} at {}", noise, x);
            prop_assert!((noise.log_survival(x).exp() - noise.survival(x)).abs() < 1e-13, "{} at {}", noise, x);
            // The quantile of its own probability is never above x, and is x in a tail. Near 1 rounding moves it.
            let room = 1e-9 * spread * (1.0 + 1e-4 / noise.survival(x));
            let again = noise.quantile(noise.cdf(x)).unwrap();
            let resolved = noise.cdf(x) > 1e-300 && noise.survival(x) > 1e-12;
            prop_assert!(!resolved || again <= x + room, "{} at {}: {}", noise, x, again);
            let exact = x < low && parts.lower_tail().is_some() || x > high && noise.survival(x) > 1e-4;
            if resolved && exact {
                prop_assert!((again - x).abs() <= 1e-9 * (x - low).abs().max(spread), "{} at {}: {}", noise, x, again);
            }
        }
        let json = serde_json::to_string(&noise).unwrap();
        prop_assert_eq!(&serde_json::from_str::<NoiseDistribution>(&json).unwrap(), &noise);
    }
}
