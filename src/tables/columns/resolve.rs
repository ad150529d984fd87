//! A whole column: its values in one unit, or its text, and what was converted.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::gathered::Gathered;
use super::meaning::{self, Known};
use super::units::{Scale, scale};
use crate::data::TextFault;
use crate::tables::cells::{Decimal, Token, Unit};
use crate::tables::report::{Ambiguity, ColumnReport, UnitReport};

/// What is known of a column beside its cells.
#[derive(Debug, Clone, Copy)]
pub(in crate::tables) struct Circumstances<'h> {
    pub(in crate::tables) known: Known,
    /// The unit in its header, as it is written, and what it is.
    pub(in crate::tables) unit: Option<(&'h str, Unit)>,
    /// Its cells are names: somebody says so, or they are in the table that this one goes with.
    pub(in crate::tables) names: bool,
}

/// What is a name among names, as of no error or no method, and elsewhere a word for what is missing. Python's `None` always is one.
const NONE: &str = "none";

/// A column of a table.
#[derive(Debug)]
pub(in crate::tables) struct Resolved {
    pub(in crate::tables) values: Vec<f64>,
    /// The cells that are no numbers, by row.
    pub(in crate::tables) text: BTreeMap<usize, String>,
    /// Why it is a column of text.
    pub(in crate::tables) fault: Option<TextFault>,
    pub(in crate::tables) report: ColumnReport,
}

/// Decides what the cells of a column mean. `name` is what it is called.
pub(in crate::tables) fn resolve(
    mut column: Gathered,
    evidence: &Evidence,
    name: &str,
    circumstances: Circumstances<'_>,
) -> Resolved {
    let mut report =
        ColumnReport { name: name.to_owned(), missing_words: evidence.missing.clone(), ..ColumnReport::default() };
    if column.is_of_names() {
        return names(&mut column, report);
    }
    let is_of_words = evidence.text.is_some() && evidence.no_truth.is_none() && column.has_no_numbers();
    if (is_of_words || circumstances.names)
        && let Some(count) = report.missing_words.remove(NONE)
    {
        report.none_values = count as u64;
        let row = evidence.text.or_else(|| column.odd().find(|&(_, cell)| cell == NONE).map(|(row, _)| row));
        let values = column.take_values();
        return as_text(&column, values, TextFault { row, why: String::new() }, report);
    }
    let values = column.take_values();
    match meaning(evidence, circumstances) {
        Ok(Meaning::Truths) => truths(&column, values, evidence, report),
        Ok(Meaning::Numbers { decimal, scale, ambiguity }) => {
            let report = ColumnReport { ambiguity, unit: unit_report(evidence, scale, circumstances.unit), ..report };
            numbers(&column, values, (decimal, scale), report)
        }
        Err(fault) => as_text(&column, values, fault, report),
    }
}

/// The decimal sign that a column tells others of, given the unit of its header: none unless it is one of numbers.
pub(in crate::tables) fn decimal_told(evidence: &Evidence, header: Option<Unit>) -> Option<Decimal> {
    let is_numeric = evidence.text.is_none() && evidence.truth.is_none() && scale(evidence, header).is_ok();
    evidence.decimal().filter(|_| is_numeric)
}

enum Meaning {
    Truths,
    Numbers { decimal: Decimal, scale: Scale, ambiguity: Option<Ambiguity> },
}

fn meaning(evidence: &Evidence, circumstances: Circumstances<'_>) -> Result<Meaning, TextFault> {
    let at = |row: Option<usize>, why: String| TextFault { row, why };
    if let Some(row) = evidence.text {
        return Err(at(Some(row), String::new()));
    }
    if let Some(row) = evidence.truth {
        return match evidence.no_truth {
            None => Ok(Meaning::Truths),
            Some(_) => Err(at(Some(row), "it is no number, as others of the column are".to_owned())),
        };
    }
    let (decimal, ambiguity) = meaning::decimal(evidence, circumstances.known).map_err(|why| at(None, why))?;
    let scale = scale(evidence, circumstances.unit.map(|(_, unit)| unit)).map_err(|(row, why)| at(row, why))?;
    Ok(Meaning::Numbers { decimal, scale, ambiguity })
}

fn unit_report(evidence: &Evidence, scale: Scale, header: Option<(&str, Unit)>) -> Option<UnitReport> {
    let of_cells = evidence.units.clone();
    let header = header.map(|(written, _)| written.to_owned());
    let unit = match scale {
        Scale::None => return None,
        Scale::Off => of_cells.keys().next()?.clone(),
        Scale::Base { dimension, .. } => dimension.base().to_owned(),
    };
    Some(UnitReport { unit, header, of_cells, durations: evidence.durations as u64 })
}

