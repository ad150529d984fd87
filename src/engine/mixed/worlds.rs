//! The worlds of one event, from a table.

use ndarray::{Array2, ArrayView2};

use super::super::inversion::{Series, with_those_of_others};
use super::super::sampling::{OUTPUTS, variance_of_bank};
use super::super::{Reading, Readout, Visitor, Worlds};
use super::outer::free_row;
use super::table::OUTPUTS_WITH_SERIES;
use crate::error::Result;
use crate::shapley::Coalition;

/// The outputs of all coalitions that are to be visited.
pub(super) struct TableWorlds<'e> {
    /// For every player the bit of the set's number that is set where it is free.
    bits: Vec<usize>,
    /// The number of the first set that has a row.
    first: usize,
    rows: Array2<f64>,
    series: Series<'e>,
}

impl<'e> TableWorlds<'e> {
    pub(super) fn new(bits: Vec<usize>, first: usize, rows: Array2<f64>, series: Series<'e>) -> Self {
        Self { bits, first, rows, series }
    }
}

impl Worlds for TableWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        self
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self)
    }
}

impl Visitor for &TableWorlds<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let row = self.rows.row(free_row(&self.bits, kept) - self.first);
        outputs.iter_mut().zip(row).for_each(|(output, &known)| *output = known);
        Ok(())
    }
}

/// The outputs are those of samples, and last by how much the last terms of the series changed the value: that is an error on
/// top of the samples'.
impl Readout for TableWorlds<'_> {
    fn width(&self) -> usize {
        OUTPUTS_WITH_SERIES
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        let probability = outputs[OUTPUTS - 1];
        let error = bank_error(outputs).hypot(self.series.error(outputs[OUTPUTS], probability));
        Reading { value: outputs[0], error, probability }
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        let changes = with_those_of_others(&values.column(OUTPUTS).to_vec());
        let rows = values.rows().into_iter().zip(changes);
        rows.map(|(outputs, change)| bank_error(&outputs.to_vec()).hypot(change)).collect()
    }
}

fn bank_error(outputs: &[f64]) -> f64 {
    variance_of_bank(&outputs[..OUTPUTS]).sqrt()
}
