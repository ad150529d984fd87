//! A data set as the text of a CSV file.

use std::fmt::Write as _;

use etiology::Dataset;

/// A header and a line per row, with all digits.
pub(crate) fn to_csv(data: &Dataset) -> String {
    let mut text = data.names().join(",") + "\n";
    for row in data.observations() {
        let cells: Vec<String> = row.values().iter().map(f64::to_string).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}
