//! How long to go on.

use super::config::{AttributionConfig, Precision};
use super::estimates::Estimates;
use crate::error::Result;
use crate::shapley::{MOST_PERMUTATIONS, ShapleyConfig, ShapleyMethod};

/// How many sizes of the noise bank there are, each twice the one before.
pub(super) const LARGEST_GROWTH: usize = 16;
/// Most samples that a precision may ask for; a larger number that was configured is not reduced.
const MOST_SAMPLES: usize = 1 << 20;
/// The most by which samples or permutations are multiplied at once: errors from few of them are rough.
const MOST_DOUBLINGS_AT_ONCE: u32 = 4;

/// What one round may spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effort {
    pub(super) samples: usize,
    /// How often the configured number of samples was doubled.
    pub(super) growth: usize,
    pub(super) shapley: ShapleyConfig,
}

/// The estimates of the last round and what it spent.
#[derive(Debug)]
pub(super) struct Refined {
    pub(super) estimates: Estimates,
    /// Nothing where no samples were needed.
    pub(super) samples: Option<usize>,
}

impl Refined {
    /// Of estimates that need no samples.
    pub(super) fn certain(estimates: Estimates) -> Self {
        Self { estimates, samples: None }
    }

    pub(super) fn without_samples(self) -> Self {
        Self { samples: None, ..self }
    }
}

/// Repeats the estimation with more samples and more permutations until the largest standard error is as small as
/// asked for, or nothing more may be spent.
///
/// The variance of either error falls at least with the inverse of what is spent on it, and the cost of a round is
/// samples × permutations; so what is least is to give each half of the variance that is allowed. Every round begins
/// anew, with the seed of all: the last one, which costs more than all before, is the same as if nothing but it had been
/// asked for.
///
/// `method` is how Shapley values are computed in the first round.
pub(super) fn refine(
    config: &AttributionConfig,
    method: ShapleyMethod,
    players: usize,
    mut run: impl FnMut(Effort) -> Result<Estimates>,
) -> Result<Refined> {
    let shapley = ShapleyConfig { method, seed: config.seed };
    let mut effort = Effort { samples: config.samples, growth: 0, shapley };
    loop {
        let estimates = run(effort)?;
        match next(config, players, effort, &estimates) {
            Some(more) => effort = more,
            None => return Ok(Refined { estimates, samples: Some(effort.samples) }),
        }
    }
}

/// The effort of the next round; nothing if this was the last.
fn next(config: &AttributionConfig, players: usize, effort: Effort, estimates: &Estimates) -> Option<Effort> {
    let Precision::StdError(asked) = config.precision else { return None };
    if estimates.largest_error() <= asked {
        return None;
    }
    let allowed = asked * asked;
    let (bank, order) = (estimates.largest_bank_error().powi(2), estimates.largest_permutation_error().powi(2));
    let shared = if bank > 0.0 && order > 0.0 { 2.0 } else { 1.0 };
    let doublings = |variance: f64| {
        let wanted = (shared * variance / allowed).log2().ceil().max(0.0);
        (wanted as u32).min(MOST_DOUBLINGS_AT_ONCE)
    };
    let samples = more_samples(effort, doublings(bank));
    let shapley = more_permutations(effort.shapley, players, estimates.permutations, doublings(order));
    let next = Effort { shapley, ..samples };
    (next != effort).then_some(next)
}

fn more_samples(effort: Effort, doublings: u32) -> Effort {
    let (mut samples, mut growth) = (effort.samples, effort.growth);
    for _ in 0..doublings {
        if 2 * samples <= MOST_SAMPLES && growth + 1 < LARGEST_GROWTH {
            (samples, growth) = (2 * samples, growth + 1);
        }
    }
    Effort { samples, growth, ..effort }
}

fn more_permutations(
    shapley: ShapleyConfig,
    players: usize,
    permutations: Option<usize>,
    doublings: u32,
) -> ShapleyConfig {
    match permutations {
        Some(permutations) if doublings > 0 => {
            let more = (permutations << doublings).min(MOST_PERMUTATIONS);
            shapley.with_method(ShapleyMethod::Permutations(more).or_exact_at_no_more_cost(players))
        }
        _ => shapley,
    }
}
