//! The contributions to events.

use super::cells::{Cell, table};
use crate::question::attribution::{
    Attribution, Contribution, MissingNode, Quantity, RowsAttribution, RowsContribution,
};

impl Attribution {
    /// The contributions as CSV with a header line, the suspect first as [`ranked`](Self::ranked), then the nodes whose value was missing. Numbers have all
    /// their digits, categories have their levels; what is not known is an empty cell. The column of the contributions is `nats`, or `value` for a
    /// mean deviation, which has the target's unit.
    ///
    /// A name that a spreadsheet would run as a formula (`=…`, `+…`, `-…`, `@…`) has an apostrophe before it, and what cannot be seen is written
    /// as [`visible_name`](crate::report::visible_name) does.
    pub fn to_csv(&self) -> String {
        let amount = amount(self.quantity);
        let header = [
            "node",
            amount,
            "std_error",
            "share",
            "observed",
            "typical",
            "noise",
            "noise_score",
            "extrapolated",
            "missing_parents",
        ];
        table(header, self.contributions.iter().map(row).chain(self.missing.iter().map(row_of_missing)))
    }
}

impl RowsAttribution {
    /// The contributions as CSV with a header line, the suspect first as [`ranked`](Self::ranked), written as those of
    /// [`Attribution::to_csv`].
    pub fn to_csv(&self) -> String {
        let header = ["node", amount(self.quantity), "std_error", "share", "mean_observed", "typical", "rows_missing"];
        fn row(part: &RowsContribution) -> [Cell<'_>; 7] {
            let RowsContribution { node, value, std_error, share, mean_observed, typical, rows_missing, .. } = part;
            [
                node.into(),
                (*value).into(),
                (*std_error).into(),
                (*share).into(),
                (*mean_observed).into(),
                (*typical).into(),
                (*rows_missing).into(),
            ]
        }
        table(header, self.contributions.iter().map(row))
    }
}

fn amount(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::ItScore => "nats",
        Quantity::MeanDeviation => "value",
    }
}

/// The level of a category, and otherwise the number.
fn level_or(level: &Option<String>, number: f64) -> Cell<'_> {
    level.as_ref().map_or(Cell::Number(number), Cell::from)
}

fn row(part: &Contribution) -> [Cell<'_>; 10] {
    [
        (&part.node).into(),
        part.value.into(),
        part.std_error.into(),
        part.share.into(),
        level_or(&part.observed_level, part.observed),
        level_or(&part.typical_level, part.typical),
        part.noise.into(),
        part.noise_score.into(),
        part.extrapolated.into(),
        part.missing_parents.as_slice().into(),
    ]
}

fn row_of_missing(missing: &MissingNode) -> [Cell<'_>; 10] {
    let mut row = [Cell::Empty; 10];
    row[0] = (&missing.node).into();
    row[5] = level_or(&missing.typical_level, missing.typical);
    row
}
