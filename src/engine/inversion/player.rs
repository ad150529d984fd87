//! The noises of a game in the order of Fourier inversion: the largest first.

use super::lattices::Lattices;

/// A noise that is kept or free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Player {
    /// One that varies, by its place in the target's movers.
    Mover(usize),
    /// One of zero variance, observed at another value; by its node.
    Constant(usize),
}

/// The nodes whose noises matter, by what coalitions do to them.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) players: Vec<usize>,
    /// Free in every coalition, as nobody knows the noise.
    pub(super) always_free: Vec<usize>,
    /// Kept in every coalition, as the noise is mere rounding.
    pub(super) always_kept: Vec<usize>,
}

impl Cast {
    /// All of them, in this order.
    pub(super) fn nodes(&self) -> Vec<usize> {
        [self.players.as_slice(), &self.always_free, &self.always_kept].concat()
    }

    /// Whether the node at this place among all [`nodes`](Self::nodes) is free in every coalition.
    pub(super) fn is_always_free(&self, place: usize) -> bool {
        (self.players.len()..self.players.len() + self.always_free.len()).contains(&place)
    }
}

impl Player {
    pub(super) fn node(self, lattices: &Lattices) -> usize {
        match self {
            Self::Mover(mover) => lattices.movers[mover].node,
            Self::Constant(node) => node,
        }
    }

    /// The players among the nodes of the target: movers, the largest first, then constants; with the place of each in
    /// `nodes`.
    pub(super) fn all(lattices: &Lattices, nodes: &[usize]) -> Vec<(Self, usize)> {
        let place = |node: usize| nodes.iter().position(|&player| player == node);
        let is_mover = |node: usize| lattices.movers.iter().any(|mover| mover.node == node);
        let movers = lattices.movers.iter().enumerate();
        let movers = movers.filter_map(|(number, mover)| Some((Self::Mover(number), place(mover.node)?)));
        let constants = nodes.iter().enumerate().filter(|(_, node)| !is_mover(**node));
        movers.chain(constants.map(|(place, &node)| (Self::Constant(node), place))).collect()
    }
}
