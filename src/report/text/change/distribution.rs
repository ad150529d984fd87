//! What `Display` prints of a change.

use std::fmt::{self, Write};

use crate::question::change::{DistributionChange, NodeChange};
use crate::report::text::table::{self, nothing};
use crate::wording::{Visible, p_value, significant, visible_name};

impl fmt::Display for DistributionChange {
    /// The change in a line or two, then the nodes, the largest contribution first.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (target, functional) = (visible_name(&self.target), &self.functional);
        let total = with_error(self.total.value, self.total.std_error);
        match self.old.zip(self.new) {
            Some((old, new)) => writeln!(
                formatter,
                "{functional} of `{target}`: from {} to {} under the models, a change of {total}",
                significant(old),
                significant(new)
            )?,
            None => writeln!(formatter, "{functional} of `{target}` under the models: {total}")?,
        }
        if let Some((observed, remainder)) = self.observed.zip(self.remainder) {
            writeln!(
                formatter,
                "Observed: {}, of which the models leave {} unexplained.",
                significant(observed),
                significant(remainder)
            )?;
        }
        let mut table = table::plain();
        let columns = self.columns();
        table.add_row(columns.iter().map(|column| column.header));
        for contribution in self.ranked() {
            table.add_row(columns.iter().map(|column| (column.cell)(contribution)));
        }
        table::write_figures(formatter, table, 1)?;
        self.ranked().iter().try_for_each(|contribution| write_parents(formatter, contribution))
    }
}

/// A column of the table.
struct ColumnOf {
    header: &'static str,
    cell: fn(&NodeChange) -> String,
}

impl DistributionChange {
    /// The columns that are not empty.
    fn columns(&self) -> Vec<ColumnOf> {
        let has = |there: fn(&NodeChange) -> bool| self.contributions.iter().any(there);
        let all = [
            (true, "node", (|node| visible_name(&node.node)) as fn(&NodeChange) -> String),
            (true, "contribution", |node| significant(node.value)),
            (has(|node| node.std_error > 0.0), "± error", |node| significant(node.std_error)),
            (has(|node| node.interval.is_some()), "interval", |node| {
                node.interval
                    .map_or_else(nothing, |(low, high)| format!("{} to {}", significant(low), significant(high)))
            }),
            (true, "changed", |node| if node.changed { "yes" } else { "no" }.to_owned()),
            (has(|node| node.p_value.is_some()), "p-value", |node| node.p_value.map_or_else(nothing, p_value)),
            (has(|node| node.separate.is_some()), "all separate", |node| {
                node.separate.map_or_else(nothing, significant)
            }),
        ];
        let kept = all.into_iter().filter(|(is_there, ..)| *is_there);
        kept.map(|(_, header, cell)| ColumnOf { header, cell }).collect()
    }
}

fn write_parents(formatter: &mut Visible<'_, '_>, contribution: &NodeChange) -> fmt::Result {
    let named = |parents: &[String]| parents.iter().map(|parent| format!("`{parent}`")).collect::<Vec<_>>().join(", ");
    let node = visible_name(&contribution.node);
    if !contribution.added_parents.is_empty() {
        writeln!(formatter, "`{node}` depends on {} in the new model alone.", named(&contribution.added_parents))?;
    }
    if !contribution.removed_parents.is_empty() {
        writeln!(formatter, "`{node}` depends on {} in the old model alone.", named(&contribution.removed_parents))?;
    }
    Ok(())
}

fn with_error(value: f64, std_error: f64) -> String {
    if std_error > 0.0 { format!("{} ± {}", significant(value), significant(std_error)) } else { significant(value) }
}
