//! The continuous ranked probability score of a mechanism's predictive distribution.

use crate::mechanism::fitted::Predictions;
use crate::numeric::crps::crps_of_sorted;

/// How many quantiles of the noise a predictive distribution is made of.
const LEVELS: usize = 48;

/// Quantiles of a sample of noise at the levels (k + ½) / 48.
pub(super) fn noise_quantiles(mut noises: Vec<f64>) -> Vec<f64> {
    noises.sort_unstable_by(f64::total_cmp);
    let count = noises.len();
    if count == 0 {
        return Vec::new();
    }
    (0..LEVELS).map(|level| noises[(2 * level + 1) * count / (2 * LEVELS)]).collect()
}

/// The CRPS of what is predicted for a row against the value that was observed, in the node's unit; lower is better.
///
/// Every mechanism is increasing in its noise, so that the quantiles of what it predicts are those of the noise put through
/// it: sums, scales and links are scored alike.
pub(super) fn crps(predictions: &Predictions, row: usize, value: f64, noise_quantiles: &[f64]) -> f64 {
    crps_of_sorted(noise_quantiles.iter().map(|&noise| predictions.value(row, noise)), value)
}
