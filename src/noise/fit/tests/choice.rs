//! Tests of the choice of a family.

use super::WHAT;
use crate::Error;
use crate::noise::testing::draws;
use crate::noise::{FamilyChoice, FamilyScore, NoiseDistribution as Noise, NoiseFamily};

fn chosen(values: &[f64]) -> &'static str {
    NoiseFamily::choose(values, WHAT).unwrap().distribution.family_name()
}

#[test]
fn the_true_family_is_found() {
    for (seed, noise) in [
        Noise::normal(3.0, 4.0).unwrap(),
        Noise::normal(0.0, 1.0).unwrap(),
        Noise::exponential(0.2).unwrap(),
        Noise::half_normal(0.0, 3.0).unwrap(),
        Noise::gamma(3.0, 10.0).unwrap(),
        Noise::log_normal(2.0, 0.8).unwrap(),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(chosen(&draws(&noise, 5_000, seed as u64)), noise.family_name(), "{noise}");
    }
}

#[test]
fn scores_agree_with_scipy() {
    // scipy 1.15.3: -2 * d(*d.fit(x, floc=0)).logpdf(x).sum() + k * log(8) for the distributions d of scipy.stats
    // (norm without floc), x as below.
    let values = [0.3, 1.2, 0.7, 2.9, 5.1, 0.05, 1.6, 3.3];
    let choice = NoiseFamily::choose(&values, WHAT).unwrap();
    for (family, expected) in [
        ("exponential", 28.29638538608851),
        ("half-normal", 28.33553637743681),
        ("normal", 34.6592021637328),
        ("gamma", 30.32930449293659),
        ("log-normal", 32.38409725778335),
    ] {
        let score = choice.scores.iter().find(|score| score.family.to_string() == family).unwrap();
        assert!((score.criterion - expected).abs() < 1e-6, "{score:?} instead of {expected}");
    }
    assert!(choice.scores.windows(2).all(|pair| pair[0].criterion <= pair[1].criterion));
    assert_eq!(choice.distribution, choice.scores[0].family.fit(&values, WHAT).unwrap());
    assert_eq!(choice.distribution, NoiseFamily::MostLikely.fit(&values, WHAT).unwrap());
}

#[test]
fn units_change_no_choice() {
    let values = draws(&Noise::gamma(2.0, 1.0).unwrap(), 500, 7);
    let plain = NoiseFamily::choose(&values, WHAT).unwrap();
    let scaled: Vec<f64> = values.iter().map(|value| value * 1e9).collect();
    let scaled = NoiseFamily::choose(&scaled, WHAT).unwrap();
    for (a, b) in plain.scores.iter().zip(&scaled.scores) {
        assert_eq!(a.family, b.family);
        let gap = |choice: &FamilyChoice, score: &FamilyScore| score.criterion - choice.scores[0].criterion;
        assert!((gap(&plain, a) - gap(&scaled, b)).abs() < 1e-6);
    }
}

#[test]
fn only_families_that_hold_all_values_are_compared() {
    let names = |values: &[f64]| {
        let scores = NoiseFamily::choose(values, WHAT).unwrap().scores;
        let mut names: Vec<String> = scores.iter().map(|score| score.family.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&[-1.0, 2.0, 3.0]), ["normal"]);
    assert_eq!(names(&[0.0, 2.0, 3.0]), ["exponential", "half-normal", "normal"]);
    assert_eq!(names(&[1.0, 2.0, 3.0]).len(), 5);
    assert_eq!(names(&[1.0, 1.0 + 1e-9]).len(), 4, "too narrow for a gamma distribution");
}

#[test]
fn unusable_values_are_refused() {
    assert!(matches!(NoiseFamily::choose(&[], WHAT), Err(Error::Empty { .. })));
    assert!(matches!(NoiseFamily::choose(&[1.0], WHAT), Err(Error::TooFewRows { .. })));
    assert!(matches!(NoiseFamily::choose(&[2.0, 2.0], WHAT), Err(Error::ConstantValues { .. })));
    let error = NoiseFamily::choose(&[2.0, f64::NAN], WHAT).unwrap_err();
    assert!(error.to_string().contains(WHAT), "{error}");
}

#[test]
fn a_family_whose_estimate_comes_to_no_number_is_passed_over() {
    // A mean of 1.5e307 is too large for an exponential distribution, one of 3e307 also for a half-normal one.
    for (values, missing) in [
        ([1.4e307, 1.5e307, 1.6e307], ["exponential"].as_slice()),
        ([2.9e307, 3e307, 3.1e307], ["exponential", "half-normal"].as_slice()),
    ] {
        let choice = NoiseFamily::choose(&values, WHAT).unwrap();
        let names: Vec<String> = choice.scores.iter().map(|score| score.family.to_string()).collect();
        assert!(names.contains(&"normal".to_owned()), "{names:?}");
        assert!(!missing.iter().any(|name| names.contains(&(*name).to_owned())), "{names:?}");
        let json = serde_json::to_string(&choice.distribution).unwrap();
        assert_eq!(serde_json::from_str::<Noise>(&json).unwrap(), choice.distribution);
    }
    assert!(matches!(NoiseFamily::choose(&[-f64::MAX, f64::MAX], WHAT), Err(Error::InvalidParameter { .. })));
}
