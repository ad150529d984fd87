//! The gamma distribution of scale 1: its two tails, its quantiles, and a table of them.

pub(crate) mod incomplete;
pub(crate) mod quantile_table;
