//! What the training rows leave open of how a node depends on its parents, because these never moved apart.

mod doubts;
mod ties;
mod vertices;

pub(crate) use doubts::{Cause, Doubt, Doubtful, Seen};
