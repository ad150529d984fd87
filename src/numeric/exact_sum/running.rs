//! A sum that values are added to one by one.

use serde::{Deserialize, Serialize};

use super::sum::{ExactSum, WINDOW};

/// The exponent of the lowest bit: finer than any digit of a value from 1.3e-23 up.
const LOWEST_BIT: i32 = -128;
/// Bits of a stored mantissa.
const MANTISSA: u32 = 52;

/// A sum of finite values without an error, of which there may be many: 32 bytes and some nanoseconds a value, as long as values and sum lie
/// where figures usually do.
///
/// It is an integer of 192 bits in units of 2⁻¹²⁸. A value with finer digits, or a sum from 2⁶³ up, makes it an [`ExactSum`], which holds
/// whatever there is. What is saved is that of an `ExactSum` either way, so it depends on the terms and not on their order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "ExactSum", into = "ExactSum")]
pub(crate) enum RunningSum {
    Short([u64; WINDOW]),
    Long(Box<ExactSum>),
}

impl Default for RunningSum {
    fn default() -> Self {
        Self::Short([0; WINDOW])
    }
}

impl RunningSum {
    /// Adds a finite value.
    pub(crate) fn add(&mut self, value: f64) {
        debug_assert!(value.is_finite(), "{value} is no number");
        if let Self::Short(limbs) = self
            && let Some(sum) = in_window(value).and_then(|addend| plus(limbs, &addend))
        {
            *limbs = sum;
            return;
        }
        self.lengthened().add_value(value);
    }

    /// Adds another sum.
    pub(crate) fn merge(&mut self, other: &Self) {
        if let (Self::Short(limbs), Self::Short(addend)) = (&mut *self, other)
            && let Some(sum) = plus(limbs, addend)
        {
            *limbs = sum;
            return;
        }
        let other = ExactSum::from(other.clone());
        self.lengthened().merge(&other);
    }

    /// The sum, rounded once; infinite beyond the largest number.
    pub(crate) fn value(&self) -> f64 {
        match self {
            Self::Short(limbs) => ExactSum::of_window(*limbs).number().to_f64(0),
            Self::Long(sum) => sum.number().to_f64(0),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Short(limbs) => *limbs == [0; WINDOW],
            Self::Long(sum) => sum.number().is_zero(),
        }
    }

    /// What it takes beside its own size, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        if matches!(self, Self::Long(_)) { size_of::<ExactSum>() } else { 0 }
    }

    /// The sum as one that holds any value.
    fn lengthened(&mut self) -> &mut ExactSum {
        if let Self::Short(limbs) = self {
            *self = Self::Long(Box::new(ExactSum::of_window(*limbs)));
        }
        match self {
            Self::Long(sum) => sum,
            Self::Short(_) => unreachable!("it was made long above"),
        }
    }
}

impl From<RunningSum> for ExactSum {
    fn from(sum: RunningSum) -> Self {
        match sum {
            RunningSum::Short(limbs) => Self::of_window(limbs),
            RunningSum::Long(sum) => *sum,
        }
    }
}

impl From<ExactSum> for RunningSum {
    fn from(sum: ExactSum) -> Self {
        sum.window().map_or_else(|| Self::Long(Box::new(sum)), Self::Short)
    }
}

