//! Changes of distributions, and between two rows.

use super::cells::{Cell, table};
use crate::question::change::{DistributionChange, NodeChange};
use crate::question::robust_change::{RobustChange, RobustContribution};
use crate::question::unit_change::{ChangePart, ChangeSource, UnitChange};

impl DistributionChange {
    /// The contributions as CSV with a header line, the largest first as [`ranked`](Self::ranked), then the remainder between what was observed and
    /// the models, if there were data. Numbers have all their digits, in the unit of the functional; what is not known is an empty cell. Names are
    /// written as in [`Attribution::to_csv`](crate::Attribution::to_csv).
    pub fn to_csv(&self) -> String {
        let header = [
            "node",
            "value",
            "std_error",
            "from",
            "to",
            "changed",
            "p_value",
            "pooled",
            "separate",
            "old_mechanism",
            "new_mechanism",
        ];
        fn row(part: &NodeChange) -> [Cell<'_>; 11] {
            let (from, to) = part.interval.unzip();
            [
                (&part.node).into(),
                part.value.into(),
                part.std_error.into(),
                from.into(),
                to.into(),
                part.changed.into(),
                part.p_value.into(),
                part.pooled.into(),
                part.separate.into(),
                (&part.old_mechanism).into(),
                (&part.new_mechanism).into(),
            ]
        }
        let of_remainder = |remainder: f64| {
            let mut row = [Cell::Empty; 11];
            (row[0], row[1]) = (Cell::Word("(remainder)"), remainder.into());
            row
        };
        table(header, self.contributions.iter().map(row).chain(self.remainder.map(of_remainder)))
    }
}

impl RobustChange {
    /// The contributions as CSV with a header line, in topological order with the ends of their intervals, written as those of
    /// [`DistributionChange::to_csv`].
    pub fn to_csv(&self) -> String {
        fn row(part: &RobustContribution) -> [Cell<'_>; 5] {
            let [from, to] = part.interval;
            [(&part.node).into(), part.value.into(), part.std_error.into(), from.into(), to.into()]
        }
        table(["node", "value", "std_error", "from", "to"], self.contributions.iter().map(row))
    }
}

impl UnitChange {
    /// The parts as CSV with a header line, the largest first as [`ranked`](Self::ranked), written as those of
    /// [`DistributionChange::to_csv`]; the source is `input`, `mechanism` or `noise`. What is left to rounding is last, if it was told apart.
    pub fn to_csv(&self) -> String {
        fn row(part: &ChangePart) -> [Cell<'_>; 4] {
            [(&part.node).into(), Cell::Word(word(part.source)), part.value.into(), part.std_error.into()]
        }
        let of_rounding = |rounding: f64| [Cell::Word("(rounding)"), Cell::Empty, rounding.into(), Cell::Empty];
        let rows = self.ranked().into_iter().map(row).chain(self.rounding.map(of_rounding));
        table(["node", "source", "value", "std_error"], rows)
    }
}

fn word(source: ChangeSource) -> &'static str {
    match source {
        ChangeSource::Input => "input",
        ChangeSource::Mechanism => "mechanism",
        ChangeSource::Noise => "noise",
    }
}
