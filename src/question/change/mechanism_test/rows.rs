//! What a test of a mechanism looks at.

use std::sync::Arc;

use crate::data::{Levels, place};
use crate::mechanism::FittedMechanism;

/// Of how many levels there is an indicator each, the commonest first; all others are told from them, but not from each other.
const MOST_INDICATORS: usize = 20;

/// A node and its parents in the rows of both tables in which none of them is missing.
#[derive(Debug)]
pub(in crate::question::change) struct MechanismRows {
    /// What of the node may depend on the table: the noises of the mechanism that was fitted to both together, or indicators of the classes
    /// of a category.
    pub(super) responses: Vec<Vec<f64>>,
    /// The parents, with indicators in the place of categories.
    pub(super) features: Vec<Vec<f64>>,
    /// 1 in a row of the new table, 0 in one of the old.
    pub(super) is_new: Vec<f64>,
    /// Whether the responses are noises, which have a distribution to compare.
    pub(super) is_number: bool,
    /// The largest size of a value: noises that are tiny beside it are rounding.
    pub(super) size: f64,
}

/// A column of both tables, the old rows first, with the levels of a category.
pub(in crate::question::change) struct Column<'c> {
    pub(in crate::question::change) values: Vec<f64>,
    pub(in crate::question::change) levels: Option<&'c Arc<Levels>>,
}

impl MechanismRows {
    /// The complete rows of a node and its parents, in the order of the mechanism that was fitted to both tables, of which the first has
    /// `old_rows`.
    pub(in crate::question::change) fn new(
        node: &Column<'_>,
        parents: &[Column<'_>],
        mechanism: &FittedMechanism,
        old_rows: usize,
    ) -> Self {
        let is_complete = |row: &usize| !node.values[*row].is_nan() && parents.iter().all(|p| !p.values[*row].is_nan());
        let rows: Vec<usize> = (0..node.values.len()).filter(is_complete).collect();
        let chosen = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (values, parent_values) = (chosen(&node.values), parents.iter().map(|parent| chosen(&parent.values)));
        let parent_values: Vec<Vec<f64>> = parent_values.collect();
        let size = values.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
        let responses = match node.levels {
            Some(levels) => indicators(&values, levels),
            None => {
                let slices: Vec<&[f64]> = parent_values.iter().map(Vec::as_slice).collect();
                vec![mechanism.form().estimate_noises(&slices, &values)]
            }
        };
        let features = parents.iter().zip(parent_values).flat_map(|(parent, values)| match parent.levels {
            Some(levels) => indicators(&values, levels),
            None => vec![values],
        });
        Self {
            responses,
            features: features.collect(),
            is_new: rows.iter().map(|&row| f64::from(u8::from(row >= old_rows))).collect(),
            is_number: node.levels.is_none(),
            size,
        }
    }
}

/// A column of zeros and ones for every level that occurs, but for the rarest where there are many.
fn indicators(values: &[f64], levels: &Levels) -> Vec<Vec<f64>> {
    let mut counts = vec![0_usize; levels.len() + 1];
    values.iter().for_each(|&value| counts[place(value).min(levels.len())] += 1);
    let mut common: Vec<usize> = (0..counts.len()).filter(|&level| counts[level] > 0).collect();
    common.sort_by_key(|&level| std::cmp::Reverse(counts[level]));
    common.truncate(MOST_INDICATORS);
    let of_level = |level: &usize| {
        values.iter().map(|&value| f64::from(u8::from(place(value).min(levels.len()) == *level))).collect()
    };
    common.iter().map(of_level).collect()
}
