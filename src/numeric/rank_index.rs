//! A shortcut into sorted values.

/// Cuts the range of sorted values into cells and remembers which values lie in each, so that a search looks at a cell,
/// mostly of one value or none, instead of halving all values. It pays where millions of ranks are asked for.
///
/// Cells are narrow where values are dense: equal *stretches* of the range are each cut into a number of cells in
/// proportion to their values, so that heavy tails do not leave all values in one cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RankIndex {
    smallest: f64,
    largest: f64,
    stretches_per_unit: f64,
    stretches: Vec<Stretch>,
    /// The number of values before each cell, and of all values.
    starts: Vec<u32>,
    /// The values, and ∞.
    values: Vec<f64>,
}

/// Which cells a part of the range is cut into; whole numbers, for which rounding cannot change the order of cells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Stretch {
    first: f64,
    cells: f64,
}

/// Enough to leave at most one value in most cells; many more would leave the cache.
const CELLS_PER_VALUE: usize = 4;
const VALUES_PER_STRETCH: usize = 8;
const MOST_STRETCHES: usize = 1024;

/// How many ranks are looked up at a time: few enough to stay in the cache.
pub(crate) const AT_A_TIME: usize = 128;

/// 2⁵²: a smaller number added to it is rounded to a whole one, which then is the low half of the bits. Unlike a
/// conversion to an integer, that is done for several numbers at once.
const ROUNDING: f64 = 4_503_599_627_370_496.0;

impl RankIndex {
    /// The index into these values, which are in ascending order.
    pub(crate) fn new(sorted: &[f64]) -> Self {
        let (smallest, largest) = match sorted {
            [] => (0.0, 0.0),
            [only] => (*only, *only),
            [smallest, .., largest] => (*smallest, *largest),
        };
        let count = sorted.len().div_ceil(VALUES_PER_STRETCH).min(MOST_STRETCHES);
        let density = count as f64 / (largest - smallest);
        let mut index = Self { smallest, largest, stretches: vec![Stretch::default(); count + 1], ..Self::default() };
        // A span of zero, or one that overflows, leaves a single cell: slower, never wrong.
        if density.is_finite() && density > 0.0 {
            index.stretches_per_unit = density;
            index.cut(sorted);
        }
        // The last cell is that of rounding up, and one more keeps a cell's end in bounds.
        index.starts = vec![0; CELLS_PER_VALUE * sorted.len() + 2];
        index.values = sorted.iter().copied().chain([f64::INFINITY]).collect();
        for &value in sorted {
            let cell = index.cell(index.place(value));
            index.starts[cell + 1] += 1;
        }
        let mut before = 0;
        for start in &mut index.starts {
            before += *start;
            *start = before;
        }
        index
    }

    fn cut(&mut self, sorted: &[f64]) {
        for &value in sorted {
            let place = self.place(value);
            self.stretches[rounded(place)].cells += CELLS_PER_VALUE as f64;
        }
        let mut first = 0.0;
        for stretch in &mut self.stretches {
            stretch.first = first;
            first += stretch.cells;
        }
    }

    /// Σ over x of how many of the values are less than x.
    pub(crate) fn count_below(&self, xs: &[f64]) -> u64 {
        self.count(xs, |value, x| value < x)
    }

    /// Σ over x of how many of the values are at most x; x is not ∞.
    pub(crate) fn count_up_to(&self, xs: &[f64]) -> u64 {
        self.count(xs, |value, x| value <= x)
    }

    fn count(&self, xs: &[f64], before: impl Fn(f64, f64) -> bool) -> u64 {
        // Often one side of a two-sided region is out of reach altogether.
        if xs.iter().fold(true, |all, &x| all & (x < self.smallest)) {
            return 0;
        }
        if xs.iter().fold(true, |all, &x| all & (x > self.largest)) {
            return ((self.values.len() - 1) * xs.len()) as u64;
        }
        let mut places = [0.0; AT_A_TIME];
        let sums = xs.chunks(AT_A_TIME).map(|xs| {
            // Apart from the search, so that the compiler turns it into vector instructions.
            places.iter_mut().zip(xs).for_each(|(place, &x)| *place = self.place(x));
            places.iter().zip(xs).map(|(&place, &x)| self.rank(place, x, &before) as u64).sum::<u64>()
        });
        sums.sum()
    }

    fn rank(&self, place: f64, x: f64, before: impl Fn(f64, f64) -> bool) -> usize {
        let cell = self.cell(place);
        let (start, end) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
        if end - start > 1 {
            return start + self.values[start..end].partition_point(|&value| before(value, x));
        }
        // Without a branch, as it would be a guess: the value of a later cell is beyond x, and adds nothing.
        start + usize::from(before(self.values[start], x))
    }

    /// The place of x in the range, in stretches; each has a whole number in its middle.
    fn place(&self, x: f64) -> f64 {
        let inside = if x > self.smallest { x } else { self.smallest };
        let inside = if inside < self.largest { inside } else { self.largest };
        (inside - self.smallest) * self.stretches_per_unit
    }

    /// Never decreases with the place, which is all that a search needs of it.
    fn cell(&self, place: f64) -> usize {
        let number = rounded(place);
        let stretch = self.stretches[number];
        let share = place - number as f64 + 0.5;
        rounded(stretch.first + share * stretch.cells)
    }
}

/// The nearest whole number; 0 for NaN.
fn rounded(number: f64) -> usize {
    ((number + ROUNDING).to_bits() as u32) as usize
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
        let heavy: Vec<f64> = (1..800).map(|i| f64::from(i).powi(-4)).collect();
        for mut values in [spread, skewed, heavy, ties, extremes, vec![3.0], vec![4.0; 9]] {
            values.sort_by(f64::total_cmp);
            let index = RankIndex::new(&values);
            let beside = values.iter().flat_map(|&value| [value.next_down(), value, value.next_up()]);
            for x in beside.chain([f64::NEG_INFINITY, -1e9, 0.5, 1e9, f64::INFINITY]) {
                let (below, up_to) = (index.count_below(&[x]), index.count_up_to(&[x]));
                assert_eq!(below as usize, values.partition_point(|&value| value < x), "{x} in {values:?}");
                assert_eq!(up_to as usize, values.partition_point(|&value| value <= x), "{x} in {values:?}");
            }
        }
    }
}
