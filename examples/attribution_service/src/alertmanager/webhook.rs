//! A webhook, as it is sent.

use axum::http::StatusCode;
use etiology::report::visible_name;
use serde::Deserialize;

use crate::asked::{Refusal, SentEvent, Value};

#[derive(Deserialize)]
pub(crate) struct Webhook {
    version: String,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
pub(crate) struct Alert {
    pub(super) status: String,
    pub(super) labels: SentEvent,
    pub(super) annotations: SentEvent,
    #[serde(rename = "startsAt")]
    pub(super) starts_at: Option<String>,
    pub(super) fingerprint: Option<String>,
}

impl Webhook {
    /// The alerts, in the order sent.
    ///
    /// # Errors
    /// When it is no JSON of the expected form, or of another version.
    pub(crate) fn read(json: &[u8]) -> Result<Vec<Alert>, Refusal> {
        let Self { version, alerts } = serde_json::from_slice(json).map_err(|error| {
            let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
            Refusal::new(status, format!("this is no webhook of Alertmanager: {error}"))
        })?;
        if version != "4" {
            let found = visible_name(&version);
            let message = format!("a webhook of Alertmanager of version 4 is expected, but this one has `{found}`");
            return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message));
        }
        Ok(alerts)
    }
}

impl Alert {
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        text(&self.labels, name)
    }

    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        text(&self.annotations, name)
    }
}

fn text<'s>(pairs: &'s SentEvent, name: &str) -> Option<&'s str> {
    pairs.pairs().find_map(|(other, value)| match value {
        Value::Text(text) if other == name => Some(text.as_str()),
        _ => None,
    })
}
