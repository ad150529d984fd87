//! Least squares in pure Rust, by a complete orthogonal decomposition.
//!
//! Householder QR with column pivoting, A·Π = Q·R, decides the rank r. If r is less than the number of
//! columns, a second set of reflections from the right turns the top rows (R₁₁ R₁₂) into (T 0), and the
//! solution of least norm follows from the triangular T.
//!
//! Source: Golub and Van Loan, *Matrix Computations*, 4th edition, sections 5.1 (Householder
//! reflections), 5.4 (pivoting, complete orthogonal decomposition) and 5.5 (least norm).

use super::system::{RANK_TOLERANCE, Solution, System};
use crate::error::Result;
use crate::numeric::kernels::{LANES, dot};

/// Solves the system; the cost is O(rows · columns · rank).
pub(super) fn solve(mut system: System) -> Result<Solution> {
    let order = triangularise(&mut system);
    let rank = order.rank;
    let leverages = if system.wants_leverages { leverages(&system, rank) } else { Vec::new() };
    let mut upper = Upper::from_columns(&system, rank);
    let reflections = upper.annihilate_tails();
    let mut permuted = system.values;
    permuted.truncate(rank);
    upper.back_substitute(&mut permuted);
    permuted.resize(upper.columns, 0.0);
    upper.undo_reflections(&reflections, &mut permuted);

    let mut coefficients = vec![0.0; upper.columns];
    for (&column, value) in order.columns.iter().zip(permuted) {
        coefficients[column] = value;
    }
    Ok(Solution { coefficients, rank, leverages })
}

/// Which column stands where after pivoting, and how many of them are independent.
struct Order {
    columns: Vec<usize>,
    rank: usize,
}

/// Overwrites the matrix by R (its upper triangle, `rank` rows of it) and the values by Qᵀ·values.
fn triangularise(system: &mut System) -> Order {
    let System { rows, matrix, values, .. } = system;
    let rows = *rows;
    let mut columns: Vec<usize> = (0..matrix.len() / rows).collect();
    let mut squared_norms: Vec<f64> = matrix.chunks_exact(rows).map(|column| dot(column, column)).collect();
    let mut smallest = 0.0;
    for step in 0..rows.min(columns.len()) {
        let pivot = position_of_largest(&squared_norms, step);
        if squared_norms[pivot] <= smallest {
            return Order { columns, rank: step };
        }
        if step == 0 {
            smallest = RANK_TOLERANCE * RANK_TOLERANCE * squared_norms[pivot];
        }
        columns.swap(step, pivot);
        squared_norms.swap(step, pivot);
        swap_columns(matrix, rows, step, pivot);

        let (done, others) = matrix.split_at_mut((step + 1) * rows);
        let (head, tail) = split_head(&mut done[step * rows + step..]);
        let reflection = Reflection::onto_first(head, tail, squared_norms[step].sqrt());
        for (other, squared_norm) in others.chunks_exact_mut(rows).zip(&mut squared_norms[step + 1..]) {
            let (head, rest) = split_head(&mut other[step..]);
            // Computing the norms anew costs little in this loop; updating them would lose digits.
            *squared_norm = reflection.apply(tail, head, rest);
        }
        let (head, rest) = split_head(&mut values[step..]);
        reflection.apply(tail, head, rest);
    }
    let rank = rows.min(columns.len());
    Order { columns, rank }
}

/// The diagonal of Q·Qᵀ over the first `rank` columns of Q, which are formed from the reflections: to the accuracy of an
/// orthonormal basis, however dependent the columns nearly are. Costs O(rows · rank²).
fn leverages(system: &System, rank: usize) -> Vec<f64> {
    let rows = system.rows;
    let mut basis = vec![0.0; rows * rank];
    for step in (0..rank).rev() {
        basis[step * rows + step] = 1.0;
        let tail = &system.matrix[step * rows + step + 1..(step + 1) * rows];
        // The τ that makes I − τ·v·vᵀ a reflection.
        let reflection = Reflection { tau: 2.0 / (1.0 + dot(tail, tail)) };
        for column in basis[step * rows..].chunks_exact_mut(rows) {
            let (head, rest) = split_head(&mut column[step..]);
            reflection.apply(tail, head, rest);
        }
    }
    let mut squares = vec![0.0; rows];
    for column in basis.chunks_exact(rows) {
        squares.iter_mut().zip(column).for_each(|(square, entry)| *square += entry * entry);
    }
    squares
}

/// The first position of the largest value from `start` on.
fn position_of_largest(values: &[f64], start: usize) -> usize {
    (start + 1..values.len()).fold(start, |best, index| if values[index] > values[best] { index } else { best })
}

