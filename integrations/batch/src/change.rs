//! `change`: why a target's distribution changed between two spans of rows, by a sample of each.

use std::path::PathBuf;

use clap::Args;
use etiology::StructuralCausalModel;
use etiology::change::ChangeConfig;
use etiology::files::{check_writable, write_file};
use etiology::report::ChangeReport;

use crate::engine::{Engine, EngineArguments};
use crate::fit::GraphArguments;
use crate::format::Format;
use crate::input::local_path;
use crate::{Result, collect};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Rows before: a file, a folder, or a pattern in quotes (Parquet, CSV, JSON lines), also s3://…
    #[arg(long)]
    before: String,
    /// Rows after
    #[arg(long)]
    after: String,
    /// Column that tells a row from all others; which rows are sampled depends on it alone
    #[arg(long)]
    key: String,
    #[command(flatten)]
    graph: GraphArguments,
    /// Node whose distribution changed
    #[arg(long)]
    target: String,
    /// How the change is measured and split, as JSON: {"functional": {"quantile": 0.95}, "resamples": 200}
    #[arg(long, default_value = "{}")]
    config: String,
    /// How many rows of each side are sampled
    #[arg(long, default_value_t = 65_536)]
    sample: u32,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// File for the page
    #[arg(long, value_parser = local_path)]
    page: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    arguments.page.as_ref().map_or(Ok(()), check_writable)?;
    let config: ChangeConfig = serde_json::from_str(&arguments.config)
        .map_err(|error| format!("`--config {}` cannot be read: {error}", arguments.config))?;
    let graph = arguments.graph.read()?;
    graph.parents(&arguments.target)?;
    let engine = Engine::new(&arguments.engine).await?;
    let mut sides = Vec::new();
    let mut inputs = Vec::new();
    for pattern in [&arguments.before, &arguments.after] {
        let frame = collect::rows_of(&engine, pattern, &arguments.key, &graph).await?;
        let all = collect::count(&engine, frame.clone()).await?;
        let sample = collect::sample(&engine, frame, &arguments.key, &graph, arguments.sample).await?;
        inputs.push(format!("Of `{pattern}`, {} of {all} rows were taken, chosen by their keys.", sample.rows()));
        sides.push(sample);
    }
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&sides[0])?;
    let change = model.distribution_change(&sides[0], &sides[1], &arguments.target, &config)?;
    if let Some(page) = &arguments.page {
        write_file(page, ChangeReport::new(&change).with_inputs(inputs.clone()).to_html())?;
    }
    inputs.iter().for_each(|note| eprintln!("{note}"));
    arguments.format.print(&change, |change| change.to_csv())
}
