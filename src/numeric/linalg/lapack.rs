//! Least squares through LAPACK, by a truncated singular value decomposition.
//!
//! LAPACK's own least squares by singular values (`gelsd`) would be shorter, but ndarray-linalg fixes
//! its tolerance at the machine epsilon: exact copies of a column, which rounding leaves apart by about
//! as much, would then not share their effect equally.

use ndarray::{Array1, Array2, ArrayView1, ShapeBuilder};
use ndarray_linalg::{JobSvd, SVDDCInto};

use super::system::{RANK_TOLERANCE, Solution, System};
use crate::error::{Error, Result};

/// Solves the system: with A = Σ_i σ_i·u_i·v_iᵀ the solution is Σ_i v_i·(u_iᵀ·y)/σ_i over the σ_i that
/// exceed the tolerance times the largest. The cost is O(rows · columns²).
pub(super) fn solve(system: System) -> Result<Solution> {
    let wants_leverages = system.wants_leverages;
    let shape = (system.rows, system.matrix.len() / system.rows);
    let matrix = Array2::from_shape_vec(shape.f(), system.matrix).map_err(|error| failure(&error))?;
    let (left, singular_values, right) = matrix.svddc_into(JobSvd::Some).map_err(|error| failure(&error))?;
    let (Some(left), Some(right)) = (left, right) else {
        return Err(Error::LinearAlgebra { message: "LAPACK returned no singular vectors".to_owned() });
    };
    let smallest = RANK_TOLERANCE * singular_values.first().copied().unwrap_or(0.0);
    let rank = singular_values.iter().take_while(|&&value| value > smallest).count();
    let mut projections = left.t().dot(&Array1::from(system.values));
    for (index, (projection, singular_value)) in projections.iter_mut().zip(&singular_values).enumerate() {
        *projection = if index < rank { *projection / singular_value } else { 0.0 };
    }
    let leverage = |row: ArrayView1<'_, f64>| row.iter().take(rank).map(|entry| entry * entry).sum();
    let leverages = if wants_leverages { left.rows().into_iter().map(leverage).collect() } else { Vec::new() };
    Ok(Solution { coefficients: right.t().dot(&projections).to_vec(), rank, leverages })
}

fn failure(error: &impl std::fmt::Display) -> Error {
    Error::LinearAlgebra { message: error.to_string() }
}
