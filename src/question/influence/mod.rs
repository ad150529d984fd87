//! Intrinsic causal influence: how much of what a target varies by comes from each ancestor's own noise.

mod ask;
mod config;
mod entropy;
mod parts;
mod result;
mod variance;

pub use config::InfluenceConfig;
pub use result::{InfluenceContribution, InfluenceMethod, InfluenceQuantity, IntrinsicInfluence};
pub(in crate::question) use variance::variance_of;
