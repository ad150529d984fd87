//! Tables whose rows are found by their times.

use super::chosen::Lags;
use crate::data::{Dataset, Timeline, moment};
use crate::error::Result;

impl Lags {
    /// A table with every column shifted so that causes stand beside their effects, where a row is found by its time: every row stays where it is, with
    /// what belongs to what the target has in it. What lagged is taken from the row at that time, of this table or else of the others, and is missing where there is
    /// none; also where the row has no time, or the lags were not [chosen in time](Self::chosen_in_time).
    ///
    /// # Errors
    /// When a table has not one time for each row, or a column that lags holds text in one of them.
    ///
    /// ```
    /// use etiology::{CausalGraph, Dataset, lags::Lags};
    ///
    /// let minutes = |rows: std::ops::Range<usize>| rows.map(|row| row.to_string()).collect::<Vec<String>>();
    /// let graph = CausalGraph::from_edges([("db", "api")])?;
    /// let db: Vec<f64> = (0..300).map(|row| (1.3 * f64::from(row * row)).sin()).collect();
    /// let api: Vec<f64> = (0..300).map(|row| 2.0 + if row > 0 { db[row - 1] } else { 0.0 }).collect();
    /// let normal = Dataset::from_columns([("db", db), ("api", api)])?;
    /// let lags = Lags::chosen_in_time(&graph, &normal, &minutes(0..300))?;
    /// let incident = Dataset::from_columns([("db", [9.0, 0.5]), ("api", [2.3, 11.0])])?;
    /// let aligned = lags.aligned_in_time("api", (&incident, &minutes(300..302)), &[(&normal, &minutes(0..300)[..])])?;
    /// assert_eq!(aligned.column("db")?.to_vec(), [normal.column("db")?[299], 9.0]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn aligned_in_time(
        &self,
        target: &str,
        (table, times): (&Dataset, &[String]),
        others: &[(&Dataset, &[String])],
    ) -> Result<Dataset> {
        let tables = || std::iter::once((table, times)).chain(others.iter().copied());
        tables().try_for_each(|(table, times)| table.check_times(times))?;
        let timelines: Vec<Timeline> = tables().map(|(_, times)| Timeline::of(times)).collect();
        let moments: Vec<f64> = times.iter().map(|time| moment(time.trim()).unwrap_or(f64::NAN)).collect();
        let step = self.step.unwrap_or(f64::NAN);
        let mut values = table.values().to_owned();
        for (place, name) in table.names().iter().enumerate() {
            let by = self.shift(name) - self.shift(target);
            if by == 0 {
                continue;
            }
            let has_it = |table: &Dataset| table.names().contains(name);
            let columns = tables().zip(&timelines).filter(|((table, _), _)| has_it(table));
            let columns = columns.map(|((table, _), timeline)| Ok((table.column(name)?, timeline)));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            for (row, &now) in moments.iter().enumerate() {
                let then = now + by as f64 * step;
                let mut found =
                    columns.iter().filter_map(|(column, timeline)| Some(column[timeline.row_at(then, step)?]));
                values[[row, place]] = found.next().unwrap_or(f64::NAN);
            }
        }
        table.with_values(values.view())
    }
}
