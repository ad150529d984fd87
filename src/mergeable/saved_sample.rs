//! A sample as it travels: its rows in the order of their hashes, so that the same rows are the same bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::sample::{KeyedSample, SampledRow};
use crate::error::{Error, Result};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSample {
    names: Vec<String>,
    size: usize,
    seed: u64,
    rows_seen: u64,
    hashes: Vec<u64>,
    /// Row after row.
    #[serde(serialize_with = "write_values", deserialize_with = "read_values")]
    values: Vec<f64>,
}

/// Text formats have no word for NaN but `null`.
fn write_values<S: Serializer>(values: &[f64], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        return values.serialize(serializer);
    }
    serializer.collect_seq(values.iter().map(|&value| (!value.is_nan()).then_some(value)))
}

fn read_values<'d, D: Deserializer<'d>>(deserializer: D) -> std::result::Result<Vec<f64>, D::Error> {
    if !deserializer.is_human_readable() {
        return Vec::deserialize(deserializer);
    }
    let values: Vec<Option<f64>> = Vec::deserialize(deserializer)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

impl Serialize for KeyedSample {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let rows = self.sorted();
        let saved = SavedSample {
            names: self.names().to_vec(),
            size: self.size(),
            seed: self.seed(),
            rows_seen: self.rows_seen(),
            hashes: rows.iter().map(|row| row.hash).collect(),
            values: rows.iter().flat_map(|row| row.values.iter().copied()).collect(),
        };
        saved.serialize(serializer)
    }
}

impl<'d> Deserialize<'d> for KeyedSample {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        SavedSample::deserialize(deserializer)?.restore().map_err(serde::de::Error::custom)
    }
}

impl SavedSample {
    fn restore(self) -> Result<KeyedSample> {
        let Self { names, size, seed, rows_seen, hashes, values } = self;
        let width = names.len();
        let empty = KeyedSample::new(names, size, seed)?;
        let damaged = |found: String| Error::InvalidParameter {
            name: "a saved sample",
            requirement: "rows of finite or missing values in the order of their hashes, as many as were seen or as it may have",
            found,
        };
        if hashes.len().checked_mul(width) != Some(values.len()) || hashes.len() as u64 != rows_seen.min(size as u64) {
            return Err(damaged(format!("{} hashes and {} values of {rows_seen} rows", hashes.len(), values.len())));
        }
        if let Some(infinite) = values.iter().find(|value| value.is_infinite()) {
            return Err(damaged(infinite.to_string()));
        }
        let plain = |&value: &f64| if value.is_nan() { f64::NAN } else { value };
        let rows = hashes.into_iter().zip(values.chunks(width));
        let rows: Vec<SampledRow> =
            rows.map(|(hash, values)| SampledRow { hash, values: values.iter().map(plain).collect() }).collect();
        match rows.windows(2).position(|pair| pair[0].order(&pair[1]).is_gt()) {
            Some(row) => Err(damaged(format!("row {row} before one that is smaller"))),
            None => Ok(KeyedSample::restore(empty, rows_seen, rows)),
        }
    }
}

/// Whether both would be saved as the same bytes.
impl PartialEq for KeyedSample {
    fn eq(&self, other: &Self) -> bool {
        let (rows, others) = (self.sorted(), other.sorted());
        (self.names(), self.size(), self.seed(), self.rows_seen())
            == (other.names(), other.size(), other.seed(), other.rows_seen())
            && rows.len() == others.len()
            && rows.iter().zip(others).all(|(row, other)| row.order(other).is_eq())
    }
}
