//! What a polynomial consists of: the ranges of its parents, and its terms.

use serde::{Deserialize, Serialize};

/// How far beyond the training range the curvature goes on, in widths of the range.
const REACH: f64 = 3.0;

/// How a parent is standardised, and its training range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParentRange {
    pub(super) centre: f64,
    pub(super) scale: f64,
    /// The smallest and the largest training value, standardised.
    pub(super) low: f64,
    pub(super) high: f64,
}

/// coefficient · Π z_j over the factors j: a factor stands as often as its exponent says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolynomialTerm {
    pub(super) coefficient: f64,
    pub(super) factors: Vec<usize>,
}

impl PolynomialTerm {
    pub(crate) fn new(coefficient: f64, factors: Vec<usize>) -> Self {
        Self { coefficient, factors }
    }
}

impl ParentRange {
    /// The range of training values; a constant parent is left at scale 1.
    pub(crate) fn fit(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let centre = values.iter().map(|value| value / count).sum::<f64>();
        let largest = values.iter().map(|value| (value - centre).abs()).fold(0.0, f64::max);
        // Scaled by the largest, so that no square overflows.
        let scale = if largest > 0.0 {
            let squares: f64 = values.iter().map(|value| ((value - centre) / largest).powi(2)).sum();
            largest * (squares / count).sqrt()
        } else {
            1.0
        };
        let standardised = values.iter().map(|value| (value - centre) / scale);
        let (low, high) =
            standardised.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(z), high.max(z)));
        Self { centre, scale, low, high }
    }

    /// The standardised value, cut off at the edge of the range.
    pub(crate) fn standardise(&self, value: f64) -> f64 {
        self.split(value).0
    }

    /// How far the curvature reaches: the smallest and the largest value, less the centre.
    pub(super) fn reach(&self) -> (f64, f64) {
        let reach = REACH * (self.high - self.low);
        ((self.low - reach) * self.scale, (self.high + reach) * self.scale)
    }

    /// The standardised value, whole and cut off at the edge of the range.
    pub(super) fn cut(&self, value: f64) -> (f64, f64) {
        let z = (value - self.centre) / self.scale;
        (z, cut_off(z, self.low, self.high))
    }

    /// The standardised value, cut off at the edge of the range, what lies beyond up to the reach of the curvature, and
    /// the rest.
    pub(super) fn split(&self, value: f64) -> (f64, f64, f64) {
        let (z, edge) = self.cut(value);
        let reach = REACH * (self.high - self.low);
        let near = cut_off(z - edge, -reach, reach);
        (edge, near, z - edge - near)
    }
}

/// A polynomial outside of its box, given what every parent is split into, see [`ParentRange::split`].
pub(super) fn expanded(intercept: f64, terms: &[PolynomialTerm], split: impl Fn(usize) -> (f64, f64, f64)) -> f64 {
    terms.iter().fold(intercept, |sum, term| {
        // A product at the edge of the box, its slopes along both ways out, and its curvatures.
        let (mut product, mut near, mut far, mut near_near, mut near_far) = (term.coefficient, 0.0, 0.0, 0.0, 0.0);
        for &factor in &term.factors {
            let (edge, d, e) = split(factor);
            near_far = near_far * edge + near * e + far * d;
            near_near = near_near * edge + 2.0 * near * d;
            near = near * edge + product * d;
            far = far * edge + product * e;
            product *= edge;
        }
        sum + (product + (near + 0.5 * near_near) + (far + near_far))
    })
}

/// What [`f64::clamp`] gives, without its check, so that several are done at once.
fn cut_off(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}
