//! How likely classes are by multinomial logistic regression.

use serde::{Deserialize, Serialize};

use crate::data::Levels;
use crate::error::{Error, Result};
use crate::mechanism::category::Encodings;
use crate::mechanism::function::LinearFunction;

/// P(k) = exp(s_k) / Σ exp(s), with a weighted sum s_k of the parents' columns for every class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedSoftmax")]
pub(crate) struct Softmax {
    encodings: Encodings,
    scores: Vec<LinearFunction>,
}

impl Softmax {
    /// # Errors
    /// When a sum is of another number of columns, or there is none.
    pub(crate) fn new(encodings: Encodings, scores: Vec<LinearFunction>) -> Result<Self> {
        let columns = encodings.columns();
        match scores.iter().map(|score| score.coefficients.len()).find(|&found| found != columns) {
            None if !scores.is_empty() => Ok(Self { encodings, scores }),
            found => {
                let what = "the coefficients of a classifier".to_owned();
                Err(Error::LengthMismatch { what, expected: columns, found: found.unwrap_or(0) })
            }
        }
    }

    pub(super) fn parents(&self) -> usize {
        self.encodings.parents()
    }

    pub(super) fn fits_levels(&self, parents: &[Option<&Levels>]) -> bool {
        self.encodings.fit_levels(parents)
    }

    pub(super) fn classes(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn fill(&self, parents: &[f64], out: &mut [f64]) {
        let (row, _) = self.encodings.row(parents);
        let score = |linear: &LinearFunction| {
            linear
                .coefficients
                .iter()
                .zip(&row)
                .fold(linear.intercept, |sum, (coefficient, value)| sum + coefficient * value)
        };
        out.iter_mut().zip(&self.scores).for_each(|(out, linear)| *out = score(linear));
        softmax(out);
    }
}

impl Softmax {
    /// Rows × classes: the same bits as row by row.
    pub(super) fn fill_rows(&self, parents: &[&[f64]], all: &mut [f64]) {
        let classes = self.scores.len();
        let rows = all.len() / classes;
        let (columns, _) = self.encodings.fill(parents, rows);
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut scores = vec![0.0; rows];
        for (class, linear) in self.scores.iter().enumerate() {
            linear.fill(&columns, &mut scores);
            all.iter_mut().skip(class).step_by(classes).zip(&scores).for_each(|(out, score)| *out = *score);
        }
        all.chunks_exact_mut(classes).for_each(softmax);
    }
}

/// Turns scores into probabilities.
pub(crate) fn softmax(scores: &mut [f64]) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.iter_mut().for_each(|score| *score = (*score - largest).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// What a saved one may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSoftmax {
    encodings: Encodings,
    scores: Vec<LinearFunction>,
}

impl TryFrom<SavedSoftmax> for Softmax {
    type Error = Error;

    fn try_from(SavedSoftmax { encodings, scores }: SavedSoftmax) -> Result<Self> {
        Self::new(encodings, scores)
    }
}
