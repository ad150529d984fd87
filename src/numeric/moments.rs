//! Means and spreads that neither cancel nor overflow before their result does.

/// The mean of a non-empty slice.
///
/// The second pass adds back what rounding lost in the first. Dividing before summing costs a
/// little speed and keeps values near the largest `f64` from overflowing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let rough: f64 = values.iter().map(|value| value / count).sum();
    let lost: f64 = values.iter().map(|value| (value - rough) / count).sum();
    rough + lost
}

/// The root mean square distance of a non-empty slice from `centre`, scaled by the largest
/// distance so that no square overflows or vanishes.
pub(crate) fn root_mean_square(values: &[f64], centre: f64) -> f64 {
    let largest = values.iter().map(|value| (value - centre).abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    let squares: f64 = values.iter().map(|value| ((value - centre) / largest).powi(2)).sum();
    largest * (squares / values.len() as f64).sqrt()
}

/// The smallest and the largest value of a non-empty slice without NaN.
pub(crate) fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_offset_does_not_eat_the_spread() {
        // Deviations -1, 0, 1 around an offset whose square exceeds 2^53: the textbook formula gives 0 here.
        let values = [1e9 - 1.0, 1e9, 1e9 + 1.0];
        assert_eq!(mean(&values), 1e9);
        assert_eq!(root_mean_square(&values, 1e9), (2.0_f64 / 3.0).sqrt());
    }

    #[test]
    fn neither_huge_nor_tiny_values_leave_the_range_of_f64() {
        for scale in [1e300, 1e150, 1e-150, 1e-300] {
            let values = [scale, 2.0 * scale, 3.0 * scale];
            let centre = mean(&values);
            assert!((centre / (2.0 * scale) - 1.0).abs() < 1e-15, "{scale}: {centre}");
            let spread = root_mean_square(&values, centre) / scale;
            assert!((spread - (2.0_f64 / 3.0).sqrt()).abs() < 1e-15, "{scale}: {spread}");
        }
    }

    #[test]
    fn equal_values_have_no_spread() {
        assert_eq!(root_mean_square(&[3.0, 3.0], 3.0), 0.0);
        assert_eq!(range(&[3.0, -1.0, 2.0]), (-1.0, 3.0));
    }
}
