//! Parents as columns of numbers, and what of that is saved.

use serde::{Deserialize, Serialize};

use crate::data::{Levels, place};
use crate::error::{Error, Result};

/// What becomes of one parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) enum Encoding {
    /// A number stays one column.
    Number,
    /// A column for every level but the first, 1 where it is that level and 0 elsewhere. What is no level has the shares of the
    /// levels in training, so that it counts as their average.
    Indicators { levels: Levels, shares: Vec<f64> },
    /// A column for every class, of which each level has a score; 0 is the average, and what is no level has that.
    Scores { levels: Levels, scores: Vec<Vec<f64>> },
    /// No column: what a level adds to the function, shrunken towards 0, which is the average and what is no level adds.
    Effects { levels: Levels, effects: Vec<f64> },
}

/// What becomes of all parents of a mechanism, in its order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Encoding>", into = "Vec<Encoding>")]
pub(crate) struct Encodings(Vec<Encoding>);

impl Encoding {
    /// Indicators of the levels of a column of codes.
    pub(crate) fn indicators(levels: &Levels, codes: impl ExactSizeIterator<Item = f64>) -> Self {
        let rows = codes.len().max(1) as f64;
        let mut shares = vec![0.0; levels.len() - 1];
        for code in codes {
            if let Some(share) = place(code).checked_sub(1).and_then(|column| shares.get_mut(column)) {
                *share += 1.0 / rows;
            }
        }
        Self::Indicators { levels: levels.clone(), shares }
    }

    fn columns(&self) -> usize {
        match self {
            Self::Number => 1,
            Self::Indicators { shares, .. } => shares.len(),
            Self::Scores { scores, .. } => scores.len(),
            Self::Effects { .. } => 0,
        }
    }

    /// Calls `write` with what every column has, and returns what is added.
    fn encode(&self, value: f64, mut write: impl FnMut(f64)) -> f64 {
        match self {
            Self::Number => write(value),
            Self::Indicators { levels, shares } => {
                let level = place(value);
                let is_level = level < levels.len();
                let column = |(column, &share)| if is_level { f64::from(u8::from(column + 1 == level)) } else { share };
                shares.iter().enumerate().map(column).for_each(write);
            }
            Self::Scores { scores, .. } => {
                scores.iter().map(|scores| scores.get(place(value)).copied().unwrap_or(0.0)).for_each(write);
            }
            Self::Effects { effects, .. } => return effects.get(place(value)).copied().unwrap_or(0.0),
        }
        0.0
    }

    fn check(&self) -> Result<()> {
        let (figures, expected) = match self {
            Self::Number => return Ok(()),
            Self::Indicators { levels, shares } => (shares, levels.len() - 1),
            Self::Effects { levels, effects } => (effects, levels.len()),
            Self::Scores { levels, scores } => {
                return scores.iter().try_for_each(|scores| check(scores, levels.len()));
            }
        };
        check(figures, expected)
    }
}

/// # Errors
/// When there are more or fewer figures, or one is not finite.
fn check(figures: &[f64], expected: usize) -> Result<()> {
    if figures.len() != expected {
        let what = "a saved list of what the levels of a parent stand for".to_owned();
        return Err(Error::LengthMismatch { what, expected, found: figures.len() });
    }
    match figures.iter().find(|figure| !figure.is_finite()) {
        None => Ok(()),
        Some(&found) => {
            Err(Error::NonFiniteValue { what: "what a level of a saved parent stands for".to_owned(), found })
        }
    }
}

impl Encodings {
    pub(crate) fn new(all: Vec<Encoding>) -> Self {
        Self(all)
    }

    /// How many parents there are.
    pub(crate) fn parents(&self) -> usize {
        self.0.len()
    }

    /// Whether these are the levels of the parents, with none for numbers.
    pub(crate) fn fit_levels(&self, parents: &[Option<&Levels>]) -> bool {
        let levels = |encoding: &Encoding| match encoding {
            Encoding::Number => None,
            Encoding::Indicators { levels, .. }
            | Encoding::Scores { levels, .. }
            | Encoding::Effects { levels, .. } => Some(levels.clone()),
        };
        self.0.len() == parents.len()
            && self.0.iter().zip(parents).all(|(encoding, known)| levels(encoding).as_ref() == *known)
    }

    /// How many columns they become.
    pub(crate) fn columns(&self) -> usize {
        self.0.iter().map(Encoding::columns).sum()
    }

    /// The column that a parent is, if it is a number.
    pub(crate) fn column_of_number(&self, parent: usize) -> Option<usize> {
        let is_number = matches!(self.0.get(parent)?, Encoding::Number);
        is_number.then(|| self.0[..parent].iter().map(Encoding::columns).sum())
    }

