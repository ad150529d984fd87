//! Series as they come, before they are a table.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::name::NodeName;
use super::prometheus;
use crate::error::{Error, Result};

/// One node's values by their times, in milliseconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) node: String,
    pub(super) samples: Vec<(i64, f64)>,
}

/// Time series of a monitoring system, collected over one or several queries.
///
/// ```
/// use etiology::metrics::{MetricSeries, NodeName};
///
/// let answer = r#"{"status": "success", "data": {"resultType": "matrix", "result": [
///     {"metric": {"service": "web"}, "values": [[1760000000, "0.2"], [1760000015, "0.9"]]},
///     {"metric": {"service": "db"}, "values": [[1760000000, "0.1"], [1760000015, "0.8"]]}]}}"#;
/// let mut series = MetricSeries::default();
/// series.add_prometheus(answer.as_bytes(), &NodeName::default())?;
/// let metrics = series.align(None)?;
/// assert_eq!(metrics.table().column("web")?[1], 0.9);
/// assert_eq!(metrics.times().values[1], "2025-10-09T08:53:35Z");
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MetricSeries {
    pub(super) series: Vec<Series>,
    names: HashSet<String>,
    pub(super) histograms: u64,
    pub(super) unreadable: u64,
}

impl MetricSeries {
    /// Adds the series of the answers in a file; see [`add_prometheus`](Self::add_prometheus).
    ///
    /// # Errors
    /// As [`add_prometheus`](Self::add_prometheus); when the file cannot be read.
    pub fn add_prometheus_path(&mut self, path: impl AsRef<Path>, name: &NodeName) -> Result<()> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let failed = |error: std::io::Error| Error::Metrics { origin: origin.clone(), message: error.to_string() };
        self.add(BufReader::new(File::open(path).map_err(failed)?), &origin, name)
    }

    /// Adds the series of answers of Prometheus to range queries (`/api/v1/query_range`, a *matrix*) or instant queries (a *vector*), as JSON, one
    /// document after another.
    ///
    /// Samples that are `NaN` or absent are missing values. Native histograms are no numbers, and are counted. The answers are read as a stream.
    ///
    /// # Errors
    /// [`Error::Metrics`] when this is no such answer, or the answer is an error or without series; [`Error::MissingColumn`] when a series has no
    /// such label as `name` asks for; [`Error::DuplicateNode`] when two series would be one node.
    pub fn add_prometheus(&mut self, answers: impl Read, name: &NodeName) -> Result<()> {
        self.add(BufReader::new(answers), "the answer of Prometheus", name)
    }

    fn add(&mut self, answers: impl Read, origin: &str, name: &NodeName) -> Result<()> {
        let failed = |message: String| Error::Metrics { origin: origin.to_owned(), message };
        for answer in prometheus::answers(answers) {
            let answer = answer.map_err(failed)?;
            self.unreadable += answer.unreadable;
            self.histograms += answer.histograms;
            let labels: Vec<&BTreeMap<String, String>> = answer.series.iter().map(|(labels, _)| labels).collect();
            let names = name.of_all(&labels)?;
            for (node, (_, samples)) in names.into_iter().zip(answer.series) {
                self.insert(node, samples)?;
            }
        }
        Ok(())
    }

    fn insert(&mut self, node: String, samples: Vec<(i64, f64)>) -> Result<()> {
        if node.trim().is_empty() {
            return Err(Error::BlankName { what: "a series".to_owned(), position: self.series.len() });
        }
        if !self.names.insert(node.clone()) {
            return Err(Error::DuplicateNode { node });
        }
        self.series.push(Series { node, samples });
        Ok(())
    }
}
