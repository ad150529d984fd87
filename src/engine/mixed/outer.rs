//! Which noises a target is linear in, and the sets of them that coalitions leave free.

use crate::shapley::Coalition;
use crate::target::Target;
use crate::world::{Event, World};

/// Fewest outer noises: with less, one is integrated and there is little to share.
const FEWEST_OUTER: usize = 2;

/// Which noises are outer ones.
#[derive(Debug)]
pub(super) struct OuterNoises {
    /// For each node of the target the effect of its noise, if that is an outer one, otherwise 0.
    effects: Vec<f64>,
}

impl OuterNoises {
    /// # Errors
    /// The reason why there is no use in telling them apart: there are too few, or all are.
    pub(super) fn find(target: &Target) -> Result<Self, String> {
        if target.effects().iter().all(Option::is_some) {
            return Err(format!("`{}` is linear in all noises", target.name()));
        }
        let varies = |node: usize, effect: f64| effect != 0.0 && !target.noise(node).is_degenerate();
        let outer =
            |(node, effect): (usize, &Option<f64>)| effect.filter(|&effect| varies(node, effect)).unwrap_or(0.0);
        let found = Self { effects: target.effects().iter().enumerate().map(outer).collect() };
        match found.count() {
            count if count >= FEWEST_OUTER => Ok(found),
            count => {
                Err(format!("`{}` is linear in {count} of the noises that vary, where it takes two", target.name()))
            }
        }
    }

    /// For each node of the target the effect of its noise, if that is an outer one, otherwise 0.
    pub(super) fn effects(&self) -> &[f64] {
        &self.effects
    }

    pub(super) fn contains(&self, node: usize) -> bool {
        self.effects[node] != 0.0
    }

    pub(super) fn count(&self) -> usize {
        self.effects.iter().filter(|&&effect| effect != 0.0).count()
    }
}

/// The free noises of one event: outer and inner ones, of players and of nodes whose noise is drawn in every world.
///
/// Sets of free players are numbered by bits: those of the inner ones, and for each of them those of the outer ones. In
/// either part the first player has the highest bit.
pub(super) struct Parts {
    players: Vec<usize>,
    outer: Vec<usize>,
    outer_free: Vec<usize>,
    inner: Vec<usize>,
    inner_free: Vec<usize>,
}

impl Parts {
    pub(super) fn new(event: &Event<'_>, noises: &OuterNoises) -> Self {
        let is_outer = |node: &&usize| noises.contains(**node);
        let part = |nodes: &[usize]| -> (Vec<usize>, Vec<usize>) { nodes.iter().partition(is_outer) };
        let ((outer, inner), (outer_free, inner_free)) = (part(&event.players()), part(event.always_drawn()));
        Self { players: event.players(), outer, outer_free, inner, inner_free }
    }

    /// The outer noises of players.
    pub(super) fn outer(&self) -> &[usize] {
        &self.outer
    }

    /// The outer noises that are drawn in every world.
    pub(super) fn outer_free(&self) -> &[usize] {
        &self.outer_free
    }

    pub(super) fn inner_sets(&self) -> usize {
        1 << self.inner.len()
    }

    pub(super) fn outer_sets(&self) -> usize {
        1 << self.outer.len()
    }

    /// Whether two outer noises are free in some world, so that there is a sum to invert.
    pub(super) fn may_free_several_outer(&self) -> bool {
        self.outer.len() + self.outer_free.len() > 1
    }

    /// For every player the bit that is set where it is free.
    pub(super) fn bits(&self) -> Vec<usize> {
        let place = |nodes: &[usize], node: usize| {
            nodes.iter().position(|&other| other == node).map(|place| 1 << (nodes.len() - 1 - place))
        };
        let bit = |&node: &usize| {
            let of_inner = || place(&self.inner, node).map(|bit: usize| bit << self.outer.len());
            place(&self.outer, node).or_else(of_inner).unwrap_or(0)
        };
        self.players.iter().map(bit).collect()
    }

    /// Whether the player of this bit is kept where this set of inner ones is free; nothing of an outer one.
    pub(super) fn keeps(&self, inner_set: usize, bit: usize) -> Option<bool> {
        let bit = bit >> self.outer.len();
        (bit != 0).then_some(inner_set & bit == 0)
    }

    /// The number of the set of players whose noise is drawn in a world.
    pub(super) fn set(&self, world: &World) -> usize {
        self.inner.iter().chain(&self.outer).fold(0, |set, &node| set << 1 | usize::from(world.draws(node)))
    }

    /// The parts of a game without players, in whose only world this set of them is free.
    pub(super) fn of_one(&self, set: usize) -> Self {
        // In the order in which sets of players are put together, so that figures are the same to the bit.
        let outer_free = self.outer_free.iter().copied().chain(members(&self.outer, set)).collect();
        let inner_free = self.free_inner(set >> self.outer.len());
        Self { players: Vec::new(), outer: Vec::new(), outer_free, inner: Vec::new(), inner_free }
    }

    /// How many inner players are free in a set.
    pub(super) fn free_inner_players(&self, inner_set: usize) -> usize {
        members(&self.inner, inner_set).count()
    }

    /// The inner noises that are free in a set.
    pub(super) fn free_inner(&self, set: usize) -> Vec<usize> {
        members(&self.inner, set).chain(self.inner_free.iter().copied()).collect()
    }

    /// The outer noises that are free in a set; the bits of inner players do not count.
    pub(super) fn free_outer(&self, set: usize) -> impl Iterator<Item = usize> {
        members(&self.outer, set).chain(self.outer_free.iter().copied())
    }
}

/// The number of the set of players that a coalition leaves free, from the bit of every player.
pub(super) fn free_row(bits: &[usize], coalition: &Coalition) -> usize {
    let free = bits.iter().enumerate().filter(|&(player, _)| !coalition.contains(player));
    free.map(|(_, bit)| bit).sum()
}

/// The nodes whose bit is set; the first has the highest.
fn members(nodes: &[usize], set: usize) -> impl Iterator<Item = usize> {
    nodes.iter().rev().enumerate().filter(move |(bit, _)| set >> bit & 1 == 1).map(|(_, &node)| node)
}
