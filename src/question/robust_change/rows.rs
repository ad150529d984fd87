//! The rows of both tables as columns that regressions take.

use std::collections::BTreeSet;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

use super::config::RobustQuantity;
use crate::data::{CompleteCases, Dataset, Levels};
use crate::error::{Error, Result, list_names};
use crate::graph::CausalGraph;
use crate::mechanism::{Encoding, Encodings, columns_of};

/// The rows of both tables, those of the old one first, and the nodes that the target depends on.
#[derive(Debug)]
pub(super) struct Rows {
    /// The names of the nodes, in topological order; the target is the last.
    pub(super) nodes: Vec<String>,
    /// For every node the places of its parents, all before it.
    pub(super) parents: Vec<Vec<usize>>,
    /// For every node its columns, rows × columns: itself, or one for every level of a category but the first.
    columns: Vec<Array2<f64>>,
    /// What is averaged over the rows: one column, or the target and its square for a variance.
    pub(super) outputs: Vec<Vec<f64>>,
    /// How many complete rows either table has.
    pub(super) counts: [usize; 2],
    /// How many rows of either table were left out, since a value is missing.
    pub(super) incomplete: [usize; 2],
}

impl Rows {
    pub(super) fn new(
        graph: &CausalGraph,
        tables: [&Dataset; 2],
        target: &str,
        quantity: &RobustQuantity,
    ) -> Result<Self> {
        let position = graph.position(target)?;
        let positions = graph.ancestors_and_self(position);
        // The target has no children among its ancestors, and so may come last.
        let positions: Vec<usize> =
            positions.iter().copied().filter(|&node| node != position).chain([position]).collect();
        let nodes: Vec<String> = positions.iter().map(|&node| graph.name(node).to_owned()).collect();
        let place = |name: &str| nodes.iter().position(|node| node == name);
        let parents = nodes
            .iter()
            .map(|node| Ok(graph.parents(node)?.into_iter().filter_map(place).collect()))
            .collect::<Result<Vec<Vec<usize>>>>()?;
        let known = |name: &str| levels_in_either(tables, name);
        let names = || nodes.iter().map(String::as_str);
        let others = &nodes[..nodes.len() - 1];
        let cases = |table: &Dataset| {
            let coded = table.coded(names(), known)?;
            CompleteCases::select(&coded, target, others.iter().map(String::as_str))
        };
        let cases = [cases(tables[0])?, cases(tables[1])?];
        let (counts, incomplete) =
            (cases.each_ref().map(|cases| cases.values.len()), [0, 1].map(|at| cases[at].incomplete));
        let both = |of: &dyn Fn(&CompleteCases) -> Vec<f64>| [of(&cases[0]), of(&cases[1])].concat();
        let columns = (0..nodes.len())
            .map(|node| {
                let values = both(&|cases| match node < others.len() {
                    true => cases.parents.column(node).to_vec(),
                    false => cases.values.to_vec(),
                });
                columns_of_node(values, known(&nodes[node]).as_deref())
            })
            .collect();
        let values = both(&|cases| cases.values.to_vec());
        let outputs = outputs_of(target, &values, known(target).as_deref(), quantity)?;
        Ok(Self { nodes, parents, columns, outputs, counts, incomplete })
    }

    /// The columns of some nodes side by side, rows × columns.
    pub(super) fn features(&self, nodes: &[usize]) -> Array2<f64> {
        let columns: Vec<ArrayView2<'_, f64>> = nodes.iter().map(|&node| self.columns[node].view()).collect();
        // Only no columns at all cannot be joined, as all have one length.
        concatenate(Axis(1), &columns).unwrap_or_else(|_| Array2::zeros((self.counts[0] + self.counts[1], 0)))
    }

    /// The nodes among the first `count` that have a child after them: what of the past the rest depends on.
    pub(super) fn frontier(&self, count: usize) -> Vec<usize> {
        let later: BTreeSet<usize> = self.parents[count..].iter().flatten().copied().collect();
        (0..count).filter(|node| later.contains(node)).collect()
    }

    /// In which table a row is: 0 or 1.
    pub(super) fn table(&self, row: usize) -> usize {
        usize::from(row >= self.counts[0])
    }
}

/// A number as it is, or a column for every level but the first.
fn columns_of_node(values: Vec<f64>, levels: Option<&Levels>) -> Array2<f64> {
    let encoding = levels.map_or(Encoding::Number, |levels| Encoding::indicators(levels, values.iter().copied()));
    let column = Array1::from(values).insert_axis(Axis(1));
    columns_of(&Encodings::new(vec![encoding]), column.view())
}

/// The levels of a category in both tables together; nothing of numbers.
fn levels_in_either(tables: [&Dataset; 2], name: &str) -> Option<Arc<Levels>> {
    let levels = tables.map(|table| table.category(name));
    let names = levels.iter().flatten().flat_map(Levels::names).map(String::as_str);
    if tables.iter().zip(&levels).any(|(table, levels)| levels.is_none() && table.column(name).is_ok()) {
        return None;
    }
    Levels::of(names).map(Arc::new)
}

fn outputs_of(
    target: &str,
    values: &[f64],
    levels: Option<&Levels>,
    quantity: &RobustQuantity,
) -> Result<Vec<Vec<f64>>> {
    let share = |of: &dyn Fn(f64) -> bool| vec![values.iter().map(|&value| f64::from(u8::from(of(value)))).collect()];
    match (quantity, levels) {
        (RobustQuantity::FrequencyOf(level), Some(levels)) if levels.names().contains(level) => {
            let code = levels.code(level);
            Ok(share(&|value| value == code))
        }
        (RobustQuantity::FrequencyOf(level), Some(levels)) => Err(Error::InvalidParameter {
            name: "the level of a frequency",
            requirement: "a level that the target has in one of the tables",
            found: format!("`{level}` of `{target}`, which has {}", list_names(levels.names())),
        }),
        (RobustQuantity::FrequencyOf(level), None) => Err(Error::InvalidParameter {
            name: "the quantity of a robust change",
            requirement: "one of numbers (mean, variance, frequency above a limit), as the target is no category",
            found: format!("the frequency of `{level}` in `{target}`"),
        }),
        (_, Some(_)) => Err(Error::InvalidParameter {
            name: "the quantity of a robust change",
            requirement: "the frequency of a level, as the target is a category",
            found: format!("{quantity:?} of `{target}`"),
        }),
        (RobustQuantity::Mean, None) => Ok(vec![values.to_vec()]),
        (RobustQuantity::Variance, None) => {
            // Counted from the mean, so that the square of a large mean does not drown the variance.
            let centre = values.iter().map(|value| value / values.len() as f64).sum::<f64>();
            let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
            let squares = centred.iter().map(|value| value * value).collect();
            Ok(vec![centred, squares])
        }
        (RobustQuantity::FrequencyAbove(limit), None) => Ok(share(&|value| value > *limit)),
    }
}
