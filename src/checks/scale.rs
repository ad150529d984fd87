//! Values in another unit than in training.

use serde::{Deserialize, Serialize};

use crate::noise::NoiseDistribution;

/// The usual factors between units of one quantity: minutes and hours in seconds, per cent, thousands, days in seconds,
/// millions, thousand millions. 1024 is near enough to 1000.
pub(super) const FACTORS: [f64; 7] = [60.0, 100.0, 1000.0, 3600.0, 86_400.0, 1e6, 1e9];
/// How far a ratio may be from a factor, as a ratio.
const TOLERANCE: f64 = 1.25;
/// How many quantiles stand for a distribution.
const QUANTILES: usize = 1001;

/// Values whose size is a usual factor off that of training, as seconds are off milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScaleWarning {
    /// The median of the recent values' sizes over that of training.
    pub ratio: f64,
    /// The factor between units that the ratio, or its inverse, is near: 60, 100, 1000, 3600, 86 400, 10⁶ or 10⁹.
    pub factor: f64,
}

/// Compares the sizes of some values with those in training: a warning if their medians are a usual factor apart, and that
/// of the values lies beyond all of training.
pub(crate) fn scale_warning(training: &NoiseDistribution, values: &[f64]) -> Option<ScaleWarning> {
    let probability = |place: usize| (place as f64 + 0.5) / QUANTILES as f64;
    let trained = (0..QUANTILES).filter_map(|place| training.quantile(probability(place)).ok());
    let trained = sorted_sizes(trained);
    let sizes = sorted_sizes(values.iter().copied());
    let (typical, found) = (middle(&trained)?, middle(&sizes)?);
    let (smallest, largest) = (*trained.first()?, *trained.last()?);
    if (smallest..=largest).contains(&found) {
        return None;
    }
    let ratio = found / typical;
    let distance = |factor: f64| (ratio.max(1.0 / ratio) / factor).ln().abs();
    let factor = FACTORS.into_iter().min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
    (distance(factor) <= TOLERANCE.ln()).then_some(ScaleWarning { ratio, factor })
}

fn sorted_sizes(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sizes: Vec<f64> = values.map(f64::abs).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    sizes
}

/// The median, or the upper one of two.
fn middle(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}
