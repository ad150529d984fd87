//! A shortcut into sorted values.

use std::ops::Range;

/// Cuts the range of sorted values into equal cells and remembers which values lie in each, so that a search looks at a
/// cell, mostly an empty one, instead of halving all values. Attribution asks for millions of ranks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RankIndex {
    smallest: f64,
    cells_per_unit: f64,
    /// The number of values before each cell, and of all values.
    starts: Vec<u32>,
}

/// Enough to leave most cells empty, whose bounds then are the answer; many more would leave the cache.
const CELLS_PER_VALUE: usize = 4;

impl RankIndex {
    /// For values in ascending order.
    pub(super) fn new(sorted: &[f64]) -> Self {
        let cells = CELLS_PER_VALUE * sorted.len();
        let (smallest, largest) = match sorted {
            [smallest, .., largest] => (*smallest, *largest),
            _ => (0.0, 0.0),
        };
        // A span of zero, or one that overflows, leaves a single cell: slower, never wrong.
        let density = cells as f64 / (largest - smallest);
        let cells_per_unit = if density.is_finite() { density } else { 0.0 };
        let mut index = Self { smallest, cells_per_unit, starts: vec![0; cells + 1] };
        for &value in sorted {
            let cell = index.cell(value);
            index.starts[cell + 1] += 1;
        }
        let mut before = 0;
        for start in &mut index.starts {
            before += *start;
            *start = before;
        }
        index
    }

    /// Positions such that all values before them are less than `x` and all values after them greater.
    pub(super) fn near(&self, x: f64) -> Range<usize> {
        let cell = self.cell(x);
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// Never decreases with `x`, which is all that `near` needs of it. (The conversion to an integer takes what
    /// is below the smallest value, and NaN, to 0.)
    fn cell(&self, x: f64) -> usize {
        (((x - self.smallest) * self.cells_per_unit) as usize).min(self.starts.len() - 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_a_search_through_all_values() {
        let spread: Vec<f64> = (0..1000).map(|i| f64::from(i).sin() * f64::from(i % 7)).collect();
        let skewed: Vec<f64> = (0..500).map(|i| (f64::from(i) / 20.0).exp()).collect();
        let ties = vec![1.0, 1.0, 2.0, 2.0, 2.0, 5.0];
        let extremes = vec![-f64::MAX, -1.0, 0.0, 1e-300, f64::MAX];
        for mut values in [spread, skewed, ties, extremes, vec![3.0], vec![4.0; 9]] {
            values.sort_by(f64::total_cmp);
            let index = RankIndex::new(&values);
            let beside = values.iter().flat_map(|&value| [value.next_down(), value, value.next_up()]);
            for x in beside.chain([f64::NEG_INFINITY, -1e9, 0.5, 1e9, f64::INFINITY]) {
                let near = index.near(x);
                let below = near.start + values[near.clone()].partition_point(|&value| value < x);
                let up_to = near.start + values[near].partition_point(|&value| value <= x);
                assert_eq!(below, values.partition_point(|&value| value < x), "{x} in {values:?}");
                assert_eq!(up_to, values.partition_point(|&value| value <= x), "{x} in {values:?}");
            }
        }
    }
}
