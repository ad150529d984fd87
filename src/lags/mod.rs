//! Metrics that lag: effects that are seen a few rows after their causes, or records that are late.
//!
//! Where rows are measurements at even distances of time, what a cause did may show in its effect a row or two later. A model whose mechanisms take
//! rows as they are then blames the effect. [`Lags::chosen`] finds out by how many rows each column is shifted, and
//! [`Lags::aligned`], [`Lags::event`] and [`Lags::aligned_in_time`] shift them, so that everything downstream works on rows in which causes stand beside their effects.

mod choose;
mod chosen;
mod correlations;
mod effect;
mod in_time;

pub use chosen::Lags;
pub use effect::LaggedEffect;
