//! Which noises are kept or drawn by coalitions, and which are drawn in all of them.

use super::plan::Plan;
use crate::model::Recovered;

/// What the nodes of a plan are in the game of one event. Those that are neither cannot matter.
#[derive(Debug)]
pub(super) struct Roles {
    /// The nodes whose noise is known and can matter.
    pub(super) players: Vec<usize>,
    /// The nodes whose noise can matter but is not known, as their value is missing.
    pub(super) always_free: Vec<usize>,
    /// Whether no player can matter: then there is one nevertheless, as a game needs one.
    pub(super) idle: bool,
}

impl Roles {
    /// A noise that does not move the target changes nothing whether kept or drawn, nor does one of zero variance that was
    /// observed at its value: leaving it out gives it exactly 0.
    pub(super) fn new(plan: &Plan, effects: &[Option<f64>], recovered: &Recovered) -> Self {
        let noise = |node: usize| plan.nodes[node].mechanism.noise();
        let moves = |node: &usize| effects[*node] != Some(0.0);
        let all = || (0..plan.nodes.len()).filter(moves);
        let is_usual = |node: usize| noise(node).is_degenerate() && noise(node).mean() == recovered.noises[node];
        let players = all().filter(|&node| !recovered.is_missing(node) && !is_usual(node));
        let always_free = all().filter(|&node| recovered.is_missing(node) && !noise(node).is_degenerate());
        let (mut players, always_free): (Vec<usize>, Vec<usize>) = (players.collect(), always_free.collect());
        let idle = players.is_empty() && !always_free.is_empty();
        if idle {
            players.push(plan.target());
        }
        Self { players, always_free, idle }
    }
}
