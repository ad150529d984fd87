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

    pub(crate) fn rows(&self) -> usize {
        self.losses.len()
    }

    /// The mean loss; infinite if one is.
    pub(crate) fn mean(&self) -> f64 {
        mean_and_error(self.losses.iter().copied()).0
    }

    #[cfg(feature = "boosted-trees")]
    pub(crate) fn push(&mut self, loss: f64) {
        self.losses.push(loss);
    }

    /// The standard error of the mean loss.
    pub(crate) fn std_error(&self) -> f64 {
        mean_and_error(self.losses.iter().copied()).1
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

/// How much worse than the best a simpler candidate may be and still be chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    /// Standard errors of the difference, paired over rows.
    pub(crate) standard_errors: f64,
    /// Or this share of the best mean loss.
    pub(crate) share: f64,
    /// Or this much.
    pub(crate) absolute: f64,
}

/// The usual rule.
pub(crate) const ONE_STANDARD_ERROR: Tolerance = Tolerance { standard_errors: 1.0, share: 0.0, absolute: 0.0 };

/// The first of the candidates, in order of simplicity, whose mean loss exceeds the smallest by no more than is tolerated.
/// Candidates of infinite loss are out; the first is chosen where all are.
pub(crate) fn simplest_within(candidates: &[RowLosses], tolerance: Tolerance) -> usize {
    let means: Vec<f64> = candidates.iter().map(RowLosses::mean).collect();
    let best = (0..means.len()).filter(|&at| means[at].is_finite()).min_by(|&a, &b| means[a].total_cmp(&means[b]));
    let Some(best) = best else { return 0 };
    (0..best)
        .find(|&at| {
            let (excess, error) = candidates[at].excess_over(&candidates[best]);
            let tolerated =
                (tolerance.standard_errors * error).max(tolerance.share * means[best]).max(tolerance.absolute);
            means[at].is_finite() && excess <= tolerated
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
        assert_eq!(simplest_within(&[about_as_good.clone(), best.clone()], ONE_STANDARD_ERROR), 0);
        assert_eq!(simplest_within(&[surely_worse.clone(), best.clone()], ONE_STANDARD_ERROR), 1);
        // By 4 % of the best, which is 2.5.
        let tolerance = Tolerance { standard_errors: 0.0, share: 0.041, absolute: 0.0 };
        assert_eq!(simplest_within(&[surely_worse.clone(), best.clone()], tolerance), 0);
        assert_eq!(simplest_within(&[surely_worse, about_as_good, best], ONE_STANDARD_ERROR), 1);
    }

    #[test]
    fn a_candidate_that_failed_is_out() {
        let (failed, fine) = (losses(&[f64::NAN, 1.0]), losses(&[5.0, 6.0]));
        assert_eq!(simplest_within(&[failed.clone(), fine], ONE_STANDARD_ERROR), 1);
        assert_eq!(simplest_within(&[failed.clone(), failed], ONE_STANDARD_ERROR), 0);
    }

    #[test]
    fn means_and_errors_are_the_textbook_ones() {
        // numpy 2: np.std([1, 2, 3, 4], ddof=1) / 2 is 0.6454972243679028.
        let (losses, none) = (losses(&[1.0, 2.0, 3.0, 4.0]), losses(&[0.0; 4]));
        assert_eq!(losses.mean(), 2.5);
        assert!((losses.excess_over(&none).1 - 0.645_497_224_367_902_8).abs() < 1e-15);
    }
}
