//! A node and its parents: what is collected of their rows, and what has been.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::{Link, NodeSums, Sufficient};
use crate::numeric::exact_sum::{BinaryNumber, Bins, ExactColumn, ExactSum};
use crate::numeric::linalg::CondensedTable;

/// What is collected for one node.
#[derive(Debug, Clone)]
pub(super) struct Family {
    node: String,
    /// The positions in the graph of its parents, in the order of the graph, and of itself.
    members: Vec<usize>,
    /// How each member is counted in sums of squares and products; nothing where ranges suffice.
    scales: Option<Vec<Link>>,
}

/// Counts, ranges and exact sums over the complete rows of a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilySums {
    rows: u64,
    incomplete: u64,
    /// The smallest and the largest value of each member; none before the first row.
    ranges: Vec<(f64, f64)>,
    /// The sum of each member, on its scale.
    sums: Vec<ExactSum>,
    /// The sum of products of each member with itself and with those after it.
    products: Vec<ExactSum>,
}

/// Room that is used again for every batch.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    columns: Vec<ExactColumn>,
    bins: Bins,
    values: Vec<f64>,
}

impl Family {
    /// The family of a node whose mechanism needs this, if it needs sums at all.
    pub(super) fn of(graph: &CausalGraph, position: usize, sufficient: Sufficient) -> Option<Self> {
        let mut members = graph.parent_positions(position).to_vec();
        let parents = members.len();
        members.push(position);
        let scales = match sufficient {
            Sufficient::Rows => return None,
            Sufficient::Sample => None,
            Sufficient::Moments => Some(vec![Link::Identity]),
            Sufficient::Linear(scales) => {
                let of_parents = if scales.log_parents { Link::Log } else { Link::Identity };
                Some([vec![of_parents; parents], vec![scales.link]].concat())
            }
        };
        Some(Self { node: graph.name(position).to_owned(), members, scales })
    }

    /// What is collected, in words: states are merged where these are the same.
    pub(super) fn describe(&self) -> String {
        match &self.scales {
            None => "counts and ranges".to_owned(),
            Some(scales) => {
                let names: Vec<&str> = scales.iter().map(|scale| scale.name()).collect();
                format!("sums of squares and products ({})", names.join(", "))
            }
        }
    }

    /// Sums over no rows.
    pub(super) fn empty(&self) -> FamilySums {
        let members = self.scales.as_ref().map_or(0, Vec::len);
        let products = vec![ExactSum::default(); members * (members + 1) / 2];
        FamilySums { rows: 0, incomplete: 0, ranges: Vec::new(), sums: vec![ExactSum::default(); members], products }
    }

    /// # Errors
    /// When a member has, in a complete row, a value that its scale does not have.
    pub(super) fn check(&self, columns: &[&[f64]]) -> Result<()> {
        let Some(scales) = self.scales.as_ref().filter(|scales| scales.iter().any(|&scale| scale != Link::Identity))
        else {
            return Ok(());
        };
        let columns: Vec<&[f64]> = self.members.iter().map(|&member| columns[member]).collect();
        let rows = columns.first().map_or(0, |column| column.len());
        for row in (0..rows).filter(|&row| columns.iter().all(|column| !column[row].is_nan())) {
            if let Some(place) = (0..scales.len()).find(|&place| !scales[place].contains(columns[place][row])) {
                let member =
                    if place + 1 == scales.len() { "the value".to_owned() } else { format!("parent {}", place + 1) };
                let what = format!("{member} of node `{}` in row {row} of the batch", self.node);
                return Err(Error::OutsideDomain {
                    what,
                    requirement: scales[place].requirement(),
                    found: columns[place][row],
                });
            }
        }
        Ok(())
    }
}

