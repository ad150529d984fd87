//! What the noise of a mechanism is before it is fitted.

use crate::noise::{NoiseDistribution, NoiseFamily};

/// A noise distribution, known or to be fitted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NoiseModel {
    /// A distribution that is known and left as it is.
    Known(NoiseDistribution),
    /// A family to fit by maximum likelihood.
    Fit(NoiseFamily),
}

impl NoiseModel {
    /// The noises of the training rows themselves.
    pub(super) const EMPIRICAL: Self = Self::Fit(NoiseFamily::Empirical);

    pub(super) fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl From<NoiseDistribution> for NoiseModel {
    fn from(distribution: NoiseDistribution) -> Self {
        Self::Known(distribution)
    }
}

impl From<NoiseFamily> for NoiseModel {
    fn from(family: NoiseFamily) -> Self {
        Self::Fit(family)
    }
}
