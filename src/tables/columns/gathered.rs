//! A column that is being read.

use crate::tables::cells::plain;

/// What is kept of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tables) enum Keep {
    Nothing,
    /// Numbers, and the text of cells whose meaning depends on the others.
    Values,
    /// The text of every cell.
    Text,
}

/// The cells of a column: numbers where they are plain, and text where it takes the whole column to tell what they mean.
#[derive(Debug)]
pub(crate) struct Gathered {
    keep: Keep,
    /// A value per row, `NaN` where the cell is blank or odd.
    values: Vec<f64>,
    /// The rows whose cells are kept as text, in ascending order, and where each one's text ends.
    odd: Vec<(usize, usize)>,
    text: String,
    has_point: bool,
    /// Whether the source says that the cells are names, whatever they look like.
    of_names: bool,
}

impl Gathered {
    pub(in crate::tables) fn new(keep: Keep) -> Self {
        Self { keep, values: Vec::new(), odd: Vec::new(), text: String::new(), has_point: false, of_names: false }
    }

    pub(in crate::tables) fn keep(&self) -> Keep {
        self.keep
    }

    /// Adds a number as a source has it, `NaN` if it is missing.
    pub(in crate::tables) fn push_number(&mut self, value: f64) {
        if self.keep != Keep::Nothing {
            self.values.push(value);
        }
    }

    /// Adds what a source has as text, without white space around it.
    pub(in crate::tables) fn push_text(&mut self, cell: &str) {
        match (self.keep, plain(cell)) {
            (Keep::Nothing, _) => {}
            (Keep::Values, Some((value, has_point))) => {
                self.has_point |= has_point;
                self.push_number(value);
            }
            (Keep::Values, None) if cell.is_empty() => self.push_number(f64::NAN),
            (Keep::Values | Keep::Text, _) => self.push_odd(cell),
        }
    }

    /// Adds a cell of a column that is one of names by its type, without white space around it.
    #[cfg(feature = "arrow")]
    pub(in crate::tables) fn push_name(&mut self, cell: &str) {
        self.of_names = true;
        match self.keep {
            Keep::Nothing => {}
            Keep::Values | Keep::Text if cell.is_empty() => self.push_number(f64::NAN),
            Keep::Values | Keep::Text => self.push_odd(cell),
        }
    }

    fn push_odd(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.odd.push((self.values.len(), self.text.len()));
        self.values.push(f64::NAN);
    }

    pub(super) fn is_of_names(&self) -> bool {
        self.of_names
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values, which are no longer there then.
    pub(super) fn take_values(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.values)
    }

    pub(super) fn has_point(&self) -> bool {
        self.has_point
    }

    /// The rows whose cells are text, with that text.
    pub(in crate::tables) fn odd(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut start = 0;
        self.odd.iter().map(move |&(row, end)| {
            let cell = &self.text[start..end];
            start = end;
            (row, cell)
        })
    }

    /// Whether no cell is a plain number.
    pub(in crate::tables) fn has_no_numbers(&self) -> bool {
        self.values.iter().all(|value| value.is_nan())
    }
}
