//! What one cell may mean.

use super::numeral::{Decimal, Numeral};
use super::unit::{Dimension, Unit};
use super::words;

/// A cell, as far as it can be told by itself.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tables) enum Token<'c> {
    Missing,
    Truth(bool),
    /// A number, with its unit if it has one.
    Quantity {
        numeral: Numeral,
        unit: Option<&'c str>,
    },
    /// Several numbers with units of time, such as `1m30s`, in seconds.
    Duration(f64),
    Infinity(f64),
    Text,
}

/// The longest unit that nobody knows.
const LONGEST_UNIT: usize = 16;
/// What may begin such a unit, beside letters.
const SIGNS: [char; 8] = ['%', '‰', '°', '€', '$', '£', '¥', '₹'];
/// Which of them may also stand before a number.
const CURRENCIES: [char; 5] = ['€', '$', '£', '¥', '₹'];

impl<'c> Token<'c> {
    /// What a cell without white space around it means.
    pub(in crate::tables) fn of(cell: &'c str) -> Self {
        if words::is_missing(cell) {
            return Self::Missing;
        }
        if let Some(truth) = words::truth(cell) {
            return Self::Truth(truth);
        }
        if let Some(value) = cell.parse().ok().filter(|value: &f64| value.is_infinite() && !starts_with_digit(cell)) {
            return Self::Infinity(value);
        }
        match cell.strip_prefix(CURRENCIES) {
            Some(amount) => match Numeral::at_start(amount.trim_start()) {
                Some((numeral, "")) => Self::Quantity { numeral, unit: Some(&cell[..cell.len() - amount.len()]) },
                _ => Self::Text,
            },
            None => Self::of_number_first(cell),
        }
    }

    fn of_number_first(cell: &'c str) -> Self {
        let Some((numeral, rest)) = Numeral::at_start(cell) else { return Self::Text };
        let unit = rest.trim_start();
        if unit.is_empty() {
            return Self::Quantity { numeral, unit: None };
        }
        let known = Unit::named(unit).is_some();
        let is_apart = unit.len() < rest.len();
        if known || is_unit_of_its_own(unit, is_apart) {
            return Self::Quantity { numeral, unit: Some(unit) };
        }
        duration(cell).map_or(Self::Text, Self::Duration)
    }
}

fn starts_with_digit(cell: &str) -> bool {
    cell.trim_start_matches(['+', '-', '.']).starts_with(|first: char| first.is_ascii_digit())
}

/// Whether this may be a unit though nobody knows it: a sign of one, or a word apart from the number.
fn is_unit_of_its_own(unit: &str, is_apart: bool) -> bool {
    let mut signs = unit.chars();
    let first = signs.next().is_some_and(|sign| SIGNS.contains(&sign) || (is_apart && sign.is_alphabetic()));
    let rest =
        signs.all(|sign| !sign.is_numeric() && !sign.is_whitespace() && !matches!(sign, ',' | ';' | ':' | '"' | '='));
    first && rest && unit.chars().count() <= LONGEST_UNIT
}

/// The seconds of something like `1h2m3.5s`, from the largest unit to the smallest.
fn duration(cell: &str) -> Option<f64> {
    let (mut rest, mut seconds, mut last) = (cell, 0.0, None::<Unit>);
    while !rest.is_empty() {
        let (numeral, after) = Numeral::at_start(rest)?;
        let after = after.trim_start();
        let length = after.find(|sign: char| !sign.is_alphabetic()).unwrap_or(after.len());
        let unit = Unit::named(&after[..length]).filter(|unit| unit.dimension == Dimension::Time)?;
        if last.is_some_and(|last| !last.exceeds(unit)) || (last.is_some() && rest.starts_with(['-', '+', '−'])) {
            return None;
        }
        seconds += unit.to_base(numeral.value(Decimal::Point)?.abs());
        last = Some(unit);
        rest = after[length..].trim_start();
    }
    Some(if cell.starts_with(['-', '−']) { -seconds } else { seconds })
}

