//! Numbers with commas, points, spaces and apostrophes in them.

use serde::{Deserialize, Serialize};

/// What separates a number's whole part from the rest. The other of the two may group thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::tables) enum Decimal {
    Point,
    Comma,
}

/// What the separators of one number say of the decimal sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tables) enum Separators {
    /// Nothing: there are none, or only spaces and apostrophes.
    Silent,
    /// It can only be this one: `0.5`, `1,234.5` and `1,234,567` have a decimal point.
    Say(Decimal),
    /// A single comma with a group of three digits on each side: `1,234`.
    OneComma,
    /// A single point with a group of three digits on each side: `1.234`, which most programs mean as they say it.
    OnePoint,
}

/// The digits of a number and its separators, without its unit.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tables) struct Numeral {
    /// Sign, digits, points and commas; spaces and apostrophes between groups are gone.
    digits: String,
    /// With its `e`, or empty.
    exponent: String,
    pub(in crate::tables) separators: Separators,
    /// Whether anything groups thousands, whatever the decimal sign.
    spaced: bool,
}

impl Numeral {
    /// The number at the start of a text, and what comes after it; nothing if there is none, or one whose separators make no
    /// sense.
    pub(super) fn at_start(text: &str) -> Option<(Self, &str)> {
        let (negative, unsigned) = sign(text);
        let (groups, rest) = body(unsigned);
        let spaced = groups.contains(|sign: char| !is_plain(sign));
        if spaced && !spaces_group_thousands(&groups) {
            return None;
        }
        let mut digits: String = groups.chars().filter(|&sign| is_plain(sign)).collect();
        if !digits.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (exponent, rest) = exponent(rest);
        let separators = separators(&digits, spaced || !exponent.is_empty())?;
        if negative {
            digits.insert(0, '-');
        }
        Some((Self { digits, exponent: exponent.to_owned(), separators, spaced }, rest))
    }

    /// The number with this decimal sign; nothing where it cannot be one.
    pub(in crate::tables) fn value(&self, decimal: Decimal) -> Option<f64> {
        match (self.separators, decimal) {
            (Separators::Say(said), decimal) if said != decimal => return None,
            _ => {}
        }
        let (point, grouping) = match decimal {
            Decimal::Point => ('.', ','),
            Decimal::Comma => (',', '.'),
        };
        let written = self.digits.chars().filter(|&sign| sign != grouping);
        let mut written: String = written.map(|sign| if sign == point { '.' } else { sign }).collect();
        written.push_str(&self.exponent);
        written.parse().ok()
    }

    pub(in crate::tables) fn has_comma(&self) -> bool {
        self.digits.contains(',')
    }

    /// Whether it is 0 in every unit.
    pub(in crate::tables) fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| !matches!(digit, b'1'..=b'9'))
    }

    /// Whether thousands are grouped, if this is the decimal sign.
    pub(in crate::tables) fn is_grouped(&self, decimal: Decimal) -> bool {
        let grouping = if decimal == Decimal::Point { ',' } else { '.' };
        self.spaced || self.digits.contains(grouping)
    }
}

