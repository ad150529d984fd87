//! Values that exporters write in more than one way: numbers as text, missing ones as null or not at all.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A number, a text, or something that is neither. Never an error, so that one odd field costs one span and no file.
#[derive(Debug, Default)]
pub(super) enum Scalar {
    #[default]
    Absent,
    Integer(i64),
    Text(Box<str>),
    Other,
}

impl Scalar {
    /// The integer, also where it is written as text; OTLP JSON does so with 64-bit numbers.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Absent | Self::Other => None,
        }
    }

    /// The text without blanks around it, if there is any.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Self::Absent | Self::Integer(_) | Self::Other => None,
        }
    }

    /// The identifier, if there is one; one of zeros alone stands for none in all formats.
    pub(super) fn id(&self) -> Option<u128> {
        match self {
            Self::Text(text) => id_of(text.trim()),
            Self::Integer(value) => u128::try_from(*value).ok().filter(|&id| id != 0),
            Self::Absent | Self::Other => None,
        }
    }
}

/// Hexadecimal digits by their value, since exporters differ in leading zeros and case; other text by a hash (FNV-1a).
fn id_of(text: &str) -> Option<u128> {
    if text.is_empty() {
        return None;
    }
    if text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return u128::from_str_radix(text, 16).ok().filter(|&id| id != 0);
    }
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    Some(text.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Other, Scalar::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        // Beyond this neighbouring integers are no longer told apart, nor is the cast safe.
        const EXACT: f64 = 9.0e15;
        Ok(if value.abs() < EXACT { Scalar::Integer(value.round() as i64) } else { Scalar::Other })
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Scalar, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
