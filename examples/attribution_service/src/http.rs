//! The pages of the service.

use std::fmt::Write;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use crossbeam_channel::{Sender, TrySendError};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use crate::counters::{Counters, Held};
use crate::explainer::Explainer;
use crate::guard::Guard;
use crate::question::{Question, Refusal};
use crate::workers::Job;

/// The largest question, in bytes: an event of some ten thousand nodes.
const LARGEST_BODY: usize = 512 * 1024;

/// How much is taken from a client whose question is refused unread.
const MOST_IN_VAIN: usize = 16 * LARGEST_BODY;

/// What all requests share.
pub(crate) struct Service {
    /// There once the model is fitted.
    pub(crate) explainer: OnceLock<Arc<Explainer>>,
    pub(crate) queue: Sender<Job>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) limit: Duration,
    /// Whether no verdict is wanted, but the contributions alone.
    pub(crate) only_contributions: bool,
    /// How long a client may take to send its question.
    pub(crate) client_limit: Duration,
    pub(crate) guard: Guard,
}

pub(crate) fn router(service: Arc<Service>) -> Router {
    let nothing_here = async || Refusal::new(StatusCode::NOT_FOUND, "there is no such page").into_response();
    let wrong_method =
        async || Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this page takes another method").into_response();
    Router::new()
        .route("/attribute", post(attribute))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&service), host_is_ours))
        .with_state(service)
}

/// Reads for a while what a client goes on to send. Closing at once would reset its connection before it has read the refusal.
async fn take_in_vain(body: Body, limit: Duration) {
    let taking = async {
        let (mut body, mut taken) = (pin!(body), 0);
        while let Some(Ok(frame)) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > MOST_IN_VAIN {
                break;
            }
        }
    };
    // A client that takes longer has had its answer long ago.
    let _ = tokio::time::timeout(limit, taking).await;
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
    let counters = &service.counters;
    let _held = Held::new(&counters.in_flight);
    counters.requests.fetch_add(1, Relaxed);
    let (counter, response) = match service.answer(request).await {
        Ok(json) => (&counters.answered, json_body(json).into_response()),
        Err(refusal) if refusal.status == StatusCode::SERVICE_UNAVAILABLE => {
            (&counters.rejected, refusal.into_response())
        }
        Err(refusal) => (&counters.failed, refusal.into_response()),
    };
    counter.fetch_add(1, Relaxed);
    response
}

impl Service {
    async fn answer(&self, request: Request) -> Result<Vec<u8>, Refusal> {
        self.guard.check_token(request.headers())?;
        if let Err(refusal) = Guard::check_body(request.headers(), LARGEST_BODY) {
            tokio::spawn(take_in_vain(request.into_body(), self.client_limit));
            return Err(refusal);
        }
        let not_ready = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the model is not fitted yet");
        let explainer = Arc::clone(self.explainer.get().ok_or_else(not_ready)?);
        let too_slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the question took too long to arrive");
        let body =
            tokio::time::timeout(self.client_limit, Bytes::from_request(request, &())).await.map_err(too_slow)?;
        let body = body.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
        let question = Question::read(&body, explainer.report())?;
        explainer.check(&question.target).map_err(|error| Refusal::from(&error))?;
        let limit = question.limit.unwrap_or(self.limit);
        let (reply, answer) = oneshot::channel();
        let only_contributions = self.only_contributions;
        let job = Job { explainer, question, limit, only_contributions, accepted: Instant::now(), reply };
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too many questions are waiting"),
            TrySendError::Disconnected(_) => {
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "nobody computes any more")
            }
        })?;
        let lost = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the question was lost");
        answer.await.map_err(lost)?
    }

    fn state(&self, status: &str) -> Map<String, Value> {
        let counts = self.counters.all(self.queue.len()).map(|(name, _, count)| (name.to_owned(), json!(count)));
        let mut state = Map::from_iter([("status".to_owned(), json!(status))]);
        state.extend(counts);
        state.insert("uptime_s".to_owned(), json!(self.counters.started.elapsed().as_secs_f64()));
        if let Some(explainer) = self.explainer.get() {
            let model = explainer.model();
            state.insert("nodes".to_owned(), json!(model.graph().node_count()));
            state.insert("training_rows".to_owned(), json!(model.training_rows()));
        }
        state
    }
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
