//! Mathematics without a word of causes or noises: special functions, statistics of columns and of tests, linear algebra,
//! and points for integration.
//!
//! A module here uses numbers and slices, the crate's error type, and other modules of this room.

// Special functions, and numbers of more digits.
pub(crate) mod digamma;
pub(crate) mod double_double;
pub(crate) mod gamma;
pub(crate) mod logarithms;
pub(crate) mod normal_tail;

// Statistics of columns and of tests.
pub(crate) mod coincidence;
pub(crate) mod crps;
pub(crate) mod exact_sum;
pub(crate) mod holm;
pub(crate) mod kolmogorov_smirnov;
pub(crate) mod moments;
pub(crate) mod rank_index;
pub(crate) mod ranks;
pub(crate) mod shares;

// Columns in bulk.
pub(crate) mod kernels;
pub(crate) mod linalg;
pub(crate) mod points;

#[cfg(test)]
pub(crate) mod testing;
