//! Tables of plain text.

use std::fmt::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::wording::{Visible, fixed};

/// A table without lines.
pub(super) fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

/// Writes a table whose columns from this one on are figures, which are aligned to the right.
pub(super) fn write_figures(formatter: &mut Visible<'_, '_>, mut table: Table, from: usize) -> fmt::Result {
    table.column_iter_mut().skip(from).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    write(formatter, &table)
}

/// Writes a table as it is.
pub(super) fn write(formatter: &mut Visible<'_, '_>, table: &Table) -> fmt::Result {
    table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))
}

/// A share in per cent.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", fixed(100.0 * share, 0))
}

/// What stands in a cell of which nothing is known.
pub(super) fn nothing() -> String {
    "-".to_owned()
}
