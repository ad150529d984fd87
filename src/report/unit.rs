//! The unit of a figure, and the figure as people say it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};
use crate::tables::unit_named;
use crate::wording::{fixed, is_invisible, significant};

/// From so many of a unit on the next larger one is shorter to say.
const STEPS_OF_TIME: [(&str, f64, f64); 7] = [
    ("ns", 1e-9, 1e-6),
    ("µs", 1e-6, 1e-3),
    ("ms", 1e-3, 1.0),
    ("s", 1.0, 120.0),
    ("min", 60.0, 7_200.0),
    ("h", 3_600.0, 172_800.0),
    ("d", 86_400.0, f64::INFINITY),
];
const PREFIXES: [(&str, f64); 5] = [("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)];
/// Longer names are no units.
const LONGEST: usize = 24;

/// What the values of a node are measured in. Times, sizes and rates are said in whichever of their units is short; any other unit is a word
/// behind the figure.
///
/// ```
/// use etiology::report::Unit;
///
/// assert_eq!(Unit::parse("s")?.text(0.0076), "7.6 ms");
/// assert_eq!(Unit::parse("ms")?.text(91_500.0), "91.5 s");
/// assert_eq!(Unit::parse("MiB")?.text(2.0), "2.1 MB");
/// assert_eq!(Unit::parse("req/s")?.text(1250.0), "1250 req/s");
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// So many seconds.
    Time(f64),
    /// So many of a base unit, before whose name stand prefixes for thousands.
    Amount(f64, &'static str),
    Other,
}

impl Unit {
    /// A unit by the name that stands behind a figure: `s`, `ms`, `µs`, `min`, `h`, `B`, `kB`, `MiB`, `MB/s`, `Mbit/s` and their like are
    /// known; any other, such as `req/s`, `%` or `EUR`, is taken as it is. A single `m` is such a word, as it may mean metres.
    ///
    /// # Errors
    /// When the name is empty, longer than 24 characters, begins with a digit, or has blanks, backticks or characters that
    /// cannot be seen in it.
    pub fn parse(name: &str) -> Result<Self> {
        // A backtick would end a name in a sentence.
        let is_strange = |character: char| character == '`' || character.is_whitespace() || is_invisible(character);
        let is_number = name.starts_with(|first: char| first.is_ascii_digit());
        if name.is_empty() || name.chars().count() > LONGEST || is_number || name.contains(is_strange) {
            let requirement = "a name without blanks, such as s, ms, B or req/s";
            return Err(Error::InvalidParameter { name: "the unit", requirement, found: format!("`{name}`") });
        }
        let known = if name == "m" { None } else { unit_named(name) };
        let kind = match known {
            Some(("s", times)) => Kind::Time(times),
            Some((base, times)) => Kind::Amount(times, base),
            None => Kind::Other,
        };
        Ok(Self { name: name.to_owned(), kind })
    }

    /// Seconds, in which traces are.
    pub fn seconds() -> Self {
        Self { name: "s".to_owned(), kind: Kind::Time(1.0) }
    }

    /// What the values are in, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it measures time.
    pub fn is_time(&self) -> bool {
        matches!(self.kind, Kind::Time(_))
    }

    /// Whether 0 of it is nothing, so that a value may be so many times another: not known of degrees, say.
    pub(super) fn counts_from_nothing(&self) -> bool {
        !matches!(self.kind, Kind::Other)
    }

    /// A value in this unit for people, with up to three digits that count: `7.6 ms`.
    pub fn text(&self, value: f64) -> String {
        if !value.is_finite() {
            return format!("{value} {}", self.name);
        }
        match self.kind {
            Kind::Time(times) => time(value * times),
            Kind::Amount(times, base) => amount(value * times, base),
            Kind::Other => format!("{} {}", short(value), self.name),
        }
    }
}

fn time(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    // As it is said: 999.6 ms are 1 s.
    let fits =
        |&&(_, of_base, below): &&(&str, f64, f64)| rounded(seconds / of_base).abs() * of_base < below * (1.0 - 1e-9);
    let (name, of_base, _) = STEPS_OF_TIME.iter().find(fits).unwrap_or(&STEPS_OF_TIME[6]);
    format!("{} {name}", short(seconds / of_base))
}

fn amount(value: f64, base: &str) -> String {
    let fits = |&&(_, of_base): &&(&str, f64)| rounded(value / of_base).abs() < 1e3;
    let (prefix, of_base) = PREFIXES.iter().find(fits).unwrap_or(&PREFIXES[4]);
    format!("{} {prefix}{base}", short(value / of_base))
}

/// To three digits that count.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// With up to three digits that count, more where they stand before the point, and no zeros at the end of decimals.
pub(super) fn short(value: f64) -> String {
    let value = if value.abs() < 1e3 { rounded(value) } else { value };
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&magnitude) {
        return significant(value);
    }
    let digits_before = magnitude.log10().floor() as i32 + 1;
    let text = fixed(value, usize::try_from(3 - digits_before).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_unit_that_is_short() {
        let seconds = Unit::seconds();
        let said = [0.0, 3e-10, 7.6e-3, 0.387, 0.9996, 1.0, 59.99, 119.0, 120.0, 5400.0, 7200.0, 200_000.0, -0.25];
        let expected = [
            "0 s", "0.3 ns", "7.6 ms", "387 ms", "1 s", "1 s", "60 s", "119 s", "2 min", "90 min", "2 h", "2.31 d",
            "-250 ms",
        ];
        assert_eq!(said.map(|value| seconds.text(value)), expected);
        assert_eq!(Unit::parse("ms").unwrap().text(1234.5), "1.23 s");
        assert_eq!(Unit::parse("min").unwrap().text(0.5), "30 s");
    }

    #[test]
    fn amounts_have_prefixes_and_other_units_are_words() {
        let of = |unit: &str, value: f64| Unit::parse(unit).unwrap().text(value);
        assert_eq!(
            [of("B", 0.0), of("B", 512.0), of("kB", 1500.0), of("GB", 5e6)],
            ["0 B", "512 B", "1.5 MB", "5000 TB"]
        );
        assert_eq!([of("MB/s", 0.25), of("Mbps", 40.0)], ["250 kB/s", "40 Mbit/s"]);
        assert_eq!([of("%", 12.345), of("req/s", 123_456.0), of("m", 90.0)], ["12.3 %", "123456 req/s", "90 m"]);
        assert!(!Unit::parse("m").unwrap().is_time() && Unit::parse("h").unwrap().is_time());
        assert_eq!(of("s", f64::NAN), "NaN s");
    }

    #[test]
    fn what_is_no_name_of_a_unit_is_refused() {
        for name in ["", " ", "ms ", "per second", "5", "x\u{7}", "x`", "\u{202e}s", &"x".repeat(25)] {
            assert!(Unit::parse(name).unwrap_err().to_string().contains("without blanks"), "{name}");
        }
    }
}
