//! Are these values uniform on (0, 1)?

/// The Kolmogorov-Smirnov distance: the largest difference between the share of values up to u and u itself. Sorts the
/// values; costs O(n log n).
pub(crate) fn kolmogorov_distance(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    let gaps = values.iter().enumerate().map(|(rank, &u)| ((rank + 1) as f64 / count - u).max(u - rank as f64 / count));
    gaps.fold(0.0, f64::max)
}

/// The probability of a Kolmogorov-Smirnov distance this large from `rows` uniform values: Kolmogorov's limit
/// 2·Σ (−1)ʲ⁻¹ exp(−2j²λ²) at λ = (√n + 0.12 + 0.11/√n)·D (M. A. Stephens, *Use of the Kolmogorov-Smirnov, Cramér-von
/// Mises and related statistics without extensive tables*, JRSS B 32, 1970), good to a few per cent from 10 rows on.
pub(crate) fn kolmogorov_p_value(distance: f64, rows: f64) -> f64 {
    let root = rows.sqrt();
    let lambda = (root + 0.12 + 0.11 / root) * distance;
    // The series alternates without falling near 0, where the probability is 1 to 1e-12.
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |j: i32| if j % 2 == 1 { 2.0 } else { -2.0 } * (-2.0 * f64::from(j * j) * lambda * lambda).exp();
    (1..=20).map(term).sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_that_of_the_definition() {
        assert_eq!(kolmogorov_distance(&mut [0.75, 0.25]), 0.25);
        assert_eq!(kolmogorov_distance(&mut [0.0, 0.0, 0.5]), 2.0 / 3.0);
    }

    #[test]
    fn the_limit_is_that_of_kolmogorov() {
        // scipy 1.17.1: scipy.special.kolmogorov(x). With 1e12 rows Stephens' correction is below 1e-6.
        for (lambda, expected) in
            [(0.5, 0.963_945_243_664_875_1), (1.0, 0.269_999_671_677_354_5), (2.0, 6.709_252_557_796_953e-4)]
        {
            let found = kolmogorov_p_value(lambda / 1e6, 1e12);
            assert!((found / expected - 1.0).abs() < 2e-6, "{found} {expected}");
        }
        assert_eq!(kolmogorov_p_value(0.0, 10.0), 1.0);
        assert_eq!(kolmogorov_p_value(1.0, 1e6), 0.0);
    }
}
