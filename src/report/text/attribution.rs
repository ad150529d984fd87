//! What `Display` prints of an attribution.

use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::error::list_names;
use crate::question::attribution::{Attribution, Contribution, MissingNode, Quantity};
use crate::wording::{chance, error_in_nats, fixed, significant};

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
        if !self.missing.is_empty() {
            table.add_row(self.row_of_unexplained());
            self.missing.iter().for_each(|node| {
                table.add_row(row_of_missing(node));
            });
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))?;
        self.write_extrapolated(formatter)?;
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "- {finding}"))
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
                    chance(tail, floor),
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
        if !self.missing.is_empty() {
            let missing: Vec<&str> = self.missing.iter().map(|missing| missing.node.as_str()).collect();
            let missing = list_names(&missing);
            writeln!(formatter, "No value was observed of {missing}: what it contributed is not known.")?;
        }
        let approximate = self.contributions.iter().filter(|contribution| contribution.is_approximate());
        let approximate: Vec<&str> = approximate.map(|contribution| contribution.node.as_str()).collect();
        if !approximate.is_empty() {
            let nodes = list_names(&approximate);
            writeln!(formatter, "Approximate (≈), as a parent's value is missing: {nodes}.")?;
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
        let (amount, error) = self.amount(contribution.value, contribution.std_error);
        [
            contribution.node.clone(),
            if contribution.is_approximate() { format!("≈{amount}") } else { amount },
            error,
            contribution.share.map_or_else(nothing, percent),
            significant(contribution.observed),
            significant(contribution.typical),
            format!("{:.1}", contribution.noise_score),
        ]
    }

    fn row_of_unexplained(&self) -> [String; 7] {
        let (amount, error) = self.amount(self.unexplained.value, self.unexplained.std_error);
        // Where the contributions have no shares, neither has the rest.
        let has_shares = self.contributions.iter().any(|contribution| contribution.share.is_some());
        let share = has_shares.then(|| percent(self.unexplained.value / self.score.value));
        let share = share.unwrap_or_else(nothing);
        ["(unexplained)".to_owned(), amount, error, share, nothing(), nothing(), nothing()]
    }

    /// Errors are small beside the amounts, and a plain 0 would claim too much.
    fn amount(&self, value: f64, std_error: f64) -> (String, String) {
        match self.quantity {
            Quantity::ItScore => (fixed(value, 2), error_in_nats(std_error)),
            Quantity::MeanDeviation => (significant(value), significant(std_error)),
        }
    }
}

fn row_of_missing(missing: &MissingNode) -> [String; 7] {
    let typical = significant(missing.typical);
    [missing.node.clone(), nothing(), nothing(), nothing(), "missing".to_owned(), typical, nothing()]
}

fn percent(share: f64) -> String {
    format!("{}%", fixed(100.0 * share, 0))
}

fn nothing() -> String {
    "-".to_owned()
}
