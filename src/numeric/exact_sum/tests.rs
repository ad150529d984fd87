//! Sums against integers of 128 bits, against brute force over bits, and against themselves in other orders.

use proptest::prelude::*;

use super::sum::Bins;
use super::*;

fn column(values: &[f64]) -> ExactColumn {
    let mut column = ExactColumn::default();
    column.fill(values.iter().copied());
    column
}

fn sum_of(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    sum.add_values(&column(values), &mut Bins::default());
    sum
}

fn dot_of(a: &[f64], b: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    sum.add_products(&column(a), &column(b), &mut Bins::default());
    sum
}

/// The sum bit by bit: every bit of every product is added to a list of counts by its exponent, and counts are carried at the end.
/// Slow, and shares no line with what it tests.
fn brute_force(a: &[f64], b: &[f64]) -> f64 {
    let mut counts = vec![0_i64; 4600];
    let bits_of = |x: f64| -> (i64, Vec<usize>) {
        let mut bits = Vec::new();
        let mut rest = x.abs();
        for exponent in (-1074..1024).rev() {
            let power = if exponent >= -1022 { 2.0_f64.powi(exponent) } else { f64::from_bits(1 << (exponent + 1074)) };
            if rest >= power {
                rest -= power;
                bits.push((exponent + 1074) as usize);
            }
        }
        (if x < 0.0 { -1 } else { 1 }, bits)
    };
    for (&x, &y) in a.iter().zip(b) {
        let ((sign, bits), (other_sign, other_bits)) = (bits_of(x), bits_of(y));
        for bit in &bits {
            other_bits.iter().for_each(|other| counts[bit + other] += sign * other_sign);
        }
    }
    let carried = |counts: &[i64]| {
        let mut carry = 0;
        let digits: Vec<i64> = counts
            .iter()
            .map(|&count| {
                let all = count + carry;
                carry = all.div_euclid(2);
                all.rem_euclid(2)
            })
            .collect();
        (digits, carry)
    };
    let (mut digits, carry) = carried(&counts);
    let is_negative = carry < 0;
    if is_negative {
        let negated: Vec<i64> = counts.iter().map(|count| -count).collect();
        digits = carried(&negated).0;
    }
    let Some(highest) = digits.iter().rposition(|&digit| digit == 1) else { return 0.0 };
    // The bit 2^-1074 of the result has the place 1074; the last digit kept is at most 53 below the highest.
    let last = highest.saturating_sub(52).max(1074);
    let mut whole = (last..=highest.max(last)).rev().fold(0_u64, |whole, place| 2 * whole + digits[place] as u64);
    let below = &digits[..last];
    let is_half = below.last() == Some(&1);
    let is_more = below[..below.len() - 1].contains(&1);
    whole += u64::from(is_half && (is_more || whole % 2 == 1));
    let mut value = whole as f64;
    for _ in 2148..last {
        value *= 2.0;
    }
    // Exact, as the last digit kept is at least 2^-1074.
    for _ in last..2148 {
        value /= 2.0;
    }
    if is_negative { -value } else { value }
}

#[test]
fn what_rounding_loses_is_kept() {
    assert_eq!(sum_of(&[1e308, 1.0, -1e308, 1e-300]).number().to_f64(0), 1.0);
    assert_eq!(sum_of(&[1e300, 1e-320, -1e300]).number().to_f64(0), 1e-320);
    assert_eq!(sum_of(&[]).number().to_f64(0), 0.0);
    assert_eq!(sum_of(&[0.0, -0.0]), ExactSum::default());
    assert_eq!(dot_of(&[1e200, 1.0, 1e200], &[1e200, 3.0, -1e200]).number().to_f64(0), 3.0);
    // 2^-1074 squared is far below every number, but not lost.
    let least = f64::from_bits(1);
    assert_eq!(dot_of(&[least], &[least]).number().to_f64(2 * 1074), 1.0);
}

#[test]
fn only_a_sum_beyond_all_numbers_is_infinite() {
    assert_eq!(sum_of(&[f64::MAX, f64::MAX]).number().to_f64(0), f64::INFINITY);
    assert_eq!(sum_of(&[-f64::MAX, -f64::MAX]).number().to_f64(0), f64::NEG_INFINITY);
    assert_eq!(sum_of(&[f64::MAX, f64::MAX, -f64::MAX]).number().to_f64(0), f64::MAX);
    assert_eq!(sum_of(&[f64::MAX, f64::MAX]).number().to_f64(-1), f64::MAX);
    // Half a unit of the last digit rounds to even, which is beyond; a little less does not.
    let half = 2.0_f64.powi(970);
    assert_eq!(sum_of(&[f64::MAX, half]).number().to_f64(0), f64::INFINITY);
    assert_eq!(sum_of(&[f64::MAX, half, -1.0]).number().to_f64(0), f64::MAX);
}

#[test]
fn halves_round_to_even() {
    let unit = 2.0_f64.powi(-52);
    assert_eq!(sum_of(&[1.0, unit / 2.0]).number().to_f64(0), 1.0);
    assert_eq!(sum_of(&[1.0 + unit, unit / 2.0]).number().to_f64(0), 1.0 + 2.0 * unit);
    assert_eq!(sum_of(&[1.0, unit / 2.0, f64::from_bits(1)]).number().to_f64(0), 1.0 + unit);
    // Below the smallest number: a half is 0, more than a half is that number.
    let least = f64::from_bits(1);
    assert_eq!(dot_of(&[least], &[0.5]).number().to_f64(0), 0.0);
    assert_eq!(dot_of(&[least, least], &[0.5, 1e-300]).number().to_f64(0), least);
    assert_eq!(dot_of(&[3.0 * least], &[0.5]).number().to_f64(0), 2.0 * least);
}

