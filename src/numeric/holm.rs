//! Several tests at once.

use crate::numeric::ranks::ascending;

/// The p-values of several tests, adjusted by Holm's method, in the order given:
///
/// ```text
/// adjusted₍ᵢ₎ = min(1, max over j ≤ i of (k − j + 1)·p₍ⱼ₎)
/// ```
///
/// with k tests and p₍₁₎ ≤ p₍₂₎ ≤ … their sorted p-values (S. Holm, *A simple sequentially rejective multiple test
/// procedure*, Scandinavian Journal of Statistics 6, 1979). Rejecting where the adjusted value is at most α makes the
/// probability of any false rejection among the k tests at most α, however the tests depend on each other. Costs
/// O(k log k).
pub(crate) fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &test) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[test]).min(1.0);
        adjusted[test] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_values_are_those_of_the_definition() {
        // 4·0.005, 3·0.01, 2·0.03, and 1·0.04, which must not fall below the one before.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.6, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
