//! Attribution: how much each node's noise contributed to an outlier of the target.

mod assemble;
mod attribute;
mod attributor;
mod case;
mod class_orders;
mod columns;
mod config;
mod context;
mod group;
mod in_context;
mod model_error;
mod open_splits;
mod result;
mod rows;
mod what_if;
mod within;

pub use attributor::Attributor;
pub(crate) use case::Inspection;
pub use columns::{AttributedColumns, RankedNode};
pub use config::{AttributionConfig, AttributionQuestion, Floor, Quantity};
pub use context::ContextNode;
pub use group::{UnidentifiedGroup, Unseen};
pub(crate) use result::direction;
pub use result::{Attribution, Contribution, MissingNode, ScoreEstimate, Unexplained};
pub use rows::{RowStatistic, RowsAttribution, RowsContribution};
pub use what_if::WhatIf;
pub use within::TimedAttribution;
