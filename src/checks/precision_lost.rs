//! Values so far from 0 that their differences have no digits left.

use super::facts::Facts;
use crate::error::list_names;
use crate::findings::{Finding, FindingKind};
use crate::model::WiredNode;
use crate::wording::significant;

/// How many of the smallest steps between numbers of its size a node must stray to be told from rounding.
const FEWEST_STEPS: f64 = 16.0;
/// The share of the target's spread that rounding of the event's values may make up.
const TOLERABLE: f64 = 0.01;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let (mut nodes, mut seen) = (Vec::new(), Vec::new());
    for (_, node) in facts.observed_nodes() {
        let Some((size, step)) = lost_digits(facts, node) else { continue };
        let (size, spread) = (significant(size), significant(node.spread()));
        let step = significant(step);
        seen.push(format!(
            "`{}` is about {size}, where numbers are {step} apart, and strays by {spread} only",
            node.name
        ));
        nodes.push(node.name.clone());
    }
    let (values, noises) = (&facts.recovered.values, &facts.recovered.noises);
    let error = facts.wiring.rounding_error_of_worlds(values, noises, true);
    let target = facts.wiring.node(facts.target());
    if error > TOLERABLE * target.spread() && target.spread() > 0.0 {
        let (name, error) = (&target.name, significant(error));
        seen.push(format!(
            "rounding of numbers so large moves `{name}` by {error}, which strays by {} only",
            significant(target.spread())
        ));
        nodes.push(name.clone());
    }
    if nodes.is_empty() {
        return None;
    }
    nodes.dedup();
    let names: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let remedy = format!(
        "Digits were lost before the values came here: count {} from a nearer zero where it is measured, such as the beginning \
         of the day.",
        list_names(&names)
    );
    Some(Finding::new(
        FindingKind::PrecisionLost,
        nodes.clone(),
        format!("Digits are missing: {}.", seen.join("; ")),
        remedy,
    ))
}

/// The size of a node's training values and the step between numbers of that size, where they differ by hardly more than that.
fn lost_digits(facts: &Facts<'_>, node: &WiredNode) -> Option<(f64, f64)> {
    let trained = facts.trained(node)?;
    let size = trained.largest().abs().max(trained.smallest().abs());
    let step = f64::from_bits(size.to_bits() + 1) - size;
    let is_constant = trained.largest() == trained.smallest();
    // A constant is one in earnest unless not even its last whole unit is kept.
    let lost = if is_constant { step > 1.0 } else { node.spread() < FEWEST_STEPS * step };
    lost.then_some((size, step))
}