/// A number as all programs write and read it, and whether it has a decimal point. Nothing where it may mean something else in
/// some country, or is none.
pub(in crate::tables) fn plain(cell: &str) -> Option<(f64, bool)> {
    let bytes = cell.as_bytes();
    let unsigned = bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix(b"+")).unwrap_or(bytes);
    if !unsigned.first().is_some_and(|first| first.is_ascii_digit() || *first == b'.') {
        return None;
    }
    let value: f64 = cell.parse().ok()?;
    let point = unsigned.iter().position(|&byte| byte == b'.');
    if let Some(point) = point
        && (1..=3).contains(&point)
        && unsigned.len() == point + 4
        && unsigned[0] != b'0'
        && unsigned[point + 1..].iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    Some((value, point.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::cells::Separators;

    fn quantity(cell: &str) -> Option<(f64, Option<&str>)> {
        match Token::of(cell) {
            Token::Quantity { numeral, unit } => {
                let decimal = if matches!(numeral.separators, Separators::Say(Decimal::Comma)) {
                    Decimal::Comma
                } else {
                    Decimal::Point
                };
                Some((numeral.value(decimal)?, unit))
            }
            _ => None,
        }
    }

    #[test]
    fn numbers_may_have_units_on_either_side() {
        for (cell, value, unit) in [
            ("20.4 ms", 20.4, Some("ms")),
            ("20.4ms", 20.4, Some("ms")),
            ("1,5\u{a0}%", 1.5, Some("%")),
            ("12%", 12.0, Some("%")),
            ("$1,234.50", 1234.5, Some("$")),
            ("€ 12", 12.0, Some("€")),
            ("3 req/s", 3.0, Some("req/s")),
            ("1,234.5", 1234.5, None),
            ("1 234,5 ms", 1234.5, Some("ms")),
        ] {
            assert_eq!(quantity(cell), Some((value, unit)), "{cell}");
        }
    }

    #[test]
    fn text_that_begins_with_a_number_is_text() {
        for cell in [
            "2026-01-31",
            "31.01.2026 12:00",
            "12:30:05",
            "5xx",
            "1st",
            "10.0.0.1",
            "3 of 4",
            "0x1F",
            "1.2.3-rc1",
            "late",
            "v2",
            "12 ms, late",
            "1/2",
            "3 4",
            "a 5",
        ] {
            assert_eq!(Token::of(cell), Token::Text, "{cell}");
        }
    }

    #[test]
    fn words_and_durations_are_told_from_text() {
        for cell in ["N/A", "None", "#N/A", "-", "NULL", "nan", "\\N", "<NA>", "#DIV/0!", ""] {
            assert_eq!(Token::of(cell), Token::Missing, "{cell}");
        }
        assert_eq!((Token::of("True"), Token::of("FALSCH")), (Token::Truth(true), Token::Truth(false)));
        assert_eq!(
            (Token::of("Inf"), Token::of("-inf")),
            (Token::Infinity(f64::INFINITY), Token::Infinity(-f64::INFINITY))
        );
        assert_eq!((Token::of("1m30s"), Token::of("1h 2m 3.5s")), (Token::Duration(90.0), Token::Duration(3723.5)));
        for cell in ["30s1m", "1m-30s", "1m30", "1s2s"] {
            assert_eq!(Token::of(cell), Token::Text, "{cell}");
        }
    }

    #[test]
    fn plain_numbers_are_those_that_nobody_reads_otherwise() {
        for cell in ["1", "-2.5", "+4", ".5", "1.", "1e3", "1.2345", "0.123", "1234.567", "-0", "1e999", "1.5e3"] {
            assert_eq!(plain(cell), Some((cell.parse().unwrap(), cell.contains('.'))), "{cell}");
        }
        for cell in ["1.234", "-12.345", "1,5", "nan", "inf", "", "1 2", "ms"] {
            assert_eq!(plain(cell), None, "{cell}");
        }
    }
}
