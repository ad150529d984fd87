//! The continuous ranked probability score of a mechanism's predictive distribution.

use crate::mechanism::fitted::Predictions;

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

/// The score of what is predicted for a row against the value that was observed, in the node's unit; lower is better.
///
/// ```text
/// CRPS(F, x) = ∫ (F(y) − 1{y ≥ x})² dy = 2 ∫₀¹ ρ_τ(x − F⁻¹(τ)) dτ,   ρ_τ(u) = u·(τ − 1{u < 0})
/// ```
///
/// with the second integral taken over the levels of the quantiles. Every mechanism is increasing in its noise, so that
/// its quantiles are those of the noise put through it: sums, scales and links are scored alike. For a point forecast it
/// is the absolute error.
///
/// Source: Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, Journal of the American
/// Statistical Association 102, 2007, section 4.2.
pub(super) fn crps(predictions: &Predictions, row: usize, value: f64, noise_quantiles: &[f64]) -> f64 {
    let levels = noise_quantiles.len() as f64;
    let pinball = noise_quantiles.iter().enumerate().map(|(level, &noise)| {
        let level = (level as f64 + 0.5) / levels;
        let below = value - predictions.value(row, noise);
        if below < 0.0 { (level - 1.0) * below } else { level * below }
    });
    2.0 * pinball.sum::<f64>() / levels
}
