//! How often the fault that was built in came first. Nothing else reads those columns.

use arrow_array::Array;

use super::answers::Answers;
use super::source::{Batch, cell};

/// Faults that make less than this share of an invoice do not count: the bank's fee on a small one is as large.
const LEAST: f64 = 0.01;
/// How often the right one must come first.
const ENOUGH: f64 = 0.95;

#[derive(Default)]
pub(super) struct Judge {
    asked: u64,
    right: u64,
    unanswered: u64,
}

impl Judge {
    /// Counts a batch.
    pub(super) fn count(&mut self, batch: &Batch, answers: &Answers<'_>) {
        let Some((causes, amounts)) = &batch.built_in else { return };
        for row in 0..batch.rows() {
            let Some(cause) = cell(causes, row) else { continue };
            if amounts.is_null(row) || amounts.value(row) <= LEAST * batch.due_payment(row) {
                continue;
            }
            self.asked += 1;
            self.right += u64::from(answers.first[row] == Some(cause));
            self.unanswered += u64::from(answers.errors[row].is_some());
        }
    }

    /// What came of it, if there was anything to be counted; an error where the right cause is first too seldom.
    pub(super) fn verdict(&self) -> Option<Result<String, String>> {
        let share = (self.asked > 0).then_some(self.right as f64 / self.asked as f64)?;
        let line = format!(
            "The fault that was built in is first in {} of {} invoices in which it is above 1 %: {:.2} %. Unanswered, as a figure is missing: {}.",
            self.right,
            self.asked,
            100.0 * share,
            self.unanswered
        );
        Some(if share >= ENOUGH { Ok(line) } else { Err(line) })
    }
}
