//! Slow requests of a shop in a Parquet file, explained by the library and by DataFusion with several numbers of partitions: the same bits, and
//! what the engine costs.
//!
//! ```text
//! cargo run --release -p etiology-datafusion --example million_events -- --events 1000000
//! ```
//!
//! The dev profile does as well: the library is optimised there, and the engine does little. Nothing is printed of the answers but a hash of all
//! their bits, which does not depend on the order of rows. Fails where two hashes differ.

#[path = "../../../examples/shared/cost.rs"]
mod cost;
#[path = "../../../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "the culprit is not needed here")]
mod retail_shop;

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use clap::Parser;
use cost::{peak_mebibytes, processor_seconds};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use etiology::data::{EventColumn, EventColumns};
use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, Attributor, FittedModel, Quantity, StructuralCausalModel};
use etiology_datafusion::{Functions, Question};
use futures::StreamExt;
use retail_shop::TARGET;

/// Rows in a batch, for the library and for the engine.
const BATCH: usize = 8192;
/// Requests that are made at once.
const MADE_AT_ONCE: usize = 1 << 17;

#[derive(Parser)]
#[command(about = "Explains many slow requests by the library and by DataFusion, and compares all bits")]
struct Arguments {
    /// How many slow requests
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// Numbers of partitions that DataFusion takes, one run each
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 7])]
    partitions: Vec<usize>,
    /// Threads of the library
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Leaves the library out, for measuring the memory of the engine alone
    #[arg(long)]
    engine_only: bool,
    /// Splits deviations from the mean, in seconds, instead of scores: much quicker, through the same plan
    #[arg(long)]
    mean_deviation: bool,
    /// Writes the requests and the model into this folder, which stays, and explains nothing
    #[arg(long)]
    write: Option<PathBuf>,
    /// Prints the hash of answers that `etiology-batch attribute` wrote into this folder, and explains nothing
    #[arg(long)]
    answers: Option<PathBuf>,
}

impl Arguments {
    fn config(&self) -> AttributionConfig {
        let quantity = if self.mean_deviation { Quantity::MeanDeviation } else { Quantity::ItScore };
        AttributionConfig::default().with_quantity(quantity)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(answers) = &arguments.answers {
        println!("{:016x}", hash_of_answers(answers).await?);
        return Ok(());
    }
    if let Some(folder) = &arguments.write {
        fs::create_dir_all(folder)?;
        prepare(&arguments, folder)?;
        return Ok(());
    }
    let folder = std::env::temp_dir().join(format!("etiology-million-events-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = compare(&arguments, &folder).await;
    fs::remove_dir_all(&folder)?;
    done
}

/// The requests as a file of Parquet, and the model of normal ones.
fn prepare(arguments: &Arguments, folder: &Path) -> Result<(PathBuf, PathBuf, FittedModel), Box<dyn Error>> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?)
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())?
        .fit(&normal)?;
    let (file, saved) = (folder.join("requests.parquet"), folder.join("shop.etiology"));
    model.save(&saved)?;
    write(&file, arguments.events)?;
    Ok((file, saved, model))
}

async fn compare(arguments: &Arguments, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (file, saved, model) = prepare(arguments, folder)?;
    println!("{:<28} {:>8} {:>8} {:>10}  hash of all bits", "", "clock s", "CPU s", "peak MiB");
    let mut hashes = Vec::new();
    let report = |what: &str, (hash, clock, processor): (u64, Duration, f64)| {
        println!("{what:<28} {:>8.2} {processor:>8.2} {:>10.0}  {hash:016x}", clock.as_secs_f64(), peak_mebibytes());
        hash
    };
    if !arguments.engine_only {
        let attributor = model.attributor(TARGET, arguments.config())?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
        let begun = (Instant::now(), processor_seconds());
        let hash = pool.install(|| by_the_library(&attributor, &file)).map_err(|error| error.to_string())?;
        let what = format!("library, {} threads", arguments.threads);
        hashes.push(report(&what, (hash, begun.0.elapsed(), processor_seconds() - begun.1)));
    }
    for &partitions in &arguments.partitions {
        let begun = (Instant::now(), processor_seconds());
        let hash = by_the_engine(partitions, arguments.config(), &file, &saved).await?;
        let what = format!("DataFusion, {partitions} partitions");
        hashes.push(report(&what, (hash, begun.0.elapsed(), processor_seconds() - begun.1)));
    }
    if hashes.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err("not all of them have the same bits".into());
    }
    Ok(())
}