#[test]
fn a_column_longer_than_a_bin_holds_is_added_in_parts() {
    // Whole numbers of 53 bits, of one exponent: 2^22 squares have 128 bits.
    let count = 1 << 22;
    let value = f64::from_bits(1.0_f64.to_bits() | ((1 << 52) - 1));
    let column = column(&vec![value; count]);
    let mut sum = ExactSum::default();
    sum.add_products(&column, &column, &mut Bins::default());
    let square = dot_of(&[value], &[value]).number();
    assert_eq!(sum.number(), square.times(&BinaryNumber::of_count(count as u64)));
}

#[test]
fn saved_sums_have_no_empty_limbs_and_others_are_refused() {
    let sum = sum_of(&[1.5, -7.25e-3]);
    let bytes = postcard::to_stdvec(&sum).unwrap();
    assert!(bytes.len() <= 24, "{} bytes", bytes.len());
    assert_eq!(postcard::from_bytes::<ExactSum>(&bytes).unwrap(), sum);
    assert_eq!(serde_json::to_string(&ExactSum::default()).unwrap(), r#"{"is_negative":false,"first":0,"limbs":[]}"#);
    for bad in
        ["true,\"first\":0,\"limbs\":[]", "false,\"first\":3,\"limbs\":[0,1]", "false,\"first\":67,\"limbs\":[1]"]
    {
        assert!(serde_json::from_str::<ExactSum>(&format!("{{\"is_negative\":{bad}}}")).is_err(), "{bad}");
    }
}

#[test]
fn numbers_of_any_length_are_multiplied_and_subtracted() {
    // 10 · 7 − 3 · 9 over powers of two.
    let number = |value: f64| sum_of(&[value]).number();
    let found = number(10.0 * 2.0_f64.powi(500)).times(&number(7.0 * 2.0_f64.powi(-900)));
    let other = number(3.0 * 2.0_f64.powi(-600)).times(&number(9.0 * 2.0_f64.powi(200)));
    assert_eq!(found.minus(&other).to_f64(400), 43.0);
    assert_eq!(other.minus(&found).to_f64(400), -43.0);
    assert!(found.minus(&found).is_zero());
    let third = number(1.0).minus(&number(1.0 / 3.0)).to_double_double(0);
    assert_eq!((third - crate::numeric::double_double::DoubleDouble::from(1.0)).to_f64(), -1.0 / 3.0);
}

/// Any finite number, of all sizes alike.
fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite())
}

/// Numbers that cancel.
fn near() -> impl Strategy<Value = f64> {
    (-1000_i32..1000, -3_i32..3).prop_map(|(whole, exponent)| f64::from(whole) * 0.1 * 10.0_f64.powi(exponent))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_of_products_are_those_of_brute_force(pairs in prop::collection::vec((prop_oneof![finite(), near()], prop_oneof![finite(), near()]), 0..8)) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        // A negative sum that is nearest to 0 is -0, which brute force is at other times.
        let plain = |sum: f64| (sum + 0.0).to_bits();
        prop_assert_eq!(plain(dot_of(&a, &b).number().to_f64(0)), plain(brute_force(&a, &b)));
        let ones = vec![1.0; a.len()];
        prop_assert_eq!(dot_of(&a, &ones), sum_of(&a));
    }

    #[test]
    fn whole_numbers_are_those_of_long_integers(pairs in prop::collection::vec((-1_i64 << 53..1 << 53, -1_i64 << 53..1 << 53), 0..50)) {
        let truth: i128 = pairs.iter().map(|&(a, b)| i128::from(a) * i128::from(b)).sum();
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().map(|(a, b)| (a as f64, b as f64)).unzip();
        prop_assert_eq!(dot_of(&a, &b).number().to_f64(0), truth as f64);
    }

    #[test]
    fn no_order_and_no_split_changes_a_bit(
        pairs in prop::collection::vec((prop_oneof![finite(), near()], prop_oneof![finite(), near()]), 1..40),
        keys in prop::collection::vec(any::<u32>(), 40),
        cuts in prop::collection::vec(0_usize..40, 0..4),
    ) {
        let whole = { let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip(); dot_of(&a, &b) };
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|&row| keys[row]);
        let mut ends: Vec<usize> = cuts.into_iter().filter(|&cut| cut < pairs.len()).chain([pairs.len()]).collect();
        ends.sort_unstable();
        let (mut parts, mut start) = (Vec::new(), 0);
        for end in ends {
            let (a, b): (Vec<f64>, Vec<f64>) = order[start..end].iter().map(|&row| pairs[row]).unzip();
            let saved = postcard::to_stdvec(&dot_of(&a, &b)).unwrap();
            parts.push(postcard::from_bytes::<ExactSum>(&saved).unwrap());
            start = end;
        }
        let mut merged = ExactSum::default();
        parts.iter().rev().for_each(|part| merged.merge(part));
        prop_assert_eq!(merged, whole);
    }
}
