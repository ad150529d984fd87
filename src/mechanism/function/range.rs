//! Between which values a function stays.

use super::{LogParents, ParentFunction};

/// The smallest and the largest value that something may have; infinite where that is not known.
pub(crate) type Range = (f64, f64);

/// Nothing is known.
pub(crate) const ANY: Range = (f64::NEG_INFINITY, f64::INFINITY);

impl ParentFunction {
    /// Bounds of the function's values where each parent lies within bounds of its own: exact, up to rounding, for what
    /// rises or falls with each parent, and wider for trees. Infinite for polynomials, levels and closures.
    pub(crate) fn range(&self, parents: &[Range]) -> Range {
        match self {
            Self::Linear(linear) => weighted_sum(linear.intercept, &linear.coefficients, parents.iter().copied()),
            Self::Centred(centred) => {
                let from_centres = parents.iter().zip(centred.centres());
                let moved = from_centres.map(|(&(low, high), centre)| (low - centre, high - centre));
                weighted_sum(centred.level(), centred.coefficients(), moved)
            }
            Self::Maximum | Self::SumOfMaxima(_) => {
                let (lows, highs): (Vec<f64>, Vec<f64>) = parents.iter().copied().unzip();
                known(self.value(&lows), self.value(&highs))
            }
            Self::LogParents(LogParents { logarithms, function }) => {
                let (lows, highs): (Vec<f64>, Vec<f64>) = parents.iter().copied().unzip();
                let (lows, highs) = (logarithms.row(&lows), logarithms.row(&highs));
                let logs: Vec<Range> = lows.into_iter().zip(highs).map(|(low, high)| known(low, high)).collect();
                function.range(&logs)
            }
            Self::Rounded(function) => {
                let (low, high) = function.range(parents);
                (low.round(), high.round())
            }
            Self::Trees(trees) => {
                let linear = trees.linear();
                let (low, high) = weighted_sum(linear.intercept, &linear.coefficients, parents.iter().copied());
                let (least, most) = trees.range_of_corrections();
                (low + least, high + most)
            }
            Self::Polynomial(_) | Self::Levels(_) | Self::Formula(_) => ANY,
        }
    }
}

/// Bounds of a weighted sum of what lies within bounds.
pub(crate) fn weighted_sum(intercept: f64, coefficients: &[f64], terms: impl Iterator<Item = Range>) -> Range {
    // What does not matter may be anything.
    let weighted = coefficients.iter().zip(terms).filter(|(coefficient, _)| **coefficient != 0.0);
    weighted.fold((intercept, intercept), |(lowest, highest), (coefficient, (low, high))| {
        let ends = (coefficient * low, coefficient * high);
        (lowest + ends.0.min(ends.1), highest + ends.0.max(ends.1))
    })
}

/// Bounds that are numbers, or nothing.
fn known(low: f64, high: f64) -> Range {
    if low.is_nan() || high.is_nan() { ANY } else { (low, high) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::function::{
        CentredFunction, LinearFunction, Logarithms, RegressionTree, SumOfMaxima, TreeEnsemble,
    };

    fn linear(coefficients: &[f64]) -> ParentFunction {
        ParentFunction::Linear(LinearFunction { intercept: 0.5, coefficients: coefficients.to_vec() })
    }

    /// Functions of three parents.
    fn functions() -> Vec<ParentFunction> {
        let groups = SumOfMaxima::try_from(vec![1, 2]).unwrap();
        let tree = RegressionTree::new(vec![0, 1, 2], vec![0.5, 2.0, -1.0], vec![1.0, -10.0, 4.0, 2.5]);
        let of_trees = LinearFunction { intercept: 1.0, coefficients: vec![0.3, 0.0, -2.0] };
        let centred = CentredFunction::new(2.0, vec![1.5, -1.0, 0.0], vec![1.0, -2.0, 0.5]).unwrap();
        vec![
            linear(&[2.0, -3.0, 0.0]),
            ParentFunction::Centred(centred),
            ParentFunction::Maximum,
            ParentFunction::SumOfMaxima(groups),
            ParentFunction::LogParents(LogParents::new(Logarithms::above([1.0, 0.2, 3.0]), linear(&[0.7, -1.2, 0.1]))),
            ParentFunction::Rounded(Box::new(linear(&[2.0, -3.0, 0.4]))),
            ParentFunction::Trees(TreeEnsemble::new(of_trees, vec![tree.clone(), tree])),
        ]
    }

    #[test]
    fn no_value_is_beyond_the_bounds_and_corners_reach_them() {
        let steps: usize = 8;
        let boxes = [[(-1.0, 3.0), (0.5, 4.0), (-3.0, 0.0)], [(0.2, 0.2), (-2.0, 5.0), (1.0, 9.0)]];
        for (number, function) in functions().into_iter().enumerate() {
            for parents in boxes {
                let (low, high) = function.range(&parents);
                let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
                for place in 0..(steps + 1) * (steps + 1) * (steps + 1) {
                    let at = |parent: usize, step: usize| {
                        let (low, high) = parents[parent];
                        low + (high - low) * step as f64 / steps as f64
                    };
                    let (a, b, c) =
                        (place % (steps + 1), place / (steps + 1) % (steps + 1), place / (steps + 1).pow(2));
                    let value = function.value(&[at(0, a), at(1, b), at(2, c)]);
                    (least, most) = (least.min(value), most.max(value));
                }
                assert!(low <= least + 1e-12 && most <= high + 1e-12, "{function}: {low} to {high}");
                let is_exact = number < 6;
                assert!(!is_exact || low > least - 1e-12 && most > high - 1e-12, "{function}: {low} to {high}");
            }
        }
    }

    #[test]
    fn what_has_no_bounds_is_never_a_number_that_is_none() {
        for function in functions() {
            for parents in [[ANY; 3], [(0.0, f64::INFINITY), ANY, (1.0, 2.0)]] {
                let (low, high) = function.range(&parents);
                assert!(low <= high, "{function}: {low} to {high}");
            }
        }
        let square = ParentFunction::formula(|parents| parents[0] * parents[0]);
        assert_eq!(square.range(&[(0.0, 1.0)]), ANY);
    }
}