/// The sign of a number, also as typesetters write it, and what follows.
fn sign(text: &str) -> (bool, &str) {
    let negative = text.strip_prefix(['-', '−']);
    match negative {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn is_plain(sign: char) -> bool {
    sign.is_ascii_digit() || sign == '.' || sign == ','
}

/// What groups thousands in French, Swiss and Swedish numbers: spaces of several kinds, and apostrophes.
fn is_space_or_apostrophe(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

/// Digits and separators: a space or an apostrophe only before three digits that no fourth follows.
fn body(text: &str) -> (String, &str) {
    let mut end = 0;
    for (place, sign) in text.char_indices() {
        let group = || {
            let after = &text.as_bytes()[place + sign.len_utf8()..];
            after.len() >= 3
                && after[..3].iter().all(u8::is_ascii_digit)
                && !after.get(3).is_some_and(u8::is_ascii_digit)
        };
        if !(is_plain(sign) || (place > 0 && is_space_or_apostrophe(sign) && group())) {
            break;
        }
        end = place + sign.len_utf8();
    }
    (text[..end].to_owned(), &text[end..])
}

/// Whether the whole part is one to three digits and then groups of three, each after the same sign.
fn spaces_group_thousands(groups: &str) -> bool {
    let whole = groups.split(['.', ',']).next().unwrap_or_default();
    let used = whole.chars().find(|&sign| is_space_or_apostrophe(sign));
    let Some(used) = used else { return false };
    is_grouped_by(whole, used) && !groups[whole.len()..].contains(is_space_or_apostrophe)
}

/// Whether groups of three digits, after a first of one to three, are separated by this sign; or of two, as in India, but for the
/// last.
fn is_grouped_by(whole: &str, separator: char) -> bool {
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let are_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let all = |length: usize| middle.iter().all(|group| group.len() == length);
    are_digits(first)
        && rest.iter().all(|group| are_digits(group))
        && last.len() == 3
        && ((all(3) && (1..=3).contains(&first.len())) || (all(2) && (1..=2).contains(&first.len())))
        && !first.starts_with('0')
}

/// An exponent with its `e`, and what follows.
fn exponent(text: &str) -> (&str, &str) {
    let Some(after) = text.strip_prefix(['e', 'E']) else { return ("", text) };
    let unsigned = after.strip_prefix(['+', '-']).unwrap_or(after);
    let count = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return ("", text);
    }
    text.split_at(text.len() - unsigned.len() + count)
}

/// What the separators say; nothing if they contradict each other. Where something else says that a single separator does
/// not group thousands, it is the decimal sign.
fn separators(digits: &str, single_is_decimal: bool) -> Option<Separators> {
    let count = |sign: char| digits.matches(sign).count();
    let (points, commas) = (count('.'), count(','));
    let grouped = |separator: char, decimal: char| {
        let whole = digits.split(decimal).next().unwrap_or_default();
        is_grouped_by(whole, separator) && !digits[whole.len()..].contains(separator)
    };
    match (points, commas) {
        (0, 0) => Some(Separators::Silent),
        (0, 1) if grouped(',', '.') && !single_is_decimal => Some(Separators::OneComma),
        (1, 0) if grouped('.', ',') && !single_is_decimal => Some(Separators::OnePoint),
        (0, 1) => Some(Separators::Say(Decimal::Comma)),
        (1, 0) => Some(Separators::Say(Decimal::Point)),
        (0 | 1, _) if grouped(',', '.') => Some(Separators::Say(Decimal::Point)),
        (_, 0 | 1) if grouped('.', ',') => Some(Separators::Say(Decimal::Comma)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Separators, Option<f64>, Option<f64>, &str)> {
        let (numeral, rest) = Numeral::at_start(text)?;
        Some((numeral.separators, numeral.value(Decimal::Point), numeral.value(Decimal::Comma), rest))
    }

    #[test]
    fn separators_say_what_they_can() {
        let (point, comma) = (Separators::Say(Decimal::Point), Separators::Say(Decimal::Comma));
        for (text, said, as_point, as_comma) in [
            ("12", Separators::Silent, Some(12.0), Some(12.0)),
            ("0.5", point, Some(0.5), None),
            ("0,5", comma, None, Some(0.5)),
            (",5", comma, None, Some(0.5)),
            ("5,", comma, None, Some(5.0)),
            ("0,123", comma, None, Some(0.123)),
            ("-1234,567", comma, None, Some(-1234.567)),
            ("1,234", Separators::OneComma, Some(1234.0), Some(1.234)),
            ("1.234", Separators::OnePoint, Some(1.234), Some(1234.0)),
            ("−12.345", Separators::OnePoint, Some(-12.345), Some(-12345.0)),
            ("1,234.5", point, Some(1234.5), None),
            ("1.234,5", comma, None, Some(1234.5)),
            ("1,234,567", point, Some(1_234_567.0), None),
            ("1.234.567", comma, None, Some(1_234_567.0)),
            ("12,34,567.8", point, Some(1_234_567.8), None),
            ("1,5E+03", comma, None, Some(1500.0)),
            ("1,234E-1", comma, None, Some(0.1234)),
            ("1 234,5", comma, None, Some(1234.5)),
            ("1\u{202f}234\u{202f}567", Separators::Silent, Some(1_234_567.0), Some(1_234_567.0)),
            ("1’234.567", point, Some(1234.567), None),
        ] {
            assert_eq!(read(text), Some((said, as_point, as_comma, "")), "{text}");
        }
    }

    #[test]
    fn what_follows_is_left_and_what_is_no_number_is_none() {
        for (text, rest) in [("12 ms", " ms"), ("3 2024", " 2024"), ("1e3x", "x"), ("5e", "e"), ("1 234 567 s", " s")] {
            assert_eq!(read(text).map(|found| found.3), Some(rest), "{text}");
        }
        for text in ["", "-", ".", ",", "1.2.3", "1,2,3", "1.2,3.4", "31.01.2026", "ms", "e5", "0,123,456", "10 1 234"]
        {
            assert!(read(text).is_none_or(|found| !found.3.is_empty()), "{text}");
        }
    }
}
