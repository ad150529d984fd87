//! The threads that compute, and the queue before them.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use crossbeam_channel::{Receiver, Sender, bounded};
use etiology::attribution::TimedAttribution;
use etiology::report::DiagnosisInBrief;
use etiology::threads::on_this_thread;
use etiology::verdicts::{Diagnosis, TimedDiagnosis};
use etiology::{Attribution, Error};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::counters::{Counters, Held};
use crate::explainer::Explainer;
use crate::question::{Question, Refusal};

/// A question in the queue. Dropping the receiving half of `reply` cancels it.
pub(crate) struct Job {
    pub(crate) explainer: Arc<Explainer>,
    pub(crate) question: Question,
    pub(crate) limit: Duration,
    /// Whether no verdict is wanted.
    pub(crate) only_contributions: bool,
    pub(crate) accepted: Instant,
    pub(crate) reply: oneshot::Sender<Result<Vec<u8>, Refusal>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    /// What leads the answer; the contributions are below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisInBrief<'a>>,
    /// Why there is none, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_diagnosis: Option<String>,
    complete: bool,
    elapsed_ms: f64,
    queued_ms: f64,
    #[serde(flatten)]
    attribution: &'a Attribution,
}

/// What was found in time.
struct Found {
    attribution: Attribution,
    complete: bool,
    diagnosis: Option<Result<Diagnosis, Error>>,
}

/// Starts the threads. They end with the process, or when there is nobody left to ask them.
pub(crate) fn start(threads: usize, queue: usize, counters: &Arc<Counters>) -> Result<Sender<Job>, String> {
    let (sender, jobs) = bounded(queue);
    for number in 0..threads {
        let (jobs, counters) = (jobs.clone(), Arc::clone(counters));
        let worker = thread::Builder::new().name(format!("attribution-{number}"));
        worker.spawn(move || work(&jobs, &counters)).map_err(|error| format!("cannot start a thread: {error}"))?;
    }
    Ok(sender)
}

/// Every worker is a rayon pool of its own that consists of just this thread. In a pool that all share, a worker that waits
/// for a part of its attribution would begin another question meanwhile, and answer its own after that.
fn work(jobs: &Receiver<Job>, counters: &Counters) {
    on_this_thread(|| {
        for job in jobs {
            let _held = Held::new(&counters.computing);
            if job.reply.is_closed() {
                counters.cancelled.fetch_add(1, Relaxed);
                continue;
            }
            let answer = catch_unwind(AssertUnwindSafe(|| job.answer()))
                .unwrap_or_else(|_| Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the attribution panicked")));
            if job.reply.send(answer).is_err() {
                counters.cancelled.fetch_add(1, Relaxed);
            }
        }
    });
}

impl Job {
    fn answer(&self) -> Result<Vec<u8>, Refusal> {
        let began = Instant::now();
        let Found { attribution, complete, diagnosis } = self.explain()?;
        let attribution = &attribution;
        let (diagnosis, no_diagnosis) = match &diagnosis {
            Some(Ok(diagnosis)) => (Some(diagnosis.in_brief(self.explainer.units())), None),
            Some(Err(error)) => (None, Some(format!("No verdict: {error}."))),
            None if self.only_contributions => (None, None),
            None => (None, Some("No verdict within the limit: the contributions took too much of it.".to_owned())),
        };
        let answer = Answer {
            diagnosis,
            no_diagnosis,
            complete,
            elapsed_ms: millis(began.elapsed()),
            queued_ms: millis(began - self.accepted),
            attribution,
        };
        serde_json::to_vec(&answer).map_err(|error| {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("no JSON could be written: {error}"))
        })
    }

    /// Stops at the best estimate so far when the client is gone.
    fn explain(&self) -> Result<Found, Refusal> {
        let proceed = || if self.reply.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let diagnoser = self.explainer.diagnoser(&self.question.target).map_err(Refusal::from)?;
        let event = &self.question.event;
        if self.only_contributions {
            let found = diagnoser.attributor().attribute_within(event, self.limit, proceed);
            let TimedAttribution { attribution, complete, .. } = found.map_err(|error| Refusal::from(&error))?;
            return Ok(Found { attribution, complete, diagnosis: None });
        }
        let found = diagnoser.diagnose_within(event, self.limit, proceed);
        let TimedDiagnosis { attribution, complete, diagnosis, .. } = found.map_err(|error| Refusal::from(&error))?;
        Ok(Found { attribution, complete, diagnosis })
    }
}

fn millis(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use etiology::StructuralCausalModel;

    use super::*;
    use crate::retail_shop;

    #[test]
    fn an_attribution_stops_at_the_first_estimate_when_nobody_waits_for_it() {
        let normal = retail_shop::normal_requests(300, 1).unwrap();
        let graph = retail_shop::causal_graph().unwrap();
        let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
        let event = retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap();
        let (reply, waiting) = oneshot::channel();
        let question = Question { target: retail_shop::TARGET.to_owned(), event, limit: None };
        let explainer = Arc::new(Explainer::new(model, None, &[]).unwrap());
        let limit = Duration::from_secs(1_000);
        let job = Job { explainer, question, limit, only_contributions: false, accepted: Instant::now(), reply };
        let whole = job.explain().unwrap();
        assert!(whole.complete && whole.diagnosis.is_some_and(|diagnosis| diagnosis.is_ok()));
        drop(waiting);
        let stopped = job.explain().unwrap();
        assert_eq!((stopped.complete, stopped.attribution.samples), (false, Some(64)));
        assert!(stopped.diagnosis.is_none());
    }
}
