//! A sample of rows that is the same however they are split, and in whichever order they come.

use std::cmp::Ordering;

use super::bytes;
use super::config::check_sample_rows;
use super::distance::SampleDistance;
use super::keys::RowKeys;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::numeric::ranks::sort_by;

/// The k rows whose keys have the smallest hashes: a simple random sample, as long as keys differ.
///
/// The hash is SipHash-2-4 of the key, with the seed as its own key, so a row is sampled or not whichever rows came before. Rows of one hash,
/// which are those of one key but for one chance in 2⁶⁴ a pair, are told apart by their values. So samples of parts can be
/// [merged](Self::merge), in any order, and hold the rows that a sample of the whole would hold.
///
/// Missing values (`NaN`) are kept as such. Serde saves it with its rows in the order of their hashes: 8 bytes a value in a binary format.
/// Costs O(1) a row, and memory for 2·k rows.
///
/// Source: the bottom-k sketch of E. Cohen and H. Kaplan, *Summarizing data using bottom-k sketches*, PODC 2007.
///
/// ```
/// use etiology::mergeable::{KeyedSample, RowKeys};
///
/// let mut sample = KeyedSample::new(["latency"], 100, 7)?;
/// for start in (0..100_000).step_by(1_000) {
///     let keys: Vec<u64> = (start..start + 1_000).collect();
///     let latency: Vec<f64> = keys.iter().map(|&key| (key as f64).sqrt()).collect();
///     sample.add_columns(RowKeys::Numbers(&keys), &[&latency])?;
/// }
/// assert_eq!((sample.rows_seen(), sample.len()), (100_000, 100));
/// assert_eq!(sample.to_dataset()?.rows(), 100);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyedSample {
    names: Vec<String>,
    size: usize,
    seed: u64,
    rows_seen: u64,
    /// The rows that may be among the smallest: never fewer than are asked for, if so many were seen, and at most twice as many.
    candidates: Vec<SampledRow>,
    /// A hash above which no row can be among the smallest any more.
    bound: u64,
}

/// A row with the hash of its key.
#[derive(Debug, Clone)]
pub(super) struct SampledRow {
    pub(super) hash: u64,
    pub(super) values: Box<[f64]>,
}

impl SampledRow {
    /// By hash, then by values.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let by_values =
            || self.values.iter().zip(&other.values).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        self.hash.cmp(&other.hash).then_with(|| by_values().unwrap_or(Ordering::Equal))
    }
}