/// A value in units of the lowest bit, in two's complement; nothing where it has finer digits or is too large.
fn in_window(value: f64) -> Option<[u64; WINDOW]> {
    let bits = value.to_bits();
    let stored = ((bits >> MANTISSA) & 0x7ff) as i32;
    let mut whole = (bits & ((1 << MANTISSA) - 1)) | (u64::from(stored > 0) << MANTISSA);
    if whole == 0 {
        return Some([0; WINDOW]);
    }
    let mut place = stored.max(1) - 1075 - LOWEST_BIT;
    if place < 0 {
        let finer = place.unsigned_abs();
        if whole.trailing_zeros() < finer {
            return None;
        }
        whole >>= finer;
        place = 0;
    }
    let place = place as usize;
    // The last two bits are for a carry and the sign.
    if place + MANTISSA as usize + 1 > 64 * WINDOW - 2 {
        return None;
    }
    let wide = u128::from(whole) << (place % 64);
    let mut limbs = [0; WINDOW];
    limbs[place / 64] = wide as u64;
    if let Some(next) = limbs.get_mut(place / 64 + 1) {
        *next = (wide >> 64) as u64;
    }
    if bits >> 63 == 1 {
        let mut carry = true;
        for limb in &mut limbs {
            (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
        }
    }
    Some(limbs)
}

/// The sum of two integers in two's complement; nothing where it has more bits.
fn plus(a: &[u64; WINDOW], b: &[u64; WINDOW]) -> Option<[u64; WINDOW]> {
    let mut sum = [0; WINDOW];
    let mut carry = false;
    for place in 0..WINDOW {
        let (part, first) = a[place].overflowing_add(b[place]);
        let (part, second) = part.overflowing_add(u64::from(carry));
        (sum[place], carry) = (part, first || second);
    }
    let sign = |limbs: &[u64; WINDOW]| limbs[WINDOW - 1] >> 63;
    (sign(a) != sign(b) || sign(&sum) == sign(a)).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

    /// Usual figures, with many that leave the window, and their negatives.
    fn values(seed: u64, count: usize) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut value = || {
            let mantissa = random.random_range(-1.0..1.0);
            let exponent = match random.random_range(0..12) {
                0 => random.random_range(-300..300),
                1 => random.random_range(15..20),
                2 => random.random_range(-30..-18),
                _ => random.random_range(-6..9),
            };
            mantissa * 10.0_f64.powi(exponent)
        };
        let mut values: Vec<f64> = (0..count).map(|_| value()).collect();
        values.extend([0.0, -0.0, f64::MIN_POSITIVE, 5e-324, -5e-324, 9.3e18, 9.3e18, -9.3e18, 2.0_f64.powi(-128)]);
        values
    }

    #[test]
    fn it_is_the_sum_without_an_error_whatever_the_values() {
        for seed in 0..40 {
            let values = values(seed, 60);
            let (mut running, mut exact) = (RunningSum::default(), ExactSum::default());
            for &value in &values {
                running.add(value);
                exact.add_value(value);
                assert_eq!(ExactSum::from(running.clone()), exact, "{value}");
                assert_eq!(running.value().to_bits(), exact.number().to_f64(0).to_bits());
            }
        }
    }

    #[test]
    fn usual_figures_stay_short() {
        let mut sum = RunningSum::default();
        for value in [0.1, -12.34, 1e-17, 3.2e12, 1e-9, 0.0] {
            sum.add(value);
        }
        assert_eq!(sum.heap_bytes(), 0);
        sum.add(1e-40);
        assert!(sum.heap_bytes() > 0);
    }

    #[test]
    fn order_and_parts_do_not_matter_to_what_is_saved() {
        for seed in 0..20 {
            let values = values(seed, 30);
            let of = |values: &[f64]| {
                let mut sum = RunningSum::default();
                values.iter().for_each(|&value| sum.add(value));
                sum
            };
            let turned: Vec<f64> = values.iter().rev().copied().collect();
            let mut parts = of(&values[20..]);
            parts.merge(&of(&values[..20]));
            let saved = [of(&values), of(&turned), parts].map(|sum| postcard::to_stdvec(&sum).unwrap());
            assert!(saved[0] == saved[1] && saved[1] == saved[2]);
            let loaded: RunningSum = postcard::from_bytes(&saved[0]).unwrap();
            assert_eq!(loaded.value().to_bits(), of(&values).value().to_bits());
            // What cancels is as short as nothing.
            let mut left = of(&values);
            values.iter().for_each(|value| left.add(-value));
            assert!(left.is_zero() && RunningSum::from(ExactSum::from(left)).heap_bytes() == 0);
        }
    }
}
