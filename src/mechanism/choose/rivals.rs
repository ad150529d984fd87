//! Which candidates the held-out rows leave possible beside the chosen one.

use super::candidates::Candidate;
use crate::mechanism::kind::CausalMechanism;
use crate::mechanism::learn::RowLosses;

/// A loss may exceed the best one's by this share, or by its standard error, and be as good as [`AS_GOOD`] says. A share too,
/// since with many rows every mechanism is surely wrong somewhere inside the data, which says little of the outside.
const SHARE: f64 = 0.05;
/// Mechanisms with a smaller weight, beside 1 for the best, are not worth being asked.
const LEAST_WEIGHT: f64 = 0.02;

/// A mechanism that predicts held-out rows about as well as the chosen one.
#[derive(Debug, Clone)]
pub(crate) struct RivalMechanism {
    /// Its name in the assignment report.
    pub(crate) name: &'static str,
    pub(crate) mechanism: CausalMechanism,
    /// How likely it is beside the others; that of the chosen one is [`Rivals::chosen`].
    pub(crate) weight: f64,
}

/// The mechanisms that the data leave possible for a node, without the chosen one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rivals {
    /// The weight of the chosen one. All weights together are 1.
    pub(crate) chosen: f64,
    pub(crate) all: Vec<RivalMechanism>,
}

/// The rivals of the candidate that was chosen, from what the middle of each one's predictions left unexplained in rows that
/// were held out: what matters is the function of the parents, not how well the size of the noise is told.
///
/// A weight is exp(−e²/2), e being by how much the mean absolute residual exceeds the smallest one, in units of what is
/// tolerated. One with more coefficients than the chosen one must also have earned them: beside a mechanism that explains as
/// much it has no more weight than
///
/// ```text
/// exp( n·ln(mean |r| chosen / mean |r| own) − (further coefficients)/2 · ln n )
/// ```
///
/// over n rows, as by the Bayesian information criterion of Laplace noise (Schwarz, *Estimating the dimension of a model*, Annals of
/// Statistics 6, 1978). Else the coefficients that only fit the noise of the rows, as the squares of what is linear, would say most
/// where the parents are far outside.
pub(super) fn rivals(candidates: Vec<(Candidate, RowLosses)>, chosen: usize) -> Rivals {
    let losses: Vec<&RowLosses> = candidates.iter().map(|(_, losses)| losses).collect();
    let means: Vec<f64> = losses.iter().map(|losses| losses.mean()).collect();
    let Some(best) =
        (0..means.len()).filter(|&at| means[at].is_finite()).min_by(|&a, &b| means[a].total_cmp(&means[b]))
    else {
        return Rivals::default();
    };
    let earned = |at: usize| {
        let further = candidates[at].0.terms.saturating_sub(candidates[chosen].0.terms) as f64;
        let rows = losses[chosen].rows() as f64;
        let gain = if further > 0.0 { rows * (means[chosen] / means[at]).ln() } else { 0.0 };
        (gain - 0.5 * further * rows.ln()).exp().min(1.0)
    };
    let weight = |at: usize| {
        let (excess, error) = losses[at].excess_over(losses[best]);
        let tolerated = error.max(SHARE * means[best]);
        if !excess.is_finite() {
            0.0
        } else if excess <= 0.0 {
            1.0
        } else {
            (-0.5 * (excess / tolerated).powi(2)).exp()
        }
    };
    let weights: Vec<f64> = (0..means.len()).map(|at| weight(at).min(earned(at))).collect();
    let counts = |at: usize| at == chosen || weights[at] >= LEAST_WEIGHT;
    let of_chosen = weights[chosen].max(LEAST_WEIGHT);
    let sum: f64 =
        of_chosen + (0..means.len()).filter(|&at| at != chosen && counts(at)).map(|at| weights[at]).sum::<f64>();
    let all = candidates.into_iter().enumerate().filter(|&(at, _)| at != chosen && counts(at));
    let all = all.map(|(at, (candidate, _))| RivalMechanism {
        name: candidate.name,
        mechanism: candidate.mechanism,
        weight: weights[at] / sum,
    });
    Rivals { chosen: of_chosen / sum, all: all.collect() }
}
