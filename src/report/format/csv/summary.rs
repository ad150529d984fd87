//! Many events by level and cause.

use super::cells::{Cell, table};
use crate::summary::{Breakdown, CauseSummary, LevelCause, LevelSummary, Summary};

/// All levels, or all causes.
const ALL: Cell<'_> = Cell::Word("(all)");
/// No level.
const NONE: Cell<'_> = Cell::Word("(none)");
/// What no node explains.
const NO_NODE: Cell<'_> = Cell::Word("(no node)");

impl Summary {
    /// All figures as CSV with a header line: a line for all causes and one for each, of all events, where column and level are `(all)`; and the same for every
    /// level of every category column. `events` counts those with and without an answer, `first` those of which the cause is first, `value` is the sum of
    /// contributions in the summary's unit, `std_error` its largest standard error, `amount` what was at stake. What no node explains is
    /// `(no node)`, and events without a level are of `(none)`. Numbers have all their digits; what is not known is an empty cell. Names are written as in
    /// [`Attribution::to_csv`](crate::Attribution::to_csv).
    pub fn to_csv(&self) -> String {
        let header =
            ["column", "level", "cause", "events", "failed", "contested", "first", "value", "std_error", "amount"];
        let all: [Cell<'_>; 10] = [
            ALL,
            ALL,
            ALL,
            self.events.into(),
            self.failed.into(),
            self.contested.into(),
            Cell::Empty,
            self.value.into(),
            Cell::Empty,
            self.amount.into(),
        ];
        let causes = self.causes.iter().chain([&self.unexplained]).map(of_cause);
        let levels = self.breakdowns.iter().flat_map(of_breakdown);
        table(header, [all].into_iter().chain(causes).chain(levels))
    }
}

fn of_cause(cause: &CauseSummary) -> [Cell<'_>; 10] {
    let contested = cause.contested_first.into();
    let (node, first) = (name(&cause.node, NO_NODE), cause.first.into());
    let (value, std_error, amount) = (cause.value.into(), cause.std_error.into(), cause.amount.into());
    [ALL, ALL, node, Cell::Empty, Cell::Empty, contested, first, value, std_error, amount]
}

fn of_breakdown(breakdown: &Breakdown) -> impl Iterator<Item = [Cell<'_>; 10]> {
    breakdown.levels.iter().flat_map(|level| {
        let causes = level.causes.iter().map(|cause| of_level_cause(&breakdown.column, level, cause));
        [of_level(&breakdown.column, level)].into_iter().chain(causes)
    })
}

fn of_level<'s>(column: &'s String, level: &'s LevelSummary) -> [Cell<'s>; 10] {
    let counts: [Cell<'_>; 3] = [level.events.into(), level.failed.into(), level.contested.into()];
    let [events, failed, contested] = counts;
    let (column, level_name) = (column.into(), name(&level.level, NONE));
    let (value, amount) = (level.value.into(), level.amount.into());
    [column, level_name, ALL, events, failed, contested, Cell::Empty, value, Cell::Empty, amount]
}

fn of_level_cause<'s>(column: &'s String, level: &'s LevelSummary, cause: &'s LevelCause) -> [Cell<'s>; 10] {
    let mut row = [Cell::Empty; 10];
    (row[0], row[1], row[2]) = (column.into(), name(&level.level, NONE), name(&cause.node, NO_NODE));
    (row[6], row[7], row[9]) = (cause.first.into(), cause.value.into(), cause.amount.into());
    row
}

fn name<'s>(name: &'s Option<String>, nameless: Cell<'s>) -> Cell<'s> {
    name.as_ref().map_or(nameless, Cell::from)
}
