//! A query of a cluster that stands still: said, and given up after a time.

use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{CancelJobParams, GetJobMetricsParams, GetJobStatusParams, job_status::Status};
use ballista_core::utils::create_grpc_client_endpoint;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::protobuf::LogicalPlanNode;
use indicatif::ProgressBar;
use tokio::time::{sleep, timeout};

use crate::{Failure, Result};

/// So long nothing is said of a query without progress.
const SILENCE: Duration = Duration::from_secs(60);
/// So often the scheduler is asked, and so long an answer is waited for.
const LOOK: Duration = Duration::from_secs(1);

/// How long a query of a cluster may stand still.
pub(crate) struct Patience {
    /// Nobody, where this process computes.
    pub(crate) scheduler: Option<SocketAddr>,
    /// For ever, if there is none.
    pub(crate) give_up_after: Option<Duration>,
}

/// That a query was given up, which is not tried again.
#[derive(Debug)]
pub(crate) struct GivenUp(String);

impl fmt::Display for GivenUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for GivenUp {}

/// What shows of a query: another one is progress.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sign {
    rows: u64,
    job: Option<JobSign>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct JobSign {
    has_begun: bool,
    stages_done: usize,
}

impl Patience {
    /// Waits for an answer of a plan, whose rows the bar counts.
    ///
    /// # Errors
    /// [`GivenUp`], and whatever the answer is.
    pub(crate) async fn wait<T>(
        &self,
        plan: &Arc<dyn ExecutionPlan>,
        bar: &ProgressBar,
        answer: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let Some(scheduler) = self.scheduler else { return answer.await };
        let mut answer = pin!(answer);
        let mut last = Sign { rows: bar.position(), job: None };
        let (mut since, mut was_said) = (Instant::now(), false);
        let say_after = self.give_up_after.map_or(SILENCE, |end| SILENCE.min(end / 2));
        loop {
            tokio::select! {
                answer = &mut answer => return answer,
                () = sleep(LOOK) => {}
            }
            let job = timeout(LOOK, job_sign(scheduler, plan)).await.ok().flatten();
            let sign = Sign { rows: bar.position(), job };
            if sign != last {
                (last, since, was_said) = (sign, Instant::now(), false);
                continue;
            }
            let still = since.elapsed();
            if self.give_up_after.is_some_and(|end| still >= end) {
                let _ = timeout(LOOK, cancel(scheduler, plan)).await;
                return Err(Box::new(GivenUp(format!(
                    "given up after {} s without progress: {}; start executors by `etiology-batch executor --scheduler {scheduler}` or see what \
                     those say that run, and make the call again",
                    still.as_secs(),
                    last.words(scheduler)
                ))));
            }
            if still >= say_after && !was_said {
                was_said = true;
                let words = last.words(scheduler);
                bar.suspend(|| {
                    eprintln!(
                        "no progress for {} s: {words}; a long stage looks the same as a cluster without executors, or one that lost results; \
                         `--give-up-after SECONDS` ends such a wait",
                        still.as_secs()
                    );
                });
            }
        }
    }
}

impl Sign {
    fn words(&self, scheduler: SocketAddr) -> String {
        match self.job {
            None => format!("the scheduler {scheduler} says nothing of the query"),
            Some(JobSign { has_begun: false, .. }) => format!("the query waits at the scheduler {scheduler}"),
            Some(JobSign { stages_done: 0, .. }) => {
                format!("the query is with the scheduler {scheduler}, and none of its stages is done")
            }
            Some(JobSign { stages_done, .. }) => {
                format!("{stages_done} of the query's stages are done, says the scheduler {scheduler}")
            }
        }
    }
}

/// The name of a plan's query at the scheduler, once it has one.
fn job_of(plan: &Arc<dyn ExecutionPlan>) -> Option<String> {
    let query = plan.downcast_ref::<DistributedQueryExec<LogicalPlanNode>>();
    let own = query.and_then(|query| query.job_id()).map(|job| job.to_string());
    own.or_else(|| plan.children().into_iter().find_map(job_of))
}

async fn client(scheduler: SocketAddr) -> std::result::Result<SchedulerGrpcClient<tonic::transport::Channel>, Failure> {
    let endpoint = create_grpc_client_endpoint(format!("http://{scheduler}"), None)?;
    Ok(SchedulerGrpcClient::new(endpoint.connect().await?))
}

/// What the scheduler says of a query; nothing if it does not answer, as it may just be busy.
async fn job_sign(scheduler: SocketAddr, plan: &Arc<dyn ExecutionPlan>) -> Option<JobSign> {
    let job_id = job_of(plan)?;
    let mut client = client(scheduler).await.ok()?;
    let status = client.get_job_status(GetJobStatusParams { job_id: job_id.clone() }).await.ok()?.into_inner().status;
    let has_begun = !matches!(status.and_then(|status| status.status), None | Some(Status::Queued(_)));
    let stages = client.get_job_metrics(GetJobMetricsParams { job_id }).await;
    Some(JobSign { has_begun, stages_done: stages.map_or(0, |stages| stages.into_inner().stages.len()) })
}

async fn cancel(scheduler: SocketAddr, plan: &Arc<dyn ExecutionPlan>) -> Option<()> {
    let job_id = job_of(plan)?;
    client(scheduler).await.ok()?.cancel_job(CancelJobParams { job_id }).await.ok().map(drop)
}
