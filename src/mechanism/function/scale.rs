//! The size of a noise, as a function of the parents.

use serde::{Deserialize, Serialize};

use super::linear::LinearFunction;
use super::range::{Range, weighted_sum};
use super::saved::check;
use super::words::{Names, figure};
use crate::error::{Error, Result};

/// Logarithms of scales beyond ± this are kept at it: the exponential of more is no longer a finite number.
pub(crate) const LARGEST_LOG_SCALE: f64 = 700.0;

/// s(parents) = exp(log_scale(parents)), the exponent kept between its bounds; always above 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedScale")]
pub(crate) struct ScaleFunction {
    log_scale: LinearFunction,
    lowest: f64,
    highest: f64,
}

impl ScaleFunction {
    /// Bounds of the exponent beyond ±700 count as that.
    pub(crate) fn new(log_scale: LinearFunction, lowest: f64, highest: f64) -> Self {
        let bounded = |bound: f64| bound.clamp(-LARGEST_LOG_SCALE, LARGEST_LOG_SCALE);
        Self { log_scale, lowest: bounded(lowest), highest: bounded(highest) }
    }

    /// The scale with another exponent between the same bounds.
    pub(super) fn map(&self, exponent: impl FnOnce(&LinearFunction) -> LinearFunction) -> Self {
        Self { log_scale: exponent(&self.log_scale), ..*self }
    }

    /// How many parents it takes.
    pub(crate) fn parents(&self) -> usize {
        self.log_scale.coefficients.len()
    }

    pub(crate) fn value(&self, parents: &[f64]) -> f64 {
        self.bounded(self.log_scale.value(parents))
    }

    /// The value at one row of columns: the same bits as [`value`](Self::value).
    pub(crate) fn value_at(&self, parents: &[&[f64]], row: usize) -> f64 {
        self.bounded(self.log_scale.value_at(parents, row))
    }

    /// Bounds of the scale where each parent lies within bounds of its own.
    pub(crate) fn range(&self, parents: &[Range]) -> Range {
        let LinearFunction { intercept, coefficients } = &self.log_scale;
        let (low, high) = weighted_sum(*intercept, coefficients, parents.iter().copied());
        (self.bounded(low), self.bounded(high))
    }

    fn bounded(&self, exponent: f64) -> f64 {
        exponent.clamp(self.lowest, self.highest).exp()
    }

    pub(crate) fn describe(&self, names: &Names) -> String {
        let (lowest, highest) = (figure(self.lowest), figure(self.highest));
        format!("exp({} within [{lowest}, {highest}])", self.log_scale.describe(names))
    }
}

/// What a saved scale may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedScale {
    log_scale: LinearFunction,
    lowest: f64,
    highest: f64,
}

impl TryFrom<SavedScale> for ScaleFunction {
    type Error = Error;

    fn try_from(SavedScale { log_scale, lowest, highest }: SavedScale) -> Result<Self> {
        for bound in [lowest, highest] {
            let name = "a bound of a saved log scale";
            check(name, "within -700 and 700", bound.abs() <= LARGEST_LOG_SCALE, bound)?;
        }
        check("the upper bound of a saved log scale", "at least the lower one", lowest <= highest, highest)?;
        Ok(Self { log_scale, lowest, highest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponent_stays_within_its_bounds() {
        let scale = ScaleFunction::new(LinearFunction { intercept: 0.0, coefficients: vec![1.0] }, -1.0, 2.0);
        assert_eq!([-5.0, 0.5, 5.0].map(|parent| scale.value(&[parent])), [-1.0_f64, 0.5, 2.0].map(f64::exp));
        assert_eq!(scale.value_at(&[&[0.0, 0.5]], 1), scale.value(&[0.5]));
        assert_eq!(scale.describe(&Names::new(&["load"])), "exp(load within [-1, 2])");
    }

    #[test]
    fn damaged_bounds_are_found_on_loading() {
        let scale = |json: &str| serde_json::from_str::<ScaleFunction>(json).map(|_| ()).unwrap_err().to_string();
        let linear = r#"{"intercept":0,"coefficients":[]}"#;
        for (low, high, complaint) in [(-701, 0, "within"), (0, 800, "within"), (1, 0, "at least the lower")] {
            let error = scale(&format!(r#"{{"log_scale":{linear},"lowest":{low},"highest":{high}}}"#));
            assert!(error.contains(complaint), "{error}");
        }
        for bad in [f64::NAN, f64::INFINITY] {
            let log_scale = LinearFunction { intercept: 0.0, coefficients: vec![] };
            assert!(ScaleFunction::try_from(SavedScale { log_scale, lowest: 0.0, highest: bad }).is_err());
        }
    }
}
