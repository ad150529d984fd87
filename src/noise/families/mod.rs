//! The families of noise, one per file: what each is, its sampler, its tails, its moments and its form in a file.
//!
//! Tails of parametric families come from `statrs` as survival functions, never as `1 - cdf`; samples come from
//! `rand_distr`.

mod constant;
mod empirical;
mod exponential;
mod fill;
mod gamma;
mod half_normal;
mod log_normal;
mod normal;
mod tailed;
mod uniform;

pub use constant::ConstantNoise;
pub use empirical::EmpiricalDistribution;
pub use exponential::ExponentialNoise;
pub use gamma::GammaNoise;
pub use half_normal::HalfNormalNoise;
pub use log_normal::LogNormalNoise;
pub use normal::NormalNoise;
pub use tailed::{FittedTail, TailedDistribution};
pub use uniform::UniformNoise;

pub(super) use gamma::LARGEST_SHAPE as LARGEST_GAMMA_SHAPE;
pub(super) use tailed::LARGEST_SHAPE as LARGEST_TAIL_SHAPE;
