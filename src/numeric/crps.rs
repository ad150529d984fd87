//! The continuous ranked probability score (CRPS): how good a distribution is as a forecast of one value.
//!
//! ```text
//! CRPS(F, x) = ∫ (F(y) − [x ≤ y])² dy = E|V − x| − ½·E|V − V′|
//! ```
//!
//! with V and V′ independent draws of F (T. Gneiting and A. E. Raftery, *Strictly proper scoring rules, prediction, and
//! estimation*, Journal of the American Statistical Association 102, 2007, equation 21). It is in the unit of x, the
//! smaller the better, and for a point forecast the absolute error. Here F is always a list of equally likely values:
//! [`EqualValues`] scores many outcomes against one list, [`crps_of_sorted`] one outcome against a list that nobody needs
//! twice. Both are the same number but for rounding.

/// A distribution of m equally likely values, ready to be scored against many outcomes.
///
/// With the values sorted and their sums known, E|V − x| costs O(log m), and ½·E|V − V′| is a constant, which costs O(m)
/// once.
#[derive(Debug)]
pub(crate) struct EqualValues {
    /// Taken from all values, so that large ones with a small spread keep their digits.
    centre: f64,
    /// Sorted.
    values: Vec<f64>,
    /// The sum of the values before each, and of all.
    sums: Vec<f64>,
    half_difference: f64,
}

impl EqualValues {
    /// The distribution of these values, one or more and in any order. Costs O(m log m).
    pub(crate) fn new(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let count = values.len() as f64;
        let centre = values[values.len() / 2];
        values.iter_mut().for_each(|value| *value -= centre);
        let mut sums = Vec::with_capacity(values.len() + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for value in &values {
            sum += value;
            sums.push(sum);
        }
        let weighted = values.iter().enumerate().map(|(rank, value)| (2.0 * rank as f64 + 1.0 - count) * value);
        let half_difference = weighted.sum::<f64>() / (count * count);
        Self { centre, values, sums, half_difference }
    }

    /// The mean of the values.
    pub(crate) fn mean(&self) -> f64 {
        self.centre + self.sums[self.values.len()] / self.values.len() as f64
    }

    /// The score of an outcome, in its unit. Costs O(log m).
    pub(crate) fn crps(&self, outcome: f64) -> f64 {
        let x = outcome - self.centre;
        let (below, count) = (self.values.partition_point(|&value| value <= x), self.values.len());
        let distance = x * (2.0 * below as f64 - count as f64) - 2.0 * self.sums[below] + self.sums[count];
        // Rounding may leave less than nothing where the outcome is the only value.
        (distance / count as f64 - self.half_difference).max(0.0)
    }
}

/// The score of one outcome against equally likely values in ascending order, in the outcome's unit.
///
/// ```text
/// CRPS(F, x) = 2 ∫₀¹ ρ_τ(x − F⁻¹(τ)) dτ = 2/m · Σₖ ρ_τₖ(x − vₖ),   ρ_τ(u) = u·(τ − [u < 0]),   τₖ = (k + ½)/m
/// ```
///
/// (Gneiting and Raftery 2007, section 4.2): quantiles of a continuous distribution at the levels τₖ may stand for it. NaN
/// without values. Costs O(m), without a table.
pub(crate) fn crps_of_sorted(values: impl ExactSizeIterator<Item = f64>, outcome: f64) -> f64 {
    let levels = values.len() as f64;
    let pinball = values.enumerate().map(|(level, value)| {
        let level = (level as f64 + 0.5) / levels;
        let below = outcome - value;
        if below < 0.0 { (level - 1.0) * below } else { level * below }
    });
    2.0 * pinball.sum::<f64>() / levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_that_of_the_definition() {
        let values = [0.3, 1.2, 0.7, 2.9, 5.1, 0.7];
        let mean = |of: &dyn Fn(f64) -> f64| values.iter().map(|&value| of(value)).sum::<f64>() / 6.0;
        let spread = mean(&|a| mean(&|b| (a - b).abs()));
        let distribution = EqualValues::new(values.to_vec());
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        for outcome in [-1.0, 0.3, 0.7, 1.0, 5.1, 9.0] {
            let expected = mean(&|value| (value - outcome).abs()) - 0.5 * spread;
            assert!((distribution.crps(outcome) - expected).abs() < 1e-14, "{outcome}");
            assert!((crps_of_sorted(sorted.iter().copied(), outcome) - expected).abs() < 1e-14, "{outcome}");
        }
        assert!((distribution.mean() - mean(&|value| value)).abs() < 1e-15);
    }

    #[test]
    fn a_single_value_scores_the_absolute_error() {
        assert_eq!(EqualValues::new(vec![2.0]).crps(5.0), 3.0);
        assert_eq!(crps_of_sorted([2.0].into_iter(), 5.0), 3.0);
    }

    #[test]
    fn digits_survive_a_large_offset() {
        let (near, far) = (EqualValues::new(vec![0.0, 1.0, 3.0]), EqualValues::new(vec![1e12, 1e12 + 1.0, 1e12 + 3.0]));
        assert_eq!(near.crps(2.0), far.crps(1e12 + 2.0));
    }
}
