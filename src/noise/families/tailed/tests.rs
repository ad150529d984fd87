//! Tests of tailed noise.

use super::*;
use crate::noise::testing::{ALPHA, draws, generator, two_sided_z};
use crate::noise::{NoiseDistribution as Noise, NoiseFamily, Tail, TailConfig};
use crate::numeric::moments;
use crate::numeric::testing::assert_close;

const WHAT: &str = "the noise of node `db`";

fn tailed(values: &[f64], lower: Tail, upper: Tail) -> TailedDistribution {
    let config = TailConfig::default().with_lower(lower).with_upper(upper);
    let Noise::Tailed(noise) = NoiseFamily::Tailed(config).fit(values, WHAT).unwrap() else { panic!("not tailed") };
    noise
}

/// Normal and log-normal draws, and ones full of ties, each with several pairs of tails.
fn examples() -> Vec<TailedDistribution> {
    let normal = draws(&Noise::normal(3.0, 2.0).unwrap(), 1_000, 1);
    let heavy = draws(&Noise::log_normal(0.0, 1.2).unwrap(), 700, 2);
    let ties: Vec<f64> = normal.iter().map(|value| (2.0 * value).round() / 2.0).collect();
    let mut all = Vec::new();
    for values in [normal, heavy, ties] {
        for (lower, upper) in [
            (Tail::Exponential, Tail::GeneralisedPareto),
            (Tail::GeneralisedPareto, Tail::Exponential),
            (Tail::None, Tail::GeneralisedPareto),
            (Tail::Exponential, Tail::None),
            (Tail::None, Tail::None),
            (Tail::Automatic, Tail::Automatic),
        ] {
            all.push(tailed(&values, lower, upper));
        }
    }
    all.push(
        TailedDistribution::new(EmpiricalDistribution::new(vec![-1.0, 0.5, 2.0, 4.0]).unwrap(), None, None).unwrap(),
    );
    all.push(by_hand());
    all
}

/// 1 to 8, with two of them in either tail.
fn by_hand() -> TailedDistribution {
    let values = EmpiricalDistribution::new((1..=8).map(f64::from).collect()).unwrap();
    let lower = FittedTail::new(2, 0.5, 0.0).unwrap();
    let upper = FittedTail::new(2, 2.0, 0.25).unwrap();
    TailedDistribution::new(values, Some(lower), Some(upper)).unwrap()
}

