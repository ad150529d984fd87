//! The rows of a table in the order of their times.

use super::column::RowTimes;
use super::spans::moment;
use crate::error::Result;

/// The rows of a table in the order of their times, for those just before a moment.
///
/// ```
/// use etiology::Dataset;
/// use etiology::data::{TimeColumn, Timeline};
///
/// let csv = "time,db\n2026-01-31T12:00,1\n2026-01-31T12:01,2\n2026-01-31T12:02,3\n2026-01-31T18:00,4\n";
/// let (_, times) = Dataset::from_csv_reader_with_time(csv.as_bytes(), &TimeColumn::Detect)?;
/// let timeline = Timeline::new(&times.expect("there is a column of times"));
/// assert_eq!(timeline.just_before("2026-01-31T12:03", 2, None, |_| true)?, [1, 2]);
/// assert_eq!(timeline.just_before("2026-01-31T12:02", 5, Some(3.0), |row| row != 0)?, [1]);
/// assert!(timeline.just_before("2026-01-31T18:00", 5, Some(3.0), |_| true)?.is_empty(), "hours lie between");
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Moments in ascending order with their rows.
    moments: Vec<(f64, usize)>,
    /// The median distance of rows that differ in time.
    step: Option<f64>,
}

impl Timeline {
    /// The rows whose time can be read, as [`Dataset::split_by_time`](crate::Dataset::split_by_time) reads times; the others are in no
    /// order and are left out.
    pub fn new(times: &RowTimes) -> Self {
        let read = |(row, time): (usize, &String)| Some((moment(time.trim()).ok()?, row));
        let mut moments: Vec<(f64, usize)> = times.values.iter().enumerate().filter_map(read).collect();
        moments.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut steps: Vec<f64> =
            moments.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|&step| step > 0.0).collect();
        steps.sort_by(f64::total_cmp);
        let step = steps.get(steps.len().saturating_sub(1) / 2).copied();
        Self { moments, step }
    }

    /// The last rows, `most` at the most, whose time is before this one and that `may` allows, the earliest first; none that is longer
    /// before it than so many of the table's usual steps, where `steps` says a number.
    ///
    /// # Errors
    /// When the time is neither a number nor a date.
    pub fn just_before(
        &self,
        time: &str,
        most: usize,
        steps: Option<f64>,
        may: impl Fn(usize) -> bool,
    ) -> Result<Vec<usize>> {
        let now = moment(time.trim())?;
        // Without a step nobody knows what is long.
        let longest = steps.map_or(f64::INFINITY, |steps| self.step.map_or(0.0, |step| steps * step));
        let end = self.moments.partition_point(|&(moment, _)| moment < now);
        let earlier = self.moments[..end].iter().rev().take_while(|(moment, _)| now - moment <= longest);
        let mut rows: Vec<usize> = earlier.map(|&(_, row)| row).filter(|&row| may(row)).take(most).collect();
        rows.reverse();
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(times: &[&str]) -> Timeline {
        Timeline::new(&RowTimes { name: "t".to_owned(), values: times.iter().map(|&time| time.to_owned()).collect() })
    }

    #[test]
    fn rows_are_taken_by_time_whatever_their_order() {
        let rows = timeline(&["30", "10", "", "20", "soon", "20", "40"]);
        let before = |time, most, steps| rows.just_before(time, most, steps, |_| true).unwrap();
        assert_eq!(before("40", 9, None), [1, 3, 5, 0], "its own moment is not before it");
        assert_eq!(before("40", 2, None), [5, 0]);
        assert_eq!(before("40", 9, Some(2.0)), [3, 5, 0]);
        assert_eq!(before("5", 9, None), [0; 0]);
        assert!(rows.just_before("later", 9, None, |_| true).is_err());
    }

    #[test]
    fn without_two_times_nothing_is_just_before() {
        assert_eq!(timeline(&["1"]).just_before("2", 9, Some(5.0), |_| true).unwrap(), [0; 0]);
        assert_eq!(timeline(&[]).just_before("2", 9, None, |_| true).unwrap(), [0; 0]);
    }
}
