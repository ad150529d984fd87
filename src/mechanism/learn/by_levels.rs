//! Any regression on parents some of which are categories.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::level_effects::{Grouping, level_effects};
use super::regressor::Regressor;
use crate::data::Levels;
use crate::error::Result;
use crate::mechanism::category::{Encoding, Encodings};
use crate::mechanism::function::{LevelParents, ParentFunction};

/// So many levels are always told apart by indicators.
const FEW_LEVELS: usize = 3;
/// Indicators for more levels than these are many columns, however many the rows.
const MOST_INDICATED: usize = 20;
/// Levels of fewer rows on average had better be shrunken towards the average.
const ROWS_PER_LEVEL: usize = 20;

/// A regression that is given indicators of levels, or values less what many levels add to them.
#[derive(Debug)]
pub(in crate::mechanism) struct ByLevels {
    inner: Arc<dyn Regressor>,
    /// The levels of each parent that is a category.
    parents: Vec<Option<Arc<Levels>>>,
}

/// Parents as columns, with what many levels add.
struct Encoded {
    encodings: Encodings,
    columns: Array2<f64>,
}

/// Whether so many levels had better be shrunken than told apart.
fn are_many(levels: usize, rows: usize) -> bool {
    levels > FEW_LEVELS && (levels > MOST_INDICATED || rows < ROWS_PER_LEVEL * levels)
}

impl ByLevels {
    /// The regression itself where no parent is a category.
    pub(in crate::mechanism) fn around(
        inner: &Arc<dyn Regressor>,
        parents: &[Option<Arc<Levels>>],
    ) -> Arc<dyn Regressor> {
        if parents.iter().all(Option::is_none) {
            return Arc::clone(inner);
        }
        Arc::new(Self { inner: Arc::clone(inner), parents: parents.to_vec() })
    }

    /// The columns, and the values less what many levels add.
    fn encoded(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<(Encoded, Array1<f64>)> {
        let rows = values.len();
        let is_shrunken =
            |levels: &Option<Arc<Levels>>| levels.as_ref().is_some_and(|levels| are_many(levels.len(), rows));
        let shrunken: Vec<(usize, &Arc<Levels>)> = self
            .parents
            .iter()
            .enumerate()
            .filter(|(_, levels)| is_shrunken(levels))
            .filter_map(|(place, levels)| Some((place, levels.as_ref()?)))
            .collect();
        let encoding = |(place, levels): (usize, &Option<Arc<Levels>>)| match levels {
            None => Encoding::Number,
            Some(levels) if are_many(levels.len(), rows) => {
                Encoding::Effects { levels: Levels::clone(levels), effects: vec![0.0; levels.len()] }
            }
            Some(levels) => Encoding::indicators(levels, parents.column(place).iter().copied()),
        };
        let mut encodings: Vec<Encoding> = self.parents.iter().enumerate().map(encoding).collect();
        let columns = columns_of(&Encodings::new(encodings.clone()), parents);
        let groupings: Vec<Grouping> = shrunken
            .iter()
            .map(|&(place, levels)| Grouping::new(parents.column(place).iter().copied(), levels.len()))
            .collect();
        let found = level_effects(columns.view(), values, &groupings)?;
        let mut left = values.to_vec();
        for ((grouping, effects), (place, levels)) in groupings.iter().zip(found).zip(shrunken) {
            grouping.add_to(-1.0, &effects, &mut left);
            encodings[place] = Encoding::Effects { levels: Levels::clone(levels), effects };
        }
        Ok((Encoded { encodings: Encodings::new(encodings), columns }, left.into()))
    }
}

/// Rows × columns.
pub(crate) fn columns_of(encodings: &Encodings, parents: ArrayView2<'_, f64>) -> Array2<f64> {
    let slices: Vec<Vec<f64>> = parents.columns().into_iter().map(|column| column.to_vec()).collect();
    let (columns, _) = encodings.fill(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>(), parents.nrows());
    Array2::from_shape_fn((parents.nrows(), columns.len()), |(row, column)| columns[column][row])
}

fn by_levels(encodings: Encodings, function: ParentFunction) -> ParentFunction {
    ParentFunction::Levels(LevelParents::new(encodings, function))
}

impl Regressor for ByLevels {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        let (Encoded { encodings, columns }, left) = self.encoded(parents, values)?;
        Ok(by_levels(encodings, self.inner.fit(columns.view(), left.view())?))
    }

    fn fit_leaving_one_out(
        &self,
        parents: ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> Result<(ParentFunction, Option<Vec<f64>>)> {
        if self.is_flexible() {
            return Ok((self.fit(parents, values)?, None));
        }
        // Nothing is shrunken here, so that nothing was taken off the values.
        let (Encoded { encodings, columns }, left) = self.encoded(parents, values)?;
        let (function, predicted) = self.inner.fit_leaving_one_out(columns.view(), left.view())?;
        Ok((by_levels(encodings, function), predicted))
    }

    fn min_rows(&self, parents: usize) -> usize {
        let indicated = self.parents.iter().flatten().map(|levels| levels.len()).filter(|&levels| levels <= FEW_LEVELS);
        self.inner.min_rows(parents + indicated.map(|levels| levels.saturating_sub(2)).sum::<usize>())
    }

    /// What many levels add follows their rows.
    fn is_flexible(&self) -> bool {
        self.inner.is_flexible() || self.parents.iter().flatten().any(|levels| levels.len() > FEW_LEVELS)
    }
}
