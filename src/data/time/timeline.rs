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
        Self::of(&times.values)
    }

    /// Of times as they were written.
    pub(crate) fn of(times: &[String]) -> Self {
        let read = |(row, time): (usize, &String)| Some((moment(time.trim()).ok()?, row));
        let mut moments: Vec<(f64, usize)> = times.iter().enumerate().filter_map(read).collect();
        moments.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut steps: Vec<f64> =
            moments.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|&step| step > 0.0).collect();
        steps.sort_by(f64::total_cmp);
        let step = steps.get(steps.len().saturating_sub(1) / 2).copied();
        Self { moments, step }
    }

    /// The rows whose time can be read, the earliest first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.moments.iter().map(|&(_, row)| row)
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

    /// The median distance of rows that differ in time; nothing where no two do.
    pub(crate) fn step(&self) -> Option<f64> {
        self.step
    }

    /// The row whose time is nearest to a moment, if less than half a step lies between.
    pub(crate) fn row_at(&self, moment: f64, step: f64) -> Option<usize> {
        let next = self.moments.partition_point(|&(one, _)| one < moment);
        let near = self.moments[next.saturating_sub(1)..].iter().take(2);
        let near = near.map(|&(one, row)| ((one - moment).abs(), row)).filter(|&(apart, _)| apart < 0.5 * step);
        near.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, row)| row)
    }

    /// The rows at even steps from the first to the last one, and nothing where one was missed; of longer gaps so many steps are left. Nothing at all where
    /// the rows are no measurements at even steps: two have the same time, or of ten distances more than one is no multiple of the step.
    pub(crate) fn at_even_steps(&self, longest: usize) -> Option<Vec<Option<usize>>> {
        let (step, &(_, first)) = (self.step?, self.moments.first()?);
        let mut rows = vec![Some(first)];
        let mut uneven = 0;
        for pair in self.moments.windows(2) {
            let steps = (pair[1].0 - pair[0].0) / step;
            if steps <= 0.0 {
                return None;
            }
            uneven += usize::from((steps - steps.round()).abs() > UNEVEN || steps < 0.5);
            let missed = (steps.round() - 1.0).clamp(0.0, longest as f64) as usize;
            rows.extend(std::iter::repeat_n(None, missed));
            rows.push(Some(pair[1].1));
        }
        (EVEN_OF * uneven < rows.len()).then_some(rows)
    }
}

/// A distance further than so many steps from a multiple of the step is uneven.
const UNEVEN: f64 = 0.25;
/// Fewer than one in so many distances may be.
const EVEN_OF: usize = 10;

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
    fn missed_steps_are_gaps_and_requests_have_no_steps() {
        let steps = |times: &[&str]| timeline(times).at_even_steps(2);
        assert_eq!(steps(&["20", "10", "30", "50"]), Some(vec![Some(1), Some(0), Some(2), None, Some(3)]));
        assert_eq!(steps(&["1", "2", "3", "900"]), Some(vec![Some(0), Some(1), Some(2), None, None, Some(3)]));
        assert_eq!(steps(&["1", "2", "2", "3"]), None, "two at once");
        assert_eq!(steps(&["1", "2.4", "2.9", "7.2", "7.3", "11.05"]), None, "whenever somebody asks");
        assert_eq!((steps(&["1"]), steps(&[])), (None, None));
    }

    #[test]
    fn a_row_is_found_by_its_moment() {
        let rows = timeline(&["30", "10", "", "20.3"]);
        assert_eq!(
            [19.9, 24.0, 25.0, 35.0, -1.0, 10.0].map(|moment| rows.row_at(moment, 10.0)),
            [Some(3), Some(3), Some(3), None, None, Some(1)]
        );
        assert_eq!(timeline(&[]).row_at(1.0, 10.0), None);
    }

    #[test]
    fn without_two_times_nothing_is_just_before() {
        assert_eq!(timeline(&["1"]).just_before("2", 9, Some(5.0), |_| true).unwrap(), [0; 0]);
        assert_eq!(timeline(&[]).just_before("2", 9, None, |_| true).unwrap(), [0; 0]);
    }
}
