//! Another unit: an event in milliseconds where training was in seconds, all of it or one node.
//!
//! A fault makes values large, too, so size alone is no evidence. In another unit *all* of a node is a usual factor off: for the
//! event as a whole, nodes far apart, and what nodes add by themselves; for a single node, nothing that depends on it has followed.

use super::facts::{Facts, trained};
use super::scale::{FACTORS, ScaleWarning, scale_warning};
use crate::data::Dataset;
use crate::error::list_names;
use crate::findings::{Finding, FindingKind};
use crate::model::{FittedModel, WiredNode};
use crate::noise::EmpiricalDistribution;
use crate::wording::significant;

/// By what factor a value of an event may lie beyond all training values and still be an outlier in the unit of training.
const SLACK: f64 = 1.25;
/// A noise is ordinary if at least so many are as extreme, and impossible if no more than this are: probabilities.
const ORDINARY: f64 = 0.02;
const IMPOSSIBLE: f64 = 1e-3;
/// What may be left at most of a noise that another unit mostly explains.
const LITTLE: f64 = 0.1;
/// The least factor that a single value may be off by, if nothing depends on it that could tell.
const LEAST_ALONE: f64 = 1000.0;
/// Within these quantiles of training a single value must lie in the other unit, if nothing depends on it that could tell.
const MIDDLE: (f64, f64) = (0.1, 0.9);

/// A node whose training values are all of one sign, with the size of its value in the event.
struct Sized<'a> {
    number: usize,
    node: &'a WiredNode,
    trained: &'a EmpiricalDistribution,
    value: f64,
}

impl Sized<'_> {
    /// The range of the sizes of all training values.
    fn sizes(&self) -> (f64, f64) {
        let (one, other) = (self.trained.smallest().abs(), self.trained.largest().abs());
        (one.min(other), one.max(other))
    }

    /// Whether the value, a number of times smaller, is one of training; in the same unit it is not.
    fn is_off_by(&self, ratio: f64, slack: f64) -> bool {
        let (low, high) = self.sizes();
        let within = |size: f64, slack: f64| size >= low / slack && size <= high * slack;
        within(self.value.abs() / ratio, slack) && !within(self.value.abs(), 1.0)
    }
}

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let nodes = sized(facts);
    if let Some(ratio) = ratio_of_all(facts, &nodes) {
        let all: Vec<&Sized<'_>> = nodes.iter().collect();
        return Some(finding(facts, &all, ratio, "as many as can are in their range again", "The event seems to be"));
    }
    let alone = |node: &Sized<'_>| ratios().find_map(|ratio| Some((ratio, alone_off_by(facts, node, ratio)?)));
    let (node, (ratio, why)) = nodes.iter().find_map(|node| Some((node, alone(node)?)))?;
    Some(finding(facts, &[node], ratio, &why, "It seems to be"))
}

/// The usual ratios between units.
fn ratios() -> impl Iterator<Item = f64> {
    FACTORS.into_iter().flat_map(|factor| [factor, 1.0 / factor])
}

/// The nodes whose size can be compared: values of one sign, not all the same, in training and in the event.
fn sized<'a>(facts: &Facts<'a>) -> Vec<Sized<'a>> {
    let sized = |(number, node): (usize, &'a WiredNode)| {
        let (trained, value) = (facts.trained(node)?, facts.recovered.values[number]);
        let one_sign = trained.smallest() > 0.0 && value > 0.0 || trained.largest() < 0.0 && value < 0.0;
        (one_sign && trained.smallest() < trained.largest()).then_some(Sized { number, node, trained, value })
    };
    facts.observed_nodes().filter_map(sized).collect()
}

/// The ratio that the event as a whole is off by, if it is: all nodes are out of their range to one side, and two that do not follow
/// from one another are in it again but for the ratio. Of several the one that puts most nodes in their range.
fn ratio_of_all(facts: &Facts<'_>, nodes: &[Sized<'_>]) -> Option<f64> {
    let is_larger = |node: &Sized<'_>| node.value.abs() > node.sizes().1;
    let is_smaller = |node: &Sized<'_>| node.value.abs() < node.sizes().0;
    if nodes.len() < 2 || !(nodes.iter().all(is_larger) || nodes.iter().all(is_smaller)) {
        return None;
    }
    let off = |ratio: f64| nodes.iter().filter(move |node| node.is_off_by(ratio, SLACK));
    // First of the best.
    let ratio = ratios().fold(None, |best: Option<f64>, ratio| match best {
        Some(best) if off(best).count() >= off(ratio).count() => Some(best),
        _ => Some(ratio),
    })?;
    (off(ratio).filter(|node| is_off_by_itself(facts, node)).count() >= 2).then_some(ratio)
}

/// Whether a node is off whatever its parents are. Only of a linear mechanism is it known what it makes of parents so far out.
fn is_off_by_itself(facts: &Facts<'_>, node: &Sized<'_>) -> bool {
    let mechanism = &node.node.mechanism;
    mechanism.is_root()
        || mechanism.coefficients().is_some() && tail(facts, node.node, node.number, &|_| 1.0) <= IMPOSSIBLE
}

