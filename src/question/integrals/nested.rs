//! Integrals of a function of an integral, which is itself a mean over draws.

use super::effort::points_of;
use super::replicates::Estimate;

/// Draws of the inner integral, for each draw of the outer one.
pub(crate) const INNER: usize = 128;

/// By how much there are fewer outer draws than samples.
const FEWER: usize = 64;

/// Which part of what the correction for the finite number of inner draws amounts to counts as error of that correction.
const OF_CORRECTION: f64 = 0.25;

/// How many outer draws each randomisation has.
pub(crate) fn outer_of(samples: usize) -> usize {
    (points_of(samples) / FEWER).max(2)
}

/// A figure that was corrected for the bias of the inner mean, with what is known of how well.
///
/// A smooth function of a mean of m draws is off by c/m and smaller terms, and by 2c/m over either half of the draws: twice the former less
/// the mean of the latter is right but for the smaller terms, of which a quarter of the correction is taken for the error.
pub(crate) fn corrected(corrected: Estimate, plain: Estimate) -> Estimate {
    let correction = corrected.value - plain.value;
    Estimate { std_error: corrected.std_error.hypot(OF_CORRECTION * correction), ..corrected }
}
