//! `attribute`: every event of some files, explained.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::physical_plan::execute_stream_partitioned;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext, col, ident, lit};
use etiology_datafusion::Question;
use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use tokio::task::JoinSet;

use crate::engine::{Engine, EngineArguments, session_config};
use crate::input::{Input, absolute, local_path};
use crate::parts::{Parts, Plan, writer};
use crate::patience::GivenUp;
use crate::{Failure, Result, input, progress};

/// The column of answers.
pub(crate) const CAUSE: &str = "cause";
/// So often is a part computed that fails on a cluster, where a machine may have gone with its results.
const ATTEMPTS: usize = 4;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Events: a file, a folder, or a pattern in quotes such as 'slow/*.parquet' (Parquet, CSV, JSON lines), also s3://…
    #[arg(long)]
    events: String,
    /// A saved model
    #[arg(long, value_parser = local_path)]
    model: PathBuf,
    /// Node whose values are explained
    #[arg(long, required_unless_present = "question")]
    target: Option<String>,
    /// Question as JSON, with its configuration: {"target": …, "config": {…}}
    #[arg(long, conflicts_with = "target")]
    question: Option<String>,
    /// Explains those rows alone of which this is true, in SQL: "region = 'eu' AND total_ms > 500"
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Explains those rows alone whose target has this outlier score or more, in nats
    #[arg(long, value_name = "NATS")]
    above: Option<f64>,
    /// Columns that are kept beside the answers; by default those that are no nodes
    #[arg(long, value_delimiter = ',')]
    keep: Option<Vec<String>>,
    /// Column that the answers in a file are sorted by; by default they are in the order of the events, on a cluster in whichever they come
    #[arg(long, value_name = "COLUMN")]
    sort: Option<String>,
    /// Folder for the answers, one file of Parquet for each file of events
    #[arg(long, value_parser = local_path)]
    out: PathBuf,
    #[command(flatten)]
    engine: EngineArguments,
    /// Shows no progress
    #[arg(long)]
    quiet: bool,
}

impl Arguments {
    fn question(&self) -> Result<Question> {
        Ok(Question::parse(self.question.as_deref().or(self.target.as_deref()).unwrap_or_default())?)
    }

    fn condition(&self) -> Option<String> {
        let above = self.above.map(|nats| format!("outlier score >= {nats}"));
        let both: Vec<String> = self.condition.iter().cloned().chain(above).collect();
        (!both.is_empty()).then(|| both.join(" AND "))
    }
}

/// Explains all events that have no answers in the folder yet.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let engine = Engine::new(&arguments.engine).await?;
    let model = engine.functions.models().pinned(absolute(&arguments.model)?)?;
    let question = arguments.question()?;
    // What is wrong with the question is so before anything is written.
    engine.functions.models().model(&model.as_str().into())?.attributor(&question.target, question.config.clone())?;
    let inputs = input::files(&engine.context, &arguments.events).await?;
    let plan = Plan {
        model: model.clone(),
        question: question.to_literal()?,
        condition: arguments.condition(),
        keep: arguments.keep.clone(),
        sort: arguments.sort.clone(),
        inputs,
    };
    let parts = Parts::open(&arguments.out, plan)?;
    let job = Job { engine: &engine, arguments, model: &model, question: &question, parts: &parts };
    let to_do: Vec<usize> = (0..parts.inputs().len()).filter(|&part| !parts.is_done(part)).collect();
    if to_do.len() < parts.inputs().len() {
        eprintln!("{} of {} parts are done already", parts.inputs().len() - to_do.len(), parts.inputs().len());
    }
    let bar = progress::rows(arguments.quiet);
    for part in to_do {
        job.part_with_patience(part, &bar).await?;
    }
    bar.finish_and_clear();
    Ok(())
}

struct Job<'a> {
    engine: &'a Engine,
    arguments: &'a Arguments,
    model: &'a str,
    question: &'a Question,
    parts: &'a Parts,
}

