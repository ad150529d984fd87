//! How a request becomes a question in the queue, and its answer.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use crossbeam_channel::{Sender, TrySendError};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use crate::alertmanager::{Asking, Kept, Webhook};
use crate::arguments::time_limit;
use crate::asked::{Form, Query, Question, Refusal};
use crate::counters::Counters;
use crate::explainer::Explainer;
use crate::guard::Guard;
use crate::workers::Job;

/// The largest question, in bytes: an event of some ten thousand nodes.
pub(crate) const LARGEST_BODY: usize = 512 * 1024;

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
    /// The last answers to alerts.
    pub(crate) kept: Kept,
}

/// What comes of a question in the queue.
type Answer = oneshot::Receiver<Result<Vec<u8>, Refusal>>;

impl Service {
    /// Why one event was out of the ordinary.
    pub(crate) async fn attribute(&self, request: Request) -> Result<(Form, Vec<u8>), Refusal> {
        self.guard.check_token(request.headers())?;
        let query = Query::read(request.uri().query(), &["format"])?;
        let form = Form::asked(query.get("format"), request.headers())?;
        let (explainer, body) = self.read(request).await?;
        let question = Question::read(&body, explainer.report())?;
        let answer = self.ask(&explainer, question, form)?;
        Ok((form, answered(answer).await?))
    }

    /// Why each alert that fires does so.
    pub(crate) async fn alertmanager(&self, request: Request) -> Result<(Form, Vec<u8>), Refusal> {
        self.guard.check_token(request.headers())?;
        let query = Query::read(request.uri().query(), &["target", "limit_ms"])?;
        let unfit = |message: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message);
        let limit = query
            .get("limit_ms")
            .map(|limit| limit.parse().map_err(|_| unfit("`limit_ms` is to be a number".to_owned())));
        let limit = limit.transpose()?.map(time_limit).transpose().map_err(unfit)?;
        let (explainer, body) = self.read(request).await?;
        let mut asking = Asking::new(&explainer, query.get("target"), limit);
        // All wait at the same time. What has no place in the queue is not answered at all: Alertmanager then sends it again.
        let asked = Webhook::read(&body)?.into_iter().map(|alert| {
            let (answer, question) = asking.ask(alert);
            let waiting = question.map(|question| self.ask(&explainer, question, Form::Verdict)).transpose()?;
            Ok((answer, waiting))
        });
        let asked = asked.collect::<Result<Vec<_>, Refusal>>()?;
        let mut answers = Vec::with_capacity(asked.len());
        for (answer, waiting) in asked {
            answers.push(match waiting {
                None => answer,
                Some(waiting) => match answered(waiting).await {
                    Ok(verdict) => answer.explained(verdict),
                    Err(refusal) => answer.unexplained(refusal.message),
                },
            });
        }
        let unwritten =
            |error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("no JSON could be written: {error}"));
        Ok((Form::Json, self.kept.keep(&answers).map_err(unwritten)?.into_bytes()))
    }

    /// The body of a request that may be answered.
    async fn read(&self, request: Request) -> Result<(Arc<Explainer>, Bytes), Refusal> {
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
        Ok((explainer, body))
    }

    /// Puts a question into the queue.
    fn ask(&self, explainer: &Arc<Explainer>, question: Question, form: Form) -> Result<Answer, Refusal> {
        let explainer = Arc::clone(explainer);
        let limit = question.limit.unwrap_or_else(|| form.limit(self.limit));
        let (only_contributions, accepted) = (self.only_contributions, Instant::now());
        let (reply, answer) = oneshot::channel();
        let job = Job { explainer, question, limit, only_contributions, form, accepted, reply };
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too many questions are waiting"),
            TrySendError::Disconnected(_) => {
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "nobody computes any more")
            }
        })?;
        Ok(answer)
    }

    pub(crate) fn state(&self, status: &str) -> Map<String, Value> {
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

async fn answered(answer: Answer) -> Result<Vec<u8>, Refusal> {
    answer.await.map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the question was lost"))?
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
