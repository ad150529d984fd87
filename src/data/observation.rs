//! One row: the event that is to be explained.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::names::ColumnNames;
use crate::error::{Error, Result, list_with_guess};
use crate::numeric::ranks::sort_by;

/// One value per named column, in each column's own unit; `NaN` stands for a missing value. Categories have text in its place:
/// [`with_text`](Self::with_text).
///
/// Made by [`Dataset::row`](crate::Dataset::row), from pairs of name and value, or from a map. A conversion can fail, as names
/// must not be blank, nor, in a list of pairs, repeated, and there must be one at least.
///
/// ```
/// use std::collections::HashMap;
///
/// use etiology::Observation;
///
/// let from_pairs = Observation::from_pairs([("api", 1.04), ("db", 0.9)])?;
/// let from_array = Observation::try_from([("api", 1.04), ("db", 0.9)])?;
/// let from_map = Observation::try_from(HashMap::from([("db", 0.9), ("api", 1.04)]))?;
/// assert!(from_array == from_pairs && from_map == from_pairs);
/// assert!(Observation::try_from([("db", 0.9), ("db", 0.8)]).is_err());
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "Series")]
#[doc(alias = "dict")]
pub struct Observation {
    names: Arc<ColumnNames>,
    values: Vec<f64>,
    /// What a CSV file has in the place of numbers, by column.
    text: Vec<(usize, String)>,
}

impl Observation {
    /// An observation from names and as many values.
    ///
    /// # Errors
    /// When there are no names, one is blank or repeated, or the lengths differ.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>, values: impl Into<Vec<f64>>) -> Result<Self> {
        let names = ColumnNames::new(names.into_iter().map(Into::into).collect())?;
        let values = values.into();
        if values.len() != names.len() {
            return Err(Error::LengthMismatch {
                what: "the observation".to_owned(),
                expected: names.len(),
                found: values.len(),
            });
        }
        Ok(Self { names: Arc::new(names), values, text: Vec::new() })
    }

    /// An observation from pairs of name and value.
    ///
    /// # Errors
    /// When there are no pairs, or a name is blank or repeated.
    pub fn from_pairs<N: Into<String>>(pairs: impl IntoIterator<Item = (N, f64)>) -> Result<Self> {
        let (names, values): (Vec<String>, Vec<f64>) =
            pairs.into_iter().map(|(name, value)| (name.into(), value)).unzip();
        Self::new(names, values)
    }

    /// The observation with a text for a column: the level of a category. It replaces what the column had.
    ///
    /// # Errors
    /// When the name is blank.
    ///
    /// ```
    /// use etiology::Observation;
    ///
    /// let event = Observation::from_pairs([("price", 12.5)])?.with_text("region", "EU")?;
    /// assert_eq!((event.text("region"), event.text("price")), (Some("EU"), None));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn with_text(&self, name: impl Into<String>, text: impl Into<String>) -> Result<Self> {
        let (name, mut changed) = (name.into(), self.clone());
        let position = match self.names.position(&name) {
            Some(position) => position,
            None => {
                let names = self.names().iter().cloned().chain([name]).collect();
                changed.names = Arc::new(ColumnNames::new(names)?);
                changed.values.push(f64::NAN);
                self.values.len()
            }
        };
        changed.values[position] = f64::NAN;
        changed.text.retain(|(column, _)| *column != position);
        changed.text.push((position, text.into()));
        Ok(changed)
    }

    /// The text of a column, if it holds one.
    pub fn text(&self, name: &str) -> Option<&str> {
        let position = self.names.position(name)?;
        self.text.iter().find(|(column, _)| *column == position).map(|(_, text)| text.as_str())
    }

    /// What a column holds as the level of a category, if it is there and not missing: its text, or its number as text.
    pub(crate) fn level(&self, name: &str) -> Option<Cow<'_, str>> {
        let number = || self.get(name).filter(|value| !value.is_nan()).map(|value| Cow::Owned(value.to_string()));
        self.text(name).map(Cow::Borrowed).or_else(number)
    }

    pub(super) fn from_row(names: Arc<ColumnNames>, values: Vec<f64>, text: Vec<(usize, String)>) -> Self {
        Self { names, values, text }
    }

    /// Puts other cells in the place of all: a number or a text for each column, in order.
    pub(super) fn overwrite<'t>(&mut self, cells: impl Iterator<Item = (f64, Option<&'t str>)>) {
        self.text.clear();
        for (column, (value, text)) in cells.enumerate() {
            self.values[column] = value;
            self.text.extend(text.map(|text| (column, text.to_owned())));
        }
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        self.names.as_slice()
    }

    /// The values, in the order of [`names`](Self::names).
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value of a column, if there is such a column; `NaN` if the value is missing.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.names.position(name).map(|position| self.values[position])
    }

    /// The value of a column that must be finite, if it is there and not missing.
    pub(crate) fn finite_if_present(&self, name: &str) -> Result<Option<f64>> {
        let missing = |position: usize| self.values[position].is_nan() && !self.is_text(position);
        match self.names.position(name) {
            None => Ok(None),
            Some(position) if missing(position) => Ok(None),
            Some(_) => self.finite(name).map(Some),
        }
    }

    fn is_text(&self, position: usize) -> bool {
        self.text.iter().any(|(column, _)| *column == position)
    }

    /// The value of a column that must be there and finite.
    pub(crate) fn finite(&self, name: &str) -> Result<f64> {
        let position = self.names.position(name).ok_or_else(|| Error::MissingColumn {
            column: name.to_owned(),
            available: list_with_guess(self.names(), name),
        })?;
        if let Some((_, text)) = self.text.iter().find(|(column, _)| *column == position) {
            return Err(Error::TextValue { column: name.to_owned(), text: text.clone() });
        }
        let value = self.values[position];
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::NonFiniteValue { what: format!("the observed value of `{name}`"), found: value })
        }
    }
}

impl<N: Into<String>, const COUNT: usize> TryFrom<[(N, f64); COUNT]> for Observation {
    type Error = Error;

    fn try_from(pairs: [(N, f64); COUNT]) -> Result<Self> {
        Self::from_pairs(pairs)
    }
}

impl<N: Into<String>> TryFrom<Vec<(N, f64)>> for Observation {
    type Error = Error;

    fn try_from(pairs: Vec<(N, f64)>) -> Result<Self> {
        Self::from_pairs(pairs)
    }
}

impl<N: Into<String>> TryFrom<BTreeMap<N, f64>> for Observation {
    type Error = Error;

    fn try_from(values: BTreeMap<N, f64>) -> Result<Self> {
        Self::from_pairs(values)
    }
}

impl<N: Into<String>, S> TryFrom<HashMap<N, f64, S>> for Observation {
    type Error = Error;

    /// In the order of the names, as a hash map has another in every process.
    fn try_from(values: HashMap<N, f64, S>) -> Result<Self> {
        let mut pairs: Vec<(String, f64)> = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        sort_by(&mut pairs, &|one, other| one.0.cmp(&other.0));
        Self::from_pairs(pairs)
    }
}
