//! The step in which a column was measured, from the digits of its values.

/// In which steps the values of a column were measured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Step {
    /// The values do not tell: there are too few different ones.
    #[default]
    Unknown,
    /// None: the values use all digits that a floating-point number has.
    Continuous,
    /// All values are multiples of this, which is above 0 and in their unit.
    Of(f64),
}

/// The most decimals that are looked for: 10^22 is the last power of 10 that a floating-point number holds exactly.
const MOST_DECIMALS: i32 = 22;
/// Integers below this are exact.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
/// By how many units in the last place a value that was computed, such as a sum of cents, may miss a multiple.
const COMPUTED: f64 = 8.0;
/// How many units in the last place a step must have for computed values to be told from any others.
const TELLING: f64 = 1e4;
/// A step counts if so many different values would lie on it by accident with a smaller probability.
const BY_ACCIDENT: f64 = 1e-6;
/// A single value whose last decimal is a smaller share of it was not rounded.
const FEW_DIGITS: f64 = 1e-11;
/// By how much a single value must have fewer digits than a step to have been measured in coarser ones: one value in so many
/// has that by accident.
const COARSER: f64 = 1000.0;

impl Step {
    /// The coarsest power of 10, or 2 or 5 times one, that all values are multiples of, but for rounding of floating-point
    /// numbers; missing and infinite values do not count. Costs O(n log n).
    ///
    /// More than one decimal is always convincing: not many different numbers of 16 digits have few by accident. Steps of 2,
    /// 5, 10, ... whole units must be shared by enough different values.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        if values.len() < 2 {
            return Self::Unknown;
        }
        let (unit, count) = (f64::EPSILON * largest, values.len() as f64);
        for decimals in 0..=MOST_DECIMALS {
            let per_unit = 10_f64.powi(decimals);
            let step = per_unit.recip();
            if step < 2.0 * unit {
                break;
            }
            let room = if step >= TELLING * unit { COMPUTED * unit } else { 0.0 };
            if values.iter().all(|&value| is_multiple(value, per_unit, room)) {
                // Of numbers between multiples so near to each other, this share lies on one.
                let share: f64 = (2.0 * room + unit) / step;
                let convincing = share.min(1.0).powf(count) < BY_ACCIDENT;
                return if convincing { Self::Of(coarsest(&values, decimals, per_unit)) } else { Self::Unknown };
            }
        }
        Self::Continuous
    }

    /// The step in which a single value of such a column was measured, and whether that is coarser than the column shows.
    ///
    /// A value that is no multiple of the column's step was measured in finer ones. One whose digits end a thousand times
    /// earlier, as 4.3 in a column with 16 digits, was measured in coarser ones. Zeros before the decimal point are digits,
    /// and 0 itself tells nothing.
    pub(crate) fn of_value(self, value: f64) -> (f64, bool) {
        let shown = shown_step(value);
        match (self, shown) {
            (Self::Unknown, _) | (Self::Continuous, None) => (0.0, false),
            (Self::Continuous, Some(shown)) => (shown, true),
            (Self::Of(step), Some(shown)) if shown >= COARSER * step => (shown, true),
            (Self::Of(step), _) if is_near_multiple(value, step) => (step, false),
            (Self::Of(step), shown) => (shown.map_or(0.0, |shown| shown.min(step)), false),
        }
    }
}

/// Whether a value is a multiple of 1/per_unit, give or take `room`.
fn is_multiple(value: f64, per_unit: f64, room: f64) -> bool {
    let multiple = (value * per_unit).round();
    // The quotient of exact numbers is the nearest number to the decimal one, which is what reading it gave.
    multiple.abs() < LARGEST_EXACT && (multiple / per_unit - value).abs() <= room
}

fn is_near_multiple(value: f64, step: f64) -> bool {
    let multiple = (value / step).round() * step;
    (multiple - value).abs() <= COMPUTED * f64::EPSILON * value.abs()
}

/// The coarsest step, where 10^−decimals is known to be one and the next power of 10 not, unless they are integers.
fn coarsest(values: &[f64], decimals: i32, per_unit: f64) -> f64 {
    let multiples: Vec<f64> = values.iter().map(|value| (value * per_unit).round()).collect();
    let holds = |step: f64, factor: f64| {
        factor.powf(-(values.len() as f64)) < BY_ACCIDENT && multiples.iter().all(|multiple| multiple % step == 0.0)
    };
    let mut step = 1.0;
    while decimals == 0 && step < LARGEST_EXACT && holds(10.0 * step, 10.0) {
        step *= 10.0;
    }
    for factor in [5.0, 2.0] {
        if holds(factor * step, factor) {
            return factor * step / per_unit;
        }
    }
    step / per_unit
}

