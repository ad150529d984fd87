//! A bar chart for the terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::question::attribution::Attribution;
use crate::wording::{fixed, visible_name};

/// Widest bar, in characters.
const WIDTH: f64 = 40.0;

impl Attribution {
    /// The contributions as horizontal bars, the suspect first as [`ranked`](Self::ranked); negative ones are drawn with `-`, approximate ones marked
    /// with `≈`. Nodes whose value was missing have no bar.
    #[doc(alias = "bar_plot")]
    pub fn to_bar_chart(&self) -> String {
        let ranked = self.ranked();
        let largest = ranked.iter().fold(0.0, |largest: f64, contribution| largest.max(contribution.value.abs()));
        let mut table = Table::new();
        table.load_style(NOTHING);
        for contribution in ranked {
            let share = if largest > 0.0 { contribution.value / largest } else { 0.0 };
            let length = (WIDTH * share.abs()).round() as usize;
            let bar = if share < 0.0 { "-" } else { "█" }.repeat(length);
            let amount = fixed(contribution.value, 2);
            let amount = if contribution.is_approximate() { format!("≈{amount}") } else { amount };
            table.add_row([visible_name(&contribution.node), amount, bar]);
        }
        for missing in &self.missing {
            table.add_row([visible_name(&missing.node), "missing".to_owned(), String::new()]);
        }
        table.column_iter_mut().skip(1).take(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}
