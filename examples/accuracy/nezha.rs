//! Real faults in the layout of a day of Nezha's Online Boutique (Yu et al., "Nezha: Interpretable Fine-Grained Root Causes
//! Analysis for Microservices on Multi-modal Observability Data", ESEC/FSE 2023).
//!
//! A day has `edges.csv` (cause, effect); `normal.csv`, a minute a row; `events.csv`, a fault a row; and with a column `event`, the
//! number of the fault, `recent.csv`, the rows before it, and `labels.csv`, the service at fault. Nodes are `service|metric`. The target is the latency of the
//! service that requests come in at.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use etiology::{CausalGraph, Dataset};

use crate::case::{Case, Truth};

const TARGET: &str = "frontend|lat";

pub(crate) fn read(folder: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let (_, edges) = records(&folder.join("edges.csv"))?;
    let edges: Vec<(String, String)> = edges.iter().map(|edge| (edge[0].to_owned(), edge[1].to_owned())).collect();
    let graph = CausalGraph::from_edges(edges)?;
    let normal = Dataset::from_csv_path(folder.join("normal.csv"))?;
    let events = Dataset::from_csv_path(folder.join("events.csv"))?;
    let mut recent = by_event(&folder.join("recent.csv"))?;
    let (_, labels) = records(&folder.join("labels.csv"))?;
    let mut faults = BTreeMap::new();
    for label in &labels {
        faults.insert(label[0].to_owned(), (label[1].to_owned(), label[2].to_owned()));
    }
    let case = |row: usize| -> Result<Case, Box<dyn Error>> {
        let event = row.to_string();
        let (service, fault) = faults.get(&event).ok_or_else(|| format!("no label of event {event}"))?;
        Ok(Case {
            name: format!("{event} {fault}"),
            kind: fault.clone(),
            graph: graph.clone(),
            normal: normal.clone(),
            rows: events.between(row..row + 1)?,
            alert: 0,
            recent: recent.remove(&event),
            target: TARGET.to_owned(),
            root_causes: vec![service.clone()],
            truth: Truth::default(),
        })
    };
    (0..events.rows()).map(case).collect()
}

/// The rows of each event.
fn by_event(file: &Path) -> Result<BTreeMap<String, Dataset>, Box<dyn Error>> {
    let (header, rows) = records(file)?;
    let mut columns: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
    for row in &rows {
        let of_event = columns.entry(row[0].to_owned()).or_insert_with(|| vec![Vec::new(); header.len() - 1]);
        for (column, cell) in of_event.iter_mut().zip(row.iter().skip(1)) {
            column.push(if cell.is_empty() { f64::NAN } else { cell.parse()? });
        }
    }
    let table = |columns: Vec<Vec<f64>>| Dataset::from_columns(header.iter().skip(1).map(str::to_owned).zip(columns));
    columns.into_iter().map(|(event, columns)| Ok((event, table(columns)?))).collect()
}

fn records(file: &Path) -> Result<(csv::StringRecord, Vec<csv::StringRecord>), Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let header = reader.headers()?.clone();
    let records = reader.records().collect::<Result<_, _>>().map_err(|error| format!("{}: {error}", file.display()))?;
    Ok((header, records))
}
