//! Simulated faults, one JSON object a line: `nodes`, `edges` (cause, effect), `normal` (rows in the order of the nodes),
//! `anomaly` (one row), `target` and `root_causes`.

use std::error::Error;
use std::fs;
use std::path::Path;

use etiology::{CausalGraph, Dataset, Observation};
use serde::Deserialize;

use crate::case::Case;

#[derive(Deserialize)]
struct Line {
    nodes: Vec<String>,
    edges: Vec<(String, String)>,
    normal: Vec<Vec<f64>>,
    anomaly: Vec<f64>,
    target: String,
    root_causes: Vec<String>,
}

pub(crate) fn read(file: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let name = format!("{}:{}", file.display(), number + 1);
            case(name.clone(), line).map_err(|error| format!("{name}: {error}").into())
        })
        .collect()
}

fn case(name: String, line: &str) -> Result<Case, Box<dyn Error>> {
    let line: Line = serde_json::from_str(line)?;
    let graph = CausalGraph::from_nodes_and_edges(line.nodes.clone(), line.edges)?;
    let column = |place: usize| -> Option<Vec<f64>> { line.normal.iter().map(|row| row.get(place).copied()).collect() };
    let columns = (0..line.nodes.len()).map(column).collect::<Option<Vec<_>>>().ok_or("a row is too short")?;
    let [root_cause] = line.root_causes.as_slice() else { return Err("there must be one root cause".into()) };
    Ok(Case {
        name,
        graph,
        normal: Dataset::from_columns(line.nodes.iter().cloned().zip(columns))?,
        event: Observation::new(line.nodes, line.anomaly)?,
        recent: None,
        target: line.target,
        root_cause: root_cause.clone(),
    })
}
