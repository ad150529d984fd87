//! Rows drawn again, and rows left out.

use rand::RngExt;

use crate::data::{Dataset, LevelsByName};
use crate::error::{Error, Result};
use crate::model::StructuralCausalModel;
use crate::random::{Purpose, stream};

/// The columns of the graph's nodes.
pub(super) struct Rows<'a> {
    columns: Vec<(&'a str, Vec<f64>)>,
    /// The levels of those that are categories.
    levels: LevelsByName,
    pub(super) count: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(model: &'a StructuralCausalModel, data: &Dataset) -> Result<Self> {
        let data = data.coded(model.graph().nodes(), |_| None)?;
        let nodes = model.graph().nodes();
        let columns: Vec<_> = nodes.filter_map(|node| Some((node, data.column(node).ok()?.to_vec()))).collect();
        if columns.is_empty() {
            return Err(Error::Empty { what: "the data to resample".to_owned(), expected: "column of a node" });
        }
        Ok(Self { columns, levels: data.all_coded_levels().clone(), count: data.rows() })
    }

    pub(super) fn resampled(&self, seed: u64, number: usize) -> Result<Dataset> {
        let mut random = stream(seed, Purpose::Bootstrap, number as u64);
        let chosen: Vec<usize> = (0..self.count).map(|_| random.random_range(0..self.count)).collect();
        self.select(&chosen)
    }

    pub(super) fn without(&self, group: usize, groups: usize) -> Result<Dataset> {
        let chosen: Vec<usize> = (0..self.count).filter(|row| row % groups != group).collect();
        self.select(&chosen)
    }

    fn select(&self, chosen: &[usize]) -> Result<Dataset> {
        let select = |column: &[f64]| chosen.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let table = Dataset::from_columns(self.columns.iter().map(|(node, column)| (*node, select(column))))?;
        Ok(table.with_coded_levels(self.levels.clone()))
    }
}
