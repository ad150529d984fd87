//! Real faults in the layout of the PetShop benchmark (Hardt et al., "The PetShop Dataset: Finding Causes of Performance
//! Issues across Microservices", CLeaR 2024).
//!
//! A scenario has `graph.csv`, an adjacency matrix of calls; `noissue/metrics.csv`, normal operation; and
//! `{train,test}/issue_*` with `metrics.csv`, some rows around one fault, and `target.json`, which metric of which node
//! broke its objective, when, and who was the root cause. Metrics have three header rows (node, metric, statistic) and a time
//! stamp per row.
//!
//! The row to explain is the first that is not before the target's time stamp; the rows from there on are the incident, and
//! those before it what was just before.
//! Nodes whose value is missing in the event, or in more than half of the normal rows, are marginalised out.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use etiology::{CausalGraph, Dataset};
use serde::Deserialize;

use crate::case::{Case, Truth};

#[derive(Deserialize)]
struct Issue {
    target: Target,
    root_cause: RootCause,
}

#[derive(Deserialize)]
struct Target {
    node: String,
    metric: String,
    agg: String,
    timestamp: f64,
}

#[derive(Deserialize)]
struct RootCause {
    node: String,
}

pub(crate) fn read(folder: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let graph = CausalGraph::from_call_graph(calls(&folder.join("graph.csv"))?)?;
    let normal = Metrics::read(&folder.join("noissue/metrics.csv"))?;
    let mut cases = Vec::new();
    for split in ["train", "test"] {
        for issue in issues(&folder.join(split))? {
            let case = case(&graph, &normal, &issue, split);
            cases.push(case.map_err(|error| format!("{}: {error}", issue.display()))?);
        }
    }
    Ok(cases)
}

fn case(graph: &CausalGraph, normal: &Metrics, folder: &Path, split: &str) -> Result<Case, Box<dyn Error>> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let Issue { target, root_cause } = serde_json::from_str(&fs::read_to_string(folder.join("target.json"))?)?;
    let metrics = Metrics::read(&folder.join("metrics.csv"))?;
    let row = metrics.timestamps.iter().position(|&time| time >= target.timestamp).ok_or("no row at the time stamp")?;
    let around = metrics.of(&target.metric, &target.agg)?;
    let event = around.row(row)?;
    let normal = normal.of(&target.metric, &target.agg)?;
    let (graph, _) = graph.restricted_to(&normal)?;
    // A parent that is mostly missing would leave its children few complete rows.
    let is_known = |node: &str| -> etiology::Result<bool> {
        let present = normal.column(node)?.iter().filter(|value| value.is_finite()).count();
        Ok(2 * present >= normal.rows() && event.get(node).is_some_and(f64::is_finite))
    };
    let mut silent = Vec::new();
    for node in graph.nodes() {
        if !is_known(node)? {
            silent.push(node);
        }
    }
    let graph = if silent.is_empty() { graph.clone() } else { graph.marginalize(silent)?.0 };
    Ok(Case {
        name: format!("{split}/{name} {}", target.metric),
        kind: format!("{split}, {}", target.metric),
        graph,
        normal,
        rows: around.between(row..around.rows())?,
        alert: 0,
        recent: if row > 0 { Some(around.between(0..row)?) } else { None },
        target: target.node,
        root_causes: vec![root_cause.node],
        truth: Truth::default(),
    })
}

/// The folders of the issues, by their numbers.
fn issues(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut issues: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    issues.retain(|issue| issue.join("target.json").is_file());
    issues.sort_by_key(|issue| (issue.as_os_str().len(), issue.clone()));
    Ok(issues)
}

/// Caller and callee of every 1 in the adjacency matrix.
fn calls(file: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let callees: Vec<String> = reader.headers()?.iter().skip(1).map(str::to_owned).collect();
    let mut calls = Vec::new();
    for record in reader.records() {
        let record = record?;
        let caller = record.get(0).unwrap_or_default();
        for (callee, cell) in callees.iter().zip(record.iter().skip(1)) {
            if cell.trim().parse::<f64>()? != 0.0 {
                calls.push((caller.to_owned(), callee.clone()));
            }
        }
    }
    Ok(calls)
}

/// A node and its values over time.
type Series = (String, Vec<f64>);

/// All metrics of all nodes.
struct Metrics {
    timestamps: Vec<f64>,
    /// By metric and statistic the columns of the nodes.
    columns: BTreeMap<(String, String), Vec<Series>>,
}

impl Metrics {
    fn read(file: &Path) -> Result<Self, Box<dyn Error>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let mut records = reader.records();
        let mut header = || -> Result<csv::StringRecord, Box<dyn Error>> {
            Ok(records.next().ok_or_else(|| format!("{}: three header rows are expected", file.display()))??)
        };
        let (nodes, metrics, statistics) = (header()?, header()?, header()?);
        let mut timestamps = Vec::new();
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); nodes.len().saturating_sub(1)];
        for record in records {
            let record = record?;
            // A row of its own names the index.
            let Ok(time) = record.get(0).unwrap_or_default().parse::<f64>() else { continue };
            timestamps.push(time);
            for (column, cell) in values.iter_mut().zip(record.iter().skip(1)) {
                column.push(if cell.is_empty() { f64::NAN } else { cell.parse()? });
            }
        }
        let mut columns: BTreeMap<_, Vec<Series>> = BTreeMap::new();
        for (place, values) in values.into_iter().enumerate() {
            let cell = |row: &csv::StringRecord| row.get(place + 1).unwrap_or_default().to_owned();
            columns.entry((cell(&metrics), cell(&statistics))).or_default().push((cell(&nodes), values));
        }
        Ok(Self { timestamps, columns })
    }

    /// One metric and statistic of all nodes.
    fn of(&self, metric: &str, statistic: &str) -> Result<Dataset, Box<dyn Error>> {
        let columns = self.columns.get(&(metric.to_owned(), statistic.to_owned()));
        Ok(Dataset::from_columns(columns.ok_or_else(|| format!("no metric {metric}, {statistic}"))?.clone())?)
    }
}
