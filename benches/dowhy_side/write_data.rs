//! The rows, events and calls of a model as CSV files, so that both sides read the same numbers.

use std::error::Error;
use std::fs;
use std::path::Path;

use etiology::Dataset;

use crate::models::Model;
use crate::{known_models, retail_shop};

const NORMAL_ROWS: usize = 5_000;

struct Data {
    normal: Dataset,
    events: Dataset,
    /// Pairs of caller and callee.
    calls: Vec<(String, String)>,
}

/// Writes the files and says where.
pub(crate) fn write(model: Model, folder: &Path) -> Result<String, Box<dyn Error>> {
    let Data { normal, events, calls } = match model {
        Model::Shop => shop()?,
        Model::FanOut => fan_out()?,
    };
    fs::create_dir_all(folder)?;
    fs::write(folder.join("normal.csv"), normal.to_csv())?;
    fs::write(folder.join("events.csv"), events.to_csv())?;
    let calls: String = calls.iter().map(|(caller, callee)| format!("{caller},{callee}\n")).collect();
    fs::write(folder.join("calls.csv"), format!("caller,callee\n{calls}"))?;
    Ok(format!("wrote normal.csv, events.csv and calls.csv into {}", folder.display()))
}

/// The requests of the example `online_shop`.
fn shop() -> etiology::Result<Data> {
    let calls = retail_shop::CALLS.map(|(caller, callee)| (caller.to_owned(), callee.to_owned()));
    Ok(Data {
        normal: retail_shop::normal_requests(NORMAL_ROWS, 1)?,
        events: retail_shop::slow_requests(100, 2)?,
        calls: calls.into(),
    })
}

/// Rows drawn from the known model, and its one event.
fn fan_out() -> etiology::Result<Data> {
    let case = known_models::fan_out_latency()?;
    let event =
        case.observation.names().iter().cloned().zip(case.observation.values().iter().map(|&value| vec![value]));
    let edges = case.model.graph().edges();
    Ok(Data {
        normal: case.model.draw_samples(NORMAL_ROWS, 1)?,
        events: Dataset::from_columns(event)?,
        calls: edges.map(|(callee, caller)| (caller.to_owned(), callee.to_owned())).collect(),
    })
}
