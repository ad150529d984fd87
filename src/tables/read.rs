//! From a source to a table.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::cells::{Decimal, Unit, unit_in_header};
use super::columns::{Circumstances, Evidence, Gathered, Keep, Known, Resolved, decimal_told, resolve};
use super::csv::is_unnamed;
use super::format::CsvFormat;
use super::repeated::tell_apart;
use super::report::{ColumnReport, LeftOut, LeftOutColumn, Origin, TableReport};
use super::source::TableSource;
use super::time_column;
use crate::data::{Dataset, RowLines, RowPlaces, RowTimes, TextFault};
use crate::error::{Error, Result};

/// More cells are refused: input without an end shall not fill the memory.
const MOST_CELLS: usize = 1 << 27;

/// What a file holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Table {
    /// The columns.
    pub data: Dataset,
    /// The column of times, if there is one and it was [asked for](CsvFormat::with_time).
    pub times: Option<RowTimes>,
    /// What was converted.
    pub report: TableReport,
}

/// Reads all batches, and decides what the cells mean.
pub(super) fn read_table(source: &mut dyn TableSource, file: &str, format: &CsvFormat) -> Result<Table> {
    let mut headers = source.names().to_vec();
    let needed = format.needed.as_ref().map(|names| names.iter().map(String::as_str).collect::<HashSet<_>>());
    let is_needed = |name: &str| needed.as_ref().is_some_and(|needed| needed.contains(name));
    let by_name = time_column::by_name(format.time.as_ref(), &headers, is_needed)?;
    let repeated_names = tell_apart(&mut headers, by_name, needed.as_ref(), file)?;
    let left_out = left_out(&headers, needed.as_ref(), by_name);
    let is_left_out = |position: usize| left_out.iter().any(|column| column.position == position);
    let keep = |position: usize| match by_name {
        Some(time) if time == position => Keep::Text,
        _ if is_left_out(position) => Keep::Nothing,
        _ => Keep::Values,
    };
    let mut columns: Vec<Gathered> = (0..headers.len()).map(|position| Gathered::new(keep(position))).collect();
    let mut lines = RowLines::default();
    while source.read_batch(&mut columns, &mut lines)? {
        if lines.len().saturating_mul(columns.len()) > MOST_CELLS {
            let message =
                format!("it holds more than {MOST_CELLS} cells, which is the limit: take fewer rows or columns");
            return Err(Error::Csv { origin: file.to_owned(), message });
        }
    }
    let time = by_name.or_else(|| time_column::by_cells(format.time.as_ref(), &headers, &columns, is_needed));
    let times = time.map(|position| time_column::times(&headers[position], &columns[position], lines.len()));
    let positions: Vec<usize> = (0..headers.len())
        .filter(|&position| Some(position) != time && columns[position].keep() == Keep::Values)
        .collect();
    let chosen: Vec<&str> = positions.iter().map(|&position| headers[position].as_str()).collect();
    let titles = titles(&chosen, is_needed);
    let evidence: Vec<Evidence> = positions.iter().map(|&position| Evidence::of(&columns[position])).collect();
    let told: Vec<Decimal> = evidence
        .iter()
        .zip(&titles)
        .filter_map(|(evidence, (_, unit))| decimal_told(evidence, unit.map(|(_, unit)| unit)))
        .collect();
    let (known, told) = known(&told, &source.origin(), format);
    let resolved: Vec<Resolved> = positions
        .iter()
        .zip(&evidence)
        .zip(&titles)
        .map(|((&position, evidence), &(name, unit))| {
            let column = std::mem::replace(&mut columns[position], Gathered::new(Keep::Nothing));
            resolve(column, evidence, name, Circumstances { known, unit, names: is_of_names(name, format) })
        })
        .collect();
    let names: Vec<String> = titles.iter().map(|&(name, _)| name.to_owned()).collect();
    let mut parts = Parts { values: Vec::new(), text: BTreeMap::new(), faults: BTreeMap::new(), reports: Vec::new() };
    for (position, Resolved { values, text, fault, report }) in resolved.into_iter().enumerate() {
        parts.text.extend(text.into_iter().map(|(row, cell)| ((position, row), cell)));
        parts.faults.extend(fault.map(|fault| (position, fault)));
        parts.values.push(values);
        parts.reports.push(report);
    }
    let Origin { delimiter, encoding, gzip, blank_rows, long_form } = source.origin();
    let (rows, decimal_comma) = (lines.len() as u64, told.map(|told| told == Decimal::Comma));
    let columns = parts.reports;
    let report = TableReport {
        rows,
        blank_rows,
        delimiter,
        encoding,
        gzip,
        long_form,
        decimal_comma,
        columns,
        left_out,
        repeated_names,
    };
    check_units(&report, format.like.as_ref(), file)?;
    let places = RowPlaces::new(file, lines, parts.faults);
    let data = Dataset::from_parts(names, parts.values, parts.text)?.with_places(places);
    Ok(Table { data, times, report })
}