fn truths(column: &Gathered, mut values: Vec<f64>, evidence: &Evidence, mut report: ColumnReport) -> Resolved {
    for (row, cell) in column.odd() {
        if let Token::Truth(truth) = Token::of(cell) {
            values[row] = f64::from(u8::from(truth));
        }
    }
    report.truth_values = evidence.truths as u64;
    Resolved { values, text: BTreeMap::new(), fault: None, report }
}

fn numbers(
    column: &Gathered,
    mut values: Vec<f64>,
    (decimal, scale): (Decimal, Scale),
    mut report: ColumnReport,
) -> Resolved {
    let bare = match scale {
        Scale::Base { bare, .. } => bare,
        Scale::None | Scale::Off => None,
    };
    let to_base = |value: f64, unit: Option<Unit>| unit.or(bare).map_or(value, |unit| unit.to_base(value));
    let (mut commas, mut grouped) = (0, 0);
    for (row, cell) in column.odd() {
        values[row] = match Token::of(cell) {
            Token::Missing => f64::NAN,
            Token::Infinity(value) | Token::Duration(value) => value,
            Token::Quantity { numeral, unit } => {
                let Some(value) = numeral.value(decimal) else {
                    return as_text(column, values, of_other_decimal(row, decimal), report);
                };
                commas += u64::from(numeral.has_comma());
                grouped += u64::from(numeral.is_grouped(decimal));
                let unit = unit.filter(|_| matches!(scale, Scale::Base { .. })).and_then(Unit::named);
                to_base(value, unit)
            }
            // Neither is there where a column is of numbers.
            Token::Truth(_) | Token::Text => {
                return as_text(column, values, TextFault { row: Some(row), why: String::new() }, report);
            }
        };
    }
    if let Some(unit) = bare {
        let mut odd = column.odd().map(|(row, _)| row).peekable();
        let plain = values.iter_mut().enumerate().filter(|(row, _)| odd.next_if_eq(row).is_none());
        plain.for_each(|(_, value)| *value = unit.to_base(*value));
    }
    report.decimal_commas = if decimal == Decimal::Comma { commas } else { 0 };
    report.grouped_thousands = grouped;
    Resolved { values, text: BTreeMap::new(), fault: None, report }
}

fn of_other_decimal(row: usize, decimal: Decimal) -> TextFault {
    let sign = if decimal == Decimal::Point { "point" } else { "comma" };
    TextFault { row: Some(row), why: format!("it is no number with a decimal {sign}") }
}

/// A column whose type says that it is one of names: none is a number, and `none` is one of them.
fn names(column: &mut Gathered, mut report: ColumnReport) -> Resolved {
    report.none_values = report.missing_words.remove(NONE).unwrap_or(0) as u64;
    let is_name = |cell: &str| cell == NONE || !matches!(Token::of(cell), Token::Missing);
    let text: BTreeMap<usize, String> =
        column.odd().filter(|(_, cell)| is_name(cell)).map(|(row, cell)| (row, cell.to_owned())).collect();
    report.text_cells = text.len() as u64;
    let fault = text.keys().next().map(|&row| TextFault { row: Some(row), why: String::new() });
    Resolved { values: column.take_values(), text, fault, report }
}

/// A column of text: numbers in it are what they are by themselves. Some cells that are kept as text may have values already.
fn as_text(column: &Gathered, mut values: Vec<f64>, fault: TextFault, mut report: ColumnReport) -> Resolved {
    let mut text = BTreeMap::new();
    let none_is_text = report.none_values > 0;
    for (row, cell) in column.odd() {
        match number_by_itself(cell).filter(|_| !none_is_text || cell != NONE) {
            Some(value) => values[row] = value,
            None => {
                values[row] = f64::NAN;
                text.insert(row, cell.to_owned());
            }
        }
    }
    // Numbers that are none with the decimal sign that was named: they were plain, and one tells of all.
    if text.is_empty()
        && let Some(row) = fault.row.or(values.iter().position(|value| value.fract() != 0.0))
    {
        text.insert(row, std::mem::replace(&mut values[row], f64::NAN).to_string());
    }
    report.text_cells = text.len() as u64;
    Resolved { values, text, fault: Some(fault), report }
}

/// What a cell is whatever the others are: `NaN` if it is missing, nothing if it is text.
fn number_by_itself(cell: &str) -> Option<f64> {
    match Token::of(cell) {
        Token::Missing => Some(f64::NAN),
        Token::Infinity(value) => Some(value),
        Token::Quantity { unit: None, .. } => cell.parse().ok(),
        _ => None,
    }
}
