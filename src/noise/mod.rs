//! Noise: what a node's value has that its parents do not explain, as a probability distribution.
//!
//! A [`NoiseDistribution`] is given with its parameters; a [`NoiseFamily`] says what to fit to data.

mod check;
mod distribution;
mod families;
mod fit;
mod law;
mod offset;
mod spectrum;
#[cfg(test)]
mod testing;

pub use distribution::NoiseDistribution;
pub use families::{
    ConstantNoise, EmpiricalDistribution, ExponentialNoise, FittedTail, GammaNoise, HalfNormalNoise, LogNormalNoise,
    NormalNoise, TailedDistribution, UniformNoise,
};
pub(crate) use fit::ValueMoments;
pub use fit::{FamilyChoice, FamilyScore, Location, NoiseFamily, Tail, TailConfig};
pub(crate) use law::Side;
pub(crate) use spectrum::{Fall, SmoothPart, Spectrum, SpectrumAnalyser, decay, multiply_into, smooth_parts};
