//! In which form an answer is wanted.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};

use super::question::Refusal;
use crate::arguments::LIMIT_OF_A_VERDICT;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The verdict in brief and the attribution.
    Json,
    /// The verdict by itself, in five lines and in brief.
    Verdict,
    /// Five lines for a chat.
    Markdown,
    /// What Grafana takes as an annotation.
    Grafana,
    /// Gauges.
    OpenMetrics,
}

/// Names in a query.
const NAMES: [(&str, Form); 5] = [
    ("json", Form::Json),
    ("verdict", Form::Verdict),
    ("markdown", Form::Markdown),
    ("grafana", Form::Grafana),
    ("openmetrics", Form::OpenMetrics),
];

/// Media types in `Accept`. Grafana has none of its own.
const TYPES: [(&str, Form); 3] = [
    ("application/json", Form::Json),
    ("text/markdown", Form::Markdown),
    ("application/openmetrics-text", Form::OpenMetrics),
];

impl Form {
    /// The form that `?format=` names, else that of the header, else JSON.
    ///
    /// # Errors
    /// 422 for a name that is none.
    pub(crate) fn asked(name: Option<&str>, headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(name) = name else { return Ok(Self::accepted(headers)) };
        NAMES.iter().find(|known| known.0 == name).map(|known| known.1).ok_or_else(|| {
            let names = NAMES.map(|known| known.0).join(", ");
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`format` is to be one of {names}"))
        })
    }

    /// The form that is liked best of those that there are; the first of several. What accepts none of them gets JSON.
    fn accepted(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let mut best = (0.0, Self::Json);
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
            let known = TYPES.iter().find(|known| known.0.eq_ignore_ascii_case(kind));
            if let Some(&(_, form)) = known.filter(|_| quality > best.0) {
                best = (quality, form);
            }
        }
        best.1
    }

    /// How long an answer of this form may take where the limit is this otherwise.
    pub(crate) fn limit(self, limit: Duration) -> Duration {
        if self == Self::Json { limit } else { limit.max(LIMIT_OF_A_VERDICT) }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::Verdict | Self::Grafana => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_liked_best_is_taken_and_json_where_none_is_known() {
        let accepted =
            |accept: &str| Form::accepted(&HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]));
        assert_eq!(accepted("text/markdown"), Form::Markdown);
        assert_eq!(accepted("application/json;q=0.5, text/markdown; q=0.9"), Form::Markdown);
        assert_eq!(accepted("application/openmetrics-text; version=1.0.0, text/markdown;q=0.1"), Form::OpenMetrics);
        assert_eq!(accepted("text/html, */*;q=0.8"), Form::Json);
        assert_eq!([accepted("text/markdown;q=0"), accepted("text/markdown;q=NaN")], [Form::Json; 2]);
        assert_eq!(Form::asked(Some("grafana"), &HeaderMap::new()).unwrap(), Form::Grafana);
        assert!(Form::asked(Some("pdf"), &HeaderMap::new()).unwrap_err().message.contains("json, verdict, markdown"));
    }
}
