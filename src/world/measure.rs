//! What is measured of a target in a world.

use crate::score::{OutlierRegion, OutlierTest, ln_with_floor};

/// What a world is worth.
#[derive(Clone)]
pub(crate) enum Measure {
    /// ln((q + ε)/(1 + ε)), where q is the probability that the target is at least as extreme as observed and ε the floor.
    LogTail { test: OutlierTest, floor: f64 },
    /// The target's mean, less the observed value.
    Mean { observed: f64 },
    /// The probability of the observed class less 1: the mean of what is 1 for that class and 0 for others, less what was observed.
    ClassMean { class: f64 },
}

/// Which kind of measure is sought, before there is an event: what the choice of an engine rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sought {
    /// The probability of an outlier region, with the floor ε and the one that the training data support.
    Region { floor: f64, data_floor: f64 },
    /// The probability that a custom feature map gives at least as much as for the observed value.
    CustomTail,
    /// The probability of a class, by itself or as a mean.
    Class,
    /// A mean.
    Mean,
}

impl Sought {
    /// The floor ε and the one that the training data support, where the probability of a region is sought.
    ///
    /// # Errors
    /// The reason why a series has nothing to do with it.
    pub(crate) fn region(self) -> Result<(f64, f64), String> {
        match self {
            Self::Region { floor, data_floor } => Ok((floor, data_floor)),
            Self::Mean => Err("a mean needs no distribution".to_owned()),
            Self::Class => Err("a class is no region of numbers".to_owned()),
            Self::CustomTail => Err("a custom feature map can only be evaluated value by value".to_owned()),
        }
    }
}

impl Measure {
    /// The outlier region and the floor, where the measure is the probability of a region.
    pub(crate) fn region(&self) -> Option<(OutlierRegion, f64)> {
        match self {
            &Self::LogTail { test: OutlierTest::Region(region), floor } => Some((region, floor)),
            _ => None,
        }
    }

    /// From the probability, or from the mean distance to the observed value, to what the world is worth. (Distances to the
    /// observed value rather than values are averaged because they lose no digits where the target is far from 0.)
    pub(crate) fn value_of_mean(&self, mean: f64) -> f64 {
        match self {
            Self::LogTail { floor, .. } => ln_with_floor(mean, *floor),
            Self::Mean { .. } | Self::ClassMean { .. } => mean,
        }
    }

    /// The derivative of [`value_of_mean`](Self::value_of_mean).
    pub(crate) fn slope(&self, mean: f64) -> f64 {
        match self {
            // Where both are 0 the value is not finite, which is reported; nothing moves it.
            Self::LogTail { floor, .. } if mean + floor == 0.0 => 0.0,
            Self::LogTail { floor, .. } => 1.0 / (mean + floor),
            Self::Mean { .. } | Self::ClassMean { .. } => 1.0,
        }
    }

    /// The class whose probability is measured, if that is so.
    pub(crate) fn class(&self) -> Option<f64> {
        match self {
            Self::LogTail { test: OutlierTest::Class(class), .. } | Self::ClassMean { class } => Some(*class),
            _ => None,
        }
    }

    /// Whether what is averaged enters through a logarithm.
    pub(crate) fn is_logarithm(&self) -> bool {
        matches!(self, Self::LogTail { .. })
    }
}
