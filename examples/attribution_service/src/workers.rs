//! The threads that compute, and the queue before them.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use crossbeam_channel::{Receiver, Sender, bounded};
use etiology::threads::on_this_thread;
use tokio::sync::oneshot;

use crate::answer::{Found, Times};
use crate::asked::{Form, Question, Refusal};
use crate::counters::{Counters, Held};
use crate::explainer::Explainer;

/// A question in the queue. Dropping the receiving half of `reply` cancels it.
pub(crate) struct Job {
    pub(crate) explainer: Arc<Explainer>,
    pub(crate) question: Question,
    pub(crate) limit: Duration,
    /// Whether no verdict is wanted.
    pub(crate) only_contributions: bool,
    pub(crate) form: Form,
    pub(crate) accepted: Instant,
    pub(crate) reply: oneshot::Sender<Result<Vec<u8>, Refusal>>,
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
        let found = self.explain()?;
        let times = Times { computing: began.elapsed(), waiting: began - self.accepted };
        found.written(self.form, &self.question, self.explainer.units(), times)
    }

    /// Stops at the best estimate so far when the client is gone.
    fn explain(&self) -> Result<Found, Refusal> {
        let proceed = || if self.reply.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        Found::within(&self.explainer, &self.question, self.limit, self.only_contributions, proceed)
    }
}

#[cfg(test)]
mod tests {
    use etiology::StructuralCausalModel;

    use super::*;
    use crate::answer::Outcome;
    use crate::retail_shop;

    #[test]
    fn an_attribution_stops_at_the_first_estimate_when_nobody_waits_for_it() {
        let normal = retail_shop::normal_requests(300, 1).unwrap();
        let graph = retail_shop::causal_graph().unwrap();
        let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
        let event = retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap();
        let (reply, waiting) = oneshot::channel();
        let question = Question { target: retail_shop::TARGET.to_owned(), event, limit: None, time: (None, None) };
        let explainer = Arc::new(Explainer::new(model, None, &[]).unwrap());
        let limit = Duration::from_secs(1_000);
        let job = Job {
            explainer,
            question,
            limit,
            only_contributions: false,
            form: Form::Json,
            accepted: Instant::now(),
            reply,
        };
        let whole = job.explain().unwrap();
        assert!(whole.complete && matches!(whole.diagnosis, Outcome::Found(_)));
        drop(waiting);
        let stopped = job.explain().unwrap();
        assert_eq!((stopped.complete, stopped.attribution.samples), (false, Some(64)));
        assert!(matches!(stopped.diagnosis, Outcome::TooLate));
    }
}
