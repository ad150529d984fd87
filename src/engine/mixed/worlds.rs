//! The worlds of one event, from a table.

use ndarray::{Array2, ArrayView2};

use super::super::sampling::{OUTPUTS, variance_of_bank};
use super::super::{Reading, Readout, Visitor, Worlds};
use super::outer::free_row;
use super::table::OUTPUTS_WITH_SERIES;
use crate::error::Result;
use crate::shapley::{Coalition, sums_of_table};

/// The outputs of all coalitions that are to be visited.
pub(super) struct TableWorlds {
    /// For every player the bit of the set's number that is set where it is free.
    bits: Vec<usize>,
    /// The number of the first set that has a row.
    first: usize,
    rows: Array2<f64>,
}

impl TableWorlds {
    pub(super) fn new(bits: Vec<usize>, first: usize, rows: Array2<f64>) -> Self {
        Self { bits, first, rows }
    }
}

impl Worlds for TableWorlds {
    fn readout(&self) -> &dyn Readout {
        self
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self)
    }
}

impl Visitor for &TableWorlds {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let row = self.rows.row(free_row(&self.bits, kept) - self.first);
        outputs.iter_mut().zip(row).for_each(|(output, &known)| *output = known);
        Ok(())
    }
}

/// The outputs are those of samples, and last how far the series may be off: that is an error on top of the samples'.
impl Readout for TableWorlds {
    fn width(&self) -> usize {
        OUTPUTS_WITH_SERIES
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        let error = bank_error(outputs).hypot(outputs[OUTPUTS]);
        Reading { value: outputs[0], error, probability: outputs[OUTPUTS - 1] }
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        values.rows().into_iter().map(|outputs| bank_error(&outputs.to_vec())).collect()
    }

    /// How far the series may be off, where the table has all coalitions, or all of a part.
    fn errors_beside(&self) -> Vec<f64> {
        let errors: Vec<f64> = self.rows.column(OUTPUTS).to_vec();
        // A set and its complement weigh the same, so free players do for kept ones.
        let by_bit = sums_of_table(&errors);
        self.bits.iter().map(|bit| by_bit.get(bit.trailing_zeros() as usize).copied().unwrap_or(0.0)).collect()
    }
}

fn bank_error(outputs: &[f64]) -> f64 {
    variance_of_bank(&outputs[..OUTPUTS]).sqrt()
}
