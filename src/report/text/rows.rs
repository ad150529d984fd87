//! What `Display` prints of an attribution of several rows.

use std::fmt::{self, Write};

use super::attribution::{with_error, write_score};
use super::table::{self, nothing, percent};
use crate::error::list_names;
use crate::findings::Strength;
use crate::question::attribution::{Quantity, RowsAttribution, RowsContribution};
use crate::verdicts::RowsDiagnosis;
use crate::wording::{Visible, significant, visible_name};

impl fmt::Display for RowsAttribution {
    /// A summary in a line or two, then the nodes, the suspect first, and the findings.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        self.write_summary(formatter)?;
        let mut table = table::plain();
        let amount = match self.quantity {
            Quantity::ItScore => "nats",
            Quantity::MeanDeviation => "contribution",
        };
        table.add_row(["node", amount, "± error", "share", "mean observed", "typical"]);
        self.contributions.iter().for_each(|contribution| {
            table.add_row(row(contribution));
        });
        table::write_figures(formatter, table, 1)?;
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "- {finding}"))
    }
}

impl RowsAttribution {
    fn write_summary(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let (target, rows, score) = (visible_name(&self.target), self.rows, &self.score);
        let (observed, typical) = (significant(self.observed), significant(self.typical));
        write!(formatter, "`{target}`, {} of {rows} rows = {observed}, typically {typical}: ", self.statistic)?;
        write_score(formatter, score)?;
        if !self.context.is_empty() {
            writeln!(formatter, "Given in every row, and not blamed: {}.", list_names(&self.context))?;
        }
        if !self.missing.is_empty() {
            let missing = list_names(&self.missing);
            writeln!(formatter, "No value was observed of {missing}: what it contributed is not known.")?;
        }
        let (unexplained, std_error) = (self.unexplained.value, self.unexplained.std_error);
        if unexplained != 0.0 {
            let (unexplained, error) = (significant(unexplained), significant(std_error));
            writeln!(formatter, "Values that are missing leave {unexplained} ± {error} of it unexplained.")?;
        }
        Ok(())
    }
}

impl fmt::Display for RowsDiagnosis {
    /// A sentence, the doubts, and the attribution.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (target, rows, shown) = (&self.target, self.attribution.rows, &self.shown);
        let first = self.combined.first().map_or_else(String::new, |first| format!("`{}`", first.node));
        let alone = format!("in {} of {} rows by themselves", self.strong_rows, shown.len());
        match self.strength {
            Strength::Strong => {
                writeln!(formatter, "Strong evidence: the root cause of `{target}` is {first}, as {alone}.")?
            }
            Strength::Contested => {
                writeln!(formatter, "Contested: the root cause of `{target}` is probably {first}, but:")?;
            }
            Strength::Thin => writeln!(formatter, "Too thin to name a root cause of `{target}`:")?,
        }
        self.doubts.iter().try_for_each(|doubt| writeln!(formatter, "- {doubt}"))?;
        if shown.len() < rows {
            writeln!(
                formatter,
                "Of {rows} rows those from {} to {} show the event, counted from 0.",
                shown.start,
                shown.end - 1
            )?;
        }
        write!(formatter, "{}", self.attribution)
    }
}

fn row(contribution: &RowsContribution) -> [String; 6] {
    let (amount, error) = with_error(contribution.quantity, contribution.value, contribution.std_error);
    let or_nothing = |value: Option<f64>| value.map_or_else(nothing, significant);
    let share = contribution.share.map_or_else(nothing, percent);
    [
        visible_name(&contribution.node),
        amount,
        error,
        share,
        or_nothing(contribution.mean_observed),
        or_nothing(contribution.typical),
    ]
}
