//! Binary numbers of any length: sums and products of them are exact.

use std::cmp::Ordering;

use crate::numeric::double_double::DoubleDouble;

/// ± Σ limbᵢ · 2^(64 · (lowest + i)); 0 has no limbs. Neither the first limb nor the last is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BinaryNumber {
    is_negative: bool,
    limbs: Vec<u64>,
    lowest: i64,
}

impl BinaryNumber {
    /// The number with this sign and these limbs, the first of which counts 2^(64 · lowest).
    pub(super) fn new(is_negative: bool, mut limbs: Vec<u64>, lowest: i64) -> Self {
        let used = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |last| last + 1);
        limbs.truncate(used);
        let zeros = limbs.iter().position(|&limb| limb != 0).unwrap_or(0);
        limbs.drain(..zeros);
        Self { is_negative: is_negative && !limbs.is_empty(), limbs, lowest: lowest + zeros as i64 }
    }

    /// A number of rows.
    pub(crate) fn of_count(count: u64) -> Self {
        Self::new(false, vec![count], 0)
    }

    /// A finite number times a power of two.
    fn of_scaled(value: f64, exponent: i64) -> Self {
        let bits = value.to_bits();
        let stored = ((bits >> 52) & 0x7ff) as i64;
        let whole = (bits & ((1 << 52) - 1)) | if stored > 0 { 1 << 52 } else { 0 };
        let bit = stored.max(1) - 1 - 1074 + exponent;
        let shifted = u128::from(whole) << bit.rem_euclid(64);
        Self::new(bits >> 63 == 1, vec![shifted as u64, (shifted >> 64) as u64], bit.div_euclid(64))
    }

    /// Sign, limbs and lowest limb.
    pub(super) fn into_parts(self) -> (bool, Vec<u64>, i64) {
        (self.is_negative, self.limbs, self.lowest)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    /// The exponent of the highest bit: the whole part of log₂ |x|; 0 for 0.
    pub(crate) fn highest_bit(&self) -> i64 {
        let Some(last) = self.limbs.last() else { return 0 };
        64 * (self.lowest + self.limbs.len() as i64) - 1 - i64::from(last.leading_zeros())
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut limbs = vec![0_u64; self.limbs.len() + other.limbs.len()];
        for (start, &factor) in self.limbs.iter().enumerate() {
            let mut carry = 0_u128;
            for (place, &limb) in other.limbs.iter().enumerate() {
                let here = &mut limbs[start + place];
                carry += u128::from(factor) * u128::from(limb) + u128::from(*here);
                *here = carry as u64;
                carry >>= 64;
            }
            limbs[start + other.limbs.len()] = carry as u64;
        }
        Self::new(self.is_negative != other.is_negative, limbs, self.lowest + other.lowest)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let lowest = self.lowest.min(other.lowest);
        let (mut a, mut b) = (self.limbs_from(lowest), other.limbs_from(lowest));
        // One more than the longer has, for a carry.
        let count = a.len().max(b.len()) + 1;
        a.resize(count, 0);
        b.resize(count, 0);
        if self.is_negative != other.is_negative {
            let mut carry = 0_u128;
            for (limb, &addend) in a.iter_mut().zip(&b) {
                carry += u128::from(*limb) + u128::from(addend);
                *limb = carry as u64;
                carry >>= 64;
            }
            return Self::new(self.is_negative, a, lowest);
        }
        let is_turned = a.iter().rev().cmp(b.iter().rev()) == Ordering::Less;
        let (mut larger, smaller) = if is_turned { (b, a) } else { (a, b) };
        let mut borrow = false;
        for (limb, &taken) in larger.iter_mut().zip(&smaller) {
            let (rest, first) = limb.overflowing_sub(taken);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, first || second);
        }
        Self::new(self.is_negative != is_turned, larger, lowest)
    }

    /// The number times 2^exponent, rounded to the nearest `f64`, of two that are as near to the even one; infinite beyond the largest.
    pub(crate) fn to_f64(&self, exponent: i64) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let highest = self.highest_bit();
        // Numbers below the smallest normal one have fewer bits.
        let digits = (highest + exponent + 1075).min(53);
        let last = highest - digits + 1;
        let kept = if digits > 0 { self.bits_from(last) } else { 0 };
        let is_half_or_more = digits >= 0 && self.bits_from(last - 1) & 1 == 1;
        let is_odd = kept & 1 == 1;
        let rounded = kept + u64::from(is_half_or_more && (is_odd || self.has_bits_below(last - 1)));
        let value = scaled_by_power(rounded as f64, last + exponent);
        if self.is_negative { -value } else { value }
    }

    /// The number times 2^exponent, to some 106 bits where nothing leaves the range of `f64`.
    pub(crate) fn to_double_double(&self, exponent: i64) -> DoubleDouble {
        let high = self.to_f64(exponent);
        let low = self.minus(&Self::of_scaled(high, -exponent)).to_f64(exponent);
        DoubleDouble::new(high, low)
    }

    /// The limbs from this one on, which is none of its own or its first.
    fn limbs_from(&self, lowest: i64) -> Vec<u64> {
        let zeros = if self.is_zero() { 0 } else { (self.lowest - lowest) as usize };
        let mut limbs = vec![0; zeros];
        limbs.extend(&self.limbs);
        limbs
    }

    /// The 64 bits from this one up.
    fn bits_from(&self, bit: i64) -> u64 {
        let limb = |place: i64| {
            usize::try_from(place - self.lowest).ok().and_then(|place| self.limbs.get(place)).copied().unwrap_or(0)
        };
        let (place, shift) = (bit.div_euclid(64), bit.rem_euclid(64));
        let both = u128::from(limb(place)) | (u128::from(limb(place + 1)) << 64);
        (both >> shift) as u64
    }

    fn has_bits_below(&self, bit: i64) -> bool {
        let first_bit = 64 * self.lowest + i64::from(self.limbs.first().map_or(0, |limb| limb.trailing_zeros()));
        !self.is_zero() && first_bit < bit
    }
}

/// x · 2^exponent, in steps that are exact where the result is.
pub(crate) fn scaled_by_power(x: f64, exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    let (mut x, mut left) = (x, exponent.clamp(-3000, 3000));
    while left != 0 && x != 0.0 && x.is_finite() {
        let step = left.clamp(-1000, 1000);
        // The last step alone may leave the normal numbers, so that nothing is rounded twice.
        let step = if left < -1000 { step / 2 } else { step };
        x *= power(step);
        left -= step;
    }
    x
}
