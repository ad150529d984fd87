//! CSV: tables, with and without a column of times, and lists of calls and edges.

use etiology::data::TimeColumn;
use etiology::{CausalGraph, Dataset, Error};

use super::{check_error, check_graph};

pub(super) fn dataset_csv(bytes: &[u8]) {
    let plain = Dataset::from_csv_reader(bytes);
    check_table(&plain);
    for time in [TimeColumn::Detect, TimeColumn::Named("time".to_owned())] {
        let timed = Dataset::from_csv_reader_with_time(bytes, &time);
        if let (Ok((data, times)), Ok(plain)) = (&timed, &plain) {
            assert_eq!(data.columns() + usize::from(times.is_some()), plain.columns());
            assert_eq!(data.rows(), plain.rows());
            assert!(times.iter().all(|times| times.values.len() == data.rows()));
            assert!(times.is_some() || matches!(time, TimeColumn::Detect));
        }
        check_table(&timed.map(|(data, _)| data));
    }
}

fn check_table(table: &Result<Dataset, Error>) {
    let data = match table {
        Ok(data) => data,
        Err(error) => return check_error(error),
    };
    assert_eq!(data.values().dim(), (data.rows(), data.columns()));
    assert_eq!(data.names().len(), data.columns());
    assert_eq!(data.observations().count(), data.rows());
    assert!(data.row(data.rows()).is_err(), "a row beyond the last");
    for name in data.names().iter().take(16) {
        assert!(!name.trim().is_empty());
        if let Ok(column) = data.column(name) {
            assert_eq!(column.len(), data.rows());
        }
        if let Ok(column) = data.finite_column(name) {
            assert!(column.iter().all(|value| value.is_finite()));
        }
        if let Ok(complete) = data.drop_incomplete_rows([name]) {
            assert!((1..=data.rows()).contains(&complete.rows()));
            assert!(complete.finite_column(name).is_ok());
        }
        let _ = data.fill_with_mean([name]);
        for row in [0, data.rows().saturating_sub(1)] {
            let _ = data.row(row).map(|event| event.get(name));
        }
    }
}

pub(super) fn call_graph_csv(bytes: &[u8]) {
    check_loaded(&CausalGraph::from_call_graph_csv_reader(bytes));
}

pub(super) fn edges_csv(bytes: &[u8]) {
    check_loaded(&CausalGraph::from_edges_csv_reader(bytes));
}

fn check_loaded(graph: &Result<CausalGraph, Error>) {
    match graph {
        Ok(graph) => check_graph(graph),
        Err(Error::Cycle { nodes }) => assert!(nodes.len() >= 2 && nodes.first() == nodes.last(), "{nodes:?}"),
        Err(error) => check_error(error),
    }
}
