//! Trees over columns: a parent's value becomes the number of its bin once, and all trees look at bins alone.

use std::hint::select_unpredictable;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tree::RegressionTree;

/// So many rows go through all trees together: their bins and sums stay in the fastest memory.
const ROWS: usize = 1024;
/// Fewer rows are not worth finding the bins' leaves.
const FEWEST_ROWS: usize = 2048;
/// Most bins of one parent: as many as histograms are trained with.
const MOST_BINS: usize = 256;
/// Most leaves of one tree, as bits of a set.
const MOST_LEAVES: usize = 64;
/// Most sums that are kept, 512 kB.
const MOST_SUMS: usize = 1 << 16;
/// How many rows are asked for each sum before sums are kept.
const ROWS_PER_SUM: usize = 8;

/// What is known of the trees of an ensemble, beside themselves.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Nothing where the trees do not suit.
    bins: OnceLock<Option<Bins>>,
    /// How many rows there were so far.
    rows: AtomicUsize,
    /// Of every combination of bins the sum of all trees, once that is worth its while.
    sums: OnceLock<Vec<f64>>,
}

/// The bins of the parents that trees split on.
#[derive(Debug)]
struct Bins {
    parents: Vec<ParentBins>,
    /// How many combinations of bins there are, if few.
    combinations: Option<usize>,
}

#[derive(Debug)]
struct ParentBins {
    place: usize,
    /// The thresholds of all trees, in increasing order: a value's bin is how many of them it reaches. Filled up by what no value
    /// reaches.
    thresholds: Box<[f64; MOST_BINS]>,
    count: usize,
}

/// For one tree and one parent that it splits on, and each bin of that, the leaves that a row may come to.
struct Leaves {
    /// The number of the parent among those with bins.
    parent: usize,
    within: Box<[u64; MOST_BINS]>,
}

/// One tree over bins: a row comes to the first leaf that all of its bins leave.
struct BinnedTree {
    leaves: Vec<Leaves>,
    values: Box<[f64; MOST_LEAVES]>,
}

impl Known {
    /// Adds the sums of the trees to the values, unless that is better done one tree after another. The same bits either way.
    pub(super) fn add_to(&self, trees: &[RegressionTree], parents: &[&[f64]], values: &mut [f64]) -> bool {
        if values.len() < FEWEST_ROWS {
            return false;
        }
        let Some(bins) = self.bins.get_or_init(|| Bins::of(trees)) else { return false };
        let rows = self.rows.fetch_add(values.len(), Ordering::Relaxed);
        let sums = match bins.combinations {
            Some(count) if rows >= ROWS_PER_SUM * count => Some(self.sums.get_or_init(|| bins.sums(trees, count))),
            _ => None,
        };
        let binned = if sums.is_none() { bins.binned(trees) } else { Vec::new() };
        let mut codes = vec![[0_u8; ROWS]; bins.parents.len()];
        let mut of_rows = [0.0; ROWS];
        for (chunk, values) in values.chunks_mut(ROWS).enumerate() {
            let rows = chunk * ROWS..chunk * ROWS + values.len();
            for (parent, codes) in bins.parents.iter().zip(&mut codes) {
                parent.fill(&parents[parent.place][rows.clone()], codes);
            }
            let of_rows = &mut of_rows[..values.len()];
            match sums {
                Some(sums) => bins.look_up(sums, &codes, of_rows),
                None => {
                    of_rows.fill(0.0);
                    binned.iter().for_each(|tree| tree.add_to(&codes, of_rows));
                }
            }
            values.iter_mut().zip(of_rows).for_each(|(value, sum)| *value += *sum);
        }
        true
    }
}

impl Bins {
    /// Nothing where a tree has too many leaves, or a parent too many thresholds.
    fn of(trees: &[RegressionTree]) -> Option<Self> {
        if trees.iter().any(|tree| tree.leaves.len() > MOST_LEAVES) {
            return None;
        }
        let splits = || trees.iter().flat_map(RegressionTree::splits);
        let places = splits().map(|split| split.parent + 1).max().unwrap_or(0);
        let of_parent = |place: usize| {
            let mut thresholds: Vec<f64> =
                splits().filter(|split| split.parent == place).map(|split| split.threshold).collect();
            thresholds.sort_unstable_by(f64::total_cmp);
            thresholds.dedup();
            thresholds
        };
        let mut parents = Vec::new();
        for (place, thresholds) in (0..places).map(of_parent).enumerate() {
            let count = thresholds.len();
            if count >= MOST_BINS {
                return None;
            }
            if count > 0 {
                let mut filled_up = Box::new([f64::NAN; MOST_BINS]);
                filled_up[..count].copy_from_slice(&thresholds);
                parents.push(ParentBins { place, thresholds: filled_up, count });
            }
        }
        let combine = |all: usize, parent: &ParentBins| all.checked_mul(parent.count + 1);
        let combinations = parents.iter().try_fold(1, combine).filter(|&all| all <= MOST_SUMS);
        Some(Self { parents, combinations })
    }

