//! Statistical tests: independence, conditional independence, uniformity, and several tests at once.
//!
//! Nothing here knows of graphs or mechanisms.

mod conditional;
mod distance_covariance;
mod holm;
mod permutation_test;
mod projection;
mod ranks;
mod uniformity;

pub use conditional::{ConditionalIndependenceTest, conditional_independence_test};
pub use permutation_test::{IndependenceTest, independence_test};

pub(crate) use conditional::covariance_of_residuals;
pub(crate) use holm::holm;
pub(crate) use permutation_test::{MOST_PERMUTATIONS, MOST_ROWS, test_columns};
pub(crate) use projection::Projection;
pub(crate) use ranks::ranks;
pub(crate) use uniformity::{kolmogorov_distance, kolmogorov_p_value};