fn swap_columns(matrix: &mut [f64], rows: usize, left: usize, right: usize) {
    if left < right {
        let (before, after) = matrix.split_at_mut(right * rows);
        before[left * rows..(left + 1) * rows].swap_with_slice(&mut after[..rows]);
    }
}

/// The first component of a vector and the others.
fn split_head(vector: &mut [f64]) -> (&mut f64, &mut [f64]) {
    let (head, tail) = vector.split_at_mut(1);
    (&mut head[0], tail)
}

/// The Householder reflection I − τ·v·vᵀ with v = (1, tail). The tail stays where it arose.
struct Reflection {
    tau: f64,
}

impl Reflection {
    /// The reflection that maps (head, tail), of the given norm > 0, to a multiple of the first unit
    /// vector. The head becomes that multiple, the tail that of v.
    fn onto_first(head: &mut f64, tail: &mut [f64], norm: f64) -> Self {
        // The sign makes magnitudes add up in head − image, where they could cancel otherwise.
        let image = -norm.copysign(*head);
        let divisor = *head - image;
        tail.iter_mut().for_each(|value| *value /= divisor);
        *head = image;
        Reflection { tau: -divisor / image }
    }

    /// Applies the reflection to (head, rest) and returns the squared norm of the new rest.
    fn apply(&self, tail: &[f64], head: &mut f64, rest: &mut [f64]) -> f64 {
        let factor = self.tau * (*head + dot(tail, rest));
        *head -= factor;
        subtract_multiple(rest, factor, tail)
    }
}

/// Subtracts `factor · direction` from `vector` and returns the squared norm of the result.
fn subtract_multiple(vector: &mut [f64], factor: f64, direction: &[f64]) -> f64 {
    let (blocks, rest) = vector.as_chunks_mut::<LANES>();
    let (direction_blocks, direction_rest) = direction.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for (block, direction) in blocks.iter_mut().zip(direction_blocks) {
        for lane in 0..LANES {
            block[lane] -= factor * direction[lane];
            partial[lane] += block[lane] * block[lane];
        }
    }
    let mut squared_norm = partial.iter().sum::<f64>();
    for (value, direction) in rest.iter_mut().zip(direction_rest) {
        *value -= factor * direction;
        squared_norm += *value * *value;
    }
    squared_norm
}

/// The rows (R₁₁ R₁₂) of an upper triangular matrix, row after row; the row count is the rank.
struct Upper {
    rank: usize,
    columns: usize,
    entries: Vec<f64>,
}

impl Upper {
    fn from_columns(system: &System, rank: usize) -> Self {
        let columns = system.matrix.len() / system.rows;
        let mut entries = vec![0.0; rank * columns];
        for (column, values) in system.matrix.chunks_exact(system.rows).enumerate() {
            for (row, value) in values.iter().enumerate().take(rank.min(column + 1)) {
                entries[row * columns + column] = *value;
            }
        }
        Upper { rank, columns, entries }
    }

    /// Turns (R₁₁ R₁₂) into (T 0) by reflections from the right, the last row first, each of the vector
    /// (diagonal entry, entries beyond the rank). Their tails take the place of the zeros.
    fn annihilate_tails(&mut self) -> Vec<Reflection> {
        let Upper { rank, columns, ref mut entries } = *self;
        if rank == columns {
            return Vec::new();
        }
        let mut reflections = Vec::with_capacity(rank);
        for row in (0..rank).rev() {
            let (above, below) = entries.split_at_mut(row * columns);
            let (front, tail) = below[..columns].split_at_mut(rank);
            let norm = front[row].hypot(dot(tail, tail).sqrt());
            let reflection = Reflection::onto_first(&mut front[row], tail, norm);
            for other in above.chunks_exact_mut(columns) {
                let (front, rest) = other.split_at_mut(rank);
                reflection.apply(tail, &mut front[row], rest);
            }
            reflections.push(reflection);
        }
        reflections.reverse();
        reflections
    }

    /// Solves T·w = `right_side` in place.
    fn back_substitute(&self, right_side: &mut [f64]) {
        for row in (0..self.rank).rev() {
            let entries = &self.entries[row * self.columns..][..self.rank];
            let known = dot(&entries[row + 1..], &right_side[row + 1..]);
            right_side[row] = (right_side[row] - known) / entries[row];
        }
    }

    /// Maps (w, 0), the solution for (T 0), to the solution for (R₁₁ R₁₂).
    fn undo_reflections(&self, reflections: &[Reflection], solution: &mut [f64]) {
        let (front, rest) = solution.split_at_mut(self.rank);
        for (row, reflection) in reflections.iter().enumerate() {
            let tail = &self.entries[row * self.columns..][self.rank..self.columns];
            reflection.apply(tail, &mut front[row], rest);
        }
    }
}
