//! Numbers for people.

/// A value with four significant digits, in plain notation where that is short.
pub(crate) fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-3..1e6).contains(&magnitude) {
        let digits_before = magnitude.log10().floor() as i32 + 1;
        let decimals = usize::try_from(4 - digits_before).unwrap_or(0);
        format!("{value:.decimals$}")
    } else {
        format!("{value:.3e}")
    }
}

/// A value with so many decimals, and no minus sign before a zero.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.starts_with('-') && !text.contains(|digit| ('1'..='9').contains(&digit)) {
        text[1..].to_owned()
    } else {
        text
    }
}

/// A whole number with its digits in groups of three.
pub(crate) fn grouped(count: f64) -> String {
    let digits = fixed(count, 0);
    let first = usize::from(digits.starts_with('-'));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > first && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A sum in a column of sums: whole from a thousand up, with its digits in groups.
pub(crate) fn sum(value: f64) -> String {
    if (1e3..1e15).contains(&value.abs()) { grouped(value) } else { significant(value) }
}

/// A sum in a sentence, in millions or billions where it is so large, with its unit if that has a name.
pub(crate) fn sum_in_words(value: f64, unit: &str) -> String {
    let magnitude = value.abs();
    let figure = match magnitude {
        _ if (1e6..1e9).contains(&magnitude) => format!("{} million", three_digits(value / 1e6)),
        _ if (1e9..1e15).contains(&magnitude) => format!("{} billion", three_digits(value / 1e9)),
        _ => sum(value),
    };
    if unit.is_empty() { figure } else { format!("{figure} {unit}") }
}

/// A value from 1 up with three significant digits.
fn three_digits(value: f64) -> String {
    match value.abs() {
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A standard error in nats, to three decimals. Only one that is 0 is shown as 0.
pub(crate) fn error_in_nats(std_error: f64) -> String {
    if std_error > 0.0 && std_error < 5e-4 { "<0.001".to_owned() } else { fixed(std_error, 3) }
}

/// A p-value to three decimals. Only one that is 0 is shown as 0.
pub(crate) fn p_value(p: f64) -> String {
    if p > 0.0 && p < 5e-4 { "<0.001".to_owned() } else { fixed(p, 3) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_count_wherever_the_point_is() {
        let shown = [0.0, 1.23, -12.345, 123_456.7, 1.5e-4, 2e9, 0.001].map(significant);
        assert_eq!(shown, ["0", "1.230", "-12.35", "123457", "1.500e-4", "2.000e9", "0.001000"]);
    }

    #[test]
    fn a_small_error_is_not_shown_as_none() {
        assert_eq!([0.0, 1e-9, 5e-4, 0.0123].map(error_in_nats), ["0.000", "<0.001", "0.001", "0.012"]);
    }

    #[test]
    fn large_sums_are_read_at_a_glance() {
        let shown = [0.0, 12.345, -999.99, 1234.5, -3_213_456.7, 1e16].map(sum);
        assert_eq!(shown, ["0", "12.35", "-1000.0", "1 234", "-3 213 457", "1.000e16"]);
        let shown = [12.3, -1_234.5, 3_213_456.0, -99_960_000.0, 7.5e9, 2.5e12].map(|value| sum_in_words(value, "EUR"));
        let expected = [
            "12.30 EUR",
            "-1 234 EUR",
            "3.21 million EUR",
            "-100 million EUR",
            "7.50 billion EUR",
            "2 500 billion EUR",
        ];
        assert_eq!(shown, expected);
        assert_eq!(sum_in_words(5e6, ""), "5.00 million");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!([fixed(-1e-9, 2), fixed(-0.01, 2), fixed(0.0, 3)], ["0.00", "-0.01", "0.000"]);
    }
}
