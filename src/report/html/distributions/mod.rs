//! What is normal of the suspects, with what was observed marked.

mod histogram;
mod nodes;
mod scale;

pub(super) use nodes::distributions;
