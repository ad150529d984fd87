//! The rows that finished traces become.

use std::collections::BTreeMap;

use super::config::Absent;
use super::request::{Request, ServiceTime};
use crate::data::Dataset;
use crate::error::Result;

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// What stands in a row until the table is made, where a service was called and its time is not known.
const UNKNOWN: f64 = f64::INFINITY;

pub(super) fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / NANOSECONDS_PER_SECOND
}

/// Seconds of every service that some row has, `NaN` where it was not called.
#[derive(Debug, Default)]
pub(super) struct Columns {
    rows: usize,
    /// By the number of the service; nothing where no row has it.
    services: Vec<Option<Times>>,
    /// How many services some row has.
    count: usize,
    background: BTreeMap<u32, Vec<f64>>,
}

#[derive(Debug, Default)]
struct Times {
    inclusive: Vec<f64>,
    own: Vec<f64>,
}

/// The tables of inclusive times, self times and background.
pub(super) struct Tables {
    pub(super) inclusive: Dataset,
    pub(super) own: Dataset,
    /// Nothing where there was none.
    pub(super) background: Option<Dataset>,
}

impl Columns {
    /// How many services some row has.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn has(&self, service: u32) -> bool {
        self.services.get(service as usize).is_some_and(Option::is_some) || self.background.contains_key(&service)
    }

    pub(super) fn add_row(&mut self, request: &Request) {
        for &(service, ServiceTime { inclusive, own }) in &request.times {
            let place = service as usize;
            if place >= self.services.len() {
                self.services.resize_with(place + 1, || None);
            }
            let times = self.services[place].get_or_insert_with(|| {
                self.count += 1;
                Times::default()
            });
            put(&mut times.inclusive, self.rows, inclusive.map_or(UNKNOWN, seconds));
            put(&mut times.own, self.rows, own.map_or(UNKNOWN, seconds));
        }
        for &(service, nanoseconds) in &request.background {
            put(self.background.entry(service).or_default(), self.rows, seconds(nanoseconds));
        }
        self.rows += 1;
    }

    /// The columns in which some time is known, by the names of the services.
    pub(super) fn tables(self, names: &[String], absent: Absent) -> Result<Tables> {
        let gap = if absent == Absent::Zero { 0.0 } else { f64::NAN };
        let rows = self.rows;
        let (mut inclusive, mut own) = (Vec::new(), Vec::new());
        for (times, name) in self.services.into_iter().zip(names) {
            let Some(times) = times else { continue };
            if times.inclusive.iter().all(|value| !value.is_finite()) {
                continue;
            }
            inclusive.push((name.clone(), filled(times.inclusive, rows, gap)));
            own.push((name.clone(), filled(times.own, rows, gap)));
        }
        let background = self.background.into_iter();
        let background: Vec<_> =
            background.map(|(service, times)| (names[service as usize].clone(), filled(times, rows, 0.0))).collect();
        let background = if background.is_empty() { None } else { Some(Dataset::from_columns(background)?) };
        Ok(Tables { inclusive: Dataset::from_columns(inclusive)?, own: Dataset::from_columns(own)?, background })
    }
}

/// Puts a value into a row, and gaps into those before that have none.
fn put(column: &mut Vec<f64>, row: usize, value: f64) {
    column.resize(row, f64::NAN);
    column.push(value);
}

fn filled(mut column: Vec<f64>, rows: usize, gap: f64) -> Vec<f64> {
    column.resize(rows, f64::NAN);
    for value in &mut column {
        *value = if value.is_nan() {
            gap
        } else if value.is_finite() {
            *value
        } else {
            f64::NAN
        };
    }
    column
}
