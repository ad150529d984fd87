//! The long integer that any number of values or products can be added to without an error.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::binary_number::BinaryNumber;
use super::column::ExactColumn;
use crate::error::{Error, Result};

/// The exponent of the lowest bit, in limbs: 2^(−34 · 64), below 2⁻²¹⁴⁸, the smallest product.
const LOWEST_LIMB: i64 = -34;
/// The bit of the smallest product.
const SMALLEST_PRODUCT: usize = 34 * 64 - 2148;
/// The bit of the smallest number, 2⁻¹⁰⁷⁴.
const SMALLEST_VALUE: usize = 34 * 64 - 1074;
/// So many limbs hold most sums of single values, see [`ExactSum::window`].
pub(super) const WINDOW: usize = 3;
/// The limb of 2⁻¹²⁸.
const FIRST_OF_WINDOW: usize = 32;
/// A product needs 4 224 bits from the lowest; so many hold 2¹²⁶ of them, and a sign.
const LIMBS: usize = 68;
/// A product of two whole numbers has 106 bits, so this many of them have less than the 127 of a bin.
const MOST_AT_ONCE: usize = 1 << 20;

/// A sum of finite values, or of products of two of them: the integer Σ in units of 2⁻²¹⁷⁶, in two's complement.
///
/// No term is rounded and none overflows, so the state depends on which terms were added and not on their order, nor on how sums
/// of parts were [merged](Self::merge). 544 bytes; what is saved is the limbs between the first and the last that are not 0.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SavedSum", into = "SavedSum")]
pub(crate) struct ExactSum {
    limbs: [u64; LIMBS],
}

/// Room for the products of one exponent each, kept between calls.
#[derive(Debug, Default)]
pub(crate) struct Bins(Vec<i128>);

impl Default for ExactSum {
    fn default() -> Self {
        Self { limbs: [0; LIMBS] }
    }
}

impl fmt::Debug for ExactSum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ExactSum({:e})", self.number().to_f64(0))
    }
}

impl ExactSum {
    /// Adds Σ aᵢ · bᵢ. The columns must be equally long. Costs O(values), and more the more exponents there are.
    pub(crate) fn add_products(&mut self, a: &ExactColumn, b: &ExactColumn, bins: &mut Bins) {
        debug_assert_eq!(a.len(), b.len());
        let lowest = SMALLEST_PRODUCT + a.smallest() + b.smallest();
        for start in (0..a.len()).step_by(MOST_AT_ONCE) {
            let values = start..a.len().min(start + MOST_AT_ONCE);
            let bins = bins.cleared(a.spread() + b.spread() + 1);
            let (wholes, shifts) = a.part(values.clone());
            let (other_wholes, other_shifts) = b.part(values);
            let factors = wholes.iter().zip(other_wholes).zip(shifts.iter().zip(other_shifts));
            for ((&whole, &other), (&shift, &other_shift)) in factors {
                bins[usize::from(shift) + usize::from(other_shift)] += i128::from(whole) * i128::from(other);
            }
            self.add_bins(lowest, bins);
        }
    }

    /// Adds Σ aᵢ. Costs O(values).
    pub(crate) fn add_values(&mut self, a: &ExactColumn, bins: &mut Bins) {
        let bins = bins.cleared(a.spread() + 1);
        let (wholes, shifts) = a.part(0..a.len());
        for (&whole, &shift) in wholes.iter().zip(shifts) {
            bins[usize::from(shift)] += i128::from(whole);
        }
        self.add_bins(SMALLEST_VALUE + a.smallest(), bins);
    }

    /// Adds one value.
    pub(super) fn add_value(&mut self, value: f64) {
        let mut column = ExactColumn::default();
        column.fill([value]);
        self.add_values(&column, &mut Bins::default());
    }

    /// The sum that is this integer in two's complement, in units of 2⁻¹²⁸.
    pub(super) fn of_window(limbs: [u64; WINDOW]) -> Self {
        let sign = if limbs[WINDOW - 1] >> 63 == 1 { u64::MAX } else { 0 };
        let mut sum = Self { limbs: [sign; LIMBS] };
        sum.limbs[..FIRST_OF_WINDOW].fill(0);
        sum.limbs[FIRST_OF_WINDOW..FIRST_OF_WINDOW + WINDOW].copy_from_slice(&limbs);
        sum
    }

