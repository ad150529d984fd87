//! How long to go on.

use super::config::{AttributionConfig, Precision};
use super::estimates::{Estimate, Estimates};
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
    /// How often the configured number of samples is doubled; nothing where no samples are needed.
    pub(super) growth: Option<usize>,
    pub(super) shapley: ShapleyConfig,
}

impl Effort {
    /// Without samples, until some are asked for.
    pub(super) fn new(method: ShapleyMethod, config: &AttributionConfig) -> Self {
        Self { growth: None, shapley: ShapleyConfig { method, seed: config.seed } }
    }

    /// With the configured number of samples.
    pub(super) fn with_samples(self) -> Self {
        Self { growth: Some(0), ..self }
    }
}

/// The estimates of the last round and what it spent.
#[derive(Debug)]
pub(super) struct Refined {
    pub(super) estimates: Estimates,
    /// Nothing where no samples were needed.
    pub(super) samples: Option<usize>,
}

impl Refined {
    /// Of an event that is certain.
    pub(super) fn certain() -> Self {
        Self { estimates: Estimates::certain(), samples: None }
    }

    /// The same where it is known that no player matters, whatever rounding says.
    pub(super) fn with_all_unexplained(mut self) -> Self {
        self.estimates.contributions.fill(Estimate::default());
        self.estimates.unexplained = self.estimates.score;
        self
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
/// `effort` is that of the first round.
pub(super) fn refine(
    config: &AttributionConfig,
    players: usize,
    effort: Effort,
    run: impl Fn(Effort) -> Result<Estimates>,
) -> Result<Refined> {
    match refine_if_possible(config, players, effort, |effort| run(effort).map(Some))? {
        Some(refined) => Ok(refined),
        None => unreachable!("every round has estimates"),
    }
}

/// The same for means that may turn out not to do: then there is nothing.
pub(super) fn refine_if_possible(
    config: &AttributionConfig,
    players: usize,
    mut effort: Effort,
    run: impl Fn(Effort) -> Result<Option<Estimates>>,
) -> Result<Option<Refined>> {
    loop {
        let Some(estimates) = run(effort)? else { return Ok(None) };
        match next(config, players, effort, &estimates) {
            Some(more) => effort = more,
            None => {
                let samples = effort.growth.map(|growth| config.samples << growth);
                return Ok(Some(Refined { estimates, samples }));
            }
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
    let growth = effort.growth.map(|growth| grown(config.samples, growth, doublings(bank)));
    let shapley = more_permutations(effort.shapley, players, estimates.permutations, doublings(order));
    let next = Effort { growth, shapley };
    (next != effort).then_some(next)
}

fn grown(samples: usize, growth: usize, doublings: u32) -> usize {
    let affordable = |&growth: &usize| samples << growth <= MOST_SAMPLES && growth < LARGEST_GROWTH;
    (growth..=growth + doublings as usize).rev().find(affordable).unwrap_or(growth)
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
