//! The scheduler and the executors of a cluster, which know the functions as the client does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::{default_config_producer, default_session_builder};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use clap::Args;
use datafusion::execution::SessionStateBuilder;
use etiology_datafusion::Functions;

use crate::Result;
use crate::input::{local_path, stores};

#[derive(Args)]
pub(crate) struct SchedulerArguments {
    /// Address and port at which executors and clients find it
    #[arg(long, default_value = "127.0.0.1:50050")]
    bind: SocketAddr,
    /// After so many seconds without a sign of life an executor is given up, and others do its work
    #[arg(long, default_value_t = 60)]
    executor_timeout: u64,
}

#[derive(Args)]
pub(crate) struct ExecutorArguments {
    /// Address and port of the scheduler
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: SocketAddr,
    /// Address and port at which others find its results; the next port is for the scheduler
    #[arg(long, default_value = "127.0.0.1:50051")]
    bind: SocketAddr,
    /// How many partitions it computes at once; 0 for one per core
    #[arg(long, default_value_t = 0)]
    cores: usize,
    /// Folder for results until they are fetched; a temporary one by default
    #[arg(long, value_parser = local_path)]
    work: Option<PathBuf>,
    /// Seconds between its signs of life
    #[arg(long, default_value_t = 10)]
    heartbeat: u64,
}

/// Runs a scheduler until it is stopped.
pub(crate) async fn schedule(arguments: &SchedulerArguments) -> Result<()> {
    let (host, seconds) = (arguments.bind.ip().to_string(), arguments.executor_timeout);
    let functions = Functions::new();
    let config = SchedulerConfig {
        external_host: host.clone(),
        bind_host: host,
        bind_port: arguments.bind.port(),
        executor_timeout_seconds: seconds,
        expire_dead_executor_interval_seconds: (seconds / 4).max(1),
        no_executors_grace_period_seconds: seconds,
        ..SchedulerConfig::default()
    };
    let config = config.with_override_session_builder(Arc::new(move |config| {
        let state = default_session_builder(config)?;
        let mut state = SessionStateBuilder::new_from_existing(state).with_runtime_env(stores::runtime()?).build();
        functions.register(&mut state)?;
        Ok(state)
    }));
    let cluster = BallistaCluster::new_from_config(&config).await?;
    eprintln!("a scheduler listens on {}", arguments.bind);
    Ok(start_server(cluster, arguments.bind, Arc::new(config)).await?)
}

/// Runs an executor until it is stopped.
pub(crate) async fn execute(arguments: &ExecutorArguments) -> Result<()> {
    let host = arguments.bind.ip().to_string();
    let mut state = default_session_builder(default_config_producer())?;
    Functions::new().register(&mut state)?;
    let grpc_port = arguments.bind.port().checked_add(1).ok_or("there is no port after that of `--bind`")?;
    let config = ExecutorProcessConfig {
        bind_host: host.clone(),
        external_host: Some(host),
        port: arguments.bind.port(),
        grpc_port,
        scheduler_host: arguments.scheduler.ip().to_string(),
        scheduler_port: arguments.scheduler.port(),
        // The scheduler may be starting, too.
        scheduler_connect_timeout_seconds: 60,
        vcores: arguments.cores,
        work_dir: arguments.work.as_ref().map(|folder| folder.display().to_string()),
        executor_heartbeat_interval_seconds: arguments.heartbeat,
        override_runtime_producer: stores::runtime_of_executor(arguments.work.clone()),
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&state))),
        ..ExecutorProcessConfig::default()
    };
    eprintln!("an executor listens on {} for the scheduler {}", arguments.bind, arguments.scheduler);
    Ok(start_executor_process(Arc::new(config)).await?)
}
