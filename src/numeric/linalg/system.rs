//! The standardised problem that a backend of least squares solves, and its solution.

/// A direction of the standardised columns counts towards the rank if its length exceeds this times
/// the largest one; lengths are the pivots of the QR decomposition, the singular values in LAPACK.
///
/// Columns that depend on each other, but were computed in floating point, leave a rest of 1e-16 to
/// 1e-11, the larger the further their means are from 0. A rest of 1e-10 can be estimated no better than
/// rounding errors divided by 1e-10 allow, so nothing of use is lost. Pivots and singular values differ by
/// a small factor, so that in a case right at the tolerance the two backends may decide differently.
pub(super) const RANK_TOLERANCE: f64 = 1e-10;

/// The standardised problem: the `u` of least norm that minimises ‖values − matrix·u‖².
pub(super) struct System {
    /// Whether the leverages of the rows are asked for.
    pub(super) wants_leverages: bool,
    /// Rows of the matrix, at least 1.
    pub(super) rows: usize,
    /// The matrix, column after column; at least one column, all of norm 1.
    pub(super) matrix: Vec<f64>,
    /// The right-hand side, of norm 1 or 0.
    pub(super) values: Vec<f64>,
}

/// The solution of a [`System`], as a backend returns it.
pub(super) struct Solution {
    pub(super) coefficients: Vec<f64>,
    pub(super) rank: usize,
    /// For every row of the matrix the squared length of the projection of its unit vector onto the span of the columns, which
    /// is the diagonal of U·Uᵀ for any orthonormal basis U of the span; empty unless asked for.
    pub(super) leverages: Vec<f64>,
}
