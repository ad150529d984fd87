//! The distribution of the excesses over a threshold.

use crate::noise::check::{invalid, positive};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// The largest shape of a generalised Pareto tail: from ½ on the variance is infinite, and close to it that of a sample
/// says nothing.
pub(in crate::noise) const LARGEST_SHAPE: f64 = 0.45;

/// One modelled tail: the generalised Pareto distribution of the excesses Y over a threshold.
///
/// ```text
/// P{Y >= y} = (1 + shape · y/scale)^(-1/shape),   y >= 0;   exp(-y/scale) for shape 0, the exponential tail
/// ```
///
/// `scale` (above 0) is in the node's unit, `shape` (from 0 to 0.45) has none. The same parameters as
/// `scipy.stats.genpareto(shape, scale=scale)`. A tail has no end: shapes below 0, under which nothing lies beyond
/// -scale/shape, are not used, as no sample shows that nothing can lie beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TailParameters")]
pub struct FittedTail {
    exceedances: usize,
    scale: f64,
    shape: f64,
}

impl FittedTail {
    pub(in crate::noise) fn new(exceedances: usize, scale: f64, shape: f64) -> Result<Self> {
        if !(0.0..=LARGEST_SHAPE).contains(&shape) {
            return Err(invalid("the shape of a tail", "from 0 to 0.45", shape));
        }
        Ok(Self { exceedances, scale: positive("the scale of a tail", scale)?, shape })
    }

    /// How many values lie beyond the threshold: as a share of all values, the tail's probability.
    pub fn exceedances(&self) -> usize {
        self.exceedances
    }

    /// The scale, in the node's unit.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The shape, which has no unit: 0 is an exponential tail, and 0.45 (the largest) so heavy that fourth powers and
    /// nearly squares have no mean.
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// ln P{Y >= y}, also where the probability is too small for an `f64`.
    pub(in crate::noise) fn ln_survival(&self, y: f64) -> f64 {
        let units = y / self.scale;
        if self.shape == 0.0 { -units } else { -(self.shape * units).ln_1p() / self.shape }
    }

    /// P{Y >= y}
    pub(in crate::noise) fn survival(&self, y: f64) -> f64 {
        self.ln_survival(y).exp()
    }

    /// The y with P{Y >= y} = exp(-nats); 0 for rounding below.
    pub(in crate::noise) fn at(&self, nats: f64) -> f64 {
        let nats = nats.max(0.0);
        let units = if self.shape == 0.0 { nats } else { (self.shape * nats).exp_m1() / self.shape };
        self.scale * units
    }

    /// E Y, the mean excess.
    pub(in crate::noise) fn mean(&self) -> f64 {
        self.scale / (1.0 - self.shape)
    }

    /// The standard deviation of Y.
    pub(in crate::noise) fn std_dev(&self) -> f64 {
        self.mean() / (1.0 - 2.0 * self.shape).sqrt()
    }
}

/// The parameters of a tail as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TailParameters {
    exceedances: usize,
    scale: f64,
    shape: f64,
}

impl TryFrom<TailParameters> for FittedTail {
    type Error = Error;

    fn try_from(saved: TailParameters) -> Result<Self> {
        Self::new(saved.exceedances, saved.scale, saved.shape)
    }
}
