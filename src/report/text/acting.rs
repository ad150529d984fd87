//! What `Display` prints of what would have been, and of why a value differs between two rows.

use std::fmt::{self, Write};

use super::table;
use crate::question::intervention::CounterfactualRow;
use crate::question::unit_change::{ChangePart, ChangeSource, UnitChange};
use crate::wording::{Visible, significant, visible_name};

/// What rounding leaves of a part at most, as a share of the largest figure that it is made of.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

impl fmt::Display for CounterfactualRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let mut table = table::plain();
        table.add_row(["node", "observed", "would have been", "± open"].map(str::to_owned));
        for entry in &self.nodes {
            let observed =
                entry.observed.map(significant).or_else(|| entry.observed_level.as_deref().map(visible_name));
            let likeliest = entry.level.as_deref().map(|level| {
                let share = entry.levels.iter().find(|share| share.level == level);
                let percent = share.map_or(1.0, |share| share.probability.value) * 100.0;
                format!("{} ({percent:.0} %)", visible_name(level))
            });
            let value = entry.value.map(|value| significant(value.value)).or(likeliest);
            let open = if entry.std_dev > 0.0 { significant(entry.std_dev) } else { String::new() };
            let cells = [observed.unwrap_or_else(|| "missing".to_owned()), value.unwrap_or_default(), open];
            table.add_row([visible_name(&entry.node)].into_iter().chain(cells));
        }
        table::write_figures(formatter, table, 1)
    }
}

impl fmt::Display for UnitChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let sizes = self.parts.iter().map(|part| part.value.abs());
        let largest = sizes.fold(self.before.abs().max(self.after.abs()), f64::max);
        // What did not move leaves the rounding of the sum.
        let shown = |figure: f64| significant(if figure.abs() <= ROUNDING * largest { 0.0 } else { figure });
        let [before, after, total] = [self.before, self.after, self.total()].map(shown);
        writeln!(formatter, "`{}` went from {before} to {after}, by {total}:", visible_name(&self.target))?;
        let mut table = table::plain();
        table.add_row(["node", "by", "part", "± error"].map(str::to_owned));
        for ChangePart { node, source, value, std_error } in self.ranked() {
            let [value, error] = [*value, *std_error].map(shown);
            table.add_row([visible_name(node), words(*source).to_owned(), value, error]);
        }
        if let Some(rounding) = self.rounding {
            table.add_row(["(rounding)".to_owned(), String::new(), shown(rounding), String::new()]);
        }
        table::write_figures(formatter, table, 2)
    }
}

/// What changed, in words.
fn words(source: ChangeSource) -> &'static str {
    match source {
        ChangeSource::Input => "its value",
        ChangeSource::Mechanism => "mechanism",
        ChangeSource::Noise => "noise",
    }
}
