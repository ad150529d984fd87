//! The table that `Display` prints.

use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::number::{error_in_nats, fixed, significant};
use crate::attribution::{Attribution, Contribution, Quantity};
use crate::error::list_names;

impl fmt::Display for Attribution {
    /// A summary in a line or two, then the nodes by contribution, the largest first.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_summary(formatter)?;
        let mut table = Table::new();
        table.load_style(NOTHING);
        let amount = match self.quantity {
            Quantity::ItScore => "nats",
            Quantity::MeanDeviation => "contribution",
        };
        table.set_header(["node", amount, "± error", "share", "observed", "typical", "noise score"]);
        self.ranked().iter().for_each(|contribution| {
            table.add_row(self.row(contribution));
        });
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))?;
        self.write_extrapolated(formatter)
    }
}

impl Attribution {
    fn write_summary(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observed = self.contribution(&self.target).map_or(f64::NAN, |target| target.observed);
        let Self { target, score, .. } = self;
        write!(formatter, "`{target}` = {}: ", significant(observed))?;
        match (score.tail_probability, score.floor) {
            (Some(tail), Some(floor)) => {
                writeln!(
                    formatter,
                    "outlier score {} ± {} nats (probability {}, floor {})",
                    fixed(score.value, 2),
                    error_in_nats(score.std_error),
                    significant(tail),
                    significant(floor)
                )?;
            }
            _ => writeln!(
                formatter,
                "{} ± {} from its expected value",
                significant(score.value),
                significant(score.std_error)
            )?,
        }
        if score.saturated {
            writeln!(formatter, "The score is at its ceiling: the event is at least this unusual.")?;
        }
        Ok(())
    }

    /// Where a noise is beyond the training data, what it counts for is an assumption.
    fn write_extrapolated(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beyond = self.ranked().iter().filter(|contribution| contribution.extrapolated);
        let names: Vec<&str> = beyond.map(|contribution| contribution.node.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "Noise beyond the training data: {}.", list_names(&names))
    }

    fn row(&self, contribution: &Contribution) -> [String; 7] {
        // Errors are small beside the amounts, and a plain 0 would claim too much.
        let (amount, error) = match self.quantity {
            Quantity::ItScore => (fixed(contribution.value, 2), error_in_nats(contribution.std_error)),
            Quantity::MeanDeviation => (significant(contribution.value), significant(contribution.std_error)),
        };
        [
            contribution.node.clone(),
            amount,
            error,
            contribution.share.map_or_else(|| "-".to_owned(), |share| format!("{:.0}%", 100.0 * share)),
            significant(contribution.observed),
            significant(contribution.typical),
            format!("{:.1}", contribution.noise_score),
        ]
    }
}
