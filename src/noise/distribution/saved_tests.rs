//! Tests of what a file of a distribution holds, and of what is refused there.

use super::*;
use crate::noise::testing::{draws, one_of_each};

#[test]
fn every_family_survives_a_round_trip_bit_by_bit() {
    for noise in one_of_each() {
        let json = serde_json::to_string(&noise).unwrap();
        let loaded: NoiseDistribution = serde_json::from_str(&json).unwrap();
        assert_eq!(loaded, noise, "{json}");
        assert_eq!(serde_json::to_string(&loaded).unwrap(), json);
    }
}

#[test]
fn every_digit_of_many_values_survives() {
    // serde_json needs its feature `float_roundtrip` for this; without it one number in six is off in the last bit.
    let values = draws(&NoiseDistribution::log_normal(0.0, 20.0).unwrap(), 1_000, 1);
    let noise = NoiseDistribution::empirical(&values).unwrap();
    let json = serde_json::to_string(&noise).unwrap();
    assert_eq!(serde_json::from_str::<NoiseDistribution>(&json).unwrap(), noise);
}

#[test]
fn the_layout_is_the_family_and_its_parameters() {
    let json = |noise: NoiseDistribution| serde_json::to_string(&noise).unwrap();
    let gamma = NoiseDistribution::gamma(2.5, 3.0).unwrap().shifted_by(1.0).unwrap();
    assert_eq!(json(gamma), r#"{"Gamma":{"location":1.0,"shape":2.5,"scale":3.0}}"#);
    let empirical = NoiseDistribution::empirical(&[2.0, 1.0]).unwrap();
    assert_eq!(json(empirical), r#"{"Empirical":{"values":[1.0,2.0]}}"#);
}

#[test]
fn parameters_that_are_finite_but_come_to_no_number_are_errors() {
    for json in [
        r#"{"LogNormal":{"location":0.0,"mu":3e258,"sigma":1e-320}}"#,
        r#"{"Gamma":{"location":0.0,"shape":1000.0,"scale":1e308}}"#,
        r#"{"Normal":{"mean":1e308,"std_dev":1e308}}"#,
        r#"{"Exponential":{"location":0.0,"scale":1e308}}"#,
    ] {
        let complaint = serde_json::from_str::<NoiseDistribution>(json).unwrap_err().to_string();
        assert!(complaint.contains("quantile of a noise distribution must be finite"), "{complaint}");
    }
    assert!(NoiseDistribution::exponential(1e308).is_err());
    assert!(NoiseDistribution::log_normal(0.0, 20.0).is_ok(), "of infinite variance, but with quantiles");
}

#[test]
fn values_from_a_file_are_sorted_again() {
    let loaded: NoiseDistribution = serde_json::from_str(r#"{"Empirical":{"values":[2.0,1.0]}}"#).unwrap();
    assert_eq!(loaded, NoiseDistribution::empirical(&[1.0, 2.0]).unwrap());
}

/// Four values and an upper tail of this many of them.
fn tailed(exceedances: usize, scale: f64, shape: f64) -> String {
    let tail = format!(r#"{{"exceedances":{exceedances},"scale":{scale:?},"shape":{shape:?}}}"#);
    format!(r#"{{"Tailed":{{"observed":{{"values":[4.0,1.0,2.0,3.0]}},"lower":null,"upper":{tail}}}}}"#)
}

#[test]
fn invalid_parameters_in_a_file_are_refused() {
    assert!(serde_json::from_str::<NoiseDistribution>(&tailed(1, 1.0, 0.1)).is_ok());
    for (json, complaint) in [
        (r#"{"Normal":{"mean":0.0,"std_dev":-1.0}}"#, "the standard deviation of normal noise must be"),
        (r#"{"Normal":{"mean":0.0,"std_dev":0.0}}"#, "the standard deviation of normal noise must be"),
        (r#"{"Normal":{"mean":null,"std_dev":1.0}}"#, "null"),
        (r#"{"Normal":{"mean":0.0}}"#, "std_dev"),
        (r#"{"Normal":{"mean":0.0,"std_dev":1.0,"scale":2.0}}"#, "unknown field `scale`"),
        (r#"{"Empirical":{"values":[]}}"#, "empty"),
        (r#"{"Exponential":{"location":0.0,"scale":-2.0}}"#, "the mean of exponential noise must be"),
        (r#"{"HalfNormal":{"location":0.0,"scale":0.0}}"#, "the scale of half-normal noise must be"),
        (r#"{"Gamma":{"location":0.0,"shape":0.0,"scale":1.0}}"#, "the shape of gamma noise must be"),
        (r#"{"LogNormal":{"location":0.0,"mu":0.0,"sigma":-0.5}}"#, "sigma of log-normal noise must be"),
        (r#"{"Uniform":{"low":1.0,"high":0.0}}"#, "uniform noise must be"),
        (r#"{"Tailed":{"observed":{"values":[]},"lower":null,"upper":null}}"#, "empty"),
        (r#"{"Tailed":{"observed":{"values":[1.0,null]},"lower":null,"upper":null}}"#, "null"),
        (&tailed(1, 1.0, 0.5), "the shape of a tail must be"),
        (&tailed(1, 1.0, -0.1), "the shape of a tail must be"),
        (&tailed(1, 0.0, 0.1), "the scale of a tail must be"),
        (&tailed(0, 1.0, 0.1), "the number of values in a tail must be"),
        (&tailed(2, 1.0, 0.1), "the number of values in a tail must be"),
        (
            r#"{"Tailed":{"observed":{"values":[1.0,2.0,3.0,3.0]},"lower":null,"upper":{"exceedances":1,"scale":1.0,"shape":0.0}}}"#,
            "the distance of a tail's values from its threshold",
        ),
        (r#"{"Cauchy":{"location":0.0,"scale":1.0}}"#, "unknown variant `Cauchy`"),
    ] {
        let error = serde_json::from_str::<NoiseDistribution>(json).unwrap_err().to_string();
        assert!(error.contains(complaint), "{json}: {error}");
    }
}

/// The layout of a distribution in a format without names: families and parameters in this order, whatever they are called.
#[derive(Debug, Serialize)]
enum Layout {
    Constant(f64),
    Empirical(Vec<f64>),
    Normal(f64, f64),
    HalfNormal(f64, f64),
    Exponential(f64, f64),
    Gamma(f64, f64, f64),
    LogNormal(f64, f64, f64),
    Uniform(f64, f64),
    Tailed(Vec<f64>, Option<(usize, f64, f64)>, Option<(usize, f64, f64)>),
}

fn load(layout: &Layout) -> Result<NoiseDistribution, postcard::Error> {
    postcard::from_bytes(&postcard::to_stdvec(layout).unwrap())
}

#[test]
fn the_order_of_families_and_parameters_on_disk_stays() {
    let moved = |noise: Result<NoiseDistribution>| noise.unwrap().shifted_by(1.0).unwrap();
    for (layout, expected) in [
        (Layout::Constant(1.5), NoiseDistribution::constant(1.5).unwrap()),
        (Layout::Empirical(vec![1.0, 2.0]), NoiseDistribution::empirical(&[1.0, 2.0]).unwrap()),
        (Layout::Normal(1.0, 2.0), NoiseDistribution::normal(1.0, 2.0).unwrap()),
        (Layout::HalfNormal(1.0, 2.0), NoiseDistribution::half_normal(1.0, 2.0).unwrap()),
        (Layout::Exponential(1.0, 2.0), moved(NoiseDistribution::exponential(2.0))),
        (Layout::Gamma(1.0, 2.5, 3.0), moved(NoiseDistribution::gamma(2.5, 3.0))),
        (Layout::LogNormal(1.0, 0.5, 0.7), moved(NoiseDistribution::log_normal(0.5, 0.7))),
        (Layout::Uniform(1.0, 2.0), NoiseDistribution::uniform(1.0, 2.0).unwrap()),
    ] {
        assert_eq!(postcard::to_stdvec(&expected).unwrap(), postcard::to_stdvec(&layout).unwrap(), "{expected}");
        assert_eq!(load(&layout).unwrap(), expected);
    }
    let tailed = load(&Layout::Tailed(vec![1.0, 2.0, 3.0, 4.0], None, Some((1, 2.0, 0.25)))).unwrap();
    let NoiseDistribution::Tailed(noise) = &tailed else { panic!("not tailed") };
    let upper = noise.upper_tail().unwrap();
    assert_eq!((upper.exceedances(), upper.scale(), upper.shape()), (1, 2.0, 0.25));
    assert!(noise.lower_tail().is_none());
}

#[test]
fn nan_and_infinity_from_a_binary_format_are_refused() {
    // JSON has no NaN; formats that have one end up here.
    let four = || vec![1.0, 2.0, 3.0, 4.0];
    for bad in [f64::NAN, f64::INFINITY] {
        for layout in [
            Layout::Constant(bad),
            Layout::Empirical(vec![bad]),
            Layout::Normal(bad, 1.0),
            Layout::Normal(0.0, bad),
            Layout::HalfNormal(bad, 1.0),
            Layout::HalfNormal(0.0, bad),
            Layout::Exponential(bad, 1.0),
            Layout::Exponential(0.0, bad),
            Layout::Gamma(bad, 1.0, 1.0),
            Layout::Gamma(0.0, bad, 1.0),
            Layout::Gamma(0.0, 1.0, bad),
            Layout::LogNormal(bad, 0.0, 1.0),
            Layout::LogNormal(0.0, bad, 1.0),
            Layout::LogNormal(0.0, 0.0, bad),
            Layout::Uniform(bad, 1.0),
            Layout::Uniform(0.0, bad),
            Layout::Tailed(vec![bad], None, None),
            Layout::Tailed(four(), Some((1, bad, 0.1)), None),
            Layout::Tailed(four(), Some((1, 1.0, bad)), None),
        ] {
            assert!(load(&layout).is_err(), "{layout:?}");
        }
    }
}
