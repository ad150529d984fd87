//! Sums over columns in several partial sums.

/// Partial sums that one loop keeps. A single running sum would wait for each addition to finish, and
/// the compiler may not reorder floating-point additions by itself.
pub(super) const LANES: usize = 8;

/// Σ_i a_i·b_i, in an order that only the length determines.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            partial[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    partial.iter().sum::<f64>() + rest
}

/// Σ_i a_i, in an order that only the length determines.
pub(super) fn sum(a: &[f64]) -> f64 {
    let (blocks, rest) = a.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for block in blocks {
        for lane in 0..LANES {
            partial[lane] += block[lane];
        }
    }
    partial.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
