//! What a summary says, in figures and in words.

mod result;
mod stand_out;
mod words;

pub use result::{Breakdown, CauseSummary, FailureSummary, LevelCause, LevelSummary, StandOut, Summary};
pub(super) use stand_out::stand_outs;
pub(crate) use words::{level_name, name_of, per_cent};
