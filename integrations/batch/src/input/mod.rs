//! Files that are read: which, of which format, and as a table of the engine.

mod local;
pub(crate) mod stores;

use datafusion::prelude::{CsvReadOptions, DataFrame, JsonReadOptions, ParquetReadOptions, SessionContext};
use serde::{Deserialize, Serialize};

use crate::Result;
pub(crate) use local::{absolute, local_path};

/// A file that is read, as it was when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    /// Where it is, as the engine finds it: an absolute path, or an address such as `s3://bucket/slow/1.parquet`.
    pub(crate) path: String,
    bytes: u64,
    /// Nanoseconds since 1970.
    changed: i128,
    /// What a store says that tells contents apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
}

impl Input {
    /// # Errors
    /// When the file is gone, or is another than it was.
    pub(crate) async fn check_unchanged(&self, context: &SessionContext) -> Result<()> {
        let path = &self.path;
        let now = if stores::is_address(path) { stores::file(context, path).await } else { local::file(path.as_ref()) };
        let now = now.map_err(|error| format!("the events in `{path}` are gone: {error}"))?;
        if now == *self { Ok(()) } else { Err(format!("`{path}` has changed since its events were explained").into()) }
    }
}

/// What a file's name says of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Parquet,
    Csv,
    JsonLines,
}

impl Format {
    fn of(path: &str) -> Result<Self> {
        match extension(path).to_lowercase().as_str() {
            "parquet" | "pq" => Ok(Self::Parquet),
            "csv" => Ok(Self::Csv),
            "json" | "jsonl" | "ndjson" => Ok(Self::JsonLines),
            _ => {
                Err(format!("`{path}` is of no format that its name tells; expected .parquet, .csv, .jsonl or .ndjson")
                    .into())
            }
        }
    }
}

fn extension(path: &str) -> &str {
    let name = path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Files whose names begin so are notes of programs, here as elsewhere.
fn is_data(name: &str) -> bool {
    !name.starts_with(['.', '_'])
}

/// The files that a path, a folder or a pattern such as `slow/*.parquet` stands for, by name; on this machine, or in a store.
///
/// # Errors
/// When there are none, the pattern is none, or a file is of no format that is read.
pub(crate) async fn files(context: &SessionContext, pattern: &str) -> Result<Vec<Input>> {
    let mut found =
        if stores::is_address(pattern) { stores::files(context, pattern).await? } else { local::files(pattern)? };
    if found.is_empty() {
        return Err(format!("`{pattern}` is no file, no folder with files and no pattern that a file has").into());
    }
    found.iter().try_for_each(|file| Format::of(&file.path).map(drop))?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// A file as a table.
///
/// # Errors
/// When its format is none of those that are read, or its head is damaged.
pub(crate) async fn table(context: &SessionContext, file: &Input) -> Result<DataFrame> {
    tables(context, std::slice::from_ref(file)).await
}

/// Files of one format as one table.
///
/// # Errors
/// As for [`table`], and when formats or columns differ.
pub(crate) async fn tables(context: &SessionContext, files: &[Input]) -> Result<DataFrame> {
    let formats = files.iter().map(|file| Format::of(&file.path)).collect::<Result<Vec<Format>>>()?;
    if let Some(other) = formats.iter().position(|&format| format != formats[0]) {
        let (one, other) = (&files[0].path, &files[other].path);
        return Err(format!("`{one}` and `{other}` are of different formats; read them in two runs").into());
    }
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let extension = format!(".{}", extension(&files[0].path));
    let read = match formats[0] {
        Format::Parquet => {
            let options = ParquetReadOptions { file_extension: &extension, ..ParquetReadOptions::default() };
            context.read_parquet(paths.clone(), options).await
        }
        Format::Csv => context.read_csv(paths.clone(), CsvReadOptions::new().file_extension(&extension)).await,
        Format::JsonLines => {
            let options = JsonReadOptions { file_extension: &extension, ..JsonReadOptions::default() };
            context.read_json(paths.clone(), options).await
        }
    };
    read.map_err(|error| format!("`{}` cannot be read: {error}", paths.join("`, `")).into())
}
