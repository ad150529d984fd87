//! How unusual the noise of a node is given its parents, and how much of it is evidence.
//!
//! A noise is recovered by a mechanism that was fitted, and where the parents lie outside of what it was fitted to, what is recovered is
//! partly the mechanism's fault. The deviation of the noise from its median is therefore divided by
//!
//! ```text
//! √(w² + h + (τ·e/σ)²)
//! ```
//!
//! with the leverage h of the parents and what the disagreement w of plausible mechanisms makes of the noise, both of which take for granted
//! that some mechanism of the kind is right, and a misfit that does not: e is by how much the recovered noise would differ with each parent
//! put back to the nearest value that was seen, so what was said of the noise without any row to say it, and σ the noise's standard deviation.

use super::drift::{drift, without_drift};
use super::unusual::{nats, nats_of_tail};
use crate::error::Result;
use crate::model::{FittedModel, Recovered, WiredNode, Wiring};

/// τ: what a mechanism says beyond all values that it was fitted to is off by a quarter of it. Chosen among 0, ¼, ½ and 1 on simulated linear
/// systems with one to three causes, where less is better, and on real metrics, where mechanisms do bend, see `docs/accuracy.md`.
const MISFIT: f64 = 0.25;

/// What the noise of a node says.
pub(super) struct OwnNoise {
    /// How unusual it is, in nats.
    pub(super) nats: f64,
    /// How unusual it is by rank among the training rows alone, however near to the rest, in nats.
    pub(super) rarity: f64,
    /// Which part of its deviation is evidence, from 0 to 1: neither misfit nor what was there before the event.
    pub(super) evident: f64,
}

/// The noise of one node in an event, with what it was in each of the rows before the event, NaN where that is not known.
pub(super) fn own_noise(
    model: &FittedModel,
    wiring: &Wiring,
    (recovered, number): (&Recovered, usize),
    before: &[f64],
) -> Result<OwnNoise> {
    let (node, floor) = (wiring.node(number), model.default_floor());
    if node.levels.is_some() {
        let nats = nats_of_tail(wiring.ln_noise_tail(recovered, number).exp(), floor)?;
        return Ok(OwnNoise { nats, rarity: nats, evident: 1.0 });
    }
    let distribution = node.mechanism.noise();
    let parents = node.parent_values(&recovered.values);
    let median = distribution.median();
    let noise = wiring.evident_noise(recovered, number);
    let since = without_drift(distribution, noise, drift(distribution, before.iter().copied()));
    let leverage = model.leverage_at(node.position, &parents);
    let widening = model.widening_at(node.position, &parents);
    let beyond = misfit(model, wiring, node, &parents, recovered.values[number], noise) / distribution.std_dev();
    // Without a spread nothing is known of how far is far.
    let beyond = if beyond.is_finite() { MISFIT * beyond } else { 0.0 };
    let width = (widening * widening + leverage + beyond * beyond).sqrt();
    let left = (since - median) / width;
    let deviation = noise - median;
    let evident = if deviation == 0.0 { 0.0 } else { (left / deviation).clamp(0.0, 1.0) };
    let rarity = nats_of_tail(distribution.two_sided_tail(median + left), floor)?;
    Ok(OwnNoise { nats: nats(distribution, median + left, floor)?, rarity, evident })
}

/// By how much the noise would differ with every parent put back into the range that was seen of it; 0 for a mechanism that was given.
fn misfit(model: &FittedModel, wiring: &Wiring, node: &WiredNode, parents: &[f64], value: f64, noise: f64) -> f64 {
    if model.doubtful_at(node.position).is_none() {
        return 0.0;
    }
    let within = |(&parent, &value): (&usize, &f64)| {
        let parent = wiring.node(parent);
        match (&parent.levels, model.reference_at(parent.position).seen()) {
            (None, Some((smallest, largest))) => value.clamp(smallest, largest),
            _ => value,
        }
    };
    let clamped: Vec<f64> = node.parents.iter().zip(parents).map(within).collect();
    if clamped == parents {
        return 0.0;
    }
    let difference = (node.mechanism.estimate_noise(&clamped, value) - noise).abs();
    if difference.is_finite() { difference } else { 0.0 }
}
