//! The error of the noise bank, from replicates that leave out one block each.

use super::measuring::UNSEEN;
use crate::numeric::points::{BLOCKS, WIDENED};

/// The variance that another bank would have brought, from the outputs of [`SampleMeasure`](super::measuring::SampleMeasure): the
/// delete-one-block jackknife (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 11).
///
/// With B blocks, θ from all samples and θ₍ᵢ₎ from all but block i, it is (B − 1)/B · Σ (θ₍ᵢ₎ − θ)², and is widened by
/// (t/z)², so that 1.96 standard errors hold the truth as often as they would if so few blocks told the variance exactly. What
/// no block has seen is added.
pub(crate) fn variance_of_bank(outputs: &[f64]) -> f64 {
    let blocks = BLOCKS as f64;
    let all = outputs[0];
    let squares: f64 = outputs[1..=BLOCKS].iter().map(|replicate| (replicate - all).powi(2)).sum();
    WIDENED * WIDENED * (blocks - 1.0) / blocks * squares + outputs[UNSEEN].powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mean_it_is_the_square_of_the_widened_standard_error() {
        let samples: Vec<f64> = (0..BLOCKS).map(|sample| (sample as f64).sqrt()).collect();
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let variance = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0) / count;
        let replicates = samples.iter().map(|sample| (count * mean - sample) / (count - 1.0));
        let outputs: Vec<f64> = std::iter::once(mean).chain(replicates).chain([0.0, mean]).collect();
        assert!((variance_of_bank(&outputs) - WIDENED * WIDENED * variance).abs() < 1e-12);
    }
}
