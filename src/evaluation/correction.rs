//! Correction for many tests: all of an evaluation share one `alpha`.

use crate::numeric::holm::holm;

/// How many families of tests share `alpha`; see [`alpha`](super::config::EvaluationConfig::alpha).
pub(super) const FAMILIES: f64 = 3.0;

/// The p-values of one family after correction for all tests of all families: Holm's within, Bonferroni's between them.
pub(super) fn adjusted_p_values(p_values: &[f64]) -> Vec<f64> {
    holm(p_values).into_iter().map(|p_value| (FAMILIES * p_value).min(1.0)).collect()
}