impl Job<'_> {
    /// On a cluster a part is computed again if it fails: an executor that goes takes finished results with it.
    async fn part_with_patience(&self, part: usize, bar: &ProgressBar) -> Result<()> {
        let path = &self.parts.inputs()[part].path;
        let attempts = if self.arguments.engine.is_cluster() { ATTEMPTS } else { 1 };
        let before = bar.position();
        let mut attempt = 1;
        loop {
            bar.set_message(format!("part {} of {}", part + 1, self.parts.inputs().len()));
            match self.part(part, bar).await {
                Err(failure) if attempt < attempts && !failure.is::<GivenUp>() => {
                    bar.suspend(|| eprintln!("`{path}`, attempt {attempt} of {attempts}: {failure}"));
                    bar.set_position(before);
                    attempt += 1;
                }
                Err(failure) => {
                    self.parts.remove_unfinished()?;
                    return Err(format!("`{path}`: {failure}").into());
                }
                Ok(()) => return Ok(()),
            }
        }
    }

    async fn part(&self, part: usize, bar: &ProgressBar) -> Result<()> {
        let frame = self.frame(&self.parts.inputs()[part]).await?;
        let schema = SchemaRef::clone(frame.schema().inner());
        let mut streams = JoinSet::new();
        let mut stretches = Vec::new();
        // The rows of a partition follow those of the one before.
        let (tasks, plan) = (Arc::new(frame.task_ctx()), frame.create_physical_plan().await?);
        for (stretch, stream) in execute_stream_partitioned(Arc::clone(&plan), tasks)?.into_iter().enumerate() {
            let path = self.parts.unfinished(part, stretch);
            stretches.push(path.clone());
            streams.spawn(write(stream, path, SchemaRef::clone(&schema), bar.clone()));
        }
        let written = async {
            while let Some(written) = streams.join_next().await {
                written??;
            }
            Ok(())
        };
        self.engine.patience.wait(&plan, bar, written).await?;
        match &self.arguments.sort {
            Some(column) => {
                let rows = sorted(&stretches, column).await?.map(|batch| Ok(batch?));
                self.parts.finish(part, &schema, rows).await?;
            }
            None => {
                let stretches = stretches.iter().map(rows).collect::<Result<Vec<_>>>()?;
                let rows = stretches.into_iter().flatten().map(|batch| Ok(batch?));
                self.parts.finish(part, &schema, stream::iter(rows)).await?;
            }
        }
        Ok(stretches.iter().try_for_each(std::fs::remove_file)?)
    }

    /// The answers to the events of a file, beside the columns that are kept.
    async fn frame(&self, file: &Input) -> Result<DataFrame> {
        let Engine { context, functions, .. } = self.engine;
        let events = input::table(context, file).await?;
        let graph = functions.models().model(&self.model.into())?;
        let mut condition = match &self.arguments.condition {
            None => None,
            Some(text) => Some(events.parse_sql_expr(text)?),
        };
        if let Some(nats) = self.arguments.above {
            let score = functions.outlier_score(self.model, self.question, ident(&self.question.target))?;
            let above = score.gt_eq(lit(nats));
            condition = Some(condition.map_or(above.clone(), |condition| condition.and(above)));
        }
        let columns: Vec<String> = events.schema().fields().iter().map(|field| field.name().clone()).collect();
        let keep: Vec<String> = match &self.arguments.keep {
            Some(keep) => keep.clone(),
            None => columns.iter().filter(|name| !graph.graph().contains(name)).cloned().collect(),
        };
        if let Some(unknown) = keep.iter().chain(&self.arguments.sort).find(|name| !columns.contains(name)) {
            return Err(format!("there is no column `{unknown}`; there are {}", columns.join(", ")).into());
        }
        let plan = functions.attributed(events.logical_plan().clone(), self.model, self.question, condition, CAUSE)?;
        let kept = keep.iter().map(ident).chain([col(CAUSE)]);
        Ok(context.execute_logical_plan(plan).await?.select(kept.collect::<Vec<_>>())?)
    }
}

/// The rows of a file.
fn rows(file: &PathBuf) -> Result<ParquetRecordBatchReader> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.build()?)
}

/// The rows of some files, sorted by a column. In this process, as a cluster would have to pass all of them around for that.
async fn sorted(files: &[PathBuf], column: &str) -> Result<SendableRecordBatchStream> {
    /// What does not fit is sorted on the disk.
    const MEMORY: usize = 512 << 20;
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(MEMORY, 1.0).build_arc()?;
    let context = SessionContext::new_with_config_rt(session_config().with_target_partitions(1), runtime);
    let options = ParquetReadOptions { file_extension: "", ..ParquetReadOptions::default() };
    let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let rows = context.read_parquet(paths, options).await?;
    Ok(rows.sort(vec![ident(column).sort(true, false)])?.execute_stream().await?)
}

async fn write(
    mut stream: SendableRecordBatchStream,
    path: PathBuf,
    schema: SchemaRef,
    bar: ProgressBar,
) -> std::result::Result<(), Failure> {
    let file = File::create(&path).map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?;
    let mut writer = writer(file, &schema)?;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        writer.write(&batch)?;
        bar.inc(batch.num_rows() as u64);
    }
    writer.close()?;
    Ok(())
}
