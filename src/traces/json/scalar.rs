//! Values that exporters write in more than one way: numbers as text, missing ones as null or not at all.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::identifier::identifier;

/// Texts up to this length, which identifiers, times and most names are of, need no allocation.
const SHORT: usize = 38;

/// The methods of a visitor for values that are no object: whatever they are, they give this and no error, so that one odd field costs
/// itself alone. With `list` those for lists, too, and with `text` for texts.
macro_rules! passes_over {
    (@text $value:expr) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
    (@list $value:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
    (@scalars $value:expr) => {};
    ($value:expr; $($kind:ident),+) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }

        $(passes_over!(@$kind $value);)+
    };
}
pub(super) use passes_over;

/// A number, a text, or something that is neither. Never an error, so that one odd field costs one span and no file.
#[derive(Debug, Default)]
pub(super) enum Scalar {
    #[default]
    Absent,
    Integer(i64),
    /// Beyond the largest `i64`.
    Large(u64),
    Short([u8; SHORT], u8),
    Long(Box<str>),
    Other,
}

impl Scalar {
    pub(super) fn of_text(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(start) => {
                start.copy_from_slice(text.as_bytes());
                Self::Short(bytes, text.len() as u8)
            }
            None => Self::Long(text.into()),
        }
    }

    fn raw_text(&self) -> Option<&str> {
        match self {
            Self::Short(bytes, length) => std::str::from_utf8(&bytes[..usize::from(*length)]).ok(),
            Self::Long(text) => Some(text),
            Self::Absent | Self::Integer(_) | Self::Large(_) | Self::Other => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The integer, also where it is written as text; OTLP JSON does so with 64-bit numbers.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => self.raw_text()?.trim().parse().ok(),
        }
    }

    /// The text without blanks around it, if there is any.
    pub(super) fn text(&self) -> Option<&str> {
        self.raw_text().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The identifier, if there is one.
    pub(super) fn id(&self) -> Option<u128> {
        match self {
            Self::Integer(value) => u128::try_from(*value).ok().filter(|&id| id != 0),
            Self::Large(value) => Some(u128::from(*value)),
            _ => identifier(self.raw_text()?),
        }
    }
}

/// What is made of a value that may be written in more than one way.
pub(super) trait FromScalar {
    fn of_text(text: &str) -> Self;
    fn of_scalar(scalar: Scalar) -> Self;
}

impl FromScalar for Scalar {
    fn of_text(text: &str) -> Self {
        Self::of_text(text)
    }

    fn of_scalar(scalar: Scalar) -> Self {
        scalar
    }
}

/// An identifier, of which nothing but its value matters.
#[derive(Debug, Default)]
pub(super) struct Id(pub(super) Option<u128>);

impl FromScalar for Id {
    fn of_text(text: &str) -> Self {
        Self(identifier(text))
    }

    fn of_scalar(scalar: Scalar) -> Self {
        Self(scalar.id())
    }
}

/// A number.
#[derive(Debug, Default)]
pub(super) struct Integer(pub(super) Option<i64>);

impl FromScalar for Integer {
    fn of_text(text: &str) -> Self {
        Self(text.trim().parse().ok())
    }

    fn of_scalar(scalar: Scalar) -> Self {
        Self(scalar.integer())
    }
}

/// Reads what is made of a scalar.
pub(super) fn from_scalar<'de, T: FromScalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor(PhantomData))
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_scalar(deserializer)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_scalar(deserializer)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_scalar(deserializer)
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: FromScalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::of_scalar(Scalar::Other))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::of_scalar(Scalar::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::of_scalar(i64::try_from(value).map_or(Scalar::Large(value), Scalar::Integer)))
    }

    /// Times in nanoseconds come so from languages whose only numbers these are, and are then right to 128 ns.
    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        const END: f64 = 9.2e18;
        let is_integer = value.abs() < END;
        Ok(T::of_scalar(if is_integer { Scalar::Integer(value.round() as i64) } else { Scalar::Other }))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::of_text(value))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::of_scalar(Scalar::Absent))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<T, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::of_scalar(Scalar::Other))
    }

    /// A 64-bit number in halves, `{"low": 1, "high": 2}`, as JavaScript's library `long` has them.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let (mut low, mut high) = (None, None);
        while let Some(key) = map.next_key::<Scalar>()? {
            match key.text() {
                Some("low") => low = map.next_value::<Integer>()?.0,
                Some("high") => high = map.next_value::<Integer>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        // The halves are signed or not, the bits are the same.
        let whole = low.zip(high).map(|(low, high)| high << 32 | i64::from(low as u32));
        Ok(T::of_scalar(whole.map_or(Scalar::Other, Scalar::Integer)))
    }
}

/// What a field holds if it holds an object; nothing where it holds something else.
pub(super) struct Lenient<T>(pub(super) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData)).map(Self)
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LenientVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    passes_over!(None; text, list);
}
