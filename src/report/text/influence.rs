//! What `Display` prints of the influence on a target, and of the arrows into one.

use std::fmt::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::question::arrow_strength::{ArrowMeasure, ArrowStrength, ArrowStrengths};
use crate::question::influence::{InfluenceContribution, InfluenceQuantity, IntrinsicInfluence};
use crate::wording::{Visible, fixed, significant, visible_name};

impl fmt::Display for IntrinsicInfluence {
    /// What is split in a line, then the nodes, the largest first as [`ranked`](IntrinsicInfluence::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (what, unit) = match self.quantity {
            InfluenceQuantity::Variance => ("variance", ""),
            InfluenceQuantity::Entropy => ("entropy", " nats"),
        };
        let (target, total, error) =
            (visible_name(&self.target), significant(self.total), significant(self.std_error));
        writeln!(formatter, "`{target}`: {what} {total} ± {error}{unit}, by whose noise it comes from")?;
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.add_row(["node", what, "± error", "share"]);
        for contribution in self.ranked() {
            table.add_row(row(contribution));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))
    }
}

fn row(contribution: &InfluenceContribution) -> [String; 4] {
    let share = contribution.share.map_or_else(|| "-".to_owned(), |share| format!("{}%", fixed(100.0 * share, 0)));
    let (value, error) = (significant(contribution.value), significant(contribution.std_error));
    [visible_name(&contribution.node), value, error, share]
}

impl fmt::Display for ArrowStrengths {
    /// What was measured in a line, then the arrows, the strongest first as [`ranked`](ArrowStrengths::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (what, column) = match self.measure {
            ArrowMeasure::Divergence => ("the divergence that cutting it brings", "nats"),
            _ => ("the variance that cutting it adds", "variance"),
        };
        writeln!(formatter, "Arrows into `{}`, each by {what}", visible_name(&self.target))?;
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.add_row(["parent", column, "± error"]);
        for ArrowStrength { parent, value, std_error, .. } in self.ranked() {
            table.add_row([visible_name(parent), significant(*value), significant(*std_error)]);
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))?;
        self.density.iter().try_for_each(|density| writeln!(formatter, "The noise has {density}."))
    }
}
