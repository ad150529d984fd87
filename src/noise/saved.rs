//! What a saved distribution may hold, before it is checked.

use super::{
    ConstantNoise, EmpiricalDistribution, ExponentialNoise, FittedTail, GammaNoise, HalfNormalNoise, LogNormalNoise,
    NoiseDistribution, NormalNoise, TailedDistribution, UniformNoise,
};
use crate::{Error, Result};
use serde::Deserialize;

/// The same layout as [`NoiseDistribution`] writes, in numbers that nobody has looked at yet. Loading goes through the
/// constructors, so that a damaged or hand-edited file is an error rather than a broken distribution.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum SavedNoise {
    Constant { value: f64 },
    Empirical { values: Vec<f64> },
    Normal { mean: f64, std_dev: f64 },
    HalfNormal { location: f64, scale: f64 },
    Exponential { location: f64, scale: f64 },
    Gamma { location: f64, shape: f64, scale: f64 },
    LogNormal { location: f64, mu: f64, sigma: f64 },
    Uniform { low: f64, high: f64 },
    Tailed { observed: SavedValues, lower: Option<SavedTail>, upper: Option<SavedTail> },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedValues {
    values: Vec<f64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedTail {
    exceedances: usize,
    scale: f64,
    shape: f64,
}

impl SavedTail {
    fn checked(self) -> Result<FittedTail> {
        FittedTail::new(self.exceedances, self.scale, self.shape)
    }
}

impl TryFrom<SavedNoise> for NoiseDistribution {
    type Error = Error;

    fn try_from(saved: SavedNoise) -> Result<Self> {
        use SavedNoise as Saved;
        let noise = match saved {
            Saved::Constant { value } => Self::Constant(ConstantNoise::new(value)?),
            Saved::Empirical { values } => Self::Empirical(EmpiricalDistribution::new(values)?),
            Saved::Normal { mean, std_dev } => Self::Normal(NormalNoise::new(mean, std_dev)?),
            Saved::HalfNormal { location, scale } => Self::HalfNormal(HalfNormalNoise::new(location, scale)?),
            Saved::Exponential { location, scale } => Self::Exponential(ExponentialNoise::new(location, scale)?),
            Saved::Gamma { location, shape, scale } => Self::Gamma(GammaNoise::new(location, shape, scale)?),
            Saved::LogNormal { location, mu, sigma } => Self::LogNormal(LogNormalNoise::new(location, mu, sigma)?),
            Saved::Uniform { low, high } => Self::Uniform(UniformNoise::new(low, high)?),
            Saved::Tailed { observed, lower, upper } => {
                let [lower, upper] = [lower, upper].map(|tail| tail.map(SavedTail::checked).transpose());
                Self::Tailed(TailedDistribution::new(EmpiricalDistribution::new(observed.values)?, lower?, upper?)?)
            }
        };
        noise.checked()
    }
}

#[cfg(test)]
mod tests {
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

    fn with_tail(tail: SavedTail) -> SavedNoise {
        SavedNoise::Tailed {
            observed: SavedValues { values: vec![1.0, 2.0, 3.0, 4.0] },
            lower: Some(tail),
            upper: None,
        }
    }

    #[test]
    fn nan_and_infinity_from_a_binary_format_are_refused() {
        // JSON has no NaN; formats that have one end up here.
        for bad in [f64::NAN, f64::INFINITY] {
            for saved in [
                SavedNoise::Constant { value: bad },
                SavedNoise::Empirical { values: vec![bad] },
                SavedNoise::Normal { mean: bad, std_dev: 1.0 },
                SavedNoise::Normal { mean: 0.0, std_dev: bad },
                SavedNoise::HalfNormal { location: bad, scale: 1.0 },
                SavedNoise::HalfNormal { location: 0.0, scale: bad },
                SavedNoise::Exponential { location: bad, scale: 1.0 },
                SavedNoise::Exponential { location: 0.0, scale: bad },
                SavedNoise::Gamma { location: bad, shape: 1.0, scale: 1.0 },
                SavedNoise::Gamma { location: 0.0, shape: bad, scale: 1.0 },
                SavedNoise::Gamma { location: 0.0, shape: 1.0, scale: bad },
                SavedNoise::LogNormal { location: bad, mu: 0.0, sigma: 1.0 },
                SavedNoise::LogNormal { location: 0.0, mu: bad, sigma: 1.0 },
                SavedNoise::LogNormal { location: 0.0, mu: 0.0, sigma: bad },
                SavedNoise::Uniform { low: bad, high: 1.0 },
                SavedNoise::Uniform { low: 0.0, high: bad },
                SavedNoise::Tailed { observed: SavedValues { values: vec![bad] }, lower: None, upper: None },
                with_tail(SavedTail { exceedances: 1, scale: bad, shape: 0.1 }),
                with_tail(SavedTail { exceedances: 1, scale: 1.0, shape: bad }),
            ] {
                let described = format!("{saved:?}");
                assert!(NoiseDistribution::try_from(saved).is_err(), "{described}");
            }
        }
    }
}
