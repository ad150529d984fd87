//! What came of a batch of invoices.

use etiology::Error;
use etiology::unit_change::{ChangeSource, UnitChangeColumns};

use crate::invoice::{NODES, cents};

/// What came of a batch, by row; `NaN` where there is no answer. Amounts are what was paid less, so that they sum to the amount short.
pub(super) struct Answers<'c> {
    pub(super) short: Vec<f64>,
    /// The node that made the most of it.
    pub(super) first: Vec<Option<&'c str>>,
    /// In the order of [`NODES`].
    pub(super) amounts: Vec<Vec<f64>>,
    pub(super) rounding: Vec<f64>,
    pub(super) errors: Vec<Option<String>>,
}

impl<'c> Answers<'c> {
    pub(super) fn new(changes: &'c UnitChangeColumns) -> Self {
        let rows = changes.rows();
        let short: Vec<f64> =
            changes.before().iter().zip(changes.after()).map(|(due, paid)| cents(due - paid)).collect();
        let paid_less = |part: &f64| 0.0 - part;
        let amounts = NODES.iter().map(|node| {
            let parts = changes.parts(node, ChangeSource::Noise).unwrap_or_default();
            parts.iter().map(paid_less).collect()
        });
        let amounts: Vec<Vec<f64>> = amounts.collect();
        let rounding = changes.rounding().unwrap_or_default().iter().map(paid_less).collect();
        let first = (0..rows).map(|row| {
            let towards = |place: &usize| short[row].signum() * amounts[*place][row];
            let places = (0..NODES.len()).filter(|place| towards(place) > 0.0);
            places.max_by(|one, other| towards(one).total_cmp(&towards(other))).map(|place| NODES[place])
        });
        let first = first.collect();
        let mut errors = vec![None; rows];
        for (row, error) in changes.failures() {
            // Rows of a batch say nothing to whoever knows invoices by their numbers.
            let cause = if let Error::InRow { cause, .. } = error { cause } else { error };
            errors[*row] = Some(cause.to_string());
        }
        Self { short, first, amounts, rounding, errors }
    }
}
