//! What became of alerts, and the last of that.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use etiology::report::visible_name;
use serde::Serialize;
use serde_json::value::RawValue;

use super::webhook::Alert;

/// So many answers are kept, as Alertmanager does not look at them.
const MOST_KEPT: usize = 100;

/// What became of an alert.
#[derive(Serialize)]
pub(crate) struct Answered {
    status: &'static str,
    alertname: Option<String>,
    fingerprint: Option<String>,
    #[serde(rename = "startsAt")]
    starts_at: Option<String>,
    /// Why it is not explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Box<RawValue>>,
}

impl Answered {
    pub(super) fn new(alert: &Alert) -> Self {
        // What is kept is not to be as long as somebody likes.
        let [alertname, fingerprint, starts_at] =
            [alert.label("alertname"), alert.fingerprint.as_deref(), alert.starts_at.as_deref()]
                .map(|text| text.map(visible_name));
        Self { status: "acknowledged", alertname, fingerprint, starts_at, reason: None, verdict: None }
    }

    pub(crate) fn unexplained(self, reason: String) -> Self {
        Self { status: "unexplained", reason: Some(reason), ..self }
    }

    pub(crate) fn explained(self, json: Vec<u8>) -> Self {
        match String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok()) {
            Some(verdict) => Self { status: "explained", verdict: Some(verdict), ..self },
            None => self.unexplained("the verdict is no JSON".to_owned()),
        }
    }
}

/// The last answers, the newest first.
#[derive(Default)]
pub(crate) struct Kept(Mutex<VecDeque<String>>);

impl Kept {
    /// The answers as JSON, which are kept as well.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn keep(&self, answers: &[Answered]) -> Result<String, serde_json::Error> {
        let written = answers.iter().map(serde_json::to_string).collect::<Result<Vec<String>, _>>()?;
        let all = list(&written);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.into_iter().for_each(|answer| kept.push_front(answer));
        kept.truncate(MOST_KEPT);
        Ok(all)
    }

    pub(crate) fn json(&self) -> String {
        list(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter())
    }
}

fn list<'a>(answers: impl IntoIterator<Item = &'a String>) -> String {
    let answers: Vec<&str> = answers.into_iter().map(String::as_str).collect();
    format!("{{\"answers\":[{}]}}", answers.join(","))
}
