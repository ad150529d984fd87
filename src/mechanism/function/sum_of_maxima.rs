//! Sequential calls of groups of parallel ones.

use serde::{Deserialize, Serialize};

use super::words::Names;
use crate::error::{Error, Result};
use crate::numeric::kernels::larger;

/// How many rows' sums and maxima are kept at a time: few enough to stay in registers.
const AT_A_TIME: usize = 8;

/// Σ over groups of parents ( max over the group ): a service that calls the services of a group in parallel, waits for the
/// slowest, and goes on with the next group.
///
/// Groups are of consecutive parents. A group of one is simply added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<usize>", into = "Vec<usize>")]
pub struct SumOfMaxima {
    sizes: Vec<usize>,
    parents: usize,
}

impl TryFrom<Vec<usize>> for SumOfMaxima {
    type Error = Error;

    /// Takes the number of parents in each group.
    ///
    /// # Errors
    /// When a group is empty, or there are more parents than can be counted.
    fn try_from(sizes: Vec<usize>) -> Result<Self> {
        let (name, requirement) = ("the size of a group of parallel parents", "at least 1, and all together countable");
        let parents = sizes.iter().try_fold(0_usize, |sum, &size| if size == 0 { None } else { sum.checked_add(size) });
        match parents {
            Some(parents) => Ok(Self { sizes, parents }),
            None => {
                let worst = if sizes.contains(&0) { Some(&0) } else { sizes.iter().max() };
                let found = worst.map_or_else(String::new, usize::to_string);
                Err(Error::InvalidParameter { name, requirement, found })
            }
        }
    }
}

impl From<SumOfMaxima> for Vec<usize> {
    fn from(groups: SumOfMaxima) -> Self {
        groups.sizes
    }
}

impl SumOfMaxima {
    /// The number of parents in each group.
    pub fn group_sizes(&self) -> &[usize] {
        &self.sizes
    }

    pub(super) fn parents(&self) -> usize {
        self.parents
    }

    /// Whether a parent is added, having no other in its group.
    pub(crate) fn is_alone(&self, parent: usize) -> bool {
        let mut end = 0;
        let group = self.sizes.iter().find(|&&size| {
            end += size;
            parent < end
        });
        group == Some(&1)
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        let mut rest = parents.iter().copied();
        let slowest = |&size: &usize| rest.by_ref().take(size).fold(f64::NEG_INFINITY, larger);
        self.sizes.iter().map(slowest).fold(0.0, |sum, slowest| sum + slowest)
    }

    /// The values over columns: the same bits as [`value`](Self::value) row by row.
    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        let (blocks, rest) = values.as_chunks_mut::<AT_A_TIME>();
        let first_of_rest = blocks.len() * AT_A_TIME;
        for (block, values) in blocks.iter_mut().enumerate() {
            *values = self.of_rows(parents, block * AT_A_TIME);
        }
        for (place, value) in rest.iter_mut().enumerate() {
            [*value] = self.of_rows(parents, first_of_rest + place);
        }
    }

    /// The values of so many rows from the first.
    fn of_rows<const ROWS: usize>(&self, parents: &[&[f64]], first: usize) -> [f64; ROWS] {
        let mut sums = [0.0; ROWS];
        let mut rest = parents;
        for &size in &self.sizes {
            let (group, others) = rest.split_at(size);
            rest = others;
            let mut slowest = [f64::NEG_INFINITY; ROWS];
            for parent in group {
                let values = &parent[first..first + ROWS];
                slowest.iter_mut().zip(values).for_each(|(most, &value)| *most = larger(*most, value));
            }
            sums.iter_mut().zip(&slowest).for_each(|(sum, most)| *sum += most);
        }
        sums
    }

    pub(super) fn describe(&self, names: &Names) -> String {
        let mut next = 0;
        let group = |&size: &usize| {
            let places = next..next + size;
            next += size;
            if size == 1 { names.at(places.start) } else { format!("max({})", names.list(places)) }
        };
        self.sizes.iter().map(group).collect::<Vec<_>>().join(" + ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(sizes: &[usize]) -> SumOfMaxima {
        SumOfMaxima::try_from(sizes.to_vec()).unwrap()
    }

    #[test]
    fn groups_are_added_and_the_largest_of_each_counts() {
        let function = groups(&[1, 2, 3]);
        assert_eq!(function.value(&[1.0, 5.0, 2.0, -1.0, -3.0, -2.0]), 1.0 + 5.0 - 1.0);
        assert_eq!(function.parents(), 6);
        let alone: Vec<bool> = (0..7).map(|parent| function.is_alone(parent)).collect();
        assert_eq!(alone, [true, false, false, false, false, false, false]);
        let shown = function.describe(&Names::new(&["auth", "db", "cache"]));
        assert_eq!(shown, "auth + max(db, cache) + max(parent3, parent4, parent5)");
    }

    #[test]
    fn columns_have_the_bits_of_rows() {
        let function = groups(&[2, 1, 3, 5]);
        let column = |seed: usize| (0..600).map(|row| ((row * 37 + seed * 101) as f64).sin()).collect::<Vec<f64>>();
        let mut columns: Vec<Vec<f64>> = (0..11).map(column).collect();
        // What overflowed, and what is no number, are taken as they are row by row.
        (columns[0][7], columns[1][8], columns[2][9], columns[5][10]) = (f64::NAN, f64::NAN, f64::NAN, f64::NAN);
        (columns[6][11], columns[2][12], columns[3][13]) = (f64::NEG_INFINITY, f64::NEG_INFINITY, f64::INFINITY);
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut values = vec![f64::NAN; 600];
        function.fill(&slices, &mut values);
        for (row, value) in values.iter().enumerate() {
            let parents: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            assert_eq!(value.to_bits(), function.value(&parents).to_bits());
        }
    }

    #[test]
    fn empty_groups_and_more_parents_than_can_be_counted_are_errors() {
        for sizes in [vec![0], vec![2, 0, 1], vec![usize::MAX, 2]] {
            assert!(SumOfMaxima::try_from(sizes).unwrap_err().to_string().contains("size of a group"));
        }
    }
}
