//! What of a node's deviation was there before the event.

use crate::noise::NoiseDistribution;

/// By how much a node was off its usual median just before the event: the quartile of the recent deviations that is nearer to
/// 0, or 0 where the quartiles have different signs. So one recent row that the fault has reached already does not
/// hide it.
pub(super) fn drift(reference: &NoiseDistribution, recent: impl Iterator<Item = f64>) -> f64 {
    let median = reference.median();
    let mut deviations: Vec<f64> = recent.filter(|value| value.is_finite()).map(|value| value - median).collect();
    deviations.sort_by(f64::total_cmp);
    let Some(last) = deviations.len().checked_sub(1) else { return 0.0 };
    // Of few rows the smallest or largest.
    let (lower, upper) = (deviations[last / 4], deviations[last - last / 4]);
    if lower > 0.0 {
        lower
    } else if upper < 0.0 {
        upper
    } else {
        0.0
    }
}

/// The value without the drift, but never past the median.
pub(super) fn without_drift(reference: &NoiseDistribution, value: f64, drift: f64) -> f64 {
    let median = reference.median();
    let deviation = value - median;
    if deviation.signum() != drift.signum() || drift == 0.0 {
        return value;
    }
    if deviation.abs() <= drift.abs() { median } else { value - drift }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_there_before_is_taken_away() {
        let reference = NoiseDistribution::empirical(&[0.0, 1.0, 2.0]).unwrap();
        let two_rows = drift(&reference, [4.0, 9.0].into_iter());
        assert_eq!(two_rows, 3.0, "the second row has the fault already");
        assert_eq!(without_drift(&reference, 10.0, two_rows), 7.0);
        assert_eq!(without_drift(&reference, 3.5, two_rows), 1.0);
        assert_eq!(without_drift(&reference, -5.0, two_rows), -5.0);
        assert_eq!(drift(&reference, [0.5, 1.5].into_iter()), 0.0);
        assert_eq!(drift(&reference, [-3.0, f64::NAN, -2.0].into_iter()), -3.0);
        assert_eq!(drift(&reference, std::iter::empty()), 0.0);
    }
}
