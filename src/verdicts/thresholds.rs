//! What counts as unusual, and as nearly as suspect, wherever verdicts are drawn.

/// What is less rare than one in twenty is no outlier, in nats.
pub(super) const NOT_UNUSUAL: f64 = 2.995_732_273_553_991;
/// A runner-up with so much of the first one's score is as suspect.
pub(super) const AS_SUSPECT: f64 = 0.8;

/// The probability from which on a value is not unusual: one in twenty.
pub(super) fn unremarkable() -> f64 {
    (-NOT_UNUSUAL).exp()
}
