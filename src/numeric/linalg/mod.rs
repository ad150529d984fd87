//! Least squares, logistic regression and positive definite systems, the linear algebra that the crate needs.
//!
//! Two backends solve the same standardised least-squares problem: `qr`, pure Rust and the default, and
//! `lapack`, which the feature `blas` puts in its place. Everything that gives the answer its
//! meaning (centring, scaling, constant columns, the ridge penalty, the tolerance of the rank)
//! happens in `least_squares`, once for both.

mod cholesky;
mod condensed;
#[cfg(feature = "blas")]
mod lapack;
mod least_squares;
mod logistic;
#[cfg(any(test, not(feature = "blas")))]
mod qr;
mod select;
mod system;
#[cfg(test)]
mod tests;

pub(crate) use cholesky::cholesky_solve;
pub(crate) use condensed::CondensedTable;
pub(crate) use least_squares::{LeastSquares, least_squares, least_squares_with_leverages};
pub(crate) use logistic::{LogOdds, probability};
pub(crate) use select::{select_rows, select_values};
