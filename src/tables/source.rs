//! Where tables come from.

use super::columns::Gathered;
use super::report::Origin;
use crate::data::RowLines;
use crate::error::Result;

/// Named columns, in batches of rows.
///
/// A format of files is one of these: text is given to the columns as text, and numbers as numbers, so that what a text means is
/// decided in one place for all formats.
pub(crate) trait TableSource {
    /// The names of the columns, in order, as they are written: some may be blank, or the same as others.
    fn names(&self) -> &[String];

    /// Adds the next rows to the columns, which are as many as the names, and where each row is to the lines: its line in a
    /// file of text, or its number counted from 1. False once there are no more rows.
    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut RowLines) -> Result<bool>;

    /// What the file turned out to be, once it was read.
    fn origin(&self) -> Origin;
}