/// Why a single node seems to be off by this ratio, if it does.
fn alone_off_by(facts: &Facts<'_>, node: &Sized<'_>, ratio: f64) -> Option<String> {
    if !node.is_off_by(ratio, SLACK) {
        return None;
    }
    let mut followed = None;
    for (number, child) in facts.observed_nodes().filter(|(_, child)| child.parents.contains(&node.number)) {
        let as_it_is = tail(facts, child, number, &|_| 1.0);
        let in_its_unit = tail(facts, child, number, &|parent| if parent == node.number { ratio } else { 1.0 });
        let explained =
            || is_mostly_explained(facts, child, number, |parent| if parent == node.number { ratio } else { 1.0 });
        if as_it_is <= IMPOSSIBLE && (in_its_unit >= ORDINARY || explained()) {
            followed.get_or_insert(&child.name);
        } else if as_it_is > in_its_unit.max(IMPOSSIBLE) || facts.is_out_of_range(number) {
            // It has followed, whatever its mechanism makes of a parent so far out: the value is what it says.
            return None;
        }
    }
    if let Some(child) = followed {
        return Some(format!("`{child}` is as if it were, and has not followed `{}`", node.node.name));
    }
    if facts.has_parent_out_of_range(node.node) {
        // It may have followed, as far as is known.
        return None;
    }
    let quantile = |p| Some(node.trained.values()[(p * node.trained.values().len() as f64) as usize].abs());
    let (one, other) = (quantile(MIDDLE.0)?, quantile(MIDDLE.1)?);
    let size = node.value.abs() / ratio;
    let far = ratio.max(1.0 / ratio) >= LEAST_ALONE;
    let told = "it is in the middle of its range again, and nothing that depends on it shows the change".to_owned();
    (far && size >= one.min(other) && size <= one.max(other)).then_some(told)
}

/// The two-sided tail of a node's noise, its parents being so many times smaller.
fn tail(facts: &Facts<'_>, node: &WiredNode, number: usize, ratio: &dyn Fn(usize) -> f64) -> f64 {
    let noise = noise(facts, node, number, ratio);
    // A noise that cannot be is as far out as any.
    if noise.is_finite() { node.mechanism.noise().two_sided_tail(noise) } else { 0.0 }
}

/// Whether a node that is linear in its parents, and is off by itself, is mostly so because of their unit: what is left of its noise
/// when they are so many times smaller is little of it. Where others saturate, it is not known.
fn is_mostly_explained(facts: &Facts<'_>, node: &WiredNode, number: usize, ratio: impl Fn(usize) -> f64) -> bool {
    let usual = node.mechanism.noise().median();
    let (as_it_is, left) = (noise(facts, node, number, &|_| 1.0) - usual, noise(facts, node, number, &ratio) - usual);
    node.mechanism.coefficients().is_some() && left.abs() <= LITTLE * as_it_is.abs()
}

/// A node's noise, its parents being so many times smaller.
fn noise(facts: &Facts<'_>, node: &WiredNode, number: usize, ratio: &dyn Fn(usize) -> f64) -> f64 {
    let parents: Vec<f64> = node.parents.iter().map(|&parent| facts.recovered.values[parent] / ratio(parent)).collect();
    node.mechanism.estimate_noise(&parents, facts.recovered.values[number])
}

fn finding(facts: &Facts<'_>, off: &[&Sized<'_>], ratio: f64, why: &str, what: &str) -> Finding {
    let names: Vec<String> = off.iter().map(|node| node.node.name.clone()).collect();
    let first = off[0];
    let (low, high) = (first.trained.smallest(), first.trained.largest());
    let (verb, are) = if off.len() == 1 { ("is", "Divided") } else { ("are", "Each divided") };
    let evidence = format!(
        "{} {verb} far outside of training: `{}` = {}, where it was between {} and {}. {are} by {}, {why}.",
        list_names(&names),
        first.node.name,
        significant(facts.recovered.values[first.number]),
        significant(low),
        significant(high),
        significant(ratio)
    );
    Finding::new(FindingKind::OtherUnit, names, evidence, remedy(what))
}

fn remedy(what: &str) -> String {
    format!("{what} in another unit than training: convert one of them, and ask again.")
}

/// The finding that recent rows are in another unit: their medians tell more than one event.
pub(crate) fn units_of_recent_rows(model: &FittedModel, nodes: &[WiredNode], recent: &Dataset) -> Option<Finding> {
    let warning = |node: &WiredNode| -> Option<(String, ScaleWarning)> {
        let trained = trained(model, node.position).filter(|_| node.levels.is_none())?;
        let column = recent.column_with_gaps(&node.name).ok()?;
        let present: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
        let warning = scale_warning(model.reference_at(node.position), &present)?;
        (trained.smallest() > 0.0 || trained.largest() < 0.0).then(|| (node.name.clone(), warning))
    };
    let off: Vec<(String, ScaleWarning)> = nodes.iter().filter_map(warning).collect();
    let (first, ScaleWarning { ratio, factor }) = off.first()?;
    let names: Vec<String> = off.iter().map(|(name, _)| name.clone()).collect();
    let evidence = format!(
        "In the recent rows {} {} off the size of training by about a factor between units: the median of `{first}` is {} times as \
         large (a factor of {factor}).",
        list_names(&names),
        if off.len() == 1 { "is" } else { "are" },
        significant(*ratio)
    );
    Some(Finding::new(FindingKind::OtherUnit, names, evidence, remedy("The recent rows seem to be")))
}
