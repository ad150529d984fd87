//! The query engine with our functions: in this process, or a cluster's.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::config::BALLISTA_CLIENT_PULL;
use clap::Args;
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SessionStateBuilder;
use datafusion::physical_plan::collect;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use etiology_datafusion::Functions;
use indicatif::ProgressBar;

use crate::Result;
use crate::input::stores;
use crate::patience::Patience;

/// Rows that are computed at once: some seconds of work at most, and little memory.
const BATCH: usize = 4096;

#[derive(Args)]
pub(crate) struct EngineArguments {
    /// Scheduler of a cluster that computes; without it this process does
    #[arg(long, value_name = "HOST:PORT")]
    cluster: Option<SocketAddr>,
    /// Ends a query of the cluster that made no progress for so long; by default it is waited for, and said
    #[arg(long, value_name = "SECONDS", requires = "cluster")]
    give_up_after: Option<NonZeroU32>,
    /// In how many parts files are computed at once; one per core by default, which counts this machine's
    #[arg(long)]
    partitions: Option<NonZeroUsize>,
}

impl EngineArguments {
    pub(crate) fn is_cluster(&self) -> bool {
        self.cluster.is_some()
    }
}

impl Engine {
    /// All rows of a frame.
    ///
    /// # Errors
    /// Whatever the engine says, and when a cluster stood still for too long.
    pub(crate) async fn collect(&self, frame: DataFrame) -> Result<Vec<RecordBatch>> {
        let (tasks, plan) = (Arc::new(frame.task_ctx()), frame.create_physical_plan().await?);
        let rows = async { Ok(collect(Arc::clone(&plan), tasks).await?) };
        self.patience.wait(&plan, &ProgressBar::hidden(), rows).await
    }
}

/// How files are read, wherever the engine is: text stays what it is in them, here as on a cluster.
pub(crate) fn session_config() -> SessionConfig {
    let config = SessionConfig::new().with_batch_size(BATCH);
    config.set_bool("datafusion.execution.parquet.schema_force_view_types", false)
}

/// An engine, ready for queries.
pub(crate) struct Engine {
    pub(crate) context: SessionContext,
    pub(crate) functions: Functions,
    pub(crate) patience: Patience,
}

impl Engine {
    /// # Errors
    /// When there is no such cluster.
    pub(crate) async fn new(arguments: &EngineArguments) -> Result<Self> {
        let mut config = session_config();
        if let Some(partitions) = arguments.partitions {
            config = config.with_target_partitions(partitions.get());
        }
        // Each partition has rows that follow each other, and reads its own stretch of a file alone, so that the order of rows can be kept.
        let config = config.with_round_robin_repartition(false).with_repartition_file_min_size(0);
        let config = config.set_bool("datafusion.execution.enable_file_stream_work_stealing", false);
        let runtime = stores::runtime()?;
        let functions = Functions::new();
        let mut context = match arguments.cluster {
            None => SessionContext::new_with_config_rt(config, runtime),
            Some(address) => {
                // The scheduler names the query at once to whom asks for its state, and else once it is done.
                let config = config.upgrade_for_ballista().set_bool(BALLISTA_CLIENT_PULL, true);
                let state = SessionStateBuilder::new()
                    .with_default_features()
                    .with_config(config)
                    .with_runtime_env(runtime)
                    .build();
                SessionContext::remote_with_state(&format!("df://{address}"), state).await?
            }
        };
        // After the context is made, as that of a cluster forgets what its state knew.
        functions.register(&mut context)?;
        let give_up_after = arguments.give_up_after.map(|seconds| Duration::from_secs(seconds.get().into()));
        let patience = Patience { scheduler: arguments.cluster, give_up_after };
        Ok(Self { context, functions, patience })
    }
}
