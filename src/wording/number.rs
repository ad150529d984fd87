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
    fn zero_has_no_sign() {
        assert_eq!([fixed(-1e-9, 2), fixed(-0.01, 2), fixed(0.0, 3)], ["0.00", "-0.01", "0.000"]);
    }
}
