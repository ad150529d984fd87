//! Units behind a number or in a header, and what they are in one of their kind.

use serde::{Deserialize, Serialize};

use super::trim::trimmed;

/// What a unit measures. Columns are converted to its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::tables) enum Dimension {
    Time,
    Bytes,
    ByteRate,
    BitRate,
    /// `1.2 K` and `3 Mil` of anything, as dashboards shorten numbers.
    Count,
}

impl Dimension {
    /// The unit that columns of this kind are converted to.
    pub(in crate::tables) fn base(self) -> &'static str {
        match self {
            Self::Time => "s",
            Self::Bytes => "B",
            Self::ByteRate => "B/s",
            Self::BitRate => "bit/s",
            Self::Count => "1",
        }
    }
}

/// A unit that can be converted: so many of the base unit, and then by how many places the decimal sign moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tables) struct Unit {
    pub(in crate::tables) dimension: Dimension,
    times: f64,
    places: i32,
}

impl Unit {
    /// A value in the base unit. Its decimals are moved as digits, since 20.4 divided by 1000 is not the number nearest to 0.0204,
    /// and digits say how finely something was measured.
    pub(in crate::tables) fn to_base(self, value: f64) -> f64 {
        let value = value * self.times;
        if self.places == 0 || !value.is_finite() {
            return value;
        }
        format!("{value}e{}", self.places).parse().unwrap_or(value * 10_f64.powi(self.places))
    }

    /// Which of two units of a kind is larger.
    pub(super) fn exceeds(self, other: Self) -> bool {
        self.to_base(1.0) > other.to_base(1.0)
    }

    /// The unit of this name behind a number.
    pub(in crate::tables) fn named(name: &str) -> Option<Self> {
        if let Some(amount) = name.strip_suffix("/s").or_else(|| name.strip_suffix("/sec")) {
            let bytes = Self::named(amount.trim_end()).filter(|unit| unit.dimension == Dimension::Bytes);
            return bytes.map(|unit| Self { dimension: Dimension::ByteRate, ..unit }).or_else(|| bit_rate(name));
        }
        time(name).or_else(|| bytes(name)).or_else(|| bit_rate(name)).or_else(|| count(name))
    }
}

/// The base unit of the one of this name, and how many of it that is; nothing for what is no unit of time, size or rate.
pub(crate) fn unit_named(name: &str) -> Option<(&'static str, f64)> {
    let unit = Unit::named(name).filter(|unit| unit.dimension != Dimension::Count)?;
    Some((unit.dimension.base(), unit.to_base(1.0)))
}

fn unit(dimension: Dimension, times: f64, places: i32) -> Option<Unit> {
    Some(Unit { dimension, times, places })
}

fn time(name: &str) -> Option<Unit> {
    let word = if name.chars().count() > 1 { name.to_lowercase() } else { name.to_owned() };
    let (times, places) = match word.as_str() {
        "ns" | "nsec" | "nanos" | "nanosecond" | "nanoseconds" => (1.0, -9),
        "us" | "µs" | "μs" | "usec" | "micros" | "microsecond" | "microseconds" => (1.0, -6),
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => (1.0, -3),
        "s" | "sec" | "secs" | "second" | "seconds" | "sek" => (1.0, 0),
        "m" | "min" | "mins" | "minute" | "minutes" => (60.0, 0),
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" => (3_600.0, 0),
        "d" | "day" | "days" => (86_400.0, 0),
        _ => return None,
    };
    unit(Dimension::Time, times, places)
}

fn bytes(name: &str) -> Option<Unit> {
    if matches!(name, "B" | "byte" | "bytes" | "Byte" | "Bytes") {
        return unit(Dimension::Bytes, 1.0, 0);
    }
    let name = name.to_lowercase();
    let power =
        |prefix: &str| ["k", "m", "g", "t", "p"].iter().position(|&known| known == prefix).map(|at| at as i32 + 1);
    match (name.strip_suffix("ib"), name.strip_suffix('b')) {
        (Some(prefix), _) => unit(Dimension::Bytes, 1024_f64.powi(power(prefix)?), 0),
        (None, Some(prefix)) => unit(Dimension::Bytes, 1.0, 3 * power(prefix)?),
        (None, None) => None,
    }
}

fn bit_rate(name: &str) -> Option<Unit> {
    let prefix = name.strip_suffix("bps").or_else(|| name.strip_suffix("bit/s"))?;
    let power = ["", "k", "m", "g", "t"].iter().position(|&known| known == prefix.to_lowercase())?;
    unit(Dimension::BitRate, 1.0, 3 * power as i32)
}

fn count(name: &str) -> Option<Unit> {
    let places = match name {
        "K" | "k" | "Tsd." | "Tsd" => 3,
        "M" | "Mil" | "Mio" | "Mio." | "Mln" => 6,
        "G" | "Bil" | "Bn" | "Mrd" | "Mrd." => 9,
        "T" | "Tri" => 12,
        _ => return None,
    };
    unit(Dimension::Count, 1.0, places)
}

/// The name without the unit in brackets or parentheses at its end, the unit as it is written, and what it is; nothing if there is
/// none, or none that is known. A single `m` may well be metres, and a letter for a large number is no unit.
pub(in crate::tables) fn unit_in_header(header: &str) -> Option<(&str, &str, Unit)> {
    let (inner, opening) = match header.strip_suffix(']') {
        Some(inner) => (inner, '['),
        None => (header.strip_suffix(')')?, '('),
    };
    let (name, written) = inner.rsplit_once(opening)?;
    let (name, written) = (trimmed(name), trimmed(written));
    let unit = Unit::named(written).filter(|unit| unit.dimension != Dimension::Count && written != "m")?;
    (!name.is_empty()).then_some((name, written, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_by_name_and_converted_to_the_last_digit() {
        for (name, value, dimension, base) in [
            ("ms", 20.4, Dimension::Time, 0.0204),
            ("µs", 7.0, Dimension::Time, 7e-6),
            ("min", 1.5, Dimension::Time, 90.0),
            ("kB", 1.5, Dimension::Bytes, 1500.0),
            ("KiB", 1.5, Dimension::Bytes, 1536.0),
            ("MB/s", 2.0, Dimension::ByteRate, 2e6),
            ("Mbps", 2.0, Dimension::BitRate, 2e6),
            ("K", 1.25, Dimension::Count, 1250.0),
        ] {
            let unit = Unit::named(name).unwrap();
            assert_eq!((unit.dimension, unit.to_base(value)), (dimension, base), "{name}");
        }
        assert_eq!(unit_in_header("db \u{feff}[ms]").map(|(name, ..)| name), Some("db"));
        for unknown in ["", "x", "req/s", "€", "%", "S", "b", "/s", "ms/s"] {
            assert_eq!(Unit::named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_header_may_hold_a_unit_that_is_known() {
        let found = |header| unit_in_header(header).map(|(name, written, _)| (name, written));
        assert_eq!(found("latency [ms]"), Some(("latency", "ms")));
        assert_eq!(found("GET /a (v2) (s)"), Some(("GET /a (v2)", "s")));
        for name in ["latency_ms", "latency", "room (west)", "[ms]", "width [m]", "size (K)", "a]", ")", "f(x)"] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
