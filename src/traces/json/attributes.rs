//! Attributes in all ways in which JSON has them: lists of `key` and `value`, the value bare (Jaeger) or in an object that tells
//! its type (OTLP), or maps from name to value (Zipkin, and Jaeger in Elasticsearch).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{FromScalar, Scalar, from_scalar, passes_over};
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
        let (mut name, mut text) = (None::<Name<N>>, None::<Scalar>);
        while let Some(Field(field, _)) = map.next_key::<Field<N>>()? {
            match field {
                FieldKind::Key => name = Some(map.next_value()?),
                FieldKind::Value if matches!(name, Some(Name(None, _))) => drop(map.next_value::<IgnoredAny>()?),
                FieldKind::Value => text = Some(map.next_value::<Value>()?.0),
                FieldKind::Attribute(name) => {
                    let value = map.next_value::<Value>()?.0;
                    self.0.note(&name, value.text().unwrap_or_default());
                }
                FieldKind::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if let (Some(Name(Some(name), _)), Some(text)) = (name, text) {
            self.0.note(&name, text.text().unwrap_or_default());
        }
        Ok(())
    }

    passes_over!((); text);
}

/// The name of an attribute, if it means something.
struct Name<N>(Option<Box<str>>, PhantomData<N>);

impl<N: Notes> FromScalar for Name<N> {
    fn of_text(text: &str) -> Self {
        let name = text.trim();
        Self(N::wants(name).then(|| name.into()), PhantomData)
    }

    fn of_scalar(_: Scalar) -> Self {
        Self(None, PhantomData)
    }
}

impl<'de, N: Notes> Deserialize<'de> for Name<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_scalar(deserializer)
    }
}

/// A field of an object that is an attribute, or holds attributes by their names.
struct Field<N>(FieldKind, PhantomData<N>);

enum FieldKind {
    Key,
    Value,
    /// The name of an attribute that means something.
    Attribute(Box<str>),
    Other,
}

impl<N: Notes> FromScalar for Field<N> {
    fn of_text(text: &str) -> Self {
        let kind = match text {
            "key" => FieldKind::Key,
            "value" | "vStr" | "v_str" => FieldKind::Value,
            // Elasticsearch cannot have dots in names, and Jaeger writes another sign instead.
            _ => {
                let name =
                    if text.contains('@') { Name::<N>::of_text(&text.replace('@', ".")) } else { Name::of_text(text) };
                name.0.map_or(FieldKind::Other, FieldKind::Attribute)
            }
        };
        Self(kind, PhantomData)
    }

    fn of_scalar(_: Scalar) -> Self {
        Self(FieldKind::Other, PhantomData)
    }
}

impl<'de, N: Notes> Deserialize<'de> for Field<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_scalar(deserializer)
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

    passes_over!(Scalar::Other; list);
}
