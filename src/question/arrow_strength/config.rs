//! How the strength of an arrow is measured, and with how much effort.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::question::integrals::check_samples;

/// By what a target is compared with itself where a parent is drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrowMeasure {
    /// [`Variance`](Self::Variance) for numbers, [`Divergence`](Self::Divergence) for categories.
    #[default]
    Auto,
    /// How much larger the variance given the parents becomes, E\[Var_cut(Y | pa) − Var(Y | pa)\], in the square of the target's unit.
    Variance,
    /// The Kullback-Leibler divergence E KL(P(Y | pa) ‖ P_cut(Y | pa)), in nats.
    #[doc(alias = "estimate_kl_divergence_continuous_knn")]
    #[doc(alias = "estimate_kl_divergence_categorical")]
    Divergence,
}

/// How [arrow strength](crate::FittedModel::arrow_strength) is measured, and with how much effort where it has no closed form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ArrowStrengthConfig {
    /// What is measured.
    pub measure: ArrowMeasure,
    /// How many joint draws of the target and its ancestors there are, at least 256, in 32 independent nets whose sizes are rounded up to
    /// powers of two; 262 144 by default. For a divergence there are a 64th as many, with 128 further draws of the parent for each.
    pub samples: usize,
    /// The seed; 0 by default.
    pub seed: u64,
}

impl Default for ArrowStrengthConfig {
    fn default() -> Self {
        Self { measure: ArrowMeasure::Auto, samples: 1 << 18, seed: 0 }
    }
}

impl ArrowStrengthConfig {
    /// Sets what is measured.
    #[must_use]
    pub fn with_measure(self, measure: ArrowMeasure) -> Self {
        Self { measure, ..self }
    }

    /// Sets the number of joint draws, at least 256.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        check_samples(self.samples)
    }
}
