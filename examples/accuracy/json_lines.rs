//! Faults, one JSON object a line; `docs/accuracy.md` says what the fields are.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use etiology::{CausalGraph, Dataset};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Truth};

/// A row in the order of the nodes; missing values are null.
type Row = Vec<Option<f64>>;

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    kind: String,
    nodes: Vec<String>,
    edges: Vec<(String, String)>,
    normal: Vec<Row>,
    #[serde(default)]
    recent: Vec<Row>,
    /// The one row to explain.
    anomaly: Row,
    /// All rows of the incident; the one to explain alone, if empty.
    #[serde(default)]
    event: Vec<Row>,
    /// Which of them is the one to explain.
    #[serde(default)]
    alert: usize,
    target: String,
    root_causes: Vec<String>,
    #[serde(default)]
    paths: Vec<Vec<String>>,
    #[serde(default)]
    hidden: Vec<String>,
    #[serde(default)]
    loop_edges: Vec<(String, String)>,
    #[serde(default)]
    wrong_records: Vec<String>,
}

pub(crate) fn read(file: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let place = format!("{}:{}", file.display(), number + 1);
            case(&place, line).map_err(|error| format!("{place}: {error}").into())
        })
        .collect()
}

fn case(place: &str, line: &str) -> Result<Case, Box<dyn Error>> {
    let line: Line = serde_json::from_str(line)?;
    let graph = CausalGraph::from_nodes_and_edges(line.nodes.clone(), line.edges)?;
    if line.root_causes.is_empty() {
        return Err("there must be a root cause".into());
    }
    let rows = if line.event.is_empty() { vec![line.anomaly] } else { line.event };
    if line.alert >= rows.len() {
        return Err(format!("the row to explain is {}, of {} rows", line.alert, rows.len()).into());
    }
    Ok(Case {
        name: line.name.unwrap_or_else(|| place.to_owned()),
        kind: line.kind,
        graph,
        normal: table(&line.nodes, &line.normal)?,
        rows: table(&line.nodes, &rows)?,
        alert: line.alert,
        recent: if line.recent.is_empty() { None } else { Some(table(&line.nodes, &line.recent)?) },
        target: line.target,
        root_causes: line.root_causes,
        truth: Truth {
            paths: line.paths,
            hidden: line.hidden,
            loop_edges: line.loop_edges,
            wrong_records: line.wrong_records,
        },
    })
}

fn table(nodes: &[String], rows: &[Row]) -> Result<Dataset, Box<dyn Error>> {
    if let Some(row) = rows.iter().find(|row| row.len() != nodes.len()) {
        return Err(format!("a row has {} values, and there are {} nodes", row.len(), nodes.len()).into());
    }
    let column = |place: usize| rows.iter().map(|row| row[place].unwrap_or(f64::NAN)).collect::<Vec<f64>>();
    Ok(Dataset::from_columns(nodes.iter().enumerate().map(|(place, node)| (node.clone(), column(place))))?)
}

/// Writes cases so that [`read`] reads them.
pub(crate) fn write<'c>(file: &Path, cases: impl IntoIterator<Item = &'c Case>) -> Result<(), Box<dyn Error>> {
    let mut writer = BufWriter::new(File::create(file).map_err(|error| format!("{}: {error}", file.display()))?);
    for case in cases {
        serde_json::to_writer(&mut writer, &line(case)?)?;
        writeln!(writer)?;
    }
    Ok(writer.flush()?)
}

fn line(case: &Case) -> Result<Line, Box<dyn Error>> {
    let nodes: Vec<String> = case.graph.nodes().map(str::to_owned).collect();
    let event = rows(&nodes, &case.rows)?;
    let pairs = case.graph.edges().map(|(cause, effect)| (cause.to_owned(), effect.to_owned()));
    Ok(Line {
        name: Some(case.name.clone()),
        kind: case.kind.clone(),
        edges: pairs.collect(),
        normal: rows(&nodes, &case.normal)?,
        recent: case.recent.as_ref().map_or(Ok(Vec::new()), |recent| rows(&nodes, recent))?,
        anomaly: event[case.alert].clone(),
        event,
        alert: case.alert,
        target: case.target.clone(),
        root_causes: case.root_causes.clone(),
        paths: case.truth.paths.clone(),
        hidden: case.truth.hidden.clone(),
        loop_edges: case.truth.loop_edges.clone(),
        wrong_records: case.truth.wrong_records.clone(),
        nodes,
    })
}

/// The rows of a table in the order of the nodes; nodes that it does not have are missing.
fn rows(nodes: &[String], table: &Dataset) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut columns = Vec::new();
    for node in nodes {
        let is_there = table.names().contains(node);
        columns.push(if is_there { Some(table.column(node)?) } else { None });
    }
    let cell = |column: &Option<_>, row: usize| -> Option<f64> {
        let column: &ndarray::ArrayView1<'_, f64> = column.as_ref()?;
        Some(column[row]).filter(|value| value.is_finite())
    };
    Ok((0..table.rows()).map(|row| columns.iter().map(|column| cell(column, row)).collect()).collect())
}
