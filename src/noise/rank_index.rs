//! A shortcut into sorted values.

/// Cuts the range of sorted values into equal cells and remembers which values lie in each, so that a search looks at a
/// cell, mostly of one value or none, instead of halving all values. Attribution asks for millions of ranks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RankIndex {
    smallest: f64,
    largest: f64,
    cells_per_unit: f64,
    /// The number of values before each cell, and of all values.
    starts: Vec<u32>,
}

/// Enough to leave at most one value in most cells; many more would leave the cache.
const CELLS_PER_VALUE: usize = 4;

/// 2⁵²: a smaller number added to it is rounded to a whole one, which then is the low half of the bits. Unlike a
/// conversion to an integer, that is done for several numbers at once.
const ROUNDING: f64 = 4_503_599_627_370_496.0;

impl RankIndex {
    /// For values in ascending order.
    pub(super) fn new(sorted: &[f64]) -> Self {
        let cells = CELLS_PER_VALUE * sorted.len();
        let (smallest, largest) = match sorted {
            [] => (0.0, 0.0),
            [only] => (*only, *only),
            [smallest, .., largest] => (*smallest, *largest),
        };
        // A span of zero, or one that overflows, leaves a single cell: slower, never wrong.
        let density = cells as f64 / (largest - smallest);
        let cells_per_unit = if density.is_finite() { density } else { 0.0 };
        // The last cell is that of rounding up, and one more keeps a range's end in bounds.
        let mut index = Self { smallest, largest, cells_per_unit, starts: vec![0; cells + 2] };
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

    /// Σ over x of how many of the sorted values are less than x.
    pub(super) fn count_below(&self, sorted: &[f64], xs: &[f64]) -> u64 {
        self.count(sorted, xs, |value, x| value < x)
    }

    /// Σ over x of how many of the sorted values are at most x.
    pub(super) fn count_up_to(&self, sorted: &[f64], xs: &[f64]) -> u64 {
        self.count(sorted, xs, |value, x| value <= x)
    }

    fn count(&self, sorted: &[f64], xs: &[f64], before: impl Fn(f64, f64) -> bool) -> u64 {
        // Often one side of a two-sided region is out of reach altogether.
        if xs.iter().fold(true, |all, &x| all & (x < self.smallest)) {
            return 0;
        }
        if xs.iter().fold(true, |all, &x| all & (x > self.largest)) {
            return (sorted.len() * xs.len()) as u64;
        }
        xs.iter().map(|&x| self.rank(sorted, x, &before) as u64).sum()
    }

    fn rank(&self, sorted: &[f64], x: f64, before: impl Fn(f64, f64) -> bool) -> usize {
        let cell = self.cell(x);
        let (start, end) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
        if end - start > 1 {
            return start + sorted[start..end].partition_point(|&value| before(value, x));
        }
        // Without a branch, as it would be a guess: the value of a later cell is beyond x, and adds nothing.
        start + usize::from(sorted.get(start).is_some_and(|&value| before(value, x)))
    }

    /// Never decreases with `x`, which is all that a search needs of it.
    fn cell(&self, x: f64) -> usize {
        let inside = if x > self.smallest { x } else { self.smallest };
        let inside = if inside < self.largest { inside } else { self.largest };
        let rounded = (inside - self.smallest) * self.cells_per_unit + ROUNDING;
        (rounded.to_bits() as u32) as usize
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
                let (below, up_to) = (index.count_below(&values, &[x]), index.count_up_to(&values, &[x]));
                assert_eq!(below as usize, values.partition_point(|&value| value < x), "{x} in {values:?}");
                assert_eq!(up_to as usize, values.partition_point(|&value| value <= x), "{x} in {values:?}");
            }
        }
    }
}
