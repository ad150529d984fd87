//! Levels of categories that training did not have: what follows from them is not in the data.

use crate::checks::facts::Facts;
use crate::findings::{Finding, FindingKind};

/// How many levels are named.
const MOST_NAMED: usize = 5;

pub(in crate::checks) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let (mut nodes, mut seen) = (Vec::new(), Vec::new());
    for (number, node) in facts.observed_nodes() {
        let Some(levels) = &node.levels else { continue };
        if facts.recovered.values[number] != levels.unseen() {
            continue;
        }
        let mut named =
            levels.names().iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if levels.len() > MOST_NAMED {
            named += &format!(" and {} more", levels.len() - MOST_NAMED);
        }
        let level = facts.observation.level(&node.name).unwrap_or_default();
        seen.push(format!("`{}` = `{level}` is none of the levels in training, which are {named}", node.name));
        nodes.push(node.name.clone());
    }
    if nodes.is_empty() {
        return None;
    }
    let evidence = format!("{}.", seen.join("; "));
    let remedy = "A node without causes is then as unusual as can be told, and whatever depends on it is taken to be as it is on average over \
                  the levels that are known: train on rows with the new level, or check how it is spelt.";
    Some(Finding::new(FindingKind::UnseenLevel, nodes, evidence, remedy))
}
