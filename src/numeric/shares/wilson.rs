//! How sure a share is.

/// The 0.975 quantile of the standard normal distribution.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a probability of which `hits` of `trials` independent trials came true; from 0 to 1 of no trial.
///
/// Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the American Statistical Association
/// 22, 1927.
pub(crate) fn wilson(hits: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, z2) = (trials as f64, QUANTILE * QUANTILE);
    let share = hits as f64 / n;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = QUANTILE / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At both ends it is exact, but for rounding.
    let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if hits >= trials { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_holds_what_its_equation_says() {
        // The ends are where the score test is just significant: |p − share| = z·√(p(1 − p)/n).
        for (hits, trials) in [(1, 10), (41, 100), (412_318, 1_000_000), (9, 10)] {
            let (low, high) = wilson(hits, trials);
            let (share, n) = (hits as f64 / trials as f64, trials as f64);
            for end in [low, high] {
                let distance = (end - share).abs() / (end * (1.0 - end) / n).sqrt();
                assert!((distance - QUANTILE).abs() < 1e-6, "{hits} of {trials}: {end}");
            }
        }
        assert_eq!((wilson(0, 0), wilson(0, 5).0, wilson(5, 5).1), ((0.0, 1.0), 0.0, 1.0));
    }
}
