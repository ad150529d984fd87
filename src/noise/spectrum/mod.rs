//! Spectra of noises, which turn the distribution of a sum into a product.

mod analyser;
mod characteristic;
mod lattice;

pub(crate) use analyser::SpectrumAnalyser;
pub(crate) use characteristic::{Spectrum, multiply_into};
