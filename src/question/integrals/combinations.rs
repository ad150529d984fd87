//! All combinations of noises whose values can be listed.

use super::varying::Varying;
use crate::engine::listed_values;
use crate::error::Result;
use crate::mechanism::check_finite;
use crate::model::WiredNode;

/// Breakpoints of a uniform noise that are nearer to each other than this are one but for rounding.
const ROUNDING: f64 = 1e-12;

/// Every combination of the values of the noises that vary, one a row.
///
/// The uniform noise of a category with causes is cut where any combination of its parents' values changes from one class to the next:
/// within a cell it gives each of them one class, so that the middle of a cell stands for all of it.
#[derive(Debug)]
pub(crate) struct Combinations {
    /// The probability of every row.
    pub(crate) weights: Vec<f64>,
    /// The values of the nodes, by number.
    pub(crate) values: Vec<Vec<f64>>,
    /// For each node by how many rows the values of its noise are apart, and how many there are.
    strides: Vec<(usize, usize)>,
}

impl Combinations {
    /// With at most so many rows; nothing where there are more, or a noise has no list of values.
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(crate) fn of(varying: &Varying<'_>, most: usize) -> Result<Option<Self>> {
        let mut all = Self { weights: vec![1.0], values: Vec::new(), strides: Vec::new() };
        for (number, node) in varying.target().nodes().iter().enumerate() {
            let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| all.values[parent].as_slice()).collect();
            let atoms = if varying.varies(number) {
                atoms(node, &parents, all.weights.len())
            } else {
                Some(vec![(varying.median(number), 1.0)])
            };
            let Some(atoms) = atoms.filter(|atoms| atoms.len().saturating_mul(all.weights.len()) <= most) else {
                return Ok(None);
            };
            let (rows, times) = (all.weights.len(), atoms.len());
            all.values.iter_mut().for_each(|column| *column = column.repeat(times));
            all.weights =
                atoms.iter().flat_map(|(_, share)| all.weights.iter().map(move |weight| weight * share)).collect();
            let noise: Vec<f64> = atoms.iter().flat_map(|&(value, _)| std::iter::repeat_n(value, rows)).collect();
            let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| all.values[parent].as_slice()).collect();
            let mut values = vec![0.0; noise.len()];
            node.mechanism.fill(&node.name, &parents, &noise, &mut values)?;
            check_finite(&node.name, &values)?;
            all.values.push(values);
            all.strides.push((rows, times));
        }
        Ok(Some(all))
    }

    /// For every row the number of its group where rows with the same values of these nodes' noises form one, and how many groups
    /// there are.
    pub(crate) fn groups(&self, nodes: impl Iterator<Item = usize>) -> (Vec<usize>, usize) {
        let mut groups = vec![0; self.weights.len()];
        let mut count = 1;
        for (stride, times) in nodes.map(|node| self.strides[node]) {
            groups.iter_mut().enumerate().for_each(|(row, group)| *group += count * (row / stride % times));
            count *= times;
        }
        (groups, count)
    }
}

/// The values of a node's noise with their probabilities, over all rows of its parents.
fn atoms(node: &WiredNode, parents: &[&[f64]], rows: usize) -> Option<Vec<(f64, f64)>> {
    let Some(classes) = node.mechanism.classes() else { return listed_values(node.mechanism.noise()) };
    let mut seen = std::collections::BTreeSet::new();
    let mut ends = Vec::new();
    for row in 0..rows {
        let given: Vec<f64> = parents.iter().map(|column| column[row]).collect();
        if seen.insert(given.iter().map(|value| value.to_bits()).collect::<Vec<u64>>()) {
            ends.extend((0..classes.classes()).map(|code| classes.interval(&given, code as f64).high));
        }
    }
    ends.sort_unstable_by(f64::total_cmp);
    let (mut cells, mut low) = (Vec::new(), 0.0);
    for end in ends {
        if end - low > ROUNDING {
            cells.push((0.5 * (low + end), end - low));
            low = end;
        }
    }
    // What is left of the last by rounding.
    if let Some(last) = cells.last_mut() {
        last.1 += 1.0 - low;
    }
    Some(cells)
}
