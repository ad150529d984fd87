//! The long form of a table, a row for each series and time, as dashboards and monitoring tools write it: `Series;Time;Value`. It is read
//! as the table that it stands for, a column for each series and a row for each time.

use std::collections::HashMap;

use super::columns::{Gathered, Keep};
use super::report::Origin;
use super::source::TableSource;
use super::time_column;
use crate::data::RowLines;
use crate::error::{Error, Result};

/// Names of the column of series, in lower case.
const SERIES: [&str; 4] = ["series", "metric", "serie", "reihe"];
/// Names of the column of values, in lower case.
const VALUES: [&str; 4] = ["value", "wert", "valeur", "valor"];
/// More series are no columns of a table.
const MOST_SERIES: usize = 10_000;
/// Most cells of the table, which may be many more than there are values.
const MOST_CELLS: usize = 1 << 27;

/// Where the three columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LongForm {
    series: usize,
    time: usize,
    value: usize,
}

impl LongForm {
    /// Whether these are the columns of a long form: the three, and no other. A table whose node is called `Value` is none.
    pub(super) fn of(names: &[String], is_needed: impl Fn(&str) -> bool) -> Option<Self> {
        let called = |names_of_it: &[&str]| {
            names.iter().position(|name| names_of_it.contains(&name.to_lowercase().as_str()) && !is_needed(name))
        };
        let (series, value) = (called(&SERIES)?, called(&VALUES)?);
        let time = names.iter().position(|name| time_column::is_called_so(name) && !is_needed(name))?;
        (names.len() == 3).then_some(Self { series, time, value })
    }
}

/// What a long form stands for, as a source of its own: the column of times first.
#[derive(Debug)]
pub(super) struct Widened {
    names: Vec<String>,
    /// For each time its line, its text, and the values by series.
    rows: Vec<(u64, String, HashMap<usize, String>)>,
    given: usize,
    origin: Origin,
}

impl Widened {
    /// Reads all of a long form.
    ///
    /// # Errors
    /// When the source fails, a series has two values at one time, or there is more than a table can be.
    pub(super) fn read(source: &mut dyn TableSource, file: &str, form: LongForm) -> Result<Self> {
        let failed = |message: String| Error::Csv { origin: file.to_owned(), message };
        let mut names = vec![source.names()[form.time].clone()];
        let mut series: HashMap<String, usize> = HashMap::new();
        let mut times: HashMap<String, usize> = HashMap::new();
        let mut rows: Vec<(u64, String, HashMap<usize, String>)> = Vec::new();
        loop {
            let mut columns: Vec<Gathered> = (0..3).map(|_| Gathered::new(Keep::Text)).collect();
            let mut lines = RowLines::default();
            let more = source.read_batch(&mut columns, &mut lines)?;
            let [of_series, of_time, of_value] = [form.series, form.time, form.value].map(|place| columns[place].odd());
            for (((line, (_, name)), (_, time)), (_, value)) in lines.iter().zip(of_series).zip(of_time).zip(of_value) {
                if name.is_empty() {
                    return Err(failed(format!("line {line} names no series")));
                }
                let place = *series.entry(name.to_owned()).or_insert_with(|| {
                    names.push(name.to_owned());
                    names.len() - 1
                });
                let row = *times.entry(time.to_owned()).or_insert_with(|| {
                    rows.push((line, time.to_owned(), HashMap::new()));
                    rows.len() - 1
                });
                if series.len() > MOST_SERIES || series.len().saturating_mul(rows.len()) > MOST_CELLS {
                    let (series, rows) = (series.len(), rows.len());
                    return Err(failed(format!(
                        "line {line} is of series {series} and time {rows}: at most {MOST_SERIES} series and {MOST_CELLS} cells are read"
                    )));
                }
                if rows[row].2.insert(place, value.to_owned()).is_some() {
                    return Err(failed(format!("line {line} has a second value of `{name}` at {time}")));
                }
            }
            if !more {
                return Ok(Self { names, rows, given: 0, origin: Origin { long_form: true, ..source.origin() } });
            }
        }
    }
}

impl TableSource for Widened {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut RowLines) -> Result<bool> {
        let Some((line, time, values)) = self.rows.get(self.given) else { return Ok(false) };
        self.given += 1;
        lines.push(*line);
        for (place, column) in columns.iter_mut().enumerate() {
            column.push_text(if place == 0 { time } else { values.get(&place).map_or("", String::as_str) });
        }
        Ok(true)
    }

    fn origin(&self) -> Origin {
        self.origin.clone()
    }
}
