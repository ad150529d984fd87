//! A folder of results, one file for each file that was read, which is there as a whole or not at all: so that a run that was cut goes on
//! where it was.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::BatchCoalescer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use etiology::files::{UnfinishedFile, write_file};
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::input::Input;

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

    /// # Errors
    /// When the folder is gone.
    pub(crate) fn remove_unfinished(&self) -> Result<()> {
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

    /// The file of one stretch of an input's results, until all of them are there.
    pub(crate) fn unfinished(&self, input: usize, stretch: usize) -> PathBuf {
        self.folder.join(format!("{UNFINISHED}{input:05}-{stretch:05}"))
    }

    /// Makes the file of an input's results of batches, whose boundaries leave no trace in it. It is there when it is whole.
    ///
    /// # Errors
    /// When the disk is full or the folder gone, and whatever the batches bring.
    pub(crate) async fn finish(
        &self,
        input: usize,
        schema: &SchemaRef,
        mut rows: impl Stream<Item = Result<RecordBatch>> + Unpin,
    ) -> Result<()> {
        let mut writer = writer(UnfinishedFile::create(self.file(input))?, schema)?;
        // Pages end where batches do.
        let mut batches = BatchCoalescer::new(SchemaRef::clone(schema), ROWS_OF_A_PAGE);
        while let Some(batch) = rows.next().await {
            batches.push_batch(batch?)?;
            while let Some(batch) = batches.next_completed_batch() {
                writer.write(&batch)?;
            }
        }
        batches.finish_buffered_batch()?;
        while let Some(batch) = batches.next_completed_batch() {
            writer.write(&batch)?;
        }
        Ok(writer.into_inner()?.finish()?)
    }
}

/// What writes batches of such columns.
pub(crate) fn writer<W: Write + Send>(file: W, schema: &SchemaRef) -> Result<ArrowWriter<W>> {
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
