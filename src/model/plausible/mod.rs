//! What a node's mechanism may be, beside the one that was chosen, and where that matters.

mod region;
mod rivals;

pub(crate) use region::TrainingRegion;
pub(crate) use rivals::{Plausible, Rival};
