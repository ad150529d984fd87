//! One row for each step.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use super::series::{MetricSeries, Series};
use crate::data::{Dataset, RowTimes};
use crate::error::{Error, Result};

/// More cells are refused: series that share no times make many more cells than there are samples.
const MOST_CELLS: usize = 1 << 27;

/// What was made of series.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricsReport {
    /// Series, each a column.
    pub series: usize,
    /// Steps in which some series has a sample, each a row.
    pub rows: usize,
    /// The distance of two steps, in seconds; nothing where there is one row.
    pub step_s: Option<f64>,
    /// Cells without a sample: the series had not begun, had ended, or was stale.
    pub missing: u64,
    /// Samples left out, as a later one of the series fell into the same step.
    pub collapsed: u64,
    /// Series of native histograms, which are no numbers; left out.
    pub histograms: u64,
    /// Samples whose time or value is no number; left out.
    pub unreadable: u64,
}

impl fmt::Display for MetricsReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} series, {} rows", self.series, self.rows)?;
        if let Some(step) = self.step_s {
            write!(formatter, " of {step} s")?;
        }
        let remarks = [
            (self.missing, "cells without a sample"),
            (self.collapsed, "samples left out: a later one of their series fell into the same step"),
            (self.histograms, "native histograms left out: query a quantile or a rate of them"),
            (self.unreadable, "samples left out: no number"),
        ];
        for (count, meaning) in remarks.into_iter().filter(|&(count, _)| count > 0) {
            write!(formatter, "\n{count:>8} {meaning}")?;
        }
        Ok(())
    }
}

/// Series as a table, with the time of each row.
#[derive(Debug, Clone)]
pub struct AlignedMetrics {
    table: Dataset,
    times: RowTimes,
    report: MetricsReport,
}

impl AlignedMetrics {
    /// A column for each series, a row for each step; missing values are `NaN`.
    pub fn table(&self) -> &Dataset {
        &self.table
    }

    /// The time of each row, as RFC 3339 in UTC.
    pub fn times(&self) -> &RowTimes {
        &self.times
    }

    /// What was made of the series.
    pub fn report(&self) -> &MetricsReport {
        &self.report
    }
}

impl MetricSeries {
    /// A table with a column for each series and a row for each step.
    ///
    /// The step, in seconds, is the most frequent distance of two samples of a series unless it is given. Each sample goes to the nearest
    /// step, so that series which were scraped at different moments meet in one row; of two in one step, the later counts. What has no sample in a
    /// step is missing there. Steps without any sample are no rows.
    ///
    /// # Errors
    /// When there are no samples, the step is not positive, or the table would have more than 2²⁷ cells.
    pub fn align(&self, step: Option<f64>) -> Result<AlignedMetrics> {
        align(self, step)
    }
}

fn align(series: &MetricSeries, step: Option<f64>) -> Result<AlignedMetrics> {
    let step = match step {
        Some(step) if step.is_finite() && step >= 1e-3 => Some((1e3 * step).round() as i64),
        Some(step) => {
            let requirement = "at least a millisecond, in seconds";
            return Err(Error::InvalidParameter { name: "the step", requirement, found: step.to_string() });
        }
        None => usual_step(&series.series),
    };
    let Some(first) = series.series.iter().flat_map(|series| &series.samples).map(|&(time, _)| time).min() else {
        return Err(Error::Empty { what: "the list of series".to_owned(), expected: "series with a sample" });
    };
    // With one sample of each series there is one row.
    let step = step.unwrap_or(i64::MAX);
    let slot = |time: i64| time.saturating_sub(first).saturating_add(step / 2) / step;
    let mut rows: BTreeMap<i64, usize> =
        series.series.iter().flat_map(|series| &series.samples).map(|&(time, _)| (slot(time), 0)).collect();
    if rows.len().saturating_mul(series.series.len()) > MOST_CELLS {
        let (rows, series) = (rows.len(), series.series.len());
        let message = format!(
            "{series} series have samples in {rows} different steps, which are more than {MOST_CELLS} cells: take a larger step or fewer series"
        );
        return Err(Error::Metrics { origin: "the table of all series".to_owned(), message });
    }
    rows.values_mut().enumerate().for_each(|(row, place)| *place = row);
    let mut report = MetricsReport {
        series: series.series.len(),
        rows: rows.len(),
        step_s: (rows.len() > 1).then_some(step as f64 / 1e3),
        histograms: series.histograms,
        unreadable: series.unreadable,
        ..MetricsReport::default()
    };
    let mut columns = Vec::with_capacity(series.series.len());
    for Series { node, samples } in &series.series {
        let mut column = vec![f64::NAN; rows.len()];
        let mut taken: HashMap<usize, i64> = HashMap::with_capacity(samples.len());
        for &(time, value) in samples {
            let row = rows[&slot(time)];
            if let Some(&earlier) = taken.get(&row) {
                report.collapsed += 1;
                if earlier > time {
                    continue;
                }
            }
            taken.insert(row, time);
            column[row] = value;
        }
        report.missing += column.iter().filter(|value| value.is_nan()).count() as u64;
        columns.push((node.clone(), column));
    }
    let time = |&slot: &i64| rfc_3339(first.saturating_add(slot.saturating_mul(step)));
    let times = RowTimes { name: "time".to_owned(), values: rows.keys().map(time).collect() };
    Ok(AlignedMetrics { table: Dataset::from_columns(columns)?, times, report })
}