/// The columns of a table, in pieces.
struct Parts {
    values: Vec<Vec<f64>>,
    text: BTreeMap<(usize, usize), String>,
    faults: BTreeMap<usize, TextFault>,
    reports: Vec<ColumnReport>,
}

/// The columns that are in no table: those without a name, and, if it is known which are needed, others that share one.
fn left_out(headers: &[String], needed: Option<&HashSet<&str>>, time: Option<usize>) -> Vec<LeftOutColumn> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    headers.iter().for_each(|name| *count.entry(name).or_default() += 1);
    let reason = |name: &str| match needed {
        Some(needed) if needed.contains(name) => None,
        _ if is_unnamed(name) => Some(LeftOut::Unnamed),
        Some(_) if count[name] > 1 => Some(LeftOut::Repeated),
        _ => None,
    };
    let columns = headers.iter().enumerate().filter(|&(position, _)| Some(position) != time);
    columns
        .filter_map(|(position, name)| Some(LeftOutColumn { position, reason: reason(name)?, name: name.clone() }))
        .collect()
}

/// What each column is called, with the unit in its header if that is known; a name that is needed is one as it stands, and two
/// columns do not become of one name.
fn titles<'h>(headers: &[&'h str], is_needed: impl Fn(&str) -> bool) -> Vec<(&'h str, Option<(&'h str, Unit)>)> {
    let parted = |header: &&'h str| unit_in_header(header).filter(|_| !is_needed(header));
    let mut count: HashMap<&str, usize> = HashMap::new();
    for header in headers {
        *count.entry(parted(header).map_or(*header, |(name, ..)| name)).or_default() += 1;
    }
    let title = |header: &&'h str| match parted(header) {
        Some((name, written, unit)) if count[name] == 1 => (name, Some((written, unit))),
        _ => (*header, None),
    };
    headers.iter().map(title).collect()
}

/// Whether the cells of a column are known to be names.
fn is_of_names(column: &str, format: &CsvFormat) -> bool {
    let like = format.like.as_ref().and_then(|like| like.column(column));
    format.categories.iter().any(|name| name == column) || like.is_some_and(|like| like.text_cells > 0)
}

/// What is known of the decimal signs, and what the columns tell of it together.
fn known(told: &[Decimal], origin: &Origin, format: &CsvFormat) -> (Known, Option<Decimal>) {
    let sign = |comma: bool| if comma { Decimal::Comma } else { Decimal::Point };
    let told = told.first().copied().filter(|first| told.iter().all(|other| other == first));
    let named = format.decimal.map(|decimal| sign(decimal == ','));
    let like = format.like.as_ref().and_then(|like| like.decimal_comma).map(sign);
    (Known { named, elsewhere: told.or(like), semicolons: origin.delimiter == ';' }, named.or(told).or(like))
}

/// Whether the values of each column are in the unit of another table, as far as they say.
fn check_units(report: &TableReport, like: Option<&TableReport>, file: &str) -> Result<()> {
    let Some(like) = like else { return Ok(()) };
    for column in &report.columns {
        let Some(other) = like.column(&column.name) else { continue };
        let unit = |column: &ColumnReport| column.unit.as_ref().map(|unit| unit.unit.clone());
        let (here, there) = (unit(column), unit(other));
        // Numbers that are shortened here and not there are the same numbers.
        let is_number = |unit: &Option<String>| unit.as_deref().is_none_or(|unit| unit == "1");
        let nothing = column.text_cells + other.text_cells > 0;
        if here == there || (is_number(&here) && is_number(&there)) || nothing {
            continue;
        }
        let said = |unit: Option<String>| unit.map_or("no unit".to_owned(), |unit| format!("the unit {unit}"));
        let message = format!(
            "column `{}` has {} here, but {} in the normal data: write the same unit in both, in the cells or as `{} [ms]` in the header",
            column.name,
            said(here),
            said(there),
            column.name
        );
        return Err(Error::Csv { origin: file.to_owned(), message });
    }
    Ok(())
}
