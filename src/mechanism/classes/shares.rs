//! How likely classes are for every combination of the parents' levels.

use serde::{Deserialize, Serialize};

use crate::data::{Levels, place};
use crate::error::{Error, Result};

/// A table of probabilities. A level that training did not have is one more level of each parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedShares")]
pub(crate) struct Shares {
    /// How many levels each parent has.
    levels: Vec<usize>,
    classes: usize,
    /// Combinations × classes; the last parent's level changes fastest.
    table: Vec<f64>,
}

impl Shares {
    /// # Errors
    /// When the table has not as many entries as there are combinations and classes, or they are no probabilities.
    pub(crate) fn new(levels: Vec<usize>, classes: usize, table: Vec<f64>) -> Result<Self> {
        let combinations =
            levels.iter().try_fold(1_usize, |product, levels| product.checked_mul(levels.checked_add(1)?));
        let expected = combinations.and_then(|combinations| combinations.checked_mul(classes));
        if classes == 0 || expected != Some(table.len()) {
            let what = "the table of a classifier".to_owned();
            return Err(Error::LengthMismatch { what, expected: expected.unwrap_or(usize::MAX), found: table.len() });
        }
        let sums_to_1 = |row: &[f64]| {
            let sum: f64 = row.iter().sum();
            (sum - 1.0).abs() < 1e-6 && row.iter().all(|share| (0.0..=1.0).contains(share))
        };
        match table.chunks(classes).find(|row| !sums_to_1(row)) {
            None => Ok(Self { levels, classes, table }),
            Some(row) => Err(Error::InvalidParameter {
                name: "the probabilities of a classifier",
                requirement: "between 0 and 1, and 1 together",
                found: format!("{row:?}"),
            }),
        }
    }

    /// Shares of rows, shrunken towards those of all rows as if one more row of each combination had been seen that is of all classes in
    /// these shares: (count + share of all)/(rows + 1), where the share of all is itself (count + 1/classes)/(rows + 1). For what is
    /// no level of a parent, the rows of all its levels count.
    pub(crate) fn of_rows(levels: Vec<usize>, classes: usize, parents: &[&[f64]], values: &[f64]) -> Result<Self> {
        let combinations: usize = levels.iter().map(|levels| levels + 1).product();
        let mut counts = vec![0.0; combinations * classes];
        let mut of_all = vec![1.0 / classes as f64; classes];
        let mut combined = Vec::new();
        for (row, &value) in values.iter().enumerate() {
            let class = place(value);
            if class >= classes {
                continue;
            }
            of_all[class] += 1.0;
            // A row counts for its levels, and for those that are none.
            combined.clear();
            combined.push(0);
            for (parent, levels) in parents.iter().zip(&levels) {
                let level = place(parent[row]).min(*levels);
                let both = [Some(level), (level < *levels).then_some(*levels)];
                combined = combined
                    .iter()
                    .flat_map(|at| both.iter().flatten().map(move |level| at * (levels + 1) + level))
                    .collect();
            }
            combined.iter().for_each(|combination| counts[combination * classes + class] += 1.0);
        }
        let rows: f64 = of_all.iter().sum();
        of_all.iter_mut().for_each(|share| *share /= rows);
        for row in counts.chunks_mut(classes) {
            let seen: f64 = row.iter().sum();
            row.iter_mut().zip(&of_all).for_each(|(count, share)| *count = (*count + share) / (seen + 1.0));
        }
        Self::new(levels, classes, counts)
    }

    pub(super) fn parents(&self) -> usize {
        self.levels.len()
    }

    /// Whether the parents are categories of as many levels.
    pub(super) fn fits_levels(&self, parents: &[Option<&Levels>]) -> bool {
        let counts = parents.iter().map(|levels| levels.map(Levels::len));
        counts.eq(self.levels.iter().map(|&levels| Some(levels)))
    }

    pub(super) fn classes(&self) -> usize {
        self.classes
    }

    pub(super) fn fill(&self, parents: &[f64], out: &mut [f64]) {
        let at = |sum: usize, (&levels, &parent): (&usize, &f64)| sum * (levels + 1) + place(parent).min(levels);
        let combination = self.levels.iter().zip(parents).fold(0, at);
        out.copy_from_slice(&self.table[combination * self.classes..][..self.classes]);
    }
}

/// What a saved table may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedShares {
    levels: Vec<usize>,
    classes: usize,
    table: Vec<f64>,
}

impl TryFrom<SavedShares> for Shares {
    type Error = Error;

    fn try_from(SavedShares { levels, classes, table }: SavedShares) -> Result<Self> {
        Self::new(levels, classes, table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_and_shrunken() {
        let (a, b) = ([0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0]);
        let shares = Shares::of_rows(vec![2, 2], 2, &[&a, &b], &[0.0, 1.0, 1.0, 1.0]).unwrap();
        let probabilities = |a: f64, b: f64| {
            let mut out = [0.0; 2];
            shares.fill(&[a, b], &mut out);
            out
        };
        let of_all = 1.5 / 5.0;
        let is = |found: [f64; 2], first: f64| {
            assert!((found[0] - first).abs() < 1e-12 && (found[1] - 1.0 + first).abs() < 1e-12)
        };
        is(probabilities(0.0, 0.0), (1.0 + of_all) / 2.0);
        is(probabilities(1.0, 1.0), of_all / 3.0);
        // A combination that was not seen, and levels that were not.
        is(probabilities(1.0, 0.0), of_all);
        is(probabilities(2.0, 1.0), of_all / 4.0);
        is(probabilities(2.0, 9.0), (1.0 + of_all) / 5.0);
    }

    #[test]
    fn tables_that_are_none_are_refused() {
        assert!(Shares::new(vec![1], 2, vec![0.5; 3]).is_err());
        assert!(Shares::new(vec![1], 2, vec![0.5, 0.6, 0.5, 0.5]).is_err());
        assert!(Shares::new(vec![usize::MAX, 3], 2, vec![0.5; 4]).is_err());
    }
}
