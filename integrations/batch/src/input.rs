//! Files that are read: which, of which format, and as a table of the engine.

use std::path::{Path, PathBuf};

use datafusion::prelude::{CsvReadOptions, DataFrame, JsonReadOptions, ParquetReadOptions, SessionContext};

use crate::Result;

/// What a file's name says of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Parquet,
    Csv,
    JsonLines,
}

impl Format {
    fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("parquet" | "pq") => Ok(Self::Parquet),
            Some("csv") => Ok(Self::Csv),
            Some("json" | "jsonl" | "ndjson") => Ok(Self::JsonLines),
            _ => Err(format!(
                "`{}` is of no format that its name tells; expected .parquet, .csv, .jsonl or .ndjson",
                path.display()
            )
            .into()),
        }
    }
}

/// The files that a path, a folder or a pattern such as `slow/*.parquet` stands for, by name.
///
/// # Errors
/// When there are none, the pattern is none, or a file is of no format that is read.
pub(crate) fn files(pattern: &str) -> Result<Vec<PathBuf>> {
    let path = Path::new(pattern);
    let mut found: Vec<PathBuf> = if path.is_file() {
        vec![path.to_owned()]
    } else if path.is_dir() {
        let entries = path.read_dir().map_err(|error| format!("the folder `{pattern}` cannot be read: {error}"))?;
        let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
        // Files whose names begin so are notes of programs, here as elsewhere.
        let is_data = |path: &PathBuf| {
            path.is_file() && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with(['.', '_']))
        };
        files.into_iter().filter(is_data).collect()
    } else {
        let paths = glob::glob(pattern).map_err(|error| format!("`{pattern}` is no pattern of files: {error}"))?;
        let files = paths.collect::<std::result::Result<Vec<PathBuf>, _>>()?;
        files.into_iter().filter(|path| path.is_file()).collect()
    };
    if found.is_empty() {
        return Err(format!("`{pattern}` is no file, no folder with files and no pattern that a file has").into());
    }
    found.iter().try_for_each(|path| Format::of(path).map(drop))?;
    found.sort();
    // A cluster's machines have other working folders.
    found.iter().map(|path| Ok(path.canonicalize()?)).collect()
}

/// A file as a table.
///
/// # Errors
/// When its format is none of those that are read, or its head is damaged.
pub(crate) async fn table(context: &SessionContext, file: &Path) -> Result<DataFrame> {
    tables(context, std::slice::from_ref(&file.to_owned())).await
}

/// Files of one format as one table.
///
/// # Errors
/// As for [`table`], and when formats or columns differ.
pub(crate) async fn tables(context: &SessionContext, files: &[PathBuf]) -> Result<DataFrame> {
    let formats = files.iter().map(|file| Format::of(file)).collect::<Result<Vec<Format>>>()?;
    if let Some(other) = formats.iter().position(|&format| format != formats[0]) {
        let (one, other) = (files[0].display(), files[other].display());
        return Err(format!("`{one}` and `{other}` are of different formats; read them in two runs").into());
    }
    let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let extension =
        files[0].extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
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
