//! One JSON document of any format. What it holds is looked for in it; see [`object`](super::object).

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::object::Node;
use crate::traces::input::batch::Batch;

/// A document that is held as a whole.
pub(super) struct Document(pub(super) Batch<'static>);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut batch = Batch::default();
        Top(&mut batch).deserialize(deserializer)?;
        Ok(Self(batch))
    }
}

/// A document, whose spans come into the batch.
pub(super) struct Top<'b, 'c>(pub(super) &'b mut Batch<'c>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list with traces of OTLP, Tempo, Jaeger or Zipkin")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        Node::anywhere(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Node::anywhere(self.0).visit_map(map)
    }
}
