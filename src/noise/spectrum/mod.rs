//! Spectra of noises, which turn the distribution of a sum into a product.

mod analyser;
mod atoms;
mod characteristic;
mod ends;
mod faddeeva;
mod lattice;
mod log_normal;
mod transform;

pub(crate) use analyser::SpectrumAnalyser;
pub(crate) use characteristic::{Spectrum, multiply_into};
pub(crate) use ends::{Fall, SmoothPart, decay, smooth_parts};
