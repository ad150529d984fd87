//! An answer for every row of columns.

use std::sync::{Mutex, PoisonError};

use crate::data::{EventColumns, Observation};
use crate::error::{Error, Result};
use crate::telemetry::Parent;
use crate::threads::{in_parallel, proceed};

/// The answers for all rows of tables of one length, in order, found in parallel on the current rayon pool. A row's error is an
/// [`Error::InRow`], and costs no other row its answer.
pub(super) fn answer_rows<A: Send, const TABLES: usize>(
    tables: [&EventColumns<'_>; TABLES],
    answer: impl Fn([&Observation; TABLES]) -> Result<A> + Sync,
) -> Vec<Result<A>> {
    let batch = Parent::current();
    let rows = tables.iter().map(|table| table.rows()).min().unwrap_or(0);
    // Those read into by nobody just now.
    let spare = Mutex::new(Vec::new());
    let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    in_parallel(rows, &|row| {
        proceed()?;
        let mut events = spare().pop().unwrap_or_else(|| tables.map(EventColumns::blank));
        tables.iter().zip(events.iter_mut()).for_each(|(table, event)| table.read(row, event));
        let answer = batch.in_scope(|| answer(events.each_ref()));
        spare().push(events);
        answer.map_err(|cause| Error::InRow { row, cause: Box::new(cause) })
    })
}
