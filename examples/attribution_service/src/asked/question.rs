//! What is asked, as JSON, and why it cannot be answered.

use std::time::Duration;

use axum::http::StatusCode;
use etiology::tables::TableReport;
use etiology::{Error, Observation};
use serde::Deserialize;

use super::event::SentEvent;
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
    /// From when to when, in milliseconds since 1970, for the forms of an answer that have a place for it.
    pub(crate) time: (Option<i64>, Option<i64>),
}

impl Question {
    /// Reads a question whose event is as the table of this report is.
    pub(crate) fn read(json: &[u8], like: Option<&TableReport>) -> Result<Self, Refusal> {
        let AsSent { target, event, limit_ms, time_ms, time_end_ms } =
            serde_json::from_slice(json).map_err(|error| {
                let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
                Refusal::new(status, format!("the question is no JSON of the expected form: {error}"))
            })?;
        let event = event.observation(like).map_err(|error| Refusal::from(&error))?;
        let unfit = |message| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message);
        let limit = limit_ms.map(time_limit).transpose().map_err(unfit)?;
        let ends_before = time_end_ms.is_some_and(|end| time_ms.is_none_or(|start| end < start));
        if ends_before {
            return Err(unfit("`time_end_ms` is to be a time after `time_ms`".to_owned()));
        }
        Ok(Self { target, event, limit, time: (time_ms, time_end_ms) })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsSent {
    target: String,
    event: SentEvent,
    limit_ms: Option<f64>,
    time_ms: Option<i64>,
    time_end_ms: Option<i64>,
}
