//! A polynomial of the parents that does not explode outside the training range.

mod block;
mod parts;
mod quadratic;

use serde::{Deserialize, Serialize};

pub(crate) use parts::{ParentRange, PolynomialTerm};

use block::Block;
use parts::expanded;
use quadratic::Quadratic;

use super::saved::{check, finite};
use super::words::{Names, figure};
use crate::error::{Error, Result};

/// A polynomial of standardised parents within the box of their training ranges, continued by its curvature, then
/// by a tangent outside.
///
/// With z_j = (parent_j − centre_j) / scale_j, b the point of the training box nearest to z, and p the polynomial,
///
/// ```text
/// f(parents) = p(b) + ∇p(b)·d + ½ dᵀ ∇²p(b) d + (∇p(b) + ∇²p(b) d)·e,   z = b + d + e
/// ```
///
/// where each d_j is what lies beyond the box, up to three times the width of the training range, and e the rest. Root
/// causes are exactly the values outside the box, and p itself would be worthless there: a cubic term 20 standard
/// deviations out is 8000. A quadratic polynomial goes on as itself up to three widths (some 20 standard deviations), a
/// higher one as its second-order expansion at the edge; further out both grow linearly. Costs O(terms · degree).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedPolynomial")]
pub struct PolynomialFunction {
    intercept: f64,
    ranges: Vec<ParentRange>,
    terms: Vec<PolynomialTerm>,
    /// What is evaluated in place of all three, where the degree is 2 at most.
    #[serde(skip)]
    quadratic: Option<Quadratic>,
}

impl PolynomialFunction {
    /// The factors of all terms must be places in the list of ranges.
    pub(crate) fn new(intercept: f64, ranges: Vec<ParentRange>, terms: Vec<PolynomialTerm>) -> Self {
        let quadratic = Quadratic::of(intercept, &ranges, &terms);
        Self { intercept, ranges, terms, quadratic }
    }

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

    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        match &self.quadratic {
            Some(quadratic) => quadratic.fill(parents, values),
            None => Block::of(self.intercept, &self.ranges, &self.terms).fill(parents, values),
        }
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        if let Some(quadratic) = &self.quadratic {
            return quadratic.value(parents);
        }
        let splits: Vec<_> = self.ranges.iter().zip(parents).map(|(range, &parent)| range.split(parent)).collect();
        // Inside the box, where nearly all samples are, there is nothing but the product.
        if splits.iter().all(|&(_, near, far)| near == 0.0 && far == 0.0) {
            let of_term = |term: &PolynomialTerm| term.factors.iter().fold(term.coefficient, |p, &at| p * splits[at].0);
            return self.terms.iter().fold(self.intercept, |sum, term| sum + of_term(term));
        }
        expanded(self.intercept, &self.terms, |factor| splits[factor])
    }

    /// Names the parents and the degree: the coefficients are those of standardised parents, and say little to a reader.
    pub(super) fn describe(&self, names: &Names) -> String {
        let (degree, terms) = (self.degree(), self.terms());
        let parents = names.list(0..self.parents());
        format!("{} + polynomial({parents}; degree {degree}, {terms} terms)", figure(self.intercept))
    }
}

/// What a saved polynomial may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedPolynomial {
    intercept: f64,
    ranges: Vec<ParentRange>,
    terms: Vec<PolynomialTerm>,
}

impl TryFrom<SavedPolynomial> for PolynomialFunction {
    type Error = Error;

