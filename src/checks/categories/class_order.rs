//! Classes in an order of their own: with more than two, what a kept noise makes of other causes rests on an order that the data do not
//! give.

use crate::checks::facts::Facts;
use crate::error::list_names;
use crate::findings::{Finding, FindingKind};

/// The share of all contributions from which on a cause moves the target.
const MATTERS: f64 = 0.05;

pub(in crate::checks) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let least = MATTERS * facts.sum_of_sizes();
    let matters = |number: usize| facts.amounts[number].abs() > least;
    let mut moved = vec![false; facts.wiring.nodes().len()];
    let mut nodes = Vec::new();
    for (number, node) in facts.wiring.nodes().iter().enumerate() {
        let has_moved_causes = node.parents.iter().any(|&parent| moved[parent]);
        moved[number] = has_moved_causes || matters(number);
        let classes = node.mechanism.classes().map_or(0, |classes| classes.classes());
        // In two classes either order is the same, turned round.
        if has_moved_causes && classes > 2 && !facts.recovered.is_missing(number) {
            nodes.push(node.name.clone());
        }
    }
    if nodes.is_empty() {
        return None;
    }
    let evidence = format!(
        "{} {} more than two classes, and its causes take part in the event: what would have been with other causes depends on the \
         order of the classes, which is that of their names.",
        list_names(&nodes),
        if nodes.len() == 1 { "has" } else { "have" }
    );
    let remedy = "The score does not depend on it, the split between such a node and its causes does. With model errors asked for \
                  (`Effort::model_error`) each contribution says how far other orders move it.";
    Some(Finding::new(FindingKind::OrderOfClasses, nodes, evidence, remedy))
}