/// The place of a value's last decimal, at most 1, but for rounding of floating-point numbers; nothing for 0 and for values with
/// too many digits to have been rounded.
fn shown_step(value: f64) -> Option<f64> {
    if value == 0.0 || !value.is_finite() {
        return None;
    }
    let unit = f64::EPSILON * value.abs();
    let powers = (0..=MOST_DECIMALS).map(|decimals| 10_f64.powi(decimals));
    let mut few = powers.take_while(|per_unit| per_unit.recip() >= FEW_DIGITS * value.abs());
    few.find(|&per_unit| is_multiple(value, per_unit, COMPUTED * unit)).map(f64::recip)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Step {
        Step::of(values.into_iter())
    }

    /// Numbers between 0 and 1 with all their digits.
    fn uniform() -> impl Iterator<Item = f64> {
        (1..300).map(|row| (f64::from(row) * 0.754_877_666_246_692_8).fract())
    }

    fn rounded(step: f64, scale: f64) -> Step {
        let per_unit = step.recip().round();
        of(uniform().map(|value| (value * scale * per_unit).round() / per_unit))
    }

    #[test]
    fn decimals_are_found_in_any_unit_and_numbers_with_all_digits_have_none() {
        for decimals in 0..8 {
            let step = 10_f64.powi(-decimals);
            assert_eq!(rounded(step, 1e3 * step), Step::Of(step), "{decimals}");
            assert_eq!(rounded(step, 1e6 * step), Step::Of(step), "{decimals}");
        }
        assert_eq!(of(uniform()), Step::Continuous);
        assert_eq!(of(uniform().map(|value| 1e6 * value)), Step::Continuous);
        assert_eq!(of(uniform().map(|value| 1e-9 * value)), Step::Continuous);
        // One number with all digits among cents.
        assert_eq!(of((0..50).map(|row| f64::from(row) / 100.0).chain([0.1_f64.sqrt()])), Step::Continuous);
    }

    #[test]
    fn sums_of_cents_and_changed_units_are_still_on_their_steps() {
        let cents = || uniform().map(|value| (value * 1e5).round() / 100.0);
        assert_eq!(of(cents().zip(cents().skip(7)).map(|(a, b)| a + b + 0.1)), Step::Of(0.01));
        assert_eq!(of((0..200).map(|row| f64::from(row * 37) * 1e-3)), Step::Of(1e-3));
    }

    #[test]
    fn steps_of_two_five_and_tens_need_enough_different_values() {
        assert_eq!(of((0..40).map(|row| f64::from(row) * 0.05)), Step::Of(0.05));
        assert_eq!(of((0..40).map(|row| f64::from(row) * 0.02)), Step::Of(0.02));
        assert_eq!(of((0..40).map(|row| f64::from(row) * 1e3)), Step::Of(1e3));
        assert_eq!(of([10.0, 20.0, 30.0]), Step::Of(1.0));
        assert_eq!(of([0.02, 0.04, 0.08]), Step::Of(0.01));
    }

    #[test]
    fn integers_of_sixteen_digits_are_integers_and_decimals_without_digits_are_not_steps() {
        let start = 1_700_000_000_000_000.0;
        assert_eq!(of((0..300).map(|row| start + f64::from(row * 3331))), Step::Of(1.0));
        // A quarter is all that is left after the decimal point.
        assert_eq!(of(uniform().map(|value| start + 100.0 * value)), Step::Continuous);
    }

    #[test]
    fn too_few_values_tell_nothing() {
        assert_eq!(of([0.19; 50]), Step::Unknown);
        assert_eq!(of([f64::NAN, 3.5]), Step::Unknown);
        assert_eq!(of([]), Step::Unknown);
        assert_eq!(of([0.0, 1.0, 0.0]), Step::Of(1.0));
    }

    #[test]
    fn a_value_is_as_coarse_as_its_digits_or_its_column() {
        assert_eq!(Step::Continuous.of_value(4.3), (0.1, true));
        assert_eq!(Step::Continuous.of_value(340.0), (1.0, true));
        assert_eq!(Step::Continuous.of_value(958.3217000000001), (1e-4, true), "computed");
        assert_eq!(Step::Continuous.of_value(0.1_f64.sqrt()), (0.0, false));
        assert_eq!(Step::Continuous.of_value(0.0), (0.0, false));
        assert_eq!(Step::Of(0.01).of_value(12.5), (0.01, false), "a value in ten ends so");
        assert_eq!(Step::Of(1e-6).of_value(0.35), (0.01, true));
        assert_eq!(Step::Of(0.01).of_value(12.3456), (1e-4, false), "measured more finely");
        assert_eq!(Step::Of(1.0).of_value(4000.0), (1.0, false), "zeros before the point are digits");
        assert_eq!(Step::Unknown.of_value(0.19), (0.0, false));
    }
}