fn write(file: &Path, events: usize) -> Result<(), Box<dyn Error>> {
    let mut writer: Option<ArrowWriter<File>> = None;
    for (part, first) in (0..events).step_by(MADE_AT_ONCE).enumerate() {
        let rows = MADE_AT_ONCE.min(events - first);
        let slow = retail_shop::slow_requests(rows, 2 + part as u64)?;
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((first..first + rows).map(|id| id as i64)));
        let values = slow.values();
        let columns =
            values.columns().into_iter().map(|column| Arc::new(Float64Array::from(column.to_vec())) as ArrayRef);
        let nodes = slow.names().iter().map(String::as_str).zip(columns);
        let batch = RecordBatch::try_from_iter([("id", ids)].into_iter().chain(nodes))?;
        let writer = match &mut writer {
            Some(writer) => writer,
            none => {
                // More row groups than partitions, or there would be nothing to split.
                let properties = WriterProperties::builder().set_max_row_group_row_count(Some(1 << 16)).build();
                none.insert(ArrowWriter::try_new(File::create(file)?, batch.schema(), Some(properties))?)
            }
        };
        writer.write(&batch)?;
    }
    writer.ok_or("there are no events")?.close()?;
    Ok(())
}

fn by_the_library(attributor: &Attributor, file: &Path) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let mut hash = 0u64;
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.with_batch_size(BATCH).build()? {
        let batch = batch?;
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).skip(1);
        let events = columns.map(|(field, column)| {
            (field.name().as_str(), EventColumn::Numbers(column.as_primitive::<Float64Type>().values()))
        });
        let answer = attributor.attribute_columns(&EventColumns::new(events)?)?;
        for (row, &id) in batch.column(0).as_primitive::<Int64Type>().values().iter().enumerate() {
            let mut bits = RowHash::new(id, answer.scores()[row]);
            answer.ranked(row).iter().for_each(|node| bits.add(node.node, &[node.value, node.std_error]));
            hash = hash.wrapping_add(bits.0);
        }
    }
    Ok(hash)
}

async fn by_the_engine(
    partitions: usize,
    config: AttributionConfig,
    file: &Path,
    model: &Path,
) -> Result<u64, Box<dyn Error>> {
    let question = Question::new(TARGET, config).to_literal()?;
    let functions = Functions::new();
    let session = SessionConfig::new().with_target_partitions(partitions).with_batch_size(BATCH);
    let mut context = SessionContext::new_with_config(session);
    functions.register(&mut context)?;
    context.register_parquet("requests", file.display().to_string(), ParquetReadOptions::default()).await?;
    let model = functions.models().pinned(model)?;
    let nodes: String =
        retail_shop::causal_graph()?.nodes().map(|node| format!(", \"{node}\"")).collect::<Vec<_>>().concat();
    let query = format!("SELECT id, attribute('{model}', '{question}'{nodes}) AS cause FROM requests");
    hash_of_frame(context.sql(&query).await?).await
}

async fn hash_of_answers(folder: &Path) -> Result<u64, Box<dyn Error>> {
    // Lists of text as they were written.
    let session = SessionConfig::new().set_bool("datafusion.execution.parquet.schema_force_view_types", false);
    let context = SessionContext::new_with_config(session);
    let frame = context.read_parquet(folder.display().to_string(), ParquetReadOptions::default()).await?;
    hash_of_frame(frame.select_columns(&["id", "cause"])?).await
}

/// Of identifiers and answers.
async fn hash_of_frame(frame: DataFrame) -> Result<u64, Box<dyn Error>> {
    let mut parts = tokio::task::JoinSet::new();
    for mut stream in frame.execute_stream_partitioned().await? {
        parts.spawn(async move {
            let mut hash = 0u64;
            while let Some(batch) = stream.next().await {
                hash = hash.wrapping_add(hash_of(&batch?));
            }
            Ok::<u64, datafusion::error::DataFusionError>(hash)
        });
    }
    let mut hash = 0u64;
    while let Some(part) = parts.join_next().await {
        hash = hash.wrapping_add(part??);
    }
    Ok(hash)
}

fn hash_of(batch: &RecordBatch) -> u64 {
    let (ids, causes) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_struct());
    let (scores, lists) = (causes.column(0).as_primitive::<Float64Type>(), causes.column(5).as_list::<i32>());
    let nodes = lists.values().as_struct();
    let (names, values) = (nodes.column(0).as_string::<i32>(), nodes.column(1).as_primitive::<Float64Type>());
    let errors = nodes.column(2).as_primitive::<Float64Type>();
    let mut hash = 0u64;
    for row in 0..batch.num_rows() {
        let mut bits = RowHash::new(ids.value(row), scores.value(row));
        let [from, to] = [0, 1].map(|end| lists.value_offsets()[row + end] as usize);
        (from..to).for_each(|at| bits.add(names.value(at), &[values.value(at), errors.value(at)]));
        hash = hash.wrapping_add(bits.0);
    }
    hash
}

/// FNV-1a of one row's identifier and figures; rows are summed up, in whichever order they come.
struct RowHash(u64);

impl RowHash {
    fn new(id: i64, score: f64) -> Self {
        let mut hash = Self(0xcbf2_9ce4_8422_2325);
        hash.bytes(&id.to_le_bytes());
        hash.bytes(&score.to_bits().to_le_bytes());
        hash
    }

    fn add(&mut self, node: &str, figures: &[f64]) {
        self.bytes(node.as_bytes());
        figures.iter().for_each(|figure| self.bytes(&figure.to_bits().to_le_bytes()));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    }
}
