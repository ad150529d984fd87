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