/// The most frequent distance of two neighbouring samples of a series, in milliseconds; of equally frequent ones the smallest.
fn usual_step(series: &[Series]) -> Option<i64> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for Series { samples, .. } in series {
        let mut times: Vec<i64> = samples.iter().map(|&(time, _)| time).collect();
        times.sort_unstable();
        times.dedup();
        times.windows(2).for_each(|pair| *counts.entry(pair[1] - pair[0]).or_default() += 1);
    }
    counts.into_iter().max_by_key(|&(step, count)| (count, -step)).map(|(step, _)| step)
}

/// A time in milliseconds since 1970 as text in UTC; the days by the algorithm of Howard Hinnant, "chrono-compatible low-level date
/// algorithms" (2013), which counts years from March.
fn rfc_3339(milliseconds: i64) -> String {
    const DAY: i64 = 86_400_000;
    let (day, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + 400 * era + i64::from(month <= 2);
    let (seconds, milliseconds) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if milliseconds == 0 { String::new() } else { format!(".{milliseconds:03}") };
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(samples: &[(&str, &[(i64, f64)])]) -> MetricSeries {
        let series =
            samples.iter().map(|(node, samples)| Series { node: (*node).to_owned(), samples: samples.to_vec() });
        let mut all = MetricSeries::default();
        all.series.extend(series);
        all
    }

    #[test]
    fn times_are_written_as_people_read_them() {
        let written = [0, 951_782_400_000, 1_709_251_199_999, -1, 1_760_000_000_000].map(rfc_3339);
        let expected = [
            "1970-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "2024-02-29T23:59:59.999Z",
            "1969-12-31T23:59:59.999Z",
            "2025-10-09T08:53:20Z",
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn series_meet_in_rows_and_gaps_are_missing() {
        let web: &[_] = &[(0, 1.0), (15_000, 2.0), (30_000, 3.0), (60_000, 5.0)];
        let db: &[_] = &[(16_000, 20.0), (31_000, 30.0), (61_000, f64::NAN)];
        let aligned = series(&[("web", web), ("db", db)]).align(None).unwrap();
        assert_eq!(aligned.report().step_s, Some(15.0));
        assert_eq!(aligned.table().column("web").unwrap().to_vec(), [1.0, 2.0, 3.0, 5.0]);
        let db = aligned.table().column("db").unwrap().to_vec();
        assert!(db[0].is_nan() && db[1..3] == [20.0, 30.0] && db[3].is_nan(), "{db:?}");
        assert_eq!((aligned.report().missing, aligned.report().rows), (2, 4));
        assert_eq!(aligned.times().values[3], "1970-01-01T00:01:00Z");
    }

    #[test]
    fn of_two_samples_in_a_step_the_later_counts_in_any_order() {
        for samples in [[(0, 1.0), (400, 2.0), (10_000, 3.0)], [(400, 2.0), (0, 1.0), (10_000, 3.0)]] {
            let aligned = series(&[("web", &samples)]).align(Some(10.0)).unwrap();
            assert_eq!(aligned.table().column("web").unwrap().to_vec(), [2.0, 3.0]);
            assert_eq!(aligned.report().collapsed, 1);
        }
    }

    #[test]
    fn extreme_times_and_steps_do_no_harm() {
        let far = series(&[("web", &[(i64::MIN / 2, 1.0), (i64::MAX / 2, 2.0)])]);
        assert_eq!(far.align(None).unwrap().table().rows(), 2);
        assert!([0.0, -1.0, f64::NAN, f64::INFINITY].iter().all(|&step| far.align(Some(step)).is_err()));
        assert!(MetricSeries::default().align(None).is_err());
    }

    #[test]
    fn series_that_share_no_times_do_not_fill_the_memory() {
        let samples: Vec<[(i64, f64); 1]> = (0..20_000).map(|time| [(1000 * time, 1.0)]).collect();
        let names: Vec<String> = (0..20_000).map(|number| format!("s{number}")).collect();
        let sparse: Vec<(&str, &[(i64, f64)])> =
            names.iter().zip(&samples).map(|(name, samples)| (name.as_str(), samples.as_slice())).collect();
        let error = series(&sparse).align(Some(1.0)).unwrap_err().to_string();
        assert!(error.contains("20000 series") && error.contains("take a larger step"), "{error}");
        assert_eq!(series(&sparse).align(Some(1e9)).unwrap().table().rows(), 1);
    }
}
