//! What was read, and what had to be converted.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::list_names;
use crate::input::Encoding;

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(in crate::tables) delimiter: char,
    pub(in crate::tables) encoding: Encoding,
    pub(in crate::tables) gzip: bool,
    pub(in crate::tables) blank_rows: u64,
    pub(in crate::tables) long_form: bool,
}

/// What was read from a file that holds a table, and what its cells had to be converted from.
///
/// `Display` says it in one line, serde gives all figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// Rows read.
    pub rows: u64,
    /// Rows without anything in them, which are none.
    pub blank_rows: u64,
    /// What separates the cells of a row.
    pub delimiter: char,
    /// How the characters were written.
    pub encoding: Encoding,
    /// Whether the file was packed by gzip.
    pub gzip: bool,
    /// Whether the file has a row for each series and time (`Series;Time;Value`), which became a column for each series.
    pub long_form: bool,
    /// Whether numbers have a decimal comma; nothing where no number tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_comma: Option<bool>,
    /// What was converted, by column in the order of the table; serde leaves out those of which nothing was.
    #[serde(serialize_with = "converted")]
    pub columns: Vec<ColumnReport>,
    /// The columns that are not in the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutColumn>,
    /// The names that several columns of the file have, which are told apart by a number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repeated_names: Vec<RepeatedName>,
}

/// A name that several columns have. In the table the first of them is called `Value (1)`, the second `Value (2)`, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RepeatedName {
    /// The name in the file.
    pub name: String,
    /// The positions of the columns in the file, counted from 0.
    pub positions: Vec<usize>,
}

/// What the cells of one column were converted from.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// The name of the column in the table.
    pub name: String,
    /// The unit of its values, where the file names one, and what was converted to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitReport>,
    /// Cells with a decimal comma.
    #[serde(skip_serializing_if = "is_zero")]
    pub decimal_commas: u64,
    /// Cells in which something groups thousands.
    #[serde(skip_serializing_if = "is_zero")]
    pub grouped_thousands: u64,
    /// Cells that could be read in two ways, and how they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiguity: Option<Ambiguity>,
    /// Words that stand for a missing value, and how many cells have each; blank cells are not counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub missing_words: BTreeMap<String, usize>,
    /// Cells `none` in a column of names, which are a name there and no missing value.
    #[serde(skip_serializing_if = "is_zero")]
    pub none_values: u64,
    /// Truth values, read as 1 and 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub truth_values: u64,
    /// Cells that are no numbers: then it is a column of text.
    #[serde(skip_serializing_if = "is_zero")]
    pub text_cells: u64,
}

/// The unit of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnitReport {
    /// The unit of the values in the table: seconds, bytes, bytes or bits per second, `1` for numbers that were shortened; or one
    /// that nobody knows, if all cells have the same.
    pub unit: String,
    /// The unit in the header, which is no part of the column's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// How many cells have each unit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub of_cells: BTreeMap<String, usize>,
    /// Cells of several units, such as `1m30s`.
    #[serde(skip_serializing_if = "is_zero")]
    pub durations: u64,
}

/// Numbers whose only separator may be a decimal sign or group thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ambiguity {
    /// How many cells there are.
    pub cells: u64,
    /// The first.
    pub example: String,
    /// Whether they were taken to have a decimal comma, so that `1,234` is a little more than one.
    pub decimal_comma: bool,
}

/// A column of the file that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOutColumn {
    /// Its position in the file, counted from 0.
    pub position: usize,
    /// Its name in the file, which may be blank.
    pub name: String,
    /// Why it is left out.
    pub reason: LeftOut,
}

/// Why a column is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// It has no name, or that of an index without one (`Unnamed: 0`).
    Unnamed,
    /// Another column has the same name, and neither is needed.
    Repeated,
}

impl ColumnReport {
    /// Whether its numbers were read as they are.
    pub fn is_clean(&self) -> bool {
        let Self {
            name: _,
            unit,
            decimal_commas,
            grouped_thousands,
            ambiguity,
            missing_words,
            none_values,
            truth_values,
            text_cells,
        } = self;
        unit.is_none()
            && ambiguity.is_none()
            && missing_words.is_empty()
            && *decimal_commas + *grouped_thousands + *none_values + *truth_values + *text_cells == 0
    }
}

