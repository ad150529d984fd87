//! Does the target's own noise explain most of the event because a cause is missing from the graph?
//!
//! The target may as well be at fault itself, so its own noise alone is no evidence. These are: there are no causes in the graph
//! at all; a node that the graph does not take for a cause is out of the ordinary in the same event; or the causes leave most of
//! the target's variation unexplained in training, too.

use super::facts::Facts;
use crate::findings::{Finding, FindingKind};
use crate::model::WiredNode;
use crate::wording::{chance, significant};

/// The share of all contributions from which on the target's own noise explains most.
const MOST: f64 = 0.5;
/// The noise itself must be out of the ordinary: a probability.
const UNUSUAL: f64 = 0.05;
/// The significance of another node's noise, over all of them.
const SIGNIFICANCE: f64 = 0.01;
/// The share of the target's variance that its causes leave unexplained in training from which on a cause seems to be missing.
const UNEXPLAINED: f64 = 0.75;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let number = facts.target();
    let share = facts.amounts[number] / facts.sum_of_sizes();
    let node = facts.wiring.node(number);
    let parents = node.parent_values(&facts.recovered.values);
    let unusual = node.noise_tail(&parents, facts.recovered.values[number], facts.recovered.noises[number]) <= UNUSUAL;
    // Not `share < MOST`, which a share of nothing is not.
    if !(share >= MOST && unusual) {
        return None;
    }
    let target = facts.name(number);
    let (nodes, why) = no_cause(facts).or_else(|| unusual_elsewhere(facts)).or_else(|| unexplained(facts))?;
    let evidence = format!(
        "Of all contributions, of either sign, the noise of `{target}` itself makes up {:.0} %, and {why}.",
        100.0 * share.min(1.0)
    );
    let remedy = format!(
        "A cause of `{target}` may be missing from the graph, or `{target}` itself is at fault: the figures cannot tell. Add what \
         else acts on it."
    );
    Some(Finding::new(FindingKind::MissingCause, std::iter::once(target.to_owned()).chain(nodes), evidence, remedy))
}

/// The target stands alone; where others depend on it the arrows may be the wrong way round, which is another finding.
fn no_cause(facts: &Facts<'_>) -> Option<(Vec<String>, String)> {
    let target = facts.name(facts.target());
    let graph = facts.model.graph();
    let alone = graph.parents(target).is_ok_and(|parents| parents.is_empty())
        && graph.children(target).is_ok_and(|children| children.is_empty())
        && graph.node_count() > 1;
    alone.then(|| (Vec::new(), "the graph has no cause of it".to_owned()))
}

/// The most unusual node that is neither a cause nor an effect of the target, if chance does not explain it.
fn unusual_elsewhere(facts: &Facts<'_>) -> Option<(Vec<String>, String)> {
    let (all, graph) = (facts.model.wiring(), facts.model.graph());
    let target = facts.wiring.node(facts.target()).position;
    let mut is_cause = vec![false; graph.node_count()];
    facts.wiring.nodes().iter().for_each(|node| is_cause[node.position] = true);
    let mut is_effect = vec![false; graph.node_count()];
    let (mut tested, mut found) = (0, None::<(f64, &WiredNode, f64)>);
    for node in all.nodes() {
        let parents = || node.parents.iter().map(|&parent| all.node(parent));
        is_effect[node.position] = parents().any(|parent| is_effect[parent.position] || parent.position == target);
        if is_cause[node.position] || is_effect[node.position] {
            continue;
        }
        let value = |node: &WiredNode| node.observed(facts.observation).ok().flatten();
        let Some(values) = parents().map(value).collect::<Option<Vec<f64>>>() else { continue };
        let Some(observed) = value(node) else { continue };
        let Ok(noise) = node.abduct(&values, observed) else { continue };
        tested += 1;
        let p = node.noise_tail(&values, observed, noise);
        if found.is_none_or(|(least, ..)| p < least) {
            found = Some((p, node, observed));
        }
    }
    let floor = facts.model.default_floor();
    let (p, node, observed) = found.filter(|&(p, ..)| p.max(floor) * f64::from(tested) <= SIGNIFICANCE)?;
    let (name, told) = (&node.name, node.level_name(observed).unwrap_or_else(|| significant(observed)));
    let why = format!(
        "`{name}` = {told}, which the graph does not take for a cause, is out of the ordinary, too (probability {})",
        chance(p, floor)
    );
    Some((vec![name.clone()], why))
}

/// How much of the target's variance is noise, in training.
fn unexplained(facts: &Facts<'_>) -> Option<(Vec<String>, String)> {
    let node = facts.wiring.node(facts.target());
    if node.parents.is_empty() || !node.mechanism.adds_noise() {
        return None;
    }
    let share = node.mechanism.noise().variance() / facts.trained(node).map(|_| facts.reference().variance())?;
    let why = format!("{:.0} % of its variance in training is not explained by its causes", 100.0 * share.min(1.0));
    (share >= UNEXPLAINED).then_some((Vec::new(), why))
}
