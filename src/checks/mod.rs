//! Does an event speak against the model or the question? Each check is a module with one question, and gives at most one
//! finding, with its evidence and remedy.
//!
//! A check knows nothing of how an answer is shown, and costs next to nothing where nothing is out of the ordinary: it looks at
//! training values through their ranks.

mod below_resolution;
mod categories;
mod constant_moved;
mod facts;
mod fault_in_training;
mod few_rows;
mod missing_cause;
mod no_causes;
mod other_side;
mod other_unit;
mod precision_lost;
mod scale;
mod tail_frequency;

pub use scale::ScaleWarning;

pub(crate) use facts::{Facts, ScoreFacts};
pub(crate) use other_unit::units_of_recent_rows;
pub(crate) use scale::scale_warning;

use crate::findings::Finding;

/// Everything that the checks find, in the order of what to look at first.
pub(crate) fn of_event(facts: &Facts<'_>) -> Vec<Finding> {
    let checks = [
        no_causes::check,
        categories::unseen_level::check,
        precision_lost::check,
        other_unit::check,
        other_side::check,
        few_rows::check,
        below_resolution::check,
        constant_moved::check,
        tail_frequency::check,
        fault_in_training::check,
        missing_cause::check,
        categories::class_order::check,
    ];
    checks.into_iter().filter_map(|check| check(facts)).collect()
}