impl TableReport {
    /// The entry of a column, if the table has it.
    pub fn column(&self, name: &str) -> Option<&ColumnReport> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What was found and done, a remark each.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.gzip {
            remarks.push("unpacked".to_owned());
        }
        match self.encoding {
            Encoding::Utf8 => {}
            Encoding::Utf16Le | Encoding::Utf16Be => remarks.push("UTF-16".to_owned()),
            Encoding::Windows1252 => remarks.push("not UTF-8, so read as Windows-1252".to_owned()),
        }
        match self.delimiter {
            ',' => {}
            '\t' => remarks.push("tabs between cells".to_owned()),
            delimiter => remarks.push(format!("`{delimiter}` between cells")),
        }
        if self.long_form {
            remarks.push("a row for each series and time became a column for each series".to_owned());
        }
        if self.blank_rows > 0 {
            remarks.push(format!("{} left out", counted(self.blank_rows, "blank row")));
        }
        for LeftOutColumn { position, name, reason } in &self.left_out {
            let column = format!("column {} of the file", position + 1);
            remarks.push(match reason {
                LeftOut::Unnamed if name.is_empty() => format!("{column} has no name and is left out"),
                LeftOut::Unnamed | LeftOut::Repeated => format!("`{name}`, {column}, is left out"),
            });
        }
        remarks.extend(self.repeated_names.iter().map(|repeated| {
            format!("{repeated}, told apart by their order as {}", list_names(&repeated.told_apart()))
        }));
        let with = |what: &str, has: fn(&ColumnReport) -> bool| {
            let names: Vec<&str> =
                self.columns.iter().filter(|column| has(column)).map(|column| column.name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{what} in {}", list_names(&names)))
        };
        remarks.extend(with("decimal commas", |column| column.decimal_commas > 0));
        remarks.extend(with("grouped thousands", |column| column.grouped_thousands > 0));
        remarks.extend(with("truth values as 1 and 0", |column| column.truth_values > 0));
        remarks.extend(with("`none` is a name and not missing", |column| column.none_values > 0));
        remarks.extend(self.columns.iter().flat_map(ColumnReport::remarks));
        remarks
    }

    /// Whether every number was read as it is, from plain CSV; columns of text do not count.
    pub fn is_clean(&self) -> bool {
        self.remarks().is_empty()
    }
}

impl ColumnReport {
    fn remarks(&self) -> Vec<String> {
        let Self { name, unit, ambiguity, missing_words, .. } = self;
        let mut remarks = Vec::new();
        if let Some(UnitReport { unit, header, of_cells, durations }) = unit {
            let units = header.iter().map(String::as_str).chain(of_cells.keys().map(String::as_str));
            let mut units: Vec<&str> = units.chain((*durations > 0).then_some("durations")).collect();
            units.sort_unstable();
            units.dedup();
            remarks.push(match units.as_slice() {
                [only] if only == unit => format!("`{name}` is in {unit}"),
                units => format!("`{name}` is converted from {} to {unit}", units.join(" and ")),
            });
        }
        if let Some(Ambiguity { cells, example, decimal_comma }) = ambiguity {
            let sign = if *decimal_comma { "comma" } else { "point" };
            let count = if *cells == 1 { String::new() } else { format!(" and {} more", counted(cells - 1, "cell")) };
            remarks.push(format!(
                "`{example}`{count} in `{name}` may mean two things: the decimal sign was taken to be the {sign}"
            ));
        }
        if !missing_words.is_empty() {
            let words: Vec<String> = missing_words.iter().map(|(word, count)| format!("{count} `{word}`")).collect();
            remarks.push(format!("missing in `{name}`: {}", words.join(", ")));
        }
        remarks
    }
}

impl fmt::Display for TableReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", counted(self.rows, "row"), counted(self.columns.len() as u64, "column"))?;
        self.remarks().into_iter().try_for_each(|remark| write!(formatter, "; {remark}"))
    }
}

impl RepeatedName {
    /// What the columns are called in the table.
    pub(super) fn told_apart(&self) -> Vec<String> {
        (1..=self.positions.len()).map(|number| format!("{} ({number})", self.name)).collect()
    }
}

impl fmt::Display for RepeatedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let positions: Vec<String> = self.positions.iter().map(|position| (position + 1).to_string()).collect();
        write!(formatter, "columns {} of the file are all called {}", positions.join(", "), list_names(&[&self.name]))
    }
}

/// A number of things of this name.
fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn converted<S: Serializer>(columns: &[ColumnReport], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.iter().filter(|column| !column.is_clean()))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
