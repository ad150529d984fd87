//! Counterfactuals of many rows, in blocks of columns.

use std::borrow::Cow;

use super::cells::{expected, likeliest};
use super::open::Draws;
use super::replay::{Kind, Replay};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::question::intervention::config::InterventionConfig;
use crate::question::intervention::request::Intervention;
use crate::telemetry::span;
use crate::threads::{in_parallel, proceed};

/// Rows per block of work: few enough that a block's columns stay in the cache.
const BLOCK: usize = 4_096;

impl FittedModel {
    /// What every row would have been, had somebody acted: [`counterfactual`](Self::counterfactual) of many rows, with the
    /// default [`InterventionConfig`]. One column per node in the order of the graph, categories as text.
    ///
    /// # Errors
    /// When a column of a node is not there, holds text or an infinite value; when the intervention does not suit the model; and
    /// when the noise of a row cannot be recovered, with its place.
    pub fn counterfactuals(&self, data: &Dataset, intervention: &Intervention) -> Result<Dataset> {
        self.counterfactuals_with(data, intervention, &InterventionConfig::default())
    }

    /// As [`counterfactuals`](Self::counterfactuals), with other draws for what rows leave open.
    ///
    /// A row that leaves nothing open costs O(nodes + edges), in parallel on the current rayon pool; any other as many times that as
    /// it is drawn. The result is the same to the bit for any number of threads.
    ///
    /// # Errors
    /// As [`counterfactuals`](Self::counterfactuals), and when the configuration is out of range.
    pub fn counterfactuals_with(
        &self,
        data: &Dataset,
        intervention: &Intervention,
        config: &InterventionConfig,
    ) -> Result<Dataset> {
        span!(INFO, "counterfactuals", rows = data.rows());
        config.check()?;
        let replay = Replay::of(self, intervention)?;
        let coded = self.coded(data)?;
        let by_position = self.graph().nodes().map(|node| Ok(contiguous(coded.column_with_gaps(node)?)));
        let by_position = by_position.collect::<Result<Vec<Cow<'_, [f64]>>>>()?;
        let nodes = replay.observed.nodes();
        let columns: Vec<&[f64]> = nodes.iter().map(|node| &*by_position[node.position]).collect();
        let starts: Vec<usize> = (0..data.rows()).step_by(BLOCK).collect();
        let is_open = |row: usize| replay.is_open(|number| columns[number][row]);
        let has_open = |block: usize| (starts[block]..data.rows().min(starts[block] + BLOCK)).any(is_open);
        // Needed by nobody in most tables.
        let draws = in_parallel(starts.len(), &has_open).contains(&true).then(|| Draws::new(&replay, config));
        let of_block = |block: usize| {
            let start = starts[block];
            let rows: Vec<usize> = (start..data.rows().min(start + BLOCK)).collect();
            replay.rows(&columns, &rows, draws.as_ref())
        };
        let blocks: Vec<Result<Vec<Vec<f64>>>> = in_parallel(starts.len(), &of_block);
        let mut found: Vec<Vec<f64>> = vec![Vec::with_capacity(data.rows()); nodes.len()];
        for block in blocks {
            found.iter_mut().zip(block?).for_each(|(column, block)| column.extend(block));
        }
        let found = replay.observed.by_position(found);
        Dataset::from_columns(self.graph().nodes().zip(found))?.decoded_like(&self.all_levels(), data)
    }
}

impl Replay {
    /// The replayed values of some rows, one column per node.
    fn rows(&self, columns: &[&[f64]], rows: &[usize], draws: Option<&Draws>) -> Result<Vec<Vec<f64>>> {
        proceed()?;
        let is_open = |&row: &usize| draws.is_some() && self.is_open(|number| columns[number][row]);
        let (open, certain): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&row| is_open(row));
        let select = |column: &&[f64]| certain.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let first = rows[0];
        let mut found: Vec<Vec<f64>> = if open.is_empty() {
            let slices: Vec<&[f64]> = columns.iter().map(|column| &column[first..first + rows.len()]).collect();
            let replayed = self.certain(&slices).map_err(|error| at_row(error, &certain))?;
            replayed.into_iter().map(Cow::into_owned).collect()
        } else {
            let selected: Vec<Vec<f64>> = columns.iter().map(select).collect();
            let slices: Vec<&[f64]> = selected.iter().map(Vec::as_slice).collect();
            let replayed = self.certain(&slices).map_err(|error| at_row(error, &certain))?;
            let spread = |column: Cow<'_, [f64]>| {
                let mut all = vec![f64::NAN; rows.len()];
                certain.iter().zip(column.iter()).for_each(|(&row, &value)| all[row - first] = value);
                all
            };
            replayed.into_iter().map(spread).collect()
        };
        for row in open {
            let Some(draws) = draws else { break };
            let values: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            let drawn = self.open(&values, draws).map_err(|cause| Error::InRow { row, cause: Box::new(cause) })?;
            for (number, node) in self.observed.nodes().iter().enumerate() {
                let is_kept = self.kinds[number] == Kind::Kept && !values[number].is_nan();
                found[number][row - first] = match &node.levels {
                    _ if is_kept => values[number],
                    Some(levels) => likeliest(&drawn[number], levels),
                    None => expected(&drawn[number]).value,
                };
            }
        }
        Ok(found)
    }
}

/// The error with the row's place in the table, from that among some rows.
fn at_row(error: Error, rows: &[usize]) -> Error {
    match error {
        Error::InRow { row, cause } => Error::InRow { row: rows[row], cause },
        other => other,
    }
}

fn contiguous(column: ndarray::ArrayView1<'_, f64>) -> Cow<'_, [f64]> {
    column.to_slice().map_or_else(|| Cow::Owned(column.to_vec()), Cow::Borrowed)
}
