//! Are values, given other columns, distributed alike in two samples?

mod combination;
mod compared;
mod features;
mod outcome;
mod test;

pub use outcome::{Aspect, AspectTest, Sample, TwoSampleTest};
pub use test::two_sample_test;

#[cfg(test)]
mod tests;
