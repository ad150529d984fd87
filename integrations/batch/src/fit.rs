//! `fit`: a model of more rows than memory.

use std::path::PathBuf;

use clap::Args;
use datafusion::arrow::array::AsArray;
use datafusion::prelude::{ident, lit};
use etiology::mergeable::FitAccumulatorConfig;
use etiology::{CausalGraph, FittedModel, NoiseFamily, StructuralCausalModel};
use etiology_datafusion::FitPlan;

use crate::engine::{Engine, EngineArguments};
use crate::input::local_path;
use crate::{Result, collect};

/// Normal rows, and what causes what.
#[derive(Args)]
pub(crate) struct GraphArguments {
    /// Edges as CSV, from cause to effect
    #[arg(long, required_unless_present = "calls")]
    graph: Option<PathBuf>,
    /// Calls as CSV, from caller to callee, instead of edges
    #[arg(long, conflicts_with = "graph")]
    calls: Option<PathBuf>,
}

impl GraphArguments {
    pub(crate) fn read(&self) -> Result<CausalGraph> {
        Ok(match (&self.graph, &self.calls) {
            (Some(edges), _) => CausalGraph::from_edges_csv_path(edges)?,
            (None, Some(calls)) => CausalGraph::from_call_graph_csv_path(calls)?,
            (None, None) => return Err("a graph is needed: `--graph` or `--calls`".into()),
        })
    }
}

#[derive(Args)]
pub(crate) struct Arguments {
    /// Normal rows: a file, a folder, or a pattern in quotes (Parquet, CSV, JSON lines), also s3://…
    #[arg(long)]
    rows: String,
    /// Column that tells a row from all others; which rows are sampled depends on it alone
    #[arg(long)]
    key: String,
    #[command(flatten)]
    graph: GraphArguments,
    /// What all noises are, as `Normal`; by default as they are in a sample of rows
    #[arg(long, conflicts_with = "automatic")]
    noise: Option<String>,
    /// Chooses every node's mechanism by a sample and fits it to that; by default all are linear and fitted to all rows
    #[arg(long)]
    automatic: bool,
    /// How many rows are sampled
    #[arg(long, default_value_t = 65_536)]
    sample: u32,
    /// File for the model
    #[arg(long, value_parser = local_path)]
    out: PathBuf,
    #[command(flatten)]
    engine: EngineArguments,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    etiology::files::check_writable(&arguments.out)?;
    let graph = arguments.graph.read()?;
    let plan = plan(arguments, &graph)?;
    let engine = Engine::new(&arguments.engine).await?;
    let frame = collect::rows_of(&engine, &arguments.rows, &arguments.key, &graph).await?;
    let model = if arguments.automatic {
        let sample = collect::sample(&engine, frame, &arguments.key, &graph, arguments.sample).await?;
        StructuralCausalModel::new(graph).assign_mechanisms(&sample)?.fit(&sample)?
    } else {
        let literals = [lit(plan.to_literal()?), ident(&arguments.key)];
        let columns = literals.into_iter().chain(graph.nodes().map(ident));
        let bytes = collect::aggregate(&engine, frame, "fit_model", columns.collect()).await?;
        FittedModel::from_bytes(bytes.as_binary::<i32>().value(0))?
    };
    model.save(&arguments.out)?;
    let rows = model.training_rows().map_or_else(String::new, |rows| format!(" to {rows} rows"));
    eprintln!("a model of {} nodes, fitted{rows}, is in `{}`", model.graph().node_count(), arguments.out.display());
    Ok(())
}

fn plan(arguments: &Arguments, graph: &CausalGraph) -> Result<FitPlan> {
    let rows = usize::try_from(arguments.sample)?;
    let mut plan = FitPlan::new(graph.edges()).with_config(FitAccumulatorConfig::default().with_sample_rows(rows));
    plan.nodes = graph.nodes().map(str::to_owned).collect();
    if let Some(text) = &arguments.noise {
        // A name alone, or JSON for a family with a parameter.
        let json = if text.trim_start().starts_with('{') { text.clone() } else { format!("\"{text}\"") };
        let noise: NoiseFamily = serde_json::from_str(&json)
            .map_err(|error| format!("`--noise {text}`: {error}; expected Empirical or Normal, for instance"))?;
        plan = plan.with_noise(noise);
    }
    Ok(plan)
}
