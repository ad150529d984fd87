//! How likely two draws coincide: values that were counted or rounded lie on a lattice.

/// The distance, as a share of the range, within which values count as one.
const SAME: f64 = 1e-9;
/// The finest lattice that is looked for, as a share of the range.
const FINEST: f64 = 1e-6;

/// The probability that two independent draws coincide, estimated from n sorted values of the same distribution.
///
/// It is the share of tied pairs, Σ c(c − 1)/(n(n − 1)) over the counts c of the values; for values on a lattice with steps
/// of g, at least what it is for a normal density on that lattice, g/(2√π·σ), with σ² the `variance` of the values. It is 0 for values that are all different and on no lattice. Costs O(n).
pub(crate) fn coincidence(sorted: &[f64], variance: f64) -> f64 {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return 0.0 };
    let (range, count) = (last - first, sorted.len() as f64);
    if !(range > 0.0 && range.is_finite()) {
        return 1.0;
    }
    let same = SAME * range;
    let tied: f64 = sorted.chunk_by(|a, b| b - a <= same).map(|ties| (ties.len() * (ties.len() - 1)) as f64).sum();
    let by_step = step(sorted, range).map_or(0.0, |step| step / (2.0 * std::f64::consts::PI.sqrt() * variance.sqrt()));
    (tied / (count * (count - 1.0))).max(by_step).min(1.0)
}

/// The step of the coarsest lattice that all values lie on, if it is not finer than [`FINEST`]: the greatest common divisor
/// of the gaps between them.
fn step(sorted: &[f64], range: f64) -> Option<f64> {
    let gaps = sorted.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > SAME * range);
    let mut step = range;
    for gap in gaps {
        step = common_divisor(gap, step, FINEST * range)?;
    }
    Some(step)
}

/// Euclid's algorithm for two lengths that are known up to rounding; nothing if the divisor is shorter than `finest`.
fn common_divisor(a: f64, b: f64, finest: f64) -> Option<f64> {
    let (mut longer, mut shorter) = (a.max(b), a.min(b));
    while shorter >= finest {
        let rest = longer % shorter;
        // A rest just below the divisor is none, too.
        let rest = rest.min(shorter - rest);
        if rest <= 0.1 * finest {
            return Some(shorter);
        }
        (longer, shorter) = (shorter, rest);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mut values: Vec<f64>) -> f64 {
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        coincidence(&values, variance)
    }

    #[test]
    fn values_on_no_lattice_do_not_coincide() {
        assert_eq!(of((0..500).map(|row| f64::from(row).sin()).collect()), 0.0);
        assert_eq!(of((1..500).map(|row| f64::from(row).sqrt()).collect()), 0.0);
    }

    #[test]
    fn steps_are_found_in_any_unit_and_place_and_through_gaps() {
        for unit in [1.0, 0.01, 1e-9, 3.7e5] {
            for shift in [0.0, 17.3] {
                let values: Vec<f64> = (0..200).map(|row| unit * (shift + f64::from(row * 37 % 101 * 3))).collect();
                let mut sorted = values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                let found = step(&sorted, sorted[199] - sorted[0]).unwrap();
                assert!((found / unit - 3.0).abs() < 1e-3, "{found} in units of {unit}");
                // Uniform on 101 values, each about twice.
                assert!((0.005..0.02).contains(&of(values)), "{unit}, {shift}");
            }
        }
        assert_eq!(step(&[0.0, 6.0, 10.0, 25.0], 25.0), Some(1.0));
    }

    #[test]
    fn ties_count_by_pairs_and_a_constant_always_coincides() {
        let tied = of([0.0; 90].into_iter().chain((0..10).map(|row| f64::from(row).sin() + 2.0)).collect());
        assert!((tied - 90.0 * 89.0 / (100.0 * 99.0)).abs() < 1e-12, "{tied}");
        assert_eq!(of(vec![3.0; 5]), 1.0);
        assert_eq!(of(vec![3.0]), 1.0);
        assert_eq!(coincidence(&[f64::MIN, f64::MAX], f64::INFINITY), 1.0);
    }
}
