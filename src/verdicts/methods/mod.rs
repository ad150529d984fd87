//! How suspect each node is: one score per node from each kind of evidence, and from three of them together.

mod combined;
mod in_distribution_fix;
mod noise_score;
mod propagation;
mod score_ordering;
mod shapley_share;
mod smooth_traversal;

pub use combined::CombinedScore;

pub(super) use combined::{COUNTS_IN_FULL, combine, largest, relative_to};
pub(super) use in_distribution_fix::in_distribution_fix;
pub(super) use noise_score::noise_score;
pub(super) use propagation::propagation;
pub(super) use score_ordering::score_ordering;
pub(super) use shapley_share::contributions;
pub(super) use smooth_traversal::smooth_traversal;
