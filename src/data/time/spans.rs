//! Rows of a table by time: two spans make two tables.

use std::ops::Range;

use super::column::RowTimes;
use crate::data::Dataset;
use crate::error::{Error, Result};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

impl Dataset {
    /// The rows of two spans of time as two tables, the earlier part of a [change](crate::change) and the later one.
    ///
    /// `times` has one entry per row, as [`tables`](crate::tables) reads them. Times and ends are numbers, whatever they count, or dates as ISO
    /// 8601 writes them, `2026-01-31`, `2026-01-31T14:30`, `2026-01-31 14:30:05.25+01:00`; without a zone they are taken for UTC. A span begins
    /// with its start and ends before its end. Rows without a time are in neither table.
    ///
    /// # Errors
    /// When there is not one time for each row; when a time or an end is neither a number nor a date; when a span ends before it begins, or the
    /// spans overlap; or when no row lies in one of them.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_columns([("db", [1.0, 2.0, 3.0, 4.0])])?;
    /// let days = ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"];
    /// let (before, after) = data.split_by_time(&days, "2026-01-30".."2026-02-01", "2026-02-01".."2026-02-02T12:00")?;
    /// assert_eq!(before.column("db")?.to_vec(), [1.0, 2.0]);
    /// assert_eq!(after.column("db")?.to_vec(), [3.0, 4.0]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn split_by_time<T: AsRef<str>>(
        &self,
        times: &[T],
        before: Range<&str>,
        after: Range<&str>,
    ) -> Result<(Self, Self)> {
        self.check_times(times)?;
        let (before, after) = (Span::of(&before)?, Span::of(&after)?);
        if before.start < after.end && after.start < before.end {
            return Err(invalid("two spans that do not overlap", format!("{before} and {after}")));
        }
        let mut moments = Vec::with_capacity(times.len());
        for (row, time) in times.iter().map(AsRef::as_ref).enumerate() {
            let time = time.trim();
            let moment = if time.is_empty() { Ok(f64::NAN) } else { moment(time) };
            let in_row = |cause| Error::InRow { row, cause: Box::new(cause) };
            moments.push(moment.map_err(in_row)?);
        }
        let part = |span: &Span| {
            let rows: Vec<usize> = (0..moments.len()).filter(|&row| span.contains(moments[row])).collect();
            if rows.is_empty() {
                let what = format!("the span {span} of {}", covered(times, &moments));
                return Err(Error::Empty { what, expected: "row" });
            }
            self.select_rows(&rows)
        };
        Ok((part(&before)?, part(&after)?))
    }

    /// Whether there is one time for each row.
    pub(crate) fn check_times<T>(&self, times: &[T]) -> Result<()> {
        let (expected, found) = (self.rows(), times.len());
        if expected == found {
            return Ok(());
        }
        Err(Error::LengthMismatch { what: "the list of the rows' times".to_owned(), expected, found })
    }

    /// [`split_by_time`](Self::split_by_time) by a column of this table, of numbers or of text.
    ///
    /// # Errors
    /// When there is no such column, and as [`split_by_time`](Self::split_by_time).
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_columns([("hour", [1.0, 2.0, 3.0]), ("db", [0.1, 0.2, 0.3])])?;
    /// let (before, after) = data.split_by_time_column("hour", "0".."2", "2".."4")?;
    /// assert_eq!((before.rows(), after.rows()), (1, 2));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn split_by_time_column(&self, column: &str, before: Range<&str>, after: Range<&str>) -> Result<(Self, Self)> {
        let position = self.position_of_any(column)?;
        let times: Vec<String> = (0..self.rows()).map(|row| self.cell_as_text(row, position)).collect();
        self.split_by_time(&times, before, after)
    }
}

impl RowTimes {
    /// The rows of two spans of time as two tables: [`Dataset::split_by_time`] by these times.
    ///
    /// # Errors
    /// As [`Dataset::split_by_time`].
    pub fn split(&self, data: &Dataset, before: Range<&str>, after: Range<&str>) -> Result<(Dataset, Dataset)> {
        data.split_by_time(&self.values, before, after)
    }
}

/// From a moment to another, which is not part of it.
struct Span {
    start: f64,
    end: f64,
    said: String,
}

impl Span {
    fn of(range: &Range<&str>) -> Result<Self> {
        let said = format!("from {} to before {}", range.start.trim(), range.end.trim());
        let (start, end) = (moment(range.start.trim())?, moment(range.end.trim())?);
        if start < end {
            Ok(Self { start, end, said })
        } else {
            Err(invalid("a span that begins before it ends", said))
        }
    }

    fn contains(&self, moment: f64) -> bool {
        (self.start..self.end).contains(&moment)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.said)
    }
}

fn invalid(requirement: &'static str, found: String) -> Error {
    Error::InvalidParameter { name: "the spans of time", requirement, found }
}