    fn try_from(SavedPolynomial { intercept, ranges, terms }: SavedPolynomial) -> Result<Self> {
        finite("the intercept of a saved polynomial", [intercept])?;
        finite("a coefficient of a saved polynomial", terms.iter().map(|term| term.coefficient))?;
        for range in &ranges {
            finite("the range of a parent of a saved polynomial", [range.centre, range.low, range.high])?;
            let name = "the scale of a parent of a saved polynomial";
            check(name, "finite and above 0", range.scale > 0.0 && range.scale.is_finite(), range.scale)?;
            let name = "the upper end of a parent's range of a saved polynomial";
            check(name, "at least the lower end", range.low <= range.high, range.high)?;
        }
        for &factor in terms.iter().flat_map(|term| &term.factors) {
            check("a factor of a saved polynomial", "one of its parents", factor < ranges.len(), factor)?;
        }
        Ok(Self::new(intercept, ranges, terms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// z₁³ + 2 z₁ z₂ on the box [−2, 2] × [−1, 3].
    fn cubic() -> PolynomialFunction {
        let range = |low, high| ParentRange { centre: 0.0, scale: 1.0, low, high };
        let term = |coefficient, factors: &[usize]| PolynomialTerm { coefficient, factors: factors.to_vec() };
        let ranges = vec![range(-2.0, 2.0), range(-1.0, 3.0)];
        PolynomialFunction::new(0.5, ranges, vec![term(1.0, &[0, 0, 0]), term(2.0, &[0, 1])])
    }

    #[test]
    fn inside_the_box_it_is_the_polynomial() {
        for (a, b) in [(0.0, 0.0), (1.5, -1.0), (-2.0, 3.0), (2.0, 2.5)] {
            let expected: f64 = 0.5 + a * a * a + 2.0 * a * b;
            assert!((cubic().value(&[a, b]) - expected).abs() < 1e-12, "({a}, {b})");
        }
    }

    #[test]
    fn outside_its_curvature_goes_on_and_then_its_tangent() {
        // At (2, 1): p = 12.5, slopes 3·4 + 2·1 = 14 and 4, curvature 6·2 = 12; the reach is 12.
        assert_eq!(cubic().value(&[2.0, 1.0]), 12.5);
        assert_eq!(cubic().value(&[12.0, 1.0]), 12.5 + 10.0 * 14.0 + 6.0 * 100.0);
        let at_reach = 12.5 + 12.0 * 14.0 + 6.0 * 144.0;
        assert_eq!(cubic().value(&[14.0, 1.0]), at_reach);
        assert_eq!(cubic().value(&[24.0, 1.0]), at_reach + 10.0 * (14.0 + 12.0 * 12.0));
        // At the corner (2, 3): p = 20.5, slopes 12 + 6 = 18 and 4, mixed curvature 2.
        assert_eq!(cubic().value(&[5.0, 10.0]), 20.5 + 3.0 * 18.0 + 7.0 * 4.0 + 6.0 * 9.0 + 2.0 * 21.0);
        for edge in [2.0, 14.0] {
            let step = cubic().value(&[edge + 1e-9, 0.3]) - cubic().value(&[edge, 0.3]);
            assert!(step.abs() < 1e-6, "continuous at {edge}");
        }
    }

    #[test]
    fn a_quadratic_goes_on_as_itself_within_reach() {
        let PolynomialFunction { intercept, ranges, mut terms, .. } = cubic();
        terms[0].factors = vec![0, 0];
        let quadratic = PolynomialFunction::new(intercept, ranges, terms);
        for (a, b) in [(14.0, -13.0), (-14.0, 15.0), (7.0, 0.0)] {
            let expected: f64 = 0.5 + a * a + 2.0 * a * b;
            assert!((quadratic.value(&[a, b]) - expected).abs() < 1e-10, "({a}, {b})");
        }
    }

    /// Blocks inside, outside and at the edge of the box, one with a few rows outside, one that is inside after such, and a last one
    /// that is not whole.
    #[test]
    fn columns_have_the_bits_of_rows() {
        let mut polynomial = cubic();
        let more = [(0.3, vec![1, 1, 1, 0]), (-0.7, vec![1]), (0.2, vec![0, 1, 1]), (1.1, vec![])];
        polynomial.terms.extend(more.into_iter().map(|(coefficient, factors)| PolynomialTerm { coefficient, factors }));
        let spread =
            |row: usize, step: usize, low: f64, high: f64| low + (high - low) * (row * step % 997) as f64 / 997.0;
        let mut a: Vec<f64> = (0..700)
            .map(
                |row| {
                    if !(300..640).contains(&row) { spread(row, 37, -2.0, 2.0) } else { spread(row, 37, -40.0, 40.0) }
                },
            )
            .collect();
        let b: Vec<f64> = (0..700)
            .map(|row| if row < 500 { spread(row, 101, -1.0, 3.0) } else { spread(row, 101, 4.0, 90.0) })
            .collect();
        a[200] = 7.0;
        let mut values = vec![f64::NAN; 700];
        polynomial.fill(&[&a, &b], &mut values);
        for row in 0..700 {
            assert_eq!(
                values[row].to_bits(),
                polynomial.value(&[a[row], b[row]]).to_bits(),
                "({}, {})",
                a[row],
                b[row]
            );
        }
    }

    #[test]
    fn degree_and_terms_are_counted_and_shown() {
        assert_eq!((cubic().degree(), cubic().terms(), cubic().parents()), (3, 2, 2));
        let shown = cubic().describe(&Names::new(&["load", "db"]));
        assert_eq!(shown, "0.5 + polynomial(load, db; degree 3, 2 terms)");
    }
}