/// Places in the body, at both thresholds and beside them, and in the tails.
fn places(noise: &TailedDistribution) -> Vec<f64> {
    let (low, high) = (noise.lower_threshold(), noise.upper_threshold());
    let beside = [low, high].into_iter().flat_map(|x| [x.next_down(), x, x.next_up()]);
    let away = (0..=60).flat_map(|step| {
        let distance = 1e-3 * 1.35_f64.powi(step);
        [low - distance, high + distance]
    });
    let mut all: Vec<f64> = beside.chain(away).chain(noise.observed().values().iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    all
}

#[test]
fn closed_forms_hold_in_body_and_tails() {
    let noise = by_hand();
    assert_eq!((noise.lower_threshold(), noise.upper_threshold()), (3.0, 6.0));
    for (x, cdf, survival) in [
        (2.0, 0.25 * (-2.0_f64).exp(), 1.0 - 0.25 * (-2.0_f64).exp()),
        (3.0, 0.375, 0.75),
        (4.5, 0.5, 0.5),
        (6.0, 0.75, 0.375),
        (8.0, 1.0 - 0.25 * 1.25_f64.powi(-4), 0.25 * 1.25_f64.powi(-4)),
        (14.0, 1.0 - 0.25 / 16.0, 0.25 / 16.0),
    ] {
        assert_close(noise.cdf(x), cdf, 1e-15);
        assert_close(noise.survival(x), survival, 1e-15);
        assert_close(noise.ln_cdf(x), cdf.ln(), 1e-13);
        assert_close(noise.ln_survival(x), survival.ln(), 1e-13);
    }
    for (p, expected) in
        [(0.25 * (-2.0_f64).exp(), 2.0), (0.25, 3.0), (0.5, 4.0), (0.75, 6.0), (1.0 - 0.25 / 16.0, 14.0)]
    {
        assert_close(noise.quantile(p), expected, 1e-14);
    }
    // Means: 3 - ½ below, 6 + 2/0.75 above. Variances: ¼, and 4/(0.75²·0.5).
    let mean = (2.0 * 2.5 + 3.0 + 4.0 + 5.0 + 6.0 + 2.0 * (6.0 + 2.0 / 0.75)) / 8.0;
    let square = |x: f64| (x - mean) * (x - mean);
    let body = square(3.0) + square(4.0) + square(5.0) + square(6.0);
    let tails = 2.0 * (square(2.5) + 0.25) + 2.0 * (square(6.0 + 2.0 / 0.75) + 4.0 / (0.5625 * 0.5));
    assert_close(noise.mean(), mean, 1e-15);
    assert_close(noise.variance(), (body + tails) / 8.0, 1e-14);
    assert_eq!(noise.median(), 4.5);
    assert_eq!(noise.largest_atom(), 0.125);
    assert_eq!((noise.quantile(0.0), noise.quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn tails_follow_generalised_pareto_out_to_where_no_probability_is_left() {
    let tail = FittedTail::new(1, 2.0, 0.3).unwrap();
    // scipy 1.15.3: scipy.stats.genpareto(0.3, scale=2).sf(y), .logsf(y), .mean(), .std().
    for (y, survival, ln_survival) in [
        (0.5, 0.7857875058209371, -0.24106887193208706),
        (10.0, 0.047155603182596935, -3.054302439580517),
        (1e6, 5.5763858801264176e-18, -39.727990799076125),
    ] {
        assert_close(tail.survival(y), survival, 1e-12);
        assert_close(tail.ln_survival(y), ln_survival, 1e-12);
    }
    assert_close(tail.mean(), 2.857142857142857, 1e-14);
    assert_close(tail.std_dev(), 4.517539514526256, 1e-14);
    let exponential = FittedTail::new(1, 2.0, 0.0).unwrap();
    assert_eq!(exponential.survival(10_000.0), 0.0);
    assert_eq!(exponential.ln_survival(10_000.0), -5_000.0);
    // A shape of almost nothing is almost exponential.
    assert_close(FittedTail::new(1, 2.0, 1e-12).unwrap().ln_survival(9.0), -4.5, 1e-11);
}

#[test]
fn both_sides_sum_to_one_and_the_atom_at_x() {
    for noise in examples() {
        for x in places(&noise) {
            let atoms = noise.body().iter().filter(|&&value| value == x).count();
            let expected = 1.0 + atoms as f64 / noise.observed().values().len() as f64;
            let total = noise.cdf(x) + noise.survival(x);
            assert!((total - expected).abs() < 1e-14, "{noise} at {x}: {total}");
        }
    }
}

#[test]
fn probabilities_never_turn_back() {
    for noise in examples() {
        let places = places(&noise);
        for pair in places.windows(2) {
            assert!(noise.cdf(pair[0]) <= noise.cdf(pair[1]), "{noise}: {pair:?}");
            assert!(noise.survival(pair[0]) >= noise.survival(pair[1]), "{noise}: {pair:?}");
            assert!(noise.ln_cdf(pair[0]) <= noise.ln_cdf(pair[1]) + 1e-15, "{noise}: {pair:?}");
            assert!(noise.ln_survival(pair[0]) >= noise.ln_survival(pair[1]) - 1e-15, "{noise}: {pair:?}");
        }
        for step in 0..2_000 {
            let [a, b] = [step, step + 1].map(|step| noise.quantile(f64::from(step) / 2_000.0));
            assert!(a <= b, "{noise} at {step}/2000");
        }
    }
}

#[test]
fn quantiles_invert_the_distribution_function() {
    for noise in examples() {
        for x in places(&noise) {
            let (p, rest) = (noise.cdf(x), noise.survival(x));
            let found = noise.quantile(p);
            let (low, high) = (noise.lower_threshold(), noise.upper_threshold());
            if x < low && noise.lower_tail().is_some() && p > 0.0 {
                assert_close(low - found, low - x, 1e-9 + 1e-15 * low.abs() / (low - x));
            } else if x > high && noise.upper_tail().is_some() {
                // Where the probability is close to 1, its own rounding moves x.
                let room = 1e-9 + 1e-15 * high.abs() / (x - high) + 1e-15 / rest;
                assert!(rest < 1e-12 || ((found - x) / (x - high)).abs() < room, "{noise} at {x}: {found}");
            } else if noise.body().contains(&x) {
                assert_eq!(found, x, "{noise}");
            }
        }
    }
}

#[test]
fn the_smallest_numbers_are_probabilities_too() {
    let noise = by_hand();
    for nats in [700.0, 708.0, 740.0] {
        // Down to 5e-324 and one digit of it.
        let x = noise.quantile(0.25 * f64::exp(-nats));
        assert!((x - (3.0 - 0.5 * nats)).abs() < 0.2, "{x} for {nats} nats");
    }
    assert!(noise.quantile(5e-324) > -400.0);
}

#[test]
fn the_join_at_a_threshold_is_continuous() {
    for noise in examples() {
        let (low, high) = (noise.lower_threshold(), noise.upper_threshold());
        let atom = |x: f64| {
            noise.body().iter().filter(|&&value| value == x).count() as f64 / noise.observed().values().len() as f64
        };
        if noise.upper_tail().is_some() {
            assert!((noise.cdf(high.next_up()) - noise.cdf(high)).abs() < 1e-12, "{noise}");
        }
        if noise.lower_tail().is_some() {
            assert!((noise.cdf(low) - atom(low) - noise.cdf(low.next_down())).abs() < 1e-12, "{noise}");
        }
    }
}

#[test]
fn samples_follow_the_distribution_function_and_the_moments() {
    let critical = (-(ALPHA / 2.0).ln() / 2.0).sqrt() / 20_000.0_f64.sqrt();
    for (seed, noise) in examples().into_iter().enumerate() {
        let mut sample = vec![0.0; 20_000];
        noise.sample_into(&mut generator(seed as u64), &mut sample);
        let z = (moments::mean(&sample) - noise.mean()) / (noise.variance() / 20_000.0).sqrt();
        assert!(z.abs() < two_sided_z(ALPHA), "{noise}: mean off by {z} standard errors");
        sample.sort_by(f64::total_cmp);
        for (rank, &x) in sample.iter().enumerate() {
            let up_to = sample[rank..].partition_point(|&value| value <= x) + rank;
            let distance = (up_to as f64 / 20_000.0 - noise.cdf(x)).abs();
            assert!(distance < critical, "{noise} at {x}: {distance}");
        }
    }
}

#[test]
fn evenly_spread_quantiles_have_the_stated_moments() {
    for noise in examples() {
        let count = 100_000_u32;
        let mut points: Vec<f64> = (0..count).map(|i| (f64::from(i) + 0.5) / f64::from(count)).collect();
        noise.replace_by_quantiles(&mut points);
        let mean = points.iter().sum::<f64>() / f64::from(count);
        let spread = noise.variance().sqrt();
        assert!((mean - noise.mean()).abs() < 2e-3 * spread, "{noise}: {mean} instead of {}", noise.mean());
        let variance = points.iter().map(|x| (x - noise.mean()).powi(2)).sum::<f64>() / f64::from(count);
        // What no point reaches of a heavy tail is missing from the square.
        let room = if noise.has_heavy_tail() { 0.3 } else { 3e-3 };
        assert!((variance / noise.variance() - 1.0).abs() < room, "{noise}: {variance} of {}", noise.variance());
    }
}

#[test]
fn sums_of_tails_are_sums_of_probabilities() {
    for noise in examples() {
        let values = places(&noise);
        for (factor, shift) in [(1.0, 0.0), (-1.0, 2.0 * noise.mean()), (0.5, 1.0)] {
            let bound = |value: f64| factor * value + shift;
            let lower: f64 = values.iter().map(|&value| noise.cdf(bound(value))).sum();
            let upper: f64 = values.iter().map(|&value| noise.survival(bound(value))).sum();
            assert_close(noise.sum_of_tails(Side::Lower, &values, bound), lower, 1e-12);
            assert_close(noise.sum_of_tails(Side::Upper, &values, bound), upper, 1e-12);
        }
        let infinities = [f64::NEG_INFINITY, f64::INFINITY];
        assert_close(noise.sum_of_tails(Side::Upper, &infinities, |x| x), 1.0, 1e-15);
        assert_close(noise.sum_of_tails(Side::Lower, &infinities, |x| x), 1.0, 1e-15);
    }
}

#[test]
fn without_tails_it_is_the_empirical_distribution() {
    let values = draws(&Noise::normal(0.0, 1.0).unwrap(), 300, 5);
    let (none, empirical) = (tailed(&values, Tail::None, Tail::None), EmpiricalDistribution::new(values).unwrap());
    for x in places(&none) {
        assert_eq!((none.cdf(x), none.survival(x)), (empirical.cdf(x), empirical.survival(x)));
    }
    assert_close(none.mean(), empirical.mean(), 1e-13);
    assert_close(none.variance(), empirical.variance(), 1e-13);
}

#[test]
fn events_ever_further_out_are_ever_less_probable() {
    let values = draws(&Noise::normal(0.0, 1.0).unwrap(), 5_000, 6);
    let noise = NoiseFamily::tailed().fit(&values, WHAT).unwrap();
    let nats = [4.0, 5.0, 13.0, 134.0, 1e6].map(|x| -noise.log_survival(x));
    assert!(nats.windows(2).all(|pair| pair[0] + 1.0 < pair[1]), "{nats:?}");
    assert!(nats.iter().all(|nats| nats.is_finite()));
    assert_eq!(noise.survival(1e6), 0.0);
    assert!(noise.is_extrapolated(5.0) && noise.is_extrapolated(-5.0) && !noise.is_extrapolated(3.0));
}

#[test]
fn few_or_equal_values_leave_no_tail_and_are_no_error() {
    for values in [vec![1.0], vec![2.0; 100], (0..39).map(f64::from).collect()] {
        let noise = NoiseFamily::tailed().fit(&values, WHAT).unwrap();
        let Noise::Tailed(tails) = &noise else { panic!("not tailed") };
        assert!(tails.lower_tail().is_none() && tails.upper_tail().is_none());
        assert_eq!(noise.is_degenerate(), values.len() != 39);
    }
}

#[test]
fn a_description_names_the_tails() {
    assert_eq!(
        by_hand().to_string(),
        "tailed(8 values from 1 to 8, 2 below 3 as a tail of scale 0.5 and shape 0, \
         2 above 6 as a tail of scale 2 and shape 0.25)"
    );
}

#[test]
fn tails_that_do_not_fit_the_values_are_refused() {
    let values = || EmpiricalDistribution::new(vec![1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0]).unwrap();
    let tail = |exceedances| FittedTail::new(exceedances, 1.0, 0.0).unwrap();
    assert!(TailedDistribution::new(values(), Some(tail(2)), None).is_ok());
    for (lower, upper) in [(Some(tail(0)), None), (Some(tail(3)), None), (None, Some(tail(1))), (None, Some(tail(2)))] {
        assert!(TailedDistribution::new(values(), lower, upper).is_err());
    }
    for shape in [-0.1, 0.46, 0.5, f64::NAN, f64::INFINITY] {
        assert!(FittedTail::new(1, 1.0, shape).is_err());
    }
}
