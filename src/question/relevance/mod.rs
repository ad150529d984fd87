//! Relevance: how much a function's inputs matter for its value, everywhere or in one row.

mod config;
mod parents;
mod result;
mod row;
mod table;

pub use config::RelevanceConfig;
pub use result::{FeatureContribution, Relevance, RelevanceQuantity};
pub use table::{feature_relevance, feature_relevance_of_row};
