//! Ways to find what the target's distribution is under the mechanisms of both models, mixed: the closed form, Fourier inversion, samples.

mod blocks;
mod choose;
mod inverted;
mod linear;
mod of_samples;
mod sampled;
mod solve;

pub(super) use choose::split;
pub(super) use of_samples::SampleFunctional;
pub(super) use solve::Split;
