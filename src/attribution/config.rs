//! What to attribute and with how much effort.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::score::{FeatureMap, check_floor};
use crate::shapley::ShapleyMethod;

/// Into how many blocks the noise bank is split to estimate its error. Few and large ones suit quasi-Monte Carlo, as each is
/// a net of its own, many an exact estimate of the error; see `docs/method.md`.
pub(super) const BLOCKS: usize = 16;

/// Fewest samples: two per block, without which no error could be given.
const FEWEST_SAMPLES: usize = 2 * BLOCKS;

/// Most samples: each needs 8 bytes per node and thread.
const MOST_SAMPLES: usize = 10_000_000;

/// What is split over the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quantity {
    /// The information-theoretic score −ln((q + ε)/(1 + ε)), in nats.
    #[default]
    ItScore,
    /// The deviation of the observed value from the expected one, xₙ − E\[Xₙ\], in the target's unit. The
    /// feature map and the floor play no part.
    #[doc(alias = "attribute_mean_deviation")]
    MeanDeviation,
}

/// The smallest tail probability that is told apart from 0: ε in ln((q + ε)/(1 + ε)).
///
/// It is part of the question, not of the effort: contributions *must* change with it, as it says how much
/// further beyond the data an event counts for. It does not depend on the number of samples. See
/// `docs/method.md`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Floor {
    /// What the training data can support; see [`FittedModel::default_floor`](crate::FittedModel::default_floor).
    #[default]
    FromData,
    /// A given ε in \[0, 1).
    Fixed(f64),
}

/// How the probabilities of coalitions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimator {
    /// In closed form where there is one (a target linear in normal noises; the mean of any linear target), by Fourier
    /// inversion for a target that is linear in other noises, unless they have heavy atoms or generalised Pareto tails or
    /// the floor is far below what the training data support, and by Monte Carlo otherwise.
    #[default]
    Auto,
    /// Always by Monte Carlo, also where no samples are needed; useful to check one by the other. One noise is integrated
    /// wherever the target is linear in it.
    MonteCarlo,
    /// By counting hits among the samples: no closed form, and no noise is integrated. That is what the reference
    /// implementation does, and useful to compare with it; m samples resolve probabilities of order 1/m only.
    Counting,
}

/// How precise the result should be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Precision {
    /// What the configured samples and permutations give.
    #[default]
    Budget,
    /// The largest standard error that any contribution, and the score, may have: in nats, or in the target's unit for
    /// [`Quantity::MeanDeviation`]. The configured samples and permutations are where it begins; each is doubled as
    /// often as its part of the error needs, up to about a million samples and 100 000 permutations. Whether that
    /// was enough is said by [`Attribution::precision_reached`](crate::Attribution::precision_reached).
    StdError(f64),
}

/// How the joint samples of the noises are spread; see `docs/method.md` for what each is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoiseSampling {
    /// Quasi-Monte Carlo for up to 64 noises, Monte Carlo for more, where it gains nothing.
    #[default]
    Auto,
    /// Independent draws.
    MonteCarlo,
    /// Scrambled Sobol points, which fill the space of all noises more evenly than independent draws: as many samples
    /// then give a smaller error, the more so the fewer noises matter. Best with a power of two samples, as each of 16
    /// blocks is a net of its own.
    #[doc(alias = "sobol")]
    QuasiMonteCarlo,
}

/// How an outlier is attributed.
///
/// ```
/// use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};
///
/// let config = AttributionConfig::default()
///     .with_feature_map(FeatureMap::UpperTail)
///     .with_floor(1e-4)
///     .with_samples(50_000)
///     .with_shapley_method(ShapleyMethod::Permutations(200))
///     .with_seed(7);
/// # let _ = config;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AttributionConfig {
    /// In which sense the target is extreme; by default its distance from the median counts.
    pub feature_map: FeatureMap,
    /// What is split over the nodes; the information-theoretic score by default.
    pub quantity: Quantity,
    /// The floor ε; from the training data by default.
    pub floor: Floor,
    /// Closed form or Monte Carlo; automatic by default.
    pub estimator: Estimator,
    /// How many joint samples of the noises all coalitions share; at least 32, 16 384 by default. A power of two suits
    /// quasi-Monte Carlo best. Closed forms and Fourier inversion need none.
    #[doc(alias = "num_distribution_samples")]
    pub samples: usize,
    /// How the joint samples are spread; automatic by default.
    pub noise_sampling: NoiseSampling,
    /// Exact Shapley values or permutations; automatic by default: exact for up to 12 players, 16 where no samples are
    /// needed. Permutations that would evaluate as many coalitions as
    /// there are give way to exact values.
    pub shapley_method: ShapleyMethod,
    /// Whether to spend what is configured or as much as a standard error needs; the former by default.
    pub precision: Precision,
    /// The seed of noises and permutations; 0 by default.
    pub seed: u64,
}

impl Default for AttributionConfig {
    fn default() -> Self {
        Self {
            feature_map: FeatureMap::default(),
            quantity: Quantity::default(),
            floor: Floor::default(),
            estimator: Estimator::default(),
            samples: 16_384,
            noise_sampling: NoiseSampling::default(),
            shapley_method: ShapleyMethod::default(),
            precision: Precision::default(),
            seed: 0,
        }
    }
}

impl AttributionConfig {
    /// Sets in which sense the target is extreme.
    #[must_use]
    pub fn with_feature_map(self, feature_map: FeatureMap) -> Self {
        Self { feature_map, ..self }
    }

    /// Sets what is split over the nodes.
    #[must_use]
    pub fn with_quantity(self, quantity: Quantity) -> Self {
        Self { quantity, ..self }
    }

    /// Sets the floor ε, in \[0, 1).
    #[must_use]
    pub fn with_floor(self, floor: f64) -> Self {
        Self { floor: Floor::Fixed(floor), ..self }
    }

    /// Sets how the probabilities of coalitions are found.
    #[must_use]
    pub fn with_estimator(self, estimator: Estimator) -> Self {
        Self { estimator, ..self }
    }

    /// Sets the number of joint noise samples, at least 32.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets how the joint noise samples are spread.
    #[must_use]
    pub fn with_noise_sampling(self, noise_sampling: NoiseSampling) -> Self {
        Self { noise_sampling, ..self }
    }

    /// Sets how Shapley values are computed.
    #[must_use]
    pub fn with_shapley_method(self, shapley_method: ShapleyMethod) -> Self {
        Self { shapley_method, ..self }
    }

    /// Sets how precise the result should be.
    ///
    /// ```
    /// use etiology::{AttributionConfig, Precision};
    ///
    /// let config = AttributionConfig::default().with_precision(Precision::StdError(0.02));
    /// assert_eq!(config.precision, Precision::StdError(0.02));
    /// ```
    #[must_use]
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(FEWEST_SAMPLES..=MOST_SAMPLES).contains(&self.samples) {
            return Err(Error::InvalidParameter {
                name: "the number of samples",
                requirement: "at least 32, so that a standard error can be given, and at most 10 million",
                found: self.samples.to_string(),
            });
        }
        if let Floor::Fixed(floor) = self.floor {
            check_floor(floor)?;
        }
        if let Precision::StdError(std_error) = self.precision
            && !(std_error > 0.0 && std_error.is_finite())
        {
            return Err(Error::InvalidParameter {
                name: "the standard error to reach",
                requirement: "positive and finite",
                found: std_error.to_string(),
            });
        }
        self.shapley_method.check()
    }
}
