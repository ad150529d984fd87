//! Comparing fits by what they make of rows they have not seen.

/// One loss per row that was held out.
#[derive(Debug, Clone)]
pub(crate) struct RowLosses {
    losses: Vec<f64>,
}

impl RowLosses {
    pub(crate) fn new(rows: usize) -> Self {
        Self { losses: vec![f64::INFINITY; rows] }
    }

    pub(crate) fn set(&mut self, row: usize, loss: f64) {
        self.losses[row] = if loss.is_nan() { f64::INFINITY } else { loss };
    }

    /// The mean loss; infinite if one is.
    pub(crate) fn mean(&self) -> f64 {
        mean_and_error(self.losses.iter().copied()).0
    }

    /// The mean of this loss minus the other's, and its standard error, paired over rows.
    pub(crate) fn excess_over(&self, other: &Self) -> (f64, f64) {
        mean_and_error(self.losses.iter().zip(&other.losses).map(|(a, b)| a - b))
    }
}

fn mean_and_error(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().map(|value| value / count).sum::<f64>();
    let variance = values.map(|value| (value - mean).powi(2) / count).sum::<f64>();
    (mean, (variance / (count - 1.0).max(1.0)).sqrt())
}

/// Of candidates in order of simplicity the first whose mean loss exceeds the smallest by at most one standard error of
/// the difference, paired over rows. Candidates of infinite loss are out; the first is chosen where all are.
pub(crate) fn simplest_within_one_standard_error(candidates: &[RowLosses]) -> usize {
    let means: Vec<f64> = candidates.iter().map(RowLosses::mean).collect();
    let best = (0..means.len()).filter(|&at| means[at].is_finite()).min_by(|&a, &b| means[a].total_cmp(&means[b]));
    let Some(best) = best else { return 0 };
    (0..best)
        .find(|&at| {
            let (excess, error) = candidates[at].excess_over(&candidates[best]);
            means[at].is_finite() && excess <= error
        })
        .unwrap_or(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(values: &[f64]) -> RowLosses {
        let mut losses = RowLosses::new(values.len());
        values.iter().enumerate().for_each(|(row, &loss)| losses.set(row, loss));
        losses
    }

    #[test]
    fn the_simplest_wins_unless_it_is_worse_by_more_than_its_error() {
        let best = losses(&[1.0, 2.0, 3.0, 4.0]);
        // Differences 1, -1, 1, -0.9: mean 0.025, far below their error.
        let about_as_good = losses(&[2.0, 1.0, 4.0, 3.1]);
        // Always 0.1 worse: a small difference, but certain.
        let surely_worse = losses(&[1.1, 2.1, 3.1, 4.1]);
        assert_eq!(simplest_within_one_standard_error(&[about_as_good.clone(), best.clone()]), 0);
        assert_eq!(simplest_within_one_standard_error(&[surely_worse.clone(), best.clone()]), 1);
        assert_eq!(simplest_within_one_standard_error(&[surely_worse, about_as_good, best]), 1);
    }

    #[test]
    fn a_candidate_that_failed_is_out() {
        let (failed, fine) = (losses(&[f64::NAN, 1.0]), losses(&[5.0, 6.0]));
        assert_eq!(simplest_within_one_standard_error(&[failed.clone(), fine]), 1);
        assert_eq!(simplest_within_one_standard_error(&[failed.clone(), failed]), 0);
    }

    #[test]
    fn means_and_errors_are_the_textbook_ones() {
        // numpy 2: np.std([1, 2, 3, 4], ddof=1) / 2 is 0.6454972243679028.
        let (losses, none) = (losses(&[1.0, 2.0, 3.0, 4.0]), losses(&[0.0; 4]));
        assert_eq!(losses.mean(), 2.5);
        assert!((losses.excess_over(&none).1 - 0.645_497_224_367_902_8).abs() < 1e-15);
    }
}