/// What the rows cover, in words.
fn covered<T: AsRef<str>>(times: &[T], moments: &[f64]) -> String {
    let known = || (0..moments.len()).filter(|&row| !moments[row].is_nan());
    let first = known().min_by(|&a, &b| moments[a].total_cmp(&moments[b]));
    let last = known().max_by(|&a, &b| moments[a].total_cmp(&moments[b]));
    match first.zip(last) {
        Some((first, last)) => format!("rows from {} to {}", times[first].as_ref().trim(), times[last].as_ref().trim()),
        None => "rows without a time".to_owned(),
    }
}

/// A number as it is, or the seconds since 1970 of a date.
pub(crate) fn moment(text: &str) -> Result<f64> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(|| date(text)).ok_or_else(|| Error::InvalidParameter {
        name: "a time",
        requirement: "a number, or a date such as 2026-01-31 or 2026-01-31T14:30:05+01:00",
        found: format!("`{text}`"),
    })
}

fn date(text: &str) -> Option<f64> {
    let (day, time) = text.split_at_checked(10)?;
    let separator = day.as_bytes()[4];
    if !(separator == b'-' || separator == b'/') || day.as_bytes()[7] != separator {
        return None;
    }
    let (year, month, number) = (digits(&day[..4])?, digits(&day[5..7])?, digits(&day[8..])?);
    let since = days_since_1970(year, month, number)? * DAY;
    if time.is_empty() {
        return Some(since);
    }
    let time = time.strip_prefix(['T', 't', ' '])?.trim_start();
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    Some(since + time_of_day(clock.trim_end())? - offset(zone)?)
}

/// Two or four digits and nothing else.
fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// By the civil calendar (H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*, 2013).
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<f64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last.
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    Some((era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) as f64)
}

/// The seconds of `14:30` or `14:30:05.25`.
fn time_of_day(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':');
    let two = |part: &str| if part.len() == 2 { digits(part) } else { None };
    let (hour, minute) = (two(parts.next()?)?, parts.next().map_or(Some(0), two)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(part) => {
            let whole = part.split('.').next()?;
            two(whole)?;
            // A comma or a second point is no part of a number.
            part.parse::<f64>().ok()?
        }
    };
    let is_time = hour <= 24 && minute < 60 && seconds < 61.0 && parts.next().is_none();
    is_time.then_some(f64::from(hour) * HOUR + f64::from(minute) * MINUTE + seconds)
}

/// The seconds that a zone is ahead of UTC: nothing, `Z`, `+01:00`, `+0100` or `+01`.
fn offset(zone: &str) -> Option<f64> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
        return Some(0.0);
    }
    let sign = if zone.starts_with('-') { -1.0 } else { 1.0 };
    let digits_of: String = zone.get(1..)?.chars().filter(|&character| character != ':').collect();
    let (hours, minutes) = match digits_of.len() {
        2 => (digits(&digits_of)?, 0),
        4 => (digits(&digits_of[..2])?, digits(&digits_of[2..])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (f64::from(hours) * HOUR + f64::from(minutes) * MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_1970() {
        // Python 3.13: datetime.fromisoformat(text).timestamp(), with UTC where there is no zone.
        let known = [
            ("1970-01-01", 0.0),
            ("2026-01-31T14:30", 1_769_869_800.0),
            ("2026-01-31 14:30:05.25+01:00", 1_769_866_205.25),
            ("2024/02/29", 1_709_164_800.0),
            ("2000-12-31T23:59:59Z", 978_307_199.0),
            ("1969-12-31T23:00-0130", 1_800.0),
            ("2026-01-31T24:00", 1_769_904_000.0),
            ("1700000000.5", 1_700_000_000.5),
            ("-3", -3.0),
        ];
        for (text, expected) in known {
            assert_eq!(moment(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-01-31T",
            "2026-01-31T7:30",
            "2026-01-31T14:30:05+1",
            "2026-1-31",
            "NaN",
            "inf",
            "2026-01-31T14:30:61",
            "2026-01-31x14:30",
            "äääääääää",
            "2026-01-31T14:30:05.2.5",
            "2026-01-31T14:60",
        ] {
            let message = moment(text).unwrap_err().to_string();
            assert!(message.contains(text) && message.contains("2026-01-31T14:30:05+01:00"), "{message}");
        }
    }

    #[test]
    fn spans_are_refused_that_say_nothing() {
        let data = Dataset::from_columns([("x", [1.0, 2.0, 3.0])]).unwrap();
        let times = ["1", "", "3"];
        let (before, after) = data.split_by_time(&times, "0".."2", "2".."4").unwrap();
        assert_eq!((before.rows(), after.rows()), (1, 1));
        let wrong = [
            ("0".."2", "1".."4", "overlap"),
            ("2".."0", "3".."4", "begins before"),
            ("0".."1", "2".."4", "from 1 to 3"),
        ];
        for (before, after, said) in wrong {
            let message = data.split_by_time(&times, before, after).unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
        }
        let message = data.split_by_time(&["1", "soon", "3"], "0".."2", "2".."4").unwrap_err().to_string();
        assert!(message.contains("row 1") && message.contains("`soon`"), "{message}");
        assert!(data.split_by_time(&["1"], "0".."2", "2".."4").is_err());
    }
}
