//! The held-out rows as columns of values and noises.

use rand::RngExt;

use crate::data::Dataset;
use crate::error::Result;
use crate::model::{FittedModel, Wiring};
use crate::random::{Purpose, stream};
use crate::threads::in_parallel;

/// Seed of where noises lie in the intervals that classes tell.
const SEED: u64 = 0;
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
        let held_out = &model.coded(held_out)?;
        let column = |node: &str| Ok(held_out.column(node)?.iter().map(|&value| finite(value)).collect());
        let values: Vec<Vec<f64>> = model.graph().nodes().map(column).collect::<Result<_>>()?;
        let wiring = model.wiring();
        let in_order = wiring.in_order(&values);
        let recovered: Vec<(Vec<f64>, usize)> =
            in_parallel(in_order.len(), &|number| recover(wiring, number, &in_order));
        let (noises, without_noise) = wiring.by_position(recovered).into_iter().unzip();
        Ok(Self { values, noises, without_noise })
    }

    /// The rows of a node that have a noise, and so its value and its parents'.
    pub(super) fn rows(&self, position: usize) -> Vec<usize> {
        let noises = self.noises[position].iter().enumerate();
        noises.filter(|(_, noise)| noise.is_finite()).map(|(row, _)| row).collect()
    }

    /// The largest value of a node, either sign.
    pub(super) fn magnitude(&self, position: usize) -> f64 {
        magnitude(&self.values[position])
    }
}

/// The values of a column at some rows.
pub(super) fn select(column: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|&row| column[row]).collect()
}

/// The noises of a node from the columns of all nodes, and how many rows have all values but no noise.
fn recover(wiring: &Wiring, number: usize, columns: &[&[f64]]) -> (Vec<f64>, usize) {
    let node = wiring.node(number);
    let mechanism = &node.mechanism;
    let tolerance = ROUNDING * magnitude(columns[number]);
    let only_value = Some(mechanism.noise().mean()).filter(|_| mechanism.noise().is_degenerate());
    let mut without_noise = 0;
    // A class tells an interval of noise, in which it is uniform if the model is right.
    let mut random = stream(SEED, Purpose::WithinInterval, node.position as u64);
    let mut spread = |parents: &[f64], value: f64| {
        mechanism.classes().map(|classes| classes.interval(parents, value).at(random.random()))
    };
    let mut noises = wiring.abduct_column(number, columns, |parents, value| {
        // Where the only possible noise gives the value but for rounding, that is what it was.
        let explains = |noise: &f64| (mechanism.evaluate(parents, *noise) - value).abs() <= tolerance;
        if let Some(noise) = only_value.filter(explains) {
            return noise;
        }
        if let Some(noise) = spread(parents, value) {
            return noise;
        }
        node.abduct(parents, value).unwrap_or_else(|_| {
            without_noise += 1;
            f64::NAN
        })
    });
    if mechanism.adds_noise() {
        flatten_rounding(&mut noises, tolerance);
    }
    (noises, without_noise)
}

/// The largest of some values, either sign; missing ones (NaN) do not count.
fn magnitude(values: &[f64]) -> f64 {
    // f64::max ignores NaN.
    values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

/// Makes a noise that varies by rounding only constant, lest its pattern be taken for data.
fn flatten_rounding(noises: &mut [f64], tolerance: f64) {
    let known = noises.iter().copied().filter(|noise| noise.is_finite());
    let (low, high) = (known.clone().fold(f64::INFINITY, f64::min), known.fold(f64::NEG_INFINITY, f64::max));
    if high > low && high - low <= tolerance {
        noises.iter_mut().filter(|noise| noise.is_finite()).for_each(|noise| *noise = f64::midpoint(low, high));
    }
}
