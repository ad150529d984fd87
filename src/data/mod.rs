//! Tables of observations: named `f64` columns whose shape and names are checked once.
//!
//! A [`Dataset`] comes from columns in memory or from a [file](crate::tables); an [`Observation`] is one row of it, or a map of names to values. A
//! missing value is NaN. A column of text is a category, and has [`Levels`].

mod categories;
mod cleaning;
mod complete_cases;
mod csv_text;
mod dataset;
mod event_columns;
mod levels;
mod names;
mod observation;
mod places;
mod shifted;
mod step;
mod time;

pub use dataset::Dataset;
pub use event_columns::{EventColumn, EventColumns};
pub use levels::Levels;
pub use observation::Observation;
pub use time::{RowTimes, TimeColumn, Timeline};

pub(crate) use complete_cases::{CompleteCases, only_value};
pub(crate) use levels::{LevelsByName, place};
pub(crate) use places::{RowLines, RowPlaces, TextFault};
pub(crate) use step::Step;
pub(crate) use time::moment;
