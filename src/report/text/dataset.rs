//! What `Display` prints of a table of data.

use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::data::Dataset;
use crate::wording::{shortened, significant, visible_name};

/// A longer table is cut to its head.
const MOST_ROWS: usize = 20;
/// How much of a longer table is shown.
const HEAD: usize = 10;
/// Most columns that are shown.
const MOST_COLUMNS: usize = 12;
/// Columns of a terminal for a name or a text.
const WIDTH: usize = 24;

impl fmt::Display for Dataset {
    /// The first rows and columns, numbered from 0 and with four digits of each number, then how many there are.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.rows() > MOST_ROWS { HEAD } else { self.rows() };
        let columns = self.columns().min(MOST_COLUMNS);
        let mut table = Table::new();
        table.load_style(NOTHING);
        let names = self.names()[..columns].iter().map(|name| in_a_cell(name));
        table.set_header([String::new()].into_iter().chain(names));
        for row in 0..rows {
            let cells = (0..columns).map(|column| cell(self, row, column));
            table.add_row([row.to_string()].into_iter().chain(cells));
        }
        table.column_iter_mut().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))?;
        let all = format!("{} × {}", counted(self.rows(), "row"), counted(self.columns(), "column"));
        match (rows < self.rows(), columns < self.columns()) {
            (false, false) => writeln!(formatter, "{all}"),
            (true, false) => writeln!(formatter, "{all}; the first {rows} rows are shown"),
            (false, true) => writeln!(formatter, "{all}; the first {columns} columns are shown"),
            (true, true) => writeln!(formatter, "{all}; the first {rows} rows and {columns} columns are shown"),
        }
    }
}

fn cell(data: &Dataset, row: usize, column: usize) -> String {
    match (data.text_cell(row, column), data.values()[[row, column]]) {
        (Some(text), _) => in_a_cell(text),
        (None, missing) if missing.is_nan() => "-".to_owned(),
        (None, value) => significant(value),
    }
}

/// On one line, and not too long.
fn in_a_cell(text: &str) -> String {
    shortened(&visible_name(text), WIDTH)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_aligned_and_text_and_gaps_are_shown() {
        let text = "db,api,note\n0.1,12.5,\n,1e9,\"late\nagain\"\n";
        let printed = Dataset::from_csv_reader(text.as_bytes()).unwrap().to_string();
        let expected = concat!(
            "        db      api         note\n",
            " 0  0.1000    12.50            -\n",
            " 1       -  1.000e9  late\\nagain\n",
            "2 rows × 3 columns\n"
        );
        assert_eq!(printed, expected);
    }

    #[test]
    fn a_large_table_is_cut_and_says_so() {
        let column = |number: usize| (format!("c{number}"), (0..5_000).map(f64::from).collect::<Vec<_>>());
        let data = Dataset::from_columns((0..30).map(column)).unwrap();
        let printed = data.to_string();
        assert_eq!(printed.lines().count(), 12);
        assert!(printed.ends_with("5000 rows × 30 columns; the first 10 rows and 12 columns are shown\n"), "{printed}");
        let head = data.head(3).unwrap().to_string();
        assert!(head.ends_with("3 rows × 30 columns; the first 12 columns are shown\n"), "{head}");
    }
}
