//! Changes of many pairs of rows, column by column.

use crate::error::Error;
use crate::numeric::ranks::sort_by;
use crate::question::unit_change::pair::Split;
use crate::question::unit_change::result::ChangeSource;

/// Why a target's value differs between many pairs of rows, column by column: what [`UnitChanger::change_columns`](crate::unit_change::UnitChanger::change_columns) gives.
///
/// Every column has one figure per pair, in their order, in the target's unit. `NaN` stands for what is not there: all figures of a pair that could
/// not be explained.
#[derive(Debug)]
pub struct UnitChangeColumns {
    target: String,
    sources: Vec<(String, ChangeSource)>,
    values: [Vec<f64>; 2],
    /// For each source its parts and their standard errors.
    parts: Vec<[Vec<f64>; 2]>,
    rounding: Option<Vec<f64>>,
    failures: Vec<(usize, Error)>,
}

/// One part of one difference of [`UnitChangeColumns`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RankedChange<'c> {
    /// The node whose noise or mechanism it is.
    pub node: &'c str,
    /// Whether it is the noise or the mechanism.
    pub source: ChangeSource,
    /// How much of the difference it is, in the target's unit.
    pub value: f64,
    /// The standard error of the value, in the same unit.
    pub std_error: f64,
}

impl UnitChangeColumns {
    /// Columns for so many pairs, of which nothing is known yet.
    pub(super) fn new(target: &str, sources: Vec<(String, ChangeSource)>, rows: usize, rounding: bool) -> Self {
        let empty = || vec![f64::NAN; rows];
        Self {
            target: target.to_owned(),
            values: [empty(), empty()],
            parts: sources.iter().map(|_| [empty(), empty()]).collect(),
            sources,
            rounding: rounding.then(empty),
            failures: Vec::new(),
        }
    }

    /// Puts a difference in its row; its parts are of the sources at these places, and nothing comes of all others.
    pub(super) fn put(&mut self, row: usize, places: impl Iterator<Item = usize>, split: Split) {
        self.values.iter_mut().zip(split.values).for_each(|(column, value)| column[row] = value);
        self.parts.iter_mut().flatten().for_each(|column| column[row] = 0.0);
        for (place, (value, std_error)) in places.zip(split.parts) {
            let [values, std_errors] = &mut self.parts[place];
            (values[row], std_errors[row]) = (value, std_error);
        }
        if let (Some(column), Some(rounding)) = (&mut self.rounding, split.rounding) {
            column[row] = rounding;
        }
    }

    pub(super) fn fail(&mut self, row: usize, error: Error) {
        self.failures.push((row, error));
    }

    /// The node whose differences were split.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The number of pairs.
    pub fn rows(&self) -> usize {
        self.values[0].len()
    }

    /// What may share a difference, in the order of [`UnitChange::parts`](crate::unit_change::UnitChange::parts): for the target and each of its
    /// causes the noise, and the mechanism where it is another in the second model.
    pub fn sources(&self) -> &[(String, ChangeSource)] {
        &self.sources
    }

    /// The target's values in the first rows.
    pub fn before(&self) -> &[f64] {
        &self.values[0]
    }

    /// The target's values in the second rows.
    pub fn after(&self) -> &[f64] {
        &self.values[1]
    }

    /// How much of each difference comes of this, 0 where nothing does; nothing if it is not among the [`sources`](Self::sources).
    pub fn parts(&self, node: &str, source: ChangeSource) -> Option<&[f64]> {
        self.of_source(node, source).map(|[values, _]| values.as_slice())
    }

    /// The standard errors of the [`parts`](Self::parts): of permutations and of draws. 0 where all is exact.
    pub fn std_errors(&self, node: &str, source: ChangeSource) -> Option<&[f64]> {
        self.of_source(node, source).map(|[_, std_errors]| std_errors.as_slice())
    }

    fn of_source(&self, node: &str, source: ChangeSource) -> Option<&[Vec<f64>; 2]> {
        let is_asked = |(name, of): &(String, ChangeSource)| name == node && *of == source;
        self.sources.iter().position(is_asked).map(|place| &self.parts[place])
    }

    /// What is left to rounding, by pair; nothing unless it was [told apart](crate::unit_change::UnitChangeConfig::rounding_apart).
    pub fn rounding(&self) -> Option<&[f64]> {
        self.rounding.as_deref()
    }

    /// What one difference comes of, the largest part first, whatever their signs; without what nothing comes of.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn ranked(&self, row: usize) -> Vec<RankedChange<'_>> {
        let parts = self.sources.iter().zip(&self.parts).filter(|(_, [values, _])| values[row].abs() > 0.0);
        let mut ranked: Vec<RankedChange<'_>> = parts
            .map(|((node, source), [values, std_errors])| RankedChange {
                node,
                source: *source,
                value: values[row],
                std_error: std_errors[row],
            })
            .collect();
        sort_by(&mut ranked, &|one, other| other.value.abs().total_cmp(&one.value.abs()));
        ranked
    }

    /// The pairs that could not be explained, each an [`Error::InRow`] with its row; in the order of the rows.
    pub fn failures(&self) -> &[(usize, Error)] {
        &self.failures
    }
}
