//! Noise that never varies.

use crate::noise::check::finite;
use crate::noise::law::Law;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point mass: the noise is `value` with probability 1.
///
/// A node with this noise is a deterministic function of its parents. It is the honest description
/// of noise of zero variance, which no parametric family can express.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ConstantParameters")]
pub struct ConstantNoise {
    value: f64,
}

impl ConstantNoise {
    pub(in crate::noise) fn new(value: f64) -> Result<Self> {
        Ok(Self { value: finite("the value of constant noise", value)? })
    }

    /// The only value, in the node's unit.
    pub fn value(&self) -> f64 {
        self.value
    }
}

impl Law for ConstantNoise {
    fn family_name(&self) -> &'static str {
        "constant"
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.value { 1.0 } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= self.value { 1.0 } else { 0.0 }
    }

    fn quantile(&self, _: f64) -> f64 {
        self.value
    }

    fn mean(&self) -> f64 {
        self.value
    }

    fn variance(&self) -> f64 {
        0.0
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        self.cdf(x).ln()
    }

    fn ln_survival(&self, x: f64) -> f64 {
        self.survival(x).ln()
    }
}

/// The parameters of constant noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConstantParameters {
    value: f64,
}

impl TryFrom<ConstantParameters> for ConstantNoise {
    type Error = Error;

    fn try_from(saved: ConstantParameters) -> Result<Self> {
        Self::new(saved.value)
    }
}

impl fmt::Display for ConstantNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "constant(value = {})", self.value)
    }
}
