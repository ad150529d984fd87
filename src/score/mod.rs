//! How unusual a value is: feature maps, outlier regions and information-theoretic scores.
//!
//! An [`ItScore`] is −ln of a tail probability, in nats, so scores of different nodes, units and detectors compare.

mod feature;
mod it_score;
mod region;

pub use feature::{CustomFeature, FeatureMap};
pub use it_score::{ItScore, ItScorer, it_score};
pub use region::OutlierRegion;

pub(crate) use feature::OutlierTest;
pub(crate) use it_score::{LnWithFloor, check_floor, is_saturated, ln_with_floor};
