//! What rounding of the observed values leaves open.
//!
//! Noises are differences of observed values, and those are rounded: at an offset of 10¹² standard deviations a noise is known to
//! four digits, at 10¹⁵ to one. The outlier region is widened by what rounding can do to the target (see `docs/method.md`), so a
//! coalition's value is off by at most what that changes, which is stated where it is not negligible.

use crate::world::{Event, Measure};

/// Errors below this, in nats or relative to the target's value, are not stated.
const NEGLIGIBLE: f64 = 1e-9;

/// By how much the slack of a region exceeds the rounding errors it is made for.
const SLACK_OVER_ROUNDING: f64 = 16.0;

/// What stands for the largest score where there is no floor.
const WITHOUT_FLOOR: f64 = 40.0;

/// The errors that rounding leaves in the score and in a contribution.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct RoundingErrors {
    pub(super) score: f64,
    pub(super) contribution: f64,
}

impl RoundingErrors {
    /// Moving a bound by d changes ln(q + ε) by at most d·h, with the hazard rate h of what is drawn: for an exponential sum of
    /// standard deviation s that is 1/s, for a normal one about (1 + √(2R))/s at a probability e⁻ᴿ, below which the floor
    /// dampens it. Both bounds of the slack are that far from each other. The score rests on all noises together, a contribution
    /// on any of them; those that rounding hides altogether are as good as constant, unless it hides all.
    pub(super) fn of(event: &Event<'_>) -> Self {
        let slack = event.slack();
        let floor = match event.measure() {
            Measure::Mean { observed } => {
                let error = slack / SLACK_OVER_ROUNDING;
                let stated = if error > NEGLIGIBLE * observed.abs() { error } else { 0.0 };
                return Self { score: stated, contribution: stated };
            }
            Measure::ClassMean { .. } => return Self::default(),
            Measure::LogTail { floor, .. } => *floor,
        };
        let spreads = || {
            let drawn = event.switched().chain(event.always_drawn().iter().copied());
            let spread = |node: usize| {
                let effect = event.target().effects()[node]?;
                Some(effect.abs() * event.target().noise(node).std_dev()).filter(|&spread| spread > 0.0)
            };
            drawn.filter_map(spread)
        };
        let highest = if floor > 0.0 { (1.0 / floor).ln_1p() } else { WITHOUT_FLOOR };
        let largest = spreads().fold(0.0, f64::max);
        if largest == 0.0 {
            return Self::default();
        }
        let moved = |spread: f64| (2.0 * slack / spread).min(1.0);
        let seen = || spreads().filter(|&spread| spread > slack || largest <= slack);
        let mean = seen().map(moved).sum::<f64>() / seen().count() as f64;
        let total = spreads().map(|spread| (spread / largest).powi(2)).sum::<f64>().sqrt() * largest;
        let nats = |moved: f64| {
            let error = if moved < 1.0 { (moved * (1.0 + (2.0 * highest).sqrt())).min(highest) } else { highest };
            if error > NEGLIGIBLE { error } else { 0.0 }
        };
        Self { score: nats(moved(total)), contribution: nats(mean) }
    }
}
