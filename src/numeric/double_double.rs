//! Numbers of some 106 bits as the sum of two, for the few places where 53 are not enough.
//!
//! Source: Y. Hida, X. S. Li and D. H. Bailey, *Algorithms for quad-double precision floating point arithmetic*, ARITH 15, 2001.

use std::ops::{Div, Mul, Sub};

/// high + low, with |low| at most half the last digit of high.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    pub(crate) const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// The sum of two numbers, the second of which is the smaller.
    pub(crate) fn new(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self { high: sum, low: low - (sum - high) }
    }

    /// The nearest `f64`.
    pub(crate) fn to_f64(self) -> f64 {
        self.high
    }

    /// The root of a number that is not negative.
    pub(crate) fn sqrt(self) -> Self {
        if self.high <= 0.0 {
            return Self::ZERO;
        }
        let root = self.high.sqrt();
        let rest = self - Self::from(root) * Self::from(root);
        Self::new(root, rest.high / (2.0 * root))
    }
}

impl From<f64> for DoubleDouble {
    fn from(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let high = self.high - other.high;
        // What rounding took from the difference, whichever of the two is larger.
        let taken = high - self.high;
        let rounded = (self.high - (high - taken)) - (other.high + taken);
        let low_difference = self.low - other.low;
        Self::new(high, rounded + low_difference)
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let high = self.high * other.high;
        let rounded = self.high.mul_add(other.high, -high);
        Self::new(high, rounded + (self.high * other.low + self.low * other.high))
    }
}

impl Div for DoubleDouble {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self - other * Self::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::from(second);
        let third = rest.high / other.high;
        Self::new(first, second + third)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_and_roots_have_thirty_digits() {
        let third = DoubleDouble::from(1.0) / DoubleDouble::from(3.0);
        let rest = DoubleDouble::from(1.0) - third * DoubleDouble::from(3.0);
        assert!(rest.to_f64().abs() < 1e-31, "{rest:?}");
        let root = DoubleDouble::from(2.0).sqrt();
        assert!((root * root - DoubleDouble::from(2.0)).to_f64().abs() < 1e-31);
        assert_eq!(root.to_f64(), 2.0_f64.sqrt());
        assert_eq!(DoubleDouble::from(-1e-40).sqrt(), DoubleDouble::ZERO);
    }

    #[test]
    fn a_difference_keeps_what_the_larger_number_hides() {
        let sum = DoubleDouble::new(1.0, 1e-20);
        assert_eq!((sum - DoubleDouble::from(1.0)).to_f64(), 1e-20);
        assert_eq!((DoubleDouble::from(1e-20) - sum).to_f64(), -1.0);
    }
}
