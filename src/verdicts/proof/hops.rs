//! Each node below the suspect with its tests, and a path of them as steps.

use super::deviation::{CONTRADICTED, DEVIATES, MOST};
use super::onset::first_row;
use super::path::{Path, share_of_parent};
use super::result::{Hop, HopVerdict, Likely, Range};
use super::world::World;
use crate::error::Result;
use crate::noise::NoiseDistribution;
use crate::verdicts::config::DiagnosisConfig;

/// What the tests of one node say.
pub(super) struct Tested {
    pub(super) p_value: f64,
    pub(super) p_value_without: f64,
    pub(super) p_value_usual: f64,
    pub(super) verdict: HopVerdict,
    /// Whether the node deviates because of the suspect: with a normal one its value would be unusual, or it would be half as far off.
    pub(super) deviates: bool,
    /// Whether the mechanism, with its causes as they were, would call the value unusual that it expects with a normal suspect: far outside of its
    /// data it may allow for anything.
    pub(super) tells: bool,
}

impl Tested {
    /// The suspect itself is explained if it follows from its causes.
    pub(super) fn of(world: &World<'_>, number: usize) -> Self {
        let node = world.node(number);
        let value = world.value(number);
        let reference = world.model.reference_at(node.position);
        let (expectation, p_value) = world.as_observed(number);
        let p_value_usual = node.value_tail(reference, value);
        if number == world.suspect {
            let verdict = if p_value > DEVIATES { HopVerdict::Explained } else { HopVerdict::NotExplained };
            let deviates = p_value_usual.min(p_value) <= DEVIATES;
            return Self { p_value, p_value_without: p_value, p_value_usual, verdict, deviates, tells: true };
        }
        let without = world.given(number, |_| true);
        let p_value_without = without.tail(value);
        let from_suspect = match node.levels {
            Some(_) => {
                let [before, after] = [&expectation, &without].map(|given| given.probability(world.model, value));
                (before - after) / (1.0 - after)
            }
            None => (expectation.mean() - without.mean()) / (value - without.mean()),
        };
        let verdict = match p_value > CONTRADICTED {
            true => HopVerdict::Explained,
            false if from_suspect >= MOST => HopVerdict::OnlyPartly,
            false => HopVerdict::NotExplained,
        };
        let is_most = world.shift(number).abs() >= MOST * (value - node.typical(reference)).abs();
        let deviates = p_value_without <= DEVIATES || p_value_usual <= DEVIATES && is_most;
        let tells = node.levels.is_some() || expectation.tail(without.mean()) <= MOST;
        Self { p_value, p_value_without, p_value_usual, verdict, deviates, tells }
    }
}

/// The nodes of a path as steps; nodes without a value are told between those that have one.
///
/// # Errors
/// When a column of the recent rows holds text or an infinite value.
pub(super) fn hops(
    world: &World<'_>,
    path: &Path,
    tested: &[Option<Tested>],
    config: &DiagnosisConfig,
) -> Result<Vec<Hop>> {
    let mut hops: Vec<Hop> = Vec::with_capacity(path.nodes.len());
    let (mut through, mut share) = (Vec::new(), 1.0);
    for (place, &number) in path.nodes.iter().enumerate() {
        if let Some(before) = place.checked_sub(1) {
            share *= share_of_parent(world, path.nodes[before], number);
        }
        if world.recovered.is_missing(number) {
            through.push(number);
            continue;
        }
        let Some(tested) = &tested[number] else { continue };
        let mut hop = hop(world, number, tested);
        if let Some(last) = hops.last() {
            hop.parent = Some(last.node.clone());
            hop.through = through.iter().map(|&node: &usize| world.node(node).name.clone()).collect();
            hop.carried = Some(share);
            let before = path.nodes[place - 1];
            let without = world.given(number, |parent| parent == before);
            hop.expected_without = Some(without.likely(world.model, world.value(number)));
            hop.p_value_without = Some(tested.p_value_without);
        }
        if let Some(recent) = &config.recent {
            hop.first_row = first_row(world.model, world.node(number), world.value(number), recent)?;
            hop.first_time = hop.first_row.and_then(|row| known_time(config, row));
        }
        hops.push(hop);
        (through, share) = (Vec::new(), 1.0);
    }
    Ok(hops)
}

fn hop(world: &World<'_>, number: usize, tested: &Tested) -> Hop {
    let (node, observed) = (world.node(number), world.value(number));
    let reference = world.model.reference_at(node.position);
    let (expectation, _) = world.as_observed(number);
    Hop {
        node: node.name.clone(),
        parent: None,
        through: Vec::new(),
        observed,
        observed_level: node.level_name(observed),
        usual: match node.levels {
            Some(_) => {
                let share = reference.cdf(observed) + reference.survival(observed) - 1.0;
                Likely { value: share.max(0.0), range: None }
            }
            None => usual(reference),
        },
        multiple: node.levels.is_none().then(|| multiple(reference, observed)).flatten(),
        expected: expectation.likely(world.model, observed),
        expected_without: None,
        p_value: tested.p_value,
        p_value_without: None,
        p_value_usual: tested.p_value_usual,
        carried: None,
        first_row: None,
        first_time: None,
        verdict: tested.verdict,
    }
}

/// When a row before the event was; a blank cell is no time.
fn known_time(config: &DiagnosisConfig, row: usize) -> Option<String> {
    config.recent_times.get(row).filter(|time| !time.trim().is_empty()).cloned()
}

fn usual(reference: &NoiseDistribution) -> Likely {
    let end = |p: f64| reference.quantile(p).ok().filter(|end| end.is_finite());
    let range = end(0.05).zip(end(0.95)).map(|(low, high)| Range { low, high });
    Likely { value: reference.median(), range }
}

/// How many times the median, where no value is negative and the median is not 0.
fn multiple(reference: &NoiseDistribution, observed: f64) -> Option<f64> {
    let (median, least) = (reference.median(), reference.quantile(0.0).ok()?);
    (least >= 0.0 && median > 0.0 && observed >= 0.0).then(|| observed / median).filter(|multiple| multiple.is_finite())
}
