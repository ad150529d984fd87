//! Statistical tests of tables: are two of them independent, and are two columns independent given others?
//!
//! They know nothing of graphs and mechanisms; [`evaluation`](crate::evaluation) uses them on both.

mod conditional;
mod distance_covariance;
mod permutation_test;
mod projection;
mod two_samples;

pub use conditional::{ConditionalIndependenceTest, conditional_independence_test};
pub use permutation_test::{IndependenceTest, independence_test};
pub use two_samples::{Aspect, AspectTest, Sample, TwoSampleTest, two_sample_test};

pub(crate) use conditional::covariance_of_residuals;
pub(crate) use permutation_test::{MOST_PERMUTATIONS, MOST_ROWS, test_columns};
pub(crate) use projection::Projection;
