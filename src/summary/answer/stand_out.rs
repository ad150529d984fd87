//! Which causes are first at a level of a column far more often than elsewhere.

use super::result::{Breakdown, StandOut};
use crate::numeric::holm::holm;
use crate::numeric::ranks::sort_by;
use crate::numeric::shares::{at_least_so_many, wilson};

/// The probability of any false pair among all.
const LEVEL_OF_TEST: f64 = 0.01;
/// Of many events even differences that matter to nobody are no chance.
const LEAST_LIFT: f64 = 1.5;

/// How often a cause is first at a level.
struct Pair<'b> {
    column: &'b str,
    level: &'b Option<String>,
    node: &'b Option<String>,
    events: u64,
    first: u64,
    /// Over all levels.
    first_of_all: u64,
}

/// The pairs of all breakdowns of so many events with an answer; `first_of_all` says of how many of them a cause is first.
pub(in crate::summary) fn stand_outs(
    breakdowns: &[Breakdown],
    answered: u64,
    first_of_all: impl Fn(Option<&str>) -> u64,
    causes: usize,
) -> Vec<StandOut> {
    let mut pairs = Vec::new();
    // A pair without an event has the p-value 1, and is a pair that was tested all the same.
    let mut tested = 0;
    for (breakdown, level) in
        breakdowns.iter().flat_map(|breakdown| breakdown.levels.iter().map(move |level| (breakdown, level)))
    {
        let events = level.events - level.failed;
        tested += if events > 0 { causes } else { 0 };
        pairs.extend(level.causes.iter().filter(|cause| cause.first > 0).map(|cause| Pair {
            column: &breakdown.column,
            level: &level.level,
            node: &cause.node,
            events,
            first: cause.first,
            first_of_all: first_of_all(cause.node.as_deref()),
        }));
    }
    let mut p_values: Vec<f64> =
        pairs.iter().map(|pair| at_least_so_many(pair.first, pair.events, pair.first_of_all, answered)).collect();
    p_values.resize(tested.max(pairs.len()), 1.0);
    let adjusted = holm(&p_values);
    let mut found: Vec<StandOut> = pairs
        .iter()
        .zip(adjusted)
        .filter(|(_, p_value)| *p_value <= LEVEL_OF_TEST)
        .map(|(pair, p_value)| pair.stand_out(answered, p_value))
        .filter(|found| found.lift.is_none_or(|lift| lift >= LEAST_LIFT))
        .collect();
    // A stable sort: equal ones stay in the order of columns, levels and causes.
    sort_by(&mut found, &|a, b| b.excess.total_cmp(&a.excess));
    found
}

impl Pair<'_> {
    fn stand_out(&self, answered: u64, p_value: f64) -> StandOut {
        let Self { column, level, node, events, first, first_of_all } = *self;
        let share = first as f64 / events as f64;
        // Where the level holds all events, the pair is no more than expected, and was not found.
        let share_elsewhere = (first_of_all - first) as f64 / (answered - events) as f64;
        StandOut {
            column: column.to_owned(),
            level: level.clone(),
            node: node.clone(),
            events,
            first,
            share,
            share_interval: wilson(first, events),
            share_elsewhere,
            lift: (share_elsewhere > 0.0).then(|| share / share_elsewhere),
            excess: first as f64 - events as f64 * share_elsewhere,
            p_value,
        }
    }
}
