//! The pages of the service.

use std::fmt::Write;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::asked::{Form, Refusal};
use crate::counters::Held;
use crate::service::{LARGEST_BODY, Service};

pub(crate) fn router(service: Arc<Service>) -> Router {
    let nothing_here = async || Refusal::new(StatusCode::NOT_FOUND, "there is no such page").into_response();
    let wrong_method =
        async || Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this page takes another method").into_response();
    Router::new()
        .route("/attribute", post(attribute))
        .route("/alertmanager", post(alertmanager).get(last_alerts))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&service), host_is_ours))
        .with_state(service)
}

async fn host_is_ours(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    match service.guard.check_host(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, json_body(json!({ "error": self.message }).to_string())).into_response();
        let further = match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            // The rest of a question that was not read is not to be taken for the next one.
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => Some((header::CONNECTION, "close")),
            _ => None,
        };
        if let Some((name, value)) = further {
            response.headers_mut().insert(name, header::HeaderValue::from_static(value));
        }
        response
    }
}

fn json_body(json: impl IntoResponse) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], json)
}

async fn attribute(State(service): State<Arc<Service>>, request: Request) -> Response {
    counted(&service, service.attribute(request)).await
}

async fn alertmanager(State(service): State<Arc<Service>>, request: Request) -> Response {
    counted(&service, service.alertmanager(request)).await
}

/// The last answers to alerts: Alertmanager itself does not look at them.
async fn last_alerts(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    match service.guard.check_token(&headers) {
        Ok(()) => json_body(service.kept.json()).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn counted(service: &Service, answer: impl Future<Output = Result<(Form, Vec<u8>), Refusal>>) -> Response {
    let counters = &service.counters;
    let _held = Held::new(&counters.in_flight);
    counters.requests.fetch_add(1, Relaxed);
    let (counter, response) = match answer.await {
        Ok((form, body)) => (&counters.answered, ([(header::CONTENT_TYPE, form.media_type())], body).into_response()),
        Err(refusal) if refusal.status == StatusCode::SERVICE_UNAVAILABLE => {
            (&counters.rejected, refusal.into_response())
        }
        Err(refusal) => (&counters.failed, refusal.into_response()),
    };
    counter.fetch_add(1, Relaxed);
    response
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    json_body(Value::Object(service.state("alive")).to_string()).into_response()
}

async fn ready(State(service): State<Arc<Service>>) -> Response {
    if service.explainer.get().is_none() {
        return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the model is not fitted yet").into_response();
    }
    json_body(Value::Object(service.state("ready")).to_string()).into_response()
}

/// In the text format of Prometheus.
async fn metrics(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = service.guard.check_token(&headers) {
        return refusal.into_response();
    }
    let mut text = String::new();
    for (name, grows, value) in service.counters.all(service.queue.len()) {
        let (suffix, kind) = if grows { ("_total", "counter") } else { ("", "gauge") };
        // Writing to a string does not fail.
        let _ = writeln!(text, "# TYPE attribution_{name}{suffix} {kind}\nattribution_{name}{suffix} {value}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
