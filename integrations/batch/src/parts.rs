//! A folder of results, one file for each file that was read, which is there as a whole or not at all: so that a run that was cut goes on
//! where it was.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use datafusion::arrow::compute::BatchCoalescer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use etiology::files::write_file;
use serde::{Deserialize, Serialize};

use crate::Result;

/// What the results are of, beside them.
const PLAN: &str = "_etiology.json";
/// Begins the names of what is not finished.
const UNFINISHED: &str = ".unfinished-";
const ROWS_OF_A_PAGE: usize = 8192;
const ROWS_OF_A_GROUP: usize = 1 << 17;

/// What a folder's results are of. Two runs with the same plan have the same results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) model: String,
    pub(crate) question: String,
    pub(crate) condition: Option<String>,
    pub(crate) keep: Option<Vec<String>>,
    pub(crate) sort: Option<String>,
    pub(crate) inputs: Vec<Input>,
}

/// A file that is read, as it was when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    bytes: u64,
    /// Nanoseconds since 1970.
    changed: u128,
}

impl Input {
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn new(path: PathBuf) -> Result<Self> {
        let data = fs::metadata(&path)?;
        let changed = data.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { path, bytes: data.len(), changed })
    }

    /// # Errors
    /// When the file is gone, or is another than it was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        let path = self.path.display();
        let now = Self::new(self.path.clone()).map_err(|error| format!("the events in `{path}` are gone: {error}"))?;
        if now == *self { Ok(()) } else { Err(format!("`{path}` has changed since its events were explained").into()) }
    }
}

/// The folder of a plan's results.
pub(crate) struct Parts {
    folder: PathBuf,
    plan: Plan,
}

impl Parts {
    /// Begins a folder, or goes on with one of the same plan.
    ///
    /// # Errors
    /// When the folder holds anything else: other results, or files of somebody else.
    pub(crate) fn open(folder: &Path, plan: Plan) -> Result<Self> {
        let parts = Self { folder: folder.to_owned(), plan };
        match fs::read_to_string(folder.join(PLAN)) {
            Ok(text) => parts.check_same(&text)?,
            Err(_) => {
                if folder.exists() && (!folder.is_dir() || folder.read_dir()?.next().is_some()) {
                    return Err(format!(
                        "`{}` is there already and was not begun by this program; choose another `--out`",
                        folder.display()
                    )
                    .into());
                }
                fs::create_dir_all(folder)
                    .map_err(|error| format!("the folder `{}` cannot be made: {error}", folder.display()))?;
                write_file(folder.join(PLAN), serde_json::to_string_pretty(&parts.plan)?)?;
            }
        }
        parts.remove_unfinished()?;
        Ok(parts)
    }

    fn check_same(&self, text: &str) -> Result<()> {
        let folder = self.folder.display();
        let begun: Plan =
            serde_json::from_str(text).map_err(|error| format!("`{folder}/{PLAN}` is damaged: {error}"))?;
        let what = match (&begun, &self.plan) {
            (begun, now) if begun == now => return Ok(()),
            (begun, now) if begun.model != now.model => "of another model",
            (begun, now) if begun.question != now.question => "of another question",
            (begun, now) if begun.condition != now.condition => "of rows chosen otherwise",
            (begun, now) if begun.keep != now.keep => "with other columns",
            (begun, now) if begun.sort != now.sort => "in another order",
            _ => "of other files, or files that have changed",
        };
        Err(format!("`{folder}` holds results {what}; choose another `--out`, or remove it").into())
    }

    fn remove_unfinished(&self) -> Result<()> {
        for entry in self.folder.read_dir()? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    pub(crate) fn inputs(&self) -> &[Input] {
        &self.plan.inputs
    }

    /// The file of results of an input.
    pub(crate) fn file(&self, input: usize) -> PathBuf {
        self.folder.join(format!("part-{input:05}.parquet"))
    }

    pub(crate) fn is_done(&self, input: usize) -> bool {
        self.file(input).is_file()
    }

    /// A file of an input's results, or of one stretch of them, that is being written.
    pub(crate) fn unfinished(&self, input: usize, stretch: usize) -> PathBuf {
        self.folder.join(format!("{UNFINISHED}{input:05}-{stretch:05}"))
    }

    /// Makes one file of stretches that follow each other, and removes them. The file is there when it is whole, and has the same bytes
    /// for the same rows in the same order, however they were split.
    ///
    /// # Errors
    /// When the disk is full or the folder gone.
    pub(crate) fn finish(&self, input: usize, stretches: &[PathBuf], schema: &SchemaRef) -> Result<()> {
        let joined = self.unfinished(input, usize::MAX);
        let mut writer = writer(&joined, schema)?;
        // Pages end where batches do.
        let mut batches = BatchCoalescer::new(SchemaRef::clone(schema), ROWS_OF_A_PAGE);
        for stretch in stretches {
            for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(stretch)?)?.build()? {
                batches.push_batch(batch?)?;
                while let Some(batch) = batches.next_completed_batch() {
                    writer.write(&batch)?;
                }
            }
        }
        batches.finish_buffered_batch()?;
        while let Some(batch) = batches.next_completed_batch() {
            writer.write(&batch)?;
        }
        writer.close()?;
        File::open(&joined)?.sync_all()?;
        fs::rename(&joined, self.file(input))?;
        for stretch in stretches {
            fs::remove_file(stretch)?;
        }
        Ok(())
    }
}

/// What writes batches of such columns to a file.
///
/// # Errors
/// When the file cannot be made.
pub(crate) fn writer(path: &Path, schema: &SchemaRef) -> Result<ArrowWriter<File>> {
    let file = File::create(path).map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?;
    // A group of rows is kept until it is written.
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_OF_A_GROUP))
        .build();
    Ok(ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties))?)
}

/// What a folder's results are of, if all of them are there: a summary of some would be wrong.
///
/// # Errors
/// When `attribute` did not write the folder, or was cut.
pub(crate) fn finished(folder: &Path) -> Result<Plan> {
    let file = folder.join(PLAN);
    let text = fs::read_to_string(&file).map_err(|error| {
        format!("`{}` cannot be read: {error}; expected a folder that `attribute` wrote", file.display())
    })?;
    let plan: Plan =
        serde_json::from_str(&text).map_err(|error| format!("`{}` is damaged: {error}", file.display()))?;
    let parts = Parts { folder: folder.to_owned(), plan };
    let (all, done) = (parts.inputs().len(), (0..parts.inputs().len()).filter(|&input| parts.is_done(input)).count());
    if done < all {
        return Err(format!(
            "`{}` holds {done} of {all} parts: run `attribute` once more, which goes on where it was cut",
            folder.display()
        )
        .into());
    }
    Ok(parts.plan)
}
