//! What the cells of a column say of each other.

use std::collections::BTreeMap;

use super::gathered::Gathered;
use crate::tables::cells::{Decimal, Separators, Token};

/// More different units than this are words.
const MOST_UNITS: usize = 12;

/// A summary of a column's cells.
#[derive(Debug, Default)]
pub(in crate::tables) struct Evidence {
    /// Whether some cell can only have a decimal point, or only a decimal comma.
    pub(super) point: bool,
    pub(super) comma: bool,
    /// Cells such as `1,234` and `1.234`, and the first of each.
    pub(super) one_comma: Ambiguous,
    pub(super) one_point: Ambiguous,
    /// Whether there are whole numbers below 1000, beside which a group of three digits may be thousands.
    pub(super) small: bool,
    /// How many cells have each unit.
    pub(super) units: BTreeMap<String, usize>,
    pub(super) durations: usize,
    /// The row of the first number other than 0 that has no unit.
    pub(super) bare: Option<usize>,
    /// The row of the first number other than 0 and 1.
    pub(super) no_truth: Option<usize>,
    /// The row of the first truth value, and how many there are.
    pub(super) truth: Option<usize>,
    pub(super) truths: usize,
    /// The row of the first cell that is text whatever the others are.
    pub(super) text: Option<usize>,
    /// Words for missing values.
    pub(super) missing: BTreeMap<String, usize>,
}

/// Cells of which the separator may mean two things.
#[derive(Debug, Default)]
pub(super) struct Ambiguous {
    pub(super) cells: usize,
    pub(super) first: String,
}

impl Ambiguous {
    fn add(&mut self, cell: &str) {
        if self.cells == 0 {
            cell.clone_into(&mut self.first);
        }
        self.cells += 1;
    }
}

impl Evidence {
    pub(in crate::tables) fn of(column: &Gathered) -> Self {
        let mut evidence = Self { point: column.has_point(), ..Self::default() };
        let first = |wanted: fn(f64) -> bool| column.values().iter().position(|&value| wanted(value));
        evidence.bare = first(|value| value != 0.0 && value.is_finite());
        evidence.no_truth = first(|value| value != 0.0 && value != 1.0 && !value.is_nan());
        evidence.small = first(|value| value != 0.0 && value.abs() < 1000.0 && value.fract() == 0.0).is_some();
        column.odd().for_each(|(row, cell)| evidence.add(row, cell));
        evidence
    }

    fn add(&mut self, row: usize, cell: &str) {
        let earlier = |first: &mut Option<usize>| *first = Some(first.map_or(row, |first| first.min(row)));
        match Token::of(cell) {
            Token::Missing => *self.missing.entry(cell.to_owned()).or_default() += 1,
            Token::Truth(_) => {
                self.truth.get_or_insert(row);
                self.truths += 1;
            }
            Token::Text => earlier(&mut self.text),
            Token::Infinity(_) => earlier(&mut self.no_truth),
            Token::Duration(_) => {
                self.durations += 1;
                earlier(&mut self.no_truth);
            }
            Token::Quantity { numeral, unit } => {
                match numeral.separators {
                    Separators::Silent => {}
                    Separators::Say(Decimal::Point) => self.point = true,
                    Separators::Say(Decimal::Comma) => self.comma = true,
                    Separators::OneComma => self.one_comma.add(cell),
                    Separators::OnePoint => self.one_point.add(cell),
                }
                match unit {
                    None if numeral.is_zero() => {}
                    None => earlier(&mut self.bare),
                    Some(unit) if self.units.len() < MOST_UNITS || self.units.contains_key(unit) => {
                        *self.units.entry(unit.to_owned()).or_default() += 1;
                    }
                    Some(_) => earlier(&mut self.text),
                }
                earlier(&mut self.no_truth);
            }
        }
    }

    /// The decimal sign that the column's cells agree on, if some tell it.
    pub(super) fn decimal(&self) -> Option<Decimal> {
        match (self.point, self.comma) {
            (true, false) => Some(Decimal::Point),
            (false, true) => Some(Decimal::Comma),
            _ => None,
        }
    }
}
