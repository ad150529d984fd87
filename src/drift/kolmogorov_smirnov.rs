//! The Kolmogorov-Smirnov test of some values against what was normal in training.

use crate::noise::NoiseDistribution;

/// Below this the probability is 1 to more than twelve digits, and its series would need many terms.
const CERTAIN_BELOW: f64 = 0.2;
/// Terms of the series; the last one is below 1e-17 wherever it is used.
const TERMS: i32 = 30;

/// The largest distance between two distribution functions, and how likely as large a one is by chance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison {
    pub(super) statistic: f64,
    pub(super) p_value: f64,
}

/// Compares sorted values, at least one, with a distribution.
///
/// D = sup |F(x) − G(x)|, with the distribution function F of training and G of the values. If F is empirical with n values,
/// and there are m, this is the two-sample test with the effective size n·m/(n + m), otherwise the one-sample test of size
/// m. P{D ≥ d} is the limit's 2 Σ_k (−1)^(k−1) exp(−2k²λ²) with λ = (√s + 0.12 + 0.11/√s)·d for the size s (Stephens, "Use of
/// the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables", *Journal of the Royal
/// Statistical Society B* 32, 1970). Ties make it too large rather than too small. Costs O(m log n).
pub(super) fn compare(training: &NoiseDistribution, sorted: &[f64]) -> Comparison {
    let count = sorted.len() as f64;
    let mut statistic: f64 = 0.0;
    let mut below = 0;
    for ties in sorted.chunk_by(|a, b| a == b) {
        // Between two of the values G is constant and F monotone: so the largest distance is at a value or just below.
        let (value, up_to) = (ties[0], below + ties.len());
        let just_below = (1.0 - training.survival(value)) - below as f64 / count;
        let at = training.cdf(value) - up_to as f64 / count;
        statistic = statistic.max(just_below.abs()).max(at.abs());
        below = up_to;
    }
    let size = match training {
        NoiseDistribution::Empirical(training) => {
            let trained = training.values().len() as f64;
            trained * count / (trained + count)
        }
        _ => count,
    };
    Comparison { statistic, p_value: exceedance((size.sqrt() + 0.12 + 0.11 / size.sqrt()) * statistic) }
}

/// P{K ≥ λ} of the Kolmogorov distribution.
fn exceedance(lambda: f64) -> f64 {
    if lambda < CERTAIN_BELOW {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * (f64::from(k) * lambda).powi(2)).exp()
    };
    (1..=TERMS).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// Holm's adjustment for several tests (Holm, "A simple sequentially rejective multiple test procedure", *Scandinavian
/// Journal of Statistics* 6, 1979): those with an adjusted p-value of at most α are rejected, and the probability of any
/// false one among them is at most α, however the tests depend on each other.
pub(super) fn adjust(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &test) in order.iter().enumerate() {
        largest = largest.max(((p_values.len() - rank) as f64 * p_values[test]).min(1.0));
        adjusted[test] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_that_of_the_kolmogorov_distribution() {
        // The other series of the same function, 1 − √(2π)/λ · Σ exp(−(2k − 1)²π²/8λ²), which converges where this one does not.
        let other = |lambda: f64| {
            let term = |k: i32| (-(f64::from(2 * k - 1) * std::f64::consts::PI / lambda).powi(2) / 8.0).exp();
            1.0 - std::f64::consts::TAU.sqrt() / lambda * (1..=100).map(term).sum::<f64>()
        };
        for lambda in [0.05, 0.199, 0.2, 0.3, 0.5, 1.0, 1.36, 2.0, 3.0] {
            let (found, expected) = (exceedance(lambda), other(lambda));
            assert!((found - expected).abs() < 1e-11, "{found} instead of {expected} at {lambda}");
        }
        // The usual critical value of 5 %.
        assert!((exceedance(1.358) - 0.05).abs() < 1e-4);
    }

    #[test]
    fn the_distance_is_the_largest_of_all_points() {
        let training = NoiseDistribution::empirical(&[1.0, 2.0, 2.0, 3.0, 8.0]).unwrap();
        for values in [vec![2.0], vec![0.0, 2.5, 2.5], vec![1.0, 2.0, 2.0, 3.0, 8.0], vec![9.0, 9.5]] {
            let share = |all: &[f64], x: f64| all.iter().filter(|&&v| v <= x).count() as f64 / all.len() as f64;
            let grid = (-10..200).map(|step| 0.05 * f64::from(step));
            let trained = [1.0, 2.0, 2.0, 3.0, 8.0];
            let expected = grid.map(|x| (share(&trained, x) - share(&values, x)).abs()).fold(0.0, f64::max);
            let found = compare(&training, &values).statistic;
            assert!((found - expected).abs() < 1e-12, "{values:?}: {found} instead of {expected}");
        }
    }

    #[test]
    fn holm_multiplies_by_the_number_of_tests_that_are_left() {
        // 4 · 0.005, 3 · 0.01, 2 · 0.03, and not 0.04, as the one before is larger.
        let adjusted = adjust(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(
            adjusted.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12),
            "{adjusted:?}"
        );
        assert!(adjust(&[]).is_empty());
    }
}
