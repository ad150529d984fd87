//! The Kolmogorov-Smirnov test: do values come from a distribution?

/// Below this the limit's probability is 1 to more than twelve digits, and its series would need many terms.
const CERTAIN_BELOW: f64 = 0.2;
/// Terms of the series; the last one is below 1e-17 wherever it is used.
const TERMS: i32 = 30;

/// The Kolmogorov-Smirnov distance, the largest difference of two distribution functions at any x:
///
/// ```text
/// D = sup |F(x) − G(x)|,   G(x) = #{ i : sorted[i] ≤ x } / m
/// ```
///
/// `sorted` holds m values in ascending order, and `distribution` gives P(X < x) and P(X ≤ x) for one of them, which
/// differ where the distribution has an atom. 0 without values. Costs O(m) calls of `distribution`.
pub(crate) fn kolmogorov_smirnov_distance(sorted: &[f64], distribution: impl Fn(f64) -> (f64, f64)) -> f64 {
    let count = sorted.len() as f64;
    let mut largest: f64 = 0.0;
    let mut before = 0;
    for ties in sorted.chunk_by(|a, b| a == b) {
        // Between two of the values G is constant and F monotone: so the largest distance is at a value or just below.
        let up_to = before + ties.len();
        let (below, at) = distribution(ties[0]);
        largest = largest.max((below - before as f64 / count).abs()).max((at - up_to as f64 / count).abs());
        before = up_to;
    }
    largest
}

/// The probability of a [distance](kolmogorov_smirnov_distance) this large, or larger, by chance alone.
///
/// `size` is the number of values, or the [size of two samples](two_sample_size) where the distribution is that of other values. The probability is
/// Kolmogorov's limit 2·Σ (−1)ᵏ⁻¹ exp(−2k²λ²) at λ = (√size + 0.12 + 0.11/√size)·D (M. A. Stephens, *Use of the
/// Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables*, Journal of the Royal
/// Statistical Society B 32, 1970), good to a few per cent from a size of 10 on. Ties make it too large rather than too
/// small.
pub(crate) fn kolmogorov_smirnov_p_value(distance: f64, size: f64) -> f64 {
    kolmogorov_tail((size.sqrt() + 0.12 + 0.11 / size.sqrt()) * distance)
}

/// How many values a test of two samples of n and m values rests on: n·m/(n + m).
pub(crate) fn two_sample_size(n: usize, m: usize) -> f64 {
    let (n, m) = (n as f64, m as f64);
    n * m / (n + m)
}

/// P{K ≥ λ} of the Kolmogorov distribution.
fn kolmogorov_tail(lambda: f64) -> f64 {
    if lambda < CERTAIN_BELOW {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * (f64::from(k) * lambda).powi(2)).exp()
    };
    (1..=TERMS).map(term).sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_that_of_the_definition() {
        let uniform = |x: f64| (x, x);
        assert_eq!(kolmogorov_smirnov_distance(&[0.25, 0.75], uniform), 0.25);
        assert_eq!(kolmogorov_smirnov_distance(&[0.0, 0.0, 0.5], uniform), 2.0 / 3.0);
        assert_eq!(kolmogorov_smirnov_distance(&[], uniform), 0.0);
    }

    #[test]
    fn the_distance_to_other_values_is_the_largest_of_all_points() {
        let others = [1.0, 2.0, 2.0, 3.0, 8.0];
        let share = |all: &[f64], counts: &dyn Fn(f64) -> bool| {
            all.iter().filter(|&&value| counts(value)).count() as f64 / all.len() as f64
        };
        for values in [vec![2.0], vec![0.0, 2.5, 2.5], others.to_vec(), vec![9.0, 9.5]] {
            let grid = (-10..200).map(|step| 0.05 * f64::from(step));
            let difference = |x: f64| (share(&others, &|v| v <= x) - share(&values, &|v| v <= x)).abs();
            let expected = grid.map(difference).fold(0.0, f64::max);
            let found =
                kolmogorov_smirnov_distance(&values, |x| (share(&others, &|v| v < x), share(&others, &|v| v <= x)));
            assert!((found - expected).abs() < 1e-12, "{values:?}: {found} instead of {expected}");
        }
    }

    #[test]
    fn two_samples_of_equal_size_count_half() {
        assert_eq!(two_sample_size(40, 40), 20.0);
        assert_eq!(two_sample_size(1, 3), 0.75);
    }

    #[test]
    fn the_tail_is_that_of_the_kolmogorov_distribution() {
        // The other series of the same function, 1 − √(2π)/λ · Σ exp(−(2k − 1)²π²/8λ²), which converges where this one does not.
        let other = |lambda: f64| {
            let term = |k: i32| (-(f64::from(2 * k - 1) * std::f64::consts::PI / lambda).powi(2) / 8.0).exp();
            1.0 - std::f64::consts::TAU.sqrt() / lambda * (1..=100).map(term).sum::<f64>()
        };
        for lambda in [0.05, 0.199, 0.2, 0.3, 0.5, 1.0, 1.36, 2.0, 3.0] {
            let (found, expected) = (kolmogorov_tail(lambda), other(lambda));
            assert!((found - expected).abs() < 1e-11, "{found} instead of {expected} at {lambda}");
        }
        // The usual critical value of 5 %.
        assert!((kolmogorov_tail(1.358) - 0.05).abs() < 1e-4);
    }

    #[test]
    fn the_limit_is_that_of_kolmogorov() {
        // scipy 1.17.1: scipy.special.kolmogorov(x). With 1e12 rows Stephens' correction is below 1e-6.
        for (lambda, expected) in
            [(0.5, 0.963_945_243_664_875_1), (1.0, 0.269_999_671_677_354_5), (2.0, 6.709_252_557_796_953e-4)]
        {
            let found = kolmogorov_smirnov_p_value(lambda / 1e6, 1e12);
            assert!((found / expected - 1.0).abs() < 2e-6, "{found} {expected}");
        }
        assert_eq!(kolmogorov_smirnov_p_value(0.0, 10.0), 1.0);
        assert_eq!(kolmogorov_smirnov_p_value(1.0, 1e6), 0.0);
    }
}