    /// The columns of one row, and what is added.
    pub(crate) fn row(&self, parents: &[f64]) -> (Vec<f64>, f64) {
        let mut row = Vec::with_capacity(self.columns());
        let added =
            self.0.iter().zip(parents).map(|(encoding, &value)| encoding.encode(value, |column| row.push(column)));
        let added = added.fold(0.0, |sum, effect| sum + effect);
        (row, added)
    }

    /// The columns of many rows, and what is added in each: the same bits as [`row`](Self::row).
    pub(crate) fn fill(&self, parents: &[&[f64]], rows: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut columns = vec![Vec::with_capacity(rows); self.columns()];
        let mut added = vec![0.0; rows];
        let mut first = 0;
        for (encoding, parent) in self.0.iter().zip(parents) {
            for (&value, added) in parent.iter().zip(&mut added) {
                let mut column = first;
                *added += encoding.encode(value, |figure| {
                    columns[column].push(figure);
                    column += 1;
                });
            }
            first += encoding.columns();
        }
        (columns, added)
    }

    /// A name for every column, and for what is added, from the names of the parents.
    pub(crate) fn names(&self, name: impl Fn(usize) -> String) -> (Vec<String>, Vec<String>) {
        let (mut columns, mut added) = (Vec::new(), Vec::new());
        for (parent, encoding) in self.0.iter().enumerate() {
            match encoding {
                Encoding::Number => columns.push(name(parent)),
                Encoding::Indicators { levels, .. } => {
                    columns.extend(levels.names().iter().skip(1).map(|level| format!("[{} is {level}]", name(parent))));
                }
                Encoding::Scores { scores, .. } => {
                    columns.extend((0..scores.len()).map(|class| format!("score{class}({})", name(parent))));
                }
                Encoding::Effects { .. } => added.push(format!("effect({})", name(parent))),
            }
        }
        (columns, added)
    }
}

impl From<Encodings> for Vec<Encoding> {
    fn from(encodings: Encodings) -> Self {
        encodings.0
    }
}

impl TryFrom<Vec<Encoding>> for Encodings {
    type Error = Error;

    fn try_from(all: Vec<Encoding>) -> Result<Self> {
        all.iter().try_for_each(Encoding::check)?;
        Ok(Self(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels() -> Levels {
        Levels::of(["a", "b", "c"]).unwrap()
    }

    fn encodings() -> Encodings {
        let codes = [0.0, 1.0, 1.0, 2.0];
        let indicators = Encoding::indicators(&levels(), codes.into_iter());
        let effects = Encoding::Effects { levels: levels(), effects: vec![-1.0, 0.5, 0.25] };
        Encodings::new(vec![indicators, Encoding::Number, effects])
    }

    #[test]
    fn levels_become_columns_and_effects_and_what_is_none_is_the_average() {
        let encodings = encodings();
        assert_eq!(encodings.row(&[0.0, 7.0, 1.0]), (vec![0.0, 0.0, 7.0], 0.5));
        assert_eq!(encodings.row(&[2.0, 7.0, 0.0]), (vec![0.0, 1.0, 7.0], -1.0));
        assert_eq!(encodings.row(&[3.0, 7.0, 3.0]), (vec![0.5, 0.25, 7.0], 0.0));
        assert_eq!((encodings.column_of_number(1), encodings.column_of_number(0)), (Some(2), None));
        let scores = Encoding::Scores { levels: levels(), scores: vec![vec![0.1, 0.2, 0.3], vec![1.0, 2.0, 3.0]] };
        assert_eq!(Encodings::new(vec![scores.clone()]).row(&[1.0]).0, [0.2, 2.0]);
        assert_eq!(Encodings::new(vec![scores]).row(&[3.0]).0, [0.0, 0.0]);
        // A code that rounding has moved is the same level.
        assert_eq!(encodings.row(&[1.0 + 1e-12, 7.0, 1.0 - 1e-12]), encodings.row(&[1.0, 7.0, 1.0]));
    }

    #[test]
    fn columns_have_the_bits_of_rows() {
        let (a, b, c) = ([0.0, 1.0, 2.0, 3.0], [0.1, 0.2, 0.3, 0.4], [3.0, 2.0, 1.0, 0.0]);
        let (columns, added) = encodings().fill(&[&a, &b, &c], 4);
        for row in 0..4 {
            let (expected, effect) = encodings().row(&[a[row], b[row], c[row]]);
            assert_eq!(columns.iter().map(|column| column[row]).collect::<Vec<_>>(), expected);
            assert_eq!(added[row], effect);
        }
    }

    #[test]
    fn saved_encodings_that_cannot_be_are_refused() {
        let short = Encoding::Effects { levels: levels(), effects: vec![0.0] };
        let wild = Encoding::Indicators { levels: levels(), shares: vec![0.0, f64::NAN] };
        assert!(Encodings::try_from(vec![short]).is_err() && Encodings::try_from(vec![wild]).is_err());
    }
}
