//! A column taken apart into whole numbers and exponents.

/// Bits of a stored mantissa.
const MANTISSA: u32 = 52;

/// Finite values as wholeᵢ · 2^(shiftᵢ − 1074), with |wholeᵢ| < 2⁵³ and shiftᵢ from 0 to 2 045.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactColumn {
    wholes: Vec<i64>,
    /// Each less the smallest of values other than 0, which is 0 for values that are 0.
    shifts: Vec<u16>,
    smallest: u16,
    /// The largest shift less the smallest.
    spread: u16,
}

impl ExactColumn {
    /// Takes values apart, which must be finite, in the place of those that were here before. Costs O(values).
    pub(crate) fn fill(&mut self, values: impl IntoIterator<Item = f64>) {
        self.wholes.clear();
        self.shifts.clear();
        let (mut smallest, mut largest) = (u16::MAX, 0);
        for value in values {
            debug_assert!(value.is_finite(), "{value} is no number");
            let bits = value.to_bits();
            let exponent = ((bits >> MANTISSA) & 0x7ff) as u16;
            let is_normal = u64::from(exponent > 0);
            let magnitude = ((bits & ((1 << MANTISSA) - 1)) | (is_normal << MANTISSA)) as i64;
            let shift = exponent.saturating_sub(1);
            if magnitude != 0 {
                smallest = smallest.min(shift);
                largest = largest.max(shift);
            }
            self.wholes.push(if (bits >> 63) == 0 { magnitude } else { -magnitude });
            self.shifts.push(shift);
        }
        (self.smallest, self.spread) = if smallest > largest { (0, 0) } else { (smallest, largest - smallest) };
        // Only those of zeros are below the smallest.
        self.shifts.iter_mut().for_each(|shift| *shift = shift.saturating_sub(self.smallest));
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.wholes.len()
    }

    /// The smallest shift, from which the others are counted.
    pub(super) fn smallest(&self) -> usize {
        usize::from(self.smallest)
    }

    /// The largest shift, counted from the smallest.
    pub(super) fn spread(&self) -> usize {
        usize::from(self.spread)
    }

    /// Some of the values: their whole numbers, and their shifts counted from the smallest.
    pub(super) fn part(&self, values: std::ops::Range<usize>) -> (&[i64], &[u16]) {
        (&self.wholes[values.clone()], &self.shifts[values])
    }
}