    fn binned(&self, trees: &[RegressionTree]) -> Vec<BinnedTree> {
        trees.iter().map(|tree| self.tree(tree)).collect()
    }

    fn tree(&self, tree: &RegressionTree) -> BinnedTree {
        let mut values = Box::new([0.0; MOST_LEAVES]);
        values[..tree.leaves.len()].copy_from_slice(&tree.leaves);
        let mut leaves: Vec<Leaves> = Vec::new();
        for split in tree.splits() {
            let Some(parent) = self.parents.iter().position(|parent| parent.place == split.parent) else { continue };
            let known = leaves.iter().position(|leaves| leaves.parent == parent).unwrap_or_else(|| {
                leaves.push(Leaves { parent, within: Box::new([u64::MAX; MOST_BINS]) });
                leaves.len() - 1
            });
            let thresholds = &self.parents[parent].thresholds[..self.parents[parent].count];
            // The bins below the threshold.
            let below = thresholds.partition_point(|&threshold| threshold < split.threshold) + 1;
            let (left, right) = leaves[known].within.split_at_mut(below);
            left.iter_mut().for_each(|leaves| *leaves &= !split.right);
            right.iter_mut().for_each(|leaves| *leaves &= !split.left);
        }
        BinnedTree { leaves, values }
    }

    /// The sums of all trees for every combination of bins, those of the first parent next to each other.
    fn sums(&self, trees: &[RegressionTree], count: usize) -> Vec<f64> {
        let (trees, mut sums) = (self.binned(trees), vec![0.0; count]);
        let mut codes = vec![[0_u8; ROWS]; self.parents.len()];
        for (chunk, sums) in sums.chunks_mut(ROWS).enumerate() {
            for row in 0..sums.len() {
                let mut rest = chunk * ROWS + row;
                for (parent, codes) in self.parents.iter().zip(&mut codes) {
                    codes[row] = (rest % (parent.count + 1)) as u8;
                    rest /= parent.count + 1;
                }
            }
            trees.iter().for_each(|tree| tree.add_to(&codes, sums));
        }
        sums
    }

    fn look_up(&self, sums: &[f64], codes: &[[u8; ROWS]], values: &mut [f64]) {
        let mut places = [0_u32; ROWS];
        let mut step = 1;
        for (parent, codes) in self.parents.iter().zip(codes) {
            places.iter_mut().zip(codes).for_each(|(place, &code)| *place += step * u32::from(code));
            step *= parent.count as u32 + 1;
        }
        values.iter_mut().zip(places).for_each(|(value, place)| *value = sums[place as usize]);
    }
}

impl ParentBins {
    /// The bins of a column's values.
    fn fill(&self, values: &[f64], codes: &mut [u8; ROWS]) {
        let first = (self.count + 1).next_power_of_two() / 2;
        let thresholds = &*self.thresholds;
        for (code, &value) in codes.iter_mut().zip(values) {
            let (mut reached, mut step) = (0, first);
            // As many steps for every value, and no branches: each would be guessed wrongly half of the time.
            while step > 0 {
                let further = value >= thresholds[(reached + step - 1) % MOST_BINS];
                reached = select_unpredictable(further, reached + step, reached);
                step /= 2;
            }
            *code = reached as u8;
        }
    }
}

impl BinnedTree {
    fn add_to(&self, codes: &[[u8; ROWS]], values: &mut [f64]) {
        let values_of = &*self.values;
        let leaf = |set: u64| values_of[set.trailing_zeros() as usize % MOST_LEAVES];
        let column = |leaves: &'_ Leaves| codes[leaves.parent].iter();
        let at = |leaves: &Leaves, code: u8| leaves.within[usize::from(code)];
        match self.leaves.as_slice() {
            [] => values.iter_mut().for_each(|value| *value += values_of[0]),
            [a] => values.iter_mut().zip(column(a)).for_each(|(value, &i)| *value += leaf(at(a, i))),
            [a, b] => {
                let rows = values.iter_mut().zip(column(a)).zip(column(b));
                rows.for_each(|((value, &i), &j)| *value += leaf(at(a, i) & at(b, j)));
            }
            [a, b, c] => {
                let rows = values.iter_mut().zip(column(a)).zip(column(b)).zip(column(c));
                rows.for_each(|(((value, &i), &j), &k)| *value += leaf(at(a, i) & at(b, j) & at(c, k)));
            }
            [a, b, c, d] => {
                let rows = values.iter_mut().zip(column(a)).zip(column(b)).zip(column(c)).zip(column(d));
                rows.for_each(|((((value, &i), &j), &k), &l)| {
                    *value += leaf(at(a, i) & at(b, j) & at(c, k) & at(d, l));
                });
            }
            all => {
                for (row, value) in values.iter_mut().enumerate() {
                    let within = |leaves: &Leaves| at(leaves, codes[leaves.parent][row]);
                    *value += leaf(all.iter().fold(u64::MAX, |set, leaves| set & within(leaves)));
                }
            }
        }
    }
}
