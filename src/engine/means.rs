//! By which means probabilities are found.

use serde::{Deserialize, Serialize};

use super::explanation::EngineName;

/// How the probabilities of coalitions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimator {
    /// In closed form where there is one (a target linear in normal noises; the mean of any linear target), by Fourier
    /// inversion for a target that is linear in other noises, unless they have heavy atoms or generalised Pareto tails or
    /// the floor is far below what the training data support, and by Monte Carlo otherwise.
    /// [`Attributor::explain`](crate::Attributor::explain) says what was taken, and why.
    #[default]
    Auto,
    /// Always by Monte Carlo, also where no samples are needed; useful to check one by the other. One noise is integrated
    /// wherever the target is linear in it.
    MonteCarlo,
    /// By counting hits among the samples: no closed form, and no noise is integrated. That is what the reference
    /// implementation does, and useful to compare with it; m samples resolve probabilities of order 1/m only.
    Counting,
    /// By this engine and no other; an error where it does not apply.
    Only(EngineName),
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

/// The means by which a question is answered: the choice of an engine, and what is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Means {
    /// Closed form, Fourier inversion or Monte Carlo; automatic by default.
    pub estimator: Estimator,
    /// How the joint samples are spread; automatic by default.
    pub noise_sampling: NoiseSampling,
    /// The seed of noises and permutations; 0 by default.
    pub seed: u64,
}
