//! Rows drawn again, and rows left out.

use std::sync::Arc;

use rand::RngExt;

use crate::data::{Dataset, Levels, LevelsByName};
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};

/// The columns of the graph's nodes.
pub(super) struct Rows<'a> {
    columns: Vec<(&'a str, Vec<f64>)>,
    /// The levels of those that are categories.
    levels: LevelsByName,
    pub(super) count: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(nodes: impl Iterator<Item = &'a str> + Clone, data: &Dataset) -> Result<Self> {
        Self::with_levels(nodes, data, |_| None)
    }

    /// The columns of two data sets, whose categories have the levels of both.
    pub(super) fn of_pair(
        nodes: impl Iterator<Item = &'a str> + Clone,
        old: &Dataset,
        new: &Dataset,
    ) -> Result<[Self; 2]> {
        let of_both = |node: &str| {
            let (old, new) = (old.category(node)?, new.category(node)?);
            Levels::of(old.names().iter().chain(new.names()).map(String::as_str)).map(Arc::new)
        };
        Ok([Self::with_levels(nodes.clone(), old, of_both)?, Self::with_levels(nodes, new, of_both)?])
    }

    fn with_levels(
        nodes: impl Iterator<Item = &'a str> + Clone,
        data: &Dataset,
        levels: impl Fn(&str) -> Option<Arc<Levels>>,
    ) -> Result<Self> {
        let data = data.coded(nodes.clone(), levels)?;
        let columns: Vec<_> = nodes.filter_map(|node| Some((node, data.column(node).ok()?.to_vec()))).collect();
        if columns.is_empty() {
            return Err(Error::Empty { what: "the data to resample".to_owned(), expected: "column of a node" });
        }
        Ok(Self { columns, levels: data.all_coded_levels().clone(), count: data.rows() })
    }

    /// The rows as they are.
    pub(super) fn all(&self) -> Result<Dataset> {
        self.select(&(0..self.count).collect::<Vec<usize>>())
    }

    /// The rows drawn again, of the data set at this place among those that are resampled together.
    pub(super) fn resampled(&self, seed: u64, set: usize, number: usize) -> Result<Dataset> {
        let purpose = if set == 0 { Purpose::Bootstrap } else { Purpose::BootstrapOfSecond };
        let mut random = stream(seed, purpose, number as u64);
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
