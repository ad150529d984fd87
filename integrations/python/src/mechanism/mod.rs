//! Noises and mechanisms, before they are fitted.

mod code;
mod kinds;
mod noise;

use etiology::Error;

pub(crate) use code::Code;
pub(crate) use kinds::PyMechanism;
pub(crate) use noise::PyNoise;

fn invalid(name: &'static str, requirement: &'static str, found: &str) -> Error {
    Error::InvalidParameter { name, requirement, found: format!("`{found}`") }
}
