//! CSV: tables, with and without a column of times, and lists of calls and edges.

use etiology::data::TimeColumn;
use etiology::tables::{CsvFormat, Table};
use etiology::{CausalGraph, Dataset, Error};

use super::{check_error, check_graph};

pub(super) fn dataset_csv(bytes: &[u8]) {
    let plain = Dataset::from_csv_reader(bytes);
    check_table(&plain);
    check_formats(bytes);
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

/// A file of Parquet, which a reader of CSV takes as well.
#[cfg(feature = "parquet")]
pub(super) fn parquet(bytes: &[u8]) {
    check_table(&Dataset::from_csv_reader(bytes));
    match CsvFormat::default().with_time(TimeColumn::Detect).read(bytes) {
        Ok(table) => check_report(&table),
        Err(error) => check_error(&error),
    }
}

/// However the format is given, the report is of the table, and what is written is read again.
fn check_formats(bytes: &[u8]) {
    let default = CsvFormat::default();
    let found = match default.read(bytes) {
        Ok(found) => found,
        Err(error) => return check_error(&error),
    };
    check_report(&found);
    let (like, needed) = (default.clone().like(&found.report), default.clone().with_needed(found.data.names()));
    let named = [(';', ','), ('\t', '.')]
        .map(|(delimiter, decimal)| default.clone().with_delimiter(delimiter).with_decimal(decimal));
    for format in [&like, &needed, &named[0], &named[1]] {
        match format.read(bytes) {
            Ok(table) => check_report(&table),
            Err(error) => check_error(&error),
        }
    }
    let again = like.read(bytes).expect("a table goes with itself");
    assert!(again.data.names() == found.data.names());
    let written = needed.read(found.data.to_csv().as_bytes()).expect("what was written");
    assert_eq!(written.data.names(), found.data.names());
    let cells = |table: &Table| {
        table.data.values().iter().map(|value| value.to_bits() | u64::from(value.is_nan())).collect::<Vec<_>>()
    };
    if found.report.columns.iter().all(|column| column.text_cells == 0) {
        assert!(cells(&written) == cells(&found), "{:?} instead of {:?}", written.data, found.data);
    }
}

fn check_report(table: &Table) {
    let Table { data, report, .. } = table;
    assert_eq!((report.rows, report.columns.len()), (data.rows() as u64, data.columns()));
    assert!(!report.to_string().is_empty() && serde_json::to_string(report).is_ok());
    assert!((0..data.rows()).all(|row| data.place_of_row(row).is_some()));
    for (name, column) in data.names().iter().zip(&report.columns) {
        assert_eq!((name, data.column(name).is_err()), (&column.name, column.text_cells > 0));
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
            assert!(complete.finite_column(name).is_ok() || complete.levels(name).is_some());
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
