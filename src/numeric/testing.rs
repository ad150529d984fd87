//! What tests of numbers share.

/// Fails unless the relative error of `found` is at most `tolerance`.
#[track_caller]
pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let error = if expected == 0.0 { found.abs() } else { ((found - expected) / expected).abs() };
    assert!(error <= tolerance, "found {found:e}, expected {expected:e}: relative error {error:e} > {tolerance:e}");
}