impl FamilySums {
    /// How much memory the sums take, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        (self.sums.len() + self.products.len()) * size_of::<ExactSum>() + self.ranges.len() * size_of::<(f64, f64)>()
    }

    /// Adds rows that were checked; columns are by position in the graph.
    pub(super) fn add(
        &mut self,
        family: &Family,
        columns: &[&[f64]],
        rows: std::ops::Range<usize>,
        scratch: &mut Scratch,
    ) {
        let columns: Vec<&[f64]> = family.members.iter().map(|&member| &columns[member][rows.clone()]).collect();
        let is_missing = |row: usize| columns.iter().any(|column| column[row].is_nan());
        // A sum is NaN if a value is, and the values of most columns are all there.
        let has_gaps = columns.iter().any(|column| column.iter().sum::<f64>().is_nan());
        let complete: Option<Vec<usize>> = has_gaps.then(|| (0..rows.len()).filter(|&row| !is_missing(row)).collect());
        let count = complete.as_ref().map_or(rows.len(), Vec::len);
        self.rows += count as u64;
        self.incomplete += (rows.len() - count) as u64;
        if count == 0 {
            return;
        }
        scratch.columns.resize_with(columns.len().max(scratch.columns.len()), ExactColumn::default);
        for (place, column) in columns.iter().enumerate() {
            let values = match &complete {
                None => column,
                Some(complete) => {
                    scratch.values.clear();
                    scratch.values.extend(complete.iter().map(|&row| column[row]));
                    scratch.values.as_slice()
                }
            };
            self.widen(place, values);
            match family.scales.as_ref().map(|scales| scales[place]) {
                None => (),
                Some(Link::Identity) => scratch.columns[place].fill(values.iter().copied()),
                Some(scale) => scratch.columns[place].fill(values.iter().map(|&value| scale.apply(value))),
            }
        }
        for (sum, column) in self.sums.iter_mut().zip(&scratch.columns) {
            sum.add_values(column, &mut scratch.bins);
        }
        let members = self.sums.len();
        let pairs = (0..members).flat_map(|one| (one..members).map(move |other| (one, other)));
        for (product, (one, other)) in self.products.iter_mut().zip(pairs) {
            product.add_products(&scratch.columns[one], &scratch.columns[other], &mut scratch.bins);
        }
    }

    fn widen(&mut self, place: usize, values: &[f64]) {
        // Adding 0 makes 0 of -0, so that of the two it does not matter which comes first.
        let start = self.ranges.get(place).copied().unwrap_or((values[0] + 0.0, values[0] + 0.0));
        let range = values.iter().map(|value| value + 0.0).fold(start, |(low, high), value| {
            (if value < low { value } else { low }, if value > high { value } else { high })
        });
        if place < self.ranges.len() { self.ranges[place] = range } else { self.ranges.push(range) }
    }

    /// Adds what was collected of other rows by a family of the same description.
    pub(super) fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.incomplete = self.incomplete.saturating_add(other.incomplete);
        for (place, &(low, high)) in other.ranges.iter().enumerate() {
            self.widen(place, &[low, high]);
        }
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, other)| sum.merge(other));
        self.products.iter_mut().zip(&other.products).for_each(|(product, other)| product.merge(other));
    }

    /// Whether it can be what a family has collected of so many rows.
    pub(super) fn is_of(&self, family: &Family, rows: u64) -> bool {
        let expected = family.empty();
        let ranges = if self.rows == 0 { 0 } else { family.members.len() };
        self.rows.checked_add(self.incomplete) == Some(rows)
            && (self.sums.len(), self.products.len()) == (expected.sums.len(), expected.products.len())
            && self.ranges.len() == ranges
            && self.ranges.iter().all(|(low, high)| low.is_finite() && high.is_finite() && low <= high)
    }

    /// What a mechanism is fitted to.
    pub(super) fn to_node_sums(&self, family: &Family) -> NodeSums {
        let numbers = |sums: &[ExactSum]| sums.iter().map(ExactSum::number).collect::<Vec<BinaryNumber>>();
        let table = family.scales.as_ref().filter(|_| self.rows > 0).map(|scales| {
            let largest: Vec<f64> = scales
                .iter()
                .zip(&self.ranges)
                .map(|(scale, &(low, high))| scale.apply(low).abs().max(scale.apply(high).abs()))
                .collect();
            CondensedTable::new(self.rows, &numbers(&self.sums), numbers(&self.products), &largest)
        });
        NodeSums { rows: self.rows, incomplete: self.incomplete, ranges: self.ranges.clone(), table }
    }
}
