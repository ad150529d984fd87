//! The error of the noise bank, by leaving out one block at a time.

use super::config::BLOCKS;

/// An estimate from all samples, freed of its leading bias, and the variance that another bank would have given it:
/// the delete-one-block jackknife (Quenouille 1956, Tukey 1958; Efron and Tibshirani 1993, chapter 11), from the
/// outputs of [`Measure`](super::measure::Measure).
///
/// With B blocks, θ from all samples and θ₍ᵢ₎ from all but block i, whose mean is θ̄: the value is B·θ − (B −
/// 1)·θ̄ and its variance (B − 1)/B · Σ (θ₍ᵢ₎ − θ̄)². The logarithm of a rare event's frequency is biased
/// downwards by (1 − q)q/(2m(q + ε)²); the correction takes that away up to terms of order 1/m². It is linear,
/// so corrected contributions still sum to the corrected score.
///
/// Where no sample hits the region, leaving samples out changes nothing, and the jackknife alone would claim to
/// be certain. So the square of what one further hit would have changed is added; where there are many hits that
/// is negligible.
pub(super) fn jackknife(outputs: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let blocks = BLOCKS as f64;
    let output = |place: usize| outputs.clone().nth(place).unwrap_or(f64::NAN);
    let (all, one_more_hit) = (output(0), output(1 + BLOCKS));
    // Differences to the full estimate are small, so their squares lose no digits.
    let shifts = outputs.clone().skip(1).take(BLOCKS).map(|replicate| replicate - all);
    let mean_shift = shifts.clone().sum::<f64>() / blocks;
    let squares: f64 = shifts.map(|shift| (shift - mean_shift).powi(2)).sum();
    let variance = (blocks - 1.0) / blocks * squares + (one_more_hit - all).powi(2);
    (all - (blocks - 1.0) * mean_shift, variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mean_it_is_the_standard_error_without_correction() {
        let samples: Vec<f64> = (0..BLOCKS).map(|sample| (sample as f64).sqrt()).collect();
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let variance = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0) / count;
        let replicates = samples.iter().map(|sample| (count * mean - sample) / (count - 1.0));
        let outputs: Vec<f64> = std::iter::once(mean).chain(replicates).chain([mean]).collect();
        let (jackknifed, jackknife_variance) = jackknife(outputs.into_iter());
        assert!((jackknifed - mean).abs() < 1e-12);
        assert!((jackknife_variance - variance).abs() < 1e-12);
    }
}
