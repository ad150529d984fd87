//! Attributes in all ways in which JSON has them: lists of `key` and `value`, the value bare (Jaeger) or in an object that tells
//! its type (OTLP), or maps from name to value (Zipkin, and Jaeger in Elasticsearch).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::Scalar;
use crate::traces::attributes::Notes;

/// Attributes of which those that mean something were noted. What is no attribute is passed over.
#[derive(Debug, Default)]
pub(super) struct Noted<N>(pub(super) N);

impl<'de, N: Notes> Deserialize<'de> for Noted<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut notes = N::default();
        Attributes(&mut notes).deserialize(deserializer)?;
        Ok(Self(notes))
    }
}

/// A place where attributes, or one of them, may stand.
pub(super) struct Attributes<'n, N>(pub(super) &'n mut N);

impl<'de, N: Notes> DeserializeSeed<'de> for Attributes<'_, N> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, N: Notes> Visitor<'de> for Attributes<'_, N> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("attributes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Attributes(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut name, mut text) = (None::<Scalar>, None::<Scalar>);
        while let Some(key) = map.next_key::<Scalar>()? {
            match key.text().unwrap_or_default() {
                "key" => name = Some(map.next_value()?),
                "value" | "vStr" | "v_str" => {
                    let unwanted = name.as_ref().and_then(Scalar::text).is_some_and(|name| !N::wants(name));
                    if unwanted {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        text = Some(map.next_value::<Value>()?.0);
                    }
                }
                other => {
                    // Elasticsearch cannot have dots in names, and Jaeger writes another sign instead.
                    let name =
                        if other.contains('@') { Cow::Owned(other.replace('@', ".")) } else { Cow::Borrowed(other) };
                    if N::wants(&name) {
                        let value = map.next_value::<Value>()?.0;
                        self.0.note(&name, value.text().unwrap_or_default());
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
        }
        if let Some((name, text)) = name.as_ref().and_then(Scalar::text).zip(text.as_ref().and_then(Scalar::text)) {
            self.0.note(name, text);
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The value of an attribute, bare or with its type. Only text means anything.
struct Value(Scalar);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value of an attribute")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::of_text(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let mut text = Scalar::Absent;
        while let Some(key) = map.next_key::<Scalar>()? {
            match key.text() {
                Some("stringValue" | "string_value" | "StringValue") => text = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Absent)
    }
}