impl KeyedSample {
    /// An empty sample of the named columns, which will have at most so many rows.
    ///
    /// # Errors
    /// When there is no name, one is blank or stands twice, or the sample is to have fewer than 2 rows or more than 67 million.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>, rows: usize, seed: u64) -> Result<Self> {
        check_sample_rows(rows)?;
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        // What a table requires of names.
        Dataset::from_columns(names.iter().map(|name| (name.as_str(), [0.0])))?;
        Ok(Self { names, size: rows, seed, rows_seen: 0, candidates: Vec::new(), bound: u64::MAX })
    }

    /// Adds rows: a key for each, and the values of the columns in the order of the names.
    ///
    /// # Errors
    /// When there is not a column for each name and a value and a key for each row, or a value is infinite; then no row is added.
    pub fn add_columns(&mut self, keys: RowKeys<'_>, columns: &[&[f64]]) -> Result<()> {
        if columns.len() != self.names.len() {
            let (what, expected) = ("the list of columns".to_owned(), self.names.len());
            return Err(Error::LengthMismatch { what, expected, found: columns.len() });
        }
        let rows = columns[0].len();
        keys.check(rows)?;
        for (name, column) in self.names.iter().zip(columns) {
            check_column(name, column, rows)?;
        }
        self.add_checked(keys, rows, |column, row| columns[column][row]);
        Ok(())
    }

    /// Adds rows that were checked.
    pub(super) fn add_checked(&mut self, keys: RowKeys<'_>, rows: usize, value: impl Fn(usize, usize) -> f64) {
        self.rows_seen += rows as u64;
        for row in 0..rows {
            let hash = keys.hash(row, self.seed);
            if hash <= self.bound {
                // One missing value is as good as another.
                let plain = |value: f64| if value.is_nan() { f64::NAN } else { value };
                let values = (0..self.names.len()).map(|column| plain(value(column, row))).collect();
                self.push(SampledRow { hash, values });
            }
        }
    }

    /// Adds the rows of another sample.
    ///
    /// # Errors
    /// When it is of other columns, of another number of rows, or of another seed.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let described = |sample: &Self| (sample.names.clone(), sample.size, sample.seed);
        if described(self) != described(other) {
            let found = format!("{} rows of {:?} with the seed {}", other.size, other.names, other.seed);
            let (name, requirement) =
                ("a sample that is merged", "of the same columns, size and seed as the one it is merged into");
            return Err(Error::InvalidParameter { name, requirement, found });
        }
        self.rows_seen = self.rows_seen.saturating_add(other.rows_seen);
        for row in other.candidates.iter().filter(|row| row.hash <= other.bound) {
            if row.hash <= self.bound {
                self.push(row.clone());
            }
        }
        Ok(())
    }

    /// The sample as bytes, in the `postcard` format: the same for the same rows.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        bytes::write(self)
    }

    /// The sample that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        bytes::read(bytes, "a saved sample")
    }

    /// How much memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let names: usize = self.names.iter().map(|name| size_of::<String>() + name.len()).sum();
        let rows = self.candidates.capacity() * size_of::<SampledRow>();
        names + rows + self.candidates.len() * self.names.len() * size_of::<f64>()
    }

    fn push(&mut self, row: SampledRow) {
        self.candidates.push(row);
        if self.candidates.len() >= 2 * self.size {
            self.candidates.select_nth_unstable_by(self.size - 1, SampledRow::order);
            self.candidates.truncate(self.size);
            self.bound = self.candidates.last().map_or(u64::MAX, |row| row.hash);
        }
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows the sample has.
    #[allow(clippy::len_without_is_empty, reason = "of a sample nobody asks but before the first row")]
    pub fn len(&self) -> usize {
        self.candidates.len().min(self.size)
    }

    /// How many rows it may have at most.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The seed of the hash.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many rows it is a sample of.
    pub fn rows_seen(&self) -> u64 {
        self.rows_seen
    }

    /// Whether it holds all rows that it has seen.
    pub fn is_whole(&self) -> bool {
        self.len() as u64 == self.rows_seen
    }

    /// The sampled rows as a table, in the order of their hashes.
    ///
    /// # Errors
    /// When there is no row.
    pub fn to_dataset(&self) -> Result<Dataset> {
        let rows = self.sorted();
        let column = |column: usize| rows.iter().map(|row| row.values[column]).collect::<Vec<f64>>();
        let columns = self.names.iter().enumerate().map(|(place, name)| (name.as_str(), column(place)));
        Dataset::from_columns(columns)
    }

    /// How far the distribution of a column in the sample may be from that which the rows are drawn from, with a probability of `confidence`
    /// that it is no further. Missing values do not count.
    ///
    /// # Errors
    /// When there is no such column, or no value in it; when the confidence is not between 0 and 1; when sampled rows share a key, since
    /// rows that come and go together are not independent.
    pub fn distance(&self, column: &str, confidence: f64) -> Result<SampleDistance> {
        let missing = || {
            let available = crate::error::list_names(&self.names);
            Error::MissingColumn { column: column.to_owned(), available }
        };
        let place = self.names.iter().position(|name| name == column).ok_or_else(missing)?;
        let rows = self.sorted();
        let shared = rows.windows(2).filter(|pair| pair[0].hash == pair[1].hash).count();
        if shared > 0 {
            let (name, requirement) = ("the keys of sampled rows", "different in every row, for a distance that holds");
            return Err(Error::InvalidParameter {
                name,
                requirement,
                found: format!("the same as another's in {shared} rows"),
            });
        }
        SampleDistance::of(rows.iter().filter(|row| !row.values[place].is_nan()).count(), confidence)
    }

    /// The sampled rows, by hash and values.
    pub(super) fn sorted(&self) -> Vec<&SampledRow> {
        let mut rows: Vec<&SampledRow> = self.candidates.iter().collect();
        sort_by(&mut rows, &|one, other| one.order(other));
        rows.truncate(self.size);
        rows
    }

    /// A sample of these rows, which are its smallest.
    pub(super) fn restore(empty: Self, rows_seen: u64, rows: Vec<SampledRow>) -> Self {
        let bound = if rows.len() < empty.size { u64::MAX } else { rows.last().map_or(u64::MAX, |row| row.hash) };
        Self { rows_seen, bound, candidates: rows, ..empty }
    }
}

/// # Errors
/// When a column has another number of rows, or an infinite value.
pub(super) fn check_column(name: &str, column: &[f64], rows: usize) -> Result<()> {
    if column.len() != rows {
        let what = format!("column `{name}`");
        return Err(Error::LengthMismatch { what, expected: rows, found: column.len() });
    }
    // Cheap where all is well, which is nearly always.
    if column.iter().all(|value| !value.is_infinite()) {
        return Ok(());
    }
    let infinite = column.iter().filter(|value| value.is_infinite()).count();
    Err(Error::NonFiniteColumn {
        column: name.to_owned(),
        missing: column.iter().filter(|value| value.is_nan()).count(),
        infinite,
        rows,
        first_row: column.iter().position(|value| value.is_infinite()).unwrap_or(0),
        details: ", counted in its batch".to_owned(),
    })
}
