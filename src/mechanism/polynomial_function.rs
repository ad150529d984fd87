//! A polynomial of the parents that does not explode outside the training range.

use serde::{Deserialize, Serialize};

use super::function::for_each_row;
use super::saved::SavedPolynomial;

/// A polynomial of standardised parents within the box of their training ranges, and its tangent outside.
///
/// With z_j = (parent_j − centre_j) / scale_j, b the point of the training box nearest to z, and p the polynomial,
///
/// ```text
/// f(parents) = p(b) + ∇p(b) · (z − b)
/// ```
///
/// which is p inside the box. Root causes are exactly the values outside it, where p itself would be worthless: a cubic
/// term 20 standard deviations out is 8000. The continuation is continuous and grows linearly along every line that
/// leaves the box. Costs O(terms · degree).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedPolynomial")]
pub struct PolynomialFunction {
    pub(super) intercept: f64,
    pub(super) ranges: Vec<ParentRange>,
    pub(super) terms: Vec<PolynomialTerm>,
}

/// How a parent is standardised, and its training range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParentRange {
    pub(super) centre: f64,
    pub(super) scale: f64,
    /// The smallest and the largest training value, standardised.
    pub(super) low: f64,
    pub(super) high: f64,
}

/// coefficient · Π z_j over the factors j: a factor stands as often as its exponent says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolynomialTerm {
    pub(super) coefficient: f64,
    pub(super) factors: Vec<usize>,
}

impl PolynomialFunction {
    /// The highest total degree of its terms.
    pub fn degree(&self) -> usize {
        self.terms.iter().map(|term| term.factors.len()).max().unwrap_or(0)
    }

    /// How many terms it has beside the intercept.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// How many parents it takes.
    pub fn parents(&self) -> usize {
        self.ranges.len()
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        self.terms.iter().fold(self.intercept, |sum, term| {
            // A product and its derivative along the way out of the box.
            let (mut product, mut slope) = (term.coefficient, 0.0);
            for &factor in &term.factors {
                let (edge, beyond) = self.ranges[factor].split(parents[factor]);
                slope = slope * edge + product * beyond;
                product *= edge;
            }
            sum + (product + slope)
        })
    }

    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        for_each_row(parents, values.len(), |row, parents| values[row] = self.value(parents));
    }
}

impl ParentRange {
    /// Of training values; a constant parent is left at scale 1.
    pub(super) fn of(values: &[f64]) -> Self {
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

    /// The standardised value, cut off at the edge of the range, and what lies beyond.
    pub(super) fn split(&self, value: f64) -> (f64, f64) {
        let z = (value - self.centre) / self.scale;
        let edge = z.clamp(self.low, self.high);
        (edge, z - edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// z₁³ + 2 z₁ z₂ on the box [−2, 2] × [−1, 3].
    fn cubic() -> PolynomialFunction {
        let range = |low, high| ParentRange { centre: 0.0, scale: 1.0, low, high };
        let term = |coefficient, factors: &[usize]| PolynomialTerm { coefficient, factors: factors.to_vec() };
        PolynomialFunction {
            intercept: 0.5,
            ranges: vec![range(-2.0, 2.0), range(-1.0, 3.0)],
            terms: vec![term(1.0, &[0, 0, 0]), term(2.0, &[0, 1])],
        }
    }

    #[test]
    fn inside_the_box_it_is_the_polynomial() {
        for (a, b) in [(0.0, 0.0), (1.5, -1.0), (-2.0, 3.0), (2.0, 2.5)] {
            let expected: f64 = 0.5 + a * a * a + 2.0 * a * b;
            assert!((cubic().value(&[a, b]) - expected).abs() < 1e-12, "({a}, {b})");
        }
    }

    #[test]
    fn outside_it_is_the_tangent_at_the_nearest_point() {
        // At (2, 1): p = 12.5, slopes 3·4 + 2·1 = 14 and 4.
        assert_eq!(cubic().value(&[2.0, 1.0]), 12.5);
        assert_eq!(cubic().value(&[22.0, 1.0]), 12.5 + 20.0 * 14.0);
        // At the corner (2, 3): p = 20.5, slopes 12 + 6 = 18 and 4.
        assert_eq!(cubic().value(&[5.0, 10.0]), 20.5 + 3.0 * 18.0 + 7.0 * 4.0);
        let edge = cubic().value(&[2.0, 0.3]);
        assert!((cubic().value(&[2.0 + 1e-9, 0.3]) - edge).abs() < 1e-7, "continuous");
    }

    #[test]
    fn degree_and_terms_are_counted() {
        assert_eq!((cubic().degree(), cubic().terms(), cubic().parents()), (3, 2, 2));
    }
}
