//! The target has no causes in the graph while others depend on it: a call graph with its arrows the wrong way round looks like
//! that, and then everything is the target's own doing.

use super::facts::Facts;
use crate::findings::{Direction, Finding, FindingKind};

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let graph = facts.model.graph();
    let position = facts.wiring.node(facts.target()).position;
    if !graph.parent_positions(position).is_empty() {
        return None;
    }
    let target = graph.name(position);
    let effects = graph.children(target).unwrap_or_default().len();
    let direction = facts.model.direction();
    // Where the data speak for the graph as it is, there is nothing to say.
    if effects == 0 || direction.is_some_and(Direction::favours_graph) {
        return None;
    }
    let depend = if effects == 1 { "1 node depends" } else { &format!("{effects} nodes depend") };
    let compared = direction.map_or_else(String::new, |direction| format!(" {direction}"));
    let evidence = format!(
        "`{target}` has no causes in the graph, so all of the event is put down to itself, while {depend} on it.{compared}"
    );
    let remedy = "If a slow callee makes its caller slow, the arrows are the wrong way round: edges point from cause to effect, \
                  that is from callee to caller; give calls as a call graph (`CausalGraph::from_call_graph`, `--calls`).";
    Some(Finding::new(FindingKind::EdgesReversed, [target.to_owned()], evidence, remedy))
}
