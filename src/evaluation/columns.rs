//! The held-out rows as columns of values and noises.

use rayon::prelude::*;

use crate::data::Dataset;
use crate::error::Result;
use crate::model::FittedModel;

/// A noise that varies by no more than this, relative to the node's values, is rounding.
pub(super) const ROUNDING: f64 = 1e-9;

/// Values and noises of every node, by position in the graph; NaN where there is none.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) values: Vec<Vec<f64>>,
    pub(super) noises: Vec<Vec<f64>>,
    /// For each node the rows that have all values but no noise.
    pub(super) without_noise: Vec<usize>,
}

impl Columns {
    pub(super) fn new(model: &FittedModel, held_out: &Dataset) -> Result<Self> {
        let finite = |value: f64| if value.is_finite() { value } else { f64::NAN };
        let column = |node: &str| Ok(held_out.column(node)?.iter().map(|&value| finite(value)).collect());
        let values: Vec<Vec<f64>> = model.graph().nodes().map(column).collect::<Result<_>>()?;
        let recovered: Vec<(Vec<f64>, usize)> =
            (0..values.len()).into_par_iter().map(|position| recover(model, position, &values)).collect();
        let (noises, without_noise) = recovered.into_iter().unzip();
        Ok(Self { values, noises, without_noise })
    }

    /// The rows of a node that have a noise, and so its value and its parents'.
    pub(super) fn rows(&self, position: usize) -> Vec<usize> {
        let noises = self.noises[position].iter().enumerate();
        noises.filter(|(_, noise)| noise.is_finite()).map(|(row, _)| row).collect()
    }

    /// The largest value of a node, either sign.
    pub(super) fn magnitude(&self, position: usize) -> f64 {
        // f64::max ignores NaN.
        self.values[position].iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
    }
}

/// The values at some rows.
pub(super) fn select(column: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|&row| column[row]).collect()
}

fn recover(model: &FittedModel, position: usize, values: &[Vec<f64>]) -> (Vec<f64>, usize) {
    let (mechanism, parents) = (model.mechanism_at(position), model.parents_at(position));
    let magnitude = values[position].iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let only_value = Some(mechanism.noise().mean()).filter(|_| mechanism.noise().is_degenerate());
    let mut without_noise = 0;
    let mut at_row = vec![0.0; parents.len()];
    let mut noises: Vec<f64> = (0..values[position].len())
        .map(|row| {
            at_row.iter_mut().zip(parents).for_each(|(slot, &parent)| *slot = values[parent][row]);
            let value = values[position][row];
            if value.is_nan() || at_row.iter().any(|parent| parent.is_nan()) {
                return f64::NAN;
            }
            // Where the only possible noise gives the value but for rounding, that is what it was.
            let explains = |noise: &f64| (mechanism.evaluate(&at_row, *noise) - value).abs() <= ROUNDING * magnitude;
            if let Some(noise) = only_value.filter(explains) {
                return noise;
            }
            model.recover_one(position, &at_row, value).unwrap_or_else(|_| {
                without_noise += 1;
                f64::NAN
            })
        })
        .collect();
    if mechanism.adds_noise() {
        flatten_rounding(&mut noises, ROUNDING * magnitude);
    }
    (noises, without_noise)
}

/// Makes a noise that varies by rounding only constant, lest its pattern be taken for data.
fn flatten_rounding(noises: &mut [f64], tolerance: f64) {
    let known = noises.iter().copied().filter(|noise| noise.is_finite());
    let (low, high) = (known.clone().fold(f64::INFINITY, f64::min), known.fold(f64::NEG_INFINITY, f64::max));
    if high > low && high - low <= tolerance {
        noises.iter_mut().filter(|noise| noise.is_finite()).for_each(|noise| *noise = f64::midpoint(low, high));
    }
}
