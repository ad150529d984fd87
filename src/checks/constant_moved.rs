//! Nodes beyond all that training has shown of them, of whose effect the model knows nothing: constants that moved, and values far
//! outside the training data that the model gives no weight.

use super::facts::{Facts, ROUNDING};
use crate::error::list_names;
use crate::findings::{Finding, FindingKind};
use crate::model::WiredNode;
use crate::noise::{EmpiricalDistribution, NoiseDistribution};
use crate::wording::significant;

/// How far beyond the training values a noise without weight must lie, in widths of their range.
const FAR: f64 = 0.5;
/// The share of all contributions up to which a node has no weight.
const NO_WEIGHT: f64 = 1e-3;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let (mut nodes, mut seen) = (Vec::new(), Vec::new());
    let negligible = NO_WEIGHT * facts.sum_of_sizes();
    let asked_about = |&(number, _): &(usize, &WiredNode)| !facts.context.contains(&number);
    for (number, node) in facts.observed_nodes().filter(asked_about) {
        let value = facts.recovered.values[number];
        let told = match only_value(facts, node, number) {
            Some(constant) => format!("`{}` = {} was always {}", node.name, significant(value), significant(constant)),
            None if number != facts.target() && facts.amounts[number].abs() <= negligible => {
                let Some((low, high)) = far_outside(facts, node, number) else { continue };
                let (low, high) = (significant(low), significant(high));
                format!(
                    "`{}` = {} was between {low} and {high}, and has no contribution",
                    node.name,
                    significant(value)
                )
            }
            None => continue,
        };
        nodes.push(node.name.clone());
        seen.push(told);
    }
    if nodes.is_empty() {
        return None;
    }
    let evidence = format!("Beyond all training rows: {}.", seen.join("; "));
    let names: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let remedy = format!(
        "What this does to `{}` is not in the data, so the figures say nothing of it: look at {} first, and train on rows in \
         which {} if there are any.",
        facts.name(facts.target()),
        list_names(&names),
        if nodes.len() == 1 { "it varies" } else { "they vary" }
    );
    Some(Finding::new(FindingKind::ConstantMoved, nodes, evidence, remedy))
}

/// The only training value of a node whose noise never varied there and does now.
fn only_value(facts: &Facts<'_>, node: &WiredNode, number: usize) -> Option<f64> {
    let trained = facts.trained(node)?;
    let noise = node.mechanism.noise();
    if trained.smallest() != trained.largest() || !noise.is_degenerate() {
        return None;
    }
    let (constant, value) = (trained.smallest(), facts.recovered.values[number]);
    let size = ROUNDING * constant.abs().max(value.abs());
    // A formula of parents that have moved moves, too, without a noise of its own.
    let moved = (value - constant).abs() > size && (facts.recovered.noises[number] - noise.mean()).abs() > size;
    moved.then_some(constant)
}

/// The range of the training values of a node whose noise lies far beyond all noises that the training rows have.
fn far_outside(facts: &Facts<'_>, node: &WiredNode, number: usize) -> Option<(f64, f64)> {
    let trained = facts.trained(node).filter(|_| !facts.has_parent_out_of_range(node))?;
    let noises = match node.mechanism.noise() {
        NoiseDistribution::Empirical(noises) => noises,
        NoiseDistribution::Tailed(noises) => noises.observed(),
        _ if node.mechanism.is_root() => trained,
        _ => return None,
    };
    let is_far = |values: &EmpiricalDistribution, value: f64| {
        let margin = FAR * (values.largest() - values.smallest());
        value > values.largest() + margin || value < values.smallest() - margin
    };
    let far = is_far(noises, facts.recovered.noises[number]) && is_far(trained, facts.recovered.values[number]);
    (far && noises.largest() > noises.smallest()).then_some((trained.smallest(), trained.largest()))
}
