//! A test by residuals: do the noises of the common fit depend on the table, in their mean, along a parent, in their spread, or in their
//! distribution?

use super::rows::MechanismRows;
use crate::independence::{Projection, covariance_of_residuals};
use crate::numeric::kolmogorov_smirnov::{kolmogorov_smirnov_distance, kolmogorov_smirnov_p_value, two_sample_size};
use crate::numeric::moments::range;

/// Rows beyond the features of the regression below which normal limits are not trusted.
const FEWEST_SPARE_ROWS: usize = 10;
/// The range of noises below which they are rounding, as a share of the node's values.
const ROUNDING: f64 = 1e-9;

/// The smallest p-value of several tests, times their number (Bonferroni). 1 where nothing varies, or one of the tables has no complete row.
pub(super) fn p_value(rows: &MechanismRows) -> f64 {
    let count = rows.is_new.len();
    let new = rows.is_new.iter().filter(|&&label| label > 0.5).count();
    if new == 0 || new == count {
        return 1.0;
    }
    if rows.is_number {
        let (low, high) = range(&rows.responses[0]);
        if high - low <= ROUNDING * rows.size {
            return 1.0;
        }
    }
    let mut p_values = Vec::new();
    if rows.is_number {
        p_values.push(of_distributions(&rows.responses[0], &rows.is_new));
    }
    of_covariances(rows, &mut p_values);
    let smallest = p_values.iter().copied().fold(1.0, f64::min);
    (smallest * p_values.len() as f64).min(1.0)
}

/// Kolmogorov and Smirnov's test of the noises in one table against those in the other.
fn of_distributions(noises: &[f64], is_new: &[f64]) -> f64 {
    let of_table = |label: f64| {
        let mut chosen: Vec<f64> =
            noises.iter().zip(is_new).filter(|(_, own)| **own == label).map(|(x, _)| *x).collect();
        chosen.sort_unstable_by(f64::total_cmp);
        chosen
    };
    let (old, new) = (of_table(0.0), of_table(1.0));
    let share = |count: usize| count as f64 / old.len() as f64;
    let distance = kolmogorov_smirnov_distance(&new, |x| {
        (share(old.partition_point(|&value| value < x)), share(old.partition_point(|&value| value <= x)))
    });
    kolmogorov_smirnov_p_value(distance, two_sample_size(old.len(), new.len()))
}

/// The generalised covariance measure of the responses, and of their squares, with the table, given the parents; and of the responses with
/// the table along each parent.
fn of_covariances(rows: &MechanismRows, p_values: &mut Vec<f64>) {
    let count = rows.is_new.len();
    let features: Vec<&[f64]> = rows.features.iter().map(Vec::as_slice).collect();
    let projection = Projection::quadratic(&features, count);
    let dimension = projection.dimension();
    if count < dimension + FEWEST_SPARE_ROWS {
        return;
    }
    let label = projection.residual(&rows.is_new);
    let times = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let alone = Projection::quadratic(&[], count);
    let along: Vec<Vec<f64>> =
        features.iter().map(|feature| projection.residual(&times(&label, &alone.residual(feature)))).collect();
    for response in &rows.responses {
        let response = projection.residual(response);
        let spread = projection.residual(&times(&response, &response));
        let mut test = |a: &[f64], b: &[f64]| p_values.push(covariance_of_residuals(a, b, dimension).p_value);
        test(&response, &label);
        if rows.is_number {
            test(&spread, &label);
        }
        along.iter().for_each(|along| test(&response, along));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    /// Rows in which y = slope·x + shift + spread·noise; x is uniform in both tables, and the fit has the slope 1.
    fn rows(seed: u64, new: impl Fn(f64, f64) -> f64) -> MechanismRows {
        let mut random = stream(seed, Purpose::ModelDraws, 0);
        let count = 600;
        let x: Vec<f64> = (0..count).map(|_| random.random::<f64>()).collect();
        let is_new: Vec<f64> = (0..count).map(|row| f64::from(u8::from(row >= count / 2))).collect();
        let noise = |row: usize, noise: f64| if is_new[row] > 0.5 { new(x[row], noise) } else { noise };
        let noises = (0..count).map(|row| noise(row, (0..6).map(|_| random.random::<f64>() - 0.5).sum())).collect();
        MechanismRows { responses: vec![noises], features: vec![x], is_new, is_number: true, size: 5.0 }
    }

    #[test]
    fn false_alarms_are_as_rare_as_they_should_be() {
        let alarms = (0..400).filter(|&seed| p_value(&rows(seed, |_, noise| noise)) <= 0.05).count();
        // 20 by chance, at most: three standard deviations more are 13.
        assert!(alarms <= 33, "{alarms}");
    }

    #[test]
    fn shifts_slopes_and_spreads_are_found() {
        let changes: [fn(f64, f64) -> f64; 3] =
            [|_, noise| noise + 0.4, |x, noise| noise + 1.5 * (x - 0.5), |_, noise| 1.6 * noise];
        for (number, change) in changes.into_iter().enumerate() {
            let found = (0..40).filter(|&seed| p_value(&rows(seed, change)) <= 0.05).count();
            assert!(found >= 36, "{number}: {found}");
        }
    }

    #[test]
    fn what_does_not_vary_has_not_changed_and_a_constant_that_moved_has() {
        let is_new = || (0..40).map(|row| f64::from(u8::from(row >= 20))).collect::<Vec<f64>>();
        let constant = |value: f64| MechanismRows {
            responses: vec![is_new().iter().map(|label| 3.0 + value * label).collect()],
            features: Vec::new(),
            is_new: is_new(),
            is_number: true,
            size: 3.0,
        };
        assert_eq!(p_value(&constant(0.0)), 1.0);
        assert!(p_value(&constant(1.0)) < 1e-6);
    }
}
