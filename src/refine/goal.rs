//! How far to go.

use crate::engine::Effort;

/// How far to go: what may be spent, to which precision, and with which seed of the permutations. No other engine is asked where the
/// error of one is `enough`, if that is given, though the engine itself would not be content with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) effort: Effort,
    pub(crate) seed: u64,
    pub(crate) enough: Option<f64>,
}