    /// The sum as an integer in two's complement in units of 2⁻¹²⁸, if it is one that is short enough.
    pub(super) fn window(&self) -> Option<[u64; WINDOW]> {
        let mut limbs = [0; WINDOW];
        limbs.copy_from_slice(&self.limbs[FIRST_OF_WINDOW..FIRST_OF_WINDOW + WINDOW]);
        (Self::of_window(limbs) == *self).then_some(limbs)
    }

    /// Adds another sum.
    pub(crate) fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, &addend) in self.limbs.iter_mut().zip(&other.limbs) {
            let (sum, first) = limb.overflowing_add(addend);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, first || second);
        }
    }

    /// The sum as a number to compute with.
    pub(crate) fn number(&self) -> BinaryNumber {
        let is_negative = self.limbs[LIMBS - 1] >> 63 == 1;
        let mut magnitude = self.limbs.to_vec();
        if is_negative {
            negate(&mut magnitude);
        }
        BinaryNumber::new(is_negative, magnitude, LOWEST_LIMB)
    }

    fn add_bins(&mut self, lowest: usize, bins: &[i128]) {
        for (place, &bin) in bins.iter().enumerate().filter(|(_, bin)| **bin != 0) {
            self.add_at(lowest + place, bin);
        }
    }

    /// Adds a whole number times 2^bit, in units of the lowest bit.
    fn add_at(&mut self, bit: usize, value: i128) {
        let (first, shift) = (bit / 64, bit % 64);
        let magnitude = value.unsigned_abs();
        let low = magnitude << shift;
        // In two steps, as a shift by 128 is none.
        let high = (magnitude >> 1) >> (127 - shift);
        let mut carry = false;
        let parts = [low as u64, (low >> 64) as u64, high as u64];
        for (place, limb) in self.limbs[first..].iter_mut().enumerate() {
            let part = parts.get(place).copied().unwrap_or(0);
            if place >= parts.len() && !carry {
                break;
            }
            let (result, one, two);
            if value < 0 {
                (result, one) = limb.overflowing_sub(part);
                (*limb, two) = result.overflowing_sub(u64::from(carry));
            } else {
                (result, one) = limb.overflowing_add(part);
                (*limb, two) = result.overflowing_add(u64::from(carry));
            }
            carry = one || two;
        }
    }
}

impl Bins {
    /// So many bins, all 0.
    fn cleared(&mut self, count: usize) -> &mut [i128] {
        self.0.clear();
        self.0.resize(count, 0);
        &mut self.0
    }
}

/// The negative of an integer in two's complement.
fn negate(limbs: &mut [u64]) {
    let mut carry = true;
    for limb in limbs {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}

/// What is saved of a sum.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSum {
    is_negative: bool,
    /// How many limbs of 0 there are before the first of the list.
    first: u8,
    /// The magnitude's limbs of 64 bits from the lowest up; neither the first nor the last is 0.
    limbs: Vec<u64>,
}

impl From<ExactSum> for SavedSum {
    fn from(sum: ExactSum) -> Self {
        let (is_negative, limbs, lowest) = sum.number().into_parts();
        let first = if limbs.is_empty() { 0 } else { lowest - LOWEST_LIMB };
        Self { is_negative, first: u8::try_from(first).unwrap_or(u8::MAX), limbs }
    }
}

impl TryFrom<SavedSum> for ExactSum {
    type Error = Error;

    fn try_from(SavedSum { is_negative, first, limbs }: SavedSum) -> Result<Self> {
        let (start, end) = (usize::from(first), usize::from(first) + limbs.len());
        let is_zero = limbs.is_empty() && first == 0 && !is_negative;
        let is_trimmed = limbs.first().is_some_and(|&limb| limb != 0) && limbs.last().is_some_and(|&limb| limb != 0);
        // The last limb has the sign, and no sum of real rows comes near it.
        if !(is_zero || (is_trimmed && end < LIMBS)) {
            let (name, requirement) =
                ("a saved exact sum", "limbs between the lowest and the highest, without zeros at the ends");
            return Err(Error::InvalidParameter {
                name,
                requirement,
                found: format!("{} limbs from {first}", limbs.len()),
            });
        }
        let mut sum = Self::default();
        sum.limbs[start..end].copy_from_slice(&limbs);
        if is_negative {
            negate(&mut sum.limbs);
        }
        Ok(sum)
    }
}
