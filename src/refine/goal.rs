//! How far to go.

use crate::engine::Effort;

/// How far to go: what may be spent, to which precision, and with which seed of the permutations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) effort: Effort,
    pub(crate) seed: u64,
}
