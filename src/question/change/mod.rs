//! Why a distribution changed: how much each mechanism added to what became of the target.

mod blend;
mod config;
mod engines;
mod fits;
mod from_data;
mod functional;
mod intervals;
mod laws;
mod mechanism_test;
mod observed;
mod pairing;
mod question;
mod result;
mod tables;

pub use config::{ChangeConfig, ChangeTest};
pub use functional::{CustomFunctional, Functional};
pub use result::{ChangeEstimate, DistributionChange, NodeChange};
