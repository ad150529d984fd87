//! The program as people call it, on files of slow requests.

mod attribute;
mod cluster;
mod others;
#[cfg(feature = "s3")]
mod s3;

#[path = "../../../../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use etiology::mechanism::AssignmentConfig;
use etiology::{Dataset, FittedModel, StructuralCausalModel};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

/// A folder that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("etiology-batch-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The model of the shop, and a folder `slow` with so many files of requests.
    fn with_shop(name: &str, files: usize, rows: usize) -> Self {
        let folder = Self::new(name);
        shop().save(folder.file("shop.etiology")).unwrap();
        fs::create_dir(folder.file("slow")).unwrap();
        for file in 0..files {
            write(&folder.file(&format!("slow/{file}.parquet")), &requests(rows, file as u64));
        }
        folder
    }

    /// Runs the program here; its words are split at blanks.
    fn run(&self, words: &str) -> Output {
        self.command(words).output().unwrap()
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_etiology-batch"));
        command.current_dir(&self.0).args(words.split_whitespace());
        command
    }

    /// Runs the program, which must succeed: what it prints.
    fn done(&self, words: &str) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the program, which must find a mistake: the line that it says.
    fn mistake(&self, words: &str) -> String {
        let output = self.run(words);
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{words}: {line}");
        assert!(output.stdout.is_empty());
        line
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn shop() -> FittedModel {
    let normal = retail_shop::normal_requests(500, 1).unwrap();
    StructuralCausalModel::new(retail_shop::causal_graph().unwrap())
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())
        .and_then(|model| model.fit(&normal))
        .unwrap()
}

/// Requests with an `id` and a `region` before the columns of the nodes.
fn requests(rows: usize, part: u64) -> (RecordBatch, Dataset) {
    let slow = retail_shop::slow_requests(rows, 2 + part).unwrap();
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows as i64).map(|id| id + 1000 * part as i64)));
    let regions: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..rows).map(|row| if row % 3 == 0 { "eu" } else { "us" })));
    let values = slow.values();
    let columns = values.columns().into_iter().map(|column| Arc::new(Float64Array::from(column.to_vec())) as ArrayRef);
    let nodes = slow.names().iter().map(String::as_str).zip(columns);
    let batch = RecordBatch::try_from_iter([("id", ids), ("region", regions)].into_iter().chain(nodes)).unwrap();
    (batch, slow)
}

/// In several row groups, or there would be nothing to split.
fn write(path: &Path, (batch, _): &(RecordBatch, Dataset)) {
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(batch.num_rows().div_ceil(5))).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(|batch| batch.unwrap()).collect();
    arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}
