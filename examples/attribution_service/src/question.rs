//! What is asked, as JSON, and why it cannot be answered.

use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;
use etiology::{Error, Observation};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::arguments::time_limit;

/// An error of the client's, or of the library's for what the client asked.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        let status = match error {
            Error::UnknownNode { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

/// A question that makes sense by itself; whether it suits the model is another matter.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) target: String,
    pub(crate) event: Observation,
    pub(crate) limit: Option<Duration>,
}

impl Question {
    pub(crate) fn read(json: &[u8]) -> Result<Self, Refusal> {
        let AsSent { target, event, limit_ms } = serde_json::from_slice(json).map_err(|error| {
            let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
            Refusal::new(status, format!("the question is no JSON of the expected form: {error}"))
        })?;
        let event = Observation::from_pairs(event.0).map_err(|error| Refusal::from(&error))?;
        let limit = limit_ms.map(time_limit).transpose();
        let limit = limit.map_err(|message| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message))?;
        Ok(Self { target, event, limit })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsSent {
    target: String,
    event: Pairs,
    limit_ms: Option<f64>,
}

/// Names and values in the order sent. A map would keep one of two values of the same name, silently.
struct Pairs(Vec<(String, f64)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a number or null for every node")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Option<f64>>()? {
            pairs.push((name, value.unwrap_or(f64::NAN)));
        }
        Ok(Pairs(pairs))
    }
}
