//! What no resample shows: how much lies beyond the rows.
//!
//! An empirical noise has nothing beyond its largest value, and a resample of the rows has no more. So where none or few of
//! the rows are as extreme as the event, all resamples agree that such a noise is next to impossible, though the rows hardly
//! say so: with probability α none of n rows shows what has probability −ln α / n ("the rule of three": Hanley and
//! Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?", JAMA 249, 1983). What the figures would be with as many
//! more rows like the event as that says how far they may be off.

use super::events::{Asked, OfEvent};
use crate::data::Observation;
use crate::error::Result;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::question::attribution::{AttributionConfig, Contribution};

/// With so many rows as extreme as the event, resamples vary in how many they have.
const ENOUGH_ROWS: usize = 5;

/// What the event would come to if more rows were as extreme as it is, for each node with few such rows. An interval that
/// misses with probability `tail` at either end needs so many more.
pub(super) fn beyond_the_rows(
    model: &FittedModel,
    event: &Observation,
    asked: &Asked,
    config: &AttributionConfig,
    tail: f64,
) -> Result<Vec<OfEvent>> {
    let more = (-tail.ln()).round() as usize;
    let mut found = Vec::new();
    for part in &asked.estimate.contributions {
        let distribution = model.mechanism(&part.node)?.noise();
        let is_category = model.levels(&part.node)?.is_some();
        let Some(widened) = with_more_rows(distribution, part, more, is_category)? else { continue };
        let attributor = model.with_noise(&part.node, widened)?.attributor(&asked.estimate.target, config.clone())?;
        found.push(OfEvent::of(&attributor.attribute_alone(event)?, &asked.estimate));
    }
    Ok(found)
}

/// The distribution with so many more rows like the event; nothing if enough are there, or if tails are modelled.
fn with_more_rows(
    distribution: &NoiseDistribution,
    part: &Contribution,
    more: usize,
    is_category: bool,
) -> Result<Option<NoiseDistribution>> {
    let NoiseDistribution::Empirical(seen) = distribution else { return Ok(None) };
    let (values, noise) = (seen.values(), part.noise);
    let as_low = values.partition_point(|&value| value <= noise);
    // Codes have no sides: only rows of the same level are like the event.
    let as_low = if is_category { as_low - values.partition_point(|&value| value < noise) } else { as_low };
    let as_high = values.len() - values.partition_point(|&value| value < noise);
    if distribution.is_degenerate() || as_low.min(as_high) >= ENOUGH_ROWS {
        return Ok(None);
    }
    let values: Vec<f64> = values.iter().copied().chain(std::iter::repeat_n(noise, more)).collect();
    NoiseDistribution::empirical(&values).map(Some)
}
